"""What agents do about presence: say that they are in a ticket, and leave it."""

from uuid import UUID

import sqlalchemy as sa

from chassis.database import Transaction
from tickets.database import table_of
from tickets.desk.presence.models import Presence
from tickets.desk.presence.words import HOLDS, KEPT, SPARED, Present

PRESENCE_CHANNEL = "presence"
"""The NOTIFY channel that tells every process in which ticket somebody came, went or began to write; its payload is the
ticket's id. A sign of life that changes nothing visible is not told."""

_BE_PRESENT = sa.text(
    "INSERT INTO presence AS known (ticket_id, agent_id, state, until) VALUES (:ticket_id, :agent_id, :state, :until)"
    " ON CONFLICT (ticket_id, agent_id) DO UPDATE SET state = excluded.state, until = excluded.until"
    " WHERE known.state <> excluded.state OR known.until < :soon"
    " RETURNING old.state IS NULL OR old.state <> new.state OR old.until <= :now AS visible"
)


async def be_present(tx: Transaction, *, ticket_id: UUID, agent_id: UUID, state: Present) -> None:
    """The agent is in the ticket from now on, until `HOLDS` is over or they leave."""
    until = tx.now + HOLDS
    values = {
        "ticket_id": ticket_id,
        "agent_id": agent_id,
        "state": state.value,
        "until": until,
        "soon": until - SPARED,
        "now": tx.now,
    }
    if await tx.session.scalar(_BE_PRESENT, values):
        await _tell(tx, ticket_id)


async def leave(tx: Transaction, *, ticket_id: UUID, agent_id: UUID) -> None:
    """The agent is not in the ticket any more."""
    mine = (Presence.ticket_id == ticket_id) & (Presence.agent_id == agent_id)
    gone = sa.delete(table_of(Presence)).where(mine, Presence.until > tx.now).returning(Presence.ticket_id)
    if (await tx.session.execute(gone)).first() is not None:
        await _tell(tx, ticket_id)


async def forget_absent(tx: Transaction) -> int:
    """Delete what ended a while ago; gives how many rows that were."""
    old = sa.delete(table_of(Presence)).where(Presence.until < tx.now - KEPT).returning(Presence.ticket_id)
    return len((await tx.session.execute(old)).all())


async def _tell(tx: Transaction, ticket_id: UUID) -> None:
    await tx.session.execute(sa.select(sa.func.pg_notify(PRESENCE_CHANNEL, str(ticket_id))))
