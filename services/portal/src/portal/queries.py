"""What the portal's own database tells: accesses, who may sign in, who is signed in, what was submitted."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from chassis.database import Transaction
from contracts.portal import Author
from portal.errors import AccessNotFound, SubmissionNotFound
from portal.models import access_contact, external_access, portal_session, sign_in_link, submission
from portal.rules.access import AccessFields, ChannelUse, Section, SignedIn, Visibility
from portal.rules.tokens import digest

KEPT_REQUESTS = timedelta(days=1)
"""How long requests for links are kept, to count them."""


class SubmissionKind(StrEnum):
    """What a customer wrote."""

    TICKET = "ticket"
    REPLY = "reply"


class SubmissionState(StrEnum):
    """How far it is: stored here, in a ticket, or refused by the ticket core."""

    SUBMITTED = "submitted"
    FILED = "filed"
    REFUSED = "refused"


@dataclass(frozen=True, kw_only=True)
class Access:
    """An external access."""

    id: UUID
    version: int
    fields: AccessFields
    created_at: datetime
    changed_at: datetime

    def as_json(self) -> dict[str, object]:
        """What a stale change is shown."""
        return {
            "id": str(self.id),
            "version": self.version,
            "name": self.fields.name,
            "active": self.fields.active,
            "sections": sorted(self.fields.sections),
            "visibility": self.fields.visibility,
            "channels": dict(self.fields.channels),
        }


@dataclass(frozen=True, kw_only=True)
class Member:
    """A contact that an access lets in."""

    contact_id: UUID
    added_at: datetime


@dataclass(frozen=True, kw_only=True)
class SignInRequest:
    """Somebody wants to sign in with this address, which is in the form to compare."""

    id: UUID
    address: str
    asked_at: datetime


@dataclass(frozen=True, kw_only=True)
class Link:
    """Whom a sign-in link lets in, and at which of their addresses they get it."""

    contact_id: UUID
    access_id: UUID
    address: str


@dataclass(frozen=True, kw_only=True)
class Submission:
    """What a customer wrote, and what became of it."""

    id: UUID
    kind: SubmissionKind
    state: SubmissionState
    number: int | None
    refusal: str | None
    at: datetime


async def list_accesses(tx: Transaction, *, after: str | None, limit: int) -> list[Access]:
    """External accesses by name, from behind the name ``after``."""
    query = sa.select(external_access).order_by(external_access.c.name).limit(limit)
    if after is not None:
        query = query.where(external_access.c.name > after)
    return [_access(row) for row in await tx.session.execute(query)]


async def get_access(tx: Transaction, access_id: UUID, *, lock: bool = False) -> Access:
    """One external access. Raises `AccessNotFound`."""
    query = sa.select(external_access).where(external_access.c.id == access_id)
    row = (await tx.session.execute(query.with_for_update() if lock else query)).one_or_none()
    if row is None:
        raise AccessNotFound("There is no external access with this id. Reload the list.")
    return _access(row)


async def list_members(tx: Transaction, access_id: UUID, *, after: UUID | None, limit: int) -> list[Member]:
    """The contacts of an access by id, from behind ``after``. Raises `AccessNotFound`."""
    await get_access(tx, access_id)
    query = (
        sa.select(access_contact.c.contact_id, access_contact.c.added_at)
        .where(access_contact.c.access_id == access_id)
        .order_by(access_contact.c.contact_id)
        .limit(limit)
    )
    if after is not None:
        query = query.where(access_contact.c.contact_id > after)
    return [Member(contact_id=row.contact_id, added_at=row.added_at) for row in await tx.session.execute(query)]


async def access_of_any(tx: Transaction, contact_ids: Sequence[UUID]) -> tuple[UUID, UUID] | None:
    """The contact among these that an active access lets in, and the access: of several, who was let in first."""
    row = (
        await tx.session.execute(
            sa.select(access_contact.c.contact_id, access_contact.c.access_id)
            .join(external_access)
            .where(access_contact.c.contact_id.in_(contact_ids), external_access.c.active.is_(True))
            .order_by(access_contact.c.added_at, access_contact.c.contact_id)
            .limit(1)
        )
    ).one_or_none()
    return (row.contact_id, row.access_id) if row is not None else None


async def contact_of_link(tx: Transaction, token: str) -> UUID | None:
    """Whom a link lets in now; None for one that was used, is too old, or was never one."""
    contact_id: UUID | None = await tx.session.scalar(
        sa.select(sign_in_link.c.contact_id)
        .join(external_access, external_access.c.id == sign_in_link.c.access_id)
        .where(
            sign_in_link.c.digest == digest(token),
            sign_in_link.c.used_at.is_(None),
            sign_in_link.c.expires_at > tx.now,
            external_access.c.active.is_(True),
        )
    )
    return contact_id


async def signed_in(tx: Transaction, token: str, *, idle: timedelta) -> SignedIn | None:
    """The customer with this session, and what their access allows now; None where nobody is signed in by it."""
    row = (
        await tx.session.execute(
            sa.select(
                portal_session, external_access.c.sections, external_access.c.visibility, external_access.c.channels
            )
            .join(external_access, external_access.c.id == portal_session.c.access_id)
            .where(
                portal_session.c.digest == digest(token),
                portal_session.c.expires_at > tx.now,
                portal_session.c.used_at > tx.now - idle,
                external_access.c.active.is_(True),
            )
        )
    ).one_or_none()
    if row is None:
        return None
    return SignedIn(
        digest=row.digest,
        contact_id=row.contact_id,
        access_id=row.access_id,
        author=Author(
            contact_id=row.contact_id,
            name=row.name,
            address=row.address,
            company_id=row.company_id,
            company_name=row.company_name,
        ),
        sections=frozenset(Section(section) for section in row.sections),
        visibility=Visibility(row.visibility),
        channels=_channels(row.channels),
        used_at=row.used_at,
        expires_at=row.expires_at,
    )


async def get_submission(tx: Transaction, contact_id: UUID, *, submission_id: UUID) -> Submission:
    """What this contact sent. Raises `SubmissionNotFound`."""
    row = (
        await tx.session.execute(
            sa.select(submission).where(submission.c.id == submission_id, submission.c.contact_id == contact_id)
        )
    ).one_or_none()
    if row is None:
        raise SubmissionNotFound("You have sent nothing with this id.")
    return Submission(
        id=row.id,
        kind=SubmissionKind(row.kind),
        state=SubmissionState(row.state),
        number=row.number,
        refusal=row.refusal,
        at=row.at,
    )


def _access(row: sa.Row[Any]) -> Access:
    return Access(
        id=row.id,
        version=row.version,
        fields=AccessFields(
            name=row.name,
            active=row.active,
            sections=frozenset(Section(section) for section in row.sections),
            visibility=Visibility(row.visibility),
            channels=_channels(row.channels),
        ),
        created_at=row.created_at,
        changed_at=row.changed_at,
    )


def _channels(stored: dict[str, str]) -> dict[str, ChannelUse]:
    return {key: ChannelUse(use) for key, use in stored.items()}
