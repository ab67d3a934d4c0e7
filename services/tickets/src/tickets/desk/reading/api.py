"""HTTP: saying that I have read a ticket, or want to come back to it (LF-03)."""

from typing import Annotated

from fastapi import Body

from chassis.http import Tx
from chassis.inputs import Input, Moment
from chassis.problems import refusals
from chassis.routes import Routes
from tickets.channels.queries import access_of
from tickets.desk.api import Number, Reader
from tickets.desk.queries import find_ticket
from tickets.desk.reading import operations
from tickets.errors import TicketIsMerged, TicketNotFound

router = Routes(prefix="/api/v1", tags=["reading"])


class ReadIn(Input):
    """How far was read: ``last_activity_at`` of the ticket as it was shown. Left out: all that there is now."""

    until: Moment | None = None


@router.put(
    "/tickets/{number:int}/read",
    operation_id="mark_ticket_read",
    status_code=204,
    responses=refusals(TicketNotFound, TicketIsMerged),
)
async def mark_ticket_read(
    tx: Tx, who: Reader, number: Number, read: Annotated[ReadIn, Body(default_factory=ReadIn)]
) -> None:
    """The ticket is no longer unread to me, up to the moment given; what comes later makes it unread again."""
    ticket = await find_ticket(tx, await access_of(tx, who.agent_id), number)
    await operations.mark_read(tx, ticket, who.agent_id, until=read.until)


@router.delete(
    "/tickets/{number:int}/read",
    operation_id="mark_ticket_unread",
    status_code=204,
    responses=refusals(TicketNotFound, TicketIsMerged),
)
async def mark_ticket_unread(tx: Tx, who: Reader, number: Number) -> None:
    """The ticket is unread to me until I mark it read."""
    ticket = await find_ticket(tx, await access_of(tx, who.agent_id), number)
    await operations.mark_unread(tx, ticket, who.agent_id)
