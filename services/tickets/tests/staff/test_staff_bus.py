"""What other services ask about the staff, and that a sign-out reaches them over the real bus."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import uuid4

import httpx
from fastapi import Depends
from pydantic import SecretStr

from chassis.app import App, Role
from chassis.auth import CACHE_SECONDS, require
from chassis.routes import Routes
from chassis.settings import ServiceSettings
from chassis.testing import NatsServer, RunApp, SettingsFor
from contracts.messages import Problem, Service
from contracts.tickets import AgentCards, Authenticate, Authenticated, DescribeAgents, Permission
from tickets.staff import access, demo, rpc

SignIn = Callable[[str], Awaitable[httpx.AsyncClient]]


async def test_a_session_is_told_with_its_agent_and_permissions(app: App, sign_in: SignIn) -> None:
    secret = (await sign_in("tom")).cookies["__Host-deskstream"]
    async with app.database.transaction() as tx:
        told = await rpc.authenticate(tx, Authenticate(kind="session", secret=secret))
        nobody = await rpc.authenticate(tx, Authenticate(kind="session", secret="wrong"))
    assert isinstance(told, Authenticated)
    assert (told.agent_id, told.kind, told.name, told.role) == (demo.TOM, "session", "Tom Kraus", "agent")
    assert "tickets:write" in told.permissions
    assert isinstance(nobody, Problem)
    assert nobody.code == "unauthenticated"


async def test_agents_are_described_and_unknown_ids_left_out(app: App) -> None:
    async with app.database.transaction() as tx:
        told = await rpc.describe_agents(tx, DescribeAgents(agent_ids=(demo.TOM, uuid4(), demo.ADA)))
        too_many = await rpc.describe_agents(tx, DescribeAgents(agent_ids=tuple(uuid4() for _ in range(201))))
    assert isinstance(told, AgentCards)
    assert [(card.name, card.email, card.active) for card in told.agents] == [
        ("Ada Admin", "ada@desk.example", True),
        ("Tom Kraus", "tom@desk.example", True),
    ]
    assert isinstance(too_many, Problem)
    assert too_many.code == "invalid_request"


async def test_the_demo_agents_can_be_seeded_again_and_again(app: App) -> None:
    for _ in range(2):
        async with app.database.transaction() as tx:
            await demo.seed(tx, password="demo")
    async with app.database.transaction() as tx:
        told = await rpc.describe_agents(tx, DescribeAgents(agent_ids=tuple(demo.AGENTS)))
        petra = await access.begin_sign_in(tx, email="petra@desk.example", address="192.0.2.7")
    assert isinstance(told, AgentCards)
    assert len(told.agents) == 6
    assert petra is not None
    assert (petra.password_hash or "").startswith("$argon2id$v=19$m=65536")


async def test_another_service_learns_on_the_bus_who_calls_and_forgets_after_the_sign_out(
    app: App, sign_in: SignIn, settings_for: SettingsFor, run_app: RunApp, nats: NatsServer
) -> None:
    router = Routes()

    @router.get("/name", dependencies=[Depends(require(Permission.TICKETS_READ))])
    async def name() -> str:
        return "seen"

    password = SecretStr(nats.passwords["notify"])
    settings = ServiceSettings(**await settings_for(Service.TICKETS) | {"nats_password": password})
    other = App(Service.NOTIFY, settings)
    other.serve(router)
    await run_app(app, Role.WORKER)
    await run_app(other, Role.API)
    client = await sign_in("tom")
    transport = httpx.ASGITransport(other.api)
    async with httpx.AsyncClient(transport=transport, base_url="https://desk.example") as elsewhere:
        elsewhere.cookies.set("__Host-deskstream", client.cookies["__Host-deskstream"], domain="desk.example")

        async def status() -> int:
            return (await elsewhere.get("/name")).status_code

        await until(status, 200)
        assert (await client.delete("/api/v1/session")).status_code == 204
        started = time.monotonic()
        await until(status, 401)
        assert time.monotonic() - started < CACHE_SECONDS - 1, "the event must be faster than the cache"


async def until(status: Callable[[], Awaitable[Any]], wanted: int) -> None:
    """Wait until the answer is this, at most 10 s."""
    async with asyncio.timeout(10):
        while await status() != wanted:
            await asyncio.sleep(0.05)
