"""The parse job: turns stored mails into events, batch by batch, and survives every mail (MT-13)."""

import asyncio
import logging
import time
from collections.abc import Sequence
from dataclasses import replace

from pydantic import ValidationError

from chassis.app import App
from chassis.blobs import BlobMissing, Blobs
from chassis.database import Database
from chassis.listener import is_outage
from contracts.ingest import Attachment, BouncedRecipient, MailReceived
from ingest.metrics import PARSED
from ingest.received.claims import Claim, Outcome, Parsed, Quarantined, claim, finish, release
from ingest.received.raw_cache import RawCache
from ingest.rules.limits import Unparseable
from ingest.rules.parse import ParsedMail, parse_mail
from ingest.rules.reports import DeliveryReport
from ingest.rules.sanitise import sanitise

log = logging.getLogger(__name__)

BATCH = 100
SPACING = 0.1
"""Seconds from the beginning of one batch to that of the next: a hundred mails cost hardly more than ten."""

BATCH_BYTES = 32 * 1024 * 1024
INLINE_BYTES = 64 * 1024
"""Up to this size a mail is parsed on the event loop, at about a millisecond; a larger one goes to a thread."""

ALONE_AFTER = 2
"""A mail that was claimed more often than this without an end may be what ended the process: it goes alone."""

MAX_TRIES = 10


class ParseJob:
    """Parses what waits. Each call of `run` does one batch, or two at the same time."""

    def __init__(self, app: App, cache: RawCache, *, max_size: int) -> None:
        self._database: Database = app.database
        self._blobs: Blobs = app.blobs
        self._cache = cache
        self._max_size = max_size
        self._begun_at = float("-inf")

    async def run(self) -> int:
        """Parse what waits; returns how many mails were brought to an end.

        Behind a full batch there is more: the next one is parsed while the first one waits for disk and database.
        """
        await asyncio.sleep(self._begun_at + SPACING - time.monotonic())
        self._begun_at = time.monotonic()
        claims = await self._claim()
        batches = [claims] if len(claims) < BATCH else [claims, await self._claim()]
        outcomes = await asyncio.gather(*map(self._in_groups, batches), return_exceptions=True)
        for outcome in outcomes:
            if isinstance(outcome, BaseException):
                raise outcome
        return sum(len(batch) for batch in batches)

    async def _claim(self) -> list[Claim]:
        async with self._database.transaction() as tx:
            return await claim(tx, limit=BATCH, max_bytes=BATCH_BYTES)

    async def _in_groups(self, claims: Sequence[Claim]) -> None:
        together = [one for one in claims if one.tries <= ALONE_AFTER]
        if together:
            await self._work(together)
        for one in claims:
            if one.tries > ALONE_AFTER:
                await self._work([one])

    async def _work(self, claims: Sequence[Claim]) -> None:
        try:
            outcomes = [await self._parse(one) for one in claims]
            await self._settle(await self._with_files(outcomes))
        except Exception as error:
            if is_outage(error):
                await self._give_back(claims)
            raise

    async def _give_back(self, claims: Sequence[Claim]) -> None:
        try:
            async with self._database.transaction() as tx:
                await release(tx, claims)
        except Exception as error:  # noqa: BLE001  # the lease gives them back anyway
            log.warning("claimed mails come back when their lease ends: %s", error)

    async def _parse(self, one: Claim) -> "tuple[Claim, ParsedMail | str]":
        """The parsed mail, or the reason why it cannot be parsed."""
        if one.tries > MAX_TRIES:
            return one, f"parsing this mail did not come to an end in {MAX_TRIES} tries"
        try:
            raw = self._cache.take(one.raw_sha256) or await self._blobs.get(one.raw_sha256)
        except BlobMissing:
            return one, "the raw bytes of this mail are missing from the blob store"
        return one, await self._values(raw, one)

    async def _values(self, raw: bytes, one: Claim) -> ParsedMail | str:
        try:
            if len(raw) <= INLINE_BYTES:
                await asyncio.sleep(0)
                return self._read(raw, one)
            return await asyncio.to_thread(self._read, raw, one)
        except Unparseable as error:
            return error.reason
        except MemoryError:
            return "parsing this mail took more memory than there is"
        except Exception as error:
            log.exception("mail %s could not be read", one.id)
            return f"the mail could not be read ({type(error).__name__})"

    def _read(self, raw: bytes, one: Claim) -> ParsedMail:
        """The parsed mail with harmless HTML: no service ever sees what the stranger wrote, except in the raw mail."""
        parsed = parse_mail(raw, envelope_sender=one.envelope_sender, max_size=self._max_size)
        return replace(parsed, html=sanitise(parsed.html)) if parsed.html else parsed

    async def _with_files(self, results: "Sequence[tuple[Claim, ParsedMail | str]]") -> list[Outcome]:
        """The outcomes, after the files of all mails have become durable (a blob before the row that names it)."""
        contents = [file.data for _, parsed in results if isinstance(parsed, ParsedMail) for file in parsed.attachments]
        addresses = iter(await self._blobs.put_many(contents) if contents else [])
        outcomes: list[Outcome] = []
        for one, parsed in results:
            if isinstance(parsed, str):
                outcomes.append(Quarantined(claim=one, reason=parsed))
            else:
                own = [next(addresses) for _ in parsed.attachments]
                outcomes.append(_outcome(one, parsed, own))
        return outcomes

    async def _settle(self, outcomes: Sequence[Outcome]) -> None:
        """All in one transaction; where that fails each in its own, so that one mail never takes others along."""
        try:
            async with self._database.transaction() as tx:
                await finish(tx, outcomes)
            for outcome in outcomes:
                PARSED.labels("parsed" if isinstance(outcome, Parsed) else "quarantine").inc()
        except Exception as error:
            if is_outage(error):
                raise
            if len(outcomes) > 1:
                for outcome in outcomes:
                    await self._settle([outcome])
            elif isinstance(outcomes[0], Parsed):
                log.exception("mail %s cannot be written down", outcomes[0].claim.id)
                reason = f"the parsed mail cannot be stored ({type(error).__name__})"
                await self._settle([Quarantined(claim=outcomes[0].claim, reason=reason)])
            else:
                raise


