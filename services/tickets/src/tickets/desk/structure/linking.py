"""Making and removing links between tickets (TS-05)."""

from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import aliased

from chassis.database import Transaction
from chassis.ids import new_id
from tickets.channels.queries import channel_facts
from tickets.channels.rules.visibility import Verb
from tickets.database import table_of
from tickets.desk.journal import Journal
from tickets.desk.models import Ticket
from tickets.desk.operations import Acting
from tickets.desk.queries import find_ticket
from tickets.desk.rules.structure import Link, as_link, makes_circle
from tickets.desk.structure.families import lock_families
from tickets.desk.structure.models import TicketLink
from tickets.desk.structure.shapes import LinkIn
from tickets.errors import CannotLink, LinkNotFound, TicketNotFound

_ONE_AT_A_TIME = sa.text("SELECT pg_advisory_xact_lock(hashtext('tickets.parents'))")
"""Two new parents at the same moment could make a circle that neither of them sees."""

_Member, _Parent = aliased(Ticket), aliased(Ticket)
_up = sa.select(sa.cast(sa.bindparam("ticket_id", type_=sa.Uuid), sa.Uuid).label("id")).cte("ancestors", recursive=True)
ANCESTORS = sa.select(
    _up.union(
        sa.select(sa.func.coalesce(_Parent.merged_into, _Parent.id))
        .select_from(_up)
        .join(_Member, (_Member.id == _up.c.id) | (_Member.merged_into == _up.c.id))
        .join(TicketLink, (TicketLink.from_id == _Member.id) & (TicketLink.kind == Link.CHILD_OF))
        .join(_Parent, _Parent.id == TicketLink.to_id)
    ).c.id
)
"""The ticket and its ancestors, through links of tickets that were merged, too."""


async def link(tx: Transaction, acting: Acting, number: int, asked: LinkIn) -> Ticket:
    """Link a ticket with one that the agent may see; what is linked already stays. Gives the ticket.

    It is told as a change of ``links`` that names no other ticket: not everybody who may see the one may see the
    other. Raises what `find_ticket` does for either, and `CannotLink`.
    """
    await lock_families(tx, numbers=[number, asked.number])  # a link refers to both, which locks their rows a little
    ticket = await find_ticket(tx, acting.access, number, Verb.CHANGE)
    other = await find_ticket(tx, acting.access, asked.number)
    if ticket.id == other.id:
        raise CannotLink("A ticket cannot be linked with itself. Name another one.")
    kind, from_id, to_id = as_link(asked.relation, ticket=ticket.id, other=other.id)
    if kind is Link.CHILD_OF:
        await tx.session.execute(_ONE_AT_A_TIME)
        ancestors = set(await tx.session.scalars(ANCESTORS, {"ticket_id": to_id}))
        if makes_circle(child=from_id, parent=to_id, ancestors_of_parent=ancestors):
            raise CannotLink("The parent is a descendant of the child already. Remove that link first.")
    row = {
        "id": new_id(),
        "kind": kind,
        "from_id": from_id,
        "to_id": to_id,
        "agent_id": acting.who.agent_id,
        "at": tx.now,
    }
    made = insert(table_of(TicketLink)).values(row).on_conflict_do_nothing().returning(sa.literal(1))
    if (await tx.session.execute(made)).first() is not None:
        await _links_changed(tx, acting, ticket)
    return ticket


async def unlink(tx: Transaction, acting: Acting, number: int, link_id: UUID) -> None:
    """Remove a link. Raises what `find_ticket` does, `LinkNotFound` and `CannotLink`."""
    ticket = await find_ticket(tx, acting.access, number, Verb.CHANGE)
    missing = LinkNotFound("The ticket has no such link that you may see.")
    found = await tx.session.get(TicketLink, link_id)
    if found is None:
        raise missing
    ends = {end.id: end.merged_into or end.id for end in await _ends(tx, found)}
    here = [end for end, living in ends.items() if living == ticket.id]
    there = [living for living in ends.values() if living != ticket.id]
    if len(here) != 1:
        raise missing
    numbers = await tx.session.scalars(sa.select(Ticket.number).where(Ticket.id.in_(there)))
    await _seen(tx, acting, numbers.one(), missing)
    if found.kind is Link.SPLIT_FROM:
        raise CannotLink("This link tells where the ticket comes from. Undo the split instead.")
    await tx.session.delete(found)
    await _links_changed(tx, acting, ticket)


async def _ends(tx: Transaction, found: TicketLink) -> list[Ticket]:
    return [*await tx.session.scalars(sa.select(Ticket).where(Ticket.id.in_([found.from_id, found.to_id])))]


async def _seen(tx: Transaction, acting: Acting, number: int, missing: LinkNotFound) -> None:
    try:
        await find_ticket(tx, acting.access, number)
    except TicketNotFound as error:
        raise missing from error


async def _links_changed(tx: Transaction, acting: Acting, ticket: Ticket) -> None:
    journal = Journal(tx, await channel_facts(tx, [ticket.channel]))
    journal.change(ticket, "links", actor=acting.actor, quiet=True)
    await journal.write()
