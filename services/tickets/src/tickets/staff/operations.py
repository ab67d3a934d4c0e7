"""What changes agents and their passwords."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import IntegrityError

from chassis.database import Transaction
from chassis.ids import new_id
from chassis.versions import StaleVersion
from contracts.tickets import Authenticated
from tickets.audit.operations import record
from tickets.staff import access, queries
from tickets.staff.access import Ended
from tickets.staff.errors import EmailTaken, LastAdmin
from tickets.staff.models import Agent
from tickets.staff.queries import AgentView
from tickets.staff.rules.permissions import Role

ADMINISTRATORS = sa.func.hashtext("tickets.administrators")
"""The lock under which the number of administrators is changed: with row locks two of them could demote each other."""


@dataclass(frozen=True, kw_only=True)
class AgentFields:
    """What is written about an agent. ``email`` is in the form of `clean_email`."""

    name: str
    email: str
    language: str = "en"
    role: Role = Role.AGENT
    active: bool = True


async def create_agent(
    tx: Transaction,
    fields: AgentFields,
    *,
    password_hash: str | None = None,
    agent_id: UUID | None = None,
    actor: Authenticated | None = None,
) -> AgentView:
    """A new agent, who can sign in once there is a password. ``actor`` is who did it. Raises `EmailTaken`."""
    agent_id = agent_id or new_id()
    created = await tx.session.scalar(
        insert(Agent)
        .values(
            id=agent_id,
            name=fields.name,
            email=fields.email,
            language=fields.language,
            role=fields.role,
            active=fields.active,
            password_hash=password_hash,
            version=1,
            created_at=tx.now,
            changed_at=tx.now,
        )
        .on_conflict_do_nothing(index_elements=[Agent.email])
        .returning(Agent.id)
    )
    if created is None:
        raise _taken(fields.email)
    details = {**vars(fields), "password_set": password_hash is not None}
    await record(tx, actor=actor, action="agent.created", subject=f"agent:{agent_id}", details=details)
    return await queries.get_agent(tx, agent_id)


async def change_agent(
    tx: Transaction,
    agent_id: UUID,
    *,
    version: int,
    changes: dict[str, object],
    password_hash: str | None = None,
    actor: Authenticated | None = None,
) -> tuple[AgentView, Ended]:
    """The agent, changed; ``changes`` are fields of `AgentFields`.

    A new role, a new password and deactivation end every session. Raises `AgentNotFound`, `StaleVersion`,
    `EmailTaken`, `LastAdmin`.
    """
    await lock_administrators(tx)
    await tx.session.execute(sa.select(Agent.id).where(Agent.id == agent_id).with_for_update())
    before = await queries.get_agent(tx, agent_id)
    if before.version != version:
        raise StaleVersion(
            "Somebody else changed this agent. Look at the agent as it is now and repeat.", current=before
        )
    values = dict(changes)
    if password_hash is not None:
        values["password_hash"] = password_hash
    change = sa.update(Agent).where(Agent.id == agent_id)
    try:
        async with tx.session.begin_nested():
            await tx.session.execute(change.values(version=Agent.version + 1, changed_at=tx.now, **values))
    except IntegrityError as error:
        raise _taken(str(changes.get("email"))) from error
    after = await queries.get_agent(tx, agent_id)
    if _administers(before) and not _administers(after):
        await _refuse_no_admin(tx)
    ended: Ended = ()
    if password_hash is not None or (before.email, before.active) != (after.email, after.active):
        await access.withdraw_links(tx, agent_id)
    if password_hash is not None or (before.role, before.active) != (after.role, after.active):
        ended = await access.end_all_access(tx, agent_id)
    details = {
        "before": {name: getattr(before, name) for name in changes},
        "after": {name: getattr(after, name) for name in changes},
        "access_ended": bool(ended),
    }
    if changes:
        await record(tx, actor=actor, action="agent.changed", subject=f"agent:{agent_id}", details=details)
    if password_hash is not None:
        await _note_password(tx, agent_id, {"by": "administrator"}, actor=actor)
    return after, ended


async def set_password(
    tx: Transaction,
    agent_id: UUID,
    *,
    password_hash: str,
    by: str,
    keep: UUID | None = None,
    actor: Authenticated | None = None,
) -> Ended:
    """A new password; it ends every session except ``keep``, and every one-time link.

    ``by`` is the way it was set, for the audit log.
    """
    await tx.session.execute(sa.update(Agent).where(Agent.id == agent_id).values(password_hash=password_hash))
    await access.withdraw_links(tx, agent_id)
    ended = await access.end_sessions(tx, agent_id, but=keep)
    await _note_password(tx, agent_id, {"by": by, "sessions_ended": len(ended)}, actor=actor)
    return ended


async def _note_password(
    tx: Transaction, agent_id: UUID, details: Mapping[str, object], *, actor: Authenticated | None
) -> None:
    await record(tx, actor=actor, action="agent.password_set", subject=f"agent:{agent_id}", details=details)


async def renew_hash(tx: Transaction, agent_id: UUID, *, old: str, new: str) -> None:
    """Replace a hash by one of the same password at today's cost, unless the password changed meanwhile."""
    await tx.session.execute(
        sa.update(Agent).where(Agent.id == agent_id, Agent.password_hash == old).values(password_hash=new)
    )


def _administers(agent: AgentView) -> bool:
    return agent.active and agent.role is Role.ADMIN


async def lock_administrators(tx: Transaction) -> None:
    """Let nobody else change who administers until the commit. Take it before any row."""
    await tx.session.execute(sa.select(sa.func.pg_advisory_xact_lock(ADMINISTRATORS)))


async def count_administrators(tx: Transaction) -> int:
    """How many agents can administer the desk."""
    query = sa.select(sa.func.count()).select_from(Agent).where(Agent.active, Agent.role == Role.ADMIN)
    return await tx.session.scalar(query) or 0


async def _refuse_no_admin(tx: Transaction) -> None:
    if not await count_administrators(tx):
        raise LastAdmin("Nobody could administer the desk then. Make another agent an administrator first.")


def _taken(email: str) -> EmailTaken:
    return EmailTaken(f"Another agent signs in with {email}. Change that agent, or take another address.")
