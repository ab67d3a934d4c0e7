"""The bus: the one place that builds a FastStream broker, with the defaults that lose nothing.

`listen` reads a durable pull consumer, `hear` a broadcast, `answer` serves requests and `ask` sends them. The traps
that are closed here are listed in docs/bus.md, each with its test against the real server.
"""

import asyncio
import logging
import signal
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from functools import partial
from typing import Any, TypeVar

import nats.errors
import nats.js.errors
from faststream import AckPolicy
from faststream.nats import JStream, NatsBroker, NatsMessage, PullSub
from faststream.nats.security import NatsUserPassword
from faststream.nats.subscriber.usecases import BatchPullStreamSubscriber
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.js.api import ConsumerConfig
from opentelemetry.trace import SpanKind
from pydantic import ValidationError

from chassis import telemetry
from chassis.database import Database, Transaction
from chassis.listener import BatchHandler, Handler, Listener, Unavailable, is_outage, one_by_one, read_event
from chassis.settings import RETRY_DELAYS
from contracts.envelope import PROBLEM_HEADER
from contracts.messages import Event, Problem, Reply, Request, Service
from contracts.topology import ROLES, Consumer, answers, consumers, inbox_prefix

log = logging.getLogger(__name__)

R = TypeVar("R", bound=Reply)
Answer = Callable[[Transaction, Any], Awaitable[Reply]]
Hearer = Callable[[Any], None]

BATCH = 100
PULL_TIMEOUT = 5.0
"""Seconds that one pull waits; after a restart of the server a consumer is back within this time."""

BUSY = 5
"""A batch of so many events is followed by others, and is worth a wait."""

SPACING = 0.1
"""Seconds from the beginning of a busy batch to that of the next: a transaction costs more than an event."""

ANSWER_WORKERS = 16

HEADERS = 1024
"""More than the headers of any request, answer or event of ours take, in bytes."""


