"""Agents over HTTP: who may see and change them, and what a change ends."""

from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import pytest

from chassis.app import App
from chassis.auth import route_permissions
from tickets.staff import demo

PASSWORD = "correct horse battery"
EVE = {"name": "Eve Neu", "email": "Eve@Desk.Example", "language": "de", "role": "agent"}

SignIn = Callable[[str], Awaitable[httpx.AsyncClient]]
Browse = Callable[[], httpx.AsyncClient]
Revoked = Callable[[], Awaitable[list[list[str]]]]


async def change(client: httpx.AsyncClient, agent_id: object, **fields: Any) -> httpx.Response:
    """Change an agent in the version of now."""
    url = f"/api/v1/agents/{agent_id}"
    read = await client.get(url)
    return await client.patch(url, json=fields, headers={"If-Match": read.headers["ETag"]})


async def test_an_administrator_creates_an_agent_who_signs_in_once_there_is_a_password(
    sign_in: SignIn, browse: Browse
) -> None:
    ada = await sign_in("ada")
    created = await ada.post("/api/v1/agents", json=EVE)
    assert created.status_code == 201
    assert created.json()["email"] == "eve@desk.example"
    assert (await ada.get(created.headers["Location"])).json() == created.json()
    eve = {"email": "eve@desk.example", "password": PASSWORD}
    assert (await browse().post("/api/v1/session", json=eve)).status_code == 401
    assert (await change(ada, created.json()["id"], password=PASSWORD)).status_code == 200
    assert (await browse().post("/api/v1/session", json=eve)).status_code == 201


async def test_a_repeated_creation_makes_one_agent(sign_in: SignIn) -> None:
    ada = await sign_in("ada")
    answers = [await ada.post("/api/v1/agents", json=EVE, headers={"Idempotency-Key": "eve"}) for _ in range(2)]
    assert answers[0].json() == answers[1].json()
    assert [item["name"] for item in (await ada.get("/api/v1/agents")).json()["items"]].count("Eve Neu") == 1


async def test_agents_are_listed_by_name_and_by_page(sign_in: SignIn) -> None:
    client = await sign_in("lea")
    first = (await client.get("/api/v1/agents", params={"limit": 2})).json()
    second = (await client.get("/api/v1/agents", params={"limit": 2, "cursor": first["next"]})).json()
    names = [item["name"] for item in first["items"] + second["items"]]
    assert names == ["Ada Admin", "Lea Light", "Tom Kraus"]
    assert "password" not in str(first)


async def test_only_active_agents_are_listed_where_that_is_asked(sign_in: SignIn) -> None:
    ada = await sign_in("ada")
    await change(ada, demo.TOM, active=False)
    active = (await ada.get("/api/v1/agents", params={"active": True})).json()["items"]
    inactive = (await ada.get("/api/v1/agents", params={"active": False})).json()["items"]
    assert [item["name"] for item in active] == ["Ada Admin", "Lea Light"]
    assert [item["name"] for item in inactive] == ["Tom Kraus"]


@pytest.mark.parametrize("changes", [{"active": False}, {"role": "light_agent"}, {"password": "a new password"}])
async def test_deactivation_another_role_and_another_password_end_sessions_at_once(
    sign_in: SignIn, revoked: Revoked, changes: dict[str, object]
) -> None:
    ada, tom = await sign_in("ada"), await sign_in("tom")
    assert (await tom.get("/api/v1/session")).status_code == 200
    assert (await change(ada, demo.TOM, **changes)).status_code == 200
    assert (await tom.get("/api/v1/session")).status_code == 401
    assert len(await revoked()) == 1


async def test_another_name_leaves_sessions_as_they_are(sign_in: SignIn, revoked: Revoked) -> None:
    ada, tom = await sign_in("ada"), await sign_in("tom")
    assert (await change(ada, demo.TOM, name="Thomas Kraus", language="de")).json()["name"] == "Thomas Kraus"
    assert (await tom.get("/api/v1/session")).json()["name"] == "Thomas Kraus"
    assert await revoked() == []


