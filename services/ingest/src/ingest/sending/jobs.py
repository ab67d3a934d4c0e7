"""The send job: hands due mails to the relay, at most once each outside the window of RFC 1047."""

import asyncio
import logging
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress

from chassis import telemetry
from chassis.app import App
from chassis.blobs import BlobMissing
from chassis.listener import is_outage
from contracts.ingest import Mailbox
from ingest.metrics import SENT
from ingest.models import SendState
from ingest.rules.compose import CannotComposeError, compose, wire_address
from ingest.sending.claims import LEASE, Due, claim, remember_composed, renew, settle
from ingest.sending.smtp_client import Relay, Unreachable, Verdict
from ingest.settings import Settings

log = logging.getLogger(__name__)

SETTLE_AGAIN = 1.0
"""Seconds until a verdict that the database could not take is offered again."""

STOP_SECONDS = 8.0


class SendJob:
    """Sends what is due, over so many connections at a time; a slow mail holds up only its own."""

    def __init__(self, app: App, settings: Settings) -> None:
        self._database = app.database
        self._blobs = app.blobs
        self._settings = settings
        self._relay = Relay(settings)
        self._sending: set[asyncio.Task[None]] = set()
        self._closing = False

    async def run(self) -> int:
        """Start to send as many mails as there are free connections; returns how many."""
        if len(self._sending) >= self._settings.relay_connections:
            await asyncio.wait(self._sending, return_when=asyncio.FIRST_COMPLETED)
        if self._closing:
            return 0
        async with self._database.transaction() as tx:
            claimed = await claim(tx, limit=self._settings.relay_connections - len(self._sending))
        for due in claimed:
            task = asyncio.create_task(self._send(due))
            self._sending.add(task)
            task.add_done_callback(self._ended)
        return len(claimed)

    async def close(self) -> None:
        """Finish what is being sent, for a moment, and close the connections."""
        self._closing = True
        if self._sending:
            _, late = await asyncio.wait(self._sending, timeout=STOP_SECONDS)
            for task in late:
                task.cancel()
        await self._relay.close()

    def _ended(self, task: "asyncio.Task[None]") -> None:
        self._sending.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("a mail could not be sent; it is tried again when its claim ends", exc_info=error)

    async def _send(self, due: Due) -> None:
        with telemetry.correlated(due.correlation_id):
            async with self._kept(due):
                verdicts = await self._verdicts(due)
                await self._settle(due, verdicts)

    async def _settle(self, due: Due, verdicts: Mapping[str, Verdict]) -> None:
        """Write the verdicts down, however long the database is away: forgetting a 250 would send the mail twice."""
        while True:
            try:
                async with self._database.transaction() as tx:
                    await settle(tx, due, verdicts)
                for verdict in verdicts.values():
                    SENT.labels(verdict.state).inc()
            except Exception as error:
                if not is_outage(error):
                    raise
                log.warning("the fate of mail %s cannot be written down yet: %s", due.id, error)
                await asyncio.sleep(SETTLE_AGAIN)
            else:
                return

    @asynccontextmanager
    async def _kept(self, due: Due) -> AsyncIterator[None]:
        """Renew the claim while the block runs, however long the relay takes."""

        async def keep() -> None:
            while True:
                await asyncio.sleep(LEASE.total_seconds() / 3)
                try:
                    async with self._database.transaction() as tx:
                        await renew(tx, due)
                except Exception as error:  # noqa: BLE001  # the mail is under way, whatever it is
                    log.warning("the claim on mail %s cannot be renewed now: %s", due.id, error)

        keeping = asyncio.create_task(keep())
        try:
            yield
        finally:
            keeping.cancel()
            with suppress(asyncio.CancelledError):
                await keeping

    async def _verdicts(self, due: Due) -> Mapping[str, Verdict]:
        """What is to be said of each recipient after this try."""
        try:
            raw = await self._bytes(due)
            wire = {address: wire_address(address) for address in due.recipients}
        except (CannotComposeError, BlobMissing) as error:
            detail = error.detail if isinstance(error, CannotComposeError) else f"the blob {error.args[0]} is missing"
            return dict.fromkeys(due.recipients, Verdict(SendState.FAILED, f"The mail cannot be written: {detail}"))
        try:
            said = await self._relay.send(
                raw, sender=due.envelope_sender, recipients=list(dict.fromkeys(wire.values()))
            )
        except Unreachable as error:
            log.warning("mail %s waits: %s", due.id, error)
            return dict.fromkeys(due.recipients, Verdict(SendState.QUEUED, str(error)))
        return {address: said[on_wire] for address, on_wire in wire.items()}

    async def _bytes(self, due: Due) -> bytes:
        """The mail as it was first composed: a further try must be the same mail (RFC 1047)."""
        if due.raw_sha256 is not None:
            return await self._blobs.get(due.raw_sha256)
        if due.request is None:
            raise LookupError(f"outgoing mail {due.id} has neither bytes nor a request")
        files = {file.sha256: await self._blobs.get(file.sha256) for file in due.request.attachments}
        raw = compose(
            due.request,
            sender=Mailbox(name=due.sender.from_name, address=due.sender.address),
            now=due.queued_at,
            attachments=files,
            instance=self._settings.instance,
            reply_addresses=self._settings.reply_addresses,
        )
        sha256 = await self._blobs.put(raw)
        async with self._database.transaction() as tx:
            await remember_composed(tx, due, sha256)
        return raw
