"""HTTP: workflows and their statuses."""

from typing import Annotated

from fastapi import Path, Query, Request, Response

from chassis.http import Tx
from chassis.idempotency import IdempotencyKey, once
from chassis.problems import Invalid, PreconditionRequired, refusals
from chassis.routes import Routes
from chassis.versions import IfMatch, StaleVersion, etag
from tickets.channels import queries, workflow_operations
from tickets.channels.api import Admin, Reader, status_out
from tickets.channels.models import Workflow
from tickets.channels.workflow_shapes import (
    AddedStatusIn,
    StatusKey,
    StatusPatch,
    WorkflowIn,
    WorkflowList,
    WorkflowOut,
    WorkflowPatch,
)
from tickets.errors import (
    InvalidWorkflow,
    StatusExists,
    StatusNotFound,
    UnknownReference,
    WorkflowExists,
    WorkflowInUse,
    WorkflowNotFound,
)

router = Routes(prefix="/api/v1/workflows", tags=["workflows"])

Key = Annotated[str, Path(max_length=40, description="The workflow's key.")]
OfStatus = Annotated[str, Path(max_length=40, description="The status's key.")]


@router.get("", operation_id="list_workflows")
async def list_workflows(tx: Tx, _who: Reader) -> WorkflowList:
    """Every workflow with its statuses in order, and the channels that use it (TC-12)."""
    return WorkflowList(items=[await _out(tx, workflow) for workflow in await queries.all_workflows(tx)])


@router.post(
    "",
    operation_id="create_workflow",
    status_code=201,
    response_model=WorkflowOut,
    responses=refusals(WorkflowExists, InvalidWorkflow, Invalid),
)
async def create_workflow(
    request: Request, tx: Tx, who: Admin, new: WorkflowIn, key: IdempotencyKey = None
) -> Response:
    """Add a workflow; no channel uses it yet."""

    async def work() -> WorkflowOut:
        return await _out(tx, await workflow_operations.create_workflow(tx, who, new))

    return await once(tx, request, key=key, actor_id=who.agent_id, work=work, location=_location)


@router.get("/{key}", operation_id="get_workflow", responses=refusals(WorkflowNotFound))
async def get_workflow(tx: Tx, _who: Reader, key: Key, response: Response) -> WorkflowOut:
    """One workflow."""
    return await _answer(tx, response, await workflow_operations.find_workflow(tx, key))


@router.patch(
    "/{key}",
    operation_id="change_workflow",
    responses=refusals(WorkflowNotFound, StaleVersion, Invalid, PreconditionRequired),
)
async def change_workflow(
    tx: Tx, who: Admin, key: Key, patch: WorkflowPatch, version: IfMatch, response: Response
) -> WorkflowOut:
    """Give a workflow another name."""
    changed = await workflow_operations.change_workflow(tx, who, key, name=patch.name, expected=version)
    return await _answer(tx, response, changed)


@router.delete(
    "/{key}",
    operation_id="delete_workflow",
    status_code=204,
    responses=refusals(WorkflowNotFound, WorkflowInUse, StaleVersion, Invalid, PreconditionRequired),
)
async def delete_workflow(tx: Tx, who: Admin, key: Key, version: IfMatch) -> None:
    """Delete a workflow that no channel uses."""
    await workflow_operations.delete_workflow(tx, who, key, expected=version)


@router.post(
    "/{key}/statuses",
    operation_id="add_status",
    status_code=201,
    response_model=WorkflowOut,
    responses=refusals(WorkflowNotFound, StatusExists, InvalidWorkflow, Invalid),
)
async def add_status(
    request: Request, tx: Tx, who: Admin, key: Key, new: AddedStatusIn, idempotency_key: IdempotencyKey = None
) -> Response:
    """Add a status to a workflow."""

    async def work() -> WorkflowOut:
        return await _out(tx, await workflow_operations.add_status(tx, who, key, new))

    return await once(tx, request, key=idempotency_key, actor_id=who.agent_id, work=work, location=_location)


@router.patch(
    "/{key}/statuses/{status}",
    operation_id="change_status",
    responses=refusals(WorkflowNotFound, StatusNotFound, StaleVersion, InvalidWorkflow, Invalid, PreconditionRequired),
)
async def change_status(
    tx: Tx, who: Admin, key: Key, status: OfStatus, patch: StatusPatch, version: IfMatch, response: Response
) -> WorkflowOut:
    """Change a status's names, place in the order, or what may follow it. The version is that of the workflow."""
    changed = await workflow_operations.change_status(tx, who, key, status, patch, expected=version)
    return await _answer(tx, response, changed)


@router.delete(
    "/{key}/statuses/{status}",
    operation_id="delete_status",
    responses=refusals(
        WorkflowNotFound,
        StatusNotFound,
        StaleVersion,
        InvalidWorkflow,
        UnknownReference,
        Invalid,
        PreconditionRequired,
    ),
)
async def delete_status(
    tx: Tx,
    who: Admin,
    key: Key,
    status: OfStatus,
    version: IfMatch,
    response: Response,
    successor: Annotated[StatusKey, Query(description="The status that its tickets get; of the same category.")],
) -> WorkflowOut:
    """Delete a status. Its tickets get the successor within a minute or so, each with a line in its history."""
    changed = await workflow_operations.delete_status(tx, who, key, status, successor=successor, expected=version)
    return await _answer(tx, response, changed)


def _location(workflow: WorkflowOut) -> str:
    return f"/api/v1/workflows/{workflow.key}"


async def _answer(tx: Tx, response: Response, workflow: Workflow) -> WorkflowOut:
    response.headers["ETag"] = etag(workflow.version)
    return await _out(tx, workflow)


async def _out(tx: Tx, workflow: Workflow) -> WorkflowOut:
    await tx.session.flush()
    return WorkflowOut(
        key=workflow.key,
        name=workflow.name,
        version=workflow.version,
        statuses=[status_out(status) for status in await queries.all_statuses(tx, workflow=workflow.key)],
        channels=await queries.channels_of_workflow(tx, workflow.key),
    )
