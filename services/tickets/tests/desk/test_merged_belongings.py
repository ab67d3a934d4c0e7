"""What agents have on a ticket that is merged: their reminders and drafts go on with it (TS-09, DR-01, DR-02)."""

from datetime import timedelta
from typing import Any

import httpx
from services.tickets.tests.conftest import SABINE, Desk
from services.tickets.tests.desk.test_merging import BEN, BEN_ID, OF_A, OF_B, mail, merge, two, undo
from services.tickets.tests.desk.test_reminders import TEN_DAYS, action_required, remind

from contracts.tickets import ReminderDue
from tickets.desk.jobs import show_reminders
from tickets.desk.models import Activity
from tickets.staff.demo import ANNA, TOM

DAY = timedelta(days=1)


async def merged(desk: Desk, client: httpx.AsyncClient) -> dict[str, Any]:
    """B is part of A from now on; gives A."""
    return await merge(client, await desk.ticket(OF_B), await desk.ticket(OF_A))


async def reminders(client: httpx.AsyncClient) -> list[tuple[int, str]]:
    """The numbers and texts of the agent's reminders, the earliest first."""
    return [(one["number"], one["text"]) for one in (await client.get("/reminders")).json()["items"]]


async def test_a_reminder_of_a_merged_ticket_goes_on_with_the_target_and_stops_no_other(desk: Desk) -> None:
    """One that stayed behind was looked at first for ever, and nobody was reminded of anything any more."""
    await two(desk)
    other = await mail(desk, BEN, BEN_ID, text="another matter")
    tom, anna = await desk.browser(TOM), await desk.browser(ANNA)
    await remind(desk, tom, OF_B, text="of B")
    await remind(desk, anna, other.number, text="later")
    await merged(desk, tom)
    assert await reminders(tom) == [(OF_A, "of B")]
    assert OF_A not in await action_required(tom)
    assert (await tom.get(f"/tickets/{OF_A}/reminder")).json()["text"] == "of B"
    desk.clock.pass_by(TEN_DAYS)
    await show_reminders(desk.app)
    due = await desk.events(ReminderDue)
    assert [(event.number, event.audience[0].agent_id) for event in due] == [(OF_A, TOM), (other.number, ANNA)]
    assert OF_A in await action_required(tom)
    assert (await tom.delete(f"/tickets/{OF_A}/reminder")).status_code == 204
    assert await reminders(tom) == []


async def test_of_two_reminders_of_one_agent_the_earlier_one_counts_and_an_undo_gives_both_back(desk: Desk) -> None:
    await two(desk)
    tom, anna = await desk.browser(TOM), await desk.browser(ANNA)
    sooner = (desk.clock.now + DAY).isoformat()
    await remind(desk, tom, OF_A, text="A, later")
    await remind(desk, tom, OF_B, text="B, sooner", at=sooner)
    await remind(desk, anna, OF_A, text="A, sooner", at=sooner)
    await remind(desk, anna, OF_B, text="B, later")
    a = await merged(desk, tom)
    assert (await reminders(tom), await reminders(anna)) == ([(OF_A, "B, sooner")], [(OF_A, "A, sooner")])
    await undo(tom, a)
    assert await reminders(tom) == [(OF_B, "B, sooner"), (OF_A, "A, later")]
    assert await reminders(anna) == [(OF_A, "A, sooner"), (OF_B, "B, later")]


async def test_an_undo_leaves_alone_what_an_agent_has_said_about_their_reminder_since(desk: Desk) -> None:
    await two(desk)
    tom, anna = await desk.browser(TOM), await desk.browser(ANNA)
    for agent in (tom, anna):
        await remind(desk, agent, OF_B, text="of B")
    a = await merged(desk, tom)
    await remind(desk, tom, OF_A, text="set anew")
    await anna.delete(f"/tickets/{OF_A}/reminder")
    await undo(tom, a)
    assert (await reminders(tom), await reminders(anna)) == ([(OF_A, "set anew")], [])


async def begin(client: httpx.AsyncClient, number: int, text: str) -> dict[str, Any]:
    """A reply that an agent has begun."""
    kept = await client.post("/drafts", json={"kind": "reply", "ticket": number, "content": {"text": text}})
    assert kept.status_code == 201, kept.text
    draft: dict[str, Any] = kept.json()
    return draft


async def test_a_draft_of_a_merged_ticket_is_found_and_sent_in_the_target_to_its_own_customer(desk: Desk) -> None:
    """Ben's answer goes to Ben, although Sabine wrote last in the ticket that both are in by now."""
    await two(desk)
    tom = await desk.browser(TOM)
    draft = await begin(tom, OF_B, "Dear Ben")
    await begin(tom, OF_A, "Dear Sabine")
    await merged(desk, tom)
    await mail(desk, SABINE, None, text="SABINE two", in_reply_to=("a1@schulz.example",))
    found = (await tom.get("/drafts", params={"ticket": OF_A})).json()["items"]
    assert {one["content"]["text"] for one in found} == {"Dear Ben", "Dear Sabine"}
    assert {one["ticket"]["number"] for one in found} == {OF_A}
    sent = await tom.post(f"/drafts/{draft['id']}/send", headers={"If-Match": '"1"'})
    assert (sent.status_code, sent.json().get("ticket_number")) == (201, OF_A), sent.text
    reply: Activity = (await desk.activities(OF_A))[-1]
    assert [box["address"] for box in reply.to] == [BEN.address]
    assert "DS-10002" in (reply.subject or "")


async def test_a_draft_begun_before_a_merge_hears_what_it_has_not_seen(desk: Desk) -> None:
    await two(desk)
    tom, anna = await desk.browser(TOM), await desk.browser(ANNA)
    last = (await desk.activities(OF_B))[-1].id
    content = {"text": "Dear Ben", "last_seen_activity": str(last)}
    kept = await tom.post("/drafts", json={"kind": "reply", "ticket": OF_B, "content": content})
    await merged(desk, anna)
    refused = await tom.post(f"/drafts/{kept.json()['id']}/send", headers={"If-Match": '"1"'})
    assert (refused.status_code, refused.json()["code"]) == (409, "new_activity")