def _outcome(one: Claim, parsed: ParsedMail, addresses: Sequence[str]) -> Outcome:
    try:
        return Parsed(claim=one, event=received(one, parsed, addresses))
    except ValidationError as error:
        log.exception("mail %s makes no valid event", one.id)
        return Quarantined(claim=one, reason=f"the parsed mail is not valid in {error.errors()[0]['loc']}")


def received(one: Claim, parsed: ParsedMail, addresses: Sequence[str]) -> MailReceived:
    """What the world is told of a mail; ``addresses`` are the blobs of its files."""
    return MailReceived(
        mail_id=one.id,
        account=one.account,
        account_address=one.account_address,
        delivered_to=tuple(one.envelope_recipients),
        channel=one.channel,
        received_at=one.received_at,
        kind=parsed.kind,
        kind_reason=parsed.kind_reason,
        message_id=parsed.message_id,
        in_reply_to=parsed.in_reply_to,
        references=parsed.references,
        sender=parsed.sender,
        to=parsed.to,
        cc=parsed.cc,
        subject=parsed.subject,
        sent_at=parsed.sent_at,
        text=parsed.text,
        html=parsed.html,
        truncated=parsed.truncated,
        raw_sha256=one.raw_sha256,
        attachments=tuple(
            Attachment(
                filename=file.filename,
                content_type=file.content_type,
                size=len(file.data),
                sha256=sha256,
                inline=file.inline,
                content_id=file.content_id,
            )
            for file, sha256 in zip(parsed.attachments, addresses, strict=True)
        ),
        reported_message_id=parsed.report.original_message_id if parsed.report else None,
        bounced=bounced(parsed.report) if parsed.report else (),
    )


def bounced(report: DeliveryReport) -> tuple[BouncedRecipient, ...]:
    """The recipients that a delivery report gives up; delays and successes are no bounces."""
    return tuple(
        BouncedRecipient(
            address=fate.recipient, reason=" ".join(filter(None, (fate.status, fate.detail))) or "no reason"
        )
        for fate in report.fates
        if fate.action == "failed"
    )
