"""What tells something about agents, sessions and API tokens."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa

from chassis.database import Transaction
from chassis.paging import decode_cursor, encode_cursor
from contracts.tickets import AgentCard
from tickets.staff.errors import AgentNotFound
from tickets.staff.models import Agent, ApiToken, Session
from tickets.staff.rules.credentials import session_ends
from tickets.staff.rules.permissions import Role

MOST_SESSIONS = 100
"""Sessions that are shown of one agent, the newest first."""


@dataclass(frozen=True, kw_only=True)
class AgentView:
    """An agent as everybody of the staff may see them."""

    id: UUID
    name: str
    email: str
    language: str
    role: Role
    active: bool
    version: int
    created_at: datetime
    changed_at: datetime


@dataclass(frozen=True, kw_only=True)
class SessionView:
    """A session of an agent. ``ends_at`` holds if it is not used again."""

    id: UUID
    created_at: datetime
    seen_at: datetime
    ends_at: datetime
    user_agent: str
    address: str


@dataclass(frozen=True, kw_only=True)
class TokenView:
    """An API token without its secret."""

    id: UUID
    name: str
    scopes: tuple[str, ...]
    created_at: datetime
    expires_at: datetime
    last_used_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class AgentPage:
    """Agents in the order of their names; ``next`` is the cursor of the page behind them."""

    items: tuple[AgentView, ...]
    next: str | None


async def get_agent(tx: Transaction, agent_id: UUID) -> AgentView:
    """One agent. Raises `AgentNotFound`."""
    row = (await tx.session.execute(_agents().where(Agent.id == agent_id))).one_or_none()
    if row is None:
        raise AgentNotFound("There is no agent with this id. Reload the list of agents.")
    return _agent(row)


async def list_agents(tx: Transaction, *, active: bool | None, cursor: str | None, limit: int) -> AgentPage:
    """A page of agents by name. Raises `InvalidCursor`."""
    sort_name = sa.func.lower(Agent.name)
    query = _agents().add_columns(sort_name.label("sort_name")).order_by(sort_name, Agent.id).limit(limit + 1)
    if active is not None:
        query = query.where(Agent.active.is_(active))
    if cursor is not None:
        name, last = decode_cursor(cursor, str, UUID)
        query = query.where(sa.tuple_(sort_name, Agent.id) > sa.tuple_(sa.literal(name), sa.literal(last)))
    rows = (await tx.session.execute(query)).all()
    return AgentPage(
        items=tuple(_agent(row) for row in rows[:limit]),
        next=encode_cursor(rows[limit - 1].sort_name, rows[limit - 1].id) if len(rows) > limit else None,
    )


async def agent_cards(tx: Transaction, agent_ids: Collection[UUID]) -> tuple[AgentCard, ...]:
    """How to address these agents; those that do not exist are left out."""
    rows = await tx.session.execute(_agents().where(Agent.id.in_(agent_ids)).order_by(Agent.id))
    return tuple(
        AgentCard(agent_id=row.id, name=row.name, email=row.email, language=row.language, active=row.active)
        for row in rows
    )


async def list_sessions(tx: Transaction, agent_id: UUID) -> tuple[SessionView, ...]:
    """The sessions of an agent that have not ended, newest first."""
    rows = await tx.session.scalars(
        sa.select(Session).where(Session.agent_id == agent_id).order_by(Session.created_at.desc()).limit(MOST_SESSIONS)
    )
    views = (
        SessionView(
            id=row.id,
            created_at=row.created_at,
            seen_at=row.seen_at,
            ends_at=session_ends(row.created_at, row.seen_at),
            user_agent=row.user_agent,
            address=row.address,
        )
        for row in rows
    )
    return tuple(view for view in views if view.ends_at > tx.now)


async def list_tokens(tx: Transaction, agent_id: UUID) -> tuple[TokenView, ...]:
    """The API tokens of an agent, expired ones included, newest first."""
    rows = await tx.session.scalars(
        sa.select(ApiToken).where(ApiToken.agent_id == agent_id).order_by(ApiToken.id.desc())
    )
    return tuple(
        TokenView(
            id=row.id,
            name=row.name,
            scopes=tuple(row.scopes),
            created_at=row.created_at,
            expires_at=row.expires_at,
            last_used_at=row.last_used_at,
        )
        for row in rows
    )


_AgentRow = tuple[UUID, str, str, str, Role, bool, int, datetime, datetime]


def _agents() -> sa.Select[*_AgentRow]:
    return sa.select(
        Agent.id,
        Agent.name,
        Agent.email,
        Agent.language,
        Agent.role,
        Agent.active,
        Agent.version,
        Agent.created_at,
        Agent.changed_at,
    )


def _agent(row: sa.Row[*_AgentRow]) -> AgentView:
    return AgentView(
        id=row.id,
        name=row.name,
        email=row.email,
        language=row.language,
        role=row.role,
        active=row.active,
        version=row.version,
        created_at=row.created_at,
        changed_at=row.changed_at,
    )
