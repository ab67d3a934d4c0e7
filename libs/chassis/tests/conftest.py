"""A service without nouns: the chassis alone, on real servers."""

from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
from chassis import tables
from chassis.app import App
from chassis.settings import ServiceSettings
from chassis.testing import NatsServer, TestDatabases
from contracts.messages import Service
from pydantic import SecretStr
from sqlalchemy.ext.asyncio import create_async_engine


@pytest.fixture
async def bare_app(
    databases: TestDatabases, nats_server: NatsServer, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Callable[[Service], Awaitable[App]]]:
    """Builds an app with a database of its own; what it listens to and answers is up to the test."""
    urls: list[str] = []

    async def make(service: Service) -> App:
        url = await databases.empty(service)
        urls.append(url)
        engine = create_async_engine(url)
        async with engine.begin() as connection:
            await connection.run_sync(tables.metadata.create_all)
        await engine.dispose()
        settings = ServiceSettings(
            database_url=SecretStr(url),
            nats_url=nats_server.url,
            nats_password=SecretStr(nats_server.passwords[service]),
            blobs_url=tmp_path_factory.mktemp("blobs").as_uri(),
        )
        return App(service, settings)

    yield make
    for url in urls:
        await databases.drop(url)
