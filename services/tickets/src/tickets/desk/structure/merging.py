"""Merging a ticket into another one, and taking that back (AT-05, TS-09)."""

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from chassis.database import Transaction
from chassis.ids import new_id
from contracts.tickets import ActorKind, TicketMerged, TicketUnmerged
from tickets.channels.queries import ChannelFacts, channel_facts
from tickets.channels.rules.visibility import Verb
from tickets.channels.rules.words import Ball
from tickets.channels.rules.workflow import after_customer_wrote
from tickets.database import is_one_of, table_of
from tickets.desk.changing import refuse_stale
from tickets.desk.journal import BY_AGENTS, Journal
from tickets.desk.models import Activity, Ticket, Watcher
from tickets.desk.operations import Acting
from tickets.desk.queries import find_ticket
from tickets.desk.records import NewActivity, field_change
from tickets.desk.rules.structure import Change, status_after_merge, why_not_merge
from tickets.desk.rules.subjects import reference
from tickets.desk.rules.words import Kind
from tickets.desk.structure.belongings import give_reminders_back, take_reminders
from tickets.desk.structure.families import families_of, lock_families
from tickets.desk.structure.models import StructuralChange
from tickets.desk.structure.shapes import MergeIn
from tickets.errors import CannotMerge
from tickets.settings import Settings

OF_SOURCE = ("closed", "ball", "closed_at")
"""What a merge changes of the ticket that is merged; an undo puts it back."""

OF_TARGET = ("status", "closed", "ball", "closed_at", "owner_id", "last_incoming_at", "shown_at")
"""What a merge may change of the ticket that goes on; an undo puts back what is still as the merge left it."""


async def merge(
    tx: Transaction, acting: Acting, number: int, asked: MergeIn, *, expected: int, settings: Settings
) -> Ticket:
    """Merge a ticket into another one; gives that one.

    Raises what `find_ticket` does for either, `StaleVersion` and `CannotMerge`.
    """
    members = await lock_families(tx, numbers=[number, asked.into])
    source = await find_ticket(tx, acting.access, number, Verb.CHANGE)
    target = await find_ticket(tx, acting.access, asked.into, Verb.CHANGE)
    if why := why_not_merge(same=source is target, source=source.origin, target=target.origin):
        raise CannotMerge(why)
    prefix = settings.ticket_prefix
    await refuse_stale(tx, acting, source, expected, prefix=prefix)
    await refuse_stale(tx, acting, target, asked.into_version, prefix=prefix)
    journal = Journal(tx, await channel_facts(tx, [source.channel, target.channel]))
    homes = families_of(members)[source.number].members
    before = state_of(target, OF_TARGET)
    memory: dict[str, Any] = {"source": state_of(source, OF_SOURCE), "homes": [str(one.id) for one in homes]}
    was_open, ball = not source.closed, source.ball
    there = journal.channel(target)
    memory["watchers"] = await absorb(tx, homes, target, there)
    memory["reminders"] = await take_reminders(tx, source, target, seeing=there.standard | there.informal)
    changes = [field_change("merged", before=None, after=reference(prefix, source.number))]
    fields = ["merged", "watchers"] if memory["watchers"] else ["merged"]
    if target.owner_id is None and source.owner_id and there.sees(source.owner_id):
        target.owner_id = source.owner_id
        fields.append("owner")
    target.last_incoming_at = _latest(target.last_incoming_at, source.last_incoming_at)
    journal.add(target, traced(tx, acting, target, changes, asked.reason), actor=acting.actor)
    journal.change(target, *fields, actor=acting.actor)
    journal.follow(target, status_after_merge(there.flow, journal.place(target), open_=was_open, ball=ball))
    journal.restructured(TicketMerged, source, actor=acting.actor, into_ticket_id=target.id)
    memory["target"] = {"before": before, "after": state_of(target, OF_TARGET)}
    await journal.write()
    remember(tx, acting, Change.MERGE, target, source, memory)
    return target


