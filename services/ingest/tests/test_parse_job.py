"""The parse job: every stored mail becomes an event or a row in quarantine, whatever its neighbours (MT-02, MT-13)."""

import asyncio
import hashlib
import logging
import time
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit
from uuid import UUID

import pytest
import sqlalchemy as sa

from chassis import tables
from chassis.app import App
from contracts.ingest import MailKind, MailReceived
from contracts.messages import Event
from ingest.models import mail
from ingest.received.claims import LEASE, Parsed, claim, finish
from ingest.received.jobs import BATCH, MAX_TRIES, ParseJob, received
from ingest.received.raw_cache import RawCache
from ingest.rules.parse import parse_mail

BuildApp = Callable[..., Awaitable[App]]
Receive = Callable[..., Awaitable[list[UUID]]]
Rows = Callable[[App, sa.Table], Awaitable[Sequence[sa.RowMapping]]]
Emitted = Callable[[App], Awaitable[list[Event]]]

NESTED = b"".join(f"Content-Type: multipart/mixed; boundary=b{n}\r\n\r\n--b{n}\r\n".encode() for n in range(200))
WITH_A_FILE = (
    b"From: Sabine Schulz <sabine@schulz.example>\r\nTo: support@desk.example\r\nSubject: =?utf-8?q?Tor_kl=C3=A4fft?="
    b"\r\nMessage-ID: <gate@schulz.example>\r\nIn-Reply-To: <old@desk.example>\r\n"
    b"Date: Mon, 02 Mar 2026 10:00:00 +0100\r\n"
    b'Content-Type: multipart/mixed; boundary="x"\r\n\r\n--x\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n'
    b"The gate squeaks.\r\n--x\r\nContent-Type: image/png\r\nContent-Transfer-Encoding: base64\r\n"
    b'Content-Disposition: attachment; filename="gate.png"\r\n\r\niVBORw0KGgo=\r\n--x--\r\n'
)
BOUNCE = (
    b"From: MAILER-DAEMON@relay.example\r\nTo: support@desk.example\r\nSubject: Undelivered\r\nMIME-Version: 1.0\r\n"
    b'Content-Type: multipart/report; report-type=delivery-status; boundary="r"\r\n\r\n--r\r\n\r\nsorry\r\n--r\r\n'
    b"Content-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; relay.example\r\n\r\n"
    b"Final-Recipient: rfc822; rudolf@riese.example\r\nAction: failed\r\nStatus: 5.1.1\r\n"
    b"Diagnostic-Code: smtp; 550 no such user\r\n\r\nFinal-Recipient: rfc822; late@riese.example\r\nAction: delayed\r\n"
    b"Status: 4.4.1\r\n\r\n--r\r\n"
    b"Content-Type: message/rfc822\r\n\r\nMessage-ID: <sent@desk.example>\r\n\r\nhi\r\n--r--\r\n"
)


def letter(number: int) -> bytes:
    return f"From: a@b.example\r\nMessage-ID: <{number}@b.example>\r\nSubject: {number}\r\n\r\nHi {number}\r\n".encode()


def job_of(app: App, cache: RawCache | None = None) -> ParseJob:
    return ParseJob(app, cache or RawCache(), max_size=1_000_000)


async def states(app: App, rows: Rows) -> list[str]:
    return [row["state"] for row in await rows(app, mail)]


async def test_the_html_of_a_stranger_is_harmless_before_any_service_sees_it(
    build_app: BuildApp, receive: Receive, emitted: Emitted
) -> None:
    app = await build_app()
    await receive(
        app,
        b"From: a@b.example\r\nSubject: x\r\nContent-Type: text/html\r\n\r\n"
        b'<p onclick="x()">Hi</p><script>alert(1)</script><img src="https://spy.example/pixel">',
    )
    assert await job_of(app).run() == 1
    [event] = await emitted(app)
    assert isinstance(event, MailReceived)
    assert event.html is not None
    assert "Hi" in event.html
    assert "script" not in event.html
    assert "onclick" not in event.html
    assert ' src="https://spy.example' not in event.html


async def test_a_mail_becomes_an_event_with_everything_that_a_ticket_needs(
    build_app: BuildApp, receive: Receive, rows: Rows, emitted: Emitted
) -> None:
    app = await build_app()
    [mail_id] = await receive(app, WITH_A_FILE)
    assert await job_of(app).run() == 1
    [event] = await emitted(app)
    assert isinstance(event, MailReceived)
    assert (event.mail_id, event.account, event.channel) == (mail_id, "support", "support")
    assert (event.kind, event.message_id, event.in_reply_to) == (
        MailKind.HUMAN,
        "gate@schulz.example",
        ("old@desk.example",),
    )
    assert event.sender is not None
    assert (event.sender.name, event.sender.address) == ("Sabine Schulz", "sabine@schulz.example")
    assert (event.subject, event.text.strip()) == ("Tor kläfft", "The gate squeaks.")
    assert event.sent_at == datetime(2026, 3, 2, 9, tzinfo=UTC)
    [file] = event.attachments
    assert (file.filename, file.content_type, file.size) == ("gate.png", "image/png", 8)
    assert await app.blobs.get(file.sha256) == b"\x89PNG\r\n\x1a\n"
    assert await app.blobs.get(event.raw_sha256) == WITH_A_FILE
    [row] = await rows(app, mail)
    assert (row["state"], row["subject"], row["sender_address"], row["message_id"], row["kind"]) == (
        "parsed",
        "Tor kläfft",
        "sabine@schulz.example",
        "gate@schulz.example",
        "human",
    )
    assert row["parsed_at"] is not None
    assert row["closed_at"] is None


