"""Pytest plugin: real PostgreSQL and NATS for every test that asks for them, started once a run.

``DESKSTREAM_TEST_BACKEND=embedded`` (default) takes the servers from their wheels, ``containers`` takes testcontainers.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Generator, Iterator
from contextlib import AsyncExitStack
from typing import Any

import pytest
from nats.aio.client import Client
from pydantic import SecretStr

from chassis import streams
from chassis.app import App, Role
from chassis.testing import stand_ins
from chassis.testing.servers import NatsServer, PostgresServer, TestDatabases, start_nats, start_postgres
from contracts.messages import Service

__all__ = ["DatabaseUrl", "NatsServer", "PostgresServer", "RunApp", "SettingsFor", "StandIn", "TestDatabases"]

DatabaseUrl = Callable[[Service], Awaitable[str]]
SettingsFor = Callable[[Service], Awaitable[dict[str, Any]]]
RunApp = Callable[[App, Role], Awaitable[None]]
StandIn = Callable[[Service, stand_ins.Answers], Awaitable[Client]]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """What a hostile test logged travels to the process that reports: as text that UTF-8 can carry."""
    report = yield
    report.sections = [(name, text.encode(errors="backslashreplace").decode()) for name, text in report.sections]
    return report


@pytest.fixture(scope="session")
def postgres_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PostgresServer]:
    """A PostgreSQL server for this run."""
    with start_postgres(tmp_path_factory) as server:
        yield server


@pytest.fixture(scope="session")
def nats_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[NatsServer]:
    """A NATS server with the configuration, users and permissions of deploy/nats, for this run."""
    with start_nats(tmp_path_factory) as server:
        yield server


@pytest.fixture(scope="session")
def databases(postgres_server: PostgresServer) -> TestDatabases:
    """Makes databases: migrated once per service, then copied."""
    return TestDatabases(postgres_server)


@pytest.fixture
async def database_url(databases: TestDatabases) -> AsyncIterator[DatabaseUrl]:
    """``await database_url(Service.TICKETS)``: the URL of a fresh, migrated database, dropped after the test."""
    made: list[str] = []

    async def make(service: Service) -> str:
        url = await databases.create(service)
        made.append(url)
        return url

    yield make
    for url in made:
        await databases.drop(url)


@pytest.fixture
async def nats(nats_server: NatsServer) -> NatsServer:
    """The NATS server with all streams and consumers declared anew, so empty."""
    settings = streams.StreamSettings(
        nats_url=nats_server.url, nats_password=SecretStr(nats_server.passwords["operator"])
    )
    client = await streams.connect(settings)
    try:
        manager = client.jsm()
        for name in [info.config.name for info in await manager.streams_info()]:
            await manager.delete_stream(str(name))
        await streams.declare(client)
    finally:
        await client.close()
    return nats_server


@pytest.fixture
async def settings_for(
    database_url: DatabaseUrl, nats_server: NatsServer, tmp_path_factory: pytest.TempPathFactory
) -> SettingsFor:
    """``Settings(**await settings_for(Service.NOTIFY))``: what any service needs, with a fresh database.

    All services of one test share a blob folder, as in production.
    """
    blobs = tmp_path_factory.mktemp("blobs").as_uri()

    async def make(service: Service) -> dict[str, Any]:
        return {
            "database_url": SecretStr(await database_url(service)),
            "nats_url": nats_server.url,
            "nats_password": SecretStr(nats_server.passwords[service]),
            "blobs_url": blobs,
        }

    return make


@pytest.fixture
async def run_app() -> AsyncIterator[RunApp]:
    """Runs apps on the real servers until the end of the test: ``await run_app(app, Role.ALL)``."""
    async with AsyncExitStack() as stack:

        async def start(app: App, role: Role) -> None:
            await stack.enter_async_context(app.running(role))

        yield start


@pytest.fixture
async def stand_in(nats: NatsServer) -> AsyncIterator[StandIn]:
    """Stands in for another service on the bus: ``client = await stand_in(Service.INGEST, {SendMail: answer})``.

    Closing the client is that service's outage; what is open at the end of the test is closed.
    """
    clients: list[Client] = []

    async def start(service: Service, answers: stand_ins.Answers) -> Client:
        clients.append(await stand_ins.stand_in(nats, service, answers))
        return clients[-1]

    yield start
    for client in clients:
        if not client.is_closed:
            await client.close()
