"""Bulk actions: a result for each ticket, undo, large ones in the background, no deadlocks (TS-08)."""

import asyncio
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
import sqlalchemy as sa
from services.tickets.tests.conftest import Desk

from contracts.messages import Event
from contracts.tickets import TicketChanged
from tickets.desk.bulk import operations
from tickets.desk.jobs import do_bulk
from tickets.desk.models import Ticket, Watcher
from tickets.main import Settings
from tickets.staff.demo import ADA, ANNA, TOM, VIKTOR
from tickets.staff.models import Agent


async def bulk(client: httpx.AsyncClient, action: dict[str, Any], *, status: int = 201, **asked: Any) -> dict[str, Any]:
    """Start a bulk action; gives the answer."""
    response = await client.post("/tickets/bulk", json={"action": action} | asked)
    assert response.status_code == status, response.text
    found: dict[str, Any] = response.json()
    return found


def states(result: dict[str, Any]) -> dict[int, tuple[str, str | None]]:
    """How each ticket fared, by number: state and code."""
    return {item["number"]: (item["state"], item["code"]) for item in result["items"]}


async def undo(client: httpx.AsyncClient, result: dict[str, Any]) -> dict[str, Any]:
    """Undo a bulk action; gives the answer."""
    response = await client.post(f"/tickets/bulk/{result['id']}/undo")
    assert response.status_code == 200, response.text
    found: dict[str, Any] = response.json()
    return found


def settings_of(desk: Desk) -> Settings:
    """The settings of the desk."""
    settings = desk.app.settings
    assert isinstance(settings, Settings)
    return settings


async def test_each_ticket_is_done_or_refused_as_it_would_be_alone(desk: Desk) -> None:
    for channel in ("support", "support", "sales", "support"):
        await desk.receive(channel=channel)
    tom = await desk.browser(TOM)
    await tom.patch("/tickets/10004", json={"status": "in_progress"}, headers={"If-Match": '"1"'})
    await tom.post("/tickets/10002/merge", json={"into": 10_001, "into_version": 1}, headers={"If-Match": '"1"'})
    await desk.events(Event)
    result = await bulk(
        tom,
        {"kind": "status", "status": "in_progress"},
        numbers=[10_004, 10_001, 10_002, 10_003, 99_999, 10_001],
        reason="All at once",
    )
    assert states(result) == {
        10_001: ("done", None),
        10_002: ("refused", "ticket_merged"),
        10_003: ("refused", "ticket_not_found"),
        10_004: ("unchanged", None),
        99_999: ("refused", "ticket_not_found"),
    }
    assert (result["total"], result["finished"], result["undoable"]) == (5, True, True)
    assert result["counts"] == {"done": 1, "refused": 3, "unchanged": 1}
    assert [event.number for event in await desk.events(TicketChanged)] == [10_001]
    assert (await desk.activities(10_001))[-1].text == "All at once"
    assert (await desk.ticket(10_003)).status == "new"
    read = await tom.get(f"/tickets/bulk/{result['id']}", params={"limit": 2})
    assert [item["number"] for item in read.json()["items"]] == [10_001, 10_002]
    rest = await tom.get(f"/tickets/bulk/{result['id']}", params={"limit": 9, "cursor": read.json()["next"]})
    assert [item["number"] for item in rest.json()["items"]] == [10_003, 10_004, 99_999]


@pytest.mark.parametrize(
    ("action", "fields"),
    [
        ({"kind": "status", "status": "successfully_closed"}, {"status": "successfully_closed", "closed": True}),
        ({"kind": "owner", "owner_id": str(ANNA)}, {"owner_id": ANNA}),
        ({"kind": "owner", "owner_id": None}, {"owner_id": None}),
        ({"kind": "channel", "channel": "backend"}, {"channel": "backend", "owner_id": TOM}),
        ({"kind": "priority", "priority": "urgent"}, {"priority": "urgent"}),
    ],
)
async def test_every_action_is_done_and_undone(desk: Desk, action: dict[str, Any], fields: dict[str, Any]) -> None:
    names = ("status", "closed", "closed_at", "ball", "owner_id", "responsible_id", "channel", "priority")

    async def rows() -> list[tuple[Any, ...]]:
        tickets = [await desk.ticket(number) for number in (10_001, 10_002)]
        return [tuple(getattr(ticket, name) for name in names) for ticket in tickets]

    tom = await desk.browser(TOM)
    for number in (10_001, 10_002):
        await desk.receive()
        mine = {"owner_id": str(TOM), "responsible_id": str(TOM), "status": "in_progress"}
        await tom.patch(f"/tickets/{number}", json=mine, headers={"If-Match": '"1"'})
    before = await rows()
    result = await bulk(tom, action, numbers=[10_001, 10_002])
    assert {state for state, _ in states(result).values()} == {"done"}
    for number in (10_001, 10_002):
        ticket = await desk.ticket(number)
        assert {name: getattr(ticket, name) for name in fields} == fields
    back = await undo(tom, result)
    assert {state for state, _ in states(back).values()} == {"undone"}
    assert (await rows(), back["undoable"], back["finished"]) == (before, False, True)


