"""HTTP: lists of tickets, and how many there are in each."""

from typing import Annotated

from fastapi import APIRouter, Query

from chassis.http import Tx
from chassis.paging import InvalidCursor
from chassis.problems import refusals
from tickets.desk.api import Conf, Reader
from tickets.lists import queries
from tickets.lists.queries import Viewer
from tickets.lists.shapes import Counters, Filters, TicketPage

router = APIRouter(prefix="/api/v1", tags=["lists"])


@router.get("/tickets", operation_id="list_tickets", responses=refusals(InvalidCursor))
async def list_tickets(tx: Tx, who: Reader, conf: Conf, filters: Annotated[Filters, Query()]) -> TicketPage:
    """The tickets that the agent may see, page by page, under all filters that are given."""
    return await queries.ticket_page(tx, Viewer(agent_id=who.agent_id, now=tx.now, settings=conf), filters)


@router.get("/tickets/counters", operation_id="count_tickets")
async def count_tickets(tx: Tx, who: Reader, conf: Conf) -> Counters:
    """How many tickets wait in each ready-made filter and in each channel."""
    return await queries.counters(tx, Viewer(agent_id=who.agent_id, now=tx.now, settings=conf))
