"""The mail service as its tests need it: on real servers, with a free SMTP port and a scripted relay."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import httpx
import pytest
import sqlalchemy as sa
from pydantic import SecretStr

from chassis import tables
from chassis.app import App, Role
from chassis.auth import Authenticator
from chassis.embedded.ports import free_port
from chassis.http import with_edge
from chassis.ids import new_id
from chassis.testing import NatsServer, RunApp, SettingsFor
from chassis.testing.waiting import eventually
from contracts.messages import EVENTS, Event, Service
from contracts.tickets import Authenticated, Permission
from ingest import demo
from ingest.main import build
from ingest.received.operations import Arrival, store
from ingest.settings import Settings
from ingest.testing import ScriptedRelay, Wire, scripted_relay, wire_to

BuildApp = Callable[..., Awaitable[App]]
Start = Callable[[App], Awaitable[None]]
Receive = Callable[..., Awaitable[list[UUID]]]
Rows = Callable[[App, sa.Table], Awaitable[Sequence[sa.RowMapping]]]


@pytest.fixture
async def build_app(settings_for: SettingsFor) -> AsyncIterator[BuildApp]:
    """``await build_app(relay_port=…)``: the service with the demo's accounts, not running yet."""
    made: list[App] = []

    async def make(**changes: Any) -> App:
        values = {
            **await settings_for(Service.INGEST),
            "smtp_port": free_port(),
            "relay_port": free_port(),
            "smtp_hostname": "mx.desk.example",
            **changes,
        }
        app = build(Settings(**values))
        made.append(app)
        async with app.database.transaction() as tx:
            await demo.seed(tx, password="unused")
        return app

    yield make
    for app in made:
        await app.database.close()


@pytest.fixture
async def wire(settings_for: SettingsFor) -> AsyncIterator[tuple[Wire, dict[str, Any]]]:
    """A wire to a fresh database, and the settings to use it."""
    settings = await settings_for(Service.INGEST)
    url = urlsplit(settings["database_url"].get_secret_value())
    async with wire_to(int(url.port or 0)) as wire:
        host = f"{url.username}:{url.password}@127.0.0.1:{wire.own_port}"
        yield wire, settings | {"database_url": SecretStr(url._replace(netloc=host).geturl())}


@pytest.fixture
def start(run_app: RunApp, nats: NatsServer) -> Start:
    """``await start(app)``: run the worker, connected to the bus, until the end of the test."""

    async def run(app: App) -> None:
        await run_app(app, Role.WORKER)
        await eventually(lambda: app.bus.connected)

    return run


@pytest.fixture
async def relay() -> AsyncIterator[ScriptedRelay]:
    """A mail server that takes everything, unless the test says otherwise."""
    async with scripted_relay(free_port()) as server:
        yield server


@pytest.fixture
def receive() -> Receive:
    """``await receive(app, raw, …)``: mails to support that have arrived and wait to be parsed; their ids."""

    async def store_all(app: App, *raws: bytes, sender: str = "sabine@schulz.example") -> list[UUID]:
        arrivals = [
            Arrival(
                id=new_id(),
                account_id=demo.ACCOUNTS[0][0],
                source_id=f"test:{new_id()}",
                client_address="192.0.2.1",
                client_name="mail.schulz.example",
                envelope_sender=sender,
                envelope_recipients=["support@desk.example"],
                raw_sha256=sha256,
                size=len(raw),
            )
            for raw, sha256 in zip(raws, await app.blobs.put_many(raws), strict=True)
        ]
        async with app.database.transaction() as tx:
            await store(tx, arrivals)
        return [arrival.id for arrival in arrivals]

    return store_all


@pytest.fixture
def rows() -> Rows:
    """``await rows(app, mail)``: all rows of a table, in order of their key."""

    async def read(app: App, table: sa.Table) -> Sequence[sa.RowMapping]:
        async with app.database.transaction() as tx:
            found = await tx.session.execute(sa.select(table).order_by(*table.primary_key.columns))
            return found.mappings().all()

    return read


@pytest.fixture
def emitted() -> Callable[[App], Awaitable[list[Event]]]:
    """``await emitted(app)``: every event in the outbox, oldest first."""

    async def read(app: App) -> list[Event]:
        async with app.database.transaction() as tx:
            found = await tx.session.execute(
                sa.select(tables.outbox.c.subject, tables.outbox.c.body).order_by(tables.outbox.c.seq)
            )
            return [EVENTS[subject].model_validate_json(body) for subject, body in found]

    return read


@pytest.fixture
async def staff() -> AsyncIterator[Callable[..., httpx.AsyncClient]]:
    """``staff(app)``: a client of the staff API; ``permissions`` are all of them unless named."""
    known: dict[str, Authenticated] = {}

    async def resolve(_kind: str, secret: str) -> Authenticated | None:
        return known.get(secret)

    async with AsyncExitStack() as stack:

        def client(app: App, *permissions: Permission, agent_id: UUID | None = None) -> httpx.AsyncClient:
            secret = f"ds_{new_id()}"
            known[secret] = Authenticated(
                agent_id=agent_id or new_id(),
                credential_id=new_id(),
                kind="token",
                name="Ada",
                role="admin",
                permissions=frozenset(permissions or Permission),
            )
            app.authenticator = Authenticator(resolve)
            http = httpx.AsyncClient(
                transport=httpx.ASGITransport(with_edge(app.api, service="ingest", body_limit=100_000)),
                base_url="http://desk.example/api/v1",
                headers={"Authorization": f"Bearer {secret}"},
            )
            stack.push_async_callback(http.aclose)
            return http

        yield client
