"""Signing in and out over HTTP: the cookie, wrong passwords, growing delays, and other sites."""

import asyncio
import re
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Protocol

import httpx
import pytest
import sqlalchemy as sa

from chassis.app import App
from tickets.staff.models import Agent, Session, SignInAttempts
from tickets.staff.rules.attempts import FREE

PASSWORD = "correct horse battery"

Browse = Callable[[], httpx.AsyncClient]
SignIn = Callable[[str], Awaitable[httpx.AsyncClient]]
Revoked = Callable[[], Awaitable[list[list[str]]]]


class Clock(Protocol):
    def pass_by(self, time: timedelta) -> None: ...


async def post(client: httpx.AsyncClient, email: str, password: str = PASSWORD) -> httpx.Response:
    """Try to sign in."""
    return await client.post("/api/v1/session", json={"email": email, "password": password})


async def test_signing_in_sets_a_cookie_that_only_the_server_can_read(browse: Browse) -> None:
    response = await post(browse(), "  Tom@Desk.Example ")
    assert response.status_code == 201
    assert re.fullmatch(
        r"__Host-deskstream=[\w-]{43}; HttpOnly; Max-Age=86400; Path=/; SameSite=lax; Secure",
        response.headers["Set-Cookie"],
    )
    assert response.headers["Cache-Control"] == "no-store"
    body = response.json()
    assert (body["name"], body["email"], body["role"]) == ("Tom Kraus", "tom@desk.example", "agent")
    assert "tickets:write" in body["permissions"]
    assert "staff:manage" not in body["permissions"]


async def test_the_database_knows_neither_password_nor_session(sign_in: SignIn, app: App) -> None:
    client = await sign_in("tom")
    secret = client.cookies["__Host-deskstream"]
    async with app.database.transaction() as tx:
        stored = "".join(
            [
                str([dict(row) for row in (await tx.session.execute(sa.select(table))).mappings()])
                for table in (Agent.__table__, Session.__table__, SignInAttempts.__table__)
            ]
        )
    assert "argon2id" in stored
    assert secret not in stored
    assert PASSWORD not in stored


async def test_who_is_signed_in_is_told_with_their_permissions(sign_in: SignIn) -> None:
    me = (await (await sign_in("lea")).get("/api/v1/session")).json()
    assert me["email"] == "lea@desk.example"
    assert me["permissions"] == [
        "contacts:read",
        "notes:write",
        "notifications:read",
        "staff:read",
        "tickets:read",
    ]


async def test_after_signing_out_the_old_cookie_opens_nothing(
    sign_in: SignIn, browse: Browse, revoked: Revoked
) -> None:
    client = await sign_in("tom")
    secret = client.cookies["__Host-deskstream"]
    assert (await client.get("/api/v1/session")).status_code == 200
    response = await client.delete("/api/v1/session")
    assert response.status_code == 204
    assert "__Host-deskstream" not in client.cookies
    thief = browse()
    thief.cookies.set("__Host-deskstream", secret, domain="desk.example")
    answer = await thief.get("/api/v1/session")
    assert (answer.status_code, answer.json()["code"]) == (401, "unauthenticated")
    assert len(await revoked()) == 1


async def test_signing_out_works_also_when_the_session_has_just_ended_elsewhere(sign_in: SignIn, app: App) -> None:
    client = await sign_in("tom")
    assert (await client.get("/api/v1/session")).status_code == 200
    async with app.database.transaction() as tx:
        await tx.session.execute(sa.delete(Session))
    assert (await client.delete("/api/v1/session")).status_code == 204
    assert "__Host-deskstream" not in client.cookies


async def test_each_sign_in_is_a_new_session_and_ends_the_one_before_in_this_browser(
    sign_in: SignIn, browse: Browse, revoked: Revoked
) -> None:
    client = await sign_in("tom")
    before = client.cookies["__Host-deskstream"]
    assert (await client.get("/api/v1/session")).status_code == 200
    assert (await post(client, "tom@desk.example")).status_code == 201
    assert client.cookies["__Host-deskstream"] != before
    old = browse()
    old.cookies.set("__Host-deskstream", before, domain="desk.example")
    assert (await old.get("/api/v1/session")).status_code == 401
    assert len(await revoked()) == 1


async def test_a_session_that_somebody_else_chose_is_not_taken_over(browse: Browse) -> None:
    client = browse()
    client.cookies.set("__Host-deskstream", "A" * 43, domain="desk.example")
    response = await post(client, "tom@desk.example")
    assert response.status_code == 201
    assert "A" * 43 not in response.headers["Set-Cookie"]


async def test_a_wrong_password_and_an_unknown_account_are_answered_alike(browse: Browse, app: App) -> None:
    async with app.database.transaction() as tx:
        await tx.session.execute(sa.update(Agent).where(Agent.email == "lea@desk.example").values(active=False))
        await tx.session.execute(sa.update(Agent).where(Agent.email == "ada@desk.example").values(password_hash=None))
    answers = [
        await post(browse(), "tom@desk.example", "wrong"),
        await post(browse(), "nobody@desk.example"),
        await post(browse(), "lea@desk.example"),
        await post(browse(), "ada@desk.example"),
        await post(browse(), "not an address"),
    ]
    told = [{**answer.json(), "correlation_id": ""} for answer in answers]
    assert [answer.status_code for answer in answers] == [401] * 5
    assert told == [told[0]] * 5
    assert told[0]["code"] == "sign_in_failed"
    assert all("Set-Cookie" not in answer.headers for answer in answers)


