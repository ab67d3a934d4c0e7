"""Lists and counters: what is in them, for whom, in which order, and that nothing else shows through."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest
from services.tickets.tests.conftest import Desk

from contracts.crm_match import SenderMatched
from tickets.staff.demo import ADA, ANNA, DORA, PETRA, TOM, VIKTOR

INTERNAL = {"kind": "internal", "channel": "backend", "subject": "Error 500", "text": "It fails."}


async def numbers(client: httpx.AsyncClient, **query: Any) -> list[int]:
    """The numbers in a list, all pages of it."""
    found: list[int] = []
    cursor: str | None = None
    while True:
        page = await client.get("/tickets", params=query | ({"cursor": cursor} if cursor else {}))
        assert page.status_code == 200, page.text
        found += [ticket["number"] for ticket in page.json()["items"]]
        cursor = page.json()["next"]
        if cursor is None:
            return found


async def patch(client: httpx.AsyncClient, number: int, **fields: Any) -> None:
    """Change a ticket, whatever its version."""
    version = (await client.get(f"/tickets/{number}")).headers["ETag"]
    response = await client.patch(f"/tickets/{number}", json=fields, headers={"If-Match": version})
    assert response.status_code == 200, response.text


@pytest.fixture
async def busy(desk: Desk) -> Desk:
    """Six tickets: two in Support, and one each in Sales, Recruitment, Backend (Dora's) and Backend (nobody's)."""
    await desk.receive()
    await desk.receive(subject="Router broken")
    await desk.receive(channel="sales", subject="Quote for a router")
    await desk.receive(channel="recruitment", subject="Application")
    tom = await desk.browser(TOM)
    await tom.post("/tickets", json=INTERNAL | {"owner_id": str(DORA)})
    await tom.post("/tickets", json=INTERNAL | {"subject": "Slow search"})
    return desk


async def test_the_overview_has_every_ticket_that_i_may_see_the_newest_change_first(busy: Desk) -> None:
    expected = {
        TOM: [10_006, 10_005, 10_002, 10_001],
        ANNA: [10_003, 10_002, 10_001],
        VIKTOR: [10_003],
        DORA: [10_006, 10_005],
        PETRA: [10_004],
        ADA: [10_006, 10_005, 10_003, 10_002, 10_001],
    }
    for agent_id, tickets in expected.items():
        assert await numbers(await busy.browser(agent_id)) == tickets
    tom = await busy.browser(TOM)
    await tom.post("/tickets/10001/notes", json={"text": "x"})
    assert await numbers(tom) == [10_001, 10_006, 10_005, 10_002]


async def test_my_tickets_are_mine_by_channel_owner_opener_or_watching_and_each_is_there_once(busy: Desk) -> None:
    anna, viktor, ada = await busy.browser(ANNA), await busy.browser(VIKTOR), await busy.browser(ADA)
    assert await numbers(anna, list="mine") == [10_002, 10_001]
    await viktor.put(f"/tickets/10003/watchers/{ANNA}")
    assert await numbers(anna, list="mine") == [10_003, 10_002, 10_001]
    await viktor.delete(f"/tickets/10003/watchers/{ANNA}")
    await patch(viktor, 10_003, owner_id=str(ANNA))
    await anna.put("/tickets/10003/watchers/me")
    assert await numbers(anna, list="mine") == [10_003, 10_002, 10_001]
    assert await numbers(ada, list="mine") == []
    await ada.post("/tickets", json=INTERNAL)
    assert await numbers(ada, list="mine") == [10_007]


async def test_a_ticket_that_moved_out_of_my_sight_is_in_none_of_my_lists(busy: Desk) -> None:
    tom = await busy.browser(TOM)
    await patch(tom, 10_006, owner_id=str(TOM))
    await tom.put("/tickets/10006/watchers/me")
    await patch(tom, 10_006, channel="recruitment")
    for query in ({"list": "mine"}, {"list": "overview"}, {"owner": "me"}, {"q": "10006"}, {"q": "slow"}):
        assert 10_006 not in await numbers(tom, **query)
    assert await numbers(tom, prefilter="action_required") == [10_002, 10_001]


async def test_action_required_is_our_turn_and_mine_or_nobodys_in_my_standard_channels(busy: Desk) -> None:
    tom, anna, dora = await busy.browser(TOM), await busy.browser(ANNA), await busy.browser(DORA)
    assert await numbers(tom, prefilter="action_required") == [10_006, 10_002, 10_001]
    assert await numbers(anna, prefilter="action_required") == [10_002, 10_001]
    assert await numbers(dora, prefilter="action_required") == [10_006, 10_005]
    await busy.accept(await busy.reply(TOM, 10_001))
    assert await numbers(tom, prefilter="action_required") == [10_006, 10_002]
    await patch(tom, 10_002, owner_id=str(ANNA))
    assert await numbers(tom, prefilter="action_required") == [10_006]
    assert await numbers(anna, prefilter="action_required") == [10_002]
    await patch(tom, 10_006, status="successfully_closed")
    assert await numbers(tom, prefilter="action_required") == []


async def test_no_owner_has_the_open_tickets_that_nobody_owns(busy: Desk) -> None:
    tom = await busy.browser(TOM)
    assert await numbers(tom, prefilter="no_owner") == [10_006, 10_002, 10_001]
    await patch(tom, 10_001, owner_id=str(TOM))
    await patch(tom, 10_002, status="successfully_closed")
    assert await numbers(tom, prefilter="no_owner") == [10_006]


async def test_handled_today_has_what_staff_did_something_on_since_midnight_of_the_desk(busy: Desk) -> None:
    busy.clock.now = datetime(2026, 11, 20, 22, 30, tzinfo=UTC)
    tom = await busy.browser(TOM)
    await tom.post("/tickets/10001/notes", json={"text": "x"})
    await busy.receive(subject="DS-10002")
    busy.clock.now = datetime(2026, 11, 20, 22, 59, tzinfo=UTC)
    assert await numbers(tom, prefilter="handled_today") == [10_001, 10_006, 10_005]
    busy.clock.now = datetime(2026, 11, 20, 23, 1, tzinfo=UTC)
    assert await numbers(tom, prefilter="handled_today") == []


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"channel": "support"}, [10_001, 10_002]),
        ({"channel": "recruitment"}, []),
        ({"channel": "nowhere"}, []),
        ({"status": "answered"}, [10_001]),
        ({"status": "nonsense"}, []),
        ({"category": "open"}, [10_001, 10_006, 10_005]),
        ({"category": "closed"}, [10_002]),
        ({"owner": "none"}, [10_001, 10_002, 10_006]),
        ({"owner": str(DORA)}, [10_005]),
        ({"owner": "me"}, []),
        ({"origin": "internal"}, [10_006, 10_005]),
        ({"origin": "portal"}, []),
        ({"contact_id": str(UUID(int=1))}, [10_001]),
        ({"q": "10005"}, [10_005]),
        ({"q": "DS-10005"}, [10_005]),
        ({"q": "10004"}, []),
        ({"q": "router"}, [10_002]),
        ({"q": "ROUTER broken"}, [10_002]),
        ({"q": "router application"}, []),
        ({"q": "  "}, [10_001, 10_002, 10_006, 10_005]),
        ({"q": "':*&|!"}, []),
        ({"q": "10005", "channel": "support"}, []),
        ({"category": "open", "channel": "backend", "owner": "none"}, [10_006]),
        ({"list": "mine", "origin": "internal", "category": "open"}, [10_006, 10_005]),
        ({"prefilter": "no_owner", "channel": "backend"}, [10_006]),
        ({"prefilter": "action_required", "channel": "backend"}, [10_006]),
        ({"sort": "number"}, [10_006, 10_005, 10_002, 10_001]),
        ({"sort": "number", "list": "mine"}, [10_006, 10_005, 10_002, 10_001]),
        ({"sort": "number", "prefilter": "action_required"}, [10_006]),
    ],
)
async def test_filters_narrow_the_list_and_all_of_them_count(
    busy: Desk, query: dict[str, str], expected: list[int]
) -> None:
    tom = await busy.browser(TOM)
    await patch(tom, 10_002, status="successfully_closed")
    mail = (await busy.activities(10_001))[0].mail_id
    assert mail is not None
    await busy.handle(SenderMatched(mail_id=mail, outcome="matched", contact_id=UUID(int=1), contact_name="Sabine"))
    await busy.accept(await busy.reply(TOM, 10_001))
    assert await numbers(tom, **query) == expected


@pytest.mark.parametrize("query", [{"sort": "changed_at"}, {"sort": "number"}, {"list": "mine"}, {"category": "open"}])
async def test_pages_follow_each_other_without_a_gap_or_a_repetition(desk: Desk, query: dict[str, str]) -> None:
    await desk.handle(*(desk.mail(channel=("support", "backend")[number % 2]) for number in range(23)))
    client = await desk.browser(TOM)
    whole = await numbers(client, limit=200, **query)
    assert sorted(whole, reverse=True) == list(range(10_023, 10_000, -1))
    for limit in (1, 5, 22, 23):
        assert await numbers(client, limit=limit, **query) == whole


async def test_a_row_answers_what_is_open_and_who_is_on_it(busy: Desk) -> None:
    client = await busy.browser(DORA)
    row = next(ticket for ticket in (await client.get("/tickets")).json()["items"] if ticket["number"] == 10_005)
    assert (row["reference"], row["subject"], row["origin"]) == ("DS-10005", "Error 500", "internal")
    assert row["status"] == {"key": "new", "name": "New", "category": "open", "ball": "us"}
    assert (row["channel"]["name"], row["owner"]["name"], row["responsible"]) == ("Backend", "Dora Developer", None)
    assert row["contact"] is None
    assert row["last_activity_at"] == row["opened_at"]


@pytest.mark.parametrize(
    "query",
    [
        {"cursor": "nonsense"},
        {"cursor": "WzEsMl0"},
        {"limit": 0},
        {"limit": 201},
        {"owner": "somebody"},
        {"category": "half-open"},
        {"sort": "subject"},
        {"unknown": "x"},
        {"q": "x" * 201},
        {"q": "nul\x00"},
    ],
)
async def test_a_list_that_nobody_can_mean_is_refused(desk: Desk, query: dict[str, Any]) -> None:
    client = await desk.browser(TOM)
    response = await client.get("/tickets", params=query)
    assert response.status_code == 422, response.text


async def test_counters_agree_with_the_lists_and_count_nothing_that_is_hidden(busy: Desk) -> None:
    tom = await busy.browser(TOM)
    await patch(tom, 10_002, owner_id=str(TOM))
    for agent_id in (TOM, ANNA, VIKTOR, DORA, PETRA, ADA):
        client = await busy.browser(agent_id)
        counters = (await client.get("/tickets/counters")).json()
        for name in ("action_required", "no_owner", "new", "handled_today", "handled_yesterday"):
            assert counters[name] == len(await numbers(client, prefilter=name)), (agent_id, name)
        for channel in counters["channels"]:
            listed = await numbers(client, channel=channel["channel"], category="open")
            assert channel["open"] == len(listed)
    mine = (await tom.get("/tickets/counters")).json()["channels"]
    assert [(channel["name"], channel["open"]) for channel in mine] == [("Support", 2), ("Backend", 2)]


async def test_an_agent_of_no_channel_has_empty_lists(busy: Desk) -> None:
    admin = await busy.browser(ADA)
    await admin.put("/channels/recruitment/subscriptions", json={"items": []})
    client = await busy.browser(PETRA)
    assert await numbers(client) == []
    assert (await client.get("/tickets/counters")).json() == {
        "new": 0,
        "mine": 0,
        "open": 0,
        "action_required": 0,
        "no_owner": 0,
        "handled_today": 0,
        "handled_yesterday": 0,
        "channels": [],
    }
    busy.clock.pass_by(timedelta(days=1))
    assert (await client.get("/tickets/10004")).status_code == 404
