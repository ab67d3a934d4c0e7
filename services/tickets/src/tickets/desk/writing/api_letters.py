"""HTTP: letters to customers."""

from fastapi import Request, Response

from chassis.http import Tx
from chassis.idempotency import IdempotencyKey, once
from chassis.problems import Invalid, refusals
from chassis.routes import Routes
from tickets.desk.api import Conf, Number, Writer, accepted, acting, app_of
from tickets.desk.shapes import ActivityAccepted
from tickets.desk.writing.letters import LetterIn, write_letter
from tickets.errors import (
    ChannelIsReadOnly,
    InternalTicketCannotMail,
    NewActivities,
    TemplateNotFound,
    TicketNotFound,
    UnknownReference,
    Unprintable,
)

router = Routes(prefix="/api/v1", tags=["tickets"])


@router.post(
    "/tickets/{number:int}/letters",
    operation_id="write_letter",
    status_code=201,
    response_model=ActivityAccepted,
    responses=refusals(
        TicketNotFound,
        TemplateNotFound,
        ChannelIsReadOnly,
        InternalTicketCannotMail,
        NewActivities,
        UnknownReference,
        Unprintable,
        Invalid,
    ),
)
async def post_letter(
    request: Request, tx: Tx, who: Writer, conf: Conf, number: Number, letter: LetterIn, key: IdempotencyKey = None
) -> Response:
    """Write a letter; its PDF is the attachment of the activity (AT-12)."""

    async def work() -> ActivityAccepted:
        blobs = app_of(request).blobs
        return accepted(*await write_letter(tx, blobs, await acting(tx, who), number, letter, settings=conf))

    return await once(tx, request, key=key, actor_id=who.agent_id, work=work, location=_location)


def _location(activity: ActivityAccepted) -> str:
    return f"/api/v1/tickets/{activity.ticket_number}/activities"