async def test_watching_is_undone_only_where_it_began(desk: Desk) -> None:
    for _ in range(2):
        await desk.receive()
    tom = await desk.browser(TOM)
    await tom.put("/tickets/10001/watchers/me")
    result = await bulk(tom, {"kind": "watch"}, numbers=[10_001, 10_002])
    assert states(result) == {10_001: ("unchanged", None), 10_002: ("done", None)}
    assert await desk.count(Watcher) == 2
    await undo(tom, result)
    assert await desk.count(Watcher) == 1
    stranger = await bulk(tom, {"kind": "watch", "agent_id": str(VIKTOR)}, numbers=[10_001])
    assert states(stranger) == {10_001: ("refused", "unknown_reference")}


async def test_what_was_changed_since_is_not_undone_and_nothing_is_undone_twice(desk: Desk) -> None:
    for _ in range(2):
        await desk.receive()
    tom, anna = await desk.browser(TOM), await desk.browser(ANNA)
    result = await bulk(tom, {"kind": "priority", "priority": "high"}, numbers=[10_001, 10_002])
    await anna.patch("/tickets/10001", json={"priority": "low"}, headers={"If-Match": '"2"'})
    back = await undo(tom, result)
    assert states(back) == {10_001: ("not_undone", "changed_since"), 10_002: ("undone", None)}
    assert [(await desk.ticket(number)).priority for number in (10_001, 10_002)] == ["low", "normal"]
    again = await tom.post(f"/tickets/bulk/{result['id']}/undo")
    assert (again.status_code, again.json()["code"]) == (409, "cannot_undo")
    for hidden in (await anna.get(f"/tickets/bulk/{result['id']}"), await tom.get(f"/tickets/bulk/{uuid4()}")):
        assert (hidden.status_code, hidden.json()["code"]) == (404, "bulk_not_found")


async def test_a_filter_names_what_its_list_shows(desk: Desk) -> None:
    for channel in ("support", "support", "backend", "sales"):
        await desk.receive(channel=channel)
    tom = await desk.browser(TOM)
    result = await bulk(
        tom, {"kind": "owner", "owner_id": str(TOM)}, filter={"owner": ["none"], "channel": ["support"], "limit": 1}
    )
    assert states(result) == {10_001: ("done", None), 10_002: ("done", None)}
    nothing = await bulk(tom, {"kind": "owner", "owner_id": None}, filter={"channel": ["sales"]})
    assert (nothing["total"], nothing["finished"], nothing["undoable"]) == (0, True, False)


@pytest.mark.parametrize(
    "asked",
    [
        {},
        {"numbers": []},
        {"numbers": [0]},
        {"numbers": [2**60]},
        {"numbers": list(range(1, 502))},
        {"numbers": [1], "filter": {}},
        {"filter": {"cursor": "x"}},
        {"filter": {"nonsense": 1}},
        {"numbers": [1], "reason": "\0"},
        {"numbers": [1], "action": {"kind": "nonsense"}},
        {"numbers": [1], "action": {"kind": "status"}},
        {"numbers": [1], "action": {"kind": "status", "status": "new", "owner_id": None}},
    ],
)
async def test_what_makes_no_sense_is_refused_as_a_whole(desk: Desk, asked: dict[str, Any]) -> None:
    tom = await desk.browser(TOM)
    response = await tom.post("/tickets/bulk", json={"action": {"kind": "status", "status": "new"}} | asked)
    assert (response.status_code, response.json()["code"]) == (422, "invalid"), response.text


async def test_the_same_key_starts_one_bulk_action(desk: Desk) -> None:
    await desk.receive()
    tom = await desk.browser(TOM)
    asked = {"numbers": [10_001], "action": {"kind": "priority", "priority": "high"}}
    one, other = [await tom.post("/tickets/bulk", json=asked, headers={"Idempotency-Key": "once"}) for _ in range(2)]
    assert one.json() == other.json()
    assert one.headers["Location"] == f"/api/v1/tickets/bulk/{one.json()['id']}"
    assert (await desk.ticket(10_001)).version == 2


