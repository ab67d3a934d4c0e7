"""Sign-in by a link in a mail: ask for a link, make it, use it once, end the session."""

import secrets
from collections.abc import Iterable, Sequence
from datetime import timedelta
from uuid import UUID

import sqlalchemy as sa

from chassis.database import Transaction
from chassis.ids import new_id
from contracts.crm_match import ContactCard
from portal.errors import LinkEnded
from portal.models import portal_session, sign_in_link, sign_in_request
from portal.queries import KEPT_REQUESTS, Link, SignInRequest
from portal.rules.access import SignedIn
from portal.rules.tokens import digest

CLAIM = 20
LEASE = timedelta(seconds=60)
"""How long a request belongs to the worker that took it; after that a crash is assumed and another one takes it."""

USE_STEP = timedelta(minutes=1)
"""A session's last use is written this often at most."""

_THROTTLE = 5_718_002
"""First half of the advisory lock under which the requests of one address are counted."""


async def ask_for_link(tx: Transaction, address: str, *, most: int, within: timedelta) -> None:
    """Note that somebody wants to sign in with this address, unless it was asked for too often.

    The same statements whether anybody has the address or not: who it is, the job finds out later, so that neither
    answer nor time tells. ``address`` is in the form to compare.
    """
    await tx.session.execute(sa.select(sa.func.pg_advisory_xact_lock(_THROTTLE, sa.func.hashtext(address))))
    recent = await tx.session.scalar(
        sa.select(sa.func.count())
        .select_from(sign_in_request)
        .where(sign_in_request.c.address == address, sign_in_request.c.asked_at > tx.now - within)
    )
    if recent is not None and recent < most:
        await tx.session.execute(
            sa.insert(sign_in_request).values(id=new_id(), address=address, asked_at=tx.now, due_at=tx.now)
        )
    tx.wake("sign-in-mails")


async def claim_requests(tx: Transaction) -> Sequence[SignInRequest]:
    """Take due requests for this worker alone, for the length of the lease."""
    due = (
        sa.select(sign_in_request.c.id)
        .where(sign_in_request.c.done_at.is_(None), sign_in_request.c.due_at <= tx.now)
        .order_by(sign_in_request.c.due_at)
        .limit(CLAIM)
        .with_for_update(skip_locked=True)
    )
    rows = await tx.session.execute(
        sa.update(sign_in_request)
        .where(sign_in_request.c.id.in_(due.scalar_subquery()))
        .values(due_at=tx.now + LEASE)
        .returning(sign_in_request.c.id, sign_in_request.c.address, sign_in_request.c.asked_at)
    )
    return [SignInRequest(id=row.id, address=row.address, asked_at=row.asked_at) for row in rows]


async def postpone_requests(tx: Transaction, request_ids: Iterable[UUID], *, pause: timedelta) -> None:
    """Try these again after a pause."""
    await tx.session.execute(
        sa.update(sign_in_request).where(sign_in_request.c.id.in_(request_ids)).values(due_at=tx.now + pause)
    )


async def close_request(tx: Transaction, request_id: UUID) -> None:
    """Nothing more is to be done for this request."""
    await tx.session.execute(
        sa.update(sign_in_request).where(sign_in_request.c.id == request_id).values(done_at=tx.now)
    )


async def create_link(tx: Transaction, link: Link, *, lifetime: timedelta) -> str:
    """Make a link that works once; returns its token, 256 random bits, of which only the digest is kept."""
    token = secrets.token_urlsafe(32)
    await tx.session.execute(
        sa.insert(sign_in_link).values(
            digest=digest(token),
            contact_id=link.contact_id,
            access_id=link.access_id,
            address=link.address,
            created_at=tx.now,
            expires_at=tx.now + lifetime,
        )
    )
    return token


async def open_session(tx: Transaction, token: str, *, contact: ContactCard, longest: timedelta) -> str:
    """Use the link up and open a session for its contact; returns the session's token. Raises `LinkEnded`."""
    used = (
        await tx.session.execute(
            sa.update(sign_in_link)
            .where(
                sign_in_link.c.digest == digest(token),
                sign_in_link.c.contact_id == contact.contact_id,
                sign_in_link.c.used_at.is_(None),
                sign_in_link.c.expires_at > tx.now,
            )
            .values(used_at=tx.now)
            .returning(sign_in_link.c.access_id, sign_in_link.c.address)
        )
    ).one_or_none()
    if used is None:
        raise LinkEnded("The link was used or is too old. Ask for a new one.")
    session_token = secrets.token_urlsafe(32)
    await tx.session.execute(
        sa.insert(portal_session).values(
            digest=digest(session_token),
            contact_id=contact.contact_id,
            access_id=used.access_id,
            name=contact.name,
            address=used.address,
            company_id=contact.company_id,
            company_name=contact.company_name,
            created_at=tx.now,
            used_at=tx.now,
            expires_at=tx.now + longest,
        )
    )
    return session_token


async def note_use(tx: Transaction, customer: SignedIn) -> None:
    """The session is in use; written at most once a minute."""
    if customer.used_at <= tx.now - USE_STEP:
        await tx.session.execute(
            sa.update(portal_session).where(portal_session.c.digest == customer.digest).values(used_at=tx.now)
        )


async def end_session(tx: Transaction, customer: SignedIn) -> None:
    """Sign out."""
    await tx.session.execute(sa.delete(portal_session).where(portal_session.c.digest == customer.digest))


async def forget_old(tx: Transaction) -> None:
    """Delete requests, links and sessions that have ended."""
    await tx.session.execute(
        sa.delete(sign_in_request).where(
            sign_in_request.c.asked_at < tx.now - KEPT_REQUESTS, sign_in_request.c.done_at.is_not(None)
        )
    )
    await tx.session.execute(sa.delete(sign_in_link).where(sign_in_link.c.expires_at < tx.now))
    await tx.session.execute(sa.delete(portal_session).where(portal_session.c.expires_at < tx.now))
