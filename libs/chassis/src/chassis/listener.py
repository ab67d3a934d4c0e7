"""How events are handled: in batches, one transaction a batch, each event once, nothing dropped.

A batch is handled in one transaction together with its inbox rows. When it fails, each event gets a transaction of
its own, so that a poison event never takes its neighbours along (design/bus.md). A failed event comes back with a
growing delay and ends, after the last try, in the dead-letter table. Where the database or another service cannot be
reached nothing is given up: such failures never count as a try.
"""

import logging
from collections.abc import Awaitable, Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from asyncpg import exceptions as pg
from nats.aio.msg import Msg
from nats.errors import NotJSMessageError
from opentelemetry.trace import SpanKind
from pydantic import ValidationError
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import DBAPIError

from chassis import tables, telemetry
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
        | pg.OperatorInterventionError
        | pg.InsufficientResourcesError
        | pg.SerializationError
        | pg.DeadlockDetectedError
        | sa.exc.TimeoutError,
    )


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
        deliveries: list[Delivery] = []
        for message in messages:
            try:
                deliveries.append(Delivery(read_event(message), message))
            except (ValueError, LookupError) as error:
                await self._give_up(message, None, error)
        wanted = [delivery for delivery in deliveries if type(delivery.event) in self._handlers]
        for delivery in deliveries:
            if type(delivery.event) not in self._handlers:
                await delivery.message.ack()
        if wanted:
            await self._settle(wanted)

    async def _settle(self, deliveries: Sequence[Delivery]) -> None:
        try:
            await self.handle([delivery.event for delivery in deliveries])
        except Exception as error:  # noqa: BLE001  # whatever a handler raises decides about retry or dead letter
            if is_outage(error):
                log.warning("events wait for what cannot be reached: %s: %s", type(error).__name__, error)
                for delivery in deliveries:
                    await delivery.message.nak(delay=OUTAGE_DELAY)
            elif len(deliveries) > 1:
                for delivery in deliveries:
                    await self._settle([delivery])
            else:
                await self._retry_or_give_up(deliveries[0], error)
        else:
            for delivery in deliveries:
                await delivery.message.ack()

    async def handle(self, events: Sequence[Event]) -> None:
        """Handle events in one transaction, leaving out those that were handled before."""
        cause = events[0] if len(events) == 1 else None
        with ExitStack() as spans:
            traced = [self._traced(event, spans) for event in events]
            async with self._database.transaction(cause=cause) as tx:
                fresh = await self._remember(tx, traced)
                for kind in dict.fromkeys(type(event) for event in fresh):
                    await self._handlers[kind](tx, [event for event in fresh if type(event) is kind])
        for event in events:
            telemetry.EVENTS_HANDLED.labels(self._service, event.type, "done").inc()

    def _traced(self, event: Event, spans: ExitStack) -> Event:
        spans.enter_context(
            telemetry.span(f"handle {event.type}", kind=SpanKind.CONSUMER, parent=event.meta.traceparent)
        )
        if (here := telemetry.traceparent()) is not None:
            event.received_with(event.meta.model_copy(update={"traceparent": here}))
        return event

    async def _remember(self, tx: Transaction, events: Sequence[Event]) -> list[Event]:
        statement = (
            insert(tables.inbox)
            .values([{"event_id": event.meta.id, "handled_at": tx.now} for event in events])
            .on_conflict_do_nothing()
            .returning(tables.inbox.c.event_id)
        )
        new = set((await tx.session.scalars(statement)).all())
        fresh: list[Event] = []
        for event in events:
            if event.meta.id in new:
                new.discard(event.meta.id)
                fresh.append(event)
        return fresh

    async def _retry_or_give_up(self, delivery: Delivery, error: Exception) -> None:
        tries = delivery.event.meta.delivery
        if tries <= len(self._delays):
            log.warning("%s failed, try %d", delivery.event.type, tries, exc_info=error)
            telemetry.EVENTS_HANDLED.labels(self._service, delivery.event.type, "retry").inc()
            await delivery.message.nak(delay=self._delays[tries - 1])
        else:
            await self._give_up(delivery.message, delivery.event, error)

    async def _give_up(self, message: Msg, event: Event | None, error: Exception) -> None:
        """Keep the message as a dead letter; only when that is stored does the stream move on."""
        log.error("an event was given up: %s", message.subject, exc_info=error)
        try:
            async with self._database.transaction() as tx:
                await tx.session.execute(
                    sa.insert(tables.dead_letter).values(
                        id=new_id(),
                        event_id=event.meta.id if event else None,
                        subject=message.subject,
                        headers=dict(message.headers or {}),
                        body=message.data,
                        error=f"{type(error).__name__}: {error}"[:4000],
                        tries=_delivery_number(message),
                        failed_at=tx.now,
                    )
                )
        except Exception as failure:  # noqa: BLE001  # it must not be acknowledged, whatever went wrong
            log.warning("the dead letter cannot be stored, the event comes again: %s", failure)
            await message.nak(delay=OUTAGE_DELAY)
            return
        telemetry.DEAD_LETTERS.labels(self._service).inc()
        await message.term()


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
