"""Splitting an activity off into a ticket of its own, and taking that back (AT-04, TS-09)."""

from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from chassis.database import Transaction
from chassis.ids import new_id
from contracts.tickets import ActorKind, TicketMerged, TicketSplit
from tickets.channels.queries import ChannelFacts, channel_facts
from tickets.channels.rules.visibility import Verb
from tickets.channels.rules.words import Ball
from tickets.channels.rules.workflow import after_customer_wrote
from tickets.database import is_one_of, table_of
from tickets.desk.changing import refuse_stale
from tickets.desk.journal import BY_AGENTS, Journal, next_numbers
from tickets.desk.models import Activity, KnownMessage, MailSender, OwnAddress, Participant, Ticket
from tickets.desk.operations import Acting, check_sees, usable_channel
from tickets.desk.queries import find_ticket
from tickets.desk.records import NewTicket, field_change
from tickets.desk.rules.recipients import is_own, without_tag
from tickets.desk.rules.structure import Change, Link, why_not_split
from tickets.desk.rules.subjects import own_subject, reference, topic
from tickets.desk.rules.words import Kind, Origin
from tickets.desk.structure.belongings import take_reminders
from tickets.desk.structure.families import families_of, lock_families
from tickets.desk.structure.merging import absorb, last_word, remember, traced
from tickets.desk.structure.models import StructuralChange, TicketLink
from tickets.desk.structure.shapes import SplitIn
from tickets.errors import ActivityNotFound, CannotSplit
from tickets.settings import Settings


async def split(
    tx: Transaction,
    acting: Acting,
    number: int,
    activity_id: UUID,
    asked: SplitIn,
    *,
    expected: int,
    settings: Settings,
) -> NewTicket:
    """Split an activity off; gives the new ticket, whose contact is the one who wrote it.

    Raises what `find_ticket` does, `StaleVersion`, `ActivityNotFound`, `CannotSplit` and what `usable_channel` does.
    """
    members = await lock_families(tx, numbers=[number])
    origin = await find_ticket(tx, acting.access, number, Verb.CHANGE)
    prefix = settings.ticket_prefix
    await refuse_stale(tx, acting, origin, expected, prefix=prefix)
    activity = await _splittable(tx, origin, activity_id)
    channel = await usable_channel(tx, acting.access, asked.channel or origin.channel)
    check_sees(channel, asked.owner_id)
    home = families_of(members)[origin.number].home(activity.written_in or origin.id)
    ticket = _new_ticket(tx, acting, home, activity, channel, (await next_numbers(tx, 1))[0])
    ticket.subject = own_subject(asked.subject, prefix=prefix) if asked.subject else _subject(activity, home, prefix)
    ticket.owner_id = asked.owner_id
    for name, value in (await _contact(tx, home, activity)).items():
        setattr(ticket, name, value)
    journal = Journal(tx, await channel_facts(tx, [origin.channel]) | {channel.key: channel})
    changes = [field_change("split", before=None, after=reference(prefix, ticket.number))]
    journal.add(origin, traced(tx, acting, origin, changes, asked.reason), actor=acting.actor)
    journal.change(origin, "links", actor=acting.actor, quiet=True)
    journal.restructured(TicketSplit, origin, actor=acting.actor, new_ticket_id=ticket.id, activity_id=activity.id)
    journal.adopt(ticket, activity.id, actor=acting.actor)
    await journal.write()
    memory: dict[str, Any] = {
        "activity": str(activity.id),
        "home": str(home.id),
        "written_in": str(activity.written_in) if activity.written_in else None,
        "also_shown_in": activity.also_shown_in,
        "shown_outside": activity.shown_outside,
    }
    await _move(tx, activity, ticket, home)
    memory["shown_there"] = activity.shown_outside
    origin.last_incoming_at = await last_word(tx, origin.id)
    stored = await tx.session.get_one(Ticket, ticket.id)
    _link(tx, acting, stored, origin)
    remember(tx, acting, Change.SPLIT, origin, stored, memory)
    return ticket


async def _splittable(tx: Transaction, ticket: Ticket, activity_id: UUID) -> Activity:
    """The activity, if it can be split off. Raises `ActivityNotFound`, `CannotSplit`."""
    activity = await tx.session.get(Activity, activity_id)
    if activity is None or activity.ticket_id != ticket.id:
        raise ActivityNotFound("The ticket has no activity with this id (any more).")
    others = sa.select(sa.literal(1)).where(
        Activity.ticket_id == ticket.id, Activity.id != activity_id, Activity.kind != Kind.STATUS_CHANGE
    )
    some = await tx.session.scalar(others.limit(1))
    if why := why_not_split(activity.kind, others=some or 0):
        raise CannotSplit(why)
    return activity


def _new_ticket(
    tx: Transaction, acting: Acting, home: Ticket, activity: Activity, channel: ChannelFacts, number: int
) -> NewTicket:
    """A ticket at the beginning of its workflow. What comes from an internal ticket stays inside (CW-11)."""
    first = channel.flow.first
    from_customer = activity.kind is Kind.INCOMING and activity.author_kind is ActorKind.CONTACT
    is_work = activity.kind in BY_AGENTS and activity.author_kind is ActorKind.AGENT and activity.hidden_at is None
    by_mail = activity.mail_id is not None and home.origin is not Origin.INTERNAL
    return NewTicket(
        number=number,
        subject="",
        origin=Origin.EMAIL if by_mail else home.origin,
        channel=channel.key,
        status=first.key,
        closed=first.closed,
        ball=first.ball,
        priority=home.priority,
        opened_by=acting.who.agent_id,
        opened_at=activity.at,
        changed_at=tx.now,
        last_activity_at=activity.at,
        last_incoming_at=activity.at if from_customer else None,
        handled_at=activity.at if is_work else None,
        shown_at=activity.at,
    )


