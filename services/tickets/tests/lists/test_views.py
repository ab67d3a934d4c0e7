"""Saved views (LF-06): whose they are, who uses them, and that nobody sees more through one."""

import asyncio
from typing import Any

import httpx
import pytest
from services.tickets.tests.conftest import Desk

from tickets.lists.views import MOST_VIEWS
from tickets.staff.demo import ANNA, DORA, PETRA, TOM, VIKTOR

ROUTERS = {"name": "Routers", "filters": {"q": "router", "category": "open"}}


async def save(client: httpx.AsyncClient, **fields: Any) -> dict[str, Any]:
    """A new view of the agent's."""
    response = await client.post("/views", json=ROUTERS | fields)
    assert response.status_code == 201, response.text
    body: dict[str, Any] = response.json()
    return body


async def names(client: httpx.AsyncClient) -> list[str]:
    """The views that an agent may use, all pages."""
    found: list[str] = []
    cursor: str | None = None
    while True:
        page = await client.get("/views", params={"limit": 2} | ({"cursor": cursor} if cursor else {}))
        assert page.status_code == 200, page.text
        found += [view["name"] for view in page.json()["items"]]
        cursor = page.json()["next"]
        if cursor is None:
            return found


async def numbers(client: httpx.AsyncClient, view_id: str) -> list[int]:
    response = await client.get(f"/views/{view_id}/tickets")
    assert response.status_code == 200, response.text
    count = (await client.get(f"/views/{view_id}/count")).json()
    assert count == {"count": len(response.json()["items"]), "up_to": 1000}
    return [ticket["number"] for ticket in response.json()["items"]]


async def test_a_view_is_used_by_those_whom_it_is_shared_with_in_its_order(desk: Desk) -> None:
    tom, anna, petra = await desk.browser(TOM), await desk.browser(ANNA), await desk.browser(PETRA)
    await save(tom, name="C mine", position=3)
    await save(tom, name="B support", shared_with="channel", channel="support", position=2)
    await save(tom, name="A everybody", shared_with="everybody", position=2)
    await save(anna, name="D sales", shared_with="channel", channel="sales")
    assert await names(tom) == ["A everybody", "B support", "C mine"]
    assert await names(anna) == ["D sales", "A everybody", "B support"]
    assert await names(petra) == ["A everybody"]
    assert await names(await desk.browser(VIKTOR)) == ["D sales", "A everybody"]


async def test_a_view_shows_each_agent_their_own_tickets_and_no_others(desk: Desk) -> None:
    await desk.receive(subject="Router broken")
    await desk.receive(channel="recruitment", subject="Router engineer")
    await desk.receive(channel="backend", subject="Slow search")
    tom, petra, dora = await desk.browser(TOM), await desk.browser(PETRA), await desk.browser(DORA)
    view = (await save(tom, shared_with="everybody"))["id"]
    assert await numbers(tom, view) == [10_001]
    assert await numbers(petra, view) == [10_002]
    assert await numbers(dora, view) == []
    everything = (await save(petra, name="All", filters={}, shared_with="everybody"))["id"]
    assert await numbers(petra, everything) == [10_002]
    assert await numbers(tom, everything) == [10_003, 10_001]
    mine = await save(tom, name="Mine", filters={"owner": ["me"], "sort": "priority"}, shared_with="everybody")
    version = (await tom.get("/tickets/10001")).headers["ETag"]
    await tom.post("/tickets/10001/ownership", headers={"If-Match": version})
    assert await numbers(tom, mine["id"]) == [10_001]
    assert await numbers(dora, mine["id"]) == []


async def test_only_its_owner_changes_a_view_and_only_as_it_is(desk: Desk) -> None:
    tom, anna, petra = await desk.browser(TOM), await desk.browser(ANNA), await desk.browser(PETRA)
    view = await save(tom, shared_with="channel", channel="support")
    path = f"/views/{view['id']}"
    assert (await anna.get(path)).json() == view | {"mine": False}
    for client, status in ((anna, 403), (petra, 404)):
        headers = {"If-Match": '"1"'}
        assert (await client.patch(path, json={"name": "x"}, headers=headers)).status_code == status
        assert (await client.delete(path, headers=headers)).status_code == status
    assert (await petra.get(path)).status_code == 404
    assert (await petra.get(f"{path}/tickets")).status_code == 404
    assert (await petra.get(f"{path}/count")).status_code == 404
    assert (await tom.patch(path, json={"name": "x"})).status_code == 428
    changed = await tom.patch(path, json={"name": "New", "filters": {"status": ["new"]}}, headers={"If-Match": '"1"'})
    assert changed.status_code == 200
    assert changed.json()["filters"]["status"] == ["new"]
    assert (changed.json()["name"], changed.json()["version"]) == ("New", 2)
    stale = await tom.patch(path, json={"position": 5}, headers={"If-Match": '"1"'})
    assert (stale.status_code, stale.json()["current"]["version"]) == (409, 2)
    private = await tom.patch(path, json={"shared_with": "nobody"}, headers={"If-Match": '"2"'})
    assert (private.json()["shared_with"], private.json()["channel"]) == ("nobody", None)
    assert (await anna.get(path)).status_code == 404
    assert (await tom.delete(path, headers={"If-Match": '"3"'})).status_code == 204
    assert (await tom.get(path)).status_code == 404


async def test_a_view_that_is_sent_twice_is_there_once(desk: Desk) -> None:
    tom = await desk.browser(TOM)
    answers = await asyncio.gather(
        *(tom.post("/views", json=ROUTERS, headers={"Idempotency-Key": "k"}) for _ in range(2))
    )
    assert {answer.status_code for answer in answers} == {201}
    assert await names(tom) == ["Routers"]


async def test_there_is_an_end_to_the_views_of_an_agent(desk: Desk) -> None:
    tom = await desk.browser(TOM)
    for number in range(MOST_VIEWS):
        await save(tom, name=f"View {number}")
    response = await tom.post("/views", json=ROUTERS)
    assert (response.status_code, response.json()["code"]) == (409, "too_many_views")


@pytest.mark.parametrize(
    "body",
    [
        {"name": ""},
        {"name": "x\x00"},
        {"name": "x", "filters": {"unknown": 1}},
        {"name": "x", "filters": {"status": ["UPPER"]}},
        {"name": "x", "filters": {"cursor": "abc"}},
        {"name": "x", "filters": {"q": "nul\x00"}},
        {"name": "x", "shared_with": "channel"},
        {"name": "x", "shared_with": "channel", "channel": "recruitment"},
        {"name": "x", "channel": "support"},
        {"name": "x", "position": -1},
        {"name": "x", "owner_id": "y"},
    ],
)
async def test_a_view_that_nobody_can_mean_is_refused(desk: Desk, body: dict[str, Any]) -> None:
    response = await (await desk.browser(TOM)).post("/views", json=body)
    assert response.status_code == 422, response.text
