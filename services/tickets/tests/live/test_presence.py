"""Who views and who writes, on the ticket, in lists and in the live stream (TS-02, LF-03)."""

from datetime import timedelta
from typing import Any

import httpx
import pytest
import sqlalchemy as sa
from services.tickets.tests.conftest import Desk
from services.tickets.tests.live.conftest import LiveDesk

from tickets.desk.jobs import clean_presence
from tickets.desk.presence.models import Presence
from tickets.desk.presence.words import HOLDS, KEPT, REFRESH
from tickets.staff.demo import ADA, ANNA, PETRA, TOM


def names(agents: list[dict[str, Any]]) -> dict[str, str]:
    """What each agent does."""
    return {agent["name"]: agent["state"] for agent in agents}


async def in_detail(client: httpx.AsyncClient) -> dict[str, str]:
    """Who is in ticket 10001, as its page shows it."""
    return names((await client.get("/tickets/10001")).json()["presence"])


async def test_who_views_and_who_writes_is_shown_on_the_ticket_until_they_leave(desk: Desk) -> None:
    await desk.receive()
    tom, anna = await desk.browser(TOM), await desk.browser(ANNA)
    await tom.put("/tickets/10001/presence", json={"state": "viewing"})
    answer = await anna.put("/tickets/10001/presence", json={"state": "writing"})
    assert answer.status_code == 200, answer.text
    assert names(answer.json()["agents"]) == {"Tom Kraus": "viewing", "Anna Müller": "writing"}
    assert answer.json()["refresh_seconds"] == REFRESH.total_seconds() < HOLDS.total_seconds() / 2
    assert await in_detail(tom) == {"Tom Kraus": "viewing", "Anna Müller": "writing"}
    assert (await anna.delete("/tickets/10001/presence")).status_code == 204
    assert await in_detail(tom) == {"Tom Kraus": "viewing"}


async def test_presence_ends_by_itself_and_a_sign_of_life_prolongs_it(desk: Desk) -> None:
    await desk.receive()
    tom = await desk.browser(TOM)
    await tom.put("/tickets/10001/presence", json={"state": "viewing"})
    desk.clock.pass_by(HOLDS - timedelta(seconds=1))
    assert await in_detail(tom) == {"Tom Kraus": "viewing"}
    await tom.put("/tickets/10001/presence", json={"state": "viewing"})
    desk.clock.pass_by(HOLDS - timedelta(seconds=1))
    assert await in_detail(tom) == {"Tom Kraus": "viewing"}
    desk.clock.pass_by(timedelta(seconds=2))
    assert await in_detail(tom) == {}
    desk.clock.pass_by(KEPT)
    await clean_presence(desk.app)
    assert await desk.count(Presence) == 0


async def test_the_rows_of_a_list_show_presence_where_the_agent_may_see_the_ticket(desk: Desk) -> None:
    await desk.receive()
    await desk.receive(subject="Application", channel="recruitment")
    await desk.receive(subject="Empty")
    tom, petra = await desk.browser(TOM), await desk.browser(PETRA)
    await tom.put("/tickets/10001/presence", json={"state": "writing"})
    await petra.put("/tickets/10002/presence", json={"state": "viewing"})
    asked = {"numbers": [10_001, 10_002, 10_003, 99_999]}
    items = (await tom.get("/tickets/presence", params=asked)).json()["items"]
    assert [(item["number"], names(item["agents"])) for item in items] == [(10_001, {"Tom Kraus": "writing"})]
    items = (await petra.get("/tickets/presence", params=asked)).json()["items"]
    assert [item["number"] for item in items] == [10_002]


async def test_nobody_is_present_in_a_ticket_that_they_may_not_see(desk: Desk) -> None:
    await desk.receive()
    petra = await desk.browser(PETRA)
    for method in ("PUT", "DELETE"):
        body = {"state": "viewing"} if method == "PUT" else None
        answer = await petra.request(method, "/tickets/10001/presence", json=body)
        assert (answer.status_code, answer.json()["code"]) == (404, "ticket_not_found")
    assert await desk.count(Presence) == 0


