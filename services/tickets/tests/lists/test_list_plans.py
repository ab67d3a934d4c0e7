"""The plans of every list query on tables that are not small: none of them reads a whole table of tickets."""

from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from pydantic import SecretStr
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.ext.compiler import compiles

from chassis.ids import new_id
from chassis.testing import SettingsFor
from contracts.messages import Service
from contracts.tickets import ActorKind
from tickets import demo
from tickets.channels.rules.words import Ball, Category
from tickets.database import table_of
from tickets.desk.models import Activity, Ticket, Watcher
from tickets.desk.portal import heads_of
from tickets.desk.queries import ROWS, SEEN
from tickets.desk.records import NewActivity, NewTicket
from tickets.desk.rules.words import Kind, Origin
from tickets.desk.structure.families import HEADS, MEMBERS
from tickets.desk.structure.linking import ANCESTORS
from tickets.desk.structure.relations import links_statement, undoable_statement
from tickets.desk.tags import completion
from tickets.lists.activities import activity_values, rows_statement
from tickets.lists.counting import CHANNEL_COUNTS, HANDLED_COUNTS, OWN_COUNTS, REMINDER_COUNTS
from tickets.lists.matches import PREPARE, UNPLANNED, Search
from tickets.lists.queries import Viewer, shaped
from tickets.lists.searching import BEST, NUMBERED
from tickets.lists.shapes import ActivityFilters, Filters
from tickets.lists.statements import page_statement
from tickets.main import Settings, build
from tickets.properties.models import Tag
from tickets.staff.demo import AGENTS, ANNA, TOM, VIKTOR
from tickets.staff.operations import create_agent

TICKETS = 20_000
NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
STATUSES = [("new", Ball.US), ("in_progress", Ball.US), ("answered", Ball.CUSTOMER)]
BIG = {"ticket", "activity", "activity_entry"}

QUERIES: list[dict[str, Any]] = [
    {},
    {"list": "mine"},
    {"prefilter": "action_required"},
    {"prefilter": "no_owner"},
    {"prefilter": "new"},
    {"prefilter": "handled_today"},
    {"prefilter": "handled_yesterday"},
    {"prefilter": "no_owner", "list": "mine"},
    {"channel": ["support"]},
    {"channel": ["support", "recruitment"]},
    {"status": ["answered"]},
    {"status": ["successfully_closed", "new"]},
    {"category": Category.OPEN},
    {"category": Category.CLOSED},
    {"owner": ["me"]},
    {"owner": ["none"]},
    {"owner": ["none", VIKTOR]},
    {"owner": [VIKTOR, ANNA]},
    {"watcher": "me"},
    {"contact_id": [UUID(int=7)]},
    {"company_id": [UUID(int=7), UUID(int=8)]},
    {"origin": [Origin.PORTAL]},
    {"origin": [Origin.EMAIL, Origin.PORTAL]},
    {"priority": ["high"]},
    {"marker": [UUID(int=7)]},
    {"tag": ["vip"]},
    {"field": "order:4711"},
    {"changed_from": NOW - timedelta(days=1)},
    {"opened_from": NOW - timedelta(days=1), "opened_until": NOW, "sort": "opened_at"},
    {"q": "10500"},
    {"q": "105"},
    {"q": "router"},
    {"q": "invoice twice", "category": Category.OPEN},
    {"q": "router", "list": "mine"},
    {"q": "router", "prefilter": "action_required"},
    {"sort": "number"},
    {"sort": "opened_at"},
    {"sort": "last_activity_at"},
    {"sort": "priority"},
    {"sort": "priority", "list": "mine"},
    {"sort": "priority", "category": Category.OPEN, "owner": ["me"]},
    {"sort": "number", "category": Category.OPEN},
    {"list": "mine", "sort": "number", "owner": ["none"]},
    {"category": Category.OPEN, "channel": ["support"], "owner": ["none"], "origin": [Origin.EMAIL]},
]

ACTIVITIES: list[dict[str, Any]] = [
    {},
    {"kind": ["note"]},
    {"channel": ["support"], "kind": ["incoming", "call"]},
    {"author": "me"},
    {"author": UUID(int=7), "kind": ["incoming"]},
    {"at_from": NOW - timedelta(days=1), "at_until": NOW},
    {"q": "router"},
    {"q": "router", "kind": ["note"], "at_from": NOW - timedelta(days=1)},
]


class Explain(sa.Executable, sa.ClauseElement):
    """The plan of a statement, made with its values."""

    inherit_cache = False

    def __init__(self, statement: sa.Select[*tuple[Any, ...]]) -> None:
        self.statement = statement


