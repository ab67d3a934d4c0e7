"""What gives access, uses it and ends it: sign-ins, sessions and API tokens.

Whatever ends access tells so with `AccessRevoked` in the same transaction, and gives the ids back, so that the door
lets its own process forget them without waiting for the bus. What one agent does to another's access, and every API
token, is in the audit log (TS-11).
"""

import hmac
import math
from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from chassis.database import Transaction
from chassis.ids import new_id
from contracts.tickets import AccessRevoked, Authenticated, Permission
from tickets.audit.operations import record
from tickets.staff.errors import ScopeNotAllowed, SessionNotFound, TokenNotFound, TooManySignIns, TooManyTokens
from tickets.staff.models import Agent, ApiToken, Session, SignInAttempts
from tickets.staff.models_links import OneTimeLink
from tickets.staff.queries import TokenView
from tickets.staff.rules import attempts, credentials
from tickets.staff.rules.credentials import SEEN_EVERY, digest, new_secret, session_ends
from tickets.staff.rules.permissions import PERMISSIONS, allowed

MOST_TOKENS = 50
MOST_USER_AGENT = 300

Ended = tuple[UUID, ...]
"""Ids of credentials that ended."""


@dataclass(frozen=True, kw_only=True)
class Account:
    """What a sign-in is checked against."""

    agent_id: UUID
    active: bool
    password_hash: str | None


@dataclass(frozen=True, kw_only=True)
class Browser:
    """Where a session is used; shown to the agent in the list of sessions."""

    user_agent: str
    address: str


async def begin_sign_in(tx: Transaction, *, email: str, address: str) -> Account | None:
    """Count this attempt as failed until it succeeds, and give the account, if there is one.

    Counting comes first, so that many attempts at once cannot slip through. Commit before the password is verified.
    Raises `TooManySignIns`, in the same way whether or not there is an account.
    """
    key = (SignInAttempts.account == email, SignInAttempts.address == address)
    start = {"account": email, "address": address, "failures": 0, "last_at": tx.now, "blocked_until": tx.now}
    await tx.session.execute(insert(SignInAttempts).values(start).on_conflict_do_nothing())
    past = (await tx.session.execute(sa.select(SignInAttempts).where(*key).with_for_update())).scalar_one()
    if past.blocked_until > tx.now:
        seconds = math.ceil((past.blocked_until - tx.now).total_seconds())
        raise TooManySignIns(
            f"Too many sign-ins failed for this account. Try again in {seconds} seconds.",
            headers={"Retry-After": str(seconds)},
        )
    failures = 1 if tx.now - past.last_at > attempts.FORGOTTEN else past.failures + 1
    past.failures = failures
    past.last_at = tx.now
    past.blocked_until = tx.now + attempts.delay_after(failures)
    row = (await tx.session.execute(sa.select(Agent).where(Agent.email == email))).scalar_one_or_none()
    return Account(agent_id=row.id, active=row.active, password_hash=row.password_hash) if row else None


async def note_block(tx: Transaction, *, email: str, address: str) -> None:
    """Write it into the audit log if the sign-in that just failed blocked further ones.

    It is done in the same way whether or not there is such an account: neither answer nor time tells.
    """
    key = (SignInAttempts.account == email, SignInAttempts.address == address)
    past = (await tx.session.execute(sa.select(SignInAttempts).where(*key))).scalar_one_or_none()
    if past is not None and past.failures >= attempts.FREE:
        details = {"failures": past.failures, "blocked_until": past.blocked_until}
        await record(tx, actor=None, action="sign_in.blocked", subject=f"account:{email}", details=details)


async def forgive_attempts(tx: Transaction, *, email: str, address: str) -> None:
    """Forget the failures, because the password was right."""
    await tx.session.execute(
        sa.delete(SignInAttempts).where(SignInAttempts.account == email, SignInAttempts.address == address)
    )


async def forgive_account(tx: Transaction, *, email: str) -> None:
    """Forget the failures of an account from every address, because an operator set its password."""
    await tx.session.execute(sa.delete(SignInAttempts).where(SignInAttempts.account == email))


