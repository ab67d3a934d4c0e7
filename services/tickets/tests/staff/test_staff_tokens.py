"""API tokens over HTTP: shown once, never more than the agent, ended at once."""

import re
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any, Protocol

import httpx
import pytest
import sqlalchemy as sa

from chassis.app import App
from tickets.staff import access, demo
from tickets.staff.models import Agent, ApiToken
from tickets.staff.rules.permissions import Role

SignIn = Callable[[str], Awaitable[httpx.AsyncClient]]
Browse = Callable[[], httpx.AsyncClient]
Revoked = Callable[[], Awaitable[list[list[str]]]]


class Clock(Protocol):
    now: datetime

    def pass_by(self, time: timedelta) -> None: ...


async def create(client: httpx.AsyncClient, *scopes: str, days: int = 90) -> dict[str, Any]:
    """A new token with these scopes."""
    token = {"name": "Reports", "scopes": scopes, "expires_in_days": days}
    response = await client.post("/api/v1/tokens", json=token)
    assert response.status_code == 201, response.text
    body: dict[str, Any] = response.json()
    return body


def program(browse: Browse, token: str) -> httpx.AsyncClient:
    """A program with a token and without any header of a browser."""
    client = browse()
    del client.headers["Sec-Fetch-Site"]
    client.headers["Authorization"] = f"Bearer {token}"
    return client


async def permissions(client: httpx.AsyncClient) -> list[str]:
    """What the token allows."""
    response = await client.get("/api/v1/session")
    assert response.status_code == 200, response.text
    allowed: list[str] = response.json()["permissions"]
    return allowed


async def test_a_token_allows_its_scopes_and_nothing_else(sign_in: SignIn, browse: Browse) -> None:
    token = await create(await sign_in("ada"), "staff:read", "tickets:read")
    client = program(browse, token["token"])
    assert await permissions(client) == ["staff:read", "tickets:read"]
    assert (await client.get("/api/v1/agents")).status_code == 200
    new = {"name": "Eve", "email": "eve@desk.example", "role": "admin"}
    assert (await client.post("/api/v1/agents", json=new)).status_code == 403


async def test_a_token_with_the_scope_may_change_things_without_a_browser_s_headers(
    sign_in: SignIn, browse: Browse
) -> None:
    token = await create(await sign_in("ada"), "staff:manage")
    new = {"name": "Eve", "email": "eve@desk.example"}
    assert (await program(browse, token["token"]).post("/api/v1/agents", json=new)).status_code == 201


async def test_a_token_is_shown_once_and_only_its_hash_is_stored(sign_in: SignIn, app: App) -> None:
    client = await sign_in("tom")
    token = await create(client, "tickets:read")
    assert re.fullmatch(rf"ds_{token['id'].replace('-', '')}_[\w-]{{43}}", token["token"])
    listed = (await client.get("/api/v1/tokens")).json()["items"]
    assert listed == [{key: value for key, value in token.items() if key != "token"}]
    async with app.database.transaction() as tx:
        row = (await tx.session.scalars(sa.select(ApiToken))).one()
    secret = token["token"].rpartition("_")[2]
    assert len(row.secret_sha256) == 32
    assert secret not in str(vars(row))


async def test_scopes_beyond_the_own_role_are_refused(sign_in: SignIn) -> None:
    response = await (await sign_in("tom")).post(
        "/api/v1/tokens", json={"name": "x", "scopes": ["tickets:read", "staff:manage"]}
    )
    assert (response.status_code, response.json()["code"]) == (422, "scope_not_allowed")
    assert "staff:manage" in response.json()["detail"]


async def test_a_token_loses_what_its_agent_loses(app: App, sign_in: SignIn) -> None:
    token = await create(await sign_in("tom"), "tickets:read", "tickets:write")
    async with app.database.transaction() as tx:
        await tx.session.execute(sa.update(Agent).where(Agent.id == demo.TOM).values(role=Role.LIGHT_AGENT))
        light = await access.identify(tx, "token", token["token"])
        await tx.session.execute(sa.update(Agent).where(Agent.id == demo.TOM).values(active=False))
        inactive = await access.identify(tx, "token", token["token"])
    assert light is not None
    assert light.permissions == {"tickets:read"}
    assert inactive is None


