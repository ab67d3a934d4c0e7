"""Plain stories of the defects that random lives (`test_any_life`) led to, each by its name."""

from datetime import timedelta
from typing import Any

import httpx
import pytest
from services.tickets.tests.conftest import SABINE, Desk
from services.tickets.tests.desk.test_merging import BEN, BEN_ID, SABINE_ID, mail, merge, texts, undo
from services.tickets.tests.desk.test_splitting import split
from services.tickets.tests.writing.test_visibility import show

from contracts.tickets import TicketChanged
from tickets.desk.models import Activity, Ticket
from tickets.staff.demo import ADA, PETRA, TOM

A, B = 10_001, 10_002


async def the_one(desk: Desk, text: str, *, number: int = A) -> Activity:
    """The activity with this text."""
    return next(one for one in await desk.activities(number) if one.text == text)


async def closed(client: httpx.AsyncClient, ticket: Ticket) -> None:
    """Close a ticket."""
    headers = {"If-Match": f'"{ticket.version}"'}
    answer = await client.patch(f"/tickets/{ticket.number}", json={"status": "successfully_closed"}, headers=headers)
    assert answer.status_code == 200, answer.text


async def two(desk: Desk) -> tuple[Ticket, Ticket]:
    """Sabine's ticket and Ben's."""
    first = await mail(desk, SABINE, SABINE_ID, text="SABINE one", message_id="a1@schulz.example")
    second = await mail(desk, BEN, BEN_ID, text="BEN one", message_id="b1@bewerber.example")
    return first, second


async def counted(client: httpx.AsyncClient, name: str) -> tuple[int, list[int]]:
    """A counter, and the numbers in the list of its name."""
    counters = (await client.get("/tickets/counters")).json()
    listed = (await client.get("/tickets", params={"prefilter": name})).json()["items"]
    return counters[name], sorted(row["number"] for row in listed)


async def test_a_ticket_split_off_with_work_of_today_was_handled_today(desk: Desk) -> None:
    """It was in no list of today, and in that of yesterday the day after (LF-05)."""
    await mail(desk, SABINE, SABINE_ID, text="one")
    tom = await desk.browser(TOM)
    await tom.post(f"/tickets/{A}/notes", json={"text": "note"})
    await split(tom, await the_one(desk, "note"), version=2)
    assert await counted(tom, "handled_today") == (2, [A, B])
    desk.clock.now += timedelta(days=1)
    assert await counted(await desk.browser(TOM), "handled_yesterday") == (2, [A, B])


async def test_work_that_goes_home_with_the_undo_of_a_merge_makes_its_ticket_a_handled_one(desk: Desk) -> None:
    first, second = await two(desk)
    tom = await desk.browser(TOM)
    merged = await merge(tom, second, first)
    await desk.reply(TOM, A, to=[{"address": BEN.address}], text="For Ben")
    await undo(tom, merged | {"version": (await desk.ticket(A)).version})
    assert [one.text for one in await desk.activities(B)][:2] == ["BEN one", "For Ben"]
    assert await counted(tom, "handled_today") == (2, [A, B])


async def test_a_move_between_channels_of_one_name_is_a_change(desk: Desk) -> None:
    """Two channels may have one name: the ticket moved without a version, a trace or an event (TC-10, TS-02)."""
    await mail(desk, SABINE, SABINE_ID, text="one")
    ada, tom = await desk.browser(ADA), await desk.browser(TOM)
    await ada.patch("/channels/backend", json={"name": "Support"}, headers={"If-Match": '"1"'})
    moved = await tom.patch(f"/tickets/{A}", json={"channel": "backend"}, headers={"If-Match": '"1"'})
    assert (moved.json()["channel"]["key"], moved.json()["version"]) == ("backend", 2)
    assert (await desk.activities(A))[-1].changes == [{"field": "channel", "from": "Support", "to": "Support"}]
    assert [event.channel for event in await desk.events(TicketChanged)] == ["backend"]


