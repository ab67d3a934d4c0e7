"""HTTP: the live stream."""

from typing import Annotated

from fastapi import Depends, Header

from chassis.auth import require
from chassis.problems import NotNow, refusals
from chassis.routes import Routes
from contracts.tickets import Authenticated, Permission
from tickets.errors import TooManyStreams
from tickets.live.broadcast import Broadcast
from tickets.live.stream import LiveResponse

Reader = Annotated[Authenticated, Depends(require(Permission.TICKETS_READ))]
LastEventId = Annotated[
    str | None,
    Header(
        alias="Last-Event-ID", max_length=200, description="Where the client stands; browsers send it by themselves."
    ),
]


def routes(broadcast: Broadcast) -> Routes:
    """The route; it holds no transaction and no connection of the database while it is open."""
    router = Routes(prefix="/api/v1", tags=["live"])

    @router.get(
        "/live",
        operation_id="follow_live",
        status_code=200,
        response_class=LiveResponse,
        responses=refusals(TooManyStreams, NotNow),
    )
    async def follow_live(who: Reader, last_event_id: LastEventId = None) -> LiveResponse:
        """What happens now, as server-sent events: tickets, counters, presence, and the agent's own notifications.

        Open the stream, wait for `ready`, then read what you show; from `ready` on nothing is missed. Whoever comes
        back with `Last-Event-ID` gets what was missed, or `resync`. An event may come twice: ignore a ticket whose
        `version` you have. docs/how-to/live.md lists the events with their fields.
        """
        stream = await broadcast.admit(who, last_event_id)
        return LiveResponse(stream, on_gone=broadcast.hub.close)

    return router
