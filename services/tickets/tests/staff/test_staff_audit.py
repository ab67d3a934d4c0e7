"""What is done to agents and their access: administrators can end it, and the audit log tells of it (TS-11, TS-12)."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from typing import Any

import httpx
import pytest
import sqlalchemy as sa
from services.tickets.tests.staff.conftest import Clock

from chassis.app import App
from tickets.audit.models import AuditEntry
from tickets.staff import demo

PASSWORD = "correct horse battery"
TOM = f"/api/v1/agents/{demo.TOM}"

SignIn = Callable[[str], Awaitable[httpx.AsyncClient]]
Browse = Callable[[], httpx.AsyncClient]
Revoked = Callable[[], Awaitable[list[list[str]]]]


async def entries(app: App, action: str) -> Sequence[AuditEntry]:
    """The entries of an action, oldest first."""
    async with app.database.transaction() as tx:
        found = sa.select(AuditEntry).where(AuditEntry.action == action).order_by(AuditEntry.seq)
        return (await tx.session.scalars(found)).all()


async def change(client: httpx.AsyncClient, url: str, **fields: Any) -> httpx.Response:
    read = await client.get(url)
    return await client.patch(url, json=fields, headers={"If-Match": read.headers["ETag"]})


async def test_an_agent_who_is_created_and_changed_is_in_the_log_without_a_secret(sign_in: SignIn, app: App) -> None:
    ada = await sign_in("ada")
    new = await ada.post("/api/v1/agents", json={"name": "Eve Neu", "email": "eve@desk.example"})
    url = new.headers["Location"]
    await change(ada, url, role="light_agent", password="another horse battery")
    await change(ada, url, active=False)
    created = (await entries(app, "agent.created"))[-1]
    assert created.subject == f"agent:{new.json()['id']}"
    assert (created.actor_id, created.actor_name, created.address) == (demo.ADA, "Ada Admin", "192.0.2.7")
    assert created.user_agent == "Browser 1"
    assert created.details["email"] == "eve@desk.example"
    changed = [entry.details for entry in await entries(app, "agent.changed")]
    assert [(details["before"], details["after"]) for details in changed] == [
        ({"role": "agent"}, {"role": "light_agent"}),
        ({"active": True}, {"active": False}),
    ]
    assert [entry.details for entry in await entries(app, "agent.password_set")] == [{"by": "administrator"}]
    async with app.database.transaction() as tx:
        everything = "\n".join(str(vars(entry)) for entry in await tx.session.scalars(sa.select(AuditEntry)))
    assert "horse" not in everything
    assert "argon2" not in everything


async def test_ones_own_new_password_is_in_the_log(sign_in: SignIn, app: App) -> None:
    tom = await sign_in("tom")
    body = {"current_password": PASSWORD, "new_password": "another horse battery"}
    assert (await tom.put("/api/v1/agents/me/password", json=body)).status_code == 204
    (entry,) = await entries(app, "agent.password_set")
    assert (entry.actor_id, entry.details) == (demo.TOM, {"by": "themselves", "sessions_ended": 0})


@pytest.mark.parametrize("name", ["tom", "nobody"])
async def test_a_sign_in_that_failed_so_often_that_it_is_blocked_is_in_the_log(
    browse: Browse, app: App, name: str
) -> None:
    """Whether or not there is such an account: nothing tells the difference."""
    email = f"{name}@desk.example"
    for _ in range(4):
        await browse().post("/api/v1/session", json={"email": email, "password": "wrong"})
    assert await entries(app, "sign_in.blocked") == []
    await browse().post("/api/v1/session", json={"email": email, "password": "wrong"})
    refused = await browse().post("/api/v1/session", json={"email": email, "password": "wrong"})
    assert refused.status_code == 429
    (entry,) = await entries(app, "sign_in.blocked")
    assert (entry.actor_kind, entry.actor_id, entry.address) == ("anonymous", None, "192.0.2.7")
    assert (entry.subject, entry.details["failures"]) == (f"account:{email}", 5)


async def test_an_administrator_sees_where_an_agent_is_signed_in_and_ends_it(
    sign_in: SignIn, app: App, revoked: Revoked, clock: Clock
) -> None:
    ada, one = await sign_in("ada"), await sign_in("tom")
    clock.pass_by(timedelta(seconds=1))
    other = await sign_in("tom")
    found = (await ada.get(f"{TOM}/sessions")).json()["items"]
    assert [(item["user_agent"], item["current"]) for item in found] == [("Browser 3", False), ("Browser 2", False)]
    assert (await ada.delete(f"{TOM}/sessions/{found[1]['id']}")).status_code == 204
    assert (await one.get("/api/v1/session")).status_code == 401
    assert (await other.get("/api/v1/session")).status_code == 200
    assert (await ada.delete(f"{TOM}/sessions")).status_code == 204
    assert (await other.get("/api/v1/session")).status_code == 401
    assert await revoked() == [[found[1]["id"]], [found[0]["id"]]]
    logged = await entries(app, "session.ended")
    assert [(entry.actor_id, entry.subject, entry.details) for entry in logged] == [
        (demo.ADA, f"agent:{demo.TOM}", {"sessions": [found[1]["id"]]}),
        (demo.ADA, f"agent:{demo.TOM}", {"sessions": [found[0]["id"]]}),
    ]
    again = await ada.delete(f"{TOM}/sessions/{found[1]['id']}")
    assert (again.status_code, again.json()["code"]) == (404, "session_not_found")


async def test_a_session_is_ended_only_under_the_agent_whose_it_is(sign_in: SignIn) -> None:
    ada = await sign_in("ada")
    mine = (await ada.get("/api/v1/sessions")).json()["items"][0]["id"]
    assert (await ada.delete(f"{TOM}/sessions/{mine}")).status_code == 404
    assert (await ada.get("/api/v1/session")).status_code == 200


async def test_an_administrator_deletes_a_token_of_an_agent_and_both_ends_are_in_the_log(
    sign_in: SignIn, browse: Browse, app: App, revoked: Revoked
) -> None:
    ada, tom = await sign_in("ada"), await sign_in("tom")
    token = (await tom.post("/api/v1/tokens", json={"name": "Script", "scopes": ["tickets:read"]})).json()
    program = browse()
    program.headers["Authorization"] = f"Bearer {token['token']}"
    assert (await program.get("/api/v1/session")).status_code == 200
    found = await ada.get(f"{TOM}/tokens")
    assert [item["name"] for item in found.json()["items"]] == ["Script"]
    assert token["token"] not in found.text
    assert (await ada.delete(f"{TOM}/tokens/{token['id']}")).status_code == 204
    assert (await program.get("/api/v1/session")).status_code == 401
    assert await revoked() == [[token["id"]]]
    (created,), (deleted,) = await entries(app, "token.created"), await entries(app, "token.deleted")
    assert (created.actor_id, created.details["scopes"]) == (demo.TOM, ["tickets:read"])
    assert (deleted.actor_id, deleted.details) == (demo.ADA, {"name": "Script", "agent_id": str(demo.TOM)})
    assert token["token"] not in str([vars(created), vars(deleted)])


async def test_ones_own_sign_out_is_no_matter_of_the_log(sign_in: SignIn, app: App) -> None:
    tom = await sign_in("tom")
    assert (await tom.delete("/api/v1/session")).status_code == 204
    assert await entries(app, "session.ended") == []


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "sessions"),
        ("DELETE", "sessions"),
        ("DELETE", f"sessions/{demo.ADA}"),
        ("GET", "tokens"),
        ("DELETE", f"tokens/{demo.ADA}"),
    ],
)
async def test_nobody_else_sees_or_ends_the_access_of_others(sign_in: SignIn, method: str, path: str) -> None:
    tom = await sign_in("tom")
    assert (await tom.request(method, f"/api/v1/agents/{demo.ADA}/{path}")).status_code == 403


async def test_the_access_of_an_agent_who_does_not_exist_is_not_found(sign_in: SignIn) -> None:
    ada = await sign_in("ada")
    for path in ("sessions", "tokens"):
        response = await ada.get(f"/api/v1/agents/01900000-0000-7000-8000-00000000ffff/{path}")
        assert (response.status_code, response.json()["code"]) == (404, "agent_not_found")