def _subject(activity: Activity, home: Ticket, prefix: str) -> str:
    return own_subject(topic(activity.subject or "", prefix=prefix), prefix=prefix) or home.subject


CONTACT = ("contact_id", "contact_name", "contact_address", "company_id", "company_name")


async def _contact(tx: Transaction, home: Ticket, activity: Activity) -> dict[str, Any]:
    """Who the new ticket's customer is: the one who wrote the activity; for what we wrote, the one of its home."""
    address = activity.sender["address"] if activity.sender else None
    known = {name: getattr(home, name) for name in CONTACT}
    if activity.kind is not Kind.INCOMING or activity.author_kind is not ActorKind.CONTACT:
        return known
    if address is None:
        theirs = activity.author_id in {None, home.contact_id}
        return known if theirs else {"contact_id": activity.author_id, "contact_name": activity.author_name}
    if home.contact_address and address.lower() == home.contact_address.lower():
        return known
    sender = await tx.session.get(MailSender, activity.mail_id) if activity.mail_id else None
    if sender is not None and sender.outcome == "matched":
        found = {name: getattr(sender, name) for name in CONTACT if name != "contact_address"}
        return found | {"contact_address": address}
    return {"contact_name": activity.author_name or None, "contact_address": address}


async def _move(tx: Transaction, activity: Activity, ticket: NewTicket, home: Ticket) -> None:
    """The activity goes, and with it whoever takes part because of it, and the Message-IDs that lead to it.

    Another participant's mail was not for the contact of its home to read; its author, who is the contact now, reads
    it. Anything else, and what agents have hidden, is seen by whom it was seen.
    """
    activity.ticket_id, activity.written_in, activity.also_shown_in = ticket.id, None, None
    mailboxes = [*([activity.sender] if activity.sender else []), *activity.to, *activity.cc, *activity.bcc]
    addresses = {mailbox["address"].lower() for mailbox in mailboxes}
    if activity.kind is Kind.INCOMING and activity.sender and activity.mail_kind == "human":
        contact, before = ((one.contact_address or "").lower() for one in (ticket, home))
        theirs = contact in addresses and contact != before and activity.hidden_at is None
        activity.shown_outside = activity.shown_outside or theirs
    await tx.session.execute(
        sa.update(KnownMessage).where(KnownMessage.activity_id == activity.id).values(ticket_id=ticket.id)
    )
    asked = addresses | {without_tag(address) for address in addresses}
    own = set(await tx.session.scalars(sa.select(OwnAddress.address).where(is_one_of(OwnAddress.address, asked))))
    theirs_now = sorted(address for address in addresses if not is_own(address, own))
    rows = [{"ticket_id": ticket.id, "address": address} for address in theirs_now]
    if rows:
        await tx.session.execute(insert(table_of(Participant)).on_conflict_do_nothing(), rows)


def _link(tx: Transaction, acting: Acting, ticket: Ticket, origin: Ticket) -> None:
    tx.session.add(
        TicketLink(
            id=new_id(),
            kind=Link.SPLIT_FROM,
            from_id=ticket.id,
            to_id=origin.id,
            agent_id=acting.who.agent_id,
            at=tx.now,
        )
    )


async def put_together(
    tx: Transaction,
    acting: Acting,
    change: StructuralChange,
    *,
    origin: Ticket,
    other: Ticket,
    reason: str,
    prefix: str,
) -> None:
    """Undo a split; both are locked. The new ticket's number leads to the origin from now on.

    What was written in the new ticket since comes along and stays at home there: its customer sees it as before.
    What waits for us there makes the origin wait for us. Who sees the activity is put back, unless somebody has
    changed it since.
    """
    memory = change.memory
    journal = Journal(tx, await channel_facts(tx, [origin.channel, other.channel]))
    word = await last_word(tx, other.id, since=change.id)
    waits = not other.closed and other.ball is Ball.US and word is not None
    activity_id = UUID(memory["activity"])
    activity = await tx.session.get_one(Activity, activity_id)
    activity.ticket_id = origin.id
    activity.written_in = UUID(memory["written_in"]) if memory["written_in"] else None
    activity.also_shown_in = memory["also_shown_in"]
    if activity.shown_outside == memory.get("shown_there", activity.shown_outside):
        activity.shown_outside = memory["shown_outside"]
    await tx.session.execute(
        sa.update(KnownMessage).where(KnownMessage.activity_id == activity_id).values(ticket_id=UUID(memory["home"]))
    )
    of_split = (TicketLink.from_id == other.id) & (TicketLink.to_id == origin.id)
    await tx.session.execute(sa.delete(TicketLink).where(of_split, TicketLink.kind == Link.SPLIT_FROM))
    channel = journal.channel(origin)
    await absorb(tx, [other], origin, channel)
    await take_reminders(tx, other, origin, seeing=channel.standard | channel.informal)
    origin.last_incoming_at = await last_word(tx, origin.id)
    shown = sa.select(Activity.id).where(Activity.written_in == other.id, Activity.shown_outside.is_(True))
    if await tx.session.scalar(shown.limit(1)) is None:
        other.contact_id = None  # nothing is left that its customer could read there
    changes = [field_change("split", before=reference(prefix, other.number), after=None)]
    journal.add(origin, traced(tx, acting, origin, changes, reason), actor=acting.actor)
    journal.change(origin, "links", actor=acting.actor, quiet=True)
    if waits:
        journal.follow(origin, after_customer_wrote(journal.channel(origin).flow, journal.place(origin)))
    journal.restructured(TicketMerged, other, actor=acting.actor, into_ticket_id=origin.id)
    await journal.write()
