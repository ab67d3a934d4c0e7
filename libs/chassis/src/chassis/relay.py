"""The relay: publishes what the outbox holds, and publishes it again when the stream has lost it.

PostgreSQL is the record, NATS is distribution (docs/adr/0002). One process per service holds an advisory lock and
relays; the others wait for the lock. A row is marked as published only after the stream's acknowledgement.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import UTC, datetime

import asyncpg
import nats.errors
import nats.js.errors
import orjson
from asyncpg.exceptions import InternalClientError
from nats.aio.client import Client
from nats.js import JetStreamContext
from nats.js.api import PubAck

from chassis import telemetry
from chassis.bus import fits
from chassis.database import OUTBOX, WAKE_CHANNEL
from contracts.messages import Service
from contracts.topology import STREAMS

log = logging.getLogger(__name__)

WINDOW = 500
"""How many events wait for their acknowledgement at once (measured: windows are five times as fast)."""

WINDOW_BYTES = 8 * 1024 * 1024
"""Where a window ends before it is full: mails are large, and it is held in memory twice."""

ACK_TIMEOUT = 5.0
POLL = 2.0
"""Seconds after which the relay looks without being woken: the safety net of LISTEN/NOTIFY."""

STREAM_CHECK = 5.0
"""Seconds between two looks at whether the stream still has what it acknowledged."""

UNSENDABLE = (nats.errors.MaxPayloadError, nats.errors.BadSubjectError, nats.errors.BadHeaderError)
"""What is wrong with the event and not with the bus: it would fail for ever."""

LOCK_KEY = 0x6465736B
"""The advisory lock of the relay; each service has a database of its own, so one key serves all."""


class Relay:
    """Publishes the outbox of one service, and passes on every wake-up call of its database."""

    def __init__(
        self,
        *,
        service: Service,
        connect: Callable[[], Awaitable[asyncpg.Connection]],
        client: Callable[[], Client | None],
        on_wake: Callable[[str], None],
    ) -> None:
        self._service = service
        self._stream = STREAMS[service].name if service in STREAMS else None
        self._connect = connect
        self._client = client
        self._on_wake = on_wake
        self._jetstream: JetStreamContext | None = None
        self._signal = asyncio.Event()
        self._stopping = asyncio.Event()
        self._checked_at = 0.0
        self._leading = False

    async def run(self) -> None:
        """Work until `stop`. A lost database or bus is waited for, never given up."""
        while not self._stopping.is_set():
            try:
                connection = await self._connect()
                try:
                    await connection.add_listener(WAKE_CHANNEL, self._woken)
                    await self._lead(connection)
                finally:
                    self._leading = False
                    self._set_lag(None)
                    await connection.close(timeout=2)
            except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError, InternalClientError) as error:
                log.warning("relay: the database cannot be reached: %s: %s", type(error).__name__, error)
                await self._pause(1.0)

    def stop(self) -> None:
        """Finish the window under way and end."""
        self._stopping.set()
        self._signal.set()

    def _woken(self, _connection: object, _pid: int, _channel: str, name: object) -> None:
        if name == OUTBOX:
            if self._leading:
                self._signal.set()
        else:
            self._on_wake(str(name))

    async def _pause(self, seconds: float) -> None:
        with suppress(TimeoutError):
            await asyncio.wait_for(self._stopping.wait(), seconds)

    async def _lead(self, connection: asyncpg.Connection) -> None:
        """Relay while we hold the lock; without it only pass on wake-up calls."""
        while not self._stopping.is_set():
            self._signal.clear()
            if not self._leading:
                # Without a stream there is nothing to lead, but a connection that died silently must be noticed.
                question = "SELECT pg_try_advisory_lock($1)" if self._stream else "SELECT $1::bigint < 0"
                self._leading = await connection.fetchval(question, LOCK_KEY)
                self._checked_at = 0.0
            more = False
            if self._leading:
                try:
                    more = await self._publish_window(connection)
                except (nats.errors.Error, nats.js.errors.Error) as error:
                    log.warning("relay: the bus does not take events: %r", error)
                    self._checked_at = 0.0
                    await self._pause(0.3)
            if not more:
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._signal.wait(), POLL)

    async def _publish_window(self, connection: asyncpg.Connection) -> bool:
        """Publish one window; True if there may be more."""
        client = self._client()
        if client is None or not client.is_connected:
            oldest = "SELECT created_at FROM outbox WHERE published_at IS NULL ORDER BY seq LIMIT 1"
            self._set_lag(await connection.fetchval(oldest))
            await self._pause(0.5)  # every commit wakes us, and there is nothing to do for it
            return False
        await self._check_stream(connection, client)
        rows = await connection.fetch(
            "SELECT seq, subject, headers, body, created_at FROM ("
            " SELECT *, sum(length(body)) OVER (ORDER BY seq) - length(body) AS bytes_before FROM ("
            " SELECT * FROM outbox WHERE published_at IS NULL ORDER BY seq LIMIT $1) AS oldest) AS counted"
            " WHERE bytes_before < $2 ORDER BY seq",
            WINDOW,
            WINDOW_BYTES,
        )
        self._set_lag(rows[0]["created_at"] if rows else None)
        if not rows:
            return False
        outcomes = await self._publish(client, rows)
        await self._mark(connection, [(row["seq"], ack) for row, ack in outcomes if isinstance(ack, PubAck)])
        for row, failure in outcomes:
            if isinstance(failure, UNSENDABLE):
                await self._give_up(connection, row, failure)
        for _, failure in outcomes:
            if isinstance(failure, BaseException) and not isinstance(failure, UNSENDABLE):
                raise failure
        return True

    async def _publish(
        self, client: Client, rows: list[asyncpg.Record]
    ) -> list[tuple[asyncpg.Record, PubAck | BaseException]]:
        """Send all, then wait for all, and tell what became of each that was tried."""
        if self._jetstream is None:  # one for all windows: each has a subscription of its own, which it never ends
            self._jetstream = client.jetstream(timeout=ACK_TIMEOUT)
        outcomes: list[tuple[asyncpg.Record, PubAck | BaseException]] = []
        sent: dict[asyncio.Future[PubAck], asyncpg.Record] = {}
        for row in rows:
            try:
                if not fits(client, row["body"]):
                    raise nats.errors.MaxPayloadError
                future = await self._jetstream.publish_async(
                    row["subject"], row["body"], headers=orjson.loads(row["headers"]), stream=self._stream
                )
                sent[future] = row
            except nats.errors.Error as error:
                outcomes.append((row, error))
                if not isinstance(error, UNSENDABLE):
                    break
        if sent:
            await asyncio.wait(sent, timeout=ACK_TIMEOUT)
        for future, row in sent.items():
            outcomes.append(
                (row, (future.exception() or future.result()) if future.done() else nats.errors.TimeoutError())
            )
            future.cancel()
        return outcomes

    async def _mark(self, connection: asyncpg.Connection, published: list[tuple[int, PubAck]]) -> None:
        """Mark what the stream has acknowledged, and as waiting what it must have lost.

        Numbers in a stream only grow. Where a new event got the number of an older one, the older ones from there on
        are gone with the stream's tail, and nobody would notice once the new ones have taken all their numbers.
        """
        if not published:
            return
        lost = await connection.fetchval(
            "WITH lost AS (UPDATE outbox SET published_at = NULL, stream_seq = NULL"
            " WHERE stream_seq >= $3 RETURNING 1),"
            " done AS (UPDATE outbox SET published_at = now(), stream_seq = d.stream_seq"
            " FROM unnest($1::bigint[], $2::bigint[]) AS d(seq, stream_seq) WHERE outbox.seq = d.seq)"
            " UPDATE relay_state SET last_seq = CASE WHEN $3 IS NULL THEN greatest(last_seq, $4) ELSE $4 END"
            " WHERE stream = $5 RETURNING (SELECT count(*) FROM lost)",
            [seq for seq, _ in published],
            [ack.seq for _, ack in published],
            min((ack.seq for _, ack in published if not ack.duplicate), default=None),
            max(ack.seq for _, ack in published),
            self._stream,
        )
        telemetry.EVENTS_PUBLISHED.labels(self._service).inc(len(published))
        if lost:
            log.warning("relay: stream %s lost its tail, publishing again: %d events", self._stream, lost)

    async def _check_stream(self, connection: asyncpg.Connection, client: Client) -> None:
        """If the stream was made anew, or lost its tail, mark what it lost as not published."""
        now = asyncio.get_running_loop().time()
        if now - self._checked_at < STREAM_CHECK:
            return
        info = await client.jetstream(timeout=ACK_TIMEOUT).stream_info(str(self._stream))
        created = info.created if isinstance(info.created, datetime) else None
        if created is None:
            raise nats.js.errors.Error
        last_seq = info.state.last_seq
        known = await connection.fetchrow(
            "SELECT stream_created, last_seq FROM relay_state WHERE stream = $1", self._stream
        )
        if known is None or known["stream_created"] != created or known["last_seq"] > last_seq:
            recreated = known is not None and known["stream_created"] != created
            async with connection.transaction():
                lost = await connection.execute(
                    "UPDATE outbox SET published_at = NULL, stream_seq = NULL"
                    " WHERE stream_seq IS NOT NULL AND ($1 OR stream_seq > $2)",
                    recreated,
                    last_seq,
                )
                await connection.execute(
                    "INSERT INTO relay_state (stream, stream_created, last_seq) VALUES ($1, $2, $3)"
                    " ON CONFLICT (stream) DO UPDATE SET stream_created = $2, last_seq = $3",
                    self._stream,
                    created,
                    last_seq,
                )
            if known is not None:
                log.warning("relay: stream %s lost events, publishing again: %s", self._stream, lost)
        self._checked_at = now

    async def _give_up(self, connection: asyncpg.Connection, row: asyncpg.Record, error: BaseException) -> None:
        """An event that can never be published must not hold up those behind it; it stays as a dead letter."""
        reason = f"{type(error).__name__}: {error} ({row['subject']}, {len(row['body'])} bytes)"
        log.error("relay: the bus can never take outbox %s: %s", row["seq"], reason)
        async with connection.transaction():
            await connection.execute(
                "INSERT INTO dead_letter (id, subject, headers, body, error, tries, failed_at)"
                " SELECT id, subject, headers, body, $2, 1, now() FROM outbox WHERE seq = $1 ON CONFLICT DO NOTHING",
                row["seq"],
                reason,
            )
            await connection.execute("UPDATE outbox SET published_at = now() WHERE seq = $1", row["seq"])
        telemetry.DEAD_LETTERS.labels(self._service).inc()

    def _set_lag(self, oldest: datetime | None) -> None:
        waiting = (datetime.now(UTC) - oldest).total_seconds() if oldest else 0.0
        telemetry.RELAY_WAITING.labels(self._service).set(waiting)
