"""The portal API: customers sign in, read their tickets and write.

Reading asks the ticket core and holds no database connection meanwhile; without it reading is a 503. Writing needs
only the portal's own database; where an access shows the tickets of a whole company, an answer needs the contact
service, too, because who belongs to a company is asked anew each time.
"""

from contextlib import suppress
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Path, Query, Request, Response

from chassis.app import App
from chassis.auth import Public, refuse_cross_site
from chassis.bus import Refused
from chassis.http import Tx
from chassis.idempotency import IdempotencyKey, once
from chassis.listener import Unavailable
from chassis.paging import InvalidCursor
from chassis.problems import Forbidden, Invalid, Unauthenticated, refusals
from chassis.routes import Routes
from contracts.crm_match import ContactCard, GetContact, ListCompanyContacts
from contracts.tickets import PortalGetTicket, PortalListTickets, PortalTicket, PortalViewer
from portal import queries
from portal.api.door import SESSION_COOKIE, Customer
from portal.api.shapes import (
    CustomerChannelOut,
    CustomerChannelsOut,
    ReplyIn,
    SessionIn,
    SessionOut,
    SignInLinkIn,
    SubmissionOut,
    TicketHeadOut,
    TicketIn,
    TicketOut,
    TicketPageOut,
)
from portal.errors import (
    ChannelNotUsable,
    ContactsNotReadable,
    LinkEnded,
    SectionOff,
    SubmissionNotFound,
    TicketNotFound,
    TicketsNotReadable,
)
from portal.operations import sign_in, submissions
from portal.rules.access import Section, SignedIn, Visibility, usable_channels
from portal.settings import Settings

PREFIX = "/portal/api/v1"
FIRST_LOOK = 1.0
"""Seconds to wait for the ticket core before an answer is taken without knowing whether the ticket is theirs."""

Number = Annotated[int, Path(ge=1, le=2**62, description="The ticket's number, without the letters.")]
LINK_ENDED = "The link was used or is too old. Ask for a new one."


def routes(app: App, settings: Settings) -> Routes:
    """The whole portal API."""
    router = Routes(prefix=PREFIX)
    customer = Customer(app, settings)
    _add_sign_in(router, app, settings=settings, customer=customer)
    _add_reading(router, app, customer=customer)
    _add_writing(router, app, customer=customer)
    return router


def _add_sign_in(router: Routes, app: App, *, settings: Settings, customer: Customer) -> None:
    signed_in = Annotated[SignedIn, Depends(customer)]

    @router.post(
        "/sign-in-links",
        status_code=202,
        operation_id="request_sign_in_link",
        tags=["session"],
        dependencies=[Depends(Public("whoever wants to sign in is not signed in"))],
        responses=refusals(Forbidden, Invalid),
    )
    async def request_sign_in_link(request: Request, tx: Tx, body: SignInLinkIn) -> None:
        """Ask for a sign-in link by mail. The answer is the same whoever asks, and whether a mail follows or not."""
        refuse_cross_site(request)
        await sign_in.ask_for_link(tx, body.email, most=settings.links_per_address, within=settings.link_lifetime)

    @router.post(
        "/session",
        status_code=201,
        operation_id="create_session",
        tags=["session"],
        dependencies=[Depends(Public("the token of the link is what signs in"))],
        responses=refusals(Forbidden, LinkEnded, ContactsNotReadable),
    )
    async def create_session(request: Request, response: Response, body: SessionIn) -> SessionOut:
        """Sign in with the token of a link, which works once. The session comes as a cookie."""
        refuse_cross_site(request)
        async with app.database.transaction() as tx:
            contact_id = await queries.contact_of_link(tx, body.token)
        if contact_id is None:
            raise LinkEnded(LINK_ENDED)
        contact = await _contact(app, contact_id)
        async with app.database.transaction() as tx:
            token = await sign_in.open_session(tx, body.token, contact=contact, longest=settings.session_longest)
            who = await queries.signed_in(tx, token, idle=settings.session_idle)
        if who is None:
            raise LinkEnded(LINK_ENDED)
        response.headers["Cache-Control"] = "no-store"
        response.set_cookie(
            SESSION_COOKIE,
            token,
            max_age=round(settings.session_longest.total_seconds()),
            path="/",
            secure=True,
            httponly=True,
            samesite="lax",
        )
        return SessionOut.of(who)

    @router.get("/session", operation_id="get_session", tags=["session"], responses=refusals(Unauthenticated))
    async def get_session(who: signed_in) -> SessionOut:
        """Who is signed in."""
        return SessionOut.of(who)

    @router.delete(
        "/session", status_code=204, operation_id="end_session", tags=["session"], responses=refusals(Unauthenticated)
    )
    async def end_session(tx: Tx, response: Response, who: signed_in) -> None:
        """Sign out."""
        await sign_in.end_session(tx, who)
        response.delete_cookie(SESSION_COOKIE, path="/", secure=True, httponly=True, samesite="lax")