async def test_presence_changes_neither_the_ticket_nor_its_version(desk: Desk) -> None:
    await desk.receive()
    before = await desk.ticket(10_001)
    await (await desk.browser(TOM)).put("/tickets/10001/presence", json={"state": "writing"})
    after = await desk.ticket(10_001)
    assert (after.version, after.changed_at) == (before.version, before.changed_at)


@pytest.mark.parametrize("body", [{}, {"state": "sleeping"}, {"state": None}, {"state": "viewing", "since": 1}, []])
async def test_a_presence_that_makes_no_sense_is_refused(desk: Desk, body: object) -> None:
    await desk.receive()
    answer = await (await desk.browser(TOM)).put("/tickets/10001/presence", json=body)
    assert answer.status_code == 422


@pytest.mark.parametrize("query", ["", "numbers=0", "numbers=x", "numbers=1&" * 201, "numbers=99999999999999999999"])
async def test_numbers_that_make_no_sense_are_refused(desk: Desk, query: str) -> None:
    assert (await (await desk.browser(TOM)).get(f"/tickets/presence?{query.rstrip('&')}")).status_code == 422


async def test_thousands_of_signs_of_life_leave_the_table_small_and_the_log_alone(desk: Desk) -> None:
    """The table is unlogged, and a row is overwritten in its page."""
    await desk.receive()
    tom, anna = await desk.browser(TOM), await desk.browser(ANNA)
    for _ in range(750):
        for client in (tom, anna):
            desk.clock.pass_by(timedelta(seconds=10))
            assert (await client.put("/tickets/10001/presence", json={"state": "viewing"})).status_code == 200
    async with desk.app.database.transaction() as tx:
        size = await tx.session.scalar(sa.text("SELECT pg_relation_size('presence')"))
        logged = await tx.session.scalar(sa.text("SELECT relpersistence FROM pg_class WHERE relname = 'presence'"))
    assert logged in {b"u", "u"}
    assert size is not None
    assert size <= 5 * 8192


async def test_a_sign_of_life_that_prolongs_nothing_is_not_written(desk: Desk) -> None:
    await desk.receive()
    tom = await desk.browser(TOM)
    where = sa.select(sa.literal_column("ctid::text", sa.Text)).select_from(Presence)
    seen = set()
    for _ in range(20):
        await tom.put("/tickets/10001/presence", json={"state": "viewing"})
        async with desk.app.database.transaction() as tx:
            seen.add(await tx.session.scalar(where))
    assert len(seen) == 1


async def test_the_stream_tells_who_comes_and_goes_to_those_who_see_the_ticket(live: LiveDesk) -> None:
    await live.desk.receive()
    ada, petra = await live.listen(ADA), await live.listen(PETRA)
    tom = await live.client(TOM)
    await tom.put("/tickets/10001/presence", json={"state": "viewing"})
    (told,) = await ada.until("presence")
    assert (told["number"], names(told["agents"])) == (10_001, {"Tom Kraus": "viewing"})
    await tom.put("/tickets/10001/presence", json={"state": "viewing"})
    await tom.put("/tickets/10001/presence", json={"state": "writing"})
    assert names((await ada.until("presence", count=2))[1]["agents"]) == {"Tom Kraus": "writing"}
    await tom.delete("/tickets/10001/presence")
    assert (await ada.until("presence", count=3))[2]["agents"] == []
    assert petra.named("presence") == []


async def test_the_stream_tells_when_somebody_is_gone_without_a_word(
    live: LiveDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tickets.live.broadcast.ABSENT_EVERY", 0.1)
    await live.desk.receive()
    ada = await live.listen(ADA)
    await (await live.client(TOM)).put("/tickets/10001/presence", json={"state": "viewing"})
    await ada.until("presence")
    live.desk.clock.pass_by(HOLDS)
    assert (await ada.until("presence", count=2))[1]["agents"] == []
