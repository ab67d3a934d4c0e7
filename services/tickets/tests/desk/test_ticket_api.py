"""Tickets over HTTP: open, read, answer, note, watch; and what an agent may not see does not exist."""

from typing import Any

import httpx
import pytest
from services.tickets.tests.conftest import Desk

from contracts.ingest import Attachment, Mailbox
from contracts.messages import Event
from contracts.tickets import ActivityAdded, TicketChanged, TicketOpened
from tickets.desk.models import KnownMessage, Ticket, TicketMail
from tickets.desk.rules.tokens import token_of_message
from tickets.staff.demo import ADA, ANNA, DORA, PETRA, TOM, VIKTOR

INTERNAL = {"kind": "internal", "channel": "backend", "subject": "Error 500", "text": "It fails."}
EMAIL = {
    "kind": "email",
    "channel": "sales",
    "subject": "Your quote",
    "text": "Here it is.",
    "html": "<p>Here it is.<script>x</script></p>",
    "to": [{"name": "Rudolf Riese", "address": "rudolf@riese.example"}],
    "bcc": [{"address": "boss@desk.example"}],
}


async def opened(client: httpx.AsyncClient, body: dict[str, Any]) -> dict[str, Any]:
    """A ticket that an agent opened."""
    response = await client.post("/tickets", json=body)
    assert response.status_code == 201, response.text
    ticket: dict[str, Any] = response.json()
    return ticket


async def test_a_ticket_carries_the_seven_things_that_every_ticket_has(desk: Desk) -> None:
    await desk.receive()
    client = await desk.browser(TOM)
    response = await client.get("/tickets/10001")
    ticket = response.json()
    assert response.headers["ETag"] == '"1"'
    assert (ticket["number"], ticket["reference"]) == (10_001, "DS-10001")
    assert [activity["kind"] for activity in ticket["activities"]["items"]] == ["incoming"]
    assert ticket["status"] == {"key": "new", "name": "New", "category": "open", "ball": "us"}
    assert ticket["channel"] == {"key": "support", "name": "Support"}
    assert (ticket["owner"], ticket["responsible"], ticket["watchers"]) == (None, None, [])
    assert ticket["contact"]["address"] == "sabine@schulz.example"


async def test_an_internal_ticket_is_a_note_that_no_mail_leaves_for(desk: Desk) -> None:
    client = await desk.browser(TOM)
    ticket = await opened(client, INTERNAL | {"owner_id": str(DORA), "status": "in_progress", "priority": "high"})
    assert (ticket["origin"], ticket["status"]["key"], ticket["priority"]) == ("internal", "in_progress", "high")
    assert ticket["owner"]["name"] == "Dora Developer"
    assert ticket["activities"]["items"][0]["kind"] == "note"
    (event,) = await desk.events(TicketOpened)
    assert {addressee.agent_id for addressee in event.audience} == {DORA}
    refused = await client.post("/tickets/10001/replies", json={"text": "x", "to": [{"address": "a@b.example"}]})
    assert (refused.status_code, refused.json()["code"]) == (409, "internal_ticket")
    assert await desk.count(TicketMail) == 0


async def test_an_email_ticket_sends_its_text_and_knows_the_mail_before_it_leaves(desk: Desk) -> None:
    client = await desk.browser(VIKTOR)
    ticket = await opened(client, EMAIL)
    assert (ticket["origin"], ticket["contact"]["address"]) == ("email", "rudolf@riese.example")
    (activity,) = ticket["activities"]["items"]
    assert (activity["kind"], activity["subject"]) == ("outgoing", "[DS-10001] Your quote")
    assert (activity["html"], activity["shown_outside"]) == ("<p>Here it is.</p>", True)
    assert [state["state"] for state in activity["deliveries"]] == ["queued", "queued"]
    assert (await desk.count(TicketMail), await desk.count(KnownMessage)) == (1, 1)
    reply = await desk.receive(
        sender=Mailbox(name="", address="Rudolf@riese.example"), in_reply_to=(await _message_id(desk),)
    )
    assert reply.number == 10_001


async def _message_id(desk: Desk) -> str:
    (first, *_) = await desk.activities(10_001)
    assert first.message_id is not None
    token = token_of_message(first.message_id)
    assert token is not None
    assert token.number == 10_001
    return first.message_id


