"""HTTP: lists of tickets and activities, search, and how many tickets there are in each list."""

from typing import Annotated

from fastapi import Query, Response

from chassis.http import Tx
from chassis.paging import InvalidCursor
from chassis.problems import Invalid, refusals
from chassis.routes import Routes
from tickets.desk.answers import answer
from tickets.desk.api import Conf, Reader
from tickets.lists import activities, counting, queries, searching
from tickets.lists.queries import Viewer
from tickets.lists.shapes import ActivityFilters, ActivityRows, Counters, Filters, SearchFilters, SearchPage, TicketPage

router = Routes(prefix="/api/v1", tags=["lists"])


@router.get(
    "/tickets", operation_id="list_tickets", response_model=TicketPage, responses=refusals(InvalidCursor, Invalid)
)
async def list_tickets(tx: Tx, who: Reader, conf: Conf, filters: Annotated[Filters, Query()]) -> Response:
    """The tickets that the agent may see, page by page, under all filters that are given (LF-02 to LF-06)."""
    viewer = Viewer(agent_id=who.agent_id, now=tx.now, settings=conf)
    return answer(await queries.ticket_page(tx, viewer, filters))


@router.get("/tickets/counters", operation_id="count_tickets", response_model=Counters)
async def count_tickets(tx: Tx, who: Reader, conf: Conf) -> Response:
    """How many tickets wait in each list, each ready-made filter and each channel (LF-01, LF-05, LF-07)."""
    viewer = Viewer(agent_id=who.agent_id, now=tx.now, settings=conf)
    return answer(
        await counting.counters(tx, who.agent_id, now=viewer.now, today=viewer.today, yesterday=viewer.yesterday)
    )


@router.get(
    "/tickets/search", operation_id="search_tickets", response_model=SearchPage, responses=refusals(InvalidCursor)
)
async def search_tickets(tx: Tx, who: Reader, conf: Conf, filters: Annotated[SearchFilters, Query()]) -> Response:
    """Full-text search over number, subject, texts, contact, company and names of attachments, the best first (TS-01).

    Words are found in all their German and English forms, with or without umlauts.
    """
    viewer = Viewer(agent_id=who.agent_id, now=tx.now, settings=conf)
    return answer(await searching.search_page(tx, viewer, filters))


@router.get(
    "/activities", operation_id="list_all_activities", response_model=ActivityRows, responses=refusals(InvalidCursor)
)
async def list_all_activities(
    tx: Tx, who: Reader, conf: Conf, filters: Annotated[ActivityFilters, Query()]
) -> Response:
    """Single activities over all tickets that the agent may see, the newest first (LF-08)."""
    viewer = Viewer(agent_id=who.agent_id, now=tx.now, settings=conf)
    return answer(await activities.activity_rows(tx, viewer, filters))
