"""Group commit: mails that wait at the same time become durable together, and only then are answered (MT-01).

A mail's way is blob, flushed to disk; ledger row, committed; answer. One flush and one commit serve up to `BATCH`
mails, which is what makes hundreds of mails a second possible with a commit for each answer.
"""

import asyncio
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from chassis.blobs import Blobs
from chassis.database import Database
from chassis.ids import new_id
from chassis.listener import is_outage
from ingest.received.identity import source_id
from ingest.received.operations import Arrival, store
from ingest.received.raw_cache import RawCache

log = logging.getLogger(__name__)

BATCH = 100


@dataclass(frozen=True)
class Incoming:
    """A mail as SMTP brought it: ``recipients`` are the envelope's, by the account that they belong to.

    ``client_address`` is the IP address that it came from, ``client_name`` how the client called itself.
    """

    raw: bytes
    client_address: str
    client_name: str
    envelope_sender: str
    recipients: Mapping[UUID, tuple[str, ...]]


@dataclass
class _Waiting:
    incoming: Incoming
    done: "asyncio.Future[None]" = field(default_factory=lambda: asyncio.get_running_loop().create_future())


class Committer:
    """Makes mails durable, many at a time."""

    def __init__(self, database: Database, blobs: Blobs, cache: RawCache) -> None:
        self._database = database
        self._blobs = blobs
        self._cache = cache
        self._queue: asyncio.Queue[_Waiting | None] = asyncio.Queue()
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to work: one batch at a time, so that a batch holds whatever came meanwhile."""
        self._task = asyncio.create_task(self._run())

    async def stop(self) -> None:
        """Finish what waits, and end."""
        if self._task is not None:
            self._queue.put_nowait(None)
            await self._task

    async def store(self, incoming: Incoming) -> None:
        """Return when the mail is durable; raises what kept it from becoming so."""
        waiting = _Waiting(incoming)
        self._queue.put_nowait(waiting)
        await waiting.done

    async def _run(self) -> None:
        while (first := await self._queue.get()) is not None:
            batch = [first]
            while len(batch) < BATCH and not self._queue.empty():
                following = self._queue.get_nowait()
                if following is None:
                    self._queue.put_nowait(None)
                    break
                batch.append(following)
            await self._settle(batch)

    async def _settle(self, batch: Sequence[_Waiting]) -> None:
        try:
            await self._commit([waiting.incoming for waiting in batch])
        except Exception as error:  # noqa: BLE001  # whatever it is, no mail gets its 250
            if len(batch) == 1 or is_outage(error):
                log.warning("%d mails cannot be stored: %s: %s", len(batch), type(error).__name__, error)
                for waiting in batch:
                    if not waiting.done.done():
                        waiting.done.set_exception(error)
                return
            for waiting in batch:
                await self._settle([waiting])
        else:
            for waiting in batch:
                if not waiting.done.done():
                    waiting.done.set_result(None)

    async def _commit(self, mails: Sequence[Incoming]) -> None:
        addresses = await self._blobs.put_many([mail.raw for mail in mails])
        async with self._database.transaction() as tx:
            await store(tx, [row for mail, sha in zip(mails, addresses, strict=True) for row in _arrivals(mail, sha)])
        for mail, sha256 in zip(mails, addresses, strict=True):
            self._cache.keep(sha256, mail.raw)


def _arrivals(mail: Incoming, sha256: str) -> list[Arrival]:
    """One row per account, as each account has its own ticket to come."""
    return [
        Arrival(
            id=(mail_id := new_id()),
            account_id=account_id,
            source_id=source_id(account_id, mail.raw, sha256=sha256, mail_id=mail_id),
            client_address=mail.client_address,
            client_name=mail.client_name,
            envelope_sender=mail.envelope_sender,
            envelope_recipients=list(recipients),
            raw_sha256=sha256,
            size=len(mail.raw),
        )
        for account_id, recipients in mail.recipients.items()
    ]