async def absorb(tx: Transaction, homes: Iterable[Ticket], target: Ticket, channel: ChannelFacts) -> list[str]:
    """Let a ticket, the first of ``homes``, and those merged into it be part of ``target``; gives the new watchers.

    The activities come along and keep their homes. Participants and known messages stay at their homes: that is how a
    mail finds its own there. Watchers who may not see the target's channel are not taken along.
    """
    source, *merged = homes
    for one in (source, *merged):
        one.merged_into = target.id
    if not source.closed:
        source.closed, source.closed_at = True, tx.now
    source.ball = Ball.NOBODY
    await tx.session.execute(
        sa.update(Activity)
        .where(Activity.ticket_id == source.id)
        .values(
            ticket_id=target.id,
            written_in=sa.func.nullif(sa.func.coalesce(Activity.written_in, Activity.ticket_id), target.id),
        )
        .execution_options(synchronize_session=False)
    )
    taken = (
        sa.select(sa.literal(target.id, sa.Uuid), Watcher.agent_id)
        .where(Watcher.ticket_id == source.id, is_one_of(Watcher.agent_id, channel.standard | channel.informal))
        .order_by(Watcher.agent_id)
    )
    added = insert(table_of(Watcher)).from_select(["ticket_id", "agent_id"], taken).on_conflict_do_nothing()
    return [str(agent_id) for agent_id in await tx.session.scalars(added.returning(table_of(Watcher).c.agent_id))]


async def take_apart(
    tx: Transaction,
    acting: Acting,
    change: StructuralChange,
    *,
    source: Ticket,
    target: Ticket,
    reason: str,
    prefix: str,
) -> None:
    """Undo a merge; both are locked. What was written at home since goes home, all else stays in the target."""
    memory = change.memory
    homes = [UUID(home) for home in memory["homes"]]
    journal = Journal(tx, await channel_facts(tx, [source.channel, target.channel]))
    put_back(source, memory["source"])
    source.merged_into = None
    await tx.session.execute(
        sa.update(Ticket).where(is_one_of(Ticket.id, homes), Ticket.id != source.id).values(merged_into=source.id)
    )
    await tx.session.execute(
        sa.update(Activity)
        .where(Activity.ticket_id == target.id, is_one_of(Activity.written_in, homes))
        .values(ticket_id=source.id, written_in=sa.func.nullif(Activity.written_in, source.id))
        .execution_options(synchronize_session=False)
    )
    await leave(tx, target, memory["watchers"])
    await give_reminders_back(tx, memory.get("reminders", {}), source=source, target=target)
    put_back_status = await _reset_target(tx, target, memory["target"])
    changes = [field_change("merged", before=reference(prefix, source.number), after=None)]
    journal.add(target, traced(tx, acting, target, changes, reason), actor=acting.actor)
    journal.change(target, "merged", actor=acting.actor)
    if put_back_status and await last_word(tx, target.id, since=change.id) is not None:
        journal.follow(target, after_customer_wrote(journal.channel(target).flow, journal.place(target)))
    journal.restructured(TicketUnmerged, source, actor=acting.actor, from_ticket_id=target.id)
    await _catch_up(tx, journal, source, since=change.id)
    await journal.write()


async def _reset_target(tx: Transaction, target: Ticket, memory: dict[str, Any]) -> bool:
    """Put back what is still as the merge left it; the time of the customer's last word is found anew otherwise.

    Gives whether the status was put back: it knows nothing of what customers wrote since.
    """
    before, after = memory["before"], memory["after"]
    now = state_of(target, OF_TARGET)
    status = ("status", "closed", "ball", "closed_at")
    same = {name for name in OF_TARGET if now[name] == after[name]}
    kept = same if same.issuperset(status) else same.difference(status)
    put_back(target, {name: before[name] for name in kept})
    if "last_incoming_at" not in kept:
        target.last_incoming_at = await last_word(tx, target.id)
    return kept.issuperset(status)


