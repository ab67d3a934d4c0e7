"""HTTP: colour markers and priorities."""

from typing import Annotated
from uuid import UUID

from fastapi import Depends, Path, Request, Response

from chassis.auth import require
from chassis.http import Tx
from chassis.idempotency import IdempotencyKey, once
from chassis.problems import Invalid, PreconditionRequired, refusals
from chassis.routes import Routes
from chassis.versions import IfMatch, StaleVersion, etag
from contracts.tickets import Authenticated, Permission
from tickets.properties import operations, queries
from tickets.properties.errors import DefaultPriority, MarkerNotFound, NameTaken, PriorityNotFound
from tickets.properties.shapes import (
    MarkerIn,
    MarkerList,
    MarkerOut,
    MarkerPatch,
    PriorityIn,
    PriorityList,
    PriorityOut,
    PriorityPatch,
)

Reader = Annotated[Authenticated, Depends(require(Permission.TICKETS_READ))]
Admin = Annotated[Authenticated, Depends(require(Permission.STAFF_MANAGE))]
PriorityKey = Annotated[str, Path(max_length=40, description="The priority's key.")]

router = Routes(prefix="/api/v1", tags=["properties"])


@router.get("/colour-markers", operation_id="list_colour_markers")
async def list_colour_markers(tx: Tx, _who: Reader) -> MarkerList:
    """Every colour marker, in order; those that are not active are still on tickets."""
    return MarkerList(items=[MarkerOut.model_validate(marker) for marker in await queries.markers(tx)])


@router.post(
    "/colour-markers",
    operation_id="create_colour_marker",
    status_code=201,
    response_model=MarkerOut,
    responses=refusals(NameTaken, Invalid),
)
async def create_colour_marker(
    request: Request, tx: Tx, who: Admin, new: MarkerIn, key: IdempotencyKey = None
) -> Response:
    """Add a colour marker (CF-03)."""

    async def work() -> MarkerOut:
        return MarkerOut.model_validate(await operations.create_marker(tx, new))

    return await once(tx, request, key=key, actor_id=who.agent_id, work=work, location=_marker_location)


def _marker_location(marker: MarkerOut) -> str:
    return f"/api/v1/colour-markers/{marker.id}"


@router.get("/colour-markers/{marker_id}", operation_id="get_colour_marker", responses=refusals(MarkerNotFound))
async def get_colour_marker(tx: Tx, _who: Reader, marker_id: UUID, response: Response) -> MarkerOut:
    """One colour marker."""
    marker = await operations.find_marker(tx, marker_id)
    response.headers["ETag"] = etag(marker.version)
    return MarkerOut.model_validate(marker)


@router.patch(
    "/colour-markers/{marker_id}",
    operation_id="change_colour_marker",
    responses=refusals(MarkerNotFound, StaleVersion, NameTaken, Invalid, PreconditionRequired),
)
async def change_colour_marker(
    tx: Tx, _who: Admin, marker_id: UUID, patch: MarkerPatch, version: IfMatch, response: Response
) -> MarkerOut:
    """Change a colour marker; one that is switched off stays on the tickets that have it."""
    marker = await operations.change_marker(tx, marker_id, patch, expected=version)
    response.headers["ETag"] = etag(marker.version)
    return MarkerOut.model_validate(marker)


@router.get("/priorities", operation_id="list_priorities")
async def list_priorities(tx: Tx, _who: Reader) -> PriorityList:
    """Every priority, the least urgent first."""
    return PriorityList(items=[PriorityOut.model_validate(priority) for priority in await queries.priorities(tx)])


@router.post(
    "/priorities",
    operation_id="create_priority",
    status_code=201,
    response_model=PriorityOut,
    responses=refusals(NameTaken, DefaultPriority, Invalid),
)
async def create_priority(
    request: Request, tx: Tx, who: Admin, new: PriorityIn, key: IdempotencyKey = None
) -> Response:
    """Add a priority (CF-05)."""

    async def work() -> PriorityOut:
        return PriorityOut.model_validate(await operations.create_priority(tx, new))

    return await once(tx, request, key=key, actor_id=who.agent_id, work=work, location=_priority_location)


def _priority_location(priority: PriorityOut) -> str:
    return f"/api/v1/priorities/{priority.key}"


@router.get("/priorities/{key}", operation_id="get_priority", responses=refusals(PriorityNotFound))
async def get_priority(tx: Tx, _who: Reader, key: PriorityKey, response: Response) -> PriorityOut:
    """One priority."""
    priority = await operations.find_priority(tx, key)
    response.headers["ETag"] = etag(priority.version)
    return PriorityOut.model_validate(priority)


@router.patch(
    "/priorities/{key}",
    operation_id="change_priority",
    responses=refusals(PriorityNotFound, StaleVersion, DefaultPriority, Invalid, PreconditionRequired),
)
async def change_priority(
    tx: Tx, _who: Admin, key: PriorityKey, patch: PriorityPatch, version: IfMatch, response: Response
) -> PriorityOut:
    """Change a priority; one that is switched off stays on the tickets that have it."""
    priority = await operations.change_priority(tx, key, patch, expected=version)
    response.headers["ETag"] = etag(priority.version)
    return PriorityOut.model_validate(priority)
