"""What channels are like, who subscribes to them, and what an agent has access to."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

import sqlalchemy as sa

from chassis.database import Transaction
from tickets.channels.models import BreakGlass, Channel, Status, Subscription, Workflow
from tickets.channels.models_groups import DirectSubscription, Group, GroupMember, GroupSubscription
from tickets.channels.rules.visibility import Access
from tickets.channels.rules.words import SubjectNumber, Subscribed
from tickets.channels.rules.workflow import Flow, Place
from tickets.database import is_any, is_one_of
from tickets.errors import UnknownReference
from tickets.staff.models import Agent
from tickets.staff.rules.permissions import Role


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
    active: bool = True
    owner_starts_work: bool = True
    told: Mapping[str, Sequence[str]] = field(default_factory=dict)

    def sees(self, agent_id: UUID) -> bool:
        """Whether the agent may see the channel's tickets."""
        return agent_id in self.standard or agent_id in self.informal


_CHANNELS = (
    sa.select(
        Channel.key,
        Channel.name,
        Channel.subject_number,
        Channel.from_name,
        Channel.reopen_days,
        Channel.active,
        Channel.owner_starts_work,
        Channel.told,
        Status,
    )
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
    statuses: dict[str, list[Status]] = {}
    for row in rows:
        statuses.setdefault(row.key, []).append(row.Status)
    return {
        row.key: ChannelFacts(
            key=row.key,
            name=row.name,
            subject_number=row.subject_number,
            from_name=row.from_name,
            reopen_days=row.reopen_days,
            flow=flow_of(statuses[row.key]),
            standard=_agents(subscribed, row.key, Subscribed.STANDARD),
            informal=_agents(subscribed, row.key, Subscribed.INFORMAL),
            active=row.active,
            owner_starts_work=row.owner_starts_work,
            told=row.told,
        )
        for row in {row.key: row for row in rows}.values()
    }


def flow_of(statuses: Iterable[Status]) -> Flow:
    """The statuses of one workflow, in their order, as the rules see them."""
    rows = list(statuses)
    return Flow(
        tuple(place(status) for status in rows if status.successor is None),
        {status.key: status.successor for status in rows if status.successor is not None},
    )


def place(status: Status) -> Place:
    """A status as the rules see it."""
    return Place(
        key=status.key,
        name=status.name,
        customer_name=status.customer_name,
        category=status.category,
        ball=status.ball,
        moves=tuple(status.moves),
    )


def _agents(rows: Sequence[sa.Row[str, UUID, Subscribed]], channel: str, kind: Subscribed) -> frozenset[UUID]:
    return frozenset(row.agent_id for row in rows if row.channel == channel and row.kind is kind)


async def first_channel(tx: Transaction) -> str | None:
    """Where a ticket goes whose channel does not exist or takes no new ones (TC-07).

    The default channel, else the first active one in the installation's order, else the first of all: nothing is lost.
    """
    order = (Channel.active.desc(), Channel.is_default.desc(), Channel.position, Channel.key)
    return await tx.session.scalar(sa.select(Channel.key).order_by(*order).limit(1))


async def default_channel(tx: Transaction) -> str | None:
    """The channel of tickets that name none, where the installation has chosen one that is active (TC-07)."""
    return await tx.session.scalar(sa.select(Channel.key).where(Channel.is_default, Channel.active))


_ME = sa.bindparam("me", type_=sa.Uuid)

OPENED = (
    sa.select(BreakGlass.ticket_id)
    .join(Agent, Agent.id == BreakGlass.agent_id)
    .where(
        BreakGlass.agent_id == _ME,
        BreakGlass.ends_at > sa.bindparam("now", type_=BreakGlass.ends_at.type),
        Agent.role == Role.ADMIN,
    )
)
"""Tickets that break-glass holds open at ``now`` for the agent ``me``, as long as they are an administrator."""

_TIES = (
    sa.select(Subscription.channel, Subscription.kind, Channel.informal_read_only, sa.null().label("ticket_id"))
    .join(Channel, Channel.key == Subscription.channel)
    .where(Subscription.agent_id == _ME)
    .union_all(OPENED.with_only_columns(sa.null(), sa.null(), sa.false(), BreakGlass.ticket_id))
)


async def access_of(tx: Transaction, agent_id: UUID) -> Access:
    """What an agent may see now."""
    rows = (await tx.session.execute(_TIES, {"me": agent_id, "now": tx.now})).all()
    subscribed = [row for row in rows if row.channel is not None]
    return Access(
        agent_id,
        {row.channel: row.kind for row in subscribed},
        frozenset(row.channel for row in subscribed if row.informal_read_only),
        frozenset(row.ticket_id for row in rows if row.ticket_id is not None),
    )


async def all_channels(tx: Transaction, agent_id: UUID) -> Sequence[tuple[Channel, Subscribed | None]]:
    """Every channel in the installation's order, with what ties this agent to it."""
    mine = (Subscription.channel == Channel.key) & (Subscription.agent_id == agent_id)
    rows = await tx.session.execute(
        sa.select(Channel, Subscription.kind).outerjoin(Subscription, mine).order_by(Channel.position, Channel.key)
    )
    return [(channel, kind) for channel, kind in rows.all()]


async def all_statuses(tx: Transaction, *, workflow: str | None = None) -> Sequence[Status]:
    """Every status, workflow by workflow, in order; those that were deleted are left out."""
    wanted = sa.select(Status).where(Status.successor.is_(None)).order_by(Status.workflow, Status.position, Status.key)
    if workflow is not None:
        wanted = wanted.where(Status.workflow == workflow)
    return (await tx.session.scalars(wanted)).all()


async def all_workflows(tx: Transaction) -> Sequence[Workflow]:
    """Every workflow, by key."""
    return (await tx.session.scalars(sa.select(Workflow).order_by(Workflow.key))).all()


async def channels_of_workflow(tx: Transaction, key: str) -> list[str]:
    """The channels that use a workflow, in the installation's order."""
    wanted = sa.select(Channel.key).where(Channel.workflow == key).order_by(Channel.position, Channel.key)
    return list(await tx.session.scalars(wanted))


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
