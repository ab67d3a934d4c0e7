"""HTTP: the HTML of a mail, as a document for a sandboxed frame."""

from typing import Annotated
from uuid import UUID

import sqlalchemy as sa
from fastapi import Path, Query, Response

from chassis.http import Tx
from chassis.problems import refusals
from chassis.routes import Routes
from tickets.channels.queries import access_of
from tickets.desk.api import Number, Reader
from tickets.desk.models import Activity
from tickets.desk.queries import find_ticket
from tickets.desk.rules.documents import POLICY, Theme, document
from tickets.errors import ActivityNotFound, TicketNotFound
from tickets.staff.models import Agent

router = Routes(prefix="/api/v1", tags=["tickets"])

_SHOWN = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp", "image/bmp"})


@router.get(
    "/tickets/{number:int}/activities/{activity_id}/body",
    operation_id="get_activity_body",
    response_class=Response,
    responses={
        200: {"content": {"text/html": {}}, "description": "A document for a frame"},
        **refusals(TicketNotFound, ActivityNotFound),
    },
)
async def get_activity_body(
    tx: Tx,
    who: Reader,
    number: Number,
    activity_id: Annotated[UUID, Path(description="The activity's id.")],
    theme: Annotated[Theme, Query(description="The ground of the page that shows it.")] = "light",
) -> Response:
    """What a mail says, as a document: nothing in it runs, and nothing from elsewhere is loaded.

    Show it in `<iframe sandbox="allow-same-origin allow-popups allow-popups-to-escape-sandbox">`, never with scripts.
    """
    ticket = await find_ticket(tx, await access_of(tx, who.agent_id), number, follow=True)
    wanted = sa.select(Activity).where(Activity.ticket_id == ticket.id, Activity.id == activity_id)
    activity = await tx.session.scalar(wanted.where(Activity.hidden_at.is_(None), Activity.html.is_not(None)))
    if activity is None or activity.html is None:
        raise ActivityNotFound("This ticket has no activity with this id that has HTML.")
    language = (await tx.session.get_one(Agent, who.agent_id)).language
    text = document(activity.html, images=_images(ticket.number, activity), language=language, theme=theme)
    headers = {"Content-Security-Policy": POLICY, "Cache-Control": "private, no-cache"}
    return Response(text, media_type="text/html; charset=utf-8", headers=headers)


def _images(number: int, activity: Activity) -> dict[str, str]:
    """Addresses of the images that the mail brought, by Content-ID."""
    return {
        str(file["content_id"]): f"/api/v1/tickets/{number}/attachments/{file['sha256']}"
        for file in activity.attachments
        if file.get("content_id") and str(file["content_type"]).lower() in _SHOWN
    }