class Refused(Exception):
    """The owner of a request refused it: ``problem`` says why."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(f"{problem.code}: {problem.detail}")
        self.problem = problem


def fits(client: Client, body: bytes) -> bool:
    """Whether a message may be sent: the client compares its body alone, and the server ends a connection for more."""
    return len(body) + HEADERS <= client.max_payload


class PromptBatch(BatchPullStreamSubscriber):
    """FastStream's batch subscriber, handing over what has come instead of waiting until the batch is full.

    FastStream 0.7.8 collects until the batch is full or the time-out is over, so a lone event would wait for the
    whole time-out; it asks the server to create missing consumers, which is not a service's right here; and it
    retries at once where the consumer is missing, which burns a core.
    """

    __slots__ = ()

    async def _create_subscription(self) -> None:
        if self.subscription:
            return
        self.subscription = await self.jetstream.pull_subscribe_bind(
            durable=str(self.extra_options["durable"]), stream=self.stream.name
        )
        self.add_task(self._consume_pull)

    async def _consume_pull(self) -> None:
        while self.running and self.subscription is not None:
            try:
                messages = await self.subscription.fetch(batch=self.pull_sub.batch_size, timeout=self.pull_sub.timeout)
            except TimeoutError:
                continue
            except Exception as error:  # noqa: BLE001  # FastStream would try again at once, and burn a core
                log.warning("%s: cannot read the stream, trying again: %r", self.stream.name, error)
                await asyncio.sleep(0.5)
                continue
            if messages and self.running:
                began = time.monotonic()
                await self.consume(messages)
                if len(messages) >= BUSY:
                    await asyncio.sleep(began + SPACING - time.monotonic())


class Bus:
    """A service's connection to NATS.

    ``on_lost`` is called when it cannot be mended in this process, which then ends: its supervisor starts a new one.
    """

    def __init__(
        self,
        *,
        service: Service,
        url: str,
        password: str,
        database: Database,
        user: str | None = None,
        delays: Sequence[float] = RETRY_DELAYS,
    ) -> None:
        self.service = service
        self._database = database
        self._delays = delays
        self._listeners: dict[Service, Listener] = {}
        self._hearers: dict[type[Event], Hearer] = {}
        self._answers: dict[type[Request[Any]], Answer] = {}
        self._client: Client | None = None
        self.on_lost: Callable[[], None] = partial(signal.raise_signal, signal.SIGTERM)
        self.broker = NatsBroker(
            [server.strip() for server in url.split(",")],
            security=NatsUserPassword(user or str(service), password),
            inbox_prefix=f"_INBOX_{service}",
            name=f"deskstream-{service}",
            max_reconnect_attempts=-1,
            reconnect_time_wait=1,
            connect_timeout=3,
            ping_interval=10,
            max_outstanding_pings=2,
            graceful_timeout=15,
            closed_cb=self._on_closed,
            logger=logging.getLogger("chassis.faststream"),
        )
        # FastStream's own callback raises where a password is refused, and nats-py then never connects again.
        self.broker._connection_kwargs["error_cb"] = self._on_error  # noqa: SLF001  # there is no other way to it

    async def _on_error(self, error: Exception) -> None:
        log.warning("nats: %r", error)

    async def _on_closed(self) -> None:
        """The client never opens a connection again that the server ended with an error (a changed password, say)."""
        if self._client is not None:
            log.critical("the server ended the connection for good: %s", self._client.last_error)
            self.on_lost()

    def listen(self, event: type[Event], handler: Handler) -> None:
        """Handle every event of this class once, in the transaction of its batch."""
        self.listen_many(event, one_by_one(handler))

    def listen_many(self, event: type[Event], handler: BatchHandler) -> None:
        """Handle the events of this class many at a time, where it is hot."""
        if event not in ROLES[self.service].listens:
            raise ValueError(f"contracts.topology does not let {self.service} listen to {event.type}")
        owner = Service(event.owner)
        self._listeners.setdefault(owner, Listener(self.service, self._database, delays=self._delays)).add(
            event, handler
        )

    def listener(self, owner: Service) -> Listener:
        """What this service does with the events of ``owner``; raises KeyError if it listens to none."""
        return self._listeners[owner]

    def hear(self, event: type[Event], handler: Hearer) -> None:
        """Be told of a broadcast while this process runs; what was missed is not repeated."""
        if event not in ROLES[self.service].hears:
            raise ValueError(f"contracts.topology does not let {self.service} hear {event.type}")
        self._hearers[event] = handler

    def answer(self, request: type[Request[Any]], handler: Answer) -> None:
        """Serve a request with a reply or a `Problem`; the transaction commits before the answer leaves."""
        if request.owner != self.service:
            raise ValueError(f"{self.service} may not answer {request.bus_subject}")
        self._answers[request] = handler

    @property
    def answered(self) -> frozenset[type[Request[Any]]]:
        """The requests that have an answer here."""
        return frozenset(self._answers)

    def subscribe(self, *, worker: bool) -> None:
        """Register what was declared. A process without the worker role only hears broadcasts."""
        for event, hearer in self._hearers.items():
            self.broker.subscriber(event.pattern(), no_reply=True)(self._hearing(hearer))
        if not worker:
            return
        missing = [request.bus_subject for request in answers(self.service) if request not in self._answers]
        if missing:
            raise ValueError(f"{self.service} does not answer {', '.join(missing)}")
        for consumer in consumers(self.service):
            self._subscribe_consumer(consumer)
        for request, handler in self._answers.items():
            self.broker.subscriber(
                request.bus_subject, queue=str(self.service), max_workers=ANSWER_WORKERS, no_reply=True
            )(self._answering(request, handler))

    def _subscribe_consumer(self, consumer: Consumer) -> None:
        owner = consumer.stream.owner
        listener = self._listeners.get(owner)
        unhandled = [event.type for event in consumer.events if listener is None or event not in listener.events]
        if listener is None or unhandled:
            raise ValueError(f"{self.service} has no handler for {', '.join(unhandled)}")
        subscriber = self.broker.subscriber(
            config=ConsumerConfig(filter_subjects=[event.pattern() for event in consumer.events]),
            stream=JStream(consumer.stream.name, declare=False),
            durable=consumer.durable,
            pull_sub=PullSub(batch_size=BATCH, timeout=PULL_TIMEOUT, batch=True),
            ack_policy=AckPolicy.MANUAL,
            no_reply=True,
        )
        subscriber.__class__ = PromptBatch

        async def receive(message: NatsMessage) -> None:
            raw: list[Msg] = message.raw_message  # type: ignore[assignment]  # a batch subscriber gives a list
            await listener.receive(raw)

        subscriber(receive)

    def _hearing(self, hearer: Hearer) -> Callable[[NatsMessage], Awaitable[None]]:
        async def hear(message: NatsMessage) -> None:
            try:
                hearer(read_event(message.raw_message))
            except (ValueError, LookupError) as error:
                log.warning("a broadcast cannot be read: %s", error)

        return hear

    def _answering(self, request: type[Request[Any]], handler: Answer) -> Callable[[NatsMessage], Awaitable[None]]:
        async def answer(message: NatsMessage) -> None:
            started = time.perf_counter()
            raw = message.raw_message
            if not raw.reply.startswith(inbox_prefix("")):
                # Whoever asks names the subject of the answer, and it may be one that only we may publish on.
                log.warning("%s: no answer to %r, which is no reply subject", request.bus_subject, raw.reply)
                return
            headers = raw.headers or {}
            with (
                telemetry.correlated(headers.get("correlation_id")),
                telemetry.span(
                    f"answer {request.bus_subject}", kind=SpanKind.SERVER, parent=headers.get("traceparent")
                ),
            ):
                reply = await self._reply(request, handler, raw.data)
                body = reply.model_dump_json().encode()
                if self._client is not None and not fits(self._client, body):
                    log.error("the answer to %s has %d bytes, too many for the bus", request.bus_subject, len(body))
                    reply = Problem(code="too_large", detail="The answer is too large for the bus. Ask for less.")
                    body = reply.model_dump_json().encode()
                await self.broker.publish(
                    body, raw.reply, headers={PROBLEM_HEADER: reply.code} if isinstance(reply, Problem) else {}
                )
            outcome = reply.code if isinstance(reply, Problem) else "ok"
            telemetry.REQUEST_SECONDS.labels(self.service, request.bus_subject, outcome).observe(
                time.perf_counter() - started
            )

        return answer

    async def _reply(self, request: type[Request[Any]], handler: Answer, body: bytes) -> Reply:
        try:
            question = request.model_validate_json(body)
        except ValidationError as error:
            return Problem(
                code="invalid_request", detail=str(error.errors(include_url=False, include_input=False))[:2000]
            )
        try:
            async with self._database.transaction() as tx:
                return await handler(tx, question)
        except Exception as error:
            if is_outage(error):
                log.warning("%s cannot be answered now: %s", request.bus_subject, error)
                return Problem(code="unavailable", detail="The service cannot reach its database. Try again soon.")
            log.exception("%s failed", request.bus_subject)
            return Problem(code="internal", detail="The service failed; its log has the details.")

    async def ask(self, request: Request[R], *, seconds: float = 3.0) -> R:
        """Ask the owner and wait for its answer.

        Raises `Refused` for a refusal, `Unavailable` where nobody answers within so many seconds, and ValueError for a
        request that is too large for the bus.
        """
        if type(request) not in ROLES[self.service].asks:
            raise ValueError(f"contracts.topology does not let {self.service} ask {request.bus_subject}")
        headers = {"traceparent": parent} if (parent := telemetry.traceparent()) else {}
        if self._client is None or not self._client.is_connected:
            raise Unavailable(f"{request.bus_subject}: the bus cannot be reached")
        body = request.model_dump_json().encode()
        if not fits(self._client, body):
            raise ValueError(f"{request.bus_subject}: {len(body)} bytes are too many for the bus")
        try:
            message = await self.broker.request(
                body,
                request.bus_subject,
                headers=headers,
                correlation_id=telemetry.correlation_id(),
                timeout=seconds,
            )
        except (nats.errors.Error, TimeoutError) as error:
            raise Unavailable(f"{request.bus_subject}: nobody answered ({type(error).__name__})") from error
        answer = message.raw_message
        if PROBLEM_HEADER not in (answer.headers or {}):
            return request.reply.model_validate_json(answer.data)  # type: ignore[return-value]  # the class says which
        problem = Problem.model_validate_json(answer.data)
        if problem.code == "unavailable":
            raise Unavailable(f"{request.bus_subject}: {problem.detail}")
        raise Refused(problem)

    async def start(self) -> None:
        """Connect, and keep trying until there is a server; then start to listen and to answer."""
        self._client = await self.broker.connect()
        await self.broker.start()

    async def stop(self) -> None:
        """Take nothing new, finish what is in flight (at most 15 s), and close the connection."""
        client, self._client = self._client, None
        with suppress(Exception):  # a lost server can neither be drained nor told, and nats-py says so in many ways
            await self.broker.stop()
        if client is not None:
            with suppress(Exception):  # the same
                await client.close()

    @property
    def client(self) -> Client | None:
        """The connection below, for the relay; None before there is one."""
        return self._client

    @property
    def connected(self) -> bool:
        """Whether the server can be reached now."""
        return self._client is not None and self._client.is_connected
