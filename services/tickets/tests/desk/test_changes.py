"""Changing tickets: versions, history, moves between channels, ownership."""

import asyncio
from typing import Any

import httpx
import pytest
from services.tickets.tests.conftest import Desk

from contracts.messages import Event
from contracts.tickets import ActivityAdded, Reason, TicketChanged, TicketEnteredChannel, TicketLeftChannel
from tickets.staff.demo import ANNA, DORA, PETRA, TOM, VIKTOR


async def change(client: httpx.AsyncClient, based_on: int, **fields: Any) -> httpx.Response:
    """Change ticket 10001 on the basis of a version."""
    return await client.patch("/tickets/10001", json=fields, headers={"If-Match": f'"{based_on}"'})


async def test_every_field_can_be_changed_and_the_history_says_so(desk: Desk) -> None:
    await desk.receive()
    client = await desk.browser(TOM)
    response = await change(
        client,
        1,
        status="in_progress",
        owner_id=str(ANNA),
        responsible_id=str(TOM),
        priority="urgent",
        subject="Which invoice counts?",
        reason="She called twice.",
    )
    assert response.status_code == 200, response.text
    ticket = response.json()
    assert (ticket["version"], response.headers["ETag"]) == (2, '"2"')
    assert (ticket["status"]["key"], ticket["owner"]["name"], ticket["responsible"]["name"]) == (
        "in_progress",
        "Anna Müller",
        "Tom Kraus",
    )
    assert (ticket["priority"], ticket["subject"]) == ("urgent", "Which invoice counts?")
    activity = ticket["activities"]["items"][0]
    assert (activity["kind"], activity["text"], activity["author"]["name"]) == (
        "status_change",
        "She called twice.",
        "Tom Kraus",
    )
    assert {change["field"]: (change["from"], change["to"]) for change in activity["changes"]} == {
        "owner": (None, "Anna Müller"),
        "responsible": (None, "Tom Kraus"),
        "status": ("New", "In progress"),
        "priority": ("normal", "urgent"),
        "subject": ("Invoice received twice", "Which invoice counts?"),
    }


async def test_the_new_owner_is_told_and_the_one_who_did_it_is_not(desk: Desk) -> None:
    await desk.receive()
    await desk.events(Event)
    await change(await desk.browser(TOM), 1, owner_id=str(ANNA))
    added, changed = await desk.events(Event)
    assert isinstance(added, ActivityAdded)
    assert isinstance(changed, TicketChanged)
    assert changed.changed == ("owner",)
    for event in (added, changed):
        assert [(one.agent_id, one.reasons) for one in event.audience] == [(ANNA, (Reason.OWNER, Reason.SUBSCRIBER))]
        assert (event.owner_id, event.ticket_version) == (ANNA, 2)


async def test_a_change_of_the_priority_is_kept_and_told_to_nobody(desk: Desk) -> None:
    await desk.receive()
    await desk.events(Event)
    await change(await desk.browser(TOM), 1, priority="high")
    events = await desk.events(Event)
    assert len(events) == 2
    assert all(isinstance(event, ActivityAdded | TicketChanged) and not event.audience for event in events)


async def test_a_change_without_a_version_or_with_an_old_one_is_refused(desk: Desk) -> None:
    await desk.receive()
    client = await desk.browser(TOM)
    missing = await client.patch("/tickets/10001", json={"priority": "high"})
    assert (missing.status_code, missing.json()["code"]) == (428, "version_required")
    await change(client, 1, priority="high")
    stale = await change(client, 1, priority="low")
    assert (stale.status_code, stale.json()["code"]) == (409, "stale_version")
    assert (stale.json()["current"]["version"], stale.json()["current"]["priority"]) == (2, "high")
    assert (await desk.ticket(10_001)).priority == "high"


async def test_of_many_editors_with_one_version_exactly_one_wins(desk: Desk) -> None:
    await desk.receive()
    client = await desk.browser(TOM)
    subjects = [f"Subject {number}" for number in range(8)]
    responses = await asyncio.gather(*(change(client, 1, subject=subject) for subject in subjects))
    assert sorted(response.status_code for response in responses) == [200] + [409] * 7
    winner = next(response for response in responses if response.status_code == 200)
    ticket = await desk.ticket(10_001)
    assert (ticket.version, ticket.subject) == (2, winner.json()["subject"])


async def test_a_change_to_what_it_is_already_changes_nothing(desk: Desk) -> None:
    await desk.receive()
    await desk.events(Event)
    response = await change(await desk.browser(TOM), 1, status="new", owner_id=None, priority="normal")
    assert (response.status_code, response.json()["version"]) == (200, 1)
    assert await desk.events(Event) == []
    assert len(await desk.activities(10_001)) == 1