@pytest.mark.parametrize("email", ["tom@desk.example", "nobody@desk.example"])
async def test_after_some_failures_the_delay_grows_whether_or_not_there_is_an_account(
    browse: Browse, clock: Clock, email: str
) -> None:
    client = browse()
    for _ in range(FREE):
        assert (await post(client, email, "wrong")).status_code == 401
    blocked = await post(client, email)
    assert (blocked.status_code, blocked.json()["code"]) == (429, "too_many_sign_ins")
    assert blocked.headers["Retry-After"] == "2"
    clock.pass_by(timedelta(seconds=2))
    assert (await post(client, email, "wrong")).status_code == 401
    assert (await post(client, email, "wrong")).headers["Retry-After"] == "4"


async def test_the_right_password_forgets_the_failures(browse: Browse, clock: Clock) -> None:
    client = browse()
    for _ in range(FREE):
        await post(client, "tom@desk.example", "wrong")
    clock.pass_by(timedelta(seconds=2))
    assert (await post(client, "tom@desk.example")).status_code == 201
    for _ in range(FREE):
        assert (await post(client, "tom@desk.example", "wrong")).status_code == 401


async def test_many_guesses_at_once_do_not_slip_past_the_limit(browse: Browse) -> None:
    answers = await asyncio.gather(*(post(browse(), "tom@desk.example", f"guess {number}") for number in range(20)))
    assert sorted(answer.status_code for answer in answers) == [401] * FREE + [429] * (20 - FREE)


async def test_failures_at_one_address_do_not_lock_the_account_at_another(browse: Browse, app: App) -> None:
    for _ in range(FREE + 1):
        await post(browse(), "tom@desk.example", "wrong")
    transport = httpx.ASGITransport(app.api, client=("198.51.100.9", 40_000))
    async with httpx.AsyncClient(
        transport=transport, base_url="https://desk.example", headers={"Sec-Fetch-Site": "same-origin"}
    ) as elsewhere:
        assert (await post(elsewhere, "tom@desk.example")).status_code == 201


SITES = [
    ({"Sec-Fetch-Site": "same-origin"}, True),
    ({"Sec-Fetch-Site": "none"}, True),
    ({"Sec-Fetch-Site": "cross-site"}, False),
    ({"Sec-Fetch-Site": "same-site"}, False),
    ({"Sec-Fetch-Site": "cross-site", "Origin": "https://desk.example"}, False),
    ({"Origin": "https://desk.example"}, True),
    ({"Origin": "https://evil.example"}, False),
    ({"Origin": "null"}, False),
    ({"X-Deskstream-Client": "script"}, True),
    ({}, False),
]


@pytest.mark.parametrize(("headers", "own"), SITES)
async def test_a_sign_in_from_another_site_is_refused(browse: Browse, headers: dict[str, str], own: bool) -> None:
    client = browse()
    del client.headers["Sec-Fetch-Site"]
    client.headers.update(headers)
    response = await post(client, "tom@desk.example")
    assert response.status_code == (201 if own else 403)
    assert ("Set-Cookie" in response.headers) is own


@pytest.mark.parametrize(("headers", "own"), SITES)
async def test_a_change_from_another_site_is_refused_and_changes_nothing(
    sign_in: SignIn, headers: dict[str, str], own: bool
) -> None:
    client = await sign_in("tom")
    del client.headers["Sec-Fetch-Site"]
    response = await client.post("/api/v1/tokens", json={"name": "x", "scopes": ["tickets:read"]}, headers=headers)
    assert response.status_code == (201 if own else 403)
    assert len((await client.get("/api/v1/tokens")).json()["items"]) == (1 if own else 0)


async def test_reading_from_another_site_is_allowed_because_it_cannot_see_the_answer(sign_in: SignIn) -> None:
    client = await sign_in("tom")
    response = await client.get("/api/v1/session", headers={"Sec-Fetch-Site": "cross-site"})
    assert response.status_code == 200
    assert "Access-Control-Allow-Origin" not in response.headers


async def test_a_form_of_another_site_cannot_even_be_read(browse: Browse) -> None:
    response = await browse().post("/api/v1/session", data={"email": "tom@desk.example", "password": PASSWORD})
    assert response.status_code == 422


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"email": "tom@desk.example"},
        {"email": "tom@desk.example", "password": ""},
        {"email": "tom@desk.example", "password": "x" * 257},
        {"email": "x" * 255, "password": PASSWORD},
        {"email": "tom@desk.example", "password": PASSWORD, "role": "admin"},
        {"email": ["tom@desk.example"], "password": PASSWORD},
        ["tom@desk.example", PASSWORD],
    ],
)
async def test_a_malformed_sign_in_is_refused_without_repeating_the_password(browse: Browse, body: object) -> None:
    response = await browse().post("/api/v1/session", json=body)
    assert (response.status_code, response.json()["code"]) == (422, "invalid")
    assert PASSWORD not in response.text


async def test_an_account_with_a_nul_in_it_is_refused_with_a_reason(browse: Browse) -> None:
    assert (await post(browse(), "tom\x00@desk.example")).status_code == 422
