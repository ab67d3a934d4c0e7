"""Derives who subscribes to a channel from what administrators set: agents alone, and groups with their members.

The derived table ``subscription`` is what lists, searches, audiences and every decision about sight read, so that they
know nothing of groups. It is brought up to date in the transaction that changes what it comes from.
"""

from collections.abc import Collection
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from chassis.database import Transaction
from tickets.channels.models import Subscription
from tickets.channels.models_groups import DirectSubscription, GroupMember, GroupSubscription
from tickets.channels.rules.effective import Tie, changes, effective
from tickets.channels.rules.words import Subscribed
from tickets.database import is_one_of, table_of

SUBSCRIPTIONS = sa.func.hashtext("tickets.subscriptions")
"""The lock under which subscriptions, groups and their members are changed: two changes that did not see each other,
of a group's members and of its channels, would leave out what follows from both."""


async def lock(tx: Transaction) -> None:
    """Let nobody else change subscriptions or groups until the commit. Take it before any row."""
    await tx.session.execute(sa.select(sa.func.pg_advisory_xact_lock(SUBSCRIPTIONS)))


async def derive(tx: Transaction, *, channels: Collection[str], agents: Collection[UUID] | None = None) -> None:
    """Write the subscriptions to these channels anew, of these agents or of all. Only what differs is touched."""
    if not channels:
        return
    direct: sa.Select[str, UUID, Subscribed] = sa.select(
        DirectSubscription.channel, DirectSubscription.agent_id, DirectSubscription.kind
    ).where(is_one_of(DirectSubscription.channel, channels))
    grouped: sa.Select[str, UUID, Subscribed] = (
        sa.select(GroupSubscription.channel, GroupMember.agent_id, GroupSubscription.kind)
        .join(GroupMember, GroupMember.group_id == GroupSubscription.group_id)
        .where(is_one_of(GroupSubscription.channel, channels))
    )
    present: sa.Select[str, UUID, Subscribed] = sa.select(
        Subscription.channel, Subscription.agent_id, Subscription.kind
    ).where(is_one_of(Subscription.channel, channels))
    if agents is not None:
        direct = direct.where(is_one_of(DirectSubscription.agent_id, agents))
        grouped = grouped.where(is_one_of(GroupMember.agent_id, agents))
        present = present.where(is_one_of(Subscription.agent_id, agents))
    claims = [*await _ties(tx, direct), *await _ties(tx, grouped)]
    await _write(tx, stored=dict(await _ties(tx, present)), wanted=effective(claims))


async def _ties(tx: Transaction, query: sa.Select[str, UUID, Subscribed]) -> list[tuple[Tie, Subscribed]]:
    return [((row.channel, row.agent_id), row.kind) for row in await tx.session.execute(query)]


async def _write(tx: Transaction, *, stored: dict[Tie, Subscribed], wanted: dict[Tie, Subscribed]) -> None:
    todo = changes(stored=stored, wanted=wanted)
    table = table_of(Subscription)
    by_channel: dict[str, list[UUID]] = {}
    for channel, agent_id in todo.gone:
        by_channel.setdefault(channel, []).append(agent_id)
    for channel, agent_ids in by_channel.items():
        of_agents = is_one_of(Subscription.agent_id, agent_ids)
        await tx.session.execute(sa.delete(table).where(Subscription.channel == channel, of_agents))
    if todo.written:
        put = insert(table)
        key = [table.c.channel, table.c.agent_id]
        rows = [
            {"channel": channel, "agent_id": agent_id, "kind": kind}
            for (channel, agent_id), kind in todo.written.items()
        ]
        overwrite = put.on_conflict_do_update(index_elements=key, set_={"kind": put.excluded.kind})
        await tx.session.execute(overwrite, rows)
