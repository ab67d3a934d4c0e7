"""What a move would do, asked before it is done (CV-06)."""

from typing import Any

import pytest
from services.tickets.tests.conftest import Desk

from contracts.messages import Event
from tickets.staff.demo import ADA, ANNA, DORA, PETRA, TOM


@pytest.mark.parametrize(
    ("channel", "expected"),
    [
        ("recruitment", {"visible_after": False, "owner_released": True, "watchers_left_out": 1}),
        ("backend", {"visible_after": True, "owner_released": True, "watchers_left_out": 1}),
        ("sales", {"visible_after": False, "owner_released": False, "watchers_left_out": 0}),
        ("support", {"visible_after": True, "owner_released": False, "watchers_left_out": 0}),
    ],
)
async def test_the_preview_says_what_the_move_then_does(desk: Desk, channel: str, expected: dict[str, Any]) -> None:
    await desk.receive()
    tom, anna = await desk.browser(TOM), await desk.browser(ANNA)
    change = {"owner_id": str(ANNA), "responsible_id": str(TOM), "status": "answered"}
    await tom.patch("/tickets/10001", json=change, headers={"If-Match": '"1"'})
    await anna.put("/tickets/10001/watchers/me")
    await desk.events(Event)
    before = await desk.ticket(10_001)
    preview = await tom.get("/tickets/10001/move-preview", params={"channel": channel})
    assert preview.status_code == 200, preview.text
    assert expected.items() <= preview.json().items()
    assert (await desk.events(Event), (await desk.ticket(10_001)).version) == ([], before.version)
    moved = await tom.patch("/tickets/10001", json={"channel": channel}, headers={"If-Match": f'"{before.version}"'})
    after = await desk.ticket(10_001)
    assert (moved.json() is not None) == preview.json()["visible_after"]
    assert (after.owner_id is None) == preview.json()["owner_released"]
    assert (after.responsible_id is None) == preview.json()["responsible_released"]
    assert after.status == preview.json()["status_after"] == "answered"
    assert preview.json()["status_changes"] is False


async def test_a_status_that_the_other_channel_does_not_know_is_foretold(desk: Desk) -> None:
    await desk.receive()
    admin, tom = await desk.browser(ADA), await desk.browser(TOM)
    statuses = [
        {"key": "reported", "name": "Reported", "category": "open", "ball": "us"},
        {"key": "done", "name": "Done", "category": "closed", "ball": "nobody"},
    ]
    await admin.post("/workflows", json={"key": "bugs", "name": "Bugs", "statuses": statuses})
    await admin.patch("/channels/backend", json={"workflow": "bugs"}, headers={"If-Match": '"1"'})
    preview = (await tom.get("/tickets/10001/move-preview", params={"channel": "backend"})).json()
    assert (preview["status_after"], preview["status_changes"]) == ("reported", True)


async def test_an_informal_subscriber_of_a_read_only_channel_learns_that_too(desk: Desk) -> None:
    await desk.receive(channel="sales")
    admin, anna = await desk.browser(ADA), await desk.browser(ANNA)
    subscribers = [{"agent_id": str(ANNA), "kind": "informal"}, {"agent_id": str(DORA), "kind": "standard"}]
    await admin.put("/channels/backend/subscriptions", json={"items": subscribers})
    await admin.patch("/channels/backend", json={"informal_read_only": True}, headers={"If-Match": '"1"'})
    preview = (await anna.get("/tickets/10001/move-preview", params={"channel": "backend"})).json()
    assert (preview["visible_after"], preview["changeable_after"]) == (True, False)


async def test_who_does_not_see_the_ticket_gets_no_preview(desk: Desk) -> None:
    await desk.receive()
    petra, tom = await desk.browser(PETRA), await desk.browser(TOM)
    hidden = await petra.get("/tickets/10001/move-preview", params={"channel": "recruitment"})
    assert (hidden.status_code, hidden.json()["code"]) == (404, "ticket_not_found")
    nowhere = await tom.get("/tickets/10001/move-preview", params={"channel": "nowhere"})
    assert (nowhere.status_code, nowhere.json()["code"]) == (422, "unknown_reference")
    assert (await tom.get("/tickets/10001/move-preview")).status_code == 422
    assert (await tom.get("/tickets/10001/move-preview", params={"channel": "a\0"})).status_code == 422