@pytest.mark.parametrize(
    "wrong",
    [
        {"status": "nonsense"},
        {"status": None},
        {"channel": "nowhere"},
        {"owner_id": str(PETRA)},
        {"responsible_id": str(DORA)},
        {"priority": "extreme"},
        {"subject": " "},
        {"number": 5},
        {"version": 9},
    ],
)
async def test_a_change_that_makes_no_sense_is_refused_and_nothing_is_changed(
    desk: Desk, wrong: dict[str, Any]
) -> None:
    await desk.receive()
    response = await change(await desk.browser(TOM), 1, **({"reason": "x"} | wrong))
    assert response.status_code == 422, response.text
    assert (await desk.ticket(10_001)).version == 1


async def test_a_move_takes_the_ticket_out_of_one_sight_and_into_another(desk: Desk) -> None:
    await desk.receive()
    tom, viktor, anna = await desk.browser(TOM), await desk.browser(VIKTOR), await desk.browser(ANNA)
    await change(tom, 1, owner_id=str(TOM), responsible_id=str(ANNA))
    await desk.events(Event)
    moved = await change(tom, 2, channel="sales")
    assert (moved.status_code, moved.json()) == (200, None)
    assert (await tom.get("/tickets/10001")).status_code == 404
    ticket = (await viktor.get("/tickets/10001")).json()
    assert (ticket["channel"]["key"], ticket["owner"]) == ("sales", None)
    assert ticket["responsible"]["name"] == "Anna Müller"
    assert (await anna.get("/tickets/10001")).status_code == 200
    events = await desk.events(Event)
    left = next(event for event in events if isinstance(event, TicketLeftChannel))
    entered = next(event for event in events if isinstance(event, TicketEnteredChannel))
    assert left.bus_subject() == "tickets.evt.ticket_left_channel.v1.support"
    assert entered.bus_subject() == "tickets.evt.ticket_entered_channel.v1.sales"
    assert left.audience == ()
    assert "sales" not in left.model_dump_json()
    assert {one.agent_id for one in entered.audience} == {VIKTOR, ANNA}
    changed = next(event for event in events if isinstance(event, TicketChanged))
    assert changed.changed == ("channel", "owner")
    assert {event.ticket_version for event in (left, entered, changed)} == {3}


async def test_taking_a_new_ticket_makes_it_mine_and_in_progress(desk: Desk) -> None:
    await desk.receive()
    client = await desk.browser(TOM)
    response = await client.post("/tickets/10001/ownership", headers={"If-Match": '"1"'})
    ticket = response.json()
    assert (ticket["owner"]["name"], ticket["status"]["key"], ticket["version"]) == ("Tom Kraus", "in_progress", 2)
    assert len(ticket["activities"]["items"]) == 2
    anna = await desk.browser(ANNA)
    too_late = await anna.post("/tickets/10001/ownership", headers={"If-Match": '"1"'})
    assert too_late.status_code == 409
    taken_over = await anna.post("/tickets/10001/ownership", headers={"If-Match": '"2"'})
    assert taken_over.json()["owner"]["name"] == "Anna Müller"


async def test_a_closed_ticket_that_is_opened_again_by_hand_has_no_closing_time(desk: Desk) -> None:
    await desk.receive()
    client = await desk.browser(TOM)
    await change(client, 1, status="unsuccessfully_closed")
    assert (await desk.ticket(10_001)).closed_at is not None
    await change(client, 2, status="in_progress")
    ticket = await desk.ticket(10_001)
    assert (ticket.closed, ticket.closed_at, ticket.ball) == (False, None, "us")


async def test_agents_who_begin_to_watch_at_the_same_moment_do_not_wait_in_a_circle(desk: Desk) -> None:
    await desk.receive()
    agents = [await desk.browser(agent_id) for agent_id in (TOM, ANNA, VIKTOR)]
    asked = [client.put("/tickets/10001/watchers/me") for client in agents[:2] for _ in range(5)]
    responses = await asyncio.gather(*asked)
    assert {response.status_code for response in responses} == {204}
    assert (await desk.ticket(10_001)).version == 3


async def test_taking_the_contact_away_from_a_ticket_of_an_unknown_sender_is_a_change(
    desk: Desk,
) -> None:
    """Found by random histories: name and address went without a version, a word in the history or an event."""
    await desk.receive()
    await desk.events(Event)
    response = await change(await desk.browser(TOM), 1, contact_id=None)
    assert (response.json()["version"], response.json()["contact"]) == (2, None)
    assert response.json()["activities"]["items"][0]["changes"] == [
        {"field": "contact", "from": "Sabine Schulz", "to": None}
    ]
    changed = [event.changed for event in await desk.events(Event) if isinstance(event, TicketChanged)]
    assert changed == [("contact",)]
