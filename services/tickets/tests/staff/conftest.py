"""The ticket core on a database of its own, with agents, and browsers that sign in as they do."""

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
import sqlalchemy as sa

from chassis import tables
from chassis.app import App
from chassis.testing import SettingsFor
from contracts.messages import Service
from tickets.main import Settings, build
from tickets.staff import demo
from tickets.staff.operations import AgentFields, create_agent
from tickets.staff.passwords import Passwords
from tickets.staff.rules.permissions import Role

PASSWORD = "correct horse battery"
CHEAP: dict[str, Any] = {"password_memory_kib": 64, "password_passes": 1}
"""Argon2id at a cost for tests; what it costs in production is a test of its own."""


class Clock:
    """The time of an app, which a test moves on."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def pass_by(self, time: timedelta) -> None:
        self.now += time


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def app(settings_for: SettingsFor, clock: Clock) -> AsyncIterator[App]:
    """The service, not running, with Ada (administrator), Tom (agent) and Lea (light agent)."""
    settings = Settings(**await settings_for(Service.TICKETS), **CHEAP)
    app = build(settings, clock=clock)
    hashed = await Passwords(settings.password_cost).hash(PASSWORD)
    async with app.database.transaction() as tx:
        for agent_id in (demo.ADA, demo.TOM):
            await create_agent(tx, demo.AGENTS[agent_id], password_hash=hashed, agent_id=agent_id)
        light = AgentFields(name="Lea Light", email="lea@desk.example", role=Role.LIGHT_AGENT)
        await create_agent(tx, light, password_hash=hashed)
    yield app
    await app.database.close()


@pytest.fixture
async def browse(app: App) -> AsyncIterator[Callable[[], httpx.AsyncClient]]:
    """Opens browsers: clients with cookies of their own, whose requests come from our own pages."""
    async with AsyncExitStack() as stack:
        opened: list[httpx.AsyncClient] = []

        def open_browser() -> httpx.AsyncClient:
            client = httpx.AsyncClient(
                transport=httpx.ASGITransport(app.api, client=("192.0.2.7", 40_000)),
                base_url="https://desk.example",
                headers={"Sec-Fetch-Site": "same-origin", "User-Agent": f"Browser {len(opened) + 1}"},
            )
            opened.append(client)
            stack.push_async_callback(client.aclose)
            return client

        yield open_browser


@pytest.fixture
def sign_in(browse: Callable[[], httpx.AsyncClient]) -> Callable[[str], Awaitable[httpx.AsyncClient]]:
    """Opens a browser that is signed in: ``await sign_in("tom")``."""

    async def signed_in(name: str) -> httpx.AsyncClient:
        client = browse()
        response = await client.post("/api/v1/session", json={"email": f"{name}@desk.example", "password": PASSWORD})
        assert response.status_code == 201, response.text
        return client

    return signed_in


@pytest.fixture
def revoked(app: App) -> Callable[[], Awaitable[list[list[str]]]]:
    """The credential ids of every `AccessRevoked` in the outbox, oldest first."""

    async def read() -> list[list[str]]:
        async with app.database.transaction() as tx:
            bodies = await tx.session.scalars(
                sa.select(tables.outbox.c.body)
                .where(tables.outbox.c.subject == "tickets.evt.access_revoked.v1")
                .order_by(tables.outbox.c.seq)
            )
            events: list[dict[str, Any]] = [json.loads(body) for body in bodies]
        return [event["credential_ids"] for event in events]

    return read