async def test_the_tokens_of_a_deactivated_agent_stop_at_once(sign_in: SignIn, browse: Browse) -> None:
    ada, tom = await sign_in("ada"), await sign_in("tom")
    token = (await tom.post("/api/v1/tokens", json={"name": "x", "scopes": ["tickets:read"]})).json()["token"]
    script = browse()
    script.headers["Authorization"] = f"Bearer {token}"
    assert (await script.get("/api/v1/session")).status_code == 200
    await change(ada, demo.TOM, active=False)
    assert (await script.get("/api/v1/session")).status_code == 401


@pytest.mark.parametrize("changes", [{"active": False}, {"role": "agent"}])
async def test_the_last_administrator_stays(sign_in: SignIn, changes: dict[str, object]) -> None:
    ada = await sign_in("ada")
    refused = await change(ada, demo.ADA, **changes)
    assert (refused.status_code, refused.json()["code"]) == (409, "last_admin")
    assert (await ada.get("/api/v1/session")).status_code == 200
    await change(ada, demo.TOM, role="admin")
    assert (await change(ada, demo.ADA, **changes)).status_code == 200


async def test_an_address_belongs_to_one_agent(sign_in: SignIn) -> None:
    ada = await sign_in("ada")
    created = await ada.post("/api/v1/agents", json=EVE | {"email": "TOM@desk.example"})
    assert (created.status_code, created.json()["code"]) == (409, "email_taken")
    changed = await change(ada, demo.TOM, email="ada@desk.example")
    assert (changed.status_code, changed.json()["code"]) == (409, "email_taken")
    assert (await ada.get(f"/api/v1/agents/{demo.TOM}")).json()["email"] == "tom@desk.example"


async def test_a_change_needs_the_version_it_is_based_on(sign_in: SignIn) -> None:
    ada = await sign_in("ada")
    url = f"/api/v1/agents/{demo.TOM}"
    assert (await ada.patch(url, json={"name": "T."})).status_code == 428
    stale = await ada.patch(url, json={"name": "T."}, headers={"If-Match": '"9"'})
    assert (stale.status_code, stale.json()["current"]) == (409, (await ada.get(url)).json())
    nobody = await ada.patch(f"/api/v1/agents/{demo.PETRA}", json={"name": "T."}, headers={"If-Match": '"1"'})
    assert (nobody.status_code, nobody.json()["code"]) == (404, "agent_not_found")


@pytest.mark.parametrize(
    "fields",
    [
        {"name": ""},
        {"name": "E\nve"},
        {"email": "eve"},
        {"role": "root"},
        {"language": "german"},
        {"password": PASSWORD},
    ],
)
async def test_a_malformed_agent_is_refused(sign_in: SignIn, fields: dict[str, str]) -> None:
    response = await (await sign_in("ada")).post("/api/v1/agents", json=EVE | fields)
    assert (response.status_code, response.json()["code"]) == (422, "invalid")


@pytest.mark.parametrize("fields", [{"name": None}, {"active": None}, {"password": ""}, {"version": 7}])
async def test_a_malformed_change_is_refused(sign_in: SignIn, fields: dict[str, object]) -> None:
    response = await change(await sign_in("ada"), demo.TOM, **fields)
    assert (response.status_code, response.json()["code"]) == (422, "invalid")


async def test_a_weak_password_is_refused_also_from_an_administrator(sign_in: SignIn) -> None:
    response = await change(await sign_in("ada"), demo.TOM, password="short")
    assert (response.status_code, response.json()["code"]) == (422, "weak_password")


