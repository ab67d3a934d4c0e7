"""HTTP: single activities: a mail is taken back, a note is shown or hidden, a solution is written, all is printed."""

from typing import Annotated
from uuid import UUID

from fastapi import Path, Query, Request, Response

from chassis.http import Tx
from chassis.problems import Invalid, PreconditionRequired, refusals
from chassis.routes import Routes
from chassis.versions import IfMatch, StaleVersion
from tickets.channels.queries import access_of
from tickets.desk.answers import ActivityOut, TicketOut, answer
from tickets.desk.api import Conf, Noter, Number, Reader, Writer, acting, app_of
from tickets.desk.queries import find_ticket, ticket_view
from tickets.desk.rules.printing import POLICY
from tickets.desk.shapes import VisibilityPatch, Written
from tickets.desk.writing.drafts import draft_view
from tickets.desk.writing.printing import printed_ticket
from tickets.desk.writing.shapes import Withdrawn
from tickets.desk.writing.solutions import solution_view, write_solution
from tickets.desk.writing.visibility import change_visibility
from tickets.desk.writing.withdrawing import withdraw
from tickets.errors import (
    ActivityNotFound,
    AlreadySent,
    AlreadyWithdrawn,
    ChannelIsReadOnly,
    FilesTooLarge,
    InternalTicketCannotMail,
    NotTheAuthor,
    SolutionNotFound,
    TicketNotFound,
    UnknownReference,
    VisibilityIsFixed,
)

router = Routes(prefix="/api/v1", tags=["tickets"])

ActivityId = Annotated[UUID, Path(description="The activity's id.")]


@router.post(
    "/tickets/{number:int}/activities/{activity_id}/withdraw",
    operation_id="withdraw_mail",
    responses=refusals(
        TicketNotFound, ActivityNotFound, NotTheAuthor, ChannelIsReadOnly, AlreadySent, AlreadyWithdrawn
    ),
)
async def withdraw_mail(tx: Tx, who: Writer, conf: Conf, number: Number, activity_id: ActivityId) -> Withdrawn:
    """Take a mail of one's own back before it leaves; its text is a draft again.

    In the history stays that it was taken back. A ticket that the mail opened stays, too: its number is given, and the
    draft becomes its first mail when it is sent.
    """
    back = await withdraw(tx, await acting(tx, who), number, activity_id)
    return Withdrawn(
        ticket_number=back.ticket.number,
        ticket_version=back.ticket.version,
        draft=await draft_view(tx, who.agent_id, back.draft.id, prefix=conf.ticket_prefix),
    )


@router.patch(
    "/tickets/{number:int}/activities/{activity_id}",
    operation_id="change_activity_visibility",
    response_model=TicketOut,
    responses=refusals(
        TicketNotFound,
        ActivityNotFound,
        ChannelIsReadOnly,
        StaleVersion,
        VisibilityIsFixed,
        InternalTicketCannotMail,
        Invalid,
        PreconditionRequired,
    ),
)
async def change_activity_visibility(
    tx: Tx,
    who: Writer,
    conf: Conf,
    number: Number,
    activity_id: ActivityId,
    patch: VisibilityPatch,
    version: IfMatch,
) -> Response:
    """Show an activity to the customer, keep it inside, or hide it from agents as well (CV-09).

    If-Match holds the version of the ticket. Whoever may change the ticket may show again what is hidden.
    """
    agent = await acting(tx, who)
    await change_visibility(tx, agent, number, activity_id, patch, expected=version, settings=conf)
    ticket = await ticket_view(tx, who.agent_id, number, prefix=conf.ticket_prefix)
    return answer(ticket, version=ticket["version"])


@router.get(
    "/tickets/{number:int}/solution",
    operation_id="get_solution",
    response_model=ActivityOut,
    responses=refusals(TicketNotFound, SolutionNotFound),
)
async def get_solution(tx: Tx, who: Reader, number: Number) -> Response:
    """The solution as it is now; its former states are activities, each named in `about` of the next (AT-11)."""
    ticket = await find_ticket(tx, await access_of(tx, who.agent_id), number)
    return answer(await solution_view(tx, ticket.id))


@router.put(
    "/tickets/{number:int}/solution",
    operation_id="write_solution",
    response_model=ActivityOut,
    responses=refusals(
        TicketNotFound,
        ChannelIsReadOnly,
        StaleVersion,
        UnknownReference,
        FilesTooLarge,
        Invalid,
        PreconditionRequired,
    ),
)
async def put_solution(tx: Tx, who: Noter, conf: Conf, number: Number, solution: Written, version: IfMatch) -> Response:
    """Write the solution anew; the former one stays in the history. If-Match holds the version of the ticket."""
    ticket, _ = await write_solution(tx, await acting(tx, who), number, solution, expected=version, settings=conf)
    return answer(await solution_view(tx, ticket.id), version=ticket.version)


@router.get(
    "/tickets/{number:int}/print",
    operation_id="print_ticket",
    response_class=Response,
    responses={
        200: {"content": {"text/html": {}}, "description": "A page for the printer"},
        **refusals(TicketNotFound, ActivityNotFound),
    },
)
async def print_ticket(
    request: Request,
    tx: Tx,
    who: Reader,
    conf: Conf,
    number: Number,
    activity: Annotated[UUID | None, Query(description="Only this activity.")] = None,
) -> Response:
    """The ticket as one self-contained page, without scripts and without anything from elsewhere (AT-10)."""
    text = await printed_ticket(tx, app_of(request).blobs, who.agent_id, number, activity_id=activity, settings=conf)
    headers = {"Content-Security-Policy": POLICY, "Cache-Control": "no-store"}
    return Response(text, media_type="text/html; charset=utf-8", headers=headers)
