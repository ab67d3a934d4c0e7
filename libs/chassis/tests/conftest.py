"""A service without nouns: the chassis alone, on real servers."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import suppress
from typing import Any

import pytest
from pydantic import SecretStr
from sqlalchemy.ext.asyncio import create_async_engine

from chassis import tables
from chassis.app import App, Role
from chassis.database import Transaction
from chassis.settings import ServiceSettings
from chassis.testing import NatsServer, RunApp, TestDatabases
from contracts.messages import Event, Problem, Reply, Request, Service
from contracts.topology import ROLES, answers


@pytest.fixture
async def bare_app(
    databases: TestDatabases, nats_server: NatsServer, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Callable[..., Awaitable[App]]]:
    """Builds an app with a database of its own; what it listens to and answers is up to the test."""
    urls: list[str] = []

    async def make(service: Service, *, url: str | None = None, **settings: Any) -> App:
        if url is not None:
            return build(service, url, settings)
        url = await databases.empty(service)
        urls.append(url)
        engine = create_async_engine(url)
        async with engine.begin() as connection:
            await connection.run_sync(tables.metadata.create_all)
        await engine.dispose()
        return build(service, url, settings)

    def build(service: Service, url: str, settings: dict[str, Any]) -> App:
        return App(
            service,
            ServiceSettings(
                **{
                    "database_url": SecretStr(url),
                    "nats_url": nats_server.url,
                    "nats_password": SecretStr(nats_server.passwords[service]),
                    "blobs_url": tmp_path_factory.mktemp("blobs").as_uri(),
                    **settings,
                }
            ),
        )

    yield make
    for url in urls:
        await databases.drop(url)


async def _ignore(_tx: Transaction, _events: Sequence[Event]) -> None:
    """What a bare app does with an event that the test does not care for."""


async def _refuse(_tx: Transaction, _request: Request[Reply]) -> Reply:
    return Problem(code="not_here", detail="This test does not answer it.")


@pytest.fixture
def complete() -> Callable[[App], App]:
    """Declares what a test did not: it is there and does nothing, so that the app may run."""

    def declare(app: App) -> App:
        for event in ROLES[app.service].listens:
            with suppress(ValueError):
                app.bus.listen_many(event, _ignore)
        for request in answers(app.service):
            if request not in app.bus.answered:
                app.bus.answer(request, _refuse)
        return app

    return declare


@pytest.fixture
async def run_bare(run_app: RunApp, complete: Callable[[App], App]) -> Callable[[App], Awaitable[None]]:
    """Runs the worker of a bare app."""

    async def start(app: App) -> None:
        await run_app(complete(app), Role.WORKER)

    return start
