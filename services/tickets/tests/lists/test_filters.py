"""Filters of lists with several values, the five orders, and the pre-filters of the home page (LF-01 to LF-06)."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest
import sqlalchemy as sa
from services.tickets.tests.conftest import Desk
from services.tickets.tests.lists.test_lists import numbers, patch

from contracts.crm_match import SenderMatched
from tickets.desk.models import Ticket
from tickets.desk.reminder_models import Reminder
from tickets.desk.rules.words import IfCustomerReplies
from tickets.properties.models import ColourMarker
from tickets.staff.demo import ANNA, DORA, TOM

RED, BLUE = UUID(int=101), UUID(int=102)
START = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)


@pytest.fixture
async def tom(desk: Desk) -> httpx.AsyncClient:
    """Tom's browser, with ten tickets: one an hour, in Support and Backend by turns."""
    for number in range(10):
        desk.clock.now = START + timedelta(hours=number)
        await desk.receive(channel=("support", "backend")[number % 2], subject=f"Ticket {number}")
    client = await desk.browser(TOM)
    await patch(client, 10_002, owner_id=str(DORA), status="in_progress")
    await patch(client, 10_004, owner_id=str(TOM), priority="urgent")
    await patch(client, 10_005, status="successfully_closed", priority="high")
    await patch(client, 10_006, priority="low")
    await patch(client, 10_001, priority="high")
    mail = (await desk.activities(10_003))[0].mail_id
    assert mail is not None
    match = SenderMatched(
        mail_id=mail, outcome="matched", contact_id=UUID(int=1), contact_name="S", company_id=UUID(int=2)
    )
    await desk.handle(match)
    await client.put("/tickets/10007/watchers/me")
    async with desk.app.database.transaction() as tx:
        for marker, name in ((RED, "Red"), (BLUE, "Blue")):
            tx.session.add(ColourMarker(id=marker, name=name, colour="#ff0000", position=1, active=True, version=1))
        await tx.session.flush()
        properties: dict[int, dict[str, Any]] = {
            10_001: {"marker_id": RED, "tags": ["vip", "straße".casefold()]},
            10_002: {"marker_id": BLUE, "tags": ["vip"], "fields": {"order": "4711", "floors": ["one", "two"]}},
            10_003: {"fields": {"order": 4711, "paid": True}},
        }
        for number, fields in properties.items():
            await tx.session.execute(sa.update(Ticket).where(Ticket.number == number).values(**fields))
    return client


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"channel": ["support", "backend"], "status": "in_progress"}, {2}),
        ({"channel": ["support", "sales"]}, {1, 3, 5, 7, 9}),
        ({"status": ["in_progress", "successfully_closed"]}, {2, 5}),
        ({"owner": ["me", str(DORA)]}, {2, 4}),
        ({"owner": ["none", "me"], "channel": "backend"}, {4, 6, 8, 10}),
        ({"owner": ["none"], "status": "in_progress"}, set()),
        ({"priority": ["high", "urgent"]}, {1, 4, 5}),
        ({"priority": "nonsense"}, set()),
        ({"origin": ["email", "portal"]}, set(range(1, 11))),
        ({"origin": ["internal", "portal"]}, set()),
        ({"contact_id": [str(UUID(int=1)), str(UUID(int=9))]}, {3}),
        ({"company_id": str(UUID(int=2))}, {3}),
        ({"watcher": "me"}, {7}),
        ({"marker": [str(RED), str(BLUE)]}, {1, 2}),
        ({"marker": str(BLUE), "owner": str(DORA)}, {2}),
        ({"tag": "VIP"}, {1, 2}),
        ({"tag": ["vip", "Strasse"]}, {1}),
        ({"tag": ["vip", "nothing"]}, set()),
        ({"field": "order:4711"}, {2, 3}),
        ({"field": "floors:two"}, {2}),
        ({"field": "paid:true"}, {3}),
        ({"field": "order:47"}, set()),
        ({"opened_from": "2026-11-20T12:00:00Z", "opened_until": "2026-11-20T14:00:00Z"}, {4, 5}),
        ({"changed_until": "2026-11-20T16:30:00Z"}, {8}),
        ({"changed_from": "2099-01-01T00:00:00Z"}, set()),
        ({"q": "1000", "status": "in_progress"}, {2}),
        ({"q": "ticket", "priority": "high", "marker": str(RED)}, {1}),
        ({"q": "ticket", "owner": ["me", "none"], "tag": "vip"}, {1}),
        ({"prefilter": "new", "channel": "backend"}, {4, 6, 8, 10}),
    ],
)
async def test_of_several_values_one_must_hold_and_of_several_filters_all(
    tom: httpx.AsyncClient, query: dict[str, Any], expected: set[int]
) -> None:
    expected = {10_000 + number for number in expected}
    assert set(await numbers(tom, **query)) == expected
    assert set(await numbers(tom, limit=1, **query)) == expected