async def _catch_up(tx: Transaction, journal: Journal, source: Ticket, *, since: UUID) -> None:
    """What came for a merged ticket counts as soon as it lives again."""
    newest = sa.select(sa.func.max(Activity.at)).where(Activity.ticket_id == source.id, Activity.id > since)
    at = await tx.session.scalar(newest)
    if at is not None:
        source.last_activity_at = max(source.last_activity_at, at)
    by_agents = (Activity.author_kind == ActorKind.AGENT) & Activity.kind.in_(BY_AGENTS) & Activity.hidden_at.is_(None)
    work = sa.select(sa.func.max(Activity.at)).where(Activity.ticket_id == source.id, by_agents)
    source.handled_at = await tx.session.scalar(work)
    word = await last_word(tx, source.id, since=since)
    if word is not None:
        source.last_incoming_at = _latest(source.last_incoming_at, word)
        journal.follow(source, after_customer_wrote(journal.channel(source).flow, journal.place(source)))


async def last_word(tx: Transaction, ticket_id: UUID, *, since: UUID | None = None) -> datetime | None:
    """When a customer last wrote in a ticket; machines do not count."""
    said = sa.select(sa.func.max(Activity.at)).where(
        Activity.ticket_id == ticket_id,
        Activity.kind == Kind.INCOMING,
        Activity.author_kind == ActorKind.CONTACT,
        sa.func.coalesce(Activity.mail_kind, "human") == "human",
    )
    return await tx.session.scalar(said if since is None else said.where(Activity.id > since))


async def leave(tx: Transaction, target: Ticket, watchers: Collection[str]) -> None:
    """Watchers who came with a merge go with it."""
    theirs = is_one_of(Watcher.agent_id, [UUID(agent_id) for agent_id in watchers])
    await tx.session.execute(sa.delete(Watcher).where(Watcher.ticket_id == target.id, theirs))


def remember(
    tx: Transaction, acting: Acting, kind: Change, ticket: Ticket, other: Ticket, memory: dict[str, Any]
) -> None:
    """Keep what an undo needs."""
    tx.session.add(
        StructuralChange(
            id=new_id(),
            kind=kind,
            ticket_id=ticket.id,
            other_id=other.id,
            agent_id=acting.who.agent_id,
            agent_name=acting.who.name,
            at=tx.now,
            memory=memory,
        )
    )


def traced(tx: Transaction, acting: Acting, ticket: Ticket, changes: list[dict[str, Any]], reason: str) -> NewActivity:
    """The activity that tells of a merge, a split or an undo."""
    return NewActivity(
        ticket_id=ticket.id,
        kind=Kind.STATUS_CHANGE,
        at=tx.now,
        author_kind=ActorKind.AGENT,
        author_id=acting.who.agent_id,
        author_name=acting.who.name,
        text=reason,
        shown_outside=False,
        changes=changes,
    )


def state_of(ticket: Ticket, fields: Iterable[str]) -> dict[str, Any]:
    """Fields of a ticket as JSON holds them."""
    return {name: _as_json(getattr(ticket, name)) for name in fields}


def put_back(ticket: Ticket, state: dict[str, Any]) -> None:
    """Fields of a ticket as `state_of` gave them."""
    for name, value in state.items():
        setattr(ticket, name, _KINDS[name](value) if value is not None else None)


_KINDS: dict[str, Any] = {
    "status": str,
    "closed": bool,
    "ball": Ball,
    "closed_at": datetime.fromisoformat,
    "owner_id": UUID,
    "last_incoming_at": datetime.fromisoformat,
    "shown_at": datetime.fromisoformat,
}


def _as_json(value: object) -> object:
    match value:
        case datetime():
            return value.isoformat()
        case UUID():
            return str(value)
        case _:
            return value


def _latest(*times: datetime | None) -> datetime | None:
    return max((time for time in times if time is not None), default=None)
