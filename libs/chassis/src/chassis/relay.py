"""The relay: publishes what the outbox holds, and publishes it again when the stream has lost it.

PostgreSQL is the record, NATS is distribution (docs/adr/0002). One process per service holds an advisory lock and
relays; the others wait for the lock. A row is marked as published only after the stream's acknowledgement.
"""

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import asyncpg
import nats.errors
import nats.js.errors
import orjson
from nats.aio.client import Client

from chassis import telemetry
from chassis.database import OUTBOX, WAKE_CHANNEL
from contracts.messages import Service
from contracts.topology import STREAMS

log = logging.getLogger(__name__)

WINDOW = 500
"""How many events wait for their acknowledgement at once (design/bus.md: windows are five times as fast)."""

ACK_TIMEOUT = 5.0
POLL = 2.0
"""Seconds after which the relay looks without being woken: the safety net of LISTEN/NOTIFY."""

STREAM_CHECK = 5.0
"""Seconds between two looks at whether the stream still has what it acknowledged."""

LOCK_KEY = 0x6465736B
"""The advisory lock of the relay; each service has a database of its own, so one key serves all."""


class Relay:
    """Publishes the outbox of one service, and passes on every wake-up call of its database."""

    def __init__(
        self, *, service: Service, dsn: str, client: Callable[[], Client | None], on_wake: Callable[[str], None]
    ) -> None:
        self._service = service
        self._stream = STREAMS[service].name if service in STREAMS else None
        self._dsn = dsn
        self._client = client
        self._on_wake = on_wake
        self._signal = asyncio.Event()
        self._stopping = asyncio.Event()
        self._checked_at = 0.0
        self._leading = False

    async def run(self) -> None:
        """Work until `stop`. A lost database or bus is waited for, never given up."""
        while not self._stopping.is_set():
            try:
                connection = await asyncpg.connect(self._dsn, timeout=5, command_timeout=30)
            except (OSError, TimeoutError, asyncpg.PostgresError) as error:
                log.warning("relay: the database cannot be reached: %s", error)
                await self._pause(1.0)
                continue
            try:
                await connection.add_listener(WAKE_CHANNEL, self._woken)
                await self._lead(connection)
            except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
                log.warning("relay: lost the database: %s", error)
                await self._pause(0.5)
            finally:
                self._leading = False
                with suppress(OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError):
                    await connection.close(timeout=2)

    def stop(self) -> None:
        """Finish the window under way and end."""
        self._stopping.set()
        self._signal.set()

    def _woken(self, _connection: object, _pid: int, _channel: str, name: object) -> None:
        if name == OUTBOX:
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
            if self._stream and not self._leading:
                self._leading = await connection.fetchval("SELECT pg_try_advisory_lock($1)", LOCK_KEY)
                self._checked_at = 0.0
            more = False
            if self._leading:
                try:
                    more = await self._publish_window(connection)
                except (nats.errors.Error, nats.js.errors.Error, TimeoutError) as error:
                    log.warning("relay: the bus does not take events: %r", error)
                    self._checked_at = 0.0
                    await self._pause(0.3)
            elif connection.is_closed():
                raise ConnectionResetError("the connection was closed")
            if not more:
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._signal.wait(), POLL)

    async def _publish_window(self, connection: asyncpg.Connection) -> bool:
        """Publish one window; True if there may be more."""
        client = self._client()
        if client is None or not client.is_connected:
            await self._measure(connection)
            return False
        await self._check_stream(connection, client)
        rows = await connection.fetch(
            "SELECT seq, subject, headers, body, created_at FROM outbox WHERE published_at IS NULL"
            " ORDER BY seq LIMIT $1",
            WINDOW,
        )
        self._set_lag(rows[0]["created_at"] if rows else None)
        if not rows:
            return False
        published, failures = await self._publish(client, rows)
        if published:
            await connection.execute(
                "WITH done AS (UPDATE outbox SET published_at = now(), stream_seq = d.stream_seq"
                " FROM unnest($1::bigint[], $2::bigint[]) AS d(seq, stream_seq) WHERE outbox.seq = d.seq)"
                " UPDATE relay_state SET last_seq = greatest(last_seq, $3) WHERE stream = $4",
                [seq for seq, _ in published],
                [stream_seq for _, stream_seq in published],
                max(stream_seq for _, stream_seq in published),
                self._stream,
            )
            telemetry.EVENTS_PUBLISHED.labels(self._service).inc(len(published))
        for row, error in failures:
            if isinstance(error, nats.errors.MaxPayloadError):
                await self._give_up(connection, row, error)
        others = [error for _, error in failures if not isinstance(error, nats.errors.MaxPayloadError)]
        if others:
            raise others[0]
        return len(rows) == WINDOW or bool(failures)

    async def _publish(
        self, client: Client, rows: list[asyncpg.Record]
    ) -> tuple[list[tuple[int, int]], list[tuple[asyncpg.Record, Exception]]]:
        """Send all, then wait for all: (outbox seq, stream seq) of those that the stream has, and the failures."""
        jetstream = client.jetstream(timeout=ACK_TIMEOUT)
        futures: dict[asyncio.Future[Any], asyncpg.Record] = {}
        failures: list[tuple[asyncpg.Record, Exception]] = []
        for row in rows:
            try:
                future = await jetstream.publish_async(
                    row["subject"], row["body"], headers=orjson.loads(row["headers"]), stream=self._stream
                )
            except nats.errors.Error as error:
                failures.append((row, error))
                if not isinstance(error, nats.errors.MaxPayloadError):
                    break
            else:
                futures[future] = row
        published: list[tuple[int, int]] = []
        if futures:
            done, late = await asyncio.wait(futures, timeout=ACK_TIMEOUT)
            for future in late:
                future.cancel()
                failures.append((futures[future], TimeoutError("no acknowledgement from the stream")))
            for future in done:
                failure = future.exception()
                if failure is None:
                    published.append((futures[future]["seq"], future.result().seq))
                elif isinstance(failure, Exception):
                    failures.append((futures[future], failure))
        return published, failures

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

    async def _give_up(self, connection: asyncpg.Connection, row: asyncpg.Record, error: Exception) -> None:
        """An event that can never be published must not hold up those behind it; it stays as a dead letter."""
        log.error("relay: an event is too large for the bus: outbox %s, %d bytes", row["seq"], len(row["body"]))
        async with connection.transaction():
            await connection.execute(
                "INSERT INTO dead_letter (id, subject, headers, body, error, tries, failed_at)"
                " SELECT id, subject, headers, body, $2, 1, now() FROM outbox WHERE seq = $1 ON CONFLICT DO NOTHING",
                row["seq"],
                f"{type(error).__name__}: the event is larger than the bus allows",
            )
            await connection.execute("UPDATE outbox SET published_at = now() WHERE seq = $1", row["seq"])
        telemetry.DEAD_LETTERS.labels(self._service).inc()

    async def _measure(self, connection: asyncpg.Connection) -> None:
        self._set_lag(await connection.fetchval("SELECT min(created_at) FROM outbox WHERE published_at IS NULL"))

    def _set_lag(self, oldest: datetime | None) -> None:
        waiting = (datetime.now(UTC) - oldest).total_seconds() if oldest else 0.0
        telemetry.RELAY_WAITING.labels(self._service).set(waiting)
