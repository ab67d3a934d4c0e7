"""What channels are like, who subscribes to them, and what an agent has access to."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

import sqlalchemy as sa

from chassis.database import Transaction
from tickets.channels.models import Channel, Status, Subscription, Workflow
from tickets.channels.models_groups import DirectSubscription, Group, GroupMember, GroupSubscription
from tickets.channels.rules.visibility import Access
from tickets.channels.rules.words import SubjectNumber, Subscribed
from tickets.channels.rules.workflow import Flow, Place
from tickets.database import is_any, is_one_of
from tickets.errors import UnknownReference
from tickets.staff.models import Agent


@dataclass(frozen=True, kw_only=True)
class ChannelFacts:
    """A channel with its workflow and its subscribers: all that decisions about its tickets need."""

    key: str
    name: str
    subject_number: SubjectNumber
    from_name: str | None
    reopen_days: int | None
    flow: Flow
    standard: frozenset[UUID]
    informal: frozenset[UUID]

    def sees(self, agent_id: UUID) -> bool:
        """Whether the agent may see the channel's tickets."""
        return agent_id in self.standard or agent_id in self.informal


_CHANNELS = (
    sa.select(Channel.key, Channel.name, Channel.subject_number, Channel.from_name, Channel.reopen_days, Status)
    .join(Status, Status.workflow == Channel.workflow)
    .where(is_any(Channel.key, "channels"))
    .order_by(Channel.key, Status.position)
)
_SUBSCRIBERS = sa.select(Subscription.channel, Subscription.agent_id, Subscription.kind).where(
    is_any(Subscription.channel, "channels")
)


async def channel_facts(tx: Transaction, keys: Iterable[str]) -> dict[str, ChannelFacts]:
    """The channels among these keys, in two statements."""
    wanted = {"channels": sorted(set(keys))}
    rows = (await tx.session.execute(_CHANNELS, wanted)).all()
    subscribed = (await tx.session.execute(_SUBSCRIBERS, wanted)).all()
    places: dict[str, list[Place]] = {}
    for row in rows:
        places.setdefault(row.key, []).append(place(row.Status))
    return {
        row.key: ChannelFacts(
            key=row.key,
            name=row.name,
            subject_number=row.subject_number,
            from_name=row.from_name,
            reopen_days=row.reopen_days,
            flow=Flow(tuple(places[row.key])),
            standard=_agents(subscribed, row.key, Subscribed.STANDARD),
            informal=_agents(subscribed, row.key, Subscribed.INFORMAL),
        )
        for row in {row.key: row for row in rows}.values()
    }


def place(status: Status) -> Place:
    """A status as the rules see it."""
    return Place(
        key=status.key,
        name=status.name,
        customer_name=status.customer_name,
        category=status.category,
        ball=status.ball,
    )


def _agents(rows: Sequence[sa.Row[str, UUID, Subscribed]], channel: str, kind: Subscribed) -> frozenset[UUID]:
    return frozenset(row.agent_id for row in rows if row.channel == channel and row.kind is kind)


async def first_channel(tx: Transaction) -> str | None:
    """The first channel in the order of the installation: where a ticket goes whose channel does not exist (TC-07)."""
    return await tx.session.scalar(sa.select(Channel.key).order_by(Channel.position, Channel.key).limit(1))


async def access_of(tx: Transaction, agent_id: UUID) -> Access:
    """What an agent may see."""
    rows = (
        await tx.session.execute(
            sa.select(Subscription.channel, Subscription.kind, Channel.informal_read_only)
            .join(Channel, Channel.key == Subscription.channel)
            .where(Subscription.agent_id == agent_id)
        )
    ).all()
    return Access(
        agent_id,
        {row.channel: row.kind for row in rows},
        frozenset(row.channel for row in rows if row.informal_read_only),
    )


async def all_channels(tx: Transaction, agent_id: UUID) -> Sequence[tuple[Channel, Subscribed | None]]:
    """Every channel in the installation's order, with what ties this agent to it."""
    mine = (Subscription.channel == Channel.key) & (Subscription.agent_id == agent_id)
    rows = await tx.session.execute(
        sa.select(Channel, Subscription.kind).outerjoin(Subscription, mine).order_by(Channel.position, Channel.key)
    )
    return [(channel, kind) for channel, kind in rows.all()]


async def all_statuses(tx: Transaction) -> Sequence[Status]:
    """Every status, workflow by workflow, in order."""
    return (await tx.session.scalars(sa.select(Status).order_by(Status.workflow, Status.position))).all()


@dataclass(frozen=True, kw_only=True)
class SubscriptionsView:
    """Who subscribes to a channel: agents themselves, groups with their names, and what follows for each agent.

    ``through`` are the groups of each agent that subscribe.
    """

    direct: dict[UUID, Subscribed]
    groups: dict[UUID, tuple[str, Subscribed]]
    effective: dict[UUID, Subscribed]
    through: dict[UUID, tuple[UUID, ...]]


async def subscriptions(tx: Transaction, channel: str) -> SubscriptionsView:
    """Who subscribes to a channel, and why."""
    execute = tx.session.execute
    direct = sa.select(DirectSubscription.agent_id, DirectSubscription.kind).where(
        DirectSubscription.channel == channel
    )
    groups = (
        sa.select(GroupSubscription.group_id, Group.name, GroupSubscription.kind)
        .join(Group, Group.id == GroupSubscription.group_id)
        .where(GroupSubscription.channel == channel)
    )
    members = (
        sa.select(GroupMember.agent_id, GroupMember.group_id)
        .join(GroupSubscription, GroupSubscription.group_id == GroupMember.group_id)
        .where(GroupSubscription.channel == channel)
        .order_by(GroupMember.agent_id, GroupMember.group_id)
    )
    counts = sa.select(Subscription.agent_id, Subscription.kind).where(Subscription.channel == channel)
    through: dict[UUID, tuple[UUID, ...]] = {}
    for row in await execute(members):
        through[row.agent_id] = (*through.get(row.agent_id, ()), row.group_id)
    return SubscriptionsView(
        direct={row.agent_id: row.kind for row in await execute(direct.order_by(DirectSubscription.agent_id))},
        groups={row.group_id: (row.name, row.kind) for row in await execute(groups.order_by(Group.name))},
        effective={row.agent_id: row.kind for row in await execute(counts.order_by(Subscription.agent_id))},
        through=through,
    )


async def known_agents(tx: Transaction, agent_ids: Iterable[UUID]) -> None:
    """Raises `UnknownReference` unless all of these agents exist."""
    wanted = set(agent_ids)
    known = set(await tx.session.scalars(sa.select(Agent.id).where(is_one_of(Agent.id, wanted))))
    if missing := wanted - known:
        raise UnknownReference(f"There is no agent {min(missing)}.")


async def workflow_exists(tx: Transaction, key: str) -> bool:
    """Whether there is such a workflow."""
    return await tx.session.scalar(sa.select(Workflow.key).where(Workflow.key == key)) is not None
