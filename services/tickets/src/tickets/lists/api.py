"""HTTP: lists of tickets, and how many there are in each."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from chassis.http import Tx
from chassis.paging import InvalidCursor
from chassis.problems import refusals
from tickets.desk.answers import answer
from tickets.desk.api import Conf, Reader
from tickets.lists import queries
from tickets.lists.queries import Viewer
from tickets.lists.shapes import Counters, Filters, TicketPage

router = APIRouter(prefix="/api/v1", tags=["lists"])


@router.get("/tickets", operation_id="list_tickets", response_model=TicketPage, responses=refusals(InvalidCursor))
async def list_tickets(tx: Tx, who: Reader, conf: Conf, filters: Annotated[Filters, Query()]) -> Response:
    """The tickets that the agent may see, page by page, under all filters that are given."""
    viewer = Viewer(agent_id=who.agent_id, now=tx.now, settings=conf)
    return answer(await queries.ticket_page(tx, viewer, filters))


@router.get("/tickets/counters", operation_id="count_tickets", response_model=Counters)
async def count_tickets(tx: Tx, who: Reader, conf: Conf) -> Response:
    """How many tickets wait in each ready-made filter and in each channel."""
    viewer = Viewer(agent_id=who.agent_id, now=tx.now, settings=conf)
    return answer(await queries.counters(tx, viewer))