async def test_an_enquiry_is_written_down_and_sends_nothing(desk: Desk) -> None:
    client = await desk.browser(ANNA)
    body = INTERNAL | {"kind": "enquiry", "channel": "sales", "owner_id": str(VIKTOR)}
    ticket = await opened(client, body)
    assert ticket["origin"] == "enquiry"
    assert ticket["activities"]["items"][0]["kind"] == "incoming"
    assert await desk.count(TicketMail) == 0
    (event,) = await desk.events(TicketOpened)
    assert [addressee.agent_id for addressee in event.audience] == [VIKTOR]
    nobody = await client.post("/tickets/10001/replies", json={"text": "Hello"})
    assert (nobody.status_code, nobody.json()["code"]) == (422, "no_recipient")


@pytest.mark.parametrize(
    "wrong",
    [
        {"channel": "recruitment"},
        {"channel": "nowhere"},
        {"status": "nonsense"},
        {"owner_id": str(PETRA)},
        {"responsible_id": "01900000-0000-7000-8000-00000000dead"},
        {"to": [{"address": "a@b.example"}]},
        {"contact_id": "01900000-0000-7000-8000-00000000dead"},
        {"subject": ""},
        {"subject": "two\nlines"},
        {"text": ""},
        {"text": "nul \x00"},
        {"kind": "webservice"},
        {"kind": "email"},
        {"unknown": 1},
        {"html": "<b>" * 20_000},
    ],
)
async def test_a_ticket_that_makes_no_sense_is_refused(desk: Desk, wrong: dict[str, Any]) -> None:
    client = await desk.browser(TOM)
    response = await client.post("/tickets", json=INTERNAL | wrong)
    assert response.status_code == 422, response.text
    assert response.headers["content-type"] == "application/problem+json"
    assert await desk.count(Ticket) == 0


@pytest.mark.parametrize(
    "address", ["no-at", "a@b\r\nBcc: x@y.example", "a b@c.example", "<a@b.example>", "a@b@c.example", "@b", "a@"]
)
async def test_an_address_that_is_none_is_refused(desk: Desk, address: str) -> None:
    client = await desk.browser(VIKTOR)
    response = await client.post("/tickets", json=EMAIL | {"to": [{"address": address}]})
    assert response.status_code == 422


async def test_a_creation_that_is_sent_twice_happens_once(desk: Desk) -> None:
    client = await desk.browser(TOM)
    headers = {"Idempotency-Key": "a-key"}
    first = await client.post("/tickets", json=INTERNAL, headers=headers)
    again = await client.post("/tickets", json=INTERNAL, headers=headers)
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json() == again.json()
    assert first.headers["Location"] == "/api/v1/tickets/10001"
    assert await desk.count(Ticket) == 1


async def test_a_reply_goes_to_everyone_of_the_last_mail_and_refers_to_it(desk: Desk) -> None:
    mail = desk.mail(cc=(Mailbox(name="Max", address="max@schulz.example"),), references=("root@schulz.example",))
    await desk.handle(mail)
    activity = await desk.reply(TOM, 10_001, html="<p>An answer</p>", bcc=[{"address": "boss@desk.example"}])
    assert [mailbox["address"] for mailbox in activity.to] == ["sabine@schulz.example"]
    assert [mailbox["address"] for mailbox in activity.cc] == ["max@schulz.example"]
    assert [mailbox["address"] for mailbox in activity.bcc] == ["boss@desk.example"]
    assert activity.subject == "[DS-10001] RE: Invoice received twice"
    assert activity.thread == ["root@schulz.example", mail.message_id]
    assert activity.shown_outside is True


async def test_chosen_recipients_replace_those_of_the_mail(desk: Desk) -> None:
    await desk.receive(cc=(Mailbox(name="Max", address="max@schulz.example"),))
    activity = await desk.reply(TOM, 10_001, to=[{"address": "eva@schulz.example"}])
    assert [mailbox["address"] for mailbox in (*activity.to, *activity.cc)] == ["eva@schulz.example"]
    without_copy = await desk.reply(TOM, 10_001, cc=[])
    assert [mailbox["address"] for mailbox in (*without_copy.to, *without_copy.cc)] == ["sabine@schulz.example"]


