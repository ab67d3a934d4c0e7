"""One's own sessions and one's own password over HTTP, and how long a session lasts."""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Protocol

import httpx
import pytest
import sqlalchemy as sa

from chassis.app import App
from tickets.staff import access
from tickets.staff.jobs import delete_ended
from tickets.staff.models import Agent, ApiToken, Session, SignInAttempts
from tickets.staff.rules.attempts import FREE
from tickets.staff.rules.credentials import ABSOLUTE, IDLE

PASSWORD = "correct horse battery"
NEW_PASSWORD = "another horse entirely"

SignIn = Callable[[str], Awaitable[httpx.AsyncClient]]
Browse = Callable[[], httpx.AsyncClient]
Revoked = Callable[[], Awaitable[list[list[str]]]]


class Clock(Protocol):
    now: datetime

    def pass_by(self, time: timedelta) -> None: ...


async def alive(app: App, secret: str) -> bool:
    """Whether a session holds at the app's time."""
    async with app.database.transaction() as tx:
        return await access.identify(tx, "session", secret) is not None


async def test_ones_own_sessions_are_listed_with_browser_and_address(sign_in: SignIn, clock: Clock) -> None:
    await sign_in("ada")
    await sign_in("tom")
    clock.pass_by(timedelta(minutes=1))
    client = await sign_in("tom")
    items = (await client.get("/api/v1/sessions")).json()["items"]
    assert [(item["user_agent"], item["address"], item["current"]) for item in items] == [
        ("Browser 3", "192.0.2.7", True),
        ("Browser 2", "192.0.2.7", False),
    ]
    assert datetime.fromisoformat(items[0]["ends_at"]) == clock.now + IDLE


async def test_ending_a_session_signs_that_browser_out_at_once(sign_in: SignIn, revoked: Revoked) -> None:
    lost, client = await sign_in("tom"), await sign_in("tom")
    assert (await lost.get("/api/v1/session")).status_code == 200
    (other,) = [item for item in (await client.get("/api/v1/sessions")).json()["items"] if not item["current"]]
    assert (await client.delete(f"/api/v1/sessions/{other['id']}")).status_code == 204
    assert (await lost.get("/api/v1/session")).status_code == 401
    assert (await client.get("/api/v1/session")).status_code == 200
    assert await revoked() == [[other["id"]]]


async def test_the_session_of_another_agent_is_not_found(sign_in: SignIn) -> None:
    ada, tom = await sign_in("ada"), await sign_in("tom")
    (session,) = (await ada.get("/api/v1/sessions")).json()["items"]
    response = await tom.delete(f"/api/v1/sessions/{session['id']}")
    assert (response.status_code, response.json()["code"]) == (404, "session_not_found")
    assert (await ada.get("/api/v1/session")).status_code == 200


@pytest.mark.parametrize(
    ("pauses", "holds"),
    [
        ([IDLE - timedelta(seconds=1)], True),
        ([IDLE], False),
        ([timedelta(hours=7)] * 3, True),
        ([timedelta(hours=7)] * 3 + [timedelta(hours=3)], False),
        ([ABSOLUTE], False),
    ],
)
async def test_a_session_lasts_eight_idle_hours_and_never_more_than_a_day(
    app: App, sign_in: SignIn, clock: Clock, pauses: list[timedelta], holds: bool
) -> None:
    secret = (await sign_in("tom")).cookies["__Host-deskstream"]
    for pause in pauses[:-1]:
        clock.pass_by(pause)
        assert await alive(app, secret)
    clock.pass_by(pauses[-1])
    assert await alive(app, secret) is holds


async def test_when_a_session_was_seen_is_written_at_most_once_a_minute(
    app: App, sign_in: SignIn, clock: Clock
) -> None:
    secret = (await sign_in("tom")).cookies["__Host-deskstream"]
    signed_in_at = clock.now

    async def seen() -> datetime:
        async with app.database.transaction() as tx:
            await access.identify(tx, "session", secret)
        async with app.database.transaction() as tx:
            return (await tx.session.scalars(sa.select(Session.seen_at))).one()

    clock.pass_by(timedelta(seconds=59))
    assert await seen() == signed_in_at
    clock.pass_by(timedelta(seconds=1))
    assert await seen() == signed_in_at + timedelta(minutes=1)


