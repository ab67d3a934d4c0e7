"""HTTP: tickets and what agents do with them."""

from datetime import datetime, timedelta
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Path, Query, Request, Response

from chassis.app import App
from chassis.auth import require
from chassis.bus import Refused
from chassis.database import Transaction
from chassis.http import Tx
from chassis.idempotency import IdempotencyKey, once
from chassis.paging import InvalidCursor
from chassis.problems import FieldError, Forbidden, Invalid, PreconditionRequired, refusals
from chassis.routes import Routes
from chassis.versions import IfMatch, StaleVersion
from contracts.crm_match import ContactCard, GetContact
from contracts.tickets import Authenticated, Permission
from tickets.channels.queries import access_of
from tickets.desk import changing, history, operations, queries
from tickets.desk.answers import ActivityPage, TicketOut, answer
from tickets.desk.history import Order
from tickets.desk.models import Ticket
from tickets.desk.operations import Acting
from tickets.desk.records import NewActivity
from tickets.desk.rules.words import Kind
from tickets.desk.shapes import ActivityAccepted, NoteIn, ReplyIn, TicketIn, TicketPatch
from tickets.errors import (
    ActivityNotFound,
    CannotBeAnswered,
    ChannelIsReadOnly,
    FilesTooLarge,
    InternalTicketCannotMail,
    NewActivities,
    NoRecipient,
    StatusNotAllowed,
    TicketIsMerged,
    TicketMoved,
    TicketNotFound,
    UnknownReference,
)
from tickets.properties.errors import InvalidFields, TooManyTags
from tickets.settings import Settings

Reader = Annotated[Authenticated, Depends(require(Permission.TICKETS_READ))]
Writer = Annotated[Authenticated, Depends(require(Permission.TICKETS_WRITE))]
Noter = Annotated[Authenticated, Depends(require(Permission.NOTES_WRITE))]
Number = Annotated[int, Path(ge=1, le=2**53, description="The ticket's number, without its prefix.")]
Cursor = Annotated[str | None, Query(max_length=1000, description="What the page before gave as `next`.")]
Limit = Annotated[int, Query(ge=1, le=200)]

ME = "me"

router = Routes(prefix="/api/v1", tags=["tickets"])


def app_of(request: Request) -> App:
    """The app behind a request."""
    app: App = request.app.state.app
    return app


async def settings_of(request: Request) -> Settings:
    """The settings behind a request."""
    settings = app_of(request).settings
    if not isinstance(settings, Settings):
        raise TypeError(f"{type(settings).__name__} are not the settings of this service")
    return settings


Conf = Annotated[Settings, Depends(settings_of)]


async def acting(tx: Transaction, who: Authenticated) -> Acting:
    """The agent who calls, with what they have access to."""
    return Acting(who=who, access=await access_of(tx, who.agent_id))


async def known_contact(request: Request, contact_id: UUID | None) -> ContactCard | None:
    """The contact, asked of the contact service before the transaction holds anything. Raises `UnknownReference`."""
    if contact_id is None:
        return None
    try:
        return (await app_of(request).bus.ask(GetContact(contact_id=contact_id))).contact
    except Refused as refused:
        raise UnknownReference(f"There is no contact {contact_id}.") from refused


@router.post(
    "/tickets",
    operation_id="open_ticket",
    status_code=201,
    response_model=TicketOut,
    responses=refusals(ChannelIsReadOnly, UnknownReference, NoRecipient, InvalidFields, FilesTooLarge, Invalid),
)
async def open_ticket(
    request: Request, tx: Tx, who: Writer, conf: Conf, new: TicketIn, key: IdempotencyKey = None
) -> Response:
    """Open a ticket by e-mail, from an enquiry, or internally (CW-04, CW-06, CW-14)."""
    contact = await known_contact(request, new.contact_id)

    async def work() -> TicketOut:
        agent = await acting(tx, who)
        ticket = await operations.open_ticket(tx, agent, new, contact=contact, settings=conf)
        return await queries.ticket_view(tx, who.agent_id, ticket.number, prefix=conf.ticket_prefix)

    return await once(tx, request, key=key, actor_id=who.agent_id, work=work, location=_ticket_location)


def _ticket_location(ticket: TicketOut) -> str:
    return f"/api/v1/tickets/{ticket['number']}"