async def test_behind_a_full_batch_the_next_one_is_parsed_in_the_same_run(
    build_app: BuildApp, receive: Receive, rows: Rows
) -> None:
    app = await build_app()
    for number in range(BATCH + 3):
        await receive(app, letter(number))
    assert await job_of(app).run() == BATCH + 3
    assert set(await states(app, rows)) == {"parsed"}


async def test_a_bounce_tells_which_mail_did_not_reach_whom(
    build_app: BuildApp, receive: Receive, emitted: Emitted
) -> None:
    app = await build_app()
    await receive(app, BOUNCE, sender="")
    await job_of(app).run()
    [event] = await emitted(app)
    assert isinstance(event, MailReceived)
    assert (event.kind, event.reported_message_id) == (MailKind.BOUNCE, "sent@desk.example")
    assert [(one.address, one.reason) for one in event.bounced] == [("rudolf@riese.example", "5.1.1 550 no such user")]


async def test_each_mail_has_a_correlation_id_of_its_own(build_app: BuildApp, receive: Receive) -> None:
    app = await build_app()
    ids = await receive(app, letter(1), letter(2))
    await job_of(app).run()
    async with app.database.transaction() as tx:
        headers = (await tx.session.scalars(sa.select(tables.outbox.c.headers).order_by(tables.outbox.c.seq))).all()
    assert [one["ce-correlationid"] for one in headers] == [str(mail_id) for mail_id in ids]


async def test_hostile_mails_end_in_quarantine_with_a_reason_while_their_neighbours_go_on(
    build_app: BuildApp, receive: Receive, rows: Rows, emitted: Emitted
) -> None:
    app = await build_app()
    huge_header = b"Subject: " + b"x" * 500_000 + b"\r\n\r\nhi\r\n"
    await receive(app, letter(1), NESTED + b"\r\ndeep\r\n", letter(2), huge_header, letter(3), b"y" * 1_000_001)
    assert await job_of(app).run() == 6
    ledger = await rows(app, mail)
    assert [row["state"] for row in ledger] == ["parsed", "quarantine"] * 3
    assert [row["reason"] for row in ledger if row["state"] == "quarantine"] == [
        "the mail's parts are nested deeper than 32",
        "the headers take more than 256 KiB",
        "the mail has 1,000,001 bytes, more than 1,000,000",
    ]
    assert all(row["closed_at"] for row in ledger if row["state"] == "quarantine")
    assert [event.subject for event in await emitted(app) if isinstance(event, MailReceived)] == ["1", "2", "3"]


async def test_a_mail_whose_bytes_are_missing_ends_in_quarantine(
    build_app: BuildApp, receive: Receive, rows: Rows
) -> None:
    app = await build_app()
    await receive(app, letter(1), letter(2))
    address = hashlib.sha256(letter(1)).hexdigest()
    folder = Path(urlsplit(app.settings.blobs_url).path)
    (folder / address[:2] / address).unlink()
    await job_of(app).run()
    first, second = await rows(app, mail)
    assert (first["state"], second["state"]) == ("quarantine", "parsed")
    assert "missing from the blob store" in first["reason"]


async def test_a_mail_that_cannot_be_written_down_takes_no_other_along(
    build_app: BuildApp, receive: Receive, rows: Rows, emitted: Emitted, caplog: pytest.LogCaptureFixture
) -> None:
    app = await build_app()
    poisoned = await receive(app, letter(1), letter(2), letter(3))
    async with app.database.transaction() as tx:
        await tx.session.execute(
            sa.text("ALTER TABLE mail ADD CONSTRAINT poison CHECK (subject <> '2' OR state <> 'parsed')")
        )
    with caplog.at_level(logging.CRITICAL, logger="ingest"):
        assert await job_of(app).run() == 3
    assert await states(app, rows) == ["parsed", "quarantine", "parsed"]
    assert [event.mail_id for event in await emitted(app) if isinstance(event, MailReceived)] == [
        poisoned[0],
        poisoned[2],
    ]
    [row] = [row for row in await rows(app, mail) if row["state"] == "quarantine"]
    assert row["reason"] == "the parsed mail cannot be stored (IntegrityError)"


async def test_what_another_process_claimed_is_left_alone_until_its_lease_ends(
    build_app: BuildApp, receive: Receive, rows: Rows
) -> None:
    app = await build_app()
    await receive(app, letter(1))
    async with app.database.transaction() as tx:
        assert len(await claim(tx, limit=10, max_bytes=1000)) == 1
    assert await job_of(app).run() == 0
    app.database.clock = lambda: datetime.now(UTC) + LEASE + timedelta(seconds=1)
    assert await job_of(app).run() == 1
    [row] = await rows(app, mail)
    assert (row["state"], row["tries"]) == ("parsed", 2)


