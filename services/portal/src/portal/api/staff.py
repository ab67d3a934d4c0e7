"""The staff API of external accesses (PX-04, PX-05, PX-06): what customers may see, and who may sign in."""

from dataclasses import replace
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends, Query, Request, Response
from pydantic import BaseModel, Field, StringConstraints

from chassis.app import App
from chassis.auth import require
from chassis.bus import Refused
from chassis.http import Tx
from chassis.idempotency import IdempotencyKey, once
from chassis.inputs import Input
from chassis.listener import Unavailable
from chassis.paging import InvalidCursor, decode_cursor, encode_cursor
from chassis.problems import Invalid, PreconditionRequired, refusals
from chassis.routes import Routes
from chassis.versions import IfMatch, StaleVersion, etag
from contracts.crm_match import GetContact
from contracts.messages import CHANNEL_KEY
from contracts.tickets import Authenticated, Permission
from portal import queries
from portal.api.shapes import Line
from portal.errors import (
    AccessExists,
    AccessNotFound,
    ContactHasAccess,
    ContactNotInAccess,
    ContactsNotReadable,
    UnknownContact,
)
from portal.operations import accesses
from portal.rules.access import AccessFields, ChannelUse, Section, Visibility

PREFIX = "/api/v1/external-accesses"

Administrator = Annotated[Authenticated, Depends(require(Permission.PORTAL_MANAGE))]
Cursor = Annotated[str | None, Query(max_length=1000, description="What the page before gave as `next`.")]
Limit = Annotated[int, Query(ge=1, le=200)]


Name = Annotated[Line, StringConstraints(max_length=100)]
ChannelKey = Annotated[str, StringConstraints(pattern=CHANNEL_KEY.pattern)]
Channels = Annotated[dict[ChannelKey, ChannelUse], Field(max_length=200)]


class ExternalAccessIn(Input):
    """A new external access. ``channels``: by key, whether customers may write there or only read."""

    name: Name
    active: bool = True
    sections: frozenset[Section] = frozenset(Section)
    visibility: Visibility = Visibility.OWN
    channels: Channels = Field(default_factory=dict)


class ExternalAccessPatch(Input):
    """What shall change; a field that is left out stays. ``channels`` and ``sections`` are replaced as a whole."""

    # Factories, because null is none of these: the API document shows the fields as optional and without a default.
    name: Name = Field(default_factory=str)
    active: bool = Field(default_factory=bool)
    sections: frozenset[Section] = Field(default_factory=frozenset)
    visibility: Visibility = Field(default_factory=lambda: Visibility.OWN)
    channels: Channels = Field(default_factory=dict)


class ExternalAccessOut(BaseModel):
    """An external access."""

    id: UUID
    name: str
    active: bool
    sections: list[Section]
    visibility: Visibility
    channels: dict[str, ChannelUse]
    version: int
    created_at: datetime
    changed_at: datetime


class ExternalAccessesOut(BaseModel):
    """A page of external accesses by name."""

    items: list[ExternalAccessOut]
    next: str | None


class AccessContactOut(BaseModel):
    """A contact that may sign in by an external access."""

    contact_id: UUID
    added_at: datetime


class AccessContactsOut(BaseModel):
    """A page of contacts that may sign in."""

    items: list[AccessContactOut]
    next: str | None


def routes(app: App) -> Routes:
    """The routes for administrators of the portal."""
    router = Routes(prefix=PREFIX, tags=["external accesses"])
    _add_accesses(router)
    _add_contacts(router, app)
    return router


