"""What happens when parts die, start late or end: nothing is lost, health is honest, and one trace goes through."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from uuid import UUID, uuid4

import httpx
import pytest
from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from pydantic import SecretStr

from chassis import streams, telemetry
from chassis.app import App, Role
from chassis.database import Transaction
from chassis.embedded.nats import EmbeddedNats
from chassis.health import operations
from chassis.http import with_edge
from chassis.ids import new_id
from chassis.listener import Listener
from chassis.testing import NatsServer
from chassis.testing.servers import NATS_CONFIG, nats_environment, nats_passwords, repository
from contracts.messages import EventMeta, Service
from contracts.tickets import SubmissionFiled

MakeApp = Callable[..., Awaitable[App]]
RunBare = Callable[[App], Awaitable[None]]


async def eventually(condition: Callable[[], bool], *, seconds: float = 10) -> None:
    """Wait until the condition holds; fails the test after so many seconds."""
    async with asyncio.timeout(seconds):
        while not condition():
            await asyncio.sleep(0.02)


@asynccontextmanager
async def own_nats(folder: Path) -> AsyncIterator[EmbeddedNats]:
    """A NATS server that this test may kill."""
    server = EmbeddedNats(folder, repository() / NATS_CONFIG, environment=nats_environment())
    server.start()
    try:
        yield server
    finally:
        server.stop()


async def declare(server: EmbeddedNats) -> None:
    """Declare the streams on a server."""
    client = await streams.connect(
        streams.StreamSettings(nats_url=server.url, nats_password=SecretStr(nats_passwords()["operator"]))
    )
    try:
        await streams.declare(client)
    finally:
        await client.close()


async def emit(app: App) -> UUID:
    """Emit an event."""
    submission = uuid4()
    async with app.database.transaction() as tx:
        tx.emit(SubmissionFiled(submission_id=submission))
    return submission


def recorder(into: list[UUID]) -> Callable[[Transaction, SubmissionFiled], Awaitable[None]]:
    """A handler that keeps what it was given."""

    async def record(_tx: Transaction, event: SubmissionFiled) -> None:
        into.append(event.submission_id)

    return record


async def test_after_nats_was_killed_and_its_store_deleted_every_event_arrives_once(
    bare_app: MakeApp, run_bare: RunBare, tmp_path: Path
) -> None:
    async with own_nats(tmp_path / "first") as server:
        await declare(server)
        portal = await bare_app(Service.PORTAL, nats_url=server.url)
        tickets = await bare_app(Service.TICKETS, nats_url=server.url)
        seen: list[UUID] = []
        portal.bus.listen(SubmissionFiled, recorder(seen))
        await run_bare(portal)
        await run_bare(tickets)
        sent = [await emit(tickets)]
        await eventually(lambda: seen == sent)

        server.kill()
        sent.append(await emit(tickets))
        reborn = EmbeddedNats(
            tmp_path / "second", repository() / NATS_CONFIG, port=server.port, environment=nats_environment()
        )
        reborn.start()
        try:
            await declare(reborn)
            await eventually(lambda: seen == sent, seconds=30)
            sent.append(await emit(tickets))
            await eventually(lambda: seen == sent)
        finally:
            reborn.stop()


async def test_a_service_that_starts_before_nats_works_as_soon_as_nats_is_there(
    bare_app: MakeApp, run_bare: RunBare, tmp_path: Path
) -> None:
    async with own_nats(tmp_path / "probe") as probe:
        port = probe.port
    portal = await bare_app(Service.PORTAL, nats_url=f"nats://127.0.0.1:{port}")
    tickets = await bare_app(Service.TICKETS, nats_url=f"nats://127.0.0.1:{port}")
    seen: list[UUID] = []
    portal.bus.listen(SubmissionFiled, recorder(seen))
    await run_bare(portal)
    await run_bare(tickets)
    submission = await emit(tickets)
    await asyncio.sleep(0.5)
    assert not portal.bus.connected
    server = EmbeddedNats(tmp_path / "late", repository() / NATS_CONFIG, port=port, environment=nats_environment())
    server.start()
    try:
        await declare(server)
        await eventually(lambda: seen == [submission], seconds=30)
    finally:
        server.stop()


async def test_an_event_committed_but_not_acknowledged_is_not_handled_again(bare_app: MakeApp) -> None:
    portal = await bare_app(Service.PORTAL)
    seen: list[UUID] = []
    portal.bus.listen(SubmissionFiled, recorder(seen))
    listener: Listener = portal.bus.listener(Service.TICKETS)
    event = SubmissionFiled(submission_id=uuid4())
    meta = EventMeta(id=new_id(), time=portal.database.clock(), source="/test", correlation_id="c")
    for delivery in (1, 2):
        again = event.model_copy().received_with(meta.model_copy(update={"delivery": delivery}))
        await listener.handle([again])
    assert seen == [event.submission_id]


async def test_stopping_finishes_the_event_in_flight(bare_app: MakeApp, run_bare: RunBare, nats: NatsServer) -> None:
    portal, tickets = await bare_app(Service.PORTAL), await bare_app(Service.TICKETS)
    begun = asyncio.Event()
    finished: list[UUID] = []

    async def slowly(_tx: Transaction, event: SubmissionFiled) -> None:
        begun.set()
        await asyncio.sleep(0.5)
        finished.append(event.submission_id)

    portal.bus.listen(SubmissionFiled, slowly)
    await run_bare(tickets)
    async with portal.running(Role.WORKER):
        submission = await emit(tickets)
        async with asyncio.timeout(10):
            await begun.wait()
    assert finished == [submission]


async def test_ready_says_which_part_is_missing_and_live_stays_live(
    bare_app: MakeApp, run_bare: RunBare, tmp_path: Path
) -> None:
    async with own_nats(tmp_path / "nats") as server:
        await declare(server)
        app = await bare_app(Service.NOTIFY, nats_url=server.url)
        await run_bare(app)
        await eventually(lambda: app.bus.connected)
        client = httpx.AsyncClient(transport=httpx.ASGITransport(operations(app)), base_url="http://inside")
        assert (await client.get("/health/ready")).json() == {
            "status": "ok",
            "parts": {"database": "ok", "bus": "ok", "relay": "ok"},
        }
        server.kill()
        await eventually(lambda: not app.bus.connected, seconds=20)
        ready = await client.get("/health/ready")
        assert ready.status_code == 503
        assert "NATS" in ready.json()["parts"]["bus"]
        assert (await client.get("/health/live")).status_code == 200
        assert b"deskstream_events_handled_total" in (await client.get("/metrics")).content


@pytest.fixture(scope="module")
def spans() -> InMemorySpanExporter:
    """Every span of this run from here on."""
    exporter = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    trace.set_tracer_provider(provider)
    return exporter


async def test_the_span_of_a_request_is_named_after_its_route_and_not_after_what_its_path_holds(
    bare_app: MakeApp, spans: InMemorySpanExporter
) -> None:
    app = await bare_app(Service.TICKETS)
    edge = with_edge(app.api, service="tickets", body_limit=1000)
    client = httpx.AsyncClient(transport=httpx.ASGITransport(edge), base_url="http://desk.test")
    await client.post(f"/api/v1/dead-letters/tickets/{uuid4()}/retry")
    await client.get("/api/v1/a-secret")
    names = {span.name for span in spans.get_finished_spans()}
    assert {"POST /api/v1/dead-letters/tickets/{letter_id}/retry", "GET unknown"} <= names
    assert not [name for name in names if "secret" in name]


async def test_one_trace_goes_from_the_request_through_outbox_and_bus_to_the_handler(
    bare_app: MakeApp, run_bare: RunBare, nats: NatsServer, spans: InMemorySpanExporter
) -> None:
    portal, tickets = await bare_app(Service.PORTAL), await bare_app(Service.TICKETS)
    correlations: list[str] = []

    async def note(_tx: Transaction, event: SubmissionFiled) -> None:
        correlations.append(event.meta.correlation_id)

    portal.bus.listen(SubmissionFiled, note)
    await run_bare(portal)
    await run_bare(tickets)
    with telemetry.correlated("call-42"), telemetry.span("POST /somewhere"):
        await emit(tickets)
    await eventually(lambda: correlations == ["call-42"])
    await eventually(lambda: f"handle {SubmissionFiled.type}" in {span.name for span in spans.get_finished_spans()})
    by_name = {span.name: span for span in spans.get_finished_spans()}
    request, handling = by_name["POST /somewhere"], by_name[f"handle {SubmissionFiled.type}"]
    assert request.context is not None
    assert handling.context is not None
    assert handling.parent is not None
    assert handling.context.trace_id == request.context.trace_id
    assert handling.parent.span_id == request.context.span_id
