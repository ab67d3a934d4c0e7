"""HTTP: channels, subscriptions, statuses."""

from typing import Annotated

from fastapi import Depends, Path, Request, Response

from chassis.auth import require
from chassis.http import Tx
from chassis.idempotency import IdempotencyKey, once
from chassis.problems import Invalid, PreconditionRequired, refusals
from chassis.routes import Routes
from chassis.versions import IfMatch, StaleVersion, etag
from contracts.tickets import Authenticated, Permission
from tickets.channels import operations, queries
from tickets.channels.models import Channel, Status
from tickets.channels.rules.words import Subscribed
from tickets.channels.shapes import (
    ChannelIn,
    ChannelList,
    ChannelOut,
    ChannelPatch,
    EffectiveSubscriptionOut,
    StatusList,
    StatusOut,
    SubscribedGroupOut,
    SubscriptionList,
    SubscriptionShape,
    SubscriptionsIn,
    Told,
)
from tickets.errors import ChannelExists, ChannelNotFound, UnknownReference

Reader = Annotated[Authenticated, Depends(require(Permission.TICKETS_READ))]
Admin = Annotated[Authenticated, Depends(require(Permission.STAFF_MANAGE))]
Key = Annotated[str, Path(max_length=40, description="The channel's key.")]

router = Routes(prefix="/api/v1", tags=["channels"])


@router.get("/channels", operation_id="list_channels")
async def list_channels(tx: Tx, who: Reader) -> ChannelList:
    """Every channel, because a ticket can be moved to any of them; what is in them only subscribers see."""
    rows = await queries.all_channels(tx, who.agent_id)
    return ChannelList(items=[channel_out(channel, kind) for channel, kind in rows])


@router.post(
    "/channels",
    operation_id="create_channel",
    status_code=201,
    response_model=ChannelOut,
    responses=refusals(ChannelExists, UnknownReference, Invalid),
)
async def create_channel(request: Request, tx: Tx, who: Admin, new: ChannelIn, key: IdempotencyKey = None) -> Response:
    """Add a channel; nobody subscribes to it yet."""

    async def work() -> ChannelOut:
        return channel_out(await operations.create_channel(tx, who, new), None)

    return await once(tx, request, key=key, actor_id=who.agent_id, work=work, location=_location)


def _location(channel: ChannelOut) -> str:
    return f"/api/v1/channels/{channel.key}"


@router.get("/channels/{key}", operation_id="get_channel", responses=refusals(ChannelNotFound))
async def get_channel(tx: Tx, who: Reader, key: Key, response: Response) -> ChannelOut:
    """One channel."""
    channel = await operations.find_channel(tx, key)
    response.headers["ETag"] = etag(channel.version)
    return channel_out(channel, (await queries.access_of(tx, who.agent_id)).channels.get(key))


@router.patch(
    "/channels/{key}",
    operation_id="change_channel",
    responses=refusals(ChannelNotFound, StaleVersion, UnknownReference, Invalid, PreconditionRequired),
)
async def change_channel(
    tx: Tx, who: Admin, key: Key, patch: ChannelPatch, version: IfMatch, response: Response
) -> ChannelOut:
    """Change a channel: its name and place, its workflow, what its people may do and are told, or whether it is active.

    Tickets whose status the new workflow does not know get the first one of the same category, within a minute or so.
    """
    channel = await operations.change_channel(tx, who, key, patch, expected=version)
    response.headers["ETag"] = etag(channel.version)
    return channel_out(channel, (await queries.access_of(tx, who.agent_id)).channels.get(key))


def channel_out(channel: Channel, subscription: Subscribed | None) -> ChannelOut:
    """A channel as the API shows it."""
    return ChannelOut(
        key=channel.key,
        name=channel.name,
        parent=channel.parent,
        workflow=channel.workflow,
        subject_number=channel.subject_number,
        informal_read_only=channel.informal_read_only,
        from_name=channel.from_name,
        reopen_days=channel.reopen_days,
        position=channel.position,
        active=channel.active,
        owner_starts_work=channel.owner_starts_work,
        told=Told.model_validate(channel.told),
        version=channel.version,
        subscription=subscription,
    )


@router.get("/channels/{key}/subscriptions", operation_id="list_subscriptions", responses=refusals(ChannelNotFound))
async def list_subscriptions(tx: Tx, _who: Admin, key: Key) -> SubscriptionList:
    """Who subscribes to a channel, alone and through groups."""
    await operations.find_channel(tx, key)
    return await _subscriptions(tx, key)


@router.put(
    "/channels/{key}/subscriptions",
    operation_id="replace_subscriptions",
    responses=refusals(ChannelNotFound, UnknownReference, Invalid),
)
async def replace_subscriptions(tx: Tx, who: Admin, key: Key, wanted: SubscriptionsIn) -> SubscriptionList:
    """Let exactly these agents subscribe, and these groups; groups that are not given stay as they are.

    Who is left out of both does not see the channel's tickets any more (CV-05).
    """
    await operations.replace_subscriptions(tx, who, key, wanted)
    return await _subscriptions(tx, key)


async def _subscriptions(tx: Tx, key: str) -> SubscriptionList:
    found = await queries.subscriptions(tx, key)
    return SubscriptionList(
        items=[SubscriptionShape(agent_id=agent_id, kind=kind) for agent_id, kind in found.direct.items()],
        groups=[
            SubscribedGroupOut(group_id=group_id, name=name, kind=kind)
            for group_id, (name, kind) in found.groups.items()
        ],
        effective=[
            EffectiveSubscriptionOut(
                agent_id=agent_id,
                kind=kind,
                direct=found.direct.get(agent_id),
                groups=list(found.through.get(agent_id, ())),
            )
            for agent_id, kind in found.effective.items()
        ],
    )


@router.get("/statuses", operation_id="list_statuses")
async def list_statuses(tx: Tx, _who: Reader) -> StatusList:
    """Every status of every workflow (TC-12), each with the side that has the ball (TC-13)."""
    return StatusList(items=[status_out(status) for status in await queries.all_statuses(tx)])


def status_out(status: Status) -> StatusOut:
    """A status as the API shows it."""
    return StatusOut(
        workflow=status.workflow,
        key=status.key,
        name=status.name,
        customer_name=status.customer_name,
        category=status.category,
        ball=status.ball,
        position=status.position,
        moves=status.moves,
    )