def _add_accesses(router: Routes) -> None:
    @router.get("", operation_id="list_external_accesses", responses=refusals(InvalidCursor))
    async def list_external_accesses(
        tx: Tx, _who: Administrator, cursor: Cursor = None, limit: Limit = 50
    ) -> ExternalAccessesOut:
        """External accesses by name."""
        after = decode_cursor(cursor, str)[0] if cursor else None
        found = await queries.list_accesses(tx, after=after, limit=limit)
        more = encode_cursor(found[-1].fields.name) if len(found) == limit else None
        return ExternalAccessesOut(items=[_out(access) for access in found], next=more)

    @router.post(
        "",
        status_code=201,
        response_model=ExternalAccessOut,
        operation_id="create_external_access",
        responses=refusals(AccessExists, Invalid),
    )
    async def create_external_access(
        tx: Tx, who: Administrator, request: Request, body: ExternalAccessIn, key: IdempotencyKey = None
    ) -> Response:
        """Create an external access; nobody may sign in by it yet."""

        async def work() -> ExternalAccessOut:
            return _out(await accesses.create_access(tx, AccessFields(**dict(body))))

        return await once(
            tx, request, key=key, actor_id=who.agent_id, work=work, location=lambda made: f"{PREFIX}/{made.id}"
        )

    @router.get("/{access_id}", operation_id="get_external_access", responses=refusals(AccessNotFound))
    async def get_external_access(
        tx: Tx, _who: Administrator, response: Response, access_id: UUID
    ) -> ExternalAccessOut:
        """One external access, with its version in ``ETag``."""
        access = await queries.get_access(tx, access_id)
        response.headers["ETag"] = etag(access.version)
        return _out(access)

    @router.patch(
        "/{access_id}",
        operation_id="change_external_access",
        responses=refusals(AccessNotFound, StaleVersion, AccessExists, PreconditionRequired, Invalid),
    )
    async def change_external_access(
        tx: Tx, _who: Administrator, response: Response, version: IfMatch, access_id: UUID, patch: ExternalAccessPatch
    ) -> ExternalAccessOut:
        """Change an external access that was read in the version of ``If-Match``."""
        changes: dict[str, Any] = {field: getattr(patch, field) for field in patch.model_fields_set}
        access = await accesses.change_access(
            tx, access_id, version=version, change=lambda fields: replace(fields, **changes)
        )
        response.headers["ETag"] = etag(access.version)
        return _out(access)


def _add_contacts(router: Routes, app: App) -> None:
    @router.get(
        "/{access_id}/contacts", operation_id="list_access_contacts", responses=refusals(AccessNotFound, InvalidCursor)
    )
    async def list_access_contacts(
        tx: Tx, _who: Administrator, access_id: UUID, cursor: Cursor = None, limit: Limit = 50
    ) -> AccessContactsOut:
        """The contacts that may sign in by this external access."""
        after = decode_cursor(cursor, UUID)[0] if cursor else None
        found = await queries.list_members(tx, access_id, after=after, limit=limit)
        more = encode_cursor(found[-1].contact_id) if len(found) == limit else None
        items = [AccessContactOut(contact_id=member.contact_id, added_at=member.added_at) for member in found]
        return AccessContactsOut(items=items, next=more)

    @router.put(
        "/{access_id}/contacts/{contact_id}",
        status_code=204,
        operation_id="add_access_contact",
        responses=refusals(AccessNotFound, UnknownContact, ContactHasAccess, ContactsNotReadable),
    )
    async def add_access_contact(_who: Administrator, access_id: UUID, contact_id: UUID) -> None:
        """Let a contact sign in by this external access; a second time changes nothing."""
        await _refuse_unknown(app, contact_id)
        async with app.database.transaction() as tx:
            await accesses.add_contact(tx, access_id, contact_id=contact_id)

    @router.delete(
        "/{access_id}/contacts/{contact_id}",
        status_code=204,
        operation_id="remove_access_contact",
        responses=refusals(ContactNotInAccess),
    )
    async def remove_access_contact(tx: Tx, _who: Administrator, access_id: UUID, contact_id: UUID) -> None:
        """Take a contact out; who is signed in is out at once (PX-06)."""
        await accesses.remove_contact(tx, access_id, contact_id=contact_id)


async def _refuse_unknown(app: App, contact_id: UUID) -> None:
    try:
        await app.bus.ask(GetContact(contact_id=contact_id))
    except Refused as refused:
        raise UnknownContact("There is no contact with this id. Create it first.") from refused
    except Unavailable as error:
        raise ContactsNotReadable("The contact cannot be looked up right now. Try again in a moment.") from error


def _out(access: queries.Access) -> ExternalAccessOut:
    return ExternalAccessOut(
        id=access.id,
        name=access.fields.name,
        active=access.fields.active,
        sections=sorted(access.fields.sections),
        visibility=access.fields.visibility,
        channels=dict(access.fields.channels),
        version=access.version,
        created_at=access.created_at,
        changed_at=access.changed_at,
    )
