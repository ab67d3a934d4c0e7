"""HTTP: saved views, their tickets and how many these are."""

from typing import Annotated
from uuid import UUID

from fastapi import Path, Query, Request, Response

from chassis.http import Tx
from chassis.idempotency import IdempotencyKey, once
from chassis.paging import InvalidCursor
from chassis.problems import Invalid, PreconditionRequired, refusals
from chassis.routes import Routes
from chassis.versions import IfMatch, StaleVersion, etag
from tickets.desk.answers import answer
from tickets.desk.api import Conf, Cursor, Limit, Reader
from tickets.errors import UnknownReference
from tickets.lists import queries, views
from tickets.lists.errors import NotYourView, TooManyViews, ViewNotFound
from tickets.lists.queries import Viewer
from tickets.lists.shapes import Filters, TicketPage
from tickets.lists.view_shapes import COUNT_UP_TO, ViewCount, ViewIn, ViewOut, ViewPage, ViewPatch

ViewId = Annotated[UUID, Path(description="The view's id.")]
ViewLimit = Annotated[int, Query(ge=1, le=200)]

router = Routes(prefix="/api/v1", tags=["views"])


@router.get("/views", operation_id="list_views", responses=refusals(InvalidCursor))
async def list_views(tx: Tx, who: Reader, cursor: Cursor = None, limit: ViewLimit = 100) -> ViewPage:
    """The views that the caller may use: their own, those of their channels, and everybody's (LF-06)."""
    return await views.view_page(tx, who.agent_id, limit=limit, cursor=cursor)


@router.post(
    "/views",
    operation_id="create_view",
    status_code=201,
    response_model=ViewOut,
    responses=refusals(TooManyViews, UnknownReference, Invalid),
)
async def create_view(request: Request, tx: Tx, who: Reader, new: ViewIn, key: IdempotencyKey = None) -> Response:
    """Keep a list with its filters under a name, alone or with others."""

    async def work() -> ViewOut:
        return views.view_out(await views.create_view(tx, who.agent_id, new), who.agent_id)

    return await once(tx, request, key=key, actor_id=who.agent_id, work=work, location=_location)


def _location(view: ViewOut) -> str:
    return f"/api/v1/views/{view.id}"


@router.get("/views/{view_id}", operation_id="get_view", responses=refusals(ViewNotFound))
async def get_view(tx: Tx, who: Reader, view_id: ViewId, response: Response) -> ViewOut:
    """One view."""
    view = await views.find_view(tx, who.agent_id, view_id)
    response.headers["ETag"] = etag(view.version)
    return views.view_out(view, who.agent_id)


@router.patch(
    "/views/{view_id}",
    operation_id="change_view",
    responses=refusals(ViewNotFound, NotYourView, StaleVersion, UnknownReference, Invalid, PreconditionRequired),
)
async def change_view(
    tx: Tx, who: Reader, view_id: ViewId, patch: ViewPatch, version: IfMatch, response: Response
) -> ViewOut:
    """Change a view of one's own."""
    view = await views.change_view(tx, who.agent_id, view_id, patch, expected=version)
    response.headers["ETag"] = etag(view.version)
    return views.view_out(view, who.agent_id)


@router.delete(
    "/views/{view_id}",
    operation_id="delete_view",
    status_code=204,
    responses=refusals(ViewNotFound, NotYourView, StaleVersion, Invalid, PreconditionRequired),
)
async def delete_view(tx: Tx, who: Reader, view_id: ViewId, version: IfMatch) -> None:
    """Delete a view of one's own, for everybody who uses it."""
    await views.delete_view(tx, who.agent_id, view_id, expected=version)


@router.get(
    "/views/{view_id}/tickets",
    operation_id="list_tickets_of_view",
    response_model=TicketPage,
    responses=refusals(ViewNotFound, InvalidCursor, Invalid),
)
async def list_tickets_of_view(
    tx: Tx, who: Reader, conf: Conf, view_id: ViewId, cursor: Cursor = None, limit: Limit = 50
) -> Response:
    """The tickets of a view that the caller may see; somebody else's view shows nobody more than they may see."""
    filters = views.view_out(await views.find_view(tx, who.agent_id, view_id), who.agent_id).filters
    viewer = Viewer(agent_id=who.agent_id, now=tx.now, settings=conf)
    page = Filters(**filters.model_dump(exclude_unset=True), cursor=cursor, limit=limit)
    return answer(await queries.ticket_page(tx, viewer, page))


@router.get("/views/{view_id}/count", operation_id="count_tickets_of_view", responses=refusals(ViewNotFound, Invalid))
async def count_tickets_of_view(tx: Tx, who: Reader, conf: Conf, view_id: ViewId) -> ViewCount:
    """How many tickets a view has for the caller, counted up to a thousand."""
    filters = views.view_out(await views.find_view(tx, who.agent_id, view_id), who.agent_id).filters
    viewer = Viewer(agent_id=who.agent_id, now=tx.now, settings=conf)
    count = await queries.count_up_to(tx, viewer, Filters(**filters.model_dump(exclude_unset=True)), limit=COUNT_UP_TO)
    return ViewCount(count=count, up_to=COUNT_UP_TO)
