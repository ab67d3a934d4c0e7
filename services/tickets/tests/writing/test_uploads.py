"""Files that agents bring: stored by content, cleaned of tricks, attached, shown inside, forgotten (OD-07)."""

import hashlib
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from services.tickets.tests.conftest import Desk

from chassis.http import with_edge
from contracts.ingest import Attachment
from tickets.desk.jobs import forget_uploads
from tickets.desk.rules.files import clean_name, content_type
from tickets.desk.writing.models import Upload
from tickets.staff.demo import ANNA, TOM

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 32


async def brought(
    client: httpx.AsyncClient, content: bytes = b"%PDF-1.7", *, name: str = "offer.pdf", kind: str = "application/pdf"
) -> dict[str, Any]:
    """A file that was uploaded."""
    response = await client.post(f"/uploads?filename={quote(name)}", content=content, headers={"Content-Type": kind})
    assert response.status_code == 201, response.text
    upload: dict[str, Any] = response.json()
    return upload


async def test_a_file_is_stored_under_the_hash_of_its_bytes(desk: Desk) -> None:
    client = await desk.browser(TOM)
    upload = await brought(client)
    assert (upload["filename"], upload["content_type"], upload["size"]) == ("offer.pdf", "application/pdf", 8)
    assert upload["sha256"] == hashlib.sha256(b"%PDF-1.7").hexdigest()
    assert await desk.app.blobs.get(upload["sha256"]) == b"%PDF-1.7"
    content = await client.get(f"/uploads/{upload['id']}/content")
    assert content.content == b"%PDF-1.7"
    assert content.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"


async def test_a_large_file_is_taken_in_a_stream_and_one_that_is_too_large_is_not_kept(desk: Desk) -> None:
    """Beyond the limit of all other routes; nothing stays of what was refused."""
    edge = with_edge(desk.app.api, service="tickets", body_limit=1_048_576, body_limits=desk.app.body_limits)
    chunk = b"x" * 1_000_000

    async def stream(chunks: int) -> AsyncIterator[bytes]:
        for _ in range(chunks):
            yield chunk

    browser = await desk.browser(TOM)
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(edge), base_url="https://desk.example/api/v1", headers=browser.headers
    ) as client:
        taken = await client.post("/uploads?filename=big.bin", content=stream(20))
        assert (taken.status_code, taken.json()["size"]) == (201, 20_000_000)
        refused = await client.post("/uploads?filename=big.bin", content=stream(27))
        assert (refused.status_code, refused.json()["code"]) == (413, "too_large")
        elsewhere = await client.post("/tickets", content=stream(2))
        assert elsewhere.status_code == 413
    assert sizes_in(desk.app.settings.blobs_url) == [20_000_000]
    assert await desk.count(Upload) == 1


def sizes_in(blobs_url: str) -> list[int]:
    """The sizes of all files in a folder of blobs."""
    folder = Path(blobs_url.removeprefix("file://"))
    return [path.stat().st_size for path in folder.rglob("*") if path.is_file()]


async def test_an_empty_file_is_refused(desk: Desk) -> None:
    refused = await (await desk.browser(TOM)).post("/uploads?filename=empty.txt", content=b"")
    assert refused.status_code == 422


