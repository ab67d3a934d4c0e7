"""Colour markers and priorities: the administrator's lists, and what tickets carry (OD-08, CF-03, CF-05)."""

from typing import Any

import httpx
from services.tickets.tests.conftest import Desk

from contracts.tickets import TicketChanged
from tickets.staff.demo import ADA, TOM

OTHER_COLOUR = {"name": "Waiting for parts", "colour": "#A1B2C3", "position": 2}


async def made(client: httpx.AsyncClient, path: str, **fields: Any) -> dict[str, Any]:
    """What the administrator made."""
    response = await client.post(path, json=fields)
    assert response.status_code == 201, response.text
    found: dict[str, Any] = response.json()
    return found


async def change(client: httpx.AsyncClient, version: int, **fields: Any) -> httpx.Response:
    """Change ticket 10001."""
    return await client.patch("/tickets/10001", json=fields, headers={"If-Match": f'"{version}"'})


async def test_an_administrator_keeps_the_list_of_colour_markers(desk: Desk) -> None:
    admin, agent = await desk.browser(ADA), await desk.browser(TOM)
    marker = await made(admin, "/colour-markers", **OTHER_COLOUR)
    assert marker["colour"] == "#a1b2c3"
    await made(admin, "/colour-markers", name="Danger", colour="#ff0000", position=1)
    assert [one["name"] for one in (await agent.get("/colour-markers")).json()["items"]] == [
        "Danger",
        "Waiting for parts",
    ]
    path = f"/colour-markers/{marker['id']}"
    changed = await admin.patch(path, json={"colour": "#00FF00", "active": False}, headers={"If-Match": '"1"'})
    assert changed.status_code == 200, changed.text
    assert (await agent.get(path)).json() == marker | {"colour": "#00ff00", "active": False, "version": 2}
    taken = await admin.patch(path, json={"name": "Danger"}, headers={"If-Match": '"2"'})
    assert (taken.status_code, taken.json()["code"]) == (409, "name_taken")
    assert (await admin.patch(path, json={"position": 9}, headers={"If-Match": '"1"'})).status_code == 409


async def test_only_an_administrator_changes_markers_and_priorities(desk: Desk) -> None:
    agent = await desk.browser(TOM)
    for path, body in (
        ("/colour-markers", OTHER_COLOUR),
        ("/priorities", {"key": "x", "name": {"en": "X"}, "position": 1}),
    ):
        assert (await agent.post(path, json=body)).status_code == 403


async def test_a_colour_outside_of_the_range_and_a_name_with_nul_are_refused(desk: Desk) -> None:
    admin = await desk.browser(ADA)
    for wrong in ({"colour": "red"}, {"colour": "#12345g"}, {"colour": "#fff"}, {"name": "a\0b"}, {"name": ""}):
        assert (await admin.post("/colour-markers", json=OTHER_COLOUR | wrong)).status_code == 422


async def test_a_ticket_gets_a_colour_marker_and_the_history_says_so(desk: Desk) -> None:
    await desk.receive()
    admin, agent = await desk.browser(ADA), await desk.browser(TOM)
    marker = await made(admin, "/colour-markers", **OTHER_COLOUR)
    await desk.events(TicketChanged)
    response = await change(agent, 1, marker_id=marker["id"])
    assert response.status_code == 200, response.text
    shown = {"id": marker["id"], "name": "Waiting for parts", "colour": "#a1b2c3"}
    assert response.json()["marker"] == shown
    assert response.json()["activities"]["items"][0]["changes"] == [
        {"field": "marker", "from": None, "to": "Waiting for parts"}
    ]
    assert (await agent.get("/tickets")).json()["items"][0]["marker"] == shown
    (changed,) = await desk.events(TicketChanged)
    assert (changed.changed, changed.audience) == (("marker",), ())
    cleared = await change(agent, 2, marker_id=None)
    assert (cleared.json()["marker"], cleared.json()["version"]) == (None, 3)
    assert (await change(agent, 3, marker_id=None)).json()["version"] == 3