async def test_a_status_that_is_called_like_the_one_before_is_a_change(desk: Desk) -> None:
    await mail(desk, SABINE, SABINE_ID, text="one")
    ada, tom = await desk.browser(ADA), await desk.browser(TOM)
    status = (await ada.get("/workflows/standard")).headers["ETag"]
    named = await ada.patch(
        "/workflows/standard/statuses/in_progress", json={"name": "New"}, headers={"If-Match": status}
    )
    assert named.status_code == 200, named.text
    changed = await tom.patch(f"/tickets/{A}", json={"status": "in_progress"}, headers={"If-Match": '"1"'})
    assert (changed.json()["status"]["key"], changed.json()["version"]) == ("in_progress", 2)


@pytest.mark.parametrize("visibility", ["hidden", "inside"])
async def test_what_was_taken_from_the_customers_sight_stays_so_when_a_split_is_undone(
    desk: Desk, visibility: str
) -> None:
    """The customer read in the portal what no agent saw any more (CV-09, TS-09)."""
    await mail(desk, SABINE, SABINE_ID, text="one", message_id="a1@schulz.example")
    await mail(desk, SABINE, SABINE_ID, text="two", in_reply_to=("a1@schulz.example",))
    tom = await desk.browser(TOM)
    activity = await the_one(desk, "two")
    made = await split(tom, activity, version=2)
    path = f"/tickets/{B}/activities/{activity.id}"
    hidden = await tom.patch(path, json={"visibility": visibility}, headers={"If-Match": '"1"'})
    assert hidden.status_code == 200
    await undo(tom, made | {"version": 2})
    assert await texts(desk, A, SABINE_ID) == ["one"]


@pytest.mark.parametrize("visibility", ["hidden", "inside"])
async def test_what_was_taken_from_the_customers_sight_stays_so_when_it_is_split_off(
    desk: Desk, visibility: str
) -> None:
    await mail(desk, SABINE, SABINE_ID, text="one", message_id="a1@schulz.example")
    await mail(desk, SABINE, SABINE_ID, text="two", in_reply_to=("a1@schulz.example",))
    tom = await desk.browser(TOM)
    activity = await the_one(desk, "two")
    assert (await show(tom, activity.id, visibility, version=2)).status_code == 200
    await split(tom, activity, version=3)
    assert await texts(desk, B, SABINE_ID) == []


async def test_the_undo_of_a_merge_loses_no_word_of_a_customer_in_a_closed_ticket(desk: Desk) -> None:
    """Sabine's closed ticket was open because of the merge when she wrote again; the undo closed it (C8)."""
    first, second = await two(desk)
    tom = await desk.browser(TOM)
    await closed(tom, first)
    merged = await merge(tom, second, await desk.ticket(A))
    await mail(desk, SABINE, SABINE_ID, text="Again!", in_reply_to=("a1@schulz.example",))
    await undo(tom, merged | {"version": (await desk.ticket(A)).version})
    ticket = await desk.ticket(A)
    assert (ticket.status, ticket.closed, ticket.ball) == ("in_progress", False, "us")


async def test_the_undo_of_a_split_loses_no_word_of_a_customer_in_a_closed_ticket(desk: Desk) -> None:
    await mail(desk, SABINE, SABINE_ID, text="one", message_id="a1@schulz.example")
    await mail(desk, SABINE, SABINE_ID, text="two", message_id="a2@schulz.example", in_reply_to=("a1@schulz.example",))
    tom = await desk.browser(TOM)
    made = await split(tom, await the_one(desk, "two"), version=2)
    await closed(tom, await desk.ticket(A))
    await mail(desk, SABINE, SABINE_ID, text="Again!", in_reply_to=("a2@schulz.example",))
    await undo(tom, made | {"version": (await desk.ticket(B)).version})
    ticket = await desk.ticket(A)
    assert (ticket.status, ticket.closed) == ("in_progress", False)


async def test_a_mail_that_was_split_off_waits_for_no_answer_in_the_origin(desk: Desk) -> None:
    """The origin was not answered when its answer was accepted, because of a mail that is not in it (MT-08)."""
    await mail(desk, SABINE, SABINE_ID, text="one", message_id="a1@schulz.example")
    sent = await desk.reply(TOM, A)
    await mail(desk, SABINE, SABINE_ID, text="two", in_reply_to=("a1@schulz.example",))
    await split(await desk.browser(TOM), await the_one(desk, "two"), version=(await desk.ticket(A)).version)
    await desk.accept(sent)
    assert (await desk.ticket(A)).status == "answered"


