"""Who is in the tickets of a list, as far as its reader may see them (LF-03)."""

from collections.abc import Sequence
from uuid import UUID

import sqlalchemy as sa

from chassis.database import Transaction
from tickets.database import is_any
from tickets.desk.models import Ticket
from tickets.desk.presence.queries import present_in
from tickets.desk.presence.shapes import PresenceList
from tickets.desk.queries import SEEN

_SEEN_NUMBERS = sa.select(Ticket.id, Ticket.number).where(is_any(Ticket.number, "numbers"), SEEN)


async def presence_list(tx: Transaction, agent_id: UUID, numbers: Sequence[int]) -> PresenceList:
    """Who is in the tickets with these numbers, as far as the agent may see them."""
    seen = {"numbers": [*numbers], "me": agent_id}
    tickets = {row.id: row.number for row in await tx.session.execute(_SEEN_NUMBERS, seen)}
    present = await present_in(tx, tickets)
    items = sorted((tickets[ticket_id], agents) for ticket_id, agents in present.items())
    return {"items": [{"number": number, "agents": agents} for number, agents in items]}