async def test_a_marker_that_is_switched_off_stays_and_cannot_be_given_any_more(desk: Desk) -> None:
    await desk.receive()
    admin, agent = await desk.browser(ADA), await desk.browser(TOM)
    marker = await made(admin, "/colour-markers", **OTHER_COLOUR)
    await change(agent, 1, marker_id=marker["id"])
    await admin.patch(f"/colour-markers/{marker['id']}", json={"active": False}, headers={"If-Match": '"1"'})
    kept = await change(agent, 2, marker_id=marker["id"], subject="Which one?")
    assert (kept.status_code, kept.json()["marker"]["id"]) == (200, marker["id"])
    await change(agent, 3, marker_id=None)
    again = await change(agent, 4, marker_id=marker["id"])
    assert (again.status_code, again.json()["code"]) == (422, "unknown_reference")


async def test_four_priorities_come_with_the_desk_in_their_order(desk: Desk) -> None:
    items = (await (await desk.browser(TOM)).get("/priorities")).json()["items"]
    assert [(one["key"], one["name"]["de"], one["is_default"]) for one in items] == [
        ("low", "Niedrig", False),
        ("normal", "Normal", True),
        ("high", "Hoch", False),
        ("urgent", "Dringend", False),
    ]


async def test_a_new_default_priority_is_what_new_tickets_get_by_whatever_way(desk: Desk) -> None:
    admin = await desk.browser(ADA)
    new = {"key": "usual", "name": {"de": "Üblich"}, "position": 15, "is_default": True}
    assert (await made(admin, "/priorities", **new))["name"] == {"en": "Üblich", "de": "Üblich"}
    items = (await admin.get("/priorities")).json()["items"]
    assert [one["key"] for one in items] == ["low", "usual", "normal", "high", "urgent"]
    assert [one["key"] for one in items if one["is_default"]] == ["usual"]
    assert (await desk.receive()).priority == "usual"
    opened = await (await desk.browser(TOM)).post(
        "/tickets", json={"kind": "internal", "channel": "support", "subject": "Cable", "text": "Broken"}
    )
    assert opened.json()["priority"] == "usual"
    off = await admin.patch("/priorities/usual", json={"active": False}, headers={"If-Match": '"1"'})
    assert (off.status_code, off.json()["code"]) in {(409, "default_priority"), (409, "stale_version")}
    assert (await admin.get("/priorities/usual")).json()["active"]


async def test_the_default_priority_cannot_be_switched_off(desk: Desk) -> None:
    admin = await desk.browser(ADA)
    off = await admin.patch("/priorities/normal", json={"active": False}, headers={"If-Match": '"1"'})
    assert (off.status_code, off.json()["code"]) == (409, "default_priority")
    moved = await admin.patch("/priorities/high", json={"is_default": True}, headers={"If-Match": '"1"'})
    assert moved.json()["is_default"]
    normal = (await admin.get("/priorities/normal")).json()
    assert (normal["is_default"], normal["version"]) == (False, 2)
    off = await admin.patch("/priorities/normal", json={"active": False}, headers={"If-Match": '"2"'})
    assert off.status_code == 200, off.text


async def test_a_priority_that_is_switched_off_stays_and_cannot_be_given_any_more(desk: Desk) -> None:
    await desk.receive()
    admin, agent = await desk.browser(ADA), await desk.browser(TOM)
    await change(agent, 1, priority="urgent")
    await admin.patch("/priorities/urgent", json={"active": False}, headers={"If-Match": '"1"'})
    kept = await change(agent, 2, priority="urgent", subject="Which one?")
    assert (kept.status_code, kept.json()["priority"]) == (200, "urgent")
    await change(agent, 3, priority="low")
    for key in ("urgent", "no-such-one"):
        refused = await change(agent, 4, priority=key)
        assert (refused.status_code, refused.json()["code"]) == (422, "unknown_reference")
