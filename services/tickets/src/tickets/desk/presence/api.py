"""HTTP: who is in a ticket right now, and saying that I am (TS-02)."""

from typing import Annotated

from fastapi import Query, Response

from chassis.http import Tx
from chassis.problems import refusals
from chassis.routes import Routes
from tickets.channels.queries import access_of
from tickets.desk.answers import answer
from tickets.desk.api import Number, Reader
from tickets.desk.presence import lists, operations, queries
from tickets.desk.presence.shapes import PresenceIn, PresenceList, PresenceOut
from tickets.desk.presence.words import HOLDS, REFRESH
from tickets.desk.queries import find_ticket
from tickets.errors import TicketNotFound

router = Routes(prefix="/api/v1", tags=["presence"])

Numbers = Annotated[
    list[Annotated[int, Query(ge=1, le=2**53)]],
    Query(min_length=1, max_length=200, description="Numbers of tickets; the parameter is repeated for each."),
]


@router.get("/tickets/presence", operation_id="list_presence", response_model=PresenceList)
async def list_presence(tx: Tx, who: Reader, numbers: Numbers) -> Response:
    """Who is in these tickets, for the rows of a list (LF-03). Tickets in which nobody is are left out."""
    return answer(await lists.presence_list(tx, who.agent_id, numbers))


@router.put(
    "/tickets/{number:int}/presence",
    operation_id="set_presence",
    response_model=PresenceOut,
    responses=refusals(TicketNotFound),
)
async def set_presence(tx: Tx, who: Reader, number: Number, presence: PresenceIn) -> Response:
    """Say that I view the ticket or write in it, and hear who else does. Repeat it, or it ends by itself."""
    ticket = await find_ticket(tx, await access_of(tx, who.agent_id), number)
    await operations.be_present(tx, ticket_id=ticket.id, agent_id=who.agent_id, state=presence.state)
    present = await queries.present_in(tx, [ticket.id])
    out: PresenceOut = {
        "number": number,
        "agents": present.get(ticket.id, []),
        "until": tx.now + HOLDS,
        "refresh_seconds": round(REFRESH.total_seconds()),
    }
    return answer(out)


@router.delete(
    "/tickets/{number:int}/presence",
    operation_id="end_presence",
    status_code=204,
    responses=refusals(TicketNotFound),
)
async def end_presence(tx: Tx, who: Reader, number: Number) -> None:
    """Say that I have left the ticket."""
    ticket = await find_ticket(tx, await access_of(tx, who.agent_id), number)
    await operations.leave(tx, ticket_id=ticket.id, agent_id=who.agent_id)