async def test_a_follow_up_refers_to_our_own_last_mail(desk: Desk) -> None:
    client = await desk.browser(VIKTOR)
    await opened(client, EMAIL)
    activity = await desk.reply(VIKTOR, 10_001)
    assert activity.thread == [await _message_id(desk)]
    assert [mailbox["address"] for mailbox in activity.to] == ["rudolf@riese.example"]


async def test_the_channel_decides_where_the_number_stands(desk: Desk) -> None:
    await desk.receive()
    admin = await desk.browser(ADA)
    for place, subject in {
        "suffix": "RE: Invoice received twice [DS-10001]",
        "off": "RE: Invoice received twice",
    }.items():
        version = (await admin.get("/channels/support")).headers["ETag"]
        await admin.patch("/channels/support", json={"subject_number": place}, headers={"If-Match": version})
        assert (await desk.reply(TOM, 10_001)).subject == subject


async def test_a_note_is_told_to_the_others_and_stays_inside(desk: Desk) -> None:
    await desk.receive()
    await desk.events(Event)
    client = await desk.browser(TOM)
    response = await client.post("/tickets/10001/notes", json={"text": "Invoice 118 counts."})
    assert response.status_code == 201
    assert response.json()["ticket_version"] == 2
    (added,) = await desk.events(ActivityAdded)
    assert (added.kind, added.shown_outside, added.actor.id) == ("note", False, TOM)
    assert [addressee.agent_id for addressee in added.audience] == [ANNA]


async def test_the_owners_first_note_moves_the_ticket_into_work_and_a_colleagues_does_not(desk: Desk) -> None:
    tom, dora = await desk.browser(TOM), await desk.browser(DORA)
    await opened(tom, INTERNAL | {"owner_id": str(DORA)})
    await tom.post("/tickets/10001/notes", json={"text": "More."})
    assert (await desk.ticket(10_001)).status == "new"
    await dora.post("/tickets/10001/calls", json={"text": "I have called."})
    assert (await desk.ticket(10_001)).status == "in_progress"
    assert [activity.kind for activity in await desk.activities(10_001)] == ["note", "note", "call", "status_change"]


async def test_activities_come_page_by_page_in_either_direction(desk: Desk) -> None:
    await desk.receive()
    client = await desk.browser(TOM)
    for number in range(6):
        await client.post("/tickets/10001/notes", json={"text": f"Note {number}"})
    for order in ("newest", "oldest"):
        texts: list[str] = []
        cursor: str | None = None
        for _ in range(4):
            query = {"order": order, "limit": 2} | ({"cursor": cursor} if cursor else {})
            page = (await client.get("/tickets/10001/activities", params=query)).json()
            texts += [activity["text"] for activity in page["items"]]
            cursor = page["next"]
        assert cursor is None
        expected = [activity.text for activity in await desk.activities(10_001)]
        assert texts == (expected if order == "oldest" else expected[::-1])
    broken = await client.get("/tickets/10001/activities", params={"cursor": "nonsense"})
    assert (broken.status_code, broken.json()["code"]) == (422, "invalid_cursor")


async def test_a_watcher_is_told_of_each_activity(desk: Desk) -> None:
    await desk.receive(channel="sales")
    anna = await desk.browser(ANNA)
    for _ in range(2):
        assert (await anna.put("/tickets/10001/watchers/me")).status_code == 204
    assert [event.changed for event in await desk.events(TicketChanged)] == [("watchers",)]
    viktor = await desk.browser(VIKTOR)
    await viktor.post("/tickets/10001/notes", json={"text": "Look."})
    (added,) = await desk.events(ActivityAdded)
    assert [(one.agent_id, one.reasons) for one in added.audience] == [(ANNA, ("watcher",))]
    assert [watcher["name"] for watcher in (await viktor.get("/tickets/10001")).json()["watchers"]] == ["Anna Müller"]
    assert (await viktor.delete(f"/tickets/10001/watchers/{ANNA}")).status_code == 204
    assert (await viktor.get("/tickets/10001")).json()["watchers"] == []


async def test_nobody_watches_what_they_may_not_see(desk: Desk) -> None:
    await desk.receive()
    client = await desk.browser(TOM)
    refused = await client.put(f"/tickets/10001/watchers/{PETRA}")
    assert (refused.status_code, refused.json()["code"]) == (422, "unknown_reference")
    assert (await client.put("/tickets/10001/watchers/nobody")).status_code == 422


