"""Absences of agents, and who acts for whom meanwhile.

A substitute acts in what they see anyway: an absence gives nobody a look into another channel.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from chassis.database import Transaction
from contracts.tickets import Authenticated
from tickets.audit.operations import record
from tickets.database import is_any
from tickets.staff.errors import InvalidAbsence
from tickets.staff.models import Agent
from tickets.staff.models_absence import Absence
from tickets.staff.queries import get_agent


@dataclass(frozen=True, kw_only=True)
class Away:
    """An absence; without ``ends_at`` until somebody says otherwise."""

    starts_at: datetime
    ends_at: datetime | None
    substitute_id: UUID | None


async def set_absence(tx: Transaction, agent_id: UUID, away: Away, *, actor: Authenticated) -> Away:
    """The agent is away; it replaces what was said before. Raises `AgentNotFound`, `InvalidAbsence`."""
    await get_agent(tx, agent_id)
    if away.ends_at is not None and away.ends_at <= max(away.starts_at, tx.now):
        raise InvalidAbsence("The absence would end before it begins, or has ended already. Check both times.")
    if away.substitute_id == agent_id:
        raise InvalidAbsence("Nobody can be their own substitute. Choose a colleague, or leave the substitute out.")
    if away.substitute_id is not None:
        active = sa.select(Agent.id).where(Agent.id == away.substitute_id, Agent.active)
        if await tx.session.scalar(active) is None:
            raise InvalidAbsence("The substitute does not exist or is not active. Choose another colleague.")
    put = insert(Absence).values(agent_id=agent_id, **vars(away))
    changes = {name: put.excluded[name] for name in vars(away)}
    await tx.session.execute(put.on_conflict_do_update(index_elements=[Absence.agent_id], set_=changes))
    await record(tx, actor=actor, action="agent.absence_set", subject=f"agent:{agent_id}", details=vars(away))
    return away


async def end_absence(tx: Transaction, agent_id: UUID, *, actor: Authenticated) -> None:
    """The agent is there; nothing happens to one who was not away. Raises `AgentNotFound`."""
    await get_agent(tx, agent_id)
    ended = sa.delete(Absence).where(Absence.agent_id == agent_id).returning(Absence.agent_id)
    if await tx.session.scalar(ended) is not None:
        await record(tx, actor=actor, action="agent.absence_ended", subject=f"agent:{agent_id}", details={})


async def get_absence(tx: Transaction, agent_id: UUID) -> Away | None:
    """The present or the next absence of an agent; None without one. Raises `AgentNotFound`."""
    await get_agent(tx, agent_id)
    query = sa.select(Absence.starts_at, Absence.ends_at, Absence.substitute_id).where(
        Absence.agent_id == agent_id, sa.or_(Absence.ends_at.is_(None), Absence.ends_at > tx.now)
    )
    row = (await tx.session.execute(query)).one_or_none()
    return Away(starts_at=row.starts_at, ends_at=row.ends_at, substitute_id=row.substitute_id) if row else None


def acting_for(me: sa.ColumnElement[UUID], now: sa.ColumnElement[datetime]) -> sa.Select[UUID]:
    """The agents for whom ``me`` is the substitute ``now``, as a subquery: ``Ticket.owner_id.in_(acting_for(…))``.

    Whoever uses it still asks whether ``me`` may see the ticket. A substitute of a substitute is nobody's substitute.
    """
    return sa.select(Absence.agent_id).where(Absence.substitute_id == me, _covers(now))


_NOW = sa.bindparam("now", type_=Absence.starts_at.type)


def _covers(now: sa.ColumnElement[datetime]) -> sa.ColumnElement[bool]:
    return sa.and_(Absence.starts_at <= now, sa.or_(Absence.ends_at.is_(None), Absence.ends_at > now))


_SUBSTITUTES = (
    sa.select(Absence.agent_id, Absence.substitute_id)
    .join(Agent, Agent.id == Absence.substitute_id)
    .where(is_any(Absence.agent_id, "agents"), _covers(_NOW), Agent.active)
)


async def substitutes_of(tx: Transaction, agent_ids: Collection[UUID]) -> dict[UUID, UUID]:
    """Who acts now for those among these agents who are away and have a substitute."""
    if not agent_ids:
        return {}
    values: dict[str, Any] = {"agents": sorted(agent_ids), "now": tx.now}
    rows = (await tx.session.execute(_SUBSTITUTES, values)).all()
    return {row.agent_id: row.substitute_id for row in rows if row.substitute_id is not None}
