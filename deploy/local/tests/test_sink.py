"""The mail sink and its viewer, by real SMTP and through the ASGI app."""

import smtplib
from asyncio import to_thread
from collections.abc import AsyncIterator
from email.message import EmailMessage
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette

from chassis.embedded import free_port
from deskstream_local import mail_pages
from deskstream_local.sink import Sink, serve


@pytest.fixture
def sink(tmp_path: Path) -> Sink:
    return Sink(tmp_path / "sink", kept=3)


@pytest.fixture
async def port(sink: Sink) -> AsyncIterator[int]:
    port = free_port()
    server = await serve(sink, port)
    yield port
    server.close()
    await server.wait_closed()


@pytest.fixture
async def browser(sink: Sink) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(Starlette(routes=mail_pages.routes(sink)))
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
        yield client


def keep(sink: Sink, message: EmailMessage | bytes, *, to: str = "ada@example.com", at: int = 1) -> str:
    content = message if isinstance(message, bytes) else message.as_bytes()
    return sink.keep(content, mail_from="desk@example.com", recipients=(to,), at_ns=at).id


def mail(subject: str = "Hello", text: str = "Text", html: str | None = None) -> EmailMessage:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "Desk <desk@example.com>", "Ada <ada@example.com>", subject
    message.set_content(text)
    if html is not None:
        message.add_alternative(html, subtype="html")
    return message


PAGE = {"accept": "text/html,*/*"}


async def test_a_mail_is_kept_byte_for_byte_with_its_envelope(port: int, sink: Sink) -> None:
    content = b"Subject: Gr\xc3\xbc\xc3\x9fe\r\n\r\n..dots\r\n"

    def send() -> None:
        with smtplib.SMTP("127.0.0.1", port) as client:
            client.sendmail("desk@example.com", ["ada@example.com", "hidden@example.com"], content)

    await to_thread(send)
    [delivery] = sink.newest()
    assert (delivery.mail_from, delivery.recipients) == ("desk@example.com", ("ada@example.com", "hidden@example.com"))
    assert sink.content(delivery) == content


async def test_an_empty_return_path_is_accepted(port: int, sink: Sink) -> None:
    def send() -> None:
        with smtplib.SMTP("127.0.0.1", port) as client:
            client.sendmail("", ["ada@example.com"], b"Subject: Automatic\r\n\r\n")

    await to_thread(send)
    assert [delivery.mail_from for delivery in sink.newest()] == [""]


def test_the_oldest_mails_go_when_there_are_too_many(sink: Sink, tmp_path: Path) -> None:
    for number in range(1, 6):
        keep(sink, mail(f"Mail {number}"), at=number)
    assert [sink.message(delivery)["Subject"] for delivery in sink.newest()] == ["Mail 5", "Mail 4", "Mail 3"]
    assert len(list((tmp_path / "sink").iterdir())) == 6


def test_two_mails_of_the_same_instant_are_both_kept(sink: Sink) -> None:
    assert keep(sink, mail(), at=7) != keep(sink, mail(), at=7)


async def test_programs_read_json_newest_first_and_only_what_they_ask_for(
    sink: Sink, browser: httpx.AsyncClient
) -> None:
    first = keep(sink, mail("First"), at=1)
    keep(sink, mail("Second"), to="bob@example.com", at=2)
    listed = (await browser.get("/dev/mails")).json()["mails"]
    assert [entry["subject"] for entry in listed] == ["Second", "First"]
    to_ada = (await browser.get("/dev/mails", params={"to": "ADA@example.com"})).json()["mails"]
    assert [entry["id"] for entry in to_ada] == [first]
    later = (await browser.get("/dev/mails", params={"after": first})).json()["mails"]
    assert [entry["subject"] for entry in later] == ["Second"]


async def test_one_mail_has_its_headers_bodies_and_attachments(sink: Sink, browser: httpx.AsyncClient) -> None:
    message = mail(html="<p>Hello</p>")
    message["References"] = "<a@example.com>"
    message.add_attachment(b"1234", maintype="application", subtype="pdf", filename="invoice.pdf")
    detail = (await browser.get(f"/dev/mails/{keep(sink, message)}")).json()
    assert ["References", "<a@example.com>"] in detail["headers"]
    assert (detail["text"].strip(), detail["html"].strip()) == ("Text", "<p>Hello</p>")
    assert detail["attachments"] == [{"filename": "invoice.pdf", "content_type": "application/pdf", "size": 4}]


async def test_the_page_shows_hostile_text_as_text_and_web_addresses_as_links(
    sink: Sink, browser: httpx.AsyncClient
) -> None:
    text = 'See http://localhost:8080/portal/sign-in#t0ken. <script>alert("x")</script>'
    mail_id = keep(sink, mail("<script>alert(1)</script>", text))
    for path in ("/dev/mails", f"/dev/mails/{mail_id}"):
        page = await browser.get(path, headers=PAGE)
        assert "<script" not in page.text
        assert "script-src" not in page.headers["content-security-policy"]
        assert page.headers["content-security-policy"].startswith("default-src 'none'")
    page = await browser.get(f"/dev/mails/{mail_id}", headers=PAGE)
    assert '<a href="http://localhost:8080/portal/sign-in#t0ken">' in page.text


async def test_the_html_of_a_mail_is_served_for_a_sandbox_that_runs_and_fetches_nothing(
    sink: Sink, browser: httpx.AsyncClient
) -> None:
    mail_id = keep(sink, mail(html="<p>Hello</p><script>alert(1)</script>"))
    page = await browser.get(f"/dev/mails/{mail_id}", headers=PAGE)
    assert f'src="/dev/mails/{mail_id}/html"' in page.text
    assert 'sandbox="allow-popups allow-popups-to-escape-sandbox"' in page.text
    body = await browser.get(f"/dev/mails/{mail_id}/html")
    policy = body.headers["content-security-policy"]
    assert policy.startswith("sandbox ")
    assert "allow-scripts" not in policy
    assert "default-src 'none'" in policy


@pytest.mark.parametrize(
    "content", [b"", b"\xff\xfe\x00", b"To: " + b"(" * 1000 + b"\n\n", b"Content-Type: text/plain; charset=x\n\nhm\xff"]
)
async def test_a_mail_that_the_parser_chokes_on_is_shown_all_the_same(
    sink: Sink, browser: httpx.AsyncClient, content: bytes
) -> None:
    mail_id = keep(sink, content)
    for path in ("/dev/mails", f"/dev/mails/{mail_id}"):
        for headers in ({}, PAGE):
            assert (await browser.get(path, headers=headers)).status_code == 200


async def test_the_raw_mail_is_a_download(sink: Sink, browser: httpx.AsyncClient) -> None:
    content = mail().as_bytes()
    answer = await browser.get(f"/dev/mails/{keep(sink, content)}/raw")
    assert answer.content == content
    assert answer.headers["content-disposition"].startswith("attachment")


@pytest.mark.parametrize("path", ["/dev/mails/42", "/dev/mails/..%2Fup", "/dev/mails/42/html", "/dev/mails/42/raw"])
async def test_a_mail_that_is_not_there_is_a_404(browser: httpx.AsyncClient, path: str) -> None:
    assert (await browser.get(path)).status_code == 404


@pytest.mark.parametrize("limit", ["0", "501", "many"])
async def test_a_limit_outside_its_range_is_refused(browser: httpx.AsyncClient, limit: str) -> None:
    assert (await browser.get("/dev/mails", params={"limit": limit})).status_code == 422
