"""The database of a service: one transaction per message, with the events that become visible with its commit."""

import json
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import asyncpg
import orjson
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine

from chassis import tables, telemetry
from chassis.ids import new_id
from contracts.envelope import headers_for
from contracts.messages import Event, EventMeta, Service

WAKE_CHANNEL = "wake"
"""The NOTIFY channel that tells relay and jobs that there is work; the payload names which."""

OUTBOX = "outbox"

Clock = Callable[[], datetime]


def utc_now() -> datetime:
    """The time that production runs on; tests pass their own clock."""
    return datetime.now(UTC)


def _json(value: object) -> str:
    """A value as JSON. A number beyond 64 bits and half a character are for the slower one to judge."""
    try:
        return orjson.dumps(value).decode()
    except TypeError:
        return json.dumps(value)


class Transaction:
    """What an operation works with: a session, the time, and the events it emits.

    Opened and committed at the door, never inside. ``now`` is one instant for everything in the transaction.
    """

    def __init__(self, session: AsyncSession, *, service: Service, now: datetime, cause: Event | None = None) -> None:
        self.session = session
        self.now = now
        self._service = service
        self._cause = cause
        self._rows: list[dict[str, Any]] = []
        self._wakes: set[str] = set()
        self._last: list[Callable[[], Awaitable[None]]] = []

    def emit(self, event: Event, *, because: Event | None = None) -> UUID:
        """Tell the world with the commit, or not at all. Returns the event's id.

        ``because`` is the received event that led to this one, where one transaction handles several: its
        correlation id and trace go on.
        """
        if event.owner != self._service:
            raise ValueError(f"{self._service} may not emit {event.type}: it belongs to {event.owner}")
        cause = because or self._cause
        meta = EventMeta(
            id=new_id(),
            time=self.now,
            source=f"/deskstream/{self._service}",
            correlation_id=cause.meta.correlation_id if cause else telemetry.correlation_id(),
            traceparent=(cause.meta.traceparent if cause else None) or telemetry.traceparent(),
        )
        self._rows.append(
            {
                "id": meta.id,
                "subject": event.bus_subject(),
                "headers": headers_for(event, meta),
                "body": event.model_dump_json().encode(),
                "created_at": self.now,
            }
        )
        return meta.id

    @contextmanager
    def caused_by(self, event: Event) -> Iterator[None]:
        """What is emitted and logged inside the block goes on with this event's correlation id and trace."""
        before, self._cause = self._cause, event
        try:
            with telemetry.correlated(event.meta.correlation_id):
                yield
        finally:
            self._cause = before

    def wake(self, job: str) -> None:
        """Let a job of this service look for work right after the commit."""
        self._wakes.add(job)

    def at_end(self, work: Callable[[], Awaitable[None]]) -> None:
        """Do this when everything else is done, right before the commit.

        For a lock that everybody wants: taken last it is held shortly, and nobody who holds it waits for another.
        """
        self._last.append(work)

    async def write_outbox(self) -> None:
        """Store what was emitted. Called once at the end, so that events follow the row locks of their cause."""
        while self._last:
            await self._last.pop(0)()
        if self._rows:
            await self.session.flush()
            await self.session.execute(sa.insert(tables.outbox), self._rows)
            self._wakes.add(OUTBOX)
        for name in sorted(self._wakes):
            await self.session.execute(sa.select(sa.func.pg_notify(WAKE_CHANNEL, name)))
        self._rows = []
        self._wakes = set()


class Database:
    """The connections to a service's database."""

    def __init__(self, url: str, *, service: Service, pool: int = 5, clock: Clock = utc_now) -> None:
        self.service = service
        self.clock = clock
        self.engine: AsyncEngine = create_async_engine(
            url,
            pool_size=pool,
            max_overflow=0,
            pool_timeout=10,
            pool_pre_ping=False,
            hide_parameters=True,
            json_serializer=_json,
            json_deserializer=orjson.loads,
            connect_args=self._options(),
        )
        self._sessions = async_sessionmaker(self.engine, expire_on_commit=False)

    @asynccontextmanager
    async def transaction(self, *, cause: Event | None = None) -> AsyncIterator[Transaction]:
        """One transaction: committed when the block ends, rolled back when it raises."""
        async with self._sessions() as session, session.begin():
            transaction = Transaction(session, service=self.service, now=self.clock(), cause=cause)
            yield transaction
            await transaction.write_outbox()

    def _options(self) -> dict[str, Any]:
        return {"timeout": 5, "command_timeout": 30, "server_settings": {"application_name": str(self.service)}}

    async def connect_alone(self) -> asyncpg.Connection:
        """A connection outside the pool, for LISTEN and for a lock that lasts; the caller closes it."""
        _, address = self.engine.dialect.create_connect_args(self.engine.url)
        return await asyncpg.connect(**address, **self._options())

    async def ping(self) -> None:
        """Ask the database for a sign of life; raises what the driver raises."""
        async with self.engine.connect() as connection:
            await connection.execute(sa.text("SELECT 1"))

    async def close(self) -> None:
        """Give the connections back."""
        await self.engine.dispose()
