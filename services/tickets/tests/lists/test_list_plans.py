"""The plans of every list query on tables that are not small: none of them reads a whole table of tickets."""

from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from pydantic import SecretStr
from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.ids import new_id
from chassis.paging import encode_cursor
from chassis.testing import SettingsFor
from contracts.messages import Service
from contracts.tickets import ActorKind
from tickets import demo
from tickets.channels.models import BreakGlass
from tickets.channels.rules.words import Ball, Category
from tickets.database import table_of
from tickets.desk.glass import OPENINGS
from tickets.desk.models import Activity, Ticket, Watcher
from tickets.desk.portal import heads_of
from tickets.desk.queries import REACHED, ROWS
from tickets.desk.records import NewActivity, NewTicket
from tickets.desk.rules.words import Kind, Origin
from tickets.desk.settling import UNSETTLED
from tickets.lists.queries import Viewer, shaped
from tickets.lists.shapes import Filters
from tickets.lists.statements import COUNTERS, page_statement
from tickets.main import Settings, build
from tickets.staff.demo import AGENTS, ANNA, TOM, VIKTOR
from tickets.staff.operations import create_agent

TICKETS = 20_000
NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
STATUSES = [("new", Ball.US), ("in_progress", Ball.US), ("answered", Ball.CUSTOMER)]
BIG = {"ticket", "activity"}

QUERIES: list[dict[str, Any]] = [
    {},
    {"list": "mine"},
    {"prefilter": "action_required"},
    {"prefilter": "no_owner"},
    {"prefilter": "handled_today"},
    {"prefilter": "no_owner", "list": "mine"},
    {"channel": "support"},
    {"channel": "recruitment"},
    {"status": "answered"},
    {"status": "successfully_closed"},
    {"category": Category.OPEN},
    {"category": Category.CLOSED},
    {"owner": "me"},
    {"owner": "none"},
    {"owner": VIKTOR},
    {"contact_id": UUID(int=7)},
    {"origin": Origin.PORTAL},
    {"origin": Origin.EMAIL},
    {"q": "10500"},
    {"q": "router"},
    {"q": "invoice twice"},
    {"sort": "number"},
    {"sort": "number", "category": Category.OPEN},
    {"list": "mine", "sort": "number", "owner": "none"},
    {"category": Category.OPEN, "channel": "support", "owner": "none", "origin": Origin.EMAIL},
]


def ticket(number: int) -> NewTicket:
    """The so-and-so-manieth ticket: most are closed, some are owned, few came by the portal."""
    changed = NOW - timedelta(minutes=TICKETS - number)
    open_ = number % 5 == 0
    status, ball = STATUSES[number % 3] if open_ else ("successfully_closed", Ball.NOBODY)
    return NewTicket(
        number=10_001 + number,
        subject="Router broken" if number % 50 == 0 else f"Invoice {number} received twice",
        origin=Origin.PORTAL if number % 100 == 0 else Origin.EMAIL,
        channel=("support", "sales", "backend", "recruitment")[number % 4],
        status=status,
        closed=not open_,
        ball=ball,
        owner_id=(TOM, ANNA, VIKTOR)[number % 3] if number % 7 < 3 else None,
        opened_by=TOM if number % 40 == 0 else None,
        contact_id=UUID(int=number % 2_000),
        opened_at=changed,
        changed_at=changed,
        last_activity_at=changed,
        handled_at=changed if number % 2 else None,
        shown_at=changed,
    )


def activity(of: NewTicket) -> NewActivity:
    """Its first activity."""
    return NewActivity(
        ticket_id=of.id,
        kind=Kind.INCOMING,
        at=of.opened_at,
        author_kind=ActorKind.CONTACT,
        author_name="Sabine",
        text="Hello",
        shown_outside=True,
        mail_id=new_id(),
    )


