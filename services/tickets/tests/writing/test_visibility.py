"""Who sees an activity: shown outside, kept inside, hidden; each change leaves its trace (CV-09)."""

from typing import Any
from uuid import UUID

import httpx
from services.tickets.tests.conftest import Desk

from contracts.ingest import Attachment
from contracts.messages import Event
from contracts.tickets import ActivityAdded, TicketChanged
from tickets.desk.models import Ticket
from tickets.desk.portal import customer_ticket
from tickets.staff.demo import ANNA, TOM, VIKTOR

CONTACT = UUID("01900000-0000-7000-8000-0000000c1001")


async def show(
    client: httpx.AsyncClient, activity_id: object, visibility: str, *, version: int, **fields: Any
) -> httpx.Response:
    return await client.patch(
        f"/tickets/10001/activities/{activity_id}",
        json={"visibility": visibility} | fields,
        headers={"If-Match": f'"{version}"'},
    )


async def noted(client: httpx.AsyncClient, text: str = "She is upset.") -> str:
    activity_id: str = (await client.post("/tickets/10001/notes", json={"text": text})).json()["id"]
    return activity_id


async def seen_outside(desk: Desk) -> list[str]:
    """What the customer reads."""
    async with desk.app.database.transaction() as tx:
        found = await customer_ticket(tx, [CONTACT], 10_001, prefix="DS")
        assert found is not None
        return [activity.text for activity in found.activities]


async def opened(desk: Desk, **fields: Any) -> None:
    """A ticket of a known contact."""
    ticket = await desk.receive(text="Which one counts?", **fields)
    async with desk.app.database.transaction() as tx:
        (await tx.session.get_one(Ticket, ticket.id)).contact_id = CONTACT


async def test_a_note_is_released_and_taken_inside_again_and_each_time_written_down(desk: Desk) -> None:
    await opened(desk)
    client = await desk.browser(TOM)
    note = await noted(client)
    assert await seen_outside(desk) == ["Which one counts?"]
    await desk.events(Event)
    shown = await show(client, note, "outside", version=2, reason="She may know.")
    assert (shown.status_code, shown.headers["ETag"]) == (200, '"3"')
    assert await seen_outside(desk) == ["Which one counts?", "She is upset."]
    record, released, *_ = shown.json()["activities"]["items"]
    assert (released["id"], released["shown_outside"]) == (note, True)
    assert (record["kind"], record["text"], record["about"], record["author"]["name"]) == (
        "status_change",
        "She may know.",
        note,
        "Tom Kraus",
    )
    assert record["changes"] == [{"field": "visibility", "from": "inside", "to": "outside"}]
    added, changed = await desk.events(Event)
    assert isinstance(added, ActivityAdded)
    assert isinstance(changed, TicketChanged)
    assert (changed.changed, changed.ticket_version) == (("activities",), 3)
    await show(client, note, "inside", version=3)
    assert await seen_outside(desk) == ["Which one counts?"]


async def test_a_hidden_activity_is_a_stub_for_everybody_and_can_be_shown_again(desk: Desk) -> None:
    file = Attachment(filename="a.pdf", content_type="application/pdf", size=3, sha256=await blob(desk))
    await opened(desk, attachments=(file,))
    (mail,) = await desk.activities(10_001)
    client = await desk.browser(TOM)
    hidden = (await show(client, mail.id, "hidden", version=1)).json()
    stub = hidden["activities"]["items"][1]
    assert (stub["text"], stub["from"], stub["attachments"], stub["subject"]) == ("", None, [], None)
    assert stub["hidden"]["by"] == {"id": str(TOM), "name": "Tom Kraus"}
    assert await seen_outside(desk) == []
    anna = await desk.browser(ANNA)
    listed = (await anna.get("/tickets/10001/activities")).json()["items"][1]
    assert listed["text"] == ""
    assert (await anna.get(f"/tickets/10001/attachments/{file.sha256}")).status_code == 404
    restored = (await show(anna, mail.id, "outside", version=2)).json()["activities"]["items"][2]
    assert (restored["text"], restored["hidden"]) == ("Which one counts?", None)
    assert (await anna.get(f"/tickets/10001/attachments/{file.sha256}")).status_code == 200


async def blob(desk: Desk) -> str:
    return await desk.app.blobs.put(b"pdf")


async def test_what_is_hidden_is_not_read_through_a_refusal_either(desk: Desk) -> None:
    await opened(desk)
    seen = str((await desk.activities(10_001))[0].id)
    client = await desk.browser(TOM)
    note = await noted(client, "A secret")
    await show(client, note, "hidden", version=2)
    refused = await (await desk.browser(ANNA)).post(
        "/tickets/10001/notes", json={"text": "x", "last_seen_activity": seen}
    )
    assert refused.json()["code"] == "new_activity"
    assert "A secret" not in refused.text


async def test_the_visibility_is_changed_on_the_state_that_one_has_read(desk: Desk) -> None:
    await opened(desk)
    client = await desk.browser(TOM)
    note = await noted(client)
    stale = await show(client, note, "outside", version=1)
    assert (stale.status_code, stale.json()["code"]) == (409, "stale_version")
    same = await show(client, note, "inside", version=2)
    assert (same.status_code, same.headers["ETag"]) == (200, '"2"')


async def test_what_cannot_be_shown_outside_is_refused(desk: Desk) -> None:
    """CW-11: nothing of an internal ticket leaves the house."""
    client = await desk.browser(TOM)
    new = {"kind": "internal", "channel": "backend", "subject": "Error 500", "text": "It fails."}
    note = (await client.post("/tickets", json=new)).json()["activities"]["items"][0]["id"]
    internal = await show(client, note, "outside", version=1)
    assert (internal.status_code, internal.json()["code"]) == (409, "internal_ticket")
    assert (await show(client, note, "hidden", version=1)).status_code == 200
    record = (await desk.activities(10_001))[-1]
    fixed = await show(client, record.id, "hidden", version=2)
    assert (fixed.status_code, fixed.json()["code"]) == (409, "visibility_fixed")
    gone = await show(client, UUID(int=5), "hidden", version=2)
    assert (gone.status_code, gone.json()["code"]) == (404, "activity_not_found")
    stranger = await show(await desk.browser(VIKTOR), note, "inside", version=2)
    assert (stranger.status_code, stranger.json()["code"]) == (404, "ticket_not_found")
