"""Who may hear of what: the authorisation function, asked for many agents and tickets at once."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.sql import visitors

from chassis.database import Transaction
from tickets.channels.models import Subscription
from tickets.database import is_any
from tickets.desk.models import Ticket
from tickets.desk.queries import SEEN
from tickets.live.shapes import LiveTicket
from tickets.staff.models import Agent, ApiToken, Session
from tickets.staff.rules.credentials import session_ends

_AGENTS = sa.func.unnest(sa.bindparam("agents", type_=ARRAY(sa.Uuid)))
_AGENT = _AGENTS.table_valued(sa.column("id", sa.Uuid)).render_derived(name="listener")


def _seen_by(agent: sa.ColumnElement[UUID]) -> sa.ColumnElement[bool]:
    """`SEEN`, asked for the agent in a column instead of for one agent ``me``."""

    def replaced(element: object, **_: object) -> sa.ColumnElement[UUID] | None:
        return agent if isinstance(element, sa.BindParameter) and element.key == "me" else None

    return visitors.replacement_traverse(SEEN, {}, replaced)


_SIGHTS = sa.select(
    Ticket.id,
    Ticket.number,
    Ticket.version,
    Ticket.channel,
    Ticket.status,
    Ticket.closed,
    Ticket.owner_id,
    Ticket.responsible_id,
    sa.select(sa.func.array_agg(_AGENT.c.id, type_=ARRAY(sa.Uuid)))
    .select_from(_AGENT)
    .where(_seen_by(_AGENT.c.id))
    .correlate(Ticket)
    .scalar_subquery()
    .label("seen_by"),
).where(is_any(Ticket.id, "tickets"), Ticket.merged_into.is_(None))
_SUBSCRIBERS = sa.select(Subscription.channel, Subscription.agent_id).where(
    is_any(Subscription.channel, "channels"), is_any(Subscription.agent_id, "agents")
)
_SESSIONS = sa.select(Session.id, Session.created_at, Session.seen_at).join(Agent, Agent.id == Session.agent_id)
_TOKENS = sa.select(ApiToken.id).join(Agent, Agent.id == ApiToken.agent_id)


@dataclass(frozen=True, kw_only=True)
class Sight:
    """A ticket as it is now, and which of the agents asked for may see it now."""

    state: LiveTicket
    seen_by: frozenset[UUID]


async def sights(tx: Transaction, tickets: Collection[UUID], agents: Collection[UUID]) -> dict[UUID, Sight]:
    """The tickets, and who of the agents may see each: the SQL twin of the authorisation function decides."""
    if not tickets or not agents:
        return {}
    rows = await tx.session.execute(_SIGHTS, {"tickets": [*tickets], "agents": [*agents]})
    return {
        row.id: Sight(
            state={
                "id": row.id,
                "number": row.number,
                "version": row.version,
                "changed": [],
                "channel": row.channel,
                "status": row.status,
                "closed": row.closed,
                "owner_id": row.owner_id,
                "responsible_id": row.responsible_id,
            },
            seen_by=frozenset(row.seen_by or ()),
        )
        for row in rows
    }


async def subscribers(
    tx: Transaction, channels: Collection[str], agents: Collection[UUID]
) -> Mapping[str, frozenset[UUID]]:
    """Which of the agents subscribe to each of these channels."""
    if not channels or not agents:
        return {}
    found: dict[str, set[UUID]] = {}
    for row in await tx.session.execute(_SUBSCRIBERS, {"channels": [*channels], "agents": [*agents]}):
        found.setdefault(row.channel, set()).add(row.agent_id)
    return {channel: frozenset(mine) for channel, mine in found.items()}


async def valid_credentials(tx: Transaction, ids: Collection[UUID]) -> frozenset[UUID]:
    """Those of the sessions and tokens that have not ended, and whose agent is active."""
    asked = {"ids": [*ids]}
    sessions = await tx.session.execute(_SESSIONS.where(is_any(Session.id, "ids"), Agent.active), asked)
    tokens = await tx.session.scalars(
        _TOKENS.where(is_any(ApiToken.id, "ids"), Agent.active, ApiToken.expires_at > tx.now), asked
    )
    return frozenset(tokens) | {row.id for row in sessions if session_ends(row.created_at, row.seen_at) > tx.now}
