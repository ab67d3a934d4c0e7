"""What changes channels and who subscribes to them."""

from collections.abc import Mapping
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from chassis.database import Transaction
from chassis.versions import StaleVersion
from contracts.tickets import Authenticated
from tickets.audit.operations import record
from tickets.channels import effective
from tickets.channels.models import Channel
from tickets.channels.models_groups import DirectSubscription, Group, GroupSubscription
from tickets.channels.queries import known_agents, subscriptions, workflow_exists
from tickets.channels.rules.parents import is_circle
from tickets.channels.rules.words import Subscribed
from tickets.channels.shapes import ChannelIn, ChannelPatch, SubscriptionsIn
from tickets.channels.workflow_operations import adopt_workflow
from tickets.database import is_one_of, table_of
from tickets.errors import ChannelExists, ChannelIsDefault, ChannelNotFound, UnknownReference


async def create_channel(tx: Transaction, who: Authenticated, new: ChannelIn) -> Channel:
    """Add a channel; nobody subscribes to it yet. Raises `ChannelExists`, `UnknownReference`."""
    if not await workflow_exists(tx, new.workflow):
        raise UnknownReference(f"There is no workflow '{new.workflow}'.")
    if new.parent is not None:
        await _parent(tx, new.key, new.parent)
    if new.is_default:
        await _no_default(tx)
    made = await tx.session.execute(
        insert(table_of(Channel))
        .values(**new.model_dump(exclude={"told"}), told=new.told.stored(), version=1)
        .on_conflict_do_nothing()
        .returning(table_of(Channel).c.key)
    )
    if made.first() is None:
        raise ChannelExists(f"There is a channel '{new.key}' already. Choose another key.")
    details = new.model_dump(mode="json", exclude={"key"})
    await record(tx, actor=who, action="channel.created", subject=f"channel:{new.key}", details=details)
    return await find_channel(tx, new.key)


async def change_channel(
    tx: Transaction, who: Authenticated, key: str, patch: ChannelPatch, *, expected: int
) -> Channel:
    """Change a channel. Raises `ChannelNotFound`, `StaleVersion`, `UnknownReference`, `ChannelIsDefault`."""
    channel = await find_channel(tx, key, lock=True)
    if channel.version != expected:
        raise StaleVersion(
            f"The channel is at version {channel.version} by now. Read it again, then repeat your change.",
            current={"key": channel.key, "version": channel.version},
        )
    if patch.parent is not None:
        await _parent(tx, key, patch.parent)
    before = {name: getattr(channel, name) for name in patch.model_fields_set}
    if patch.is_default and not channel.is_default:
        await _no_default(tx)
    for name in patch.model_fields_set - {"told", "workflow"}:
        setattr(channel, name, getattr(patch, name))
    if channel.is_default and not channel.active:
        raise ChannelIsDefault("The default channel must be active. Make another channel the default first.")
    if patch.told is not None:
        channel.told = channel.told | patch.told.stored()
    if patch.workflow is not None and patch.workflow != channel.workflow:
        await adopt_workflow(tx, channel, patch.workflow)
    channel.version += 1
    after = {name: getattr(channel, name) for name in patch.model_fields_set}
    details = {"before": before, "after": after}
    await record(tx, actor=who, action="channel.changed", subject=f"channel:{key}", details=details)
    return channel


async def _no_default(tx: Transaction) -> None:
    """The channel that was the default is it no more: there is one at most."""
    former = await tx.session.scalar(sa.select(Channel).where(Channel.is_default).with_for_update())
    if former is not None:
        former.is_default = False
        former.version += 1
        await tx.session.flush()


async def replace_subscriptions(tx: Transaction, who: Authenticated, key: str, wanted: SubscriptionsIn) -> None:
    """Let exactly these agents subscribe, and exactly these groups where they are given.

    Raises `ChannelNotFound`, `UnknownReference`.
    """
    await effective.lock(tx)
    await find_channel(tx, key, lock=True)
    before = await subscriptions(tx, key)
    agents = {item.agent_id: item.kind for item in wanted.items}
    await known_agents(tx, agents)
    await tx.session.execute(sa.delete(DirectSubscription).where(DirectSubscription.channel == key))
    if agents:
        rows = [{"channel": key, "agent_id": agent_id, "kind": kind} for agent_id, kind in agents.items()]
        await tx.session.execute(sa.insert(table_of(DirectSubscription)), rows)
    details: dict[str, object] = {"agents": {"before": before.direct, "after": agents}}
    if wanted.groups is not None:
        groups = {item.group_id: item.kind for item in wanted.groups}
        await _replace_groups(tx, key, groups)
        were = {group_id: kind for group_id, (_, kind) in before.groups.items()}
        details["groups"] = {"before": were, "after": groups}
    await effective.derive(tx, channels=[key])
    await record(tx, actor=who, action="subscriptions.replaced", subject=f"channel:{key}", details=details)


async def _replace_groups(tx: Transaction, key: str, groups: Mapping[UUID, Subscribed]) -> None:
    known = set(await tx.session.scalars(sa.select(Group.id).where(is_one_of(Group.id, groups))))
    if missing := set(groups) - known:
        raise UnknownReference(f"There is no group {min(missing)}.")
    await tx.session.execute(sa.delete(GroupSubscription).where(GroupSubscription.channel == key))
    if groups:
        rows = [{"channel": key, "group_id": group_id, "kind": kind} for group_id, kind in groups.items()]
        await tx.session.execute(sa.insert(table_of(GroupSubscription)), rows)


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
