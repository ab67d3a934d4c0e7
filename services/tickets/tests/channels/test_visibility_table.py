"""The table of visibility: each row of it, and its twins in SQL on random desks (CV-02, CV-05, CV-11)."""

import random
from datetime import timedelta
from uuid import UUID

import pytest
import sqlalchemy as sa
from services.tickets.tests.conftest import Desk

from chassis.ids import new_id
from tickets.channels.models import BreakGlass, Channel, Subscription
from tickets.channels.queries import access_of
from tickets.channels.rules.visibility import TABLE, Access, Tie, Verb, Verdict, may, tie
from tickets.channels.rules.words import Subscribed
from tickets.desk.models import Ticket
from tickets.desk.queries import REACHED, SEEN
from tickets.staff.demo import AGENTS

ME, THIS, OTHER = UUID(int=1), UUID(int=2), UUID(int=3)

ACCESS = {
    Tie.STANDARD: Access(ME, {"a": Subscribed.STANDARD}),
    Tie.INFORMAL: Access(ME, {"a": Subscribed.INFORMAL}),
    Tie.INFORMAL_READ_ONLY: Access(ME, {"a": Subscribed.INFORMAL}, read_only=frozenset({"a"})),
    Tie.BREAK_GLASS: Access(ME, {"b": Subscribed.STANDARD}, opened=frozenset({THIS})),
    Tie.NOTHING: Access(ME, {"b": Subscribed.STANDARD}, opened=frozenset({OTHER})),
}
ALLOWED, READ_ONLY, HIDDEN = Verdict.ALLOWED, Verdict.READ_ONLY, Verdict.HIDDEN
ROWS = [
    (Tie.STANDARD, ALLOWED, ALLOWED, ALLOWED, Verdict.INTERNAL),
    (Tie.INFORMAL, ALLOWED, ALLOWED, ALLOWED, Verdict.INTERNAL),
    (Tie.INFORMAL_READ_ONLY, ALLOWED, READ_ONLY, READ_ONLY, READ_ONLY),
    (Tie.BREAK_GLASS, ALLOWED, READ_ONLY, READ_ONLY, READ_ONLY),
    (Tie.NOTHING, HIDDEN, HIDDEN, HIDDEN, HIDDEN),
]


@pytest.mark.parametrize(("tied", "read", "change", "mail", "mail_internal"), ROWS)
def test_what_ties_the_agent_decides_what_they_may(
    tied: Tie, read: Verdict, change: Verdict, mail: Verdict, mail_internal: Verdict
) -> None:
    access = ACCESS[tied]
    assert tie(access, channel="a", ticket_id=THIS) is tied
    for internal in (False, True):
        verdicts = [may(access, verb, channel="a", internal=internal, ticket_id=THIS) for verb in Verb]
        assert verdicts == [read, change, mail_internal if internal else mail]


def test_every_tie_has_a_row_for_every_verb() -> None:
    assert {tied for tied, *_ in ROWS} == set(TABLE) == set(Tie)
    assert all(set(row) == set(Verb) for row in TABLE.values())


def test_a_subscription_is_stronger_than_break_glass() -> None:
    access = Access(ME, {"a": Subscribed.STANDARD}, opened=frozenset({THIS}))
    assert tie(access, channel="a", ticket_id=THIS) is Tie.STANDARD


@pytest.mark.parametrize("seed", range(5))
async def test_the_twins_in_sql_decide_as_the_table_does(desk: Desk, seed: int) -> None:
    """Random subscriptions, channels that informal subscribers only read, and break-glass that lasts or is over."""
    dice = random.Random(seed)
    tickets = [await desk.receive(channel=dice.choice(("support", "sales", "backend"))) for _ in range(8)]
    async with desk.app.database.transaction() as tx:
        channels = list(await tx.session.scalars(sa.select(Channel.key)))
        await tx.session.execute(sa.delete(Subscription))
        for channel in channels:
            read_only = sa.update(Channel).where(Channel.key == channel)
            await tx.session.execute(read_only.values(informal_read_only=dice.random() < 0.5))
            for agent_id in AGENTS:
                if dice.random() < 0.5:
                    kind = dice.choice(list(Subscribed))
                    tx.session.add(Subscription(channel=channel, agent_id=agent_id, kind=kind))
        for ticket in tickets:
            for agent_id in AGENTS:
                if dice.random() < 0.4:
                    ends_at = tx.now + timedelta(hours=dice.choice((-1, 0, 1)))
                    opened_at = tx.now - timedelta(hours=2)
                    glass = BreakGlass(
                        id=new_id(),
                        ticket_id=ticket.id,
                        agent_id=agent_id,
                        reason="An emergency",
                        opened_at=opened_at,
                        ends_at=ends_at,
                    )
                    tx.session.add(glass)
        await tx.session.flush()
        ties = set()
        for agent_id in AGENTS:
            access = await access_of(tx, agent_id)
            now = {"me": agent_id, "now": tx.now}
            seen = set(await tx.session.scalars(sa.select(Ticket.id).where(SEEN), now))
            reached = set(await tx.session.scalars(sa.select(Ticket.id).where(REACHED), now))
            for ticket in tickets:
                tied = tie(access, channel=ticket.channel, ticket_id=ticket.id)
                ties.add(tied)
                verdict = may(access, Verb.READ, channel=ticket.channel, internal=False, ticket_id=ticket.id)
                assert (ticket.id in reached) is (verdict is Verdict.ALLOWED)
                assert (ticket.id in seen) is (tied not in (Tie.BREAK_GLASS, Tie.NOTHING))
        assert len(ties) >= 3, "these dice show nothing"