async def test_a_large_one_is_done_in_the_background_with_progress(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(operations, "AT_ONCE", 2)
    monkeypatch.setattr(operations, "BATCH", 2)
    for _ in range(5):
        await desk.receive()
    tom = await desk.browser(TOM)
    numbers = [10_001 + number for number in range(5)]
    result = await bulk(tom, {"kind": "priority", "priority": "high"}, numbers=numbers)
    assert (result["counts"], result["finished"]) == ({"waiting": 5}, False)
    early = await tom.post(f"/tickets/bulk/{result['id']}/undo")
    assert early.json()["code"] == "cannot_undo"
    assert await do_bulk(desk.app, settings_of(desk)) == 2
    half = (await tom.get(f"/tickets/bulk/{result['id']}")).json()
    assert half["counts"] == {"done": 2, "waiting": 3}
    assert [await do_bulk(desk.app, settings_of(desk)) for _ in range(3)] == [2, 1, 0]
    assert (await tom.get(f"/tickets/bulk/{result['id']}")).json()["finished"]
    back = await undo(tom, result)
    assert back["counts"] == {"undo_waiting": 5}
    while await do_bulk(desk.app, settings_of(desk)):
        pass
    assert [(await desk.ticket(number)).priority for number in numbers] == ["normal"] * 5


@pytest.mark.parametrize("change", [{"active": False}, {"role": "light_agent"}])
async def test_an_agent_who_may_not_any_more_changes_nothing_in_the_background(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, change: dict[str, Any]
) -> None:
    monkeypatch.setattr(operations, "AT_ONCE", 0)
    await desk.receive()
    tom = await desk.browser(TOM)
    result = await bulk(tom, {"kind": "priority", "priority": "high"}, numbers=[10_001])
    async with desk.app.database.transaction() as tx:
        await tx.session.execute(sa.update(Agent).where(Agent.id == TOM).values(**change))
        await tx.session.flush()
    assert await do_bulk(desk.app, settings_of(desk)) == 1
    async with desk.app.database.transaction() as tx:
        found = await operations.find_bulk(tx, TOM, UUID(result["id"]))
        await tx.session.refresh(found)
    assert await do_bulk(desk.app, settings_of(desk)) == 0
    assert (await desk.ticket(10_001)).version == 1


async def test_fifty_editors_and_bulk_actions_on_the_same_tickets_never_wait_in_a_circle(desk: Desk) -> None:
    for _ in range(8):
        await desk.receive()
    tom, anna = await desk.browser(TOM), await desk.browser(ANNA)
    numbers = [10_001 + number for number in range(8)]

    async def edit(index: int) -> int:
        number = numbers[index % 8]
        response = await anna.post(f"/tickets/{number}/notes", json={"text": f"note {index}"})
        return response.status_code

    async def many(index: int) -> int:
        order = numbers if index % 2 else numbers[::-1]
        action = {"kind": "priority", "priority": ("low", "high", "urgent")[index % 3]}
        response = await tom.post("/tickets/bulk", json={"numbers": order, "action": action})
        assert {item["state"] for item in response.json()["items"]} <= {"done", "unchanged"}
        return response.status_code

    async def join(index: int) -> int:
        source, target = numbers[index], numbers[7 - index]
        one, other = await desk.ticket(source), await desk.ticket(target)
        response = await tom.post(
            f"/tickets/{source}/merge",
            json={"into": target, "into_version": other.version + 1_000},
            headers={"If-Match": f'"{one.version}"'},
        )
        return response.status_code

    mails = [desk.mail(subject=f"RE: [DS-{numbers[n % 8]}] x", text=f"mail {n}") for n in range(16)]
    found = await asyncio.gather(
        *(edit(index) for index in range(50)),
        *(many(index) for index in range(6)),
        *(join(index) for index in range(8)),
        desk.handle(*mails[:8]),
        desk.handle(*reversed(mails[8:])),
    )
    codes = [code for code in found if code is not None]
    assert set(codes[:50]) == {201}
    assert set(codes[50:56]) == {201}
    assert set(codes[56:]) == {409}, "a stale merge is refused, and nothing waits for ever"
    async with desk.app.database.transaction() as tx:
        versions = await tx.session.scalars(sa.select(sa.func.sum(Ticket.version)))
        assert versions.one() >= 8 + 50 + 16


async def test_tags_and_markers_are_given_to_many_tickets_and_taken_back(desk: Desk) -> None:
    for _ in range(2):
        await desk.receive()
    ada, tom = await desk.browser(ADA), await desk.browser(TOM)
    made = await ada.post("/colour-markers", json={"name": "Red", "colour": "#cc0000"})
    assert made.status_code == 201, made.text
    await bulk(tom, {"kind": "tags", "add_tags": ["Old"]}, numbers=[10_001])
    tagged = await bulk(
        tom, {"kind": "tags", "add_tags": ["Invoice"], "remove_tags": ["old"]}, numbers=[10_001, 10_002]
    )
    marked = await bulk(tom, {"kind": "marker", "marker_id": made.json()["id"]}, numbers=[10_001, 10_002])
    tickets = [(await tom.get(f"/tickets/{number}")).json() for number in (10_001, 10_002)]
    assert [(ticket["tags"], ticket["marker"]["name"]) for ticket in tickets] == [(["Invoice"], "Red")] * 2
    assert {state for state, _ in states(await undo(tom, marked)).values()} == {"undone"}
    assert {code for _, code in states(await undo(tom, tagged)).values()} == {"changed_since"}
    assert (await tom.get("/tickets/10001")).json()["marker"] is None
    again = await bulk(tom, {"kind": "tags", "remove_tags": ["invoice"]}, numbers=[10_001])
    await undo(tom, again)
    assert (await tom.get("/tickets/10001")).json()["tags"] == ["Invoice"]
