"""Owner, responsible person and watchers of a ticket (TC-08, TC-14, TC-15, TC-16)."""

from typing import Any

import httpx
from services.tickets.tests.conftest import Desk

from contracts.messages import Event
from contracts.tickets import ActivityAdded, Reason, TicketEvent, TicketOpened
from tickets.staff.demo import ADA, ANNA, TOM, VIKTOR

NEW = {"kind": "internal", "channel": "support", "subject": "Cable", "text": "Broken"}


async def change(client: httpx.AsyncClient, version: int, **fields: Any) -> httpx.Response:
    """Change ticket 10001."""
    return await client.patch("/tickets/10001", json=fields, headers={"If-Match": f'"{version}"'})


def told(event: TicketEvent) -> dict[Any, tuple[Reason, ...]]:
    """Whom an event names, and why."""
    return {one.agent_id: one.reasons for one in event.audience}


async def test_a_new_ticket_has_its_people_from_the_start_and_tells_each_why(desk: Desk) -> None:
    agent = await desk.browser(TOM)
    people = {"owner_id": str(ANNA), "responsible_id": str(ADA), "watchers": [str(ADA), str(TOM)]}
    opened = await agent.post("/tickets", json=NEW | people)
    assert opened.status_code == 201, opened.text
    ticket = (await agent.get("/tickets/10001")).json()
    seven = ("number", "activities", "status", "channel", "owner", "responsible", "watchers")
    assert [name for name in seven if name not in ticket] == []
    assert (ticket["owner"]["name"], ticket["responsible"]["id"]) == ("Anna Müller", str(ADA))
    assert {one["id"] for one in ticket["watchers"]} == {str(ADA), str(TOM)}
    (event,) = await desk.events(TicketOpened)
    assert told(event) == {ANNA: (Reason.OWNER, Reason.SUBSCRIBER), ADA: (Reason.RESPONSIBLE, Reason.WATCHER)}


async def test_somebody_who_cannot_see_the_channel_cannot_watch_from_the_start(desk: Desk) -> None:
    refused = await (await desk.browser(TOM)).post("/tickets", json=NEW | {"watchers": [str(VIKTOR)]})
    assert (refused.status_code, refused.json()["code"]) == (422, "unknown_reference")


async def test_owner_and_responsible_person_can_be_cleared_and_the_history_says_so(desk: Desk) -> None:
    await desk.receive()
    agent = await desk.browser(TOM)
    await change(agent, 1, owner_id=str(ANNA), responsible_id=str(ANNA))
    await desk.events(Event)
    cleared = (await change(agent, 2, owner_id=None, responsible_id=None)).json()
    assert (cleared["owner"], cleared["responsible"]) == (None, None)
    assert {one["field"]: (one["from"], one["to"]) for one in cleared["activities"]["items"][0]["changes"]} == {
        "owner": ("Anna Müller", None),
        "responsible": ("Anna Müller", None),
    }
    (added,) = await desk.events(ActivityAdded)
    assert ANNA in told(added)


async def test_the_responsible_person_is_told_of_each_activity_and_has_nothing_to_handle(desk: Desk) -> None:
    await desk.receive()
    agent, ada = await desk.browser(TOM), await desk.browser(ADA)
    await change(agent, 1, responsible_id=str(ADA))
    await desk.events(Event)
    await agent.post("/tickets/10001/notes", json={"text": "Looked at it"})
    (added,) = await desk.events(ActivityAdded)
    assert told(added)[ADA] == (Reason.RESPONSIBLE,)
    found = await ada.get("/tickets", params={"prefilter": "action_required"})
    assert found.json()["items"] == []


async def test_a_watcher_is_told_of_each_activity_but_not_of_own_ones(desk: Desk) -> None:
    await desk.receive()
    agent, ada = await desk.browser(TOM), await desk.browser(ADA)
    assert (await ada.put("/tickets/10001/watchers/me")).status_code == 204
    assert (await agent.put(f"/tickets/10001/watchers/{TOM}")).status_code == 204
    await desk.events(Event)
    await ada.post("/tickets/10001/notes", json={"text": "Mine"})
    await agent.post("/tickets/10001/notes", json={"text": "Yours"})
    own, others = await desk.events(ActivityAdded)
    assert ADA not in told(own)
    assert told(own)[TOM] == (Reason.WATCHER, Reason.SUBSCRIBER)
    assert told(others)[ADA] == (Reason.WATCHER,)
    assert (await agent.delete(f"/tickets/10001/watchers/{ADA}")).status_code == 204
    await agent.post("/tickets/10001/notes", json={"text": "Without you"})
    (last,) = await desk.events(ActivityAdded)
    assert ADA not in told(last)