def _add_reading(router: Routes, app: App, *, customer: Customer) -> None:
    signed_in = Annotated[SignedIn, Depends(customer)]

    @router.get(
        "/tickets",
        operation_id="list_tickets",
        tags=["tickets"],
        responses=refusals(SectionOff, InvalidCursor, TicketsNotReadable, ContactsNotReadable),
    )
    async def list_tickets(
        who: signed_in,
        cursor: Annotated[
            str | None, Query(max_length=1000, description="What the page before gave as `next`.")
        ] = None,
        limit: Annotated[int, Query(ge=1, le=100)] = 50,
    ) -> TicketPageOut:
        """The customer's tickets, newest change first."""
        _shown(who)
        asked = PortalListTickets(viewer=await _viewer(app, who), cursor=cursor, limit=limit)
        try:
            page = await app.bus.ask(asked)
        except Unavailable as error:
            raise _not_readable() from error
        except Refused as refused:
            raise InvalidCursor from refused
        return TicketPageOut(items=[TicketHeadOut.of(head) for head in page.tickets], next=page.next)

    @router.get(
        "/tickets/{number}",
        operation_id="get_ticket",
        tags=["tickets"],
        responses=refusals(SectionOff, TicketNotFound, TicketsNotReadable, ContactsNotReadable),
    )
    async def get_ticket(who: signed_in, number: Number) -> TicketOut:
        """One ticket with what its customer may see. Somebody else's ticket is a 404."""
        _shown(who)
        viewer = await _viewer(app, who)
        try:
            return TicketOut.whole(await _ticket(app, viewer, number=number))
        except Unavailable as error:
            raise _not_readable() from error

    @router.get("/channels", operation_id="list_usable_channels", tags=["tickets"], responses=refusals(SectionOff))
    async def list_usable_channels(who: signed_in) -> CustomerChannelsOut:
        """The channels that the customer may open tickets in."""
        _shown(who)
        return CustomerChannelsOut(items=[CustomerChannelOut(key=key) for key in usable_channels(who.channels)])


def _add_writing(router: Routes, app: App, *, customer: Customer) -> None:
    signed_in = Annotated[SignedIn, Depends(customer)]

    @router.post(
        "/tickets/{number}/replies",
        status_code=201,
        response_model=SubmissionOut,
        operation_id="submit_reply",
        tags=["submissions"],
        responses=refusals(SectionOff, TicketNotFound, Invalid, ContactsNotReadable),
    )
    async def submit_reply(
        tx: Tx, who: signed_in, request: Request, number: Number, body: ReplyIn, key: IdempotencyKey = None
    ) -> Response:
        """Answer on a ticket. The answer is safe with the 201; it is in the ticket when its state is `filed`."""
        _shown(who)
        viewer = await _viewer(app, who)
        with suppress(Unavailable):
            await _ticket(app, viewer, number=number, seconds=FIRST_LOOK)

        async def work() -> SubmissionOut:
            stored = await submissions.submit_reply(
                tx, who, contact_ids=viewer.contact_ids, number=number, text=body.text
            )
            return SubmissionOut.of(stored)

        return await once(tx, request, key=key, actor_id=who.contact_id, work=work, location=_location)

    @router.post(
        "/tickets",
        status_code=201,
        response_model=SubmissionOut,
        operation_id="submit_ticket",
        tags=["submissions"],
        responses=refusals(SectionOff, ChannelNotUsable, Invalid),
    )
    async def submit_ticket(
        tx: Tx, who: signed_in, request: Request, body: TicketIn, key: IdempotencyKey = None
    ) -> Response:
        """Open a ticket. It is safe with the 201; it has a number when its state is `filed`."""
        _shown(who)

        async def work() -> SubmissionOut:
            stored = await submissions.submit_ticket(
                tx, who, channel=body.channel, subject=body.subject, text=body.text
            )
            return SubmissionOut.of(stored)

        return await once(tx, request, key=key, actor_id=who.contact_id, work=work, location=_location)

    @router.get(
        "/submissions/{submission_id}",
        operation_id="get_submission",
        tags=["submissions"],
        responses=refusals(SubmissionNotFound),
    )
    async def get_submission(tx: Tx, who: signed_in, submission_id: UUID) -> SubmissionOut:
        """What became of something that the customer sent."""
        return SubmissionOut.of(await queries.get_submission(tx, who.contact_id, submission_id=submission_id))


async def _contact(app: App, contact_id: UUID) -> ContactCard:
    """The contact behind a link. Raises `LinkEnded` where there is none any more, and `ContactsNotReadable`."""
    try:
        return (await app.bus.ask(GetContact(contact_id=contact_id))).contact
    except Unavailable as error:
        raise ContactsNotReadable("Signing in is not possible right now. The link stays good: try again.") from error
    except Refused as refused:
        raise LinkEnded(LINK_ENDED) from refused


async def _ticket(app: App, viewer: PortalViewer, *, number: int, seconds: float = 3.0) -> PortalTicket:
    try:
        return await app.bus.ask(PortalGetTicket(viewer=viewer, number=number), seconds=seconds)
    except Refused as refused:
        raise TicketNotFound("You have no ticket with this number.") from refused


async def _viewer(app: App, who: SignedIn) -> PortalViewer:
    """Whose tickets the customer may see now. Raises `ContactsNotReadable` where the company must be asked for."""
    shown: tuple[UUID, ...] = (who.contact_id,)
    if who.visibility is Visibility.COMPANY:
        try:
            shown = (await app.bus.ask(ListCompanyContacts(contact_id=who.contact_id))).contact_ids
        except Unavailable as error:
            raise ContactsNotReadable("Your company cannot be looked up right now. Try again in a moment.") from error
        except Refused as refused:
            raise Unauthenticated("This contact does not exist any more.") from refused
    return PortalViewer(contact_id=who.contact_id, contact_ids=shown)


def _shown(who: SignedIn) -> None:
    if Section.TICKETS not in who.sections:
        raise SectionOff("Your access does not show tickets.")


def _not_readable() -> TicketsNotReadable:
    return TicketsNotReadable(
        "Your tickets cannot be read at the moment. You can still write: it is filed as soon as possible.",
        headers={"Retry-After": "5"},
    )


def _location(submission: SubmissionOut) -> str:
    return f"{PREFIX}/submissions/{submission.id}"
