"""One-time links: asked for, made, used. With one an agent sets a password, or the first administrator comes to be."""

import logging
from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

import sqlalchemy as sa

from chassis.database import Transaction
from chassis.ids import new_id
from contracts.tickets import Authenticated
from tickets.audit.operations import record
from tickets.staff import access, operations
from tickets.staff.access import Ended
from tickets.staff.errors import AgentHasPassword, AgentInactive, InvalidLink, SetUpAlready, TooManyResets
from tickets.staff.models import Agent
from tickets.staff.models_links import LinkRequest, OneTimeLink
from tickets.staff.operations import AgentFields
from tickets.staff.queries import AgentView, get_agent
from tickets.staff.rules.credentials import new_secret
from tickets.staff.rules.links import (
    LIFETIME,
    MOST_FOR_ACCOUNT,
    MOST_FROM_NETWORK,
    SETS_PASSWORD,
    WINDOW,
    Purpose,
    digest_of,
    network_of,
)

log = logging.getLogger(__name__)

MAIL_LINKS = "mail-links"
"""The job that mails what is asked for here."""

MAILED_AT_ONCE = 20
LEASE = timedelta(minutes=1)
"""So long a request belongs to the worker that took it; then another one tries."""

LONGEST_PAUSE = timedelta(minutes=5)
_ACCOUNT, _NETWORK = 1, 2


@dataclass(frozen=True, kw_only=True)
class Wish:
    """A request that the job has taken."""

    id: UUID
    purpose: Purpose
    account: str
    ended: bool
    tries: int


@dataclass(frozen=True, kw_only=True)
class Made:
    """A link for an agent; ``secret`` is stored nowhere."""

    id: UUID
    agent: AgentView
    secret: str


async def ask_for_reset(tx: Transaction, *, account: str, address: str) -> None:
    """Somebody forgot the password of an account. Whether it exists is neither looked up here nor told.

    Raises `TooManyResets` for a network that asked too often. An account that is asked for too often gets no further
    mail, and nobody is told that either: the request counts for the network, and is then for nobody.
    """
    network = network_of(address)
    for kind, value in ((_ACCOUNT, account), (_NETWORK, network)):  # always in this order: nobody waits in a circle
        await tx.session.execute(sa.select(sa.func.pg_advisory_xact_lock(kind, sa.func.hashtext(value))))
    counted = sa.select(sa.func.count()).select_from(LinkRequest).where(LinkRequest.asked_at > tx.now - WINDOW)
    if (await tx.session.scalar(counted.where(LinkRequest.network == network)) or 0) >= MOST_FROM_NETWORK:
        raise TooManyResets(
            "Too many new passwords were asked for from this address. Try again in an hour.",
            headers={"Retry-After": str(int(WINDOW.total_seconds()))},
        )
    mailed = counted.where(LinkRequest.account == account, LinkRequest.network != "")
    if (await tx.session.scalar(mailed) or 0) < MOST_FOR_ACCOUNT:
        _ask(tx, Purpose.RESET, account=account, network=network)
    else:
        _ask(tx, Purpose.RESET, account="", network=network)
    await tx.session.flush()


async def invite(tx: Transaction, agent_id: UUID, *, actor: Authenticated) -> None:
    """Mail an agent a link to set the first password; nothing further while one is waiting to be mailed.

    Raises `AgentNotFound`, `AgentInactive`, `AgentHasPassword`.
    """
    locked = sa.select(Agent.password_hash).where(Agent.id == agent_id).with_for_update()
    password_hash = await tx.session.scalar(locked)
    agent = await get_agent(tx, agent_id)
    if not agent.active:
        raise AgentInactive("The agent is not active, so the link would open nothing. Activate the agent first.")
    if password_hash is not None:
        raise AgentHasPassword("The agent has a password. Whoever forgot it asks for a new one on the sign-in page.")
    waiting = sa.select(LinkRequest.id).where(
        LinkRequest.account == agent.email, LinkRequest.purpose == Purpose.INVITATION, LinkRequest.done_at.is_(None)
    )
    if await tx.session.scalar(waiting.limit(1)) is None:
        _ask(tx, Purpose.INVITATION, account=agent.email, network="")
        await tx.session.flush()
        details = {"email": agent.email}
        await record(tx, actor=actor, action="agent.invited", subject=f"agent:{agent_id}", details=details)


def _ask(tx: Transaction, purpose: Purpose, *, account: str, network: str) -> None:
    tx.session.add(
        LinkRequest(
            id=new_id(),
            purpose=purpose,
            account=account,
            network=network,
            asked_at=tx.now,
            due_at=tx.now,
            tries=0,
            done_at=None,
        )
    )
    tx.wake(MAIL_LINKS)


async def take_wishes(tx: Transaction) -> list[Wish]:
    """Requests that are due, for this worker alone until the lease ends."""
    due = (
        sa.select(LinkRequest)
        .where(LinkRequest.done_at.is_(None), LinkRequest.due_at <= tx.now)
        .order_by(LinkRequest.due_at)
        .limit(MAILED_AT_ONCE)
        .with_for_update(skip_locked=True)
    )
    wishes: list[Wish] = []
    for request in await tx.session.scalars(due):
        wishes.append(
            Wish(
                id=request.id,
                purpose=request.purpose,
                account=request.account,
                ended=tx.now - request.asked_at > LIFETIME[request.purpose],
                tries=request.tries,
            )
        )
        request.due_at = tx.now + LEASE
        request.tries += 1
    return wishes


