"""The first administrator by a link from the command line; the door closes behind them."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from typing import Any

import httpx
import pytest
import sqlalchemy as sa
from services.tickets.tests.staff.conftest import CHEAP, Clock
from typer.testing import CliRunner, Result

from chassis.app import App
from chassis.testing import SettingsFor
from contracts.messages import Service
from tickets.audit.models import AuditEntry
from tickets.main import Settings, build
from tickets.staff import links
from tickets.staff.cli import commands
from tickets.staff.models import Agent

PASSWORD = "correct horse battery"
SETUP = "/api/v1/setup"

Run = Callable[..., Awaitable[Result]]


@pytest.fixture
async def fresh(settings_for: SettingsFor, clock: Clock) -> AsyncIterator[App]:
    """The service as it is installed: without any agent."""
    app = build(Settings(**await settings_for(Service.TICKETS), **CHEAP), clock=clock)
    yield app
    await app.database.close()


@pytest.fixture
async def client(fresh: App) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(fresh.api, client=("192.0.2.7", 40_000)),
        base_url="https://desk.example",
        headers={"Sec-Fetch-Site": "same-origin"},
    ) as browser:
        yield browser


def body(token: str, **fields: Any) -> dict[str, Any]:
    known = {"token": token, "name": "Root", "email": "Root@Desk.Example", "password": PASSWORD}
    return known | fields


async def make_link(app: App) -> str:
    async with app.database.transaction() as tx:
        return await links.make_setup_link(tx)


async def test_the_link_makes_the_first_administrator_who_signs_in(fresh: App, client: httpx.AsyncClient) -> None:
    token = await make_link(fresh)
    made = await client.post(SETUP, json=body(token))
    assert made.status_code == 201, made.text
    assert (made.json()["role"], made.json()["email"]) == ("admin", "root@desk.example")
    credentials = {"email": "root@desk.example", "password": PASSWORD}
    assert (await client.post("/api/v1/session", json=credentials)).status_code == 201
    assert (await client.get(made.headers["Location"])).json() == made.json()
    async with fresh.database.transaction() as tx:
        entries = (await tx.session.scalars(sa.select(AuditEntry).order_by(AuditEntry.seq))).all()
    assert [(entry.action, entry.actor_kind, entry.address) for entry in entries] == [
        ("setup.link_made", "system", ""),
        ("agent.created", "anonymous", "192.0.2.7"),
    ]


@pytest.mark.parametrize(
    "content", [None, b"", b"{", b"[]", b'{"token": 1}', b"\xff", b'{"token": "x", "unknown": true}']
)
async def test_once_there_is_an_administrator_everything_is_404(
    fresh: App, client: httpx.AsyncClient, content: bytes | None
) -> None:
    token = await make_link(fresh)
    assert (await client.post(SETUP, json=body(token))).status_code == 201
    headers = {"Content-Type": "application/json"}
    answer = await client.post(SETUP, content=content, headers=headers)
    valid = await client.post(SETUP, json=body(token, email="second@desk.example"))
    nowhere = await client.post("/api/v1/setup/nowhere", json={})
    assert [one.status_code for one in (answer, valid, nowhere)] == [404] * 3
    bodies = [one.json() | {"correlation_id": ""} for one in (answer, valid, nowhere)]
    assert bodies[0] == bodies[1] == bodies[2]


async def test_a_link_that_does_not_work_is_refused_in_the_same_words(
    fresh: App, client: httpx.AsyncClient, clock: Clock
) -> None:
    replaced, late = await make_link(fresh), await make_link(fresh)
    clock.pass_by(timedelta(hours=24))
    answers = [await client.post(SETUP, json=body(token)) for token in (replaced, late, "x")]
    bodies = [answer.json() | {"correlation_id": ""} for answer in answers]
    assert bodies[0] == bodies[1] == bodies[2]
    assert (bodies[0]["status"], bodies[0]["code"]) == (422, "invalid_link")
    async with fresh.database.transaction() as tx:
        assert await tx.session.scalar(sa.select(sa.func.count()).select_from(Agent)) == 0


async def test_a_weak_password_does_not_use_the_link_up(fresh: App, client: httpx.AsyncClient) -> None:
    token = await make_link(fresh)
    weak = await client.post(SETUP, json=body(token, password="short"))
    assert (weak.status_code, weak.json()["code"]) == (422, "weak_password")
    assert (await client.post(SETUP, json=body(token))).status_code == 201


async def test_a_link_works_for_its_own_purpose_only(fresh: App, client: httpx.AsyncClient) -> None:
    token = await make_link(fresh)
    other = await client.post(
        "/api/v1/password-resets/redemption", json={"token": token, "new_password": "another horse"}
    )
    assert (other.status_code, other.json()["code"]) == (422, "invalid_link")
    assert (await client.post(SETUP, json=body(token))).status_code == 201


async def test_of_many_who_use_the_link_at_once_one_becomes_administrator(
    fresh: App, client: httpx.AsyncClient
) -> None:
    token = await make_link(fresh)
    answers = await asyncio.gather(
        *(client.post(SETUP, json=body(token, email=f"root{number}@desk.example")) for number in range(6))
    )
    first, *others = sorted(answer.status_code for answer in answers)
    assert first == 201
    assert set(others) <= {404, 422}  # who came in the moment between finds that the link has ended


async def test_the_command_prints_a_link_while_there_is_no_administrator(
    fresh: App, client: httpx.AsyncClient, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = fresh.settings
    for name, value in {
        "TICKETS_DATABASE_URL": settings.database_url.get_secret_value(),
        "TICKETS_NATS_URL": settings.nats_url,
        "TICKETS_NATS_PASSWORD": "unused",
        "TICKETS_BLOBS_URL": settings.blobs_url,
        "TICKETS_PUBLIC_URL": "https://desk.example",
    }.items():
        monkeypatch.setenv(name, value)
    result = await asyncio.to_thread(lambda: CliRunner().invoke(commands, ["setup-link"]))
    assert result.exit_code == 0, result.output
    address, _, token = result.stdout.strip().partition("#token=")
    assert address == "https://desk.example/setup"
    assert len(token) == 43
    async with fresh.database.transaction() as tx:
        entry = (await tx.session.scalars(sa.select(AuditEntry))).one()
    assert (entry.action, entry.actor_kind) == ("setup.link_made", "operator")
    assert (await client.post(SETUP, json=body(token))).status_code == 201
    again = await asyncio.to_thread(lambda: CliRunner().invoke(commands, ["setup-link"]))
    assert again.exit_code == 1
    assert "administrator already" in again.output
