"""HTTP: single activities: a mail is taken back, a note is shown or hidden."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Response

from chassis.http import Tx
from chassis.problems import Invalid, PreconditionRequired, refusals
from chassis.versions import IfMatch, StaleVersion
from tickets.desk.answers import TicketOut, answer
from tickets.desk.api import Conf, Number, Writer, acting
from tickets.desk.queries import ticket_view
from tickets.desk.shapes import VisibilityPatch
from tickets.desk.writing.drafts import draft_view
from tickets.desk.writing.shapes import Withdrawn
from tickets.desk.writing.visibility import change_visibility
from tickets.desk.writing.withdrawing import withdraw
from tickets.errors import (
    ActivityNotFound,
    AlreadySent,
    AlreadyWithdrawn,
    ChannelIsReadOnly,
    InternalTicketCannotMail,
    NotTheAuthor,
    TicketNotFound,
    VisibilityIsFixed,
)

router = APIRouter(prefix="/api/v1", tags=["tickets"])

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
