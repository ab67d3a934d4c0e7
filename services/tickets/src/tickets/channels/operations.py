"""What changes channels and who subscribes to them."""

from collections.abc import Mapping

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from chassis.database import Transaction
from chassis.versions import StaleVersion
from contracts.tickets import Authenticated, SubscriptionsChanged
from tickets.audit.operations import record
from tickets.channels.models import Channel, Subscription
from tickets.channels.queries import subscriptions, workflow_exists
from tickets.channels.rules.parents import is_circle
from tickets.channels.shapes import ChannelIn, ChannelPatch, SubscriptionShape
from tickets.channels.workflow_operations import adopt_workflow
from tickets.database import is_one_of, table_of
from tickets.errors import ChannelExists, ChannelNotFound, UnknownReference
from tickets.installation.queries import default_reopen_days
from tickets.staff.models import Agent


async def create_channel(tx: Transaction, who: Authenticated, new: ChannelIn) -> Channel:
    """Add a channel; nobody subscribes to it yet. Raises `ChannelExists`, `UnknownReference`."""
    if not await workflow_exists(tx, new.workflow):
        raise UnknownReference(f"There is no workflow '{new.workflow}'.")
    if new.parent is not None:
        await _parent(tx, new.key, new.parent)
    values = new.model_dump(exclude={"told"})
    if "reopen_days" not in new.model_fields_set:
        values["reopen_days"] = await default_reopen_days(tx)
    made = await tx.session.execute(
        insert(table_of(Channel))
        .values(**values, told=new.told.stored(), version=1)
        .on_conflict_do_nothing()
        .returning(table_of(Channel).c.key)
    )
    if made.first() is None:
        raise ChannelExists(f"There is a channel '{new.key}' already. Choose another key.")
    details = new.model_dump(mode="json")
    await record(tx, actor=who, action="channel.created", subject=f"channel:{new.key}", details=details)
    return await find_channel(tx, new.key)


async def change_channel(
    tx: Transaction, who: Authenticated, key: str, patch: ChannelPatch, *, expected: int
) -> Channel:
    """Change a channel. Raises `ChannelNotFound`, `StaleVersion` and `UnknownReference`."""
    channel = await find_channel(tx, key, lock=True)
    if channel.version != expected:
        raise StaleVersion(
            f"The channel is at version {channel.version} by now. Read it again, then repeat your change.",
            current={"key": channel.key, "version": channel.version},
        )
    if patch.parent is not None:
        await _parent(tx, key, patch.parent)
    for name in patch.model_fields_set - {"told", "workflow"}:
        setattr(channel, name, getattr(patch, name))
    if patch.told is not None:
        channel.told = channel.told | patch.told.stored()
    if patch.workflow is not None and patch.workflow != channel.workflow:
        await adopt_workflow(tx, channel, patch.workflow)
    channel.version += 1
    details = patch.model_dump(mode="json", exclude_unset=True)
    await record(tx, actor=who, action="channel.changed", subject=f"channel:{key}", details=details)
    return channel


async def replace_subscriptions(
    tx: Transaction, who: Authenticated, key: str, wanted: tuple[SubscriptionShape, ...]
) -> None:
    """Let exactly these agents subscribe. Raises `ChannelNotFound`, `UnknownReference`."""
    await find_channel(tx, key, lock=True)
    agents = {subscription.agent_id for subscription in wanted}
    known = set(await tx.session.scalars(sa.select(Agent.id).where(is_one_of(Agent.id, agents))))
    if missing := agents - known:
        raise UnknownReference(f"There is no agent {min(missing)}.")
    before = {item.agent_id: item.kind for item in await subscriptions(tx, key)}
    after = {item.agent_id: item.kind for item in wanted}
    changed = sorted(agent for agent in before.keys() | after.keys() if before.get(agent) != after.get(agent))
    details = {str(agent): {"from": before.get(agent), "to": after.get(agent)} for agent in changed}
    await record(tx, actor=who, action="subscriptions.replaced", subject=f"channel:{key}", details=details)
    await tx.session.execute(sa.delete(table_of(Subscription)).where(Subscription.channel == key))
    if wanted:
        rows = [{"channel": key, "agent_id": item.agent_id, "kind": item.kind} for item in wanted]
        await tx.session.execute(sa.insert(table_of(Subscription)), rows)
    if changed:
        tx.emit(SubscriptionsChanged(channel=key, agent_ids=tuple(changed)))


async def find_channel(tx: Transaction, key: str, *, lock: bool = False) -> Channel:
    """The channel with this key. Raises `ChannelNotFound`."""
    channel = await tx.session.get(Channel, key, with_for_update=lock)
    if channel is None:
        raise ChannelNotFound(f"There is no channel '{key}'.")
    return channel


async def _parent(tx: Transaction, key: str, parent: str) -> None:
    rows = await tx.session.execute(sa.select(Channel.key, Channel.parent))
    parents: Mapping[str, str | None] = {row.key: row.parent for row in rows}
    if parent not in parents:
        raise UnknownReference(f"There is no channel '{parent}' that could be the parent.")
    if is_circle(key, parent, parents):
        raise UnknownReference(f"'{parent}' is below '{key}' already, so it cannot be its parent.")