async def test_an_agent_who_does_not_subscribe_finds_no_ticket_at_any_door(desk: Desk) -> None:
    file = Attachment(filename="a.txt", content_type="text/plain", size=5, sha256=await desk.app.blobs.put(b"Hello"))
    await desk.receive(channel="recruitment", attachments=(file,))
    petra, ada = await desk.browser(PETRA), await desk.browser(ADA)
    requests: list[tuple[str, str, dict[str, Any]]] = [
        ("GET", "/tickets/10001", {}),
        ("GET", "/tickets/10001/activities", {}),
        ("GET", f"/tickets/10001/attachments/{file.sha256}", {}),
        ("PATCH", "/tickets/10001", {"json": {"priority": "high"}, "headers": {"If-Match": '"1"'}}),
        ("POST", "/tickets/10001/ownership", {"headers": {"If-Match": '"2"'}}),
        ("POST", "/tickets/10001/replies", {"json": {"text": "x"}}),
        ("POST", "/tickets/10001/notes", {"json": {"text": "x"}}),
        ("POST", "/tickets/10001/calls", {"json": {"text": "x"}}),
        ("PUT", "/tickets/10001/watchers/me", {}),
        ("DELETE", "/tickets/10001/watchers/me", {}),
    ]
    for method, path, arguments in requests:
        hidden = await ada.request(method, path, **arguments)
        assert (hidden.status_code, hidden.json()["code"]) == (404, "ticket_not_found"), path
        missing = await ada.request(method, path.replace("10001", "99999"), **arguments)
        assert missing.json()["detail"] == hidden.json()["detail"]
        assert (await petra.request(method, path, **arguments)).is_success, path


async def test_an_informal_subscriber_may_work_unless_the_channel_lets_them_only_read(desk: Desk) -> None:
    await desk.receive(channel="sales")
    anna, admin = await desk.browser(ANNA), await desk.browser(ADA)
    assert (await anna.post("/tickets/10001/notes", json={"text": "x"})).status_code == 201
    await admin.patch("/channels/sales", json={"informal_read_only": True}, headers={"If-Match": '"1"'})
    refused = await anna.post("/tickets/10001/notes", json={"text": "x"})
    assert (refused.status_code, refused.json()["code"]) == (403, "channel_read_only")
    assert (await anna.get("/tickets/10001")).status_code == 200
    assert (await anna.post("/tickets", json=INTERNAL | {"channel": "sales"})).status_code == 403
    assert (await anna.put("/tickets/10001/watchers/me")).status_code == 204


async def test_a_file_is_a_download_that_runs_nothing(desk: Desk) -> None:
    sha256 = await desk.app.blobs.put(b"<script>alert(1)</script>")
    file = Attachment(filename='Rechnung "für" uns\r\n.html', content_type="text/html", size=25, sha256=sha256)
    await desk.receive(attachments=(file,))
    client = await desk.browser(TOM)
    response = await client.get(f"/tickets/10001/attachments/{sha256}")
    assert response.content == b"<script>alert(1)</script>"
    assert response.headers["Content-Disposition"] == (
        'attachment; filename="Rechnung _f_r_ uns__.html";'
        " filename*=UTF-8''Rechnung%20%22f%C3%BCr%22%20uns%0D%0A.html"
    )
    assert response.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert response.headers["X-Content-Type-Options"] == "nosniff"


async def test_a_file_of_another_ticket_or_without_bytes_is_not_found(desk: Desk) -> None:
    other = await desk.app.blobs.put(b"of another ticket")
    file = Attachment(filename="a", content_type="text/plain", size=1, sha256="0" * 64)
    await desk.receive(attachments=(file,))
    client = await desk.browser(TOM)
    for sha256 in (other, "0" * 64):
        response = await client.get(f"/tickets/10001/attachments/{sha256}")
        assert (response.status_code, response.json()["code"]) == (404, "attachment_not_found")
    assert (await client.get("/tickets/10001/attachments/nonsense")).status_code == 422


async def test_a_ticket_that_is_no_number_is_not_found(desk: Desk) -> None:
    client = await desk.browser(TOM)
    assert (await client.get("/tickets/nonsense")).status_code == 404
    assert (await client.get(f"/tickets/{10**30}")).status_code == 422
