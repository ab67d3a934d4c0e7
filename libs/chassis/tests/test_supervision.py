"""A process looks after itself: what fails is begun anew, what cannot be mended ends it, and an end leaves nothing."""

import asyncio
import gc
import time
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit
from uuid import UUID, uuid4

import asyncpg
import httpx
import pytest
import sqlalchemy as sa
import uvloop
from nats.aio.client import Client
from pydantic import SecretStr
from sqlalchemy.ext.asyncio import create_async_engine

from chassis import streams, tables
from chassis.app import App, Role
from chassis.database import Transaction
from chassis.embedded.nats import EmbeddedNats
from chassis.embedded.ports import free_port
from chassis.embedded.postgres import EmbeddedPostgres
from chassis.health import operations
from chassis.testing import NatsServer
from chassis.testing.servers import FAST, NATS_CONFIG, nats_environment, repository
from chassis.testing.waiting import eventually
from contracts.messages import Service
from contracts.tickets import SubmissionFiled

MakeApp = Callable[..., Awaitable[App]]
RunBare = Callable[[App], Awaitable[None]]
Complete = Callable[[App], App]


async def end_for_good(client: Client | None) -> None:
    """What a server sends that changed a password or met a limit: nats-py never opens the connection again.

    Read as if it had come, because a real server also resets the connection, and which comes first is chance.
    """
    assert client is not None
    await client._ps.parse(b"-ERR 'Authorization Violation'\r\n")


def inside(app: App) -> httpx.AsyncClient:
    """Asks for an app's health."""
    return httpx.AsyncClient(transport=httpx.ASGITransport(operations(app)), base_url="http://inside")


async def test_a_service_starts_without_any_server_says_so_and_recovers_by_itself(
    bare_app: MakeApp, run_bare: RunBare, tmp_path: Path
) -> None:
    postgres = EmbeddedPostgres(tmp_path / "postgres", settings=FAST)
    postgres.start()
    url = postgres.admin_dsn.replace("postgresql://", "postgresql+asyncpg://", 1)
    engine = create_async_engine(url)
    async with engine.begin() as connection:
        await connection.run_sync(tables.metadata.create_all)
    await engine.dispose()
    postgres.stop()
    nats = EmbeddedNats(tmp_path / "nats", repository() / NATS_CONFIG, port=free_port(), environment=nats_environment())
    app = await bare_app(Service.TICKETS, url=url, nats_url=nats.url)
    await run_bare(app)
    async with inside(app) as client:
        assert (await client.get("/health/live")).status_code == 200
        parts = (await client.get("/health/ready")).json()["parts"]
        assert [name for name, state in parts.items() if state == "ok"] == []
        again = EmbeddedPostgres(tmp_path / "postgres", port=urlsplit(postgres.admin_dsn).port, settings=FAST)
        again.start()
        nats.start()
        try:

            async def ready() -> bool:
                return (await client.get("/health/ready")).status_code == 200

            await eventually(ready, seconds=20)
        finally:
            nats.stop()
            again.stop()


async def test_a_stopped_database_server_costs_no_event_and_no_try(
    bare_app: MakeApp, run_bare: RunBare, nats: NatsServer, tmp_path: Path
) -> None:
    postgres = EmbeddedPostgres(tmp_path / "postgres")
    postgres.start()
    url = postgres.admin_dsn.replace("postgresql://", "postgresql+asyncpg://", 1)
    engine = create_async_engine(url)
    async with engine.begin() as connection:
        await connection.run_sync(tables.metadata.create_all)
    await engine.dispose()
    portal = await bare_app(Service.PORTAL, url=url, retry_delays=())
    tickets = await bare_app(Service.TICKETS)
    seen: list[UUID] = []

    async def see(_tx: Transaction, event: SubmissionFiled) -> None:
        seen.append(event.submission_id)

    async def emit() -> UUID:
        async with tickets.database.transaction() as tx:
            tx.emit(SubmissionFiled(submission_id=(submission := uuid4())))
        return submission

    portal.bus.listen(SubmissionFiled, see)
    await run_bare(portal)
    await run_bare(tickets)
    first = await emit()
    await eventually(lambda: seen == [first])
    postgres.kill()
    second = await emit()
    await asyncio.sleep(3)
    again = EmbeddedPostgres(tmp_path / "postgres", port=urlsplit(postgres.admin_dsn).port)
    again.start()
    try:
        await eventually(lambda: seen == [first, second], seconds=20)
        async with portal.database.transaction() as tx:
            assert await tx.session.scalar(sa.select(sa.func.count()).select_from(tables.dead_letter)) == 0
    finally:
        again.stop()


async def test_a_job_that_was_cancelled_from_inside_is_begun_anew(
    bare_app: MakeApp, run_bare: RunBare, nats: NatsServer
) -> None:
    app = await bare_app(Service.NOTIFY)
    runs: list[float] = []

    async def work() -> int:
        runs.append(time.monotonic())
        if len(runs) == 1:
            raise asyncio.CancelledError
        return 0

    app.job("fragile", work, every=0.1)
    await run_bare(app)
    await eventually(lambda: len(runs) > 2)
    assert runs[1] - runs[0] > 0.5


async def test_a_relay_that_fails_is_begun_anew(bare_app: MakeApp, run_bare: RunBare, nats: NatsServer) -> None:
    app = await bare_app(Service.TICKETS)
    plain = app.settings.database_url.get_secret_value().replace("+asyncpg", "")
    admin = await asyncpg.connect(plain)
    try:
        async with app.database.transaction() as tx:
            tx.emit(SubmissionFiled(submission_id=uuid4()))
        await admin.execute("UPDATE outbox SET headers = '[\"no headers\"]'")
        await run_bare(app)
        await asyncio.sleep(1)
        await admin.execute("UPDATE outbox SET headers = '{}'")

        async def published() -> bool:
            return bool(await admin.fetchval("SELECT bool_and(published_at IS NOT NULL) FROM outbox"))

        await eventually(published)
    finally:
        await admin.close()


