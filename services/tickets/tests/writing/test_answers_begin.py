"""What an answer begins with, and how the one that is sent is threaded (AT-02, AT-03, OD-10, CW-10, MT-09)."""

from typing import Any

import httpx
from services.tickets.tests.conftest import SABINE, SUPPORT, Desk

from contracts.ingest import Mailbox
from tickets.desk.models import Ticket
from tickets.staff.demo import PETRA, TOM

MAX = Mailbox(name="Max", address="max@schulz.example")


async def begun(client: httpx.AsyncClient, **query: object) -> dict[str, Any]:
    """The beginning of an answer."""
    asked = {name: str(value) for name, value in query.items()}
    response = await client.get("/tickets/10001/reply-template", params=asked)
    assert response.status_code == 200, response.text
    beginning: dict[str, Any] = response.json()
    return beginning


def addresses(boxes: list[dict[str, str]]) -> list[str]:
    return [box["address"] for box in boxes]


async def test_an_answer_begins_with_everyone_of_the_mail_and_a_quotation(desk: Desk) -> None:
    mail = desk.mail(cc=(MAX, SUPPORT), text="Which one counts?\n> Older words\n", html="<p>Which one counts?</p>")
    await desk.handle(mail)
    client = await desk.browser(TOM)
    beginning = await begun(client)
    assert (addresses(beginning["to"]), addresses(beginning["cc"])) == ([SABINE.address], [MAX.address])
    assert beginning["subject"] == "[DS-10001] RE: Invoice received twice"
    assert beginning["sender"] == {"channel": "support", "name": None, "account": None}
    lines = beginning["quoted_text"].splitlines()
    assert lines[0].endswith("UTC, Sabine Schulz:")
    assert lines[1:] == ["> Which one counts?", ">> Older words"]
    assert "<blockquote" in beginning["quoted_html"]
    assert "<p>Which one counts?</p></blockquote>" in beginning["quoted_html"]
    only = await begun(client, mode="reply")
    assert (addresses(only["to"]), only["cc"]) == ([SABINE.address], [])


async def test_the_mail_that_is_chosen_is_answered_and_not_the_last_one(desk: Desk) -> None:
    first = desk.mail(text="First", cc=(MAX,))
    await desk.handle(first)
    second = desk.mail(text="Second", in_reply_to=(first.message_id,), sender=MAX)
    await desk.handle(second)
    chosen = (await desk.activities(10_001))[0]
    client = await desk.browser(TOM)
    beginning = await begun(client, activity=chosen.id)
    assert beginning["quoted_text"].endswith("> First")
    await desk.reply(TOM, 10_001, activity_id=str(chosen.id), mode="reply")
    sent = (await desk.activities(10_001))[-1]
    assert (sent.thread, addresses(sent.to), sent.cc) == ([first.message_id], [SABINE.address], [])
    await desk.reply(TOM, 10_001)
    latest = (await desk.activities(10_001))[-1]
    assert latest.thread[-1] == second.message_id


async def test_a_follow_up_goes_to_those_of_our_own_mail_and_behind_it(desk: Desk) -> None:
    await desk.receive()
    ours = await desk.reply(TOM, 10_001, text="We wait for you.", to=[{"address": "new@schulz.example"}])
    client = await desk.browser(TOM)
    beginning = await begun(client, mode="follow_up")
    assert (addresses(beginning["to"]), beginning["activity_id"]) == (["new@schulz.example"], str(ours.id))
    assert "> We wait for you." in beginning["quoted_text"]
    await desk.reply(TOM, 10_001, mode="follow_up", activity_id=str(ours.id))
    sent = (await desk.activities(10_001))[-1]
    assert (addresses(sent.to), sent.thread[-1]) == (["new@schulz.example"], ours.message_id)


async def test_notes_and_hidden_activities_are_never_quoted(desk: Desk) -> None:
    await desk.receive()
    client = await desk.browser(TOM)
    note = (await client.post("/tickets/10001/notes", json={"text": "A secret"})).json()["id"]
    refused = await client.get(f"/tickets/10001/reply-template?activity={note}")
    assert (refused.status_code, refused.json()["code"]) == (409, "cannot_be_answered")
    sent = await client.post("/tickets/10001/replies", json={"text": "x", "activity_id": note})
    assert (sent.status_code, sent.json()["code"]) == (409, "cannot_be_answered")
    assert "A secret" not in str(await begun(client))
    (mail, *_) = await desk.activities(10_001)
    hide = {"visibility": "hidden"}
    await client.patch(f"/tickets/10001/activities/{mail.id}", json=hide, headers={"If-Match": '"2"'})
    refused = await client.get(f"/tickets/10001/reply-template?activity={mail.id}")
    assert refused.json()["code"] == "cannot_be_answered"
    assert (await begun(client))["quoted_text"] is None


async def test_an_enquiry_is_answered_to_its_contact(desk: Desk) -> None:
    """CW-10: no mail ever came in, and the inside notes of the call are not quoted."""
    client = await desk.browser(TOM)
    new = {"kind": "enquiry", "channel": "support", "subject": "Licences", "text": "He sounded annoyed."}
    assert (await client.post("/tickets", json=new)).status_code == 201
    assert (await begun(client))["to"] == []
    async with desk.app.database.transaction() as tx:
        (await tx.session.get_one(Ticket, (await desk.ticket(10_001)).id)).contact_address = SABINE.address
    beginning = await begun(client)
    assert (addresses(beginning["to"]), beginning["quoted_text"]) == ([SABINE.address], None)
    assert beginning["subject"] == "[DS-10001] RE: Licences"


async def test_an_internal_ticket_and_one_out_of_sight_begin_no_answer(desk: Desk) -> None:
    client = await desk.browser(TOM)
    new = {"kind": "internal", "channel": "backend", "subject": "Error 500", "text": "It fails."}
    await client.post("/tickets", json=new)
    refused = await client.get("/tickets/10001/reply-template")
    assert (refused.status_code, refused.json()["code"]) == (409, "internal_ticket")
    stranger = await (await desk.browser(PETRA)).get("/tickets/10001/reply-template")
    assert (stranger.status_code, stranger.json()["code"]) == (404, "ticket_not_found")


async def test_a_mail_that_was_taken_back_is_no_parent_of_the_next_one(desk: Desk) -> None:
    mail = desk.mail()
    await desk.handle(mail)
    client = await desk.browser(TOM)
    body = {"text": "x", "undo_seconds": 10}
    activity = (await client.post("/tickets/10001/replies", json=body)).json()["id"]
    await client.post(f"/tickets/10001/activities/{activity}/withdraw")
    assert (await begun(client, mode="follow_up"))["activity_id"] == str((await desk.activities(10_001))[0].id)
    await desk.reply(TOM, 10_001)
    assert (await desk.activities(10_001))[-1].thread == [mail.message_id]


async def test_the_account_to_send_from_is_handed_on(desk: Desk) -> None:
    """OD-02: the mail service decides whether the channel may use it."""
    from tickets.desk.deliveries import claim_due_mail  # noqa: PLC0415  # the job's own step

    await desk.receive()
    await desk.reply(TOM, 10_001, from_account="sales-desk")
    async with desk.app.database.transaction() as tx:
        claimed = await claim_due_mail(tx)
        assert claimed is not None
        assert claimed[1].account == "sales-desk"