@pytest.mark.parametrize("query", [{}, {"list": "mine"}, {"category": "open"}, {"owner": ["none", "me"]}])
async def test_every_order_is_kept_over_pages(tom: httpx.AsyncClient, query: dict[str, Any]) -> None:
    rows = (await tom.get("/tickets", params=query)).json()["items"]
    urgency = {"low": 1, "normal": 2, "high": 3, "urgent": 4}
    orders = {
        "changed_at": lambda row: (row["changed_at"], row["number"]),
        "opened_at": lambda row: (row["opened_at"], row["number"]),
        "last_activity_at": lambda row: (row["last_activity_at"], row["number"]),
        "number": lambda row: row["number"],
        "priority": lambda row: (urgency[row["priority"]], row["changed_at"], row["number"]),
    }
    for sort, key in orders.items():
        expected = [row["number"] for row in sorted(rows, key=key, reverse=True)]
        for limit in (1, 3, 200):
            assert await numbers(tom, sort=sort, limit=limit, **query) == expected, (sort, limit)


@pytest.mark.parametrize(
    "query",
    [
        {"status": ["a"] * 21},
        {"owner": ["me", "somebody"]},
        {"opened_from": "yesterday"},
        {"opened_from": "2026-11-20T12:00:00"},
        {"field": "no colon"},
        {"field": "key:nul\x00"},
        {"tag": "nul\x00"},
        {"tag": ""},
        {"marker": "red"},
        {"watcher": "somebody"},
        {"cursor": "Wzk5OTk5OTk5OTk5LCIyMDI2LTExLTIwVDA5OjAwOjAwWiIsMV0", "sort": "number"},
    ],
)
async def test_filters_out_of_range_are_refused(desk: Desk, query: dict[str, Any]) -> None:
    response = await (await desk.browser(TOM)).get("/tickets", params=query)
    assert response.status_code == 422, response.text


async def test_a_cursor_with_a_huge_urgency_is_no_failure(desk: Desk) -> None:
    await desk.receive()
    cursor = "WzkyMjMzNzIwMzY4NTQ3NzU4MDcsIjIwMjYtMTEtMjBUMDk6MDA6MDArMDA6MDAiLDFd"
    response = await (await desk.browser(TOM)).get("/tickets", params={"cursor": cursor, "sort": "priority"})
    assert response.status_code == 200, response.text


async def test_a_reminder_decides_about_action_required_in_lists_and_counters(desk: Desk) -> None:
    """LF-05: what waits for its time is left out; what is due is there whoever owns it."""
    for channel in ("support", "support", "sales", "support"):
        await desk.receive(channel=channel)
    tom, anna = await desk.browser(TOM), await desk.browser(ANNA)
    await patch(tom, 10_002, owner_id=str(TOM))
    await patch(tom, 10_004, owner_id=str(ANNA))
    async with desk.app.database.transaction() as tx:
        for number, due in ((10_001, False), (10_002, False), (10_004, True), (10_003, True)):
            ticket = await tx.session.scalar(sa.select(Ticket.id).where(Ticket.number == number))
            assert ticket is not None
            reminder = Reminder(
                ticket_id=ticket,
                agent_id=TOM,
                at=tx.now,
                text="",
                if_customer_replies=IfCustomerReplies.KEEP,
                set_at=tx.now,
                came_due_at=tx.now if due else None,
            )
            tx.session.add(reminder)
    for client, expected in ((tom, [10_004]), (anna, [10_004, 10_001])):
        assert await numbers(client, prefilter="action_required") == expected
        counted = (await client.get("/tickets/counters")).json()
        assert counted["action_required"] == len(expected)
        assert set(await numbers(client, prefilter="action_required", q="invoice")) == set(expected)
