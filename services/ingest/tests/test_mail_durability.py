"""No 250 before the mail is durable, no mail lost after it, whatever breaks in between (MT-01, MT-03)."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import aiosmtplib
import pytest
import sqlalchemy as sa

from chassis.app import App
from chassis.blobs import Blobs
from chassis.testing import SettingsFor
from chassis.testing.waiting import eventually
from contracts.messages import Event, Service
from ingest import demo
from ingest.models import mail
from ingest.received.committer import BATCH, Committer, Incoming
from ingest.received.raw_cache import RawCache
from ingest.testing import Wire

BuildApp = Callable[..., Awaitable[App]]
Start = Callable[[App], Awaitable[None]]
Rows = Callable[[App, sa.Table], Awaitable[Sequence[sa.RowMapping]]]
Emitted = Callable[[App], Awaitable[list[Event]]]

SUPPORT = "support@desk.example"
SUPPORT_ID = demo.ACCOUNTS[0][0]


def letter(number: int) -> bytes:
    return f"From: a@b.example\r\nMessage-ID: <{number}@b.example>\r\nSubject: {number}\r\n\r\n{number}\r\n".encode()


def incoming(raw: bytes, *, sender: str = "a@b.example") -> Incoming:
    """A mail to support, as a session hands it over."""
    return Incoming(
        raw=raw,
        client_address="192.0.2.1",
        client_name="b.example",
        envelope_sender=sender,
        recipients={SUPPORT_ID: (SUPPORT,)},
    )


async def send(app: App, raw: bytes) -> int:
    """Deliver a mail; the code of the last answer."""
    async with aiosmtplib.SMTP(hostname="127.0.0.1", port=vars(app.settings)["smtp_port"]) as session:
        try:
            await session.sendmail("a@b.example", [SUPPORT], raw)
        except aiosmtplib.SMTPRecipientsRefused as refused:
            return refused.recipients[0].code
        except aiosmtplib.SMTPResponseException as refused:
            return refused.code
        return 250


def put_a_file_in_the_place_of(folder: Path) -> Callable[[], None]:
    """Break a folder; what is returned mends it."""
    away = folder.rename(folder.with_suffix(".away"))
    folder.write_text("no folder")

    def mend() -> None:
        folder.unlink()
        away.rename(folder)

    return mend


async def test_while_the_database_is_away_the_sender_keeps_the_mail_and_nothing_is_half_stored(
    wire: tuple[Wire, dict[str, Any]], build_app: BuildApp, start: Start, rows: Rows
) -> None:
    line, settings = wire
    app = await build_app(**settings)
    await start(app)
    assert await send(app, letter(1)) == 250
    await line.cut()
    assert await send(app, letter(2)) == 451
    await line.mend()
    assert [row["size"] for row in await rows(app, mail)] == [len(letter(1))]
    assert await send(app, letter(2)) == 250
    assert len(await rows(app, mail)) == 2


async def test_a_database_that_dies_during_the_commit_costs_no_mail(
    wire: tuple[Wire, dict[str, Any]], build_app: BuildApp, start: Start, rows: Rows
) -> None:
    line, settings = wire
    app = await build_app(**settings)
    await start(app)
    accepted: set[int] = set()
    refused = 0

    async def deliver(start: int) -> None:
        nonlocal refused
        for number in range(start, 400, 8):
            async with asyncio.timeout(30):
                while await send(app, letter(number)) != 250:
                    refused += 1
                    await asyncio.sleep(0.02)
            accepted.add(number)
            if refused >= 10:
                break

    senders = [asyncio.create_task(deliver(start)) for start in range(8)]
    while refused < 10 and not all(sender.done() for sender in senders):
        await asyncio.sleep(0.03)
        await line.cut()
        await asyncio.sleep(0.03)
        await line.mend()
    await asyncio.gather(*senders)
    assert refused >= 10
    await app.database.engine.dispose()  # the last cut may have left connections in the pool that nobody has tried yet
    ledger = await rows(app, mail)
    first = [row["raw_sha256"] for row in ledger if row["state"] != "duplicate"]
    assert len(first) == len(set(first)) == len(accepted)


async def test_while_the_blob_store_is_broken_the_answer_is_451_and_there_is_no_row(
    build_app: BuildApp, start: Start, rows: Rows
) -> None:
    app = await build_app()
    await start(app)
    mend = put_a_file_in_the_place_of(Path(urlsplit(app.settings.blobs_url).path))
    assert await send(app, letter(1)) == 451
    assert await rows(app, mail) == []
    mend()
    assert await send(app, letter(1)) == 250
    assert len(await rows(app, mail)) == 1


class SlowBlobs(Blobs):
    """A blob store that waits for the test before it begins."""

    def __init__(self, url: str, begin: asyncio.Event) -> None:
        super().__init__(url)
        self.begin = begin
        self.batches: list[int] = []

    async def put_many(self, contents: Sequence[bytes]) -> list[str]:
        await self.begin.wait()
        self.batches.append(len(contents))
        return await super().put_many(contents)


async def test_no_answer_comes_before_blob_and_row_are_there(build_app: BuildApp, rows: Rows) -> None:
    app = await build_app()
    begin = asyncio.Event()
    committer = Committer(app.database, SlowBlobs(app.settings.blobs_url, begin), RawCache())
    committer.start()
    storing = asyncio.create_task(committer.store(incoming(letter(1))))
    await asyncio.sleep(0.1)
    assert not storing.done()
    begin.set()
    await storing
    [row] = await rows(app, mail)
    assert await app.blobs.get(row["raw_sha256"]) == letter(1)
    await committer.stop()


async def test_mails_that_wait_together_become_durable_together(build_app: BuildApp, rows: Rows) -> None:
    app = await build_app()
    begin = asyncio.Event()
    blobs = SlowBlobs(app.settings.blobs_url, begin)
    committer = Committer(app.database, blobs, RawCache())
    waiting = [asyncio.create_task(committer.store(incoming(letter(number)))) for number in range(150)]
    await asyncio.sleep(0)
    committer.start()
    begin.set()
    await asyncio.gather(*waiting)
    await committer.stop()
    assert blobs.batches == [BATCH, 150 - BATCH]
    assert len(await rows(app, mail)) == 150


async def test_a_mail_that_cannot_be_stored_takes_no_other_along(
    build_app: BuildApp, rows: Rows, caplog: pytest.LogCaptureFixture
) -> None:
    app = await build_app()
    committer = Committer(app.database, app.blobs, RawCache())
    poison = incoming(letter(2), sender="nul\0@b.example")
    good = [incoming(letter(number)) for number in (1, 3)]
    waiting = [asyncio.create_task(committer.store(one)) for one in (good[0], poison, good[1])]
    await asyncio.sleep(0)
    committer.start()
    with caplog.at_level(logging.CRITICAL):
        results = await asyncio.gather(*waiting, return_exceptions=True)
    await committer.stop()
    assert [isinstance(result, Exception) for result in results] == [False, True, False]
    assert [row["size"] for row in await rows(app, mail)] == [len(letter(1)), len(letter(3))]


async def test_the_same_mail_delivered_again_is_one_mail_with_a_row_that_says_so(
    build_app: BuildApp, start: Start, rows: Rows, emitted: Emitted
) -> None:
    app = await build_app()
    await start(app)
    assert [await send(app, letter(1)) for _ in range(3)] == [250, 250, 250]

    async def parsed() -> bool:
        return any(row["state"] == "parsed" for row in await rows(app, mail))

    await eventually(parsed)
    first, *others = await rows(app, mail)
    assert [row["state"] for row in others] == ["duplicate", "duplicate"]
    assert all(str(first["id"]) in row["reason"] and row["closed_at"] for row in others)
    assert len(await emitted(app)) == 1


async def test_the_same_mail_twice_in_one_batch_is_one_mail(build_app: BuildApp, rows: Rows) -> None:
    app = await build_app()
    committer = Committer(app.database, app.blobs, RawCache())
    twice = [asyncio.create_task(committer.store(incoming(letter(1)))) for _ in range(2)]
    await asyncio.sleep(0)
    committer.start()
    await asyncio.gather(*twice)
    await committer.stop()
    assert [row["state"] for row in await rows(app, mail)] == ["stored", "duplicate"]


async def test_two_mails_of_the_same_bytes_without_a_message_id_are_two(
    build_app: BuildApp, start: Start, rows: Rows
) -> None:
    app = await build_app()
    await start(app)
    alarm = b"From: host@b.example\r\nSubject: disk full\r\n\r\nMessage-ID: <not-a-header@b>\r\n"
    assert [await send(app, alarm) for _ in range(2)] == [250, 250]
    assert len([row for row in await rows(app, mail) if row["state"] != "duplicate"]) == 2


async def test_mail_that_was_accepted_before_a_crash_is_parsed_after_it(
    build_app: BuildApp,
    start: Start,
    settings_for: SettingsFor,
    rows: Rows,
) -> None:
    settings = await settings_for(Service.INGEST)
    before = await build_app(**settings)
    committer = Committer(before.database, before.blobs, RawCache())
    committer.start()
    await committer.store(incoming(letter(1)))
    await committer.stop()
    after = await build_app(**settings)
    await start(after)

    async def parsed() -> bool:
        return [row["state"] for row in await rows(after, mail)] == ["parsed"]

    await eventually(parsed)
