"""The ledger over HTTP: every mail that was ever accepted, its raw source, and one more try."""

import hashlib
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit
from uuid import UUID, uuid4

import httpx
import pytest
import sqlalchemy as sa

from chassis.app import App
from contracts.messages import EventMeta, Service
from contracts.tickets import MailFiled, Permission
from ingest.models import mail
from ingest.received.jobs import ParseJob
from ingest.received.raw_cache import RawCache

BuildApp = Callable[..., Awaitable[App]]
Receive = Callable[..., Awaitable[list[UUID]]]
Rows = Callable[[App, sa.Table], Awaitable[Sequence[sa.RowMapping]]]
Staff = Callable[..., httpx.AsyncClient]

Outcome = Literal["ticket", "held", "machine", "duplicate"]

BROKEN = b"Subject: " + b"x" * 500_000 + b"\r\n\r\nhi\r\n"


def letter(number: int) -> bytes:
    return f"From: A <a@b.example>\r\nMessage-ID: <{number}@b.example>\r\nSubject: {number}\r\n\r\nHi\r\n".encode()


async def parse(app: App) -> None:
    await ParseJob(app, RawCache(), max_size=1_000_000).run()


async def file(app: App, *events: MailFiled) -> None:
    """Deliver events as the bus would."""
    received = [
        event.received_with(
            EventMeta(id=uuid4(), time=app.database.clock(), source="/deskstream/tickets", correlation_id="test")
        )
        for event in events
    ]
    await app.bus.listener(Service.TICKETS).handle(received)


@pytest.fixture
async def app(build_app: BuildApp) -> App:
    return await build_app()


@pytest.fixture
def client(app: App, staff: Staff) -> httpx.AsyncClient:
    return staff(app)


async def test_a_mail_is_followed_from_its_arrival_to_its_ticket(
    app: App, client: httpx.AsyncClient, receive: Receive
) -> None:
    [mail_id] = await receive(app, letter(1))
    stored = (await client.get(f"/mails/{mail_id}")).json()
    assert (stored["state"], stored["account"], stored["subject"]) == ("stored", "support", None)
    assert stored["envelope_sender"] == "sabine@schulz.example"
    assert stored["envelope_recipients"] == ["support@desk.example"]
    await parse(app)
    parsed = (await client.get(f"/mails/{mail_id}")).json()
    assert (parsed["state"], parsed["subject"], parsed["sender_name"], parsed["kind"]) == ("parsed", "1", "A", "human")
    ticket = uuid4()
    await file(app, MailFiled(mail_id=mail_id, outcome="ticket", ticket_id=ticket, number=10042))
    filed = (await client.get(f"/mails/{mail_id}")).json()
    assert (filed["state"], filed["ticket_id"], filed["ticket_number"]) == ("ticket", str(ticket), 10042)
    assert filed["closed_at"] is not None


async def test_each_outcome_of_the_ticket_core_closes_its_row(app: App, receive: Receive, rows: Rows) -> None:
    ids = await receive(app, *(letter(number) for number in range(4)))
    await parse(app)
    outcomes: tuple[Outcome, ...] = ("ticket", "held", "machine", "duplicate")
    await file(app, *(MailFiled(mail_id=one, outcome=outcome) for one, outcome in zip(ids, outcomes, strict=True)))
    ledger = await rows(app, mail)
    assert [row["state"] for row in ledger] == list(outcomes)
    assert all(row["closed_at"] for row in ledger)


async def test_news_of_an_unknown_mail_changes_nothing(app: App, receive: Receive, rows: Rows) -> None:
    await receive(app, letter(1))
    await file(app, MailFiled(mail_id=uuid4(), outcome="ticket"))
    assert [row["state"] for row in await rows(app, mail)] == ["stored"]


async def test_the_list_is_filtered_by_state_and_account_newest_first(
    app: App, client: httpx.AsyncClient, receive: Receive
) -> None:
    first, broken, last = await receive(app, letter(1), BROKEN, letter(2))
    await parse(app)

    async def listed(**filters: str) -> list[str]:
        return [item["id"] for item in (await client.get("/mails", params=filters)).json()["items"]]

    assert await listed() == [str(last), str(broken), str(first)]
    assert await listed(state="quarantine") == [str(broken)]
    assert await listed(state="ticket") == []
    assert await listed(account="support", state="parsed") == [str(last), str(first)]
    assert await listed(account="sales") == await listed(account="unknown") == []


