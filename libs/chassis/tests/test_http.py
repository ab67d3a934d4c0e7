"""The HTTP side: default deny, who is calling, problems, limits, idempotency."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Annotated
from uuid import UUID, uuid4

import httpx
import pytest
import sqlalchemy as sa
from fastapi import Depends, Request, Response
from pydantic import BaseModel, ConfigDict

from chassis import tables
from chassis.app import App
from chassis.auth import SESSION_COOKIE, Authenticator, CredentialKind, Public, require
from chassis.http import Tx, with_edge
from chassis.idempotency import IdempotencyKey, once
from chassis.paging import InvalidCursor, decode_cursor, encode_cursor
from chassis.problems import Conflict, refusals
from chassis.routes import Routes
from contracts.messages import Service
from contracts.tickets import AccessRevoked, Authenticated, SubmissionFiled

MakeApp = Callable[..., Awaitable[App]]
AGENT = UUID("018f0000-0000-7000-8000-000000000001")
CREDENTIAL = UUID("018f0000-0000-7000-8000-000000000002")
TOKEN = {"Authorization": "Bearer good"}


class Thing(BaseModel):
    """Input and output of the routes under test."""

    model_config = ConfigDict(extra="forbid")
    name: str


router = Routes(prefix="/api/v1/things")


@router.post("", status_code=201, operation_id="create_thing")
async def create_thing(
    request: Request,
    tx: Tx,
    thing: Thing,
    who: Annotated[Authenticated, Depends(require("things:write"))],
    key: IdempotencyKey = None,
) -> Response:
    """Creates a thing, which here is an event."""

    async def work() -> Thing:
        tx.emit(SubmissionFiled(submission_id=uuid4()))
        return thing

    return await once(tx, request, key=key, actor_id=who.agent_id, work=work, location=lambda made: f"/{made.name}")


@router.get("/{name}", operation_id="read_thing", responses=refusals(Conflict))
async def read_thing(name: str, _who: Annotated[Authenticated, Depends(require("things:read"))]) -> Thing:
    """Reads a thing, or fails as its name says."""
    if name == "conflict":
        raise Conflict("It changed.", current={"version": 2})
    if name == "fault":
        raise ZeroDivisionError
    if name == "outage":
        raise ConnectionRefusedError
    return Thing(name=name)


@router.get("", operation_id="greet", dependencies=[Depends(Public("a greeting"))])
async def greet() -> Thing:
    """Greets anyone."""
    return Thing(name="hello")


class Resolver:
    """Knows one credential, and counts how often it is asked."""

    def __init__(self) -> None:
        self.asked = 0
        self.good = True

    async def __call__(self, kind: CredentialKind, secret: str) -> Authenticated | None:
        """Who it is."""
        self.asked += 1
        if secret != "good" or not self.good:
            return None
        return Authenticated(
            agent_id=AGENT,
            credential_id=CREDENTIAL,
            kind=kind,
            name="Tom",
            role="agent",
            permissions=frozenset({"things:read", "things:write"}),
        )


@pytest.fixture
def resolver() -> Resolver:
    """A resolver of its own for each test."""
    return Resolver()


@pytest.fixture
async def app(bare_app: MakeApp, resolver: Resolver) -> App:
    """An app that serves things."""
    app = await bare_app(Service.TICKETS)
    app.authenticator = Authenticator(resolver)
    app.serve(router)
    return app


@pytest.fixture
def client(app: App) -> httpx.AsyncClient:
    """A client of the app, through its edge."""
    edge = with_edge(app.api, service="tickets", body_limit=1000)
    return httpx.AsyncClient(transport=httpx.ASGITransport(edge), base_url="http://desk.test")


async def test_a_route_without_a_declared_permission_does_not_start(bare_app: MakeApp) -> None:
    app = await bare_app(Service.TICKETS)
    open_door = Routes()
    open_door.add_api_route("/api/v1/open", greet)
    app.serve(open_door)
    with pytest.raises(LookupError, match="declares no permission"):
        _ = app.api


async def test_only_a_known_credential_with_the_permission_gets_in(
    client: httpx.AsyncClient, resolver: Resolver
) -> None:
    assert (await client.get("/api/v1/things")).status_code == 200
    assert (await client.get("/api/v1/things/x")).status_code == 401
    assert (await client.get("/api/v1/things/x", headers={"Authorization": "Bearer bad"})).status_code == 401
    assert (await client.get("/api/v1/things/x", headers=TOKEN)).status_code == 200
    refused = await client.get("/api/v1/dead-letters/tickets", headers=TOKEN)
    assert refused.status_code == 403
    assert refused.json()["code"] == "forbidden"


async def test_a_credential_is_remembered_and_forgotten_on_revocation(
    client: httpx.AsyncClient, resolver: Resolver, app: App
) -> None:
    for _ in range(3):
        assert (await client.get("/api/v1/things/x", headers=TOKEN)).status_code == 200
    assert resolver.asked == 1
    resolver.good = False
    app.authenticator.forget(AccessRevoked(credential_ids=(uuid4(),)))
    assert (await client.get("/api/v1/things/x", headers=TOKEN)).status_code == 200
    app.authenticator.forget(AccessRevoked(credential_ids=(CREDENTIAL,)))
    assert (await client.get("/api/v1/things/x", headers=TOKEN)).status_code == 401


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Sec-Fetch-Site": "same-origin"}, 201),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Origin": "http://desk.test"}, 201),
        ({"Origin": "http://evil.test"}, 403),
        ({"Origin": "null"}, 403),
        ({"X-Deskstream-Client": "script"}, 201),
        ({}, 403),
    ],
)
async def test_a_change_by_cookie_must_come_from_our_own_pages(
    client: httpx.AsyncClient, headers: dict[str, str], status: int
) -> None:
    answer = await client.post(
        "/api/v1/things", json={"name": "x"}, headers={**headers, "Cookie": f"{SESSION_COOKIE}=good"}
    )
    assert answer.status_code == status
    by_token = await client.post("/api/v1/things", json={"name": "x"}, headers={**headers, **TOKEN})
    assert by_token.status_code == 201


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("/api/v1/things/conflict", 409, "conflict"),
        ("/api/v1/things/fault", 500, "internal"),
        ("/api/v1/things/outage", 503, "unavailable"),
        ("/api/v1/nothing", 404, "not_found"),
    ],
)
async def test_every_refusal_is_a_problem_that_names_the_correlation_id(
    client: httpx.AsyncClient, path: str, status: int, code: str
) -> None:
    answer = await client.get(path, headers={**TOKEN, "X-Correlation-Id": "call-42"})
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["correlation_id"] == answer.headers["x-correlation-id"] == "call-42"
    assert answer.json()["detail"]


async def test_an_input_that_does_not_fit_names_the_field(client: httpx.AsyncClient) -> None:
    answer = await client.post("/api/v1/things", json={"name": 5, "role": "admin"}, headers=TOKEN)
    assert answer.status_code == 422
    assert {error["field"] for error in answer.json()["errors"]} == {"body.name", "body.role"}


async def test_a_body_above_the_limit_is_refused_with_or_without_its_length(client: httpx.AsyncClient) -> None:
    async def drip() -> AsyncIterator[bytes]:
        for _ in range(30):
            yield b"x" * 100

    declared = await client.post("/api/v1/things", content=b"x" * 3000, headers=TOKEN)
    dripping = await client.post("/api/v1/things", content=drip(), headers=TOKEN)
    assert [declared.status_code, dripping.status_code] == [413, 413]


async def test_a_correlation_id_that_could_forge_a_log_line_is_replaced(client: httpx.AsyncClient) -> None:
    answer = await client.get("/api/v1/things", headers={"X-Correlation-Id": "x\tadmin signed in"})
    UUID(answer.headers["x-correlation-id"])


async def test_a_hundred_requests_with_one_key_have_one_effect_and_one_answer(
    client: httpx.AsyncClient, app: App
) -> None:
    headers = {**TOKEN, "Idempotency-Key": "a-key"}
    answers = await asyncio.gather(
        *(client.post("/api/v1/things", json={"name": "x"}, headers=headers) for _ in range(100))
    )
    assert {(answer.status_code, answer.content, answer.headers["location"]) for answer in answers} == {
        (201, b'{"name":"x"}', "/x")
    }
    async with app.database.transaction() as tx:
        assert await tx.session.scalar(sa.select(sa.func.count()).select_from(tables.outbox)) == 1
    other = await client.post("/api/v1/things", json={"name": "y"}, headers=headers)
    assert other.status_code == 422


def test_a_cursor_comes_back_as_it_went_and_nonsense_is_refused() -> None:
    at = uuid4()
    assert decode_cursor(encode_cursor(7, at), int, UUID) == (7, at)
    for nonsense in ("", "%%%", "bm90IGpzb24", encode_cursor("x", at), encode_cursor(1), encode_cursor(1, at, at)):
        with pytest.raises(InvalidCursor):
            decode_cursor(nonsense, int, UUID)
