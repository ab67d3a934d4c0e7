"""The decision in Python and its twins in SQL say the same about whatever there is (CV-02, CV-05, CV-11)."""

import random
from datetime import timedelta
from uuid import UUID

import pytest
import sqlalchemy as sa
from services.tickets.tests.conftest import Desk

from chassis.database import Transaction
from chassis.ids import new_id
from tickets.channels.models import BreakGlass, Channel, Subscription
from tickets.channels.queries import access_of
from tickets.channels.rules.visibility import Access, Verb, Verdict, may
from tickets.channels.rules.words import SubjectNumber, Subscribed
from tickets.database import table_of
from tickets.desk.models import Ticket, Watcher
from tickets.desk.queries import REACHED, SEEN
from tickets.desk.records import NewTicket
from tickets.desk.rules.words import Origin
from tickets.staff.models import Agent
from tickets.staff.operations import AgentFields, create_agent
from tickets.staff.rules.permissions import Role

AGENTS, CHANNELS, TICKETS = 8, 5, 40


async def scatter(tx: Transaction, dice: random.Random) -> list[UUID]:
    """Agents, channels, subscriptions, tickets, their people and broken glass, all at random; gives the agents."""
    agents = [new_id() for _ in range(AGENTS)]
    for agent_id in agents:
        fields = AgentFields(name="x", email=f"{agent_id}@desk.example", role=dice.choice([*Role, Role.ADMIN]))
        await create_agent(tx, fields, password_hash=None, agent_id=agent_id)
    channels = [f"channel-{number}" for number in range(CHANNELS)]
    for position, key in enumerate(channels):
        tx.session.add(
            Channel(
                key=key,
                name=key,
                workflow="standard",
                subject_number=SubjectNumber.PREFIX,
                informal_read_only=dice.random() < 0.5,
                position=10 + position,
                version=1,
                active=dice.random() < 0.8,
            )
        )
    await tx.session.flush()
    for agent_id in agents:
        for key in dice.sample(channels, dice.randrange(CHANNELS)):
            tx.session.add(Subscription(channel=key, agent_id=agent_id, kind=dice.choice(list(Subscribed))))
    tickets = [
        NewTicket(
            number=dice.randrange(10**6, 10**12),
            subject="x",
            origin=dice.choice(list(Origin)),
            channel=dice.choice(channels),
            status="new",
            closed=False,
            ball="us",  # type: ignore[arg-type]  # the word itself
            owner_id=dice.choice([None, *agents]),
            responsible_id=dice.choice([None, *agents]),
            opened_by=dice.choice([None, *agents]),
            opened_at=tx.now,
            changed_at=tx.now,
            last_activity_at=tx.now,
            shown_at=tx.now,
        )
        for _ in range(TICKETS)
    ]
    await tx.session.execute(sa.insert(table_of(Ticket)), [vars(ticket) for ticket in tickets])
    for ticket in dice.sample(tickets, TICKETS // 2):
        tx.session.add(Watcher(ticket_id=ticket.id, agent_id=dice.choice(agents)))
    for ticket in dice.choices(tickets, k=4 * TICKETS):
        minutes = dice.choice([-60, -1, 1, 60])
        ends_at = tx.now + timedelta(minutes=minutes)
        row = {"ticket_id": ticket.id, "agent_id": dice.choice(agents), "reason": "x", "opened_at": tx.now}
        tx.session.add(BreakGlass(id=new_id(), ends_at=ends_at, **row))
    await tx.session.flush()
    return agents


def allowed(access: Access, ticket: Ticket) -> bool:
    """What `may` says about reading."""
    internal = ticket.origin is Origin.INTERNAL
    verdict = may(access, Verb.READ, channel=ticket.channel, internal=internal, ticket_id=ticket.id)
    return verdict is Verdict.ALLOWED


@pytest.mark.parametrize("seed", range(12))
async def test_lists_and_details_in_sql_show_what_the_rule_allows(desk: Desk, seed: int) -> None:
    async with desk.app.database.transaction() as tx:
        agents = await scatter(tx, random.Random(seed))
        tickets = (await tx.session.scalars(sa.select(Ticket))).all()
        by_glass = 0
        for agent_id in agents:
            access = await access_of(tx, agent_id)
            values = {"me": agent_id, "now": tx.now}
            reached = set(await tx.session.scalars(sa.select(Ticket.id).where(REACHED), values))
            listed = set(await tx.session.scalars(sa.select(Ticket.id).where(SEEN), {"me": agent_id}))
            assert reached == {ticket.id for ticket in tickets if allowed(access, ticket)}
            without_glass = Access(agent_id, access.channels, access.read_only)
            assert listed == {ticket.id for ticket in tickets if allowed(without_glass, ticket)}
            role = await tx.session.scalar(sa.select(Agent.role).where(Agent.id == agent_id))
            assert not access.opened or role is Role.ADMIN
            by_glass += len(reached - listed)
        assert by_glass, "this history has nothing to say about break-glass"