async def start_session(tx: Transaction, account: Account, *, browser: Browser) -> str | None:
    """A new session; gives its secret, which is stored nowhere.

    None where the account has changed since its password was verified: it may have been closed in this moment.
    """
    query = sa.select(Agent.id).where(
        Agent.id == account.agent_id, Agent.active, Agent.password_hash == account.password_hash
    )
    if await tx.session.scalar(query.with_for_update(read=True)) is None:
        return None
    secret = new_secret()
    tx.session.add(
        Session(
            id=new_id(),
            agent_id=account.agent_id,
            secret_sha256=digest(secret),
            created_at=tx.now,
            seen_at=tx.now,
            user_agent=browser.user_agent[:MOST_USER_AGENT],
            address=browser.address,
        )
    )
    await tx.session.flush()
    return secret


async def end_session(
    tx: Transaction, *, agent_id: UUID, session_id: UUID, actor: Authenticated | None = None
) -> Ended:
    """End one session of this agent. Raises `SessionNotFound`."""
    query = sa.delete(Session).where(Session.id == session_id, Session.agent_id == agent_id).returning(Session.id)
    ended = tuple(await tx.session.scalars(query))
    if not ended:
        raise SessionNotFound("There is no session with this id. It may have ended already.")
    await _note_ended(tx, agent_id, ended, actor=actor)
    return revoke(tx, ended)


async def end_session_of(tx: Transaction, secret: str) -> Ended:
    """End the session with this secret, if there is one."""
    query = sa.delete(Session).where(Session.secret_sha256 == digest(secret)).returning(Session.id)
    return revoke(tx, tuple(await tx.session.scalars(query)))


async def end_sessions(
    tx: Transaction, agent_id: UUID, *, but: UUID | None = None, actor: Authenticated | None = None
) -> Ended:
    """End every session of an agent, except one."""
    query = sa.delete(Session).where(Session.agent_id == agent_id).returning(Session.id)
    if but is not None:
        query = query.where(Session.id != but)
    ended = tuple(await tx.session.scalars(query))
    if ended:
        await _note_ended(tx, agent_id, ended, actor=actor)
    return revoke(tx, ended)


async def _note_ended(tx: Transaction, agent_id: UUID, ended: Ended, *, actor: Authenticated | None) -> None:
    """Sessions that somebody else ended. One's own are one's own matter, and a change of the agent tells of its own."""
    if actor is not None and actor.agent_id != agent_id:
        details = {"sessions": ended}
        await record(tx, actor=actor, action="session.ended", subject=f"agent:{agent_id}", details=details)


async def end_all_access(tx: Transaction, agent_id: UUID) -> Ended:
    """End the sessions of an agent, and let everybody look the API tokens up anew: their agent has changed."""
    tokens = tuple(await tx.session.scalars(sa.select(ApiToken.id).where(ApiToken.agent_id == agent_id)))
    return (*await end_sessions(tx, agent_id), *revoke(tx, tokens))


async def withdraw_links(tx: Transaction, agent_id: UUID) -> None:
    """The one-time links of an agent end: there is a new password, another address, or no access any more."""
    await tx.session.execute(sa.delete(OneTimeLink).where(OneTimeLink.agent_id == agent_id))