async def test_pages_follow_each_other_while_new_mail_arrives(
    app: App, client: httpx.AsyncClient, receive: Receive
) -> None:
    ids = [str(one) for one in await receive(app, *(letter(number) for number in range(5)))]
    seen, cursor = [], None
    while True:
        page = (await client.get("/mails", params={"limit": 2} | ({"cursor": cursor} if cursor else {}))).json()
        seen += [item["id"] for item in page["items"]]
        cursor = page["next"]
        if cursor is None:
            break
        await receive(app, letter(100))
    assert seen == ids[::-1]
    refused = await client.get("/mails", params={"cursor": "nonsense"})
    assert (refused.status_code, refused.json()["code"]) == (422, "invalid_cursor")


async def test_the_raw_mail_is_downloaded_byte_for_byte_and_never_shown(
    app: App, client: httpx.AsyncClient, receive: Receive
) -> None:
    raw = b"Subject: <script>alert(1)</script>\r\n\r\n\xff\xfe\0 anything\n"
    [mail_id] = await receive(app, raw)
    answer = await client.get(f"/mails/{mail_id}/raw")
    assert answer.content == raw
    assert answer.headers["content-type"] == "message/rfc822"
    assert answer.headers["content-disposition"] == f'attachment; filename="mail-{mail_id}.eml"'
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in answer.headers["content-security-policy"]


async def test_a_raw_mail_that_went_missing_is_told_in_plain_words(
    app: App, client: httpx.AsyncClient, receive: Receive
) -> None:
    [mail_id] = await receive(app, letter(1))
    address = hashlib.sha256(letter(1)).hexdigest()
    (Path(urlsplit(app.settings.blobs_url).path) / address[:2] / address).unlink()
    answer = await client.get(f"/mails/{mail_id}/raw")
    assert (answer.status_code, answer.json()["code"]) == (404, "mail_not_found")
    assert "missing from the blob store" in answer.json()["detail"]


async def test_a_mail_in_quarantine_is_parsed_again_on_request(
    app: App, client: httpx.AsyncClient, receive: Receive, rows: Rows
) -> None:
    [mail_id] = await receive(app, letter(1) + b"y" * 1_000_000)
    await parse(app)
    assert (await client.get(f"/mails/{mail_id}")).json()["state"] == "quarantine"
    answer = await client.post(f"/mails/{mail_id}/retry")
    assert (answer.status_code, answer.json()["state"], answer.json()["reason"]) == (202, "stored", None)
    await ParseJob(app, RawCache(), max_size=2_000_000).run()
    [row] = await rows(app, mail)
    assert (row["state"], row["closed_at"], row["tries"]) == ("parsed", None, 1)


async def test_a_mail_that_went_on_cannot_be_parsed_again(
    app: App, client: httpx.AsyncClient, receive: Receive
) -> None:
    [mail_id] = await receive(app, letter(1))
    await parse(app)
    answer = await client.post(f"/mails/{mail_id}/retry")
    assert (answer.status_code, answer.json()["code"]) == (409, "mail_not_waiting")


@pytest.mark.parametrize(("method", "path"), [("GET", ""), ("GET", "/raw"), ("POST", "/retry")])
async def test_a_mail_that_does_not_exist_is_not_found(client: httpx.AsyncClient, method: str, path: str) -> None:
    answer = await client.request(method, f"/mails/{uuid4()}{path}")
    assert (answer.status_code, answer.json()["code"]) == (404, "mail_not_found")


async def test_reading_and_retrying_need_their_permissions(app: App, staff: Staff, receive: Receive) -> None:
    [mail_id] = await receive(app, letter(1))
    agent = staff(app, Permission.TICKETS_READ)
    for path in ("", f"/{mail_id}", f"/{mail_id}/raw"):
        assert (await agent.get(f"/mails{path}")).status_code == 403
    reader = staff(app, Permission.MAIL_READ)
    assert (await reader.get(f"/mails/{mail_id}/raw")).status_code == 200
    assert (await reader.post(f"/mails/{mail_id}/retry")).status_code == 403
