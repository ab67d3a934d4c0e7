"""HTTP: groups of agents that subscribe to channels together."""

from typing import Annotated
from uuid import UUID

from fastapi import Depends, Query, Request, Response

from chassis.auth import require
from chassis.http import Tx
from chassis.idempotency import IdempotencyKey, once
from chassis.paging import InvalidCursor
from chassis.problems import Invalid, PreconditionRequired, refusals
from chassis.routes import Routes
from chassis.versions import IfMatch, StaleVersion, etag
from contracts.tickets import Authenticated, Permission
from tickets.channels import groups
from tickets.channels.shapes_groups import GroupIn, GroupOut, GroupPatch, GroupRowOut, GroupsOut, GroupSubscriptionOut
from tickets.errors import GroupExists, GroupNotFound, UnknownReference

Reader = Annotated[Authenticated, Depends(require(Permission.STAFF_READ))]
Administrator = Annotated[Authenticated, Depends(require(Permission.STAFF_MANAGE))]

router = Routes(prefix="/api/v1/groups", tags=["groups"])


@router.get("", operation_id="list_groups", responses=refusals(InvalidCursor))
async def list_groups(
    tx: Tx,
    _who: Reader,
    cursor: Annotated[str | None, Query(max_length=1000, description="What the page before gave as `next`.")] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 100,
) -> GroupsOut:
    """Groups by name."""
    rows, following = await groups.list_groups(tx, cursor=cursor, limit=limit)
    return GroupsOut(items=[GroupRowOut.model_validate(row) for row in rows], next=following)


@router.post(
    "",
    operation_id="create_group",
    status_code=201,
    response_model=GroupOut,
    responses=refusals(GroupExists, UnknownReference, Invalid),
)
async def create_group(
    tx: Tx, who: Administrator, request: Request, new: GroupIn, key: IdempotencyKey = None
) -> Response:
    """Create a group; it subscribes to nothing until a channel names it."""

    async def work() -> GroupOut:
        return group_out(await groups.create_group(tx, name=new.name, members=new.members, actor=who))

    return await once(tx, request, key=key, actor_id=who.agent_id, work=work, location=_url)


@router.get("/{group_id}", operation_id="get_group", responses=refusals(GroupNotFound))
async def get_group(tx: Tx, _who: Reader, response: Response, group_id: UUID) -> GroupOut:
    """One group, with its members and the channels that it subscribes to."""
    group = await groups.get_group(tx, group_id)
    response.headers["ETag"] = etag(group.version)
    return group_out(group)


@router.patch(
    "/{group_id}",
    operation_id="change_group",
    responses=refusals(GroupNotFound, StaleVersion, GroupExists, UnknownReference, Invalid, PreconditionRequired),
)
async def change_group(
    tx: Tx, who: Administrator, response: Response, version: IfMatch, group_id: UUID, patch: GroupPatch
) -> GroupOut:
    """Change a group's name or members. Who joins sees the tickets of its channels, who leaves does not any more."""
    given = patch.model_fields_set
    group = await groups.change_group(
        tx,
        group_id,
        version=version,
        name=patch.name if "name" in given else None,
        members=patch.members if "members" in given else None,
        actor=who,
    )
    response.headers["ETag"] = etag(group.version)
    return group_out(group)


@router.delete(
    "/{group_id}",
    operation_id="delete_group",
    status_code=204,
    responses=refusals(GroupNotFound, StaleVersion, Invalid, PreconditionRequired),
)
async def delete_group(tx: Tx, who: Administrator, version: IfMatch, group_id: UUID) -> None:
    """Delete a group with its subscriptions; its members stay what they are."""
    await groups.delete_group(tx, group_id, version=version, actor=who)


def group_out(group: groups.GroupView) -> GroupOut:
    """A group as the API shows it."""
    return GroupOut(
        id=group.id,
        name=group.name,
        version=group.version,
        members=list(group.members),
        subscriptions=[GroupSubscriptionOut(channel=key, kind=kind) for key, kind in group.channels.items()],
    )


def _url(group: GroupOut) -> str:
    return f"/api/v1/groups/{group.id}"