@router.get(
    "/tickets/{number:int}",
    operation_id="get_ticket",
    response_model=TicketOut,
    responses=refusals(TicketNotFound, TicketMoved),
)
async def get_ticket(tx: Tx, who: Reader, conf: Conf, number: Number) -> Response:
    """A ticket with its first page of activities, status, channel, owner, responsible person and watchers (TC-08).

    The number of a merged ticket leads to the one that it is part of (TS-09).
    """
    ticket = await queries.ticket_view(tx, who.agent_id, number, prefix=conf.ticket_prefix)
    return answer(ticket, version=ticket["version"])


@router.get(
    "/tickets/{number:int}/activities",
    operation_id="list_activities",
    response_model=ActivityPage,
    responses=refusals(TicketNotFound, InvalidCursor),
)
async def list_activities(
    tx: Tx, who: Reader, number: Number, order: Order = "newest", cursor: Cursor = None, limit: Limit = 50
) -> Response:
    """The activities of a ticket, page by page (TC-11)."""
    ticket = await queries.find_ticket(tx, await access_of(tx, who.agent_id), number, follow=True)
    return answer(await history.activity_page(tx, ticket.id, limit=limit, order=order, cursor=cursor))


@router.patch(
    "/tickets/{number:int}",
    operation_id="change_ticket",
    response_model=TicketOut | None,
    responses=refusals(
        TicketNotFound,
        TicketIsMerged,
        ChannelIsReadOnly,
        StaleVersion,
        StatusNotAllowed,
        NewActivities,
        UnknownReference,
        InvalidFields,
        TooManyTags,
        Invalid,
        PreconditionRequired,
    ),
)
async def change_ticket(
    request: Request,
    tx: Tx,
    who: Writer,
    conf: Conf,
    number: Number,
    patch: TicketPatch,
    version: IfMatch,
) -> Response:
    """Change status, channel, owner, responsible person, subject, contact, priority, colour marker, tags or fields.

    The answer is null where the change took the ticket out of the agent's sight (CV-06).
    """
    contact = await known_contact(request, patch.contact_id)
    agent = await acting(tx, who)
    await changing.change_ticket(tx, agent, number, patch, expected=version, contact=contact, settings=conf)
    return await _seen(tx, who, number, conf)


@router.post(
    "/tickets/{number:int}/ownership",
    operation_id="take_ownership",
    response_model=TicketOut | None,
    responses=refusals(TicketNotFound, TicketIsMerged, ChannelIsReadOnly, StaleVersion, Invalid, PreconditionRequired),
)
async def take_ownership(tx: Tx, who: Writer, conf: Conf, number: Number, version: IfMatch) -> Response:
    """Become the owner; a new ticket is in progress then (C6)."""
    agent = await acting(tx, who)
    await changing.take_ownership(tx, agent, number, expected=version, settings=conf)
    return await _seen(tx, who, number, conf)


async def _seen(tx: Transaction, who: Authenticated, number: int, conf: Settings) -> Response:
    try:
        ticket = await queries.ticket_view(tx, who.agent_id, number, prefix=conf.ticket_prefix)
    except TicketNotFound:
        return answer(None)
    return answer(ticket, version=ticket["version"])


@router.post(
    "/tickets/{number:int}/replies",
    operation_id="reply_to_ticket",
    status_code=201,
    response_model=ActivityAccepted,
    responses=refusals(
        TicketNotFound,
        TicketIsMerged,
        ActivityNotFound,
        ChannelIsReadOnly,
        InternalTicketCannotMail,
        CannotBeAnswered,
        NewActivities,
        NoRecipient,
        UnknownReference,
        FilesTooLarge,
        Invalid,
    ),
)
async def reply_to_ticket(
    request: Request,
    tx: Tx,
    who: Writer,
    conf: Conf,
    number: Number,
    reply: ReplyIn,
    key: IdempotencyKey = None,
) -> Response:
    """Answer the customer by mail; the ticket is answered as soon as a mail server has taken it over (AT-02, MT-08)."""

    async def work() -> ActivityAccepted:
        agent = await acting(tx, who)
        ticket, activity, leaving = await operations.reply_to_ticket(tx, agent, number, reply, settings=conf)
        undo_until = tx.now + timedelta(seconds=leaving.undo_seconds) if leaving.undo_seconds else None
        return accepted(ticket, activity, undo_until=undo_until)

    return await once(tx, request, key=key, actor_id=who.agent_id, work=work, location=_activities_location)


