"""How events are handled: in batches, one transaction a batch, each event once, nothing dropped.

A batch is handled in one transaction together with its inbox rows. When it fails, its halves get a transaction each,
down to single events, so that a poison event never takes its neighbours along (docs/bus.md). A failed event comes
back with a growing delay and ends, after the last try, in the dead-letter table. Where the database or another service
cannot be reached nothing is given up: such failures never count as a try.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import ExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from asyncpg import exceptions as pg
from nats.aio.msg import Msg
from nats.errors import NotJSMessageError
from opentelemetry.trace import SpanKind
from pydantic import ValidationError
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import DBAPIError

from chassis import streams, tables, telemetry
from chassis.database import Database, Transaction
from chassis.ids import new_id
from chassis.settings import RETRY_DELAYS
from contracts.envelope import meta_from
from contracts.messages import EVENTS, Event, EventMeta, Service

log = logging.getLogger(__name__)

Handler = Callable[[Transaction, Any], Awaitable[None]]
BatchHandler = Callable[[Transaction, Sequence[Any]], Awaitable[None]]

OUTAGE_DELAY = 2.0
"""Seconds before a further try while the database or another service cannot be reached."""

LONGEST_OUTAGE_DELAY = 30.0
OUTAGES_IN_A_ROW = 3
"""So many single events meet an outage before the rest of a batch is not even tried."""

REMEMBERED = 10_000
"""How many troubled events a process remembers; the oldest are forgotten, and so get all their tries again."""

_REMEMBER = (
    insert(tables.inbox)
    .from_select(
        ["event_id", "handled_at"],
        sa.select(
            sa.func.unnest(sa.bindparam("ids", type_=sa.ARRAY(sa.Uuid))),
            sa.bindparam("now", type_=sa.DateTime(timezone=True)),
        ),
    )
    .on_conflict_do_nothing()
    .returning(tables.inbox.c.event_id)
)
"""One statement for any number of events: as rows of VALUES it would be compiled anew for every batch."""


class Unavailable(Exception):
    """Another service or system cannot be reached now; the same thing may work later."""


def is_outage(error: BaseException) -> bool:
    """Whether the failure is that something cannot be reached, so that trying again later is right."""
    if isinstance(error, DBAPIError):
        original = getattr(error.orig, "__cause__", None) or error.orig
        return error.connection_invalidated or (original is not None and is_outage(original))
    return isinstance(
        error,
        Unavailable
        | OSError
        | TimeoutError
        | pg.PostgresConnectionError
        | pg.InterfaceError
        | pg.InternalClientError  # what asyncpg says when the server ended the connection a moment ago
        | pg.OperatorInterventionError
        | pg.InsufficientResourcesError
        | pg.SerializationError
        | pg.DeadlockDetectedError
        | sa.exc.TimeoutError,
    )


def described(error: BaseException) -> str:
    """What went wrong, in text that PostgreSQL can store."""
    return storable(f"{type(error).__name__}: {error}")[:4000]


def storable(text: str) -> str:
    """Text without NUL and without halves of characters, which broken mails leave in errors and headers."""
    return text.encode("utf-8", "backslashreplace").decode().replace("\x00", "\\x00")


@dataclass
class Trouble:
    """What an event met in this process so far."""

    failures: int = 0
    outages: int = 0


@dataclass(frozen=True)
class Delivery:
    """An event together with the message that brought it."""

    event: Event
    message: Msg


class Listener:
    """Everything that one service does with the events of one stream."""

    def __init__(self, service: Service, database: Database, *, delays: Sequence[float] = RETRY_DELAYS) -> None:
        self._service = service
        self._database = database
        self._delays = delays
        self._handlers: dict[type[Event], BatchHandler] = {}
        self._troubles: dict[UUID, Trouble] = {}
        self._outages_in_a_row = 0

    @property
    def events(self) -> tuple[type[Event], ...]:
        """The event classes that have a handler."""
        return tuple(self._handlers)

    def add(self, event: type[Event], handler: BatchHandler) -> None:
        """Let ``handler`` have the events of this class; a class has one handler a service."""
        if event in self._handlers:
            raise ValueError(f"{self._service} has two handlers for {event.type}")
        self._handlers[event] = handler

    async def receive(self, messages: Sequence[Msg]) -> None:
        """Handle a batch of messages and acknowledge each: done, later, or given up."""
        together: list[Delivery] = []
        alone: list[Delivery] = []
        async with _kept_alive(messages):
            for message in messages:
                try:
                    delivery = Delivery(read_event(message), message)
                except (ValueError, LookupError) as error:
                    await self._give_up(message, None, error)
                else:
                    (alone if delivery.event.meta.id in self._troubles else together).append(delivery)
            self._outages_in_a_row = 0
            if together:
                await self._settle(together)
            for delivery in alone:
                await self._settle([delivery])

    async def _settle(self, deliveries: Sequence[Delivery]) -> None:
        if self._outages_in_a_row >= OUTAGES_IN_A_ROW:
            for delivery in deliveries:
                await delivery.message.nak(delay=OUTAGE_DELAY)
            return
        try:
            await self.handle([delivery.event for delivery in deliveries])
        except (Exception, asyncio.CancelledError) as error:
            task = asyncio.current_task()
            if task is not None and task.cancelling():
                raise  # the process stops; the event comes again elsewhere
            if len(deliveries) > 1:
                await self._settle(deliveries[: len(deliveries) // 2])
                await self._settle(deliveries[len(deliveries) // 2 :])
            else:
                await self._retry_or_give_up(deliveries[0], error)
        else:
            self._outages_in_a_row = 0
            for delivery in deliveries:
                self._troubles.pop(delivery.event.meta.id, None)
                await delivery.message.ack()

    async def handle(self, events: Sequence[Event]) -> None:
        """Handle events in one transaction, leaving out those that were handled before."""
        cause = events[0] if len(events) == 1 else None
        with ExitStack() as context:
            context.enter_context(telemetry.correlated(cause.meta.correlation_id if cause else None))
            traced = [self._traced(event, context) for event in events]
            async with self._database.transaction(cause=cause) as tx:
                fresh = await self._remember(tx, traced)
                for kind in dict.fromkeys(type(event) for event in fresh):
                    if kind not in self._handlers:
                        raise LookupError(f"{self._service} has no handler for {kind.type} in this version")
                    await self._handlers[kind](tx, [event for event in fresh if type(event) is kind])
        for event in events:
            telemetry.EVENTS_HANDLED.labels(self._service, event.type, "done").inc()

    def _traced(self, event: Event, context: ExitStack) -> Event:
        if event.meta.traceparent is None and not telemetry.tracing():
            return event
        context.enter_context(
            telemetry.span(f"handle {event.type}", kind=SpanKind.CONSUMER, parent=event.meta.traceparent)
        )
        if (here := telemetry.traceparent()) is not None:
            event.received_with(event.meta.model_copy(update={"traceparent": here}))
        return event

    async def _remember(self, tx: Transaction, events: Sequence[Event]) -> list[Event]:
        ids = [event.meta.id for event in events]
        new = set((await tx.session.scalars(_REMEMBER, {"ids": ids, "now": tx.now})).all())
        fresh: list[Event] = []
        for event in events:
            if event.meta.id in new:
                new.discard(event.meta.id)
                fresh.append(event)
        return fresh

    async def _retry_or_give_up(self, delivery: Delivery, error: BaseException) -> None:
        # Counted here: the server's number of deliveries grows with every outage and every killed worker too.
        event, message = delivery.event, delivery.message
        trouble = self._troubles.setdefault(event.meta.id, Trouble())
        if len(self._troubles) > REMEMBERED:
            del self._troubles[next(iter(self._troubles))]
        if is_outage(error):
            self._outages_in_a_row += 1
            trouble.outages += 1
            log.warning("%s waits for what cannot be reached: %s: %s", event.type, type(error).__name__, error)
            await message.nak(delay=min(OUTAGE_DELAY * 2 ** min(trouble.outages - 1, 10), LONGEST_OUTAGE_DELAY))
            return
        self._outages_in_a_row = 0
        trouble.failures += 1
        if trouble.failures <= len(self._delays):
            log.warning("%s failed, try %d", event.type, trouble.failures, exc_info=error)
            telemetry.EVENTS_HANDLED.labels(self._service, event.type, "retry").inc()
            await message.nak(delay=self._delays[trouble.failures - 1])
        else:
            await self._give_up(message, event, error)

    async def _give_up(self, message: Msg, event: Event | None, error: BaseException) -> None:
        """Keep the message as a dead letter; only when that is stored does the stream move on."""
        trouble = self._troubles.get(event.meta.id, Trouble()) if event else Trouble(failures=1)
        log.error("an event was given up: %s", message.subject, exc_info=error)
        try:
            async with self._database.transaction() as tx:
                await tx.session.execute(
                    sa.insert(tables.dead_letter).values(
                        id=new_id(),
                        event_id=event.meta.id if event else None,
                        subject=message.subject,
                        headers={name: storable(str(value)) for name, value in (message.headers or {}).items()},
                        body=message.data,
                        error=described(error),
                        tries=trouble.failures,
                        failed_at=tx.now,
                    )
                )
        except Exception as failure:  # noqa: BLE001  # it must not be acknowledged, whatever went wrong
            log.warning("the dead letter cannot be stored, the event comes again: %s", failure)
            await message.nak(delay=OUTAGE_DELAY)
            return
        telemetry.DEAD_LETTERS.labels(self._service).inc()
        if event:
            self._troubles.pop(event.meta.id, None)
        await message.term()


@asynccontextmanager
async def _kept_alive(messages: Sequence[Msg]) -> AsyncIterator[None]:
    """Tell the server now and then that these are worked on, so that nobody else gets them meanwhile."""

    async def tell() -> None:
        while True:
            await asyncio.sleep(streams.ACK_WAIT / 3)
            with suppress(Exception):  # what cannot be told now comes again, and the inbox knows it
                for message in messages:
                    if not message.is_acked:
                        await message.in_progress()

    telling = asyncio.create_task(tell())
    try:
        yield
    finally:
        telling.cancel()


def one_by_one(handler: Handler) -> BatchHandler:
    """A handler of single events as one of batches: still one transaction for the batch."""

    async def each(tx: Transaction, events: Sequence[Event]) -> None:
        for event in events:
            with tx.caused_by(event):
                await handler(tx, event)

    return each


def read_event(message: Msg) -> Event:
    """The event in a message. Raises ValueError or LookupError where it is none that we know."""
    parts = message.subject.split(".")
    kind = EVENTS.get(".".join(parts[:4]))
    if kind is None:
        raise LookupError(f"no event is published on {message.subject}")
    headers = {name: str(value) for name, value in (message.headers or {}).items()}
    meta: EventMeta = meta_from(headers, delivery=_delivery_number(message), expected=kind)
    try:
        event = kind.model_validate_json(message.data)
    except ValidationError as error:
        raise ValueError(f"not a valid {kind.type}: {error.errors(include_url=False, include_input=False)}") from error
    return event.received_with(meta)


def _delivery_number(message: Msg) -> int:
    try:
        return message.metadata.num_delivered or 1
    except NotJSMessageError:
        return 1