async def test_a_claim_that_was_lost_meanwhile_has_no_effect(
    build_app: BuildApp, receive: Receive, rows: Rows, emitted: Emitted
) -> None:
    app = await build_app()
    await receive(app, letter(1))
    async with app.database.transaction() as tx:
        [lost] = await claim(tx, limit=10, max_bytes=1000)
    app.database.clock = lambda: datetime.now(UTC) + LEASE + timedelta(seconds=1)
    async with app.database.transaction() as tx:
        [held] = await claim(tx, limit=10, max_bytes=1000)
    for one in (lost, held, lost):
        async with app.database.transaction() as tx:
            await finish(tx, [Parsed(claim=one, event=received(one, parse_mail(letter(1)), []))])
        assert await states(app, rows) == ["stored" if one is lost and not await emitted(app) else "parsed"]
    assert len(await emitted(app)) == 1


async def test_two_workers_share_the_work_and_do_nothing_twice(
    build_app: BuildApp, receive: Receive, rows: Rows, emitted: Emitted
) -> None:
    app = await build_app()
    await receive(app, *(letter(number) for number in range(250)))
    workers = [job_of(app) for _ in range(3)]
    while sum(await asyncio.gather(*(worker.run() for worker in workers))):
        pass
    subjects = [event.subject for event in await emitted(app) if isinstance(event, MailReceived)]
    assert sorted(subjects, key=int) == [str(number) for number in range(250)]
    assert set(await states(app, rows)) == {"parsed"}


async def test_a_batch_holds_at_most_so_many_bytes_but_always_one_mail(build_app: BuildApp, receive: Receive) -> None:
    app = await build_app()
    ids = await receive(app, *(letter(number) + b"x" * 1000 for number in range(4)))
    async with app.database.transaction() as tx:
        assert [one.id for one in await claim(tx, limit=10, max_bytes=2000)] == ids[:2]
        assert [one.id for one in await claim(tx, limit=10, max_bytes=1)] == ids[2:3]
        assert [one.id for one in await claim(tx, limit=10, max_bytes=10_000)] == ids[3:]


async def test_a_mail_that_ends_the_process_again_and_again_goes_to_quarantine(
    build_app: BuildApp, receive: Receive, rows: Rows
) -> None:
    app = await build_app()
    suspect, innocent = await receive(app, letter(1), letter(2))
    async with app.database.transaction() as tx:
        await tx.session.execute(sa.update(mail).where(mail.c.id == suspect).values(tries=MAX_TRIES))
    assert await job_of(app).run() == 2
    ledger = {row["id"]: row for row in await rows(app, mail)}
    assert ledger[innocent]["state"] == "parsed"
    assert ledger[suspect]["state"] == "quarantine"
    assert f"in {MAX_TRIES} tries" in ledger[suspect]["reason"]


async def test_while_the_blob_store_is_away_mails_wait_and_no_try_is_counted(
    build_app: BuildApp, receive: Receive, rows: Rows
) -> None:
    app = await build_app()
    await receive(app, WITH_A_FILE)
    folder = Path(urlsplit(app.settings.blobs_url).path)
    address = hashlib.sha256(b"\x89PNG\r\n\x1a\n").hexdigest()
    (folder / address[:2]).write_text("a file where the folder must be")
    with pytest.raises(OSError, match=r"exists|Not a directory"):
        await job_of(app).run()
    [row] = await rows(app, mail)
    assert (row["state"], row["tries"]) == ("stored", 0)
    (folder / address[:2]).unlink()
    app.database.clock = lambda: datetime.now(UTC) + timedelta(seconds=2)
    assert await job_of(app).run() == 1
    assert await states(app, rows) == ["parsed"]


async def test_a_large_mail_does_not_hold_up_the_event_loop(build_app: BuildApp, receive: Receive, rows: Rows) -> None:
    app = await build_app()
    await receive(app, letter(1) + b"some words in a line\r\n" * 40_000)
    longest, last = 0.0, time.monotonic()
    running = asyncio.create_task(job_of(app).run())
    while not running.done():
        await asyncio.sleep(0)
        longest, last = max(longest, time.monotonic() - last), time.monotonic()
    assert await running == 1
    assert longest < 0.5
    assert await states(app, rows) == ["parsed"]


def test_the_cache_hands_over_once_and_never_grows_beyond_its_limit() -> None:
    cache = RawCache(max_bytes=25)
    for number in range(4):
        cache.keep(str(number), b"x" * 10)
    cache.keep("3", b"x" * 10)
    assert [cache.take(str(number)) is not None for number in (0, 1, 2, 3, 3)] == [False, False, True, True, False]
    cache.keep("large", b"x" * 2_000_000)
    assert cache.take("large") is None
    cache.keep("again", b"x" * 25)
    assert cache.take("again") == b"x" * 25
