"""Marks of reading: set, taken back, moved along with what the agent writes, and forgotten."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from chassis.database import Transaction
from tickets.database import table_of
from tickets.desk.models import Ticket
from tickets.desk.reading.models import ReadMark

KEPT = timedelta(days=90)
"""How long the mark of a closed ticket is kept; without one, a closed ticket counts as read."""

MOST_FORGOTTEN = 10_000

_new = postgresql.insert(table_of(ReadMark))
_MARK = _new.on_conflict_do_update(
    index_elements=["agent_id", "ticket_id"],
    set_={
        "until": sa.func.greatest(ReadMark.until, _new.excluded.until),
        "marked_at": _new.excluded.marked_at,
    },
)
_MARK_UNREAD = _new.on_conflict_do_update(
    index_elements=["agent_id", "ticket_id"], set_={"until": sa.null(), "marked_at": _new.excluded.marked_at}
)
_FOLLOW = (
    sa.update(table_of(ReadMark))
    .where(
        ReadMark.agent_id == sa.bindparam("agent"),
        ReadMark.ticket_id == sa.bindparam("ticket"),
        ReadMark.until >= sa.bindparam("before"),
    )
    .values(until=sa.bindparam("after"))
)


async def mark_read(tx: Transaction, ticket: Ticket, agent_id: UUID, *, until: datetime | None) -> None:
    """The agent has read the ticket, up to a moment or up to its last activity; never less than before."""
    last = ticket.last_activity_at
    values = {"until": last if until is None else min(until, last)}
    await tx.session.execute(_MARK, _key(ticket.id, agent_id, tx.now) | values)


async def mark_unread(tx: Transaction, ticket: Ticket, agent_id: UUID) -> None:
    """The agent wants to come back to the ticket as if they had not read it."""
    await tx.session.execute(_MARK_UNREAD, _key(ticket.id, agent_id, tx.now) | {"until": None})


async def own_words_are_read(
    tx: Transaction, opened: Iterable[tuple[UUID, UUID]], written: Mapping[tuple[UUID, UUID], datetime]
) -> None:
    """Nobody's own words are unread to them.

    ``opened`` are tickets that an agent opened, as (agent, ticket); ``written`` says up to when an agent must have read
    a ticket before they wrote in it: whoever had not stays where they were.
    """
    fresh = [_key(ticket, agent, tx.now) | {"until": tx.now} for agent, ticket in opened]
    if fresh:
        await tx.session.execute(_MARK, fresh)
    if written:
        moves = [
            {"agent": agent, "ticket": ticket, "before": before, "after": tx.now}
            for (agent, ticket), before in sorted(written.items())
        ]
        await tx.session.execute(_FOLLOW, moves)


async def forget_marks(tx: Transaction) -> int:
    """Delete marks that say nothing any more: old ones, of tickets that are closed and read. Gives how many."""
    old = (
        sa.select(ReadMark.agent_id, ReadMark.ticket_id)
        .join(Ticket, Ticket.id == ReadMark.ticket_id)
        .where(ReadMark.marked_at < tx.now - KEPT, Ticket.closed, ReadMark.until >= Ticket.last_activity_at)
        .limit(MOST_FORGOTTEN)
    )
    mine = sa.tuple_(ReadMark.agent_id, ReadMark.ticket_id)
    gone = sa.delete(table_of(ReadMark)).where(mine.in_(old)).returning(ReadMark.ticket_id)
    return len((await tx.session.execute(gone)).all())


def _key(ticket_id: UUID, agent_id: UUID, now: datetime) -> dict[str, object]:
    return {"agent_id": agent_id, "ticket_id": ticket_id, "marked_at": now}