@pytest.mark.parametrize("kind", ["notes", "calls"])
async def test_nothing_is_written_for_the_outside_in_an_internal_ticket(desk: Desk, kind: str) -> None:
    """It could not be released afterwards, but it could be written so (CW-11)."""
    tom = await desk.browser(TOM)
    new = {"kind": "internal", "channel": "backend", "subject": "Error 500", "text": "It fails."}
    await tom.post("/tickets", json=new)
    refused = await tom.post(f"/tickets/{A}/{kind}", json={"text": "x", "shown_outside": True})
    assert (refused.status_code, refused.json()["code"]) == (409, "internal_ticket")


async def test_what_an_internal_ticket_brought_along_is_not_shown_outside(desk: Desk) -> None:
    """An agent was told that the customer reads it, and nobody did (CW-11, TS-09)."""
    first = await mail(desk, SABINE, SABINE_ID, text="one")
    tom = await desk.browser(TOM)
    new = {"kind": "internal", "channel": "backend", "subject": "Error 500", "text": "It fails."}
    await tom.post("/tickets", json=new)
    merged = await merge(tom, await desk.ticket(B), first)
    refused = await show(tom, (await the_one(desk, "It fails.")).id, "outside", version=merged["version"])
    assert (refused.status_code, refused.json()["code"]) == (409, "internal_ticket")


async def test_break_glass_of_a_merged_number_leads_to_the_ticket_that_it_is_part_of(desk: Desk) -> None:
    """It opened nothing, and wrote its note where nobody could read it (CV-11, TS-09)."""
    first = await mail(desk, SABINE, SABINE_ID, text="one", channel="recruitment")
    second = await mail(desk, BEN, BEN_ID, text="BEN", channel="recruitment")
    await merge(await desk.browser(PETRA), second, first)
    ada = await desk.browser(ADA)
    body: dict[str, Any] = {"reason": "The police ask for this one."}
    refused = await ada.post(f"/tickets/{B}/break-glass", json=body)
    assert (refused.status_code, refused.json()["code"]) == (409, "ticket_merged")
    assert refused.json()["current"] == {"number": A}
    assert (await desk.ticket(B)).version == 2
    assert (await ada.post(f"/tickets/{A}/break-glass", json=body)).status_code == 201
    assert (await ada.get(f"/tickets/{B}")).status_code == 308


async def test_a_mail_is_taken_back_though_the_workflow_knows_no_way_back(desk: Desk) -> None:
    """The status goes back with the mail, as if it had never gone on: that is no move of an agent's (AT-06, TC-12)."""
    await mail(desk, SABINE, SABINE_ID, text="one")
    ada, tom = await desk.browser(ADA), await desk.browser(TOM)
    version = (await ada.get("/workflows/standard")).headers["ETag"]
    path = "/workflows/standard/statuses/successfully_closed"
    limited = await ada.patch(path, json={"moves": ["in_progress"]}, headers={"If-Match": version})
    assert limited.status_code == 200, limited.text
    body = {"text": "Done.", "undo_seconds": 60, "then": {"status": "successfully_closed"}}
    sent = await tom.post(f"/tickets/{A}/replies", json=body)
    back = await tom.post(f"/tickets/{A}/activities/{sent.json()['id']}/withdraw")
    assert back.status_code == 200, back.text
    assert (await desk.ticket(A)).status == "new"


async def test_whom_a_customer_copied_takes_part_when_our_mail_to_them_is_taken_back(desk: Desk) -> None:
    """Ben was forgotten with our mail, although Sabine had written to him meanwhile (MT-05)."""
    await mail(desk, SABINE, SABINE_ID, text="one", message_id="a1@schulz.example")
    tom = await desk.browser(TOM)
    to = [{"address": SABINE.address}, {"address": BEN.address}]
    sent = await tom.post(f"/tickets/{A}/replies", json={"text": "To both", "to": to, "undo_seconds": 60})
    await mail(desk, SABINE, SABINE_ID, text="two", cc=(BEN,), in_reply_to=("a1@schulz.example",))
    back = await tom.post(f"/tickets/{A}/activities/{sent.json()['id']}/withdraw")
    assert back.status_code == 200, back.text
    assert (await mail(desk, BEN, BEN_ID, text="BEN", in_reply_to=("a1@schulz.example",))).number == A