async def test_a_connection_that_the_server_ended_for_good_ends_the_process(
    bare_app: MakeApp, run_bare: RunBare, nats: NatsServer
) -> None:
    app = await bare_app(Service.NOTIFY)
    lost = asyncio.Event()
    app.bus.on_lost = lost.set
    await run_bare(app)
    await eventually(lambda: app.bus.connected)
    await end_for_good(app.bus.client)
    async with asyncio.timeout(10):
        await lost.wait()


async def test_a_server_that_cannot_start_ends_those_before_it_and_a_failing_end_does_not_keep_the_rest_open(
    bare_app: MakeApp, complete: Complete, nats: NatsServer
) -> None:
    app = complete(await bare_app(Service.NOTIFY))
    ended: list[str] = []

    async def first() -> Callable[[], Awaitable[None]]:
        async def stop() -> None:
            ended.append("first")
            raise ZeroDivisionError

        return stop

    async def second() -> Callable[[], Awaitable[None]]:
        raise ArithmeticError

    app.server(first)
    app.server(second)
    with pytest.raises(ZeroDivisionError):
        async with app.running(Role.WORKER):
            pytest.fail("it must not run")
    assert ended == ["first"]
    assert app.bus.client is None
    assert app.database.engine.pool.checkedout() == 0  # type: ignore[attr-defined]  # the pool of an engine with a size
    assert not [task for task in asyncio.all_tasks() if "job.run" in str(task) or "relay" in str(task)]


async def test_stopping_while_starting_ends_at_once(bare_app: MakeApp) -> None:
    app = await bare_app(Service.NOTIFY, nats_url=f"nats://127.0.0.1:{free_port()}")
    started = time.monotonic()
    async with app.running(Role.API):
        pass
    assert time.monotonic() - started < 5


async def test_stopping_while_the_bus_is_lost_ends_cleanly_on_the_event_loop_of_production(
    bare_app: MakeApp, complete: Complete, tmp_path: Path
) -> None:
    nats = EmbeddedNats(tmp_path / "nats", repository() / NATS_CONFIG, environment=nats_environment())
    nats.start()
    app = complete(await bare_app(Service.NOTIFY, nats_url=nats.url))

    async def life() -> None:
        async with app.running(Role.ALL):
            await eventually(lambda: app.bus.connected)
            nats.kill()
            await eventually(lambda: not app.bus.connected)
            await app.bus.broker.publish(b"what waits for the server", "_INBOX_notify.x")

    await asyncio.to_thread(uvloop.run, life())
    assert app.bus.client is None


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # nats-py drops refused sockets unclosed
async def test_a_service_that_nats_does_not_know_for_a_while_comes_back_by_itself(
    bare_app: MakeApp, run_bare: RunBare, tmp_path: Path
) -> None:
    port = free_port()
    app = await bare_app(Service.NOTIFY, nats_url=f"nats://127.0.0.1:{port}")
    await run_bare(app)
    for known in (False, True, False, True):
        environment = nats_environment() if known else {**nats_environment(), "NOTIFY_NATS_PASSWORD": "another"}
        nats = EmbeddedNats(tmp_path / "nats", repository() / NATS_CONFIG, port=port, environment=environment)
        nats.start()
        try:
            if known:
                await eventually(lambda: app.bus.connected)
            else:
                await asyncio.sleep(3)
                assert not app.bus.connected
        finally:
            nats.stop()
        await eventually(lambda: not app.bus.connected)
    gc.collect()


async def test_streams_are_declared_again_after_the_server_ended_the_connection(
    nats: NatsServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[Client] = []
    connect = streams.connect

    async def noted(settings: streams.StreamSettings) -> Client:
        made.append(await connect(settings))
        return made[-1]

    monkeypatch.setattr(streams, "connect", noted)
    settings = streams.StreamSettings(nats_url=nats.url, nats_password=SecretStr(nats.passwords["operator"]))
    watching = asyncio.create_task(streams.watch(settings, interval=1.0))
    try:
        await eventually(lambda: len(made) == 1)
        await end_for_good(made[0])
        await eventually(lambda: len(made) == 2, seconds=25)  # a question under way waits for its answer first
        await made[1].jsm().delete_stream("TICKETS")

        async def declared() -> bool:
            return "TICKETS" in {info.config.name for info in await made[1].jsm().streams_info()}

        await eventually(declared)
    finally:
        while not watching.done():
            watching.cancel()  # once is not enough: `asyncio.wait_for` of Python 3.11 can swallow it
            await asyncio.wait([watching], timeout=1)
        for client in made:
            await client.close()


@pytest.mark.parametrize(("role", "status"), [(Role.API, 200), (Role.ALL, 503)])
async def test_events_that_wait_make_a_worker_not_ready_and_leave_the_api_open(
    bare_app: MakeApp, complete: Complete, nats: NatsServer, role: Role, status: int
) -> None:
    app = complete(await bare_app(Service.CRM_MATCH))
    async with app.database.transaction() as tx:
        await tx.session.execute(
            sa.insert(tables.outbox).values(
                id=uuid4(),
                subject="tickets.evt.not_ours.v1",
                headers={},
                body=b"",
                created_at=tx.now - timedelta(minutes=5),
            )
        )
    async with app.running(role), inside(app) as client:
        await eventually(lambda: app.bus.connected)
        assert (await client.get("/health/ready")).status_code == status