async def test_a_session_is_no_token_and_a_stored_hash_is_no_session(app: App, sign_in: SignIn) -> None:
    secret = (await sign_in("tom")).cookies["__Host-deskstream"]
    async with app.database.transaction() as tx:
        stored = (await tx.session.scalars(sa.select(Session.secret_sha256))).one()
        assert await access.identify(tx, "token", secret) is None
        assert await access.identify(tx, "session", stored.hex()) is None
        assert await access.identify(tx, "session", "") is None
        assert await access.identify(tx, "session", "\x00\ud800") is None


async def test_a_new_password_ends_every_other_session(sign_in: SignIn, browse: Browse, revoked: Revoked) -> None:
    other, client = await sign_in("tom"), await sign_in("tom")
    assert (await other.get("/api/v1/session")).status_code == 200
    change = {"current_password": PASSWORD, "new_password": NEW_PASSWORD}
    assert (await client.put("/api/v1/agents/me/password", json=change)).status_code == 204
    assert (await other.get("/api/v1/session")).status_code == 401
    assert (await client.get("/api/v1/session")).status_code == 200
    assert len(await revoked()) == 1
    answers = [
        await browse().post("/api/v1/session", json={"email": "tom@desk.example", "password": password})
        for password in (PASSWORD, NEW_PASSWORD)
    ]
    assert [answer.status_code for answer in answers] == [401, 201]


@pytest.mark.parametrize(
    ("current", "new", "code"),
    [
        ("wrong", NEW_PASSWORD, "wrong_password"),
        (PASSWORD, "short", "weak_password"),
        (PASSWORD, "aaaaaaaaaaaa", "weak_password"),
        (PASSWORD, "TOM@desk.example", "weak_password"),
        (PASSWORD, "x" * 257, "invalid"),
    ],
)
async def test_a_password_that_is_not_accepted_changes_nothing(
    sign_in: SignIn, current: str, new: str, code: str
) -> None:
    other, client = await sign_in("tom"), await sign_in("tom")
    response = await client.put("/api/v1/agents/me/password", json={"current_password": current, "new_password": new})
    assert (response.status_code, response.json()["code"]) == (422, code)
    assert (await other.get("/api/v1/session")).status_code == 200


async def test_the_present_password_cannot_be_guessed_without_limit(sign_in: SignIn) -> None:
    client = await sign_in("tom")
    change = {"current_password": "wrong", "new_password": NEW_PASSWORD}
    answers = [await client.put("/api/v1/agents/me/password", json=change) for _ in range(FREE + 1)]
    assert [answer.status_code for answer in answers] == [422] * FREE + [429]


async def test_a_session_cannot_start_for_an_account_that_changed_meanwhile(app: App) -> None:
    browser = access.Browser(user_agent="", address="192.0.2.7")
    async with app.database.transaction() as tx:
        account = await access.begin_sign_in(tx, email="tom@desk.example", address="192.0.2.7")
        assert account is not None
        await tx.session.execute(sa.update(Agent).where(Agent.id == account.agent_id).values(password_hash="new"))
        assert await access.start_session(tx, account, browser=browser) is None


async def test_what_ended_long_ago_is_deleted(app: App, sign_in: SignIn, browse: Browse, clock: Clock) -> None:
    client = await sign_in("tom")
    await client.post("/api/v1/tokens", json={"name": "x", "scopes": ["tickets:read"], "expires_in_days": 1})
    await browse().post("/api/v1/session", json={"email": "nobody@desk.example", "password": "wrong"})

    async def rows() -> list[int]:
        async with app.database.transaction() as tx:
            await delete_ended(tx)
            counts = [sa.select(sa.func.count()).select_from(table) for table in (Session, ApiToken, SignInAttempts)]
            return [await tx.session.scalar(count) or 0 for count in counts]

    assert await rows() == [1, 1, 1]
    clock.pass_by(IDLE + timedelta(minutes=1))
    assert await rows() == [0, 1, 1]
    clock.pass_by(timedelta(days=1))
    assert await rows() == [0, 1, 0]
    clock.pass_by(timedelta(days=31))
    assert await rows() == [0, 0, 0]
