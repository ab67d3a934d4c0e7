"""Channels over HTTP: who may look, who may change, what cannot be."""

from typing import Any

import pytest
from services.tickets.tests.conftest import Desk

from tickets.staff.demo import ADA, ANNA, PETRA, TOM

BOARD = {"key": "board", "name": "Board", "parent": "support", "reopen_days": 30, "from_name": "The board"}


async def test_every_channel_is_listed_with_what_ties_the_caller_to_it(desk: Desk) -> None:
    client = await desk.browser(ANNA)
    channels = (await client.get("/channels")).json()["items"]
    assert [(channel["key"], channel["subscription"]) for channel in channels] == [
        ("support", "standard"),
        ("sales", "informal"),
        ("backend", None),
        ("recruitment", None),
    ]


async def test_exactly_five_statuses_come_with_the_installation(desk: Desk) -> None:
    client = await desk.browser(TOM)
    statuses = (await client.get("/statuses")).json()["items"]
    assert [(status["name"], status["category"], status["ball"]) for status in statuses] == [
        ("New", "open", "us"),
        ("In progress", "open", "us"),
        ("Answered", "open", "customer"),
        ("Successfully closed", "closed", "nobody"),
        ("Unsuccessfully closed", "closed", "nobody"),
    ]
    assert [status["key"] for status in statuses][3:] == ["successfully_closed", "unsuccessfully_closed"]


async def test_an_administrator_adds_a_channel_and_says_who_is_in_it(desk: Desk) -> None:
    client = await desk.browser(ADA)
    created = await client.post("/channels", json=BOARD)
    assert created.status_code == 201, created.text
    assert created.headers["Location"] == "/api/v1/channels/board"
    assert (created.json()["version"], created.json()["subject_number"]) == (1, "prefix")
    wanted = {"items": [{"agent_id": str(PETRA), "kind": "standard"}, {"agent_id": str(TOM), "kind": "informal"}]}
    replaced = await client.put("/channels/board/subscriptions", json=wanted)
    assert sorted(item["kind"] for item in replaced.json()["items"]) == ["informal", "standard"]
    assert (await client.get("/channels/board/subscriptions")).json() == replaced.json()
    petra = await desk.browser(PETRA)
    body = {"kind": "internal", "channel": "board", "subject": "x", "text": "x"}
    assert (await petra.post("/tickets", json=body)).status_code == 201


async def test_who_is_left_out_of_a_channel_sees_its_tickets_no_more(desk: Desk) -> None:
    await desk.receive()
    tom, admin = await desk.browser(TOM), await desk.browser(ADA)
    assert (await tom.get("/tickets/10001")).status_code == 200
    only_anna = {"items": [{"agent_id": str(ANNA), "kind": "standard"}]}
    await admin.put("/channels/support/subscriptions", json=only_anna)
    assert (await tom.get("/tickets/10001")).status_code == 404
    assert (await tom.get("/tickets")).json()["items"] == []


async def test_a_channel_is_changed_on_the_version_that_was_read(desk: Desk) -> None:
    client = await desk.browser(ADA)
    read = await client.get("/channels/sales")
    change = {"name": "Vertrieb", "subject_number": "suffix", "informal_read_only": True, "reopen_days": 14}
    changed = await client.patch("/channels/sales", json=change, headers={"If-Match": read.headers["ETag"]})
    assert changed.status_code == 200
    assert change.items() <= changed.json().items()
    stale = await client.patch("/channels/sales", json=change, headers={"If-Match": read.headers["ETag"]})
    assert (stale.status_code, stale.json()["code"], stale.json()["current"]["version"]) == (409, "stale_version", 2)
    assert (await client.patch("/channels/sales", json=change)).status_code == 428
    cleared = await client.patch("/channels/sales", json={"reopen_days": None}, headers={"If-Match": '"2"'})
    assert (cleared.json()["reopen_days"], cleared.json()["name"]) == (None, "Vertrieb")


@pytest.mark.parametrize(
    ("wrong", "status", "code"),
    [
        ({"key": "support", "parent": None}, 409, "channel_exists"),
        ({"key": "Board"}, 422, "invalid"),
        ({"key": "a.b"}, 422, "invalid"),
        ({"key": "board\n"}, 422, "invalid"),
        ({"key": "x" * 41}, 422, "invalid"),
        ({"name": ""}, 422, "invalid"),
        ({"name": "two\nlines"}, 422, "invalid"),
        ({"parent": "nowhere"}, 422, "unknown_reference"),
        ({"workflow": "nonsense"}, 422, "unknown_reference"),
        ({"reopen_days": 0}, 422, "invalid"),
        ({"version": 7}, 422, "invalid"),
    ],
)
async def test_a_channel_that_makes_no_sense_is_refused(
    desk: Desk, wrong: dict[str, Any], status: int, code: str
) -> None:
    client = await desk.browser(ADA)
    response = await client.post("/channels", json=BOARD | wrong)
    assert (response.status_code, response.json()["code"]) == (status, code)


async def test_no_channel_gets_below_itself(desk: Desk) -> None:
    client = await desk.browser(ADA)
    await client.post("/channels", json=BOARD)
    circle = await client.patch("/channels/support", json={"parent": "board"}, headers={"If-Match": '"1"'})
    assert (circle.status_code, circle.json()["code"]) == (422, "unknown_reference")


async def test_subscriptions_of_nobody_or_twice_are_refused(desk: Desk) -> None:
    client = await desk.browser(ADA)
    nobody = {"items": [{"agent_id": "01900000-0000-7000-8000-00000000dead", "kind": "standard"}]}
    assert (await client.put("/channels/support/subscriptions", json=nobody)).status_code == 422
    twice = {"items": [{"agent_id": str(TOM), "kind": kind} for kind in ("standard", "informal")]}
    assert (await client.put("/channels/support/subscriptions", json=twice)).status_code == 422
    missing = await client.put("/channels/nowhere/subscriptions", json={"items": []})
    assert (missing.status_code, missing.json()["code"]) == (404, "channel_not_found")


async def test_only_administrators_change_channels(desk: Desk) -> None:
    client = await desk.browser(TOM)
    requests = [
        await client.post("/channels", json=BOARD),
        await client.patch("/channels/support", json={"name": "x"}, headers={"If-Match": '"1"'}),
        await client.get("/channels/support/subscriptions"),
        await client.put("/channels/support/subscriptions", json={"items": []}),
    ]
    assert [response.status_code for response in requests] == [403] * 4
