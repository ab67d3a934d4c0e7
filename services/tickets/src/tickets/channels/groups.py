"""Groups of agents that subscribe to channels together: what changes them and what tells of them."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from chassis.database import Transaction
from chassis.ids import new_id
from chassis.paging import decode_cursor, encode_cursor
from chassis.versions import StaleVersion
from contracts.tickets import Authenticated
from tickets.audit.operations import record
from tickets.channels import effective
from tickets.channels.models_groups import Group, GroupMember, GroupSubscription
from tickets.channels.queries import known_agents
from tickets.channels.rules.words import Subscribed
from tickets.database import table_of
from tickets.errors import GroupExists, GroupNotFound


@dataclass(frozen=True, kw_only=True)
class GroupView:
    """A group with its members and the channels that it subscribes to."""

    id: UUID
    name: str
    version: int
    members: tuple[UUID, ...]
    channels: dict[str, Subscribed]


@dataclass(frozen=True, kw_only=True)
class GroupRow:
    """A group in the list."""

    id: UUID
    name: str
    version: int
    member_count: int


async def list_groups(tx: Transaction, *, cursor: str | None, limit: int) -> tuple[Sequence[GroupRow], str | None]:
    """A page of groups by name, and the cursor of the next. Raises `InvalidCursor`."""
    sort_name = sa.func.lower(Group.name)
    members = sa.select(sa.func.count()).where(GroupMember.group_id == Group.id).correlate(Group).scalar_subquery()
    query = sa.select(
        Group.id, Group.name, Group.version, members.label("member_count"), sort_name.label("sort_name")
    ).order_by(sort_name)
    if cursor is not None:
        (name,) = decode_cursor(cursor, str)
        query = query.where(sort_name > name)
    rows = (await tx.session.execute(query.limit(limit + 1))).all()
    shown = rows[:limit]
    items = [
        GroupRow(id=row.id, name=row.name, version=row.version, member_count=row.member_count or 0) for row in shown
    ]
    return items, encode_cursor(shown[-1].sort_name) if len(rows) > limit else None


async def get_group(tx: Transaction, group_id: UUID) -> GroupView:
    """One group. Raises `GroupNotFound`."""
    group = (
        await tx.session.execute(sa.select(Group.id, Group.name, Group.version).where(Group.id == group_id))
    ).one_or_none()
    if group is None:
        raise GroupNotFound("There is no group with this id. Reload the list of groups.")
    members = sa.select(GroupMember.agent_id).where(GroupMember.group_id == group_id).order_by(GroupMember.agent_id)
    channels = (
        sa.select(GroupSubscription.channel, GroupSubscription.kind)
        .where(GroupSubscription.group_id == group_id)
        .order_by(GroupSubscription.channel)
    )
    return GroupView(
        id=group.id,
        name=group.name,
        version=group.version,
        members=tuple(await tx.session.scalars(members)),
        channels={row.channel: row.kind for row in await tx.session.execute(channels)},
    )


async def create_group(tx: Transaction, *, name: str, members: Collection[UUID], actor: Authenticated) -> GroupView:
    """A new group; it subscribes to nothing yet. Raises `GroupExists`, `UnknownReference`."""
    await effective.lock(tx)
    await known_agents(tx, members)
    made = await tx.session.scalar(
        insert(Group)
        .values(id=new_id(), name=name, version=1, created_at=tx.now, changed_at=tx.now)
        .on_conflict_do_nothing()
        .returning(Group.id)
    )
    if made is None:
        raise _exists(name)
    await _add(tx, made, members)
    details = {"name": name, "members": members}
    await record(tx, actor=actor, action="group.created", subject=f"group:{made}", details=details)
    return await get_group(tx, made)


async def change_group(
    tx: Transaction,
    group_id: UUID,
    *,
    version: int,
    name: str | None,
    members: Collection[UUID] | None,
    actor: Authenticated,
) -> GroupView:
    """Another name or other members; what is None stays. Who joins or leaves sees more or less from the commit on.

    Raises `GroupNotFound`, `StaleVersion`, `GroupExists`, `UnknownReference`.
    """
    before = await _locked(tx, group_id, version=version)
    details: dict[str, object] = {}
    if name is not None and name != before.name:
        details["name"] = {"before": before.name, "after": name}
        taken = sa.select(Group.id).where(sa.func.lower(Group.name) == sa.func.lower(name), Group.id != group_id)
        if await tx.session.scalar(taken) is not None:
            raise _exists(name)
    await tx.session.execute(
        sa.update(Group)
        .where(Group.id == group_id)
        .values(name=before.name if name is None else name, version=version + 1, changed_at=tx.now)
    )
    if members is not None:
        joined, left = set(members) - set(before.members), set(before.members) - set(members)
        await known_agents(tx, joined)
        await tx.session.execute(
            sa.delete(GroupMember).where(GroupMember.group_id == group_id, GroupMember.agent_id.in_(left))
        )
        await _add(tx, group_id, joined)
        await effective.derive(tx, channels=before.channels, agents=joined | left)
        details |= {"joined": joined, "left": left}
    await record(tx, actor=actor, action="group.changed", subject=f"group:{group_id}", details=details)
    return await get_group(tx, group_id)


async def delete_group(tx: Transaction, group_id: UUID, *, version: int, actor: Authenticated) -> None:
    """Its members lose what they saw through it alone. Raises `GroupNotFound`, `StaleVersion`."""
    before = await _locked(tx, group_id, version=version)
    await tx.session.execute(sa.delete(Group).where(Group.id == group_id))
    await effective.derive(tx, channels=before.channels, agents=before.members)
    details = {"name": before.name, "members": before.members, "channels": before.channels}
    await record(tx, actor=actor, action="group.deleted", subject=f"group:{group_id}", details=details)


async def _locked(tx: Transaction, group_id: UUID, *, version: int) -> GroupView:
    """The group in this version, with everything about subscriptions locked."""
    await effective.lock(tx)
    group = await get_group(tx, group_id)
    if group.version != version:
        raise StaleVersion(
            f"The group is at version {group.version} by now. Read it again, then repeat your change.",
            current={"id": str(group.id), "name": group.name, "version": group.version},
        )
    return group


async def _add(tx: Transaction, group_id: UUID, members: Collection[UUID]) -> None:
    if members:
        rows = [{"group_id": group_id, "agent_id": agent_id} for agent_id in sorted(set(members))]
        await tx.session.execute(sa.insert(table_of(GroupMember)), rows)


def _exists(name: str) -> GroupExists:
    return GroupExists(f"There is a group '{name}' already. Change that one, or take another name.")