@router.post(
    "/tickets/{number:int}/notes",
    operation_id="add_note",
    status_code=201,
    response_model=ActivityAccepted,
    responses=refusals(
        TicketNotFound,
        TicketIsMerged,
        ChannelIsReadOnly,
        InternalTicketCannotMail,
        NewActivities,
        UnknownReference,
        FilesTooLarge,
        Invalid,
    ),
)
async def add_note(
    request: Request, tx: Tx, who: Noter, conf: Conf, number: Number, note: NoteIn, key: IdempotencyKey = None
) -> Response:
    """Add a note that stays inside. What happens `then` needs `tickets:write`."""
    if note.then is not None and Permission.TICKETS_WRITE not in who.permissions:
        raise Forbidden("This needs the permission 'tickets:write', which your role or token does not have.")
    return await _add(request, tx, who, conf, number, note, kind=Kind.NOTE, key=key)


@router.post(
    "/tickets/{number:int}/calls",
    operation_id="add_call",
    status_code=201,
    response_model=ActivityAccepted,
    responses=refusals(
        TicketNotFound,
        TicketIsMerged,
        ChannelIsReadOnly,
        InternalTicketCannotMail,
        NewActivities,
        UnknownReference,
        FilesTooLarge,
        Invalid,
    ),
)
async def add_call(
    request: Request, tx: Tx, who: Writer, conf: Conf, number: Number, note: NoteIn, key: IdempotencyKey = None
) -> Response:
    """Write down a phone call."""
    return await _add(request, tx, who, conf, number, note, kind=Kind.CALL, key=key)


async def _add(
    request: Request,
    tx: Transaction,
    who: Authenticated,
    conf: Settings,
    number: int,
    note: NoteIn,
    *,
    kind: Kind,
    key: str | None,
) -> Response:
    async def work() -> ActivityAccepted:
        agent = await acting(tx, who)
        return accepted(*await operations.add_note(tx, agent, number, note, kind=kind, settings=conf))

    return await once(tx, request, key=key, actor_id=who.agent_id, work=work, location=_activities_location)


def accepted(ticket: Ticket, activity: NewActivity, *, undo_until: datetime | None = None) -> ActivityAccepted:
    """What the caller is told of an activity that was added."""
    return ActivityAccepted(
        id=activity.id,
        ticket_number=ticket.number,
        ticket_version=ticket.version,
        kind=activity.kind,
        undo_until=undo_until,
    )


def _activities_location(activity: ActivityAccepted) -> str:
    return f"/api/v1/tickets/{activity.ticket_number}/activities"


WatcherId = Annotated[str, Path(max_length=36, description="The agent's id, or `me`.")]


@router.put(
    "/tickets/{number:int}/watchers/{agent_id}",
    operation_id="watch_ticket",
    status_code=204,
    responses=refusals(TicketNotFound, TicketIsMerged, ChannelIsReadOnly, UnknownReference, Invalid),
)
async def watch_ticket(tx: Tx, who: Reader, number: Number, agent_id: WatcherId) -> None:
    """Let an agent be told of each new activity. Another agent than oneself needs `tickets:write`."""
    await operations.watch(tx, await acting(tx, who), number, _watcher(who, agent_id))


@router.delete(
    "/tickets/{number:int}/watchers/{agent_id}",
    operation_id="unwatch_ticket",
    status_code=204,
    responses=refusals(TicketNotFound, TicketIsMerged, ChannelIsReadOnly, Invalid),
)
async def unwatch_ticket(tx: Tx, who: Reader, number: Number, agent_id: WatcherId) -> None:
    """Let an agent not be told any more as a watcher. Another agent than oneself needs `tickets:write`."""
    await operations.unwatch(tx, await acting(tx, who), number, _watcher(who, agent_id))


def _watcher(who: Authenticated, text: str) -> UUID:
    if text == ME:
        return who.agent_id
    try:
        agent_id = UUID(text)
    except ValueError as error:
        raise Invalid(
            "The watcher is an agent's id, or 'me'.",
            errors=[FieldError(field="path.agent_id", detail="neither an id nor 'me'")],
        ) from error
    if agent_id != who.agent_id and Permission.TICKETS_WRITE not in who.permissions:
        raise Forbidden("This needs the permission 'tickets:write', which your role or token does not have.")
    return agent_id