@pytest.mark.parametrize(
    ("name", "method", "path", "status"),
    [
        ("tom", "POST", "/api/v1/agents", 403),
        ("lea", "POST", "/api/v1/agents", 403),
        ("tom", "PATCH", f"/api/v1/agents/{demo.TOM}", 403),
        ("lea", "GET", f"/api/v1/agents/{demo.TOM}", 200),
        (None, "GET", "/api/v1/agents", 401),
        (None, "GET", "/api/v1/session", 401),
        (None, "DELETE", "/api/v1/session", 401),
        (None, "GET", "/api/v1/sessions", 401),
        (None, "POST", "/api/v1/tokens", 401),
        (None, "PUT", "/api/v1/agents/me/password", 401),
    ],
)
async def test_each_route_asks_who_is_there(
    browse: Browse, sign_in: SignIn, name: str | None, method: str, path: str, status: int
) -> None:
    client = await sign_in(name) if name else browse()
    bodies = {
        "/api/v1/agents": EVE,
        "/api/v1/tokens": {"name": "x", "scopes": ["tickets:read"]},
        "/api/v1/agents/me/password": {"current_password": PASSWORD, "new_password": "another horse"},
    }
    json = {"role": "admin"} if method == "PATCH" else bodies.get(path)
    headers = {"If-Match": '"1"'} if method == "PATCH" else {}
    if method == "GET":
        json = None
    assert (await client.request(method, path, json=json, headers=headers)).status_code == status


PERMISSIONS = {
    ("POST", "/api/v1/session"): "public",
    ("GET", "/api/v1/session"): "signed in",
    ("DELETE", "/api/v1/session"): "own session",
    ("GET", "/api/v1/sessions"): "own session",
    ("DELETE", "/api/v1/sessions/{session_id}"): "own session",
    ("PUT", "/api/v1/agents/me/password"): "own session",
    ("GET", "/api/v1/tokens"): "own session",
    ("POST", "/api/v1/tokens"): "own session",
    ("DELETE", "/api/v1/tokens/{token_id}"): "own session",
    ("GET", "/api/v1/agents"): "staff:read",
    ("GET", "/api/v1/agents/{agent_id}"): "staff:read",
    ("POST", "/api/v1/agents"): "staff:manage",
    ("PATCH", "/api/v1/agents/{agent_id}"): "staff:manage",
    ("POST", "/api/v1/agents/{agent_id}/invitation"): "staff:manage",
    ("GET", "/api/v1/agents/me/absence"): "signed in",
    ("PUT", "/api/v1/agents/me/absence"): "own session",
    ("DELETE", "/api/v1/agents/me/absence"): "own session",
    ("GET", "/api/v1/agents/{agent_id}/absence"): "staff:read",
    ("PUT", "/api/v1/agents/{agent_id}/absence"): "staff:manage",
    ("DELETE", "/api/v1/agents/{agent_id}/absence"): "staff:manage",
    ("POST", "/api/v1/password-resets"): "public",
    ("POST", "/api/v1/password-resets/redemption"): "public",
    ("POST", "/api/v1/setup"): "public",
    ("GET", "/api/v1/agents/{agent_id}/sessions"): "staff:manage",
    ("DELETE", "/api/v1/agents/{agent_id}/sessions"): "staff:manage",
    ("DELETE", "/api/v1/agents/{agent_id}/sessions/{session_id}"): "staff:manage",
    ("GET", "/api/v1/agents/{agent_id}/tokens"): "staff:manage",
    ("DELETE", "/api/v1/agents/{agent_id}/tokens/{token_id}"): "staff:manage",
}


async def test_every_route_declares_a_permission_and_ours_are_those_of_the_table(app: App) -> None:
    routes = route_permissions(app.api)
    assert [route for route in routes if not route.permissions] == []
    ours = ("/api/v1/session", "/api/v1/tokens", "/api/v1/agents", "/api/v1/password-resets", "/api/v1/setup")
    declared = {
        (method, route.path): ", ".join(route.permissions)
        for route in routes
        for method in route.methods
        if route.path.startswith(ours)
    }
    assert declared == PERMISSIONS
