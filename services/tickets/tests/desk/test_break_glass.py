"""Break-glass: an administrator reads one ticket for a while, with a reason that everybody gets to see (CV-11)."""

import json
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from services.tickets.tests.conftest import Desk

from contracts.tickets import ActivityAdded
from tickets.audit.models import AuditEntry
from tickets.staff.demo import ADA, ANNA, PETRA, TOM

REASON = "Petra is ill and Ben waits for his contract."
GLASS = "/tickets/10001/break-glass"


async def application(desk: Desk) -> None:
    """A ticket in the channel Recruitment, which only Petra subscribes to."""
    assert (await desk.receive(channel="recruitment", text="The application of Ben")).number == 10001


async def test_an_administrator_opens_a_ticket_for_a_while_and_it_ends_by_itself(desk: Desk) -> None:
    await application(desk)
    ada = await desk.browser(ADA)
    assert (await ada.get("/tickets/10001")).status_code == 404
    opened = await ada.post(GLASS, json={"reason": REASON, "minutes": 30})
    assert opened.status_code == 201, opened.text
    assert opened.headers["Location"] == "/api/v1/tickets/10001/break-glass"
    assert (opened.json()["reason"], opened.json()["agent"]["name"]) == (REASON, "Ada Admin")
    assert (await ada.get("/tickets/10001")).status_code == 200
    activities = await ada.get("/tickets/10001/activities")
    assert "The application of Ben" in activities.text
    desk.clock.pass_by(timedelta(minutes=29))
    assert (await ada.get("/tickets/10001")).status_code == 200
    desk.clock.pass_by(timedelta(minutes=1))
    assert (await ada.get("/tickets/10001")).status_code == 404
    assert (await ada.get("/tickets/10001/activities")).status_code == 404


async def test_who_opened_it_can_end_it_before_its_time(desk: Desk) -> None:
    await application(desk)
    ada = await desk.browser(ADA)
    await ada.post(GLASS, json={"reason": REASON})
    assert (await ada.delete(GLASS)).status_code == 204
    assert (await ada.get("/tickets/10001")).status_code == 404
    assert (await ada.delete(GLASS)).status_code == 204, "where nothing is open, nothing happens"


async def test_only_an_administrator_can_and_others_do_not_learn_whether_the_number_exists(desk: Desk) -> None:
    await application(desk)
    tom, ada = await desk.browser(TOM), await desk.browser(ADA)
    refused = [await tom.post(f"/tickets/{number}/break-glass", json={"reason": REASON}) for number in (10001, 19999)]
    assert [(one.status_code, one.json()["detail"]) for one in refused] == [(403, refused[0].json()["detail"])] * 2
    assert (await ada.post("/tickets/19999/break-glass", json={"reason": REASON})).status_code == 404
    assert (await ada.get("/tickets/10001")).status_code == 404


async def test_a_token_of_an_administrator_cannot_break_glass(desk: Desk) -> None:
    await application(desk)
    ada = await desk.browser(ADA)
    token = await ada.post(
        "/tokens", json={"name": "Night job", "scopes": ["staff:manage", "tickets:read"], "expires_in_days": 9}
    )
    assert token.status_code == 201, token.text
    del ada.headers["Cookie"]
    ada.headers["Authorization"] = f"Bearer {token.json()['token']}"
    assert (await ada.post(GLASS, json={"reason": REASON})).status_code == 403
    assert (await ada.get("/tickets/10001")).status_code == 404


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"reason": "test"},
        {"reason": " " * 20},
        {"reason": f"{REASON}\x00"},
        {"reason": f"{REASON}\ud800"},
        {"reason": REASON, "minutes": 0},
        {"reason": REASON, "minutes": 8 * 60 + 1},
    ],
)
async def test_it_takes_a_reason_and_lasts_a_working_day_at_most(desk: Desk, body: dict[str, Any]) -> None:
    await application(desk)
    ada = await desk.browser(ADA)
    refused = await ada.post(GLASS, content=_json(body), headers={"Content-Type": "application/json"})
    assert refused.status_code == 422, refused.text
    assert (await ada.get("/tickets/10001")).status_code == 404


def _json(body: dict[str, Any]) -> str:
    """JSON with escapes, so that half characters can be sent."""
    return json.dumps(body)


