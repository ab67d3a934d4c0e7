"""Letters: a PDF with umlauts and its font inside, an activity of the ticket, nothing that leaves by mail (AT-12)."""

from typing import Any

import httpx
import pytest
from services.tickets.tests.conftest import Desk

from contracts.tickets import ActivityAdded
from tickets.desk.models import TicketMail
from tickets.desk.writing.pdf import Letter, letter_pdf, unprintable
from tickets.staff.demo import ANNA, PETRA, TOM

LETTER = {
    "subject": "Ihre Rechnung über 118 €",
    "text": "Sehr geehrte Frau Schulz,\n\ndie Rechnung für Öl & Maß <gilt>.\n\nViele Grüße",
    "recipient": "Frau Sabine Schulz\nGrüner Weg 1\n12345 Köln",
}


async def written(client: httpx.AsyncClient, **fields: Any) -> httpx.Response:
    return await client.post("/tickets/10001/letters", json=LETTER | fields)


async def test_a_letter_is_an_activity_with_a_pdf_that_can_be_downloaded(desk: Desk) -> None:
    await desk.receive()
    client = await desk.browser(TOM)
    answer = await written(client, then={"status": "answered"})
    assert (answer.status_code, answer.json()["ticket_version"]) == (201, 2), answer.text
    letter = (await desk.activities(10_001))[1]
    assert (letter.kind, letter.form, letter.subject) == ("outgoing", "letter", LETTER["subject"])
    assert (letter.shown_outside, letter.to, letter.message_id) == (True, [], None)
    (file,) = letter.attachments
    assert file["filename"] == "DS-10001 Ihre Rechnung über 118 €.pdf"
    served = await (await desk.browser(ANNA)).get(f"/tickets/10001/attachments/{file['sha256']}")
    assert (served.headers["Content-Type"], served.content[:5]) == ("application/pdf", b"%PDF-")
    assert await desk.count(TicketMail) == 0
    assert [event.shown_outside for event in await desk.events(ActivityAdded)] == [True, False]


async def test_a_letter_may_stay_inside_and_none_leaves_an_internal_ticket(desk: Desk) -> None:
    """CV-09, CW-11."""
    await desk.receive()
    client = await desk.browser(TOM)
    await written(client, shown_outside=False)
    assert not (await desk.activities(10_001))[1].shown_outside
    new = {"kind": "internal", "channel": "backend", "subject": "Error 500", "text": "It fails."}
    await client.post("/tickets", json=new)
    refused = await client.post("/tickets/10002/letters", json=LETTER)
    assert (refused.status_code, refused.json()["code"]) == (409, "internal_ticket")
    stranger = await written(await desk.browser(PETRA))
    assert (stranger.status_code, stranger.json()["code"]) == (404, "ticket_not_found")


async def test_a_letter_is_made_from_a_template(desk: Desk) -> None:
    await desk.receive()
    client = await desk.browser(TOM)
    variants = {"de": {"subject": "Zu {{ticket.reference}}", "html": "<p>Guten Tag {{contact.name}},</p><p>danke.</p>"}}
    template = {"name": "Dank", "kind": "letter", "variants": variants}
    template_id = (await client.post("/templates", json=template)).json()["id"]
    answer = await client.post("/tickets/10001/letters", json={"template_id": template_id})
    assert answer.status_code == 201, answer.text
    letter = (await desk.activities(10_001))[1]
    assert (letter.subject, letter.text) == ("Zu DS-10001", "Guten Tag Sabine Schulz,\ndanke.")
    other = (await client.post("/templates", json=template | {"kind": "reply"})).json()["id"]
    refused = await client.post("/tickets/10001/letters", json={"template_id": other})
    assert (refused.status_code, refused.json()["code"]) == (422, "unknown_reference")
    assert (await client.post("/tickets/10001/letters", json={"text": "x"})).status_code == 422


async def test_what_the_font_does_not_have_is_refused_by_name(desk: Desk) -> None:
    await desk.receive()
    refused = await written(await desk.browser(TOM), text="Здравствуйте")
    assert (refused.status_code, refused.json()["code"]) == (422, "unprintable")
    assert "\u0417" in refused.json()["detail"]
    assert len(await desk.activities(10_001)) == 1


@pytest.mark.parametrize("text", ["x" * 30_000, "a\n" * 5_000, "\n\n", "<b>&amp;<para>", "€ äöüß é ñ „“ –"])
def test_any_text_becomes_pages(text: str) -> None:
    letter = Letter(sender="Support", recipient="A\n" * 250, date="2026-11-20", subject="s" * 300, text=text)
    pdf = letter_pdf(letter)
    assert pdf.startswith(b"%PDF-")
    assert b"/FontFile2" in pdf
    assert pdf == letter_pdf(letter)


def test_german_letters_are_in_the_font() -> None:
    letter = Letter(sender="", recipient="", date="", subject="", text="ÄÖÜäöüßẞ€„“–…éèñçåøæ»«§½u\u0308")
    assert unprintable(letter) in {"", "ẞ"}