@compiles(Explain)
def _explain(element: Explain, compiler: sa.Compiled, **options: Any) -> str:
    return f"EXPLAIN (FORMAT JSON) {compiler.process(element.statement, **options)}"


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
        priority="urgent" if number % 50 == 0 else "normal",
        tags=["invoice"] if number % 200 == 0 else [],
        fields={"device": "router", "amount": number} if number % 400 == 0 else {},
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
        used = Tag(id=new_id(), key="invoice", name="Invoice", merging=False, created_at=NOW)
        tx.session.add(used)
    async with app.database.engine.connect() as connection:
        await connection.execute(sa.text("ANALYZE"))
        yield connection
    await app.database.close()


def statements(settings: Settings) -> Iterator[tuple[str, sa.Select[*tuple[Any, ...]]]]:
    """Every statement that a list, a counter, a ticket or a customer's list needs, by name."""
    viewer = Viewer(agent_id=TOM, now=NOW, settings=settings)
    search = Search(query="'rout'", channels=["support", "backend"], newest=NOW)
    for query in QUERIES:
        number = {"last_number": 15_000}
        for later in (False, True):
            shape, values = shaped(viewer, Filters(**query))
            shape = replace(shape, later=later)
            last = number | {"last_at": NOW - timedelta(days=3), "last_urgency": 20, "last_id": new_id()}
            values |= (last if later else {}) | (search.values() if shape.search == "words" else {})
            yield f"{'later' if later else 'first'} page of {query}", page_statement(shape).params(values)
    for query in ACTIVITIES:
        filters = ActivityFilters(**query)
        values = activity_values(viewer, filters)
        given = tuple(name for name in ("channel", "kind", "author_id") if values[name])
        times = tuple(name for name in ("at_from", "at_until") if values[name])
        if filters.q:
            values |= search.values()
        statement = rows_statement(given, times, later=False, searched=bool(filters.q))
        yield f"activities {query}", statement.params(values)
    days = {"me": TOM, "now": viewer.now, "today": viewer.today, "yesterday": viewer.yesterday}
    for name, counts in {
        "channels": CHANNEL_COUNTS,
        "handled": HANDLED_COUNTS,
        "own": OWN_COUNTS,
        "reminders": REMINDER_COUNTS,
    }.items():
        yield f"counters of {name}", counts.params(days)
    terms = {"terms": ["router"], "phrases": [], "beginnings": [], "without": [], "nothing": []}
    yield "preparing a search", PREPARE.params(me=TOM, **terms)
    yield "best matches", BEST.params(me=TOM, now=NOW, skipped=0, rows=21, candidates=300, **search.values())
    yield "numbers", NUMBERED.params(me=TOM, number=105, lows=[105, 1050, 10500], highs=[105, 1059, 10599])
    yield "completion of a tag", completion("inv").order_by(Tag.key).limit(21).params(me=TOM)
    yield "ticket", ROWS.where(Ticket.number == 12_345).params(me=TOM)
    yield "activities", sa.select(Activity).where(Activity.ticket_id == UUID(int=1)).order_by(Activity.id.desc())
    yield "activity of a mail", sa.select(Activity).where(Activity.mail_id == UUID(int=1))
    one = {"ticket_id": UUID(int=1), "me": TOM}
    yield "links", links_statement(SEEN).params(one)
    yield "undoable changes", undoable_statement(SEEN).params(one)
    yield "ancestors", ANCESTORS.params(ticket_id=UUID(int=1))
    yield "heads of families", HEADS.params(ids=[UUID(int=1)], numbers=[12_345])
    yield "families", MEMBERS.params(heads=[UUID(int=1), UUID(int=2)])
    yield "customer's list", heads_of([UUID(int=7)]).order_by(Ticket.shown_at.desc()).limit(51)


async def plan_of(connection: AsyncConnection, statement: sa.Select[*tuple[Any, ...]]) -> dict[str, Any]:
    """The plan that PostgreSQL makes of a statement."""
    if "tsquery" in str(statement).lower():
        for way in UNPLANNED:  # as `prepare` does
            await connection.execute(sa.select(sa.func.set_config(way, "off", sa.true())))
    found = (await connection.execute(Explain(statement))).scalar_one()
    for way in UNPLANNED:
        await connection.execute(sa.select(sa.func.set_config(way, "on", sa.true())))
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
    assert len(plans) > 90
    assert {name: found for name, plan in plans.items() if (found := whole_tables(plan))} == {}


async def test_a_query_without_an_index_is_found(connection: AsyncConnection) -> None:
    plan = await plan_of(connection, sa.select(Ticket.id).where(Ticket.company_name == "Riese GmbH"))
    assert whole_tables(plan) == ["ticket"]