@pytest.fixture
async def connection(settings_for: SettingsFor) -> AsyncIterator[AsyncConnection]:
    """A connection to a desk with many tickets, analysed."""
    app = build(Settings(**await settings_for(Service.TICKETS)))
    async with app.database.transaction() as tx:
        for agent_id, fields in AGENTS.items():
            await create_agent(tx, fields, password_hash=None, agent_id=agent_id)
        await demo.seed_channels(tx)
        tickets = [ticket(number) for number in range(TICKETS)]
        await tx.session.execute(sa.insert(table_of(Ticket)), [vars(one) for one in tickets])
        await tx.session.execute(sa.insert(table_of(Activity)), [vars(activity(one)) for one in tickets])
        watched = [{"ticket_id": one.id, "agent_id": ANNA} for one in tickets[::20]]
        await tx.session.execute(sa.insert(table_of(Watcher)), watched)
    async with app.database.engine.connect() as connection:
        await connection.execute(sa.text("ANALYZE"))
        yield connection
    await app.database.close()


def statements(settings: Settings) -> Iterator[tuple[str, sa.Select[*tuple[Any, ...]]]]:
    """Every statement that a list, a counter, a ticket or a customer's list needs, by name."""
    viewer = Viewer(agent_id=TOM, now=NOW, settings=settings)
    for query in QUERIES:
        keys = (5,) if query.get("sort") == "number" else (NOW - timedelta(days=3), 15_000)
        for page, cursor in {"first": None, "later": encode_cursor(*keys)}.items():
            shape, values = shaped(viewer, Filters(cursor=cursor, **query))
            yield f"{page} page of {query}", page_statement(shape).params(values)
    yield "counters", COUNTERS.params(me=TOM, today=viewer.today)
    yield "ticket", ROWS.where(Ticket.number == 12_345)
    yield "ticket by break-glass", ROWS.where(Ticket.number == 12_345, REACHED).params(me=TOM, now=NOW)
    yield "tickets of deleted statuses", UNSETTLED
    yield "break-glass", OPENINGS.where(BreakGlass.ticket_id == UUID(int=1)).limit(51)
    yield "activities", sa.select(Activity).where(Activity.ticket_id == UUID(int=1)).order_by(Activity.id.desc())
    yield "activity of a mail", sa.select(Activity).where(Activity.mail_id == UUID(int=1))
    yield "customer's list", heads_of([UUID(int=7)]).order_by(Ticket.shown_at.desc()).limit(51)


async def plan_of(connection: AsyncConnection, statement: sa.Select[*tuple[Any, ...]]) -> dict[str, Any]:
    """The plan that PostgreSQL makes of a statement."""
    sql = statement.compile(dialect=connection.dialect, compile_kwargs={"literal_binds": True})
    found = (await connection.exec_driver_sql(f"EXPLAIN (FORMAT JSON) {sql}")).scalar_one()
    plan: dict[str, Any] = found[0]["Plan"]
    return plan


def whole_tables(plan: dict[str, Any]) -> list[str]:
    """The big tables that a plan reads from one end to the other."""
    inner = [name for node in plan.get("Plans", ()) for name in whole_tables(node)]
    whole = plan["Node Type"] == "Seq Scan" and plan["Relation Name"] in BIG
    return [plan["Relation Name"], *inner] if whole else inner


async def test_no_list_reads_a_whole_table(connection: AsyncConnection) -> None:
    nothing = SecretStr("")
    settings = Settings(database_url=nothing, nats_url="", nats_password=nothing, blobs_url="")
    plans = {name: await plan_of(connection, statement) for name, statement in statements(settings)}
    assert len(plans) > 50
    assert {name: found for name, plan in plans.items() if (found := whole_tables(plan))} == {}


async def test_a_query_without_an_index_is_found(connection: AsyncConnection) -> None:
    plan = await plan_of(connection, sa.select(Ticket.id).where(Ticket.company_name == "Riese GmbH"))
    assert whole_tables(plan) == ["ticket"]