async def test_a_token_expires(app: App, sign_in: SignIn, clock: Clock) -> None:
    token = await create(await sign_in("tom"), "tickets:read", days=30)
    clock.pass_by(timedelta(days=30) - timedelta(seconds=1))
    async with app.database.transaction() as tx:
        assert await access.identify(tx, "token", token["token"]) is not None
    clock.pass_by(timedelta(seconds=1))
    async with app.database.transaction() as tx:
        assert await access.identify(tx, "token", token["token"]) is None


async def test_when_a_token_was_used_is_written_at_most_once_a_minute(app: App, sign_in: SignIn, clock: Clock) -> None:
    token = await create(await sign_in("tom"), "tickets:read")
    first = clock.now
    used = []
    for pause in (0, 59, 1):
        clock.pass_by(timedelta(seconds=pause))
        async with app.database.transaction() as tx:
            await access.identify(tx, "token", token["token"])
        async with app.database.transaction() as tx:
            used.append((await tx.session.scalars(sa.select(ApiToken.last_used_at))).one())
    assert used == [first, first, first + timedelta(minutes=1)]


async def test_a_deleted_token_is_refused_at_once(sign_in: SignIn, browse: Browse, revoked: Revoked) -> None:
    client = await sign_in("tom")
    token = await create(client, "tickets:read")
    script = program(browse, token["token"])
    assert (await script.get("/api/v1/session")).status_code == 200
    assert (await client.delete(f"/api/v1/tokens/{token['id']}")).status_code == 204
    assert (await script.get("/api/v1/session")).status_code == 401
    assert await revoked() == [[token["id"]]]


async def test_the_token_of_another_agent_is_not_found(sign_in: SignIn) -> None:
    ada, tom = await sign_in("ada"), await sign_in("tom")
    token = await create(ada, "tickets:read")
    assert (await tom.get("/api/v1/tokens")).json()["items"] == []
    assert (await tom.delete(f"/api/v1/tokens/{token['id']}")).status_code == 404
    assert len((await ada.get("/api/v1/tokens")).json()["items"]) == 1


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/api/v1/tokens"),
        ("POST", "/api/v1/tokens"),
        ("GET", "/api/v1/sessions"),
        ("DELETE", "/api/v1/session"),
        ("PUT", "/api/v1/agents/me/password"),
    ],
)
async def test_a_token_cannot_touch_sessions_tokens_or_the_password(
    sign_in: SignIn, browse: Browse, method: str, path: str
) -> None:
    token = await create(await sign_in("ada"), "staff:manage", "tickets:read")
    json = {
        "POST": {"name": "x", "scopes": ["tickets:read"]},
        "PUT": {"current_password": "correct horse battery", "new_password": "another horse"},
    }.get(method)
    response = await program(browse, token["token"]).request(method, path, json=json)
    assert (response.status_code, response.json()["code"]) == (403, "forbidden")


async def test_forged_tokens_are_nobody(app: App, sign_in: SignIn) -> None:
    text = (await create(await sign_in("tom"), "tickets:read"))["token"]
    start, _, secret = text.rpartition("_")
    forged = [
        "",
        start,
        f"{start}_",
        f"{start}_{'A' * 43}",
        text[:-1],
        f"{text}A",
        text.upper(),
        f" {text}",
        f"{text}\n",
        f"ds_{'0' * 32}_{secret}",
        secret,
    ]
    async with app.database.transaction() as tx:
        assert [await access.identify(tx, "token", attempt) for attempt in forged] == [None] * len(forged)
        assert await access.identify(tx, "session", text) is None
        assert await access.identify(tx, "token", text) is not None


async def test_there_is_an_end_to_how_many_tokens_one_can_have(sign_in: SignIn) -> None:
    client = await sign_in("tom")
    for _ in range(access.MOST_TOKENS):
        await create(client, "tickets:read")
    response = await client.post("/api/v1/tokens", json={"name": "x", "scopes": ["tickets:read"]})
    assert (response.status_code, response.json()["code"]) == (409, "too_many_tokens")


@pytest.mark.parametrize(
    "change",
    [
        {"scopes": []},
        {"scopes": ["everything"]},
        {"expires_in_days": 366},
        {"expires_in_days": 0},
        {"name": " "},
        {"name": "a\x00"},
        {"agent_id": str(demo.ADA)},
    ],
)
async def test_a_malformed_token_is_refused(sign_in: SignIn, change: dict[str, object]) -> None:
    client = await sign_in("tom")
    response = await client.post("/api/v1/tokens", json={"name": "x", "scopes": ["tickets:read"]} | change)
    assert (response.status_code, response.json()["code"]) == (422, "invalid")