async def test_a_subscriber_just_opens_the_ticket(desk: Desk) -> None:
    await desk.receive()
    ada = await desk.browser(ADA)
    refused = await ada.post(GLASS, json={"reason": REASON})
    assert refused.status_code == 409, refused.text
    assert refused.json()["code"] == "ticket_visible"


async def test_lists_counters_and_search_leave_an_opened_ticket_out(desk: Desk) -> None:
    await application(desk)
    ada, petra = await desk.browser(ADA), await desk.browser(PETRA)
    await ada.post(GLASS, json={"reason": REASON})
    assert [row["number"] for row in (await petra.get("/tickets")).json()["items"]] == [10001]
    assert (await ada.get("/tickets")).json()["items"] == []
    found = {"q": "application"}
    assert "10001" in (await petra.get("/tickets/search", params=found)).text
    assert "10001" not in (await ada.get("/tickets/search", params=found)).text


async def test_it_opens_one_ticket_for_one_administrator_and_only_for_reading(desk: Desk) -> None:
    await application(desk)
    await desk.receive(channel="recruitment")
    ada = await desk.browser(ADA)
    await ada.post(GLASS, json={"reason": REASON})
    assert (await ada.get("/tickets/10002")).status_code == 404
    assert (await (await desk.browser(TOM)).get("/tickets/10001")).status_code == 404
    version = (await ada.get("/tickets/10001")).headers["ETag"]
    refused = [
        await ada.patch("/tickets/10001", json={"subject": "Mine"}, headers={"If-Match": version}),
        await ada.post("/tickets/10001/notes", json={"text": "I was here"}),
        await ada.post("/tickets/10001/replies", json={"text": "Hello"}),
    ]
    assert [(one.status_code, one.json()["code"]) for one in refused] == [(403, "channel_read_only")] * 3
    assert (await desk.ticket(10001)).subject == "Invoice received twice"


async def test_the_people_of_the_ticket_are_told_and_read_why(desk: Desk) -> None:
    await application(desk)
    await desk.events(ActivityAdded)
    ada, petra = await desk.browser(ADA), await desk.browser(PETRA)
    await ada.post(GLASS, json={"reason": REASON, "minutes": 15})
    (told,) = await desk.events(ActivityAdded)
    assert [one.agent_id for one in told.audience] == [PETRA]
    (*_, note) = await desk.activities(10001)
    assert note.text == f"Ada Admin opened this ticket by break-glass for 15 minutes. Reason: {REASON}"
    assert not note.shown_outside, "the customer reads nothing of it"
    (shown,) = (await petra.get(GLASS)).json()["items"]
    assert (shown["agent"]["name"], shown["reason"]) == ("Ada Admin", REASON)
    assert (await (await desk.browser(ANNA)).get(GLASS)).status_code == 404


async def test_the_audit_log_and_the_list_of_openings_keep_it(desk: Desk) -> None:
    await application(desk)
    ada = await desk.browser(ADA)
    await ada.post(GLASS, json={"reason": REASON})
    await ada.delete(GLASS)
    async with desk.app.database.transaction() as tx:
        entries = (await tx.session.scalars(sa.select(AuditEntry).where(AuditEntry.action.like("glass.%")))).all()
    assert [(one.action, one.subject) for one in entries] == [
        ("glass.broken", "ticket:10001"),
        ("glass.mended", "ticket:10001"),
    ]
    assert entries[0].details["reason"] == REASON
    listed = await ada.get("/tickets/break-glass")
    assert [one["ticket_number"] for one in listed.json()["items"]] == [10001]
    assert "Invoice received twice" not in listed.text, "the list tells no subjects"
    assert (await (await desk.browser(TOM)).get("/tickets/break-glass")).status_code == 403


async def test_the_same_request_sent_twice_opens_once(desk: Desk) -> None:
    await application(desk)
    ada = await desk.browser(ADA)
    key = {"Idempotency-Key": "one-opening"}
    first, second = [await ada.post(GLASS, json={"reason": REASON}, headers=key) for _ in range(2)]
    assert first.json()["id"] == second.json()["id"]
    assert len((await ada.get("/tickets/break-glass")).json()["items"]) == 1