async def create_token(
    tx: Transaction, *, who: Authenticated, name: str, scopes: Collection[Permission], lasting: timedelta
) -> tuple[TokenView, str]:
    """A new API token and its text, which is stored nowhere. Raises `ScopeNotAllowed`, `TooManyTokens`."""
    if beyond := sorted(set(scopes) - who.permissions):
        raise ScopeNotAllowed(f"Your role does not allow {', '.join(beyond)}, so no token of yours can.")
    await tx.session.execute(sa.select(Agent.id).where(Agent.id == who.agent_id).with_for_update())
    count = sa.select(sa.func.count()).select_from(ApiToken).where(ApiToken.agent_id == who.agent_id)
    if (await tx.session.scalar(count) or 0) >= MOST_TOKENS:
        raise TooManyTokens(f"You have {MOST_TOKENS} API tokens. Delete those that you no longer need.")
    token_id = new_id()
    text = credentials.token_text(token_id, new_secret())
    token = ApiToken(
        id=token_id,
        agent_id=who.agent_id,
        name=name,
        secret_sha256=digest(text),
        scopes=sorted(scopes),
        created_at=tx.now,
        expires_at=tx.now + min(lasting, credentials.LONGEST_TOKEN),
        last_used_at=None,
    )
    tx.session.add(token)
    await tx.session.flush()
    details = {"name": name, "scopes": token.scopes, "expires_at": token.expires_at, "agent_id": who.agent_id}
    await record(tx, actor=who, action="token.created", subject=f"token:{token.id}", details=details)
    view = TokenView(
        id=token.id,
        name=token.name,
        scopes=tuple(token.scopes),
        created_at=token.created_at,
        expires_at=token.expires_at,
        last_used_at=None,
    )
    return view, text


async def delete_token(tx: Transaction, *, agent_id: UUID, token_id: UUID, actor: Authenticated) -> Ended:
    """Delete an API token of this agent. Raises `TokenNotFound`."""
    query = sa.delete(ApiToken).where(ApiToken.id == token_id, ApiToken.agent_id == agent_id).returning(ApiToken.name)
    name = await tx.session.scalar(query)
    if name is None:
        raise TokenNotFound("There is no API token with this id. It may have been deleted already.")
    details = {"name": name, "agent_id": agent_id}
    await record(tx, actor=actor, action="token.deleted", subject=f"token:{token_id}", details=details)
    return revoke(tx, (token_id,))


def revoke(tx: Transaction, ended: Ended) -> Ended:
    """Tell everybody who remembers these credentials to forget them."""
    if ended:
        tx.emit(AccessRevoked(credential_ids=ended))
    return ended


async def identify(tx: Transaction, kind: Literal["session", "token"], secret: str) -> Authenticated | None:
    """Whose credential this is and what it allows now; None where it has ended or never was."""
    if kind == "session":
        return await _by_session(tx, secret)
    return await _by_token(tx, secret)


async def _by_session(tx: Transaction, secret: str) -> Authenticated | None:
    query = sa.select(Session, Agent).join(Agent, Agent.id == Session.agent_id)
    row = (await tx.session.execute(query.where(Session.secret_sha256 == digest(secret)))).one_or_none()
    if row is None:
        return None
    session, agent = row
    if not agent.active or session_ends(session.created_at, session.seen_at) <= tx.now:
        return None
    if tx.now - session.seen_at >= SEEN_EVERY:
        await tx.session.execute(sa.update(Session).where(Session.id == session.id).values(seen_at=tx.now))
    return Authenticated(
        agent_id=agent.id,
        credential_id=session.id,
        kind="session",
        name=agent.name,
        role=agent.role,
        permissions=PERMISSIONS[agent.role],
    )


async def _by_token(tx: Transaction, text: str) -> Authenticated | None:
    token_id = credentials.token_id(text)
    if token_id is None:
        return None
    query = sa.select(ApiToken, Agent).join(Agent, Agent.id == ApiToken.agent_id).where(ApiToken.id == token_id)
    row = (await tx.session.execute(query)).one_or_none()
    if row is None:
        return None
    token, agent = row
    right = hmac.compare_digest(token.secret_sha256, digest(text))
    if not right or not agent.active or token.expires_at <= tx.now:
        return None
    if token.last_used_at is None or tx.now - token.last_used_at >= SEEN_EVERY:
        await tx.session.execute(sa.update(ApiToken).where(ApiToken.id == token.id).values(last_used_at=tx.now))
    return Authenticated(
        agent_id=agent.id,
        credential_id=token.id,
        kind="token",
        name=agent.name,
        role=agent.role,
        permissions=allowed(agent.role, scopes=token.scopes),
    )