async def make_for(tx: Transaction, wish: Wish) -> Made | None:
    """A link for the agent with this account; None where there is none who may sign in.

    Each try makes one more: a mail whose acceptance was not heard of may be on its way with the one before.
    """
    query = sa.select(Agent.id).where(Agent.email == wish.account, Agent.active)
    agent_id = await tx.session.scalar(query)
    if agent_id is None:
        return None
    link_id, secret = await _make(tx, wish.purpose, agent_id=agent_id)
    return Made(id=link_id, agent=await get_agent(tx, agent_id), secret=secret)


async def _make(tx: Transaction, purpose: Purpose, *, agent_id: UUID | None) -> tuple[UUID, str]:
    secret = new_secret()
    link = OneTimeLink(
        id=new_id(),
        purpose=purpose,
        agent_id=agent_id,
        secret_sha256=digest_of(purpose, secret),
        created_at=tx.now,
        expires_at=tx.now + LIFETIME[purpose],
    )
    tx.session.add(link)
    await tx.session.flush()
    return link.id, secret


async def close_wish(tx: Transaction, wish: Wish) -> None:
    """It is mailed, or nobody will get it."""
    await tx.session.execute(sa.update(LinkRequest).where(LinkRequest.id == wish.id).values(done_at=tx.now))


async def try_later(tx: Transaction, wish: Wish) -> None:
    """The mail service cannot be reached: again after 2, 4, 8 … seconds, at most five minutes."""
    pause = min(timedelta(seconds=2 ** min(wish.tries + 1, 20)), LONGEST_PAUSE)
    await tx.session.execute(sa.update(LinkRequest).where(LinkRequest.id == wish.id).values(due_at=tx.now + pause))


async def agent_of(tx: Transaction, token: str) -> AgentView:
    """Whose password this link sets. Raises `InvalidLink`, in one way for every reason."""
    agent_id = await tx.session.scalar(sa.select(OneTimeLink.agent_id).where(*_works(tx, token, SETS_PASSWORD)))
    if agent_id is None:
        raise _invalid()
    agent = await get_agent(tx, agent_id)
    if not agent.active:
        raise _invalid()
    return agent


async def set_password_by_link(tx: Transaction, token: str, *, password_hash: str) -> Ended:
    """Use up the link: the password is set, every session and every other link of the agent ends.

    Raises `InvalidLink`, also where somebody else has used it in this moment.
    """
    agent = await agent_of(tx, token)
    await tx.session.execute(sa.select(Agent.id).where(Agent.id == agent.id).with_for_update())
    used = sa.delete(OneTimeLink).where(*_works(tx, token, SETS_PASSWORD)).returning(OneTimeLink.purpose)
    purpose = await tx.session.scalar(used)
    if purpose is None:
        raise _invalid()
    await access.forgive_account(tx, email=agent.email)
    return await operations.set_password(tx, agent.id, password_hash=password_hash, by=purpose.value)


async def make_setup_link(tx: Transaction) -> str:
    """The secret of a link with which the first administrator sets the desk up; earlier ones end.

    Raises `SetUpAlready` where there is an administrator.
    """
    await operations.lock_administrators(tx)
    if await is_set_up(tx):
        raise SetUpAlready("There is an administrator already, who can add others.")
    await tx.session.execute(sa.delete(OneTimeLink).where(OneTimeLink.purpose == Purpose.SETUP))
    link_id, secret = await _make(tx, Purpose.SETUP, agent_id=None)
    await record(tx, actor=None, action="setup.link_made", subject=f"link:{link_id}", details={})
    return secret


async def is_set_up(tx: Transaction) -> bool:
    """Whether somebody can administer the desk."""
    return await operations.count_administrators(tx) > 0


async def setup_works(tx: Transaction, token: str) -> None:
    """Raises `InvalidLink` unless this link sets the desk up."""
    if await tx.session.scalar(sa.select(OneTimeLink.id).where(*_works(tx, token, (Purpose.SETUP,)))) is None:
        raise _invalid()


async def set_up(tx: Transaction, token: str, fields: AgentFields, *, password_hash: str) -> AgentView:
    """Use up the link: the first administrator comes to be. Raises `InvalidLink`, `SetUpAlready`, `EmailTaken`."""
    await operations.lock_administrators(tx)
    if await is_set_up(tx):
        raise SetUpAlready("There is an administrator already, who can add others.")
    used = sa.delete(OneTimeLink).where(*_works(tx, token, (Purpose.SETUP,))).returning(OneTimeLink.id)
    if await tx.session.scalar(used) is None:
        raise _invalid()
    return await operations.create_agent(tx, fields, password_hash=password_hash)


def _works(tx: Transaction, token: str, purposes: Collection[Purpose]) -> tuple[sa.ColumnElement[bool], ...]:
    digests = [digest_of(purpose, token) for purpose in purposes]
    return OneTimeLink.secret_sha256.in_(digests), OneTimeLink.expires_at > tx.now


def _invalid() -> InvalidLink:
    return InvalidLink("This link does not work: it was used, it has ended, or it is not complete. Ask for a new one.")
