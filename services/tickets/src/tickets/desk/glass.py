"""Break-glass: an administrator opens one ticket that they may not see, for a while, and everybody hears (CV-11)."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

import sqlalchemy as sa

from chassis.database import Transaction
from chassis.ids import new_id
from chassis.paging import decode_cursor
from contracts.tickets import Actor, ActorKind, Authenticated
from tickets.audit.operations import record
from tickets.channels.models import BreakGlass
from tickets.channels.queries import access_of, channel_facts
from tickets.channels.rules.glass import opened_text
from tickets.channels.rules.visibility import Tie, tie
from tickets.database import AnyRow
from tickets.desk.journal import Journal
from tickets.desk.models import Ticket
from tickets.desk.records import NewActivity, field_change
from tickets.desk.rules.words import Kind
from tickets.errors import TicketIsMerged, TicketIsVisible, TicketNotFound
from tickets.staff.models import Agent


async def break_glass(
    tx: Transaction, who: Authenticated, number: int, *, reason: str, minutes: int
) -> tuple[Ticket, BreakGlass]:
    """Open one ticket for reading. The ticket says so to its people, and the audit log keeps it.

    Raises `TicketNotFound` where no ticket has the number, `TicketIsMerged` with the one to go on with, and
    `TicketIsVisible` for a subscriber of its channel.
    """
    ticket = await tx.session.scalar(sa.select(Ticket).where(Ticket.number == number).with_for_update())
    if ticket is None:
        raise TicketNotFound("There is no ticket with this number.")
    if ticket.merged_into is not None:
        target = await tx.session.get_one(Ticket, ticket.merged_into)
        raise TicketIsMerged(
            f"The ticket was merged into number {target.number}. Open that one.", current={"number": target.number}
        )
    if tie(await access_of(tx, who.agent_id), channel=ticket.channel) is not Tie.NOTHING:
        raise TicketIsVisible("You subscribe to the channel of this ticket. Just open it.")
    opened = BreakGlass(
        id=new_id(),
        ticket_id=ticket.id,
        agent_id=who.agent_id,
        reason=reason,
        opened_at=tx.now,
        ends_at=tx.now + timedelta(minutes=minutes),
    )
    tx.session.add(opened)
    journal = Journal(tx, await channel_facts(tx, [ticket.channel]))
    note = NewActivity(
        ticket_id=ticket.id,
        kind=Kind.NOTE,
        at=tx.now,
        author_kind=ActorKind.SYSTEM,  # it is no work on the ticket, so it does not count as handled
        author_name="",
        text=opened_text(name=who.name, minutes=minutes, reason=reason),
        shown_outside=False,
        changes=[field_change("break_glass", before=None, after=who.name)],
    )
    journal.add(ticket, note, actor=Actor(kind=ActorKind.AGENT, id=who.agent_id))
    await journal.write()
    await record(
        tx,
        actor=who,
        action="glass.broken",
        subject=f"ticket:{number}",
        details={"channel": ticket.channel, "reason": reason, "minutes": minutes},
    )
    return ticket, opened


async def end_break_glass(tx: Transaction, who: Authenticated, number: int) -> None:
    """End one's own break-glass before its time; where there is none, nothing happens."""
    ticket_id = sa.select(Ticket.id).where(Ticket.number == number).scalar_subquery()
    mine = (BreakGlass.ticket_id == ticket_id, BreakGlass.agent_id == who.agent_id, BreakGlass.ends_at > tx.now)
    ended = sa.update(BreakGlass).where(*mine).values(ends_at=tx.now).returning(BreakGlass.id)
    if (await tx.session.execute(ended)).first() is not None:
        await record(tx, actor=who, action="glass.mended", subject=f"ticket:{number}", details={})


_OPENINGS = (
    sa.select(
        BreakGlass.id,
        Ticket.number,
        BreakGlass.agent_id,
        Agent.name.label("agent_name"),
        BreakGlass.reason,
        BreakGlass.opened_at,
        BreakGlass.ends_at,
    )
    .join(Ticket, Ticket.id == BreakGlass.ticket_id)
    .join(Agent, Agent.id == BreakGlass.agent_id)
    .order_by(BreakGlass.id.desc())
)


async def openings(
    tx: Transaction, *, limit: int, cursor: str | None = None, ticket_id: UUID | None = None
) -> Sequence[AnyRow]:
    """Who opened which ticket, the newest first; those of one ticket, or all. Raises `InvalidCursor`."""
    wanted = _OPENINGS.limit(limit)
    if ticket_id is not None:
        wanted = wanted.where(BreakGlass.ticket_id == ticket_id)
    if cursor is not None:
        wanted = wanted.where(BreakGlass.id < decode_cursor(cursor, UUID)[0])
    return (await tx.session.execute(wanted)).all()
