"""The guard against answering the unread, and what one request does together (TS-02, AT-06, AT-07)."""

from typing import Any
from uuid import UUID

import pytest
from services.tickets.tests.conftest import Desk

from contracts.messages import Event
from contracts.tickets import ActivityAdded, TicketChanged
from tickets.staff.demo import ANNA, TOM, VIKTOR


async def newest(desk: Desk) -> str:
    return str((await desk.activities(10_001))[-1].id)


@pytest.mark.parametrize("path", ["replies", "notes", "calls"])
async def test_whoever_has_not_read_the_newest_is_told_what_it_is(desk: Desk, path: str) -> None:
    await desk.receive()
    seen = await newest(desk)
    anna = await desk.browser(ANNA)
    await anna.post("/tickets/10001/notes", json={"text": "I have called her.\n\nNumber one counts."})
    client = await desk.browser(TOM)
    body = {"text": "Number two counts.", "last_seen_activity": seen}
    refused = await client.post(f"/tickets/10001/{path}", json=body)
    assert (refused.status_code, refused.json()["code"]) == (409, "new_activity")
    current = refused.json()["current"]
    (told,) = current["activities"]
    assert (told["kind"], told["author"]["name"]) == ("note", "Anna Müller")
    assert told["excerpt"] == "I have called her. Number one counts."
    assert current["ticket_version"] == 2
    assert len(await desk.activities(10_001)) == 2
    again = await client.post(f"/tickets/10001/{path}", json=body | {"last_seen_activity": current["last_activity"]})
    assert again.status_code == 201, again.text


async def test_a_customers_mail_stops_an_answer_to_the_one_before(desk: Desk) -> None:
    first = desk.mail()
    await desk.handle(first)
    seen = await newest(desk)
    await desk.receive(in_reply_to=(first.message_id,), text="It is solved.")
    client = await desk.browser(TOM)
    refused = await client.post("/tickets/10001/replies", json={"text": "x", "last_seen_activity": seen})
    (told,) = refused.json()["current"]["activities"]
    assert (told["kind"], told["author"]["kind"], told["excerpt"]) == ("incoming", "contact", "It is solved.")


async def test_ones_own_activities_and_the_systems_routine_stop_nothing(desk: Desk) -> None:
    await desk.receive()
    seen = await newest(desk)
    client = await desk.browser(TOM)
    await client.post("/tickets/10001/ownership", headers={"If-Match": '"1"'})
    activity = await desk.reply(TOM, 10_001)
    await desk.accept(activity)
    answer = await client.post("/tickets/10001/notes", json={"text": "x", "last_seen_activity": seen})
    assert answer.status_code == 201, answer.text


async def test_without_the_last_one_seen_nothing_is_checked(desk: Desk) -> None:
    await desk.receive()
    await (await desk.browser(ANNA)).post("/tickets/10001/notes", json={"text": "x"})
    answer = await (await desk.browser(TOM)).post("/tickets/10001/replies", json={"text": "x"})
    assert answer.status_code == 201


async def test_a_change_of_status_is_guarded_too(desk: Desk) -> None:
    await desk.receive()
    seen = await newest(desk)
    await (await desk.browser(ANNA)).post("/tickets/10001/notes", json={"text": "Do not close it."})
    client = await desk.browser(TOM)
    patch = {"status": "successfully_closed", "last_seen_activity": seen}
    refused = await client.patch("/tickets/10001", json=patch, headers={"If-Match": '"2"'})
    assert (refused.status_code, refused.json()["code"]) == (409, "new_activity")
    assert (await desk.ticket(10_001)).status == "new"


@pytest.mark.parametrize("path", ["replies", "notes", "calls"])
async def test_an_activity_and_what_follows_from_it_are_one_change(desk: Desk, path: str) -> None:
    """AT-06: the composer's "note and close"."""
    await desk.receive()
    client = await desk.browser(TOM)
    await desk.events(Event)
    then: dict[str, Any] = {"status": "successfully_closed", "owner_id": str(ANNA)}
    answer = await client.post(f"/tickets/10001/{path}", json={"text": "Done.", "then": then})
    assert (answer.status_code, answer.json()["ticket_version"]) == (201, 2)
    ticket = await desk.ticket(10_001)
    assert (ticket.status, ticket.owner_id, ticket.version) == ("successfully_closed", ANNA, 2)
    events = await desk.events(Event)
    assert [type(event) for event in events] == [ActivityAdded, ActivityAdded, TicketChanged]
    assert {event.ticket_version for event in events if isinstance(event, ActivityAdded | TicketChanged)} == {2}
    written, change = (await desk.activities(10_001))[1:]
    assert written.text == "Done."
    assert {one["field"] for one in change.changes} == {"status", "owner"}


async def test_what_follows_must_be_possible_or_nothing_happens(desk: Desk) -> None:
    await desk.receive()
    client = await desk.browser(TOM)
    for then in ({"status": "nowhere"}, {"owner_id": str(VIKTOR)}, {"owner_id": str(UUID(int=1))}):
        refused = await client.post("/tickets/10001/notes", json={"text": "x", "then": then})
        assert (refused.status_code, refused.json()["code"]) == (422, "unknown_reference")
    assert len(await desk.activities(10_001)) == 1
