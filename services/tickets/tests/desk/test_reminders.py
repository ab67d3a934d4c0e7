"""Reminders: a ticket leaves *Action required* and shows itself again in time (DR-02, LF-05)."""

from datetime import timedelta
from typing import Any

import httpx
from services.tickets.tests.conftest import Desk

from chassis.ids import new_id
from contracts.ingest import MailKind
from contracts.tickets import Addressee, ReminderDue
from tickets.desk.jobs import show_reminders
from tickets.desk.reminder_models import Reminder
from tickets.staff.demo import ADA, ANNA, PETRA, TOM, VIKTOR

TEN_DAYS = timedelta(days=10)


async def action_required(client: httpx.AsyncClient) -> list[int]:
    """The numbers in the agent's *Action required*; the counter must say the same."""
    found = (await client.get("/tickets", params={"prefilter": "action_required"})).json()["items"]
    counted = (await client.get("/tickets/counters")).json()["action_required"]
    numbers = sorted(row["number"] for row in found)
    assert counted == len(numbers)
    return numbers


async def remind(desk: Desk, client: httpx.AsyncClient, number: int = 10_001, **fields: Any) -> dict[str, Any]:
    """Set a reminder for in ten days."""
    body = {"at": (desk.clock.now + TEN_DAYS).isoformat(), **fields}
    response = await client.put(f"/tickets/{number}/reminder", json=body)
    assert response.status_code == 200, response.text
    reminder: dict[str, Any] = response.json()
    return reminder


async def test_until_it_is_due_the_ticket_is_not_in_the_setters_action_required(desk: Desk) -> None:
    await desk.receive()
    await desk.receive()
    tom, anna = await desk.browser(TOM), await desk.browser(ANNA)
    assert await action_required(tom) == [10_001, 10_002]
    reminder = await remind(desk, tom, text="Parts should be there")
    assert (reminder["due"], reminder["text"], reminder["if_customer_replies"]) == (
        False,
        "Parts should be there",
        "cancel",
    )
    assert await action_required(tom) == [10_002]
    assert await action_required(anna) == [10_001, 10_002]
    assert await show_reminders(desk.app) == 0


async def test_an_owners_ticket_leaves_theirs_too(desk: Desk) -> None:
    await desk.receive()
    tom = await desk.browser(TOM)
    await tom.post("/tickets/10001/ownership", headers={"If-Match": '"1"'})
    assert await action_required(tom) == [10_001]
    await remind(desk, tom)
    assert await action_required(tom) == []


async def test_at_the_due_time_the_setter_is_told_once_and_the_ticket_is_back(desk: Desk) -> None:
    await desk.receive()
    tom = await desk.browser(TOM)
    await remind(desk, tom)
    await desk.events(ReminderDue)
    desk.clock.pass_by(TEN_DAYS)
    assert await show_reminders(desk.app) == 1
    assert await show_reminders(desk.app) == 0
    (due,) = await desk.events(ReminderDue)
    assert due.audience == (Addressee(agent_id=TOM, reasons=()),)
    assert (due.number, due.ticket_version, due.channel) == (10_001, 2, "support")
    assert await action_required(tom) == [10_001]
    assert (await tom.get("/tickets/10001/reminder")).json()["due"]
    assert len(await desk.activities(10_001)) == 1


async def test_a_due_reminder_shows_a_ticket_whoever_owns_it_until_it_is_removed(desk: Desk) -> None:
    await desk.receive()
    tom, anna = await desk.browser(TOM), await desk.browser(ANNA)
    await anna.post("/tickets/10001/ownership", headers={"If-Match": '"1"'})
    await remind(desk, tom)
    assert await action_required(tom) == []
    desk.clock.pass_by(TEN_DAYS)
    await show_reminders(desk.app)
    assert await action_required(tom) == [10_001]
    assert (await tom.delete("/tickets/10001/reminder")).status_code == 204
    assert await action_required(tom) == []
    missing = await tom.get("/tickets/10001/reminder")
    assert (missing.status_code, missing.json()["code"]) == (404, "reminder_not_found")


async def test_a_reply_of_the_customer_cancels_the_reminder_unless_it_is_to_be_kept(desk: Desk) -> None:
    ticket = await desk.receive(message_id="first@schulz.example")
    tom, anna = await desk.browser(TOM), await desk.browser(ANNA)
    await remind(desk, tom)
    await remind(desk, anna, if_customer_replies="keep")
    reply = {"in_reply_to": ("first@schulz.example",)}
    await desk.receive(**reply, kind=MailKind.AUTO_REPLY, kind_reason="out of office")
    assert await action_required(tom) == []
    await desk.receive(**reply, message_id=f"{new_id()}@schulz.example")
    assert len(await desk.activities(ticket.number)) >= 2
    assert await action_required(tom) == [10_001]
    assert await action_required(anna) == []
    assert await desk.count(Reminder) == 1


async def test_a_reminder_set_anew_waits_again(desk: Desk) -> None:
    await desk.receive()
    tom = await desk.browser(TOM)
    await remind(desk, tom)
    desk.clock.pass_by(TEN_DAYS)
    await show_reminders(desk.app)
    again = await remind(desk, tom, text="Once more")
    assert (again["due"], again["text"]) == (False, "Once more")
    assert await action_required(tom) == []


async def test_my_reminders_are_listed_the_earliest_first_and_only_mine(desk: Desk) -> None:
    await desk.receive()
    await desk.receive()
    tom, anna = await desk.browser(TOM), await desk.browser(ANNA)
    await remind(desk, anna)
    await remind(desk, tom, 10_001)
    await tom.put("/tickets/10002/reminder", json={"at": (desk.clock.now + timedelta(days=1)).isoformat()})
    first = (await tom.get("/reminders", params={"limit": 1})).json()
    assert [(one["number"], one["reference"]) for one in first["items"]] == [(10_002, "DS-10002")]
    later = (await tom.get("/reminders", params={"limit": 1, "cursor": first["next"]})).json()
    assert ([one["number"] for one in later["items"]], later["next"]) == ([10_001], None)


async def test_a_ticket_that_is_not_seen_any_more_reminds_nobody(desk: Desk) -> None:
    await desk.receive()
    tom, admin = await desk.browser(TOM), await desk.browser(ADA)
    await remind(desk, tom)
    kept = {"items": [{"agent_id": str(ANNA), "kind": "standard"}]}
    assert (await admin.put("/channels/support/subscriptions", json=kept)).status_code == 200
    desk.clock.pass_by(TEN_DAYS)
    assert await show_reminders(desk.app) == 1
    assert await desk.events(ReminderDue) == []
    assert (await tom.get("/reminders")).json()["items"] == []
    assert await action_required(tom) == []


async def test_a_reminder_needs_a_ticket_that_one_sees_and_a_time_to_come(desk: Desk) -> None:
    await desk.receive()
    tom, petra, viktor = await desk.browser(TOM), await desk.browser(PETRA), await desk.browser(VIKTOR)
    for client in (petra, viktor):
        for method in ("GET", "DELETE"):
            assert (await client.request(method, "/tickets/10001/reminder")).status_code == 404
    at = desk.clock.now
    for wrong in (at - timedelta(seconds=1), at + timedelta(days=4_000)):
        refused = await tom.put("/tickets/10001/reminder", json={"at": wrong.isoformat()})
        assert (refused.status_code, refused.json()["code"]) == (422, "reminder_time")
    for body in ({"at": "2027-01-01T00:00:00"}, {"at": "9999-12-31T23:59:59-12:00"}, {"at": "x"}, {}):
        assert (await tom.put("/tickets/10001/reminder", json=body)).status_code == 422