@pytest.mark.parametrize(
    ("name", "label"),
    [
        ("Angebot für Müller.pdf", "Angebot für Müller.pdf"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\tom\\offer.pdf", "offer.pdf"),
        ("in\u202egpj.exe", "ingpj.exe"),
        ("a\r\nContent-Type: text/html\x00.pdf", "html.pdf"),
        ("u\u0308ber.txt", "\u00fcber.txt"),
        ("\u200b\ufeff", "file"),
        ("...", "file"),
        ("x" * 300 + ".pdf", "x" * 196 + ".pdf"),
        ("ä" * 300, "ä" * 100),
    ],
)
def test_a_file_name_is_only_a_label(name: str, label: str) -> None:
    """reliability.md attack 25."""
    assert clean_name(name) == label
    assert len(label.encode()) <= 200


@pytest.mark.parametrize(
    ("claimed", "beginning", "kind"),
    [
        ("text/plain", PNG, "image/png"),
        ("image/png", b"<svg onload=alert(1)>", "application/octet-stream"),
        ("image/svg+xml", b"<svg/>", "application/octet-stream"),
        ("text/html; charset=utf-8", b"<script>", "application/octet-stream"),
        ("message/rfc822", b"From: x", "application/octet-stream"),
        ("Application/PDF", b"%PDF", "application/pdf"),
        ("nonsense\r\nX: y", b"", "application/octet-stream"),
        ("image/webp", b"RIFF\x10\0\0\0WEBPVP8 ", "image/webp"),
    ],
)
def test_a_type_is_an_image_only_if_its_bytes_say_so_and_never_a_page(
    claimed: str, beginning: bytes, kind: str
) -> None:
    assert content_type(claimed, beginning) == kind


async def test_an_answer_carries_its_files_and_an_image_inside_itself(desk: Desk) -> None:
    await desk.receive()
    client = await desk.browser(TOM)
    offer, logo = await brought(client), await brought(client, PNG, name="logo.png", kind="image/png")
    html = f'<p>See <img src="cid:{logo["id"]}" alt="logo"></p>'
    await desk.reply(TOM, 10_001, html=html, attachments=[offer["id"]])
    activity = (await desk.activities(10_001))[-1]
    files = {file["filename"]: (file["inline"], file["content_id"]) for file in activity.attachments}
    content_id = f"{logo['id']}@desk.example"
    assert files == {"offer.pdf": (False, None), "logo.png": (True, content_id)}
    assert f'src="cid:{content_id}"' in (activity.html or "")
    served = await (await desk.browser(ANNA)).get(f"/tickets/10001/attachments/{offer['sha256']}")
    assert served.content == b"%PDF-1.7"


@pytest.mark.parametrize("path", ["notes", "calls"])
async def test_notes_and_calls_have_files_too(desk: Desk, path: str) -> None:
    await desk.receive()
    client = await desk.browser(TOM)
    upload = await brought(client)
    body = {"text": "See the file.", "attachments": [upload["id"]]}
    assert (await client.post(f"/tickets/10001/{path}", json=body)).status_code == 201
    assert [file["filename"] for file in (await desk.activities(10_001))[-1].attachments] == ["offer.pdf"]


async def test_a_new_ticket_has_files(desk: Desk) -> None:
    client = await desk.browser(TOM)
    upload = await brought(client)
    new = {"kind": "internal", "channel": "backend", "subject": "x", "text": "x", "attachments": [upload["id"]]}
    ticket = (await client.post("/tickets", json=new)).json()
    assert ticket["activities"]["items"][0]["attachments"][0]["filename"] == "offer.pdf"


async def test_an_image_that_is_quoted_goes_out_again_with_the_quotation(desk: Desk) -> None:
    shown = Attachment(
        filename="error.png",
        content_type="image/png",
        size=len(PNG),
        sha256=await desk.app.blobs.put(PNG),
        inline=True,
        content_id="error@schulz.example",
    )
    other = shown.model_copy(update={"filename": "other.png", "content_id": "other@schulz.example"})
    await desk.receive(attachments=(shown, other))
    await desk.reply(TOM, 10_001, html='<blockquote><img src="cid:error@schulz.example"></blockquote>')
    (file,) = (await desk.activities(10_001))[-1].attachments
    assert (file["filename"], file["inline"]) == ("error.png", True)


async def test_nobody_attaches_what_somebody_else_brought(desk: Desk) -> None:
    await desk.receive()
    upload = await brought(await desk.browser(TOM))
    anna = await desk.browser(ANNA)
    assert (await anna.get(f"/uploads/{upload['id']}")).status_code == 404
    assert (await anna.get(f"/uploads/{upload['id']}/content")).status_code == 404
    assert (await anna.delete(f"/uploads/{upload['id']}")).status_code == 404
    for body in ({"attachments": [upload["id"]]}, {"html": f'<img src="cid:{upload["id"]}">'}):
        refused = await anna.post("/tickets/10001/notes", json={"text": "x"} | body)
        assert (refused.status_code, refused.json()["code"]) == (422, "unknown_reference")


async def test_files_that_no_mail_server_would_take_together_are_refused(desk: Desk) -> None:
    await desk.receive()
    client = await desk.browser(TOM)
    uploads = [(await brought(client, bytes([n]) * 20_000_000, kind="video/mp4"))["id"] for n in range(2)]
    refused = await client.post("/tickets/10001/replies", json={"text": "x", "attachments": uploads})
    assert (refused.status_code, refused.json()["code"]) == (422, "files_too_large")


async def test_an_upload_ends_after_a_week_unless_a_draft_names_it(desk: Desk) -> None:
    client = await desk.browser(TOM)
    attached, shown, unused = [(await brought(client, bytes([n]), name=f"{n}.bin"))["id"] for n in range(3)]
    await client.post("/drafts", json={"kind": "new_internal", "content": {"attachments": [attached]}})
    html = f'<img src="cid:{shown}">'
    await client.post("/drafts", json={"kind": "new_internal", "content": {"html": html}})
    desk.clock.pass_by(timedelta(days=6))
    assert await forget_uploads(desk.app) == 0
    desk.clock.pass_by(timedelta(days=2))
    assert await forget_uploads(desk.app) == 1
    client = await desk.browser(TOM)
    assert (await client.get(f"/uploads/{unused}")).status_code == 404
    assert (await client.get(f"/uploads/{attached}")).status_code == 200
    assert (await client.get(f"/uploads/{shown}")).status_code == 200


async def test_files_come_back_with_a_mail_that_is_taken_back(desk: Desk) -> None:
    await desk.receive()
    client = await desk.browser(TOM)
    offer, logo = await brought(client), await brought(client, PNG, name="logo.png")
    html = f'<img src="cid:{logo["id"]}">'
    body = {"text": "x", "html": html, "attachments": [offer["id"]], "undo_seconds": 10}
    activity = (await client.post("/tickets/10001/replies", json=body)).json()
    back = await client.post(f"/tickets/10001/activities/{activity['id']}/withdraw")
    content = back.json()["draft"]["content"]
    assert (content["attachments"], content["html"]) == ([offer["id"]], html)
    draft = back.json()["draft"]
    sent = await client.post(f"/drafts/{draft['id']}/send", headers={"If-Match": '"1"'})
    assert sent.status_code == 201, sent.text
    assert len((await desk.activities(10_001))[-1].attachments) == 2
