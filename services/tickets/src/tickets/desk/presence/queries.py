"""Who is in which ticket; whoever asks says which tickets, and has asked the authorisation function."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa

from chassis.database import Transaction
from tickets.database import is_any
from tickets.desk.presence.models import Presence
from tickets.desk.presence.shapes import PresentAgent
from tickets.staff.models import Agent

_PRESENT = (
    sa.select(Presence.ticket_id, Presence.state, Agent.id, Agent.name)
    .join(Agent, Agent.id == Presence.agent_id)
    .where(
        is_any(Presence.ticket_id, "tickets"), Presence.until > sa.bindparam("now", type_=sa.DateTime(timezone=True))
    )
    .order_by(Presence.ticket_id, Agent.name, Agent.id)
)


async def present_in(tx: Transaction, ticket_ids: Collection[UUID]) -> dict[UUID, list[PresentAgent]]:
    """The agents in each of these tickets, by name; a ticket without any is left out."""
    found: dict[UUID, list[PresentAgent]] = {}
    for row in await tx.session.execute(_PRESENT, {"tickets": [*ticket_ids], "now": tx.now}):
        found.setdefault(row.ticket_id, []).append({"id": row.id, "name": row.name, "state": row.state})
    return found


async def ended_between(tx: Transaction, begin: datetime, end: datetime) -> set[UUID]:
    """The tickets that somebody left without a word in this time. The table is small: it holds who is here now."""
    rows = await tx.session.scalars(sa.select(Presence.ticket_id).where(Presence.until > begin, Presence.until <= end))
    return set(rows)
