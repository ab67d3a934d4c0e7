"""HTTP from the side of an attacker: commits that fail late, texts that nobody can store, doors without a lock."""

import asyncio
import io
import json
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Annotated
from uuid import UUID, uuid4

import httpx
import pytest
import sqlalchemy as sa
import uvicorn
from fastapi import Depends, Query, Request, Response, WebSocket
from prometheus_client import generate_latest
from pydantic import BaseModel, ConfigDict
from starlette.responses import PlainTextResponse

from chassis import tables
from chassis.app import App, Role
from chassis.auth import Public
from chassis.bus import Refused
from chassis.embedded.ports import free_port
from chassis.http import Tx, with_edge
from chassis.idempotency import IdempotencyKey, once
from chassis.paging import InvalidCursor, decode_cursor, encode_cursor
from chassis.routes import Routes
from chassis.run import process_app
from chassis.telemetry import JsonLines
from contracts.messages import Problem, Service

MakeApp = Callable[..., Awaitable[App]]
ACTOR = UUID("018f0000-0000-7000-8000-000000000001")
OPEN = [Depends(Public("a route under attack"))]


class Note(BaseModel):
    """Input of the routes under test."""

    model_config = ConfigDict(extra="forbid")
    text: str


router = Routes(prefix="/api/v1/attacked", dependencies=OPEN)


@router.post("/late", status_code=201, operation_id="fail_late")
async def fail_late(tx: Tx) -> dict[str, str]:
    """Succeeds, but for the commit: a constraint that is looked at only then."""
    await tx.session.execute(sa.text("CREATE TABLE late (id int UNIQUE DEFERRABLE INITIALLY DEFERRED)"))
    await tx.session.execute(sa.text("INSERT INTO late VALUES (1), (1)"))
    return {"it": "worked"}


@router.post("/notes", operation_id="keep_note")
async def keep_note(request: Request, tx: Tx, note: Note, key: IdempotencyKey = None) -> Response:
    """Stores a text in the database."""

    async def work() -> Note:
        await tx.session.execute(sa.select(sa.func.length(note.text)))
        return note

    return await once(tx, request, key=key, actor_id=ACTOR, work=work, location=lambda _: "/notes")


@router.get("/numbers", operation_id="read_number")
async def read_number(tx: Tx, number: Annotated[int, Query()]) -> int:
    """Takes a number to the database."""
    return await tx.session.scalar(sa.select(sa.cast(number, sa.Integer))) or 0


@router.get("/files", operation_id="read_file")
async def read_file(name: str) -> Response:
    """Names a file in a header, as a careless route would."""
    return PlainTextResponse("x", headers={"Content-Disposition": f"attachment; filename={name}"})


@router.get("/owner/{code}", operation_id="ask_owner")
async def ask_owner(code: str) -> None:
    """Passes on what the owner of a request said."""
    raise Refused(Problem(code=code, detail="The owner said so."))


@pytest.fixture
async def app(bare_app: MakeApp) -> App:
    """An app with the routes under attack."""
    app = await bare_app(Service.TICKETS)
    app.serve(router)
    return app


@pytest.fixture
def client(app: App) -> httpx.AsyncClient:
    """A client of the app, through its edge."""
    edge = with_edge(app.api, service="attacked", body_limit=100_000)
    return httpx.AsyncClient(transport=httpx.ASGITransport(edge), base_url="http://desk.test")


@asynccontextmanager
async def served(app: App) -> AsyncIterator[str]:
    """The app behind the real HTTP server, as `chassis.run` starts it, without its lifespan."""
    config = uvicorn.Config(process_app(app, Role.API), port=free_port(), log_config=None, lifespan="off")
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server.serve())
    try:
        async with asyncio.timeout(10):
            while not server.started:
                await asyncio.sleep(0.02)
        yield f"http://127.0.0.1:{config.port}"
    finally:
        server.should_exit = True
        await serving


async def test_a_commit_that_fails_is_an_error_answer(client: httpx.AsyncClient, app: App) -> None:
    answer = await client.post("/api/v1/attacked/late")
    assert answer.status_code == 500
    assert answer.json()["code"] == "internal"
    assert "late" not in answer.json()["detail"]


@pytest.mark.parametrize("text", ["a\x00b", "\ud800"], ids=["nul", "surrogate"])
async def test_a_text_that_cannot_be_stored_is_invalid_input(client: httpx.AsyncClient, text: str) -> None:
    answer = await client.post(
        "/api/v1/attacked/notes", content=json.dumps({"text": text}), headers={"Content-Type": "application/json"}
    )
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid")


async def test_a_field_whose_name_is_half_a_character_is_invalid_input(client: httpx.AsyncClient) -> None:
    answer = await client.post(
        "/api/v1/attacked/notes",
        content=json.dumps({"text": "x", "\ud800": 1}),
        headers={"Content-Type": "application/json"},
    )
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid")


async def test_a_number_too_large_for_the_database_is_invalid_input(client: httpx.AsyncClient) -> None:
    answer = await client.get("/api/v1/attacked/numbers", params={"number": 2**70})
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid")


@pytest.mark.parametrize(("code", "status"), [("not_found", 404), ("internal", 502), ("too_old", 422)])
async def test_what_the_owner_of_a_request_refuses_has_a_fitting_status(
    client: httpx.AsyncClient, code: str, status: int
) -> None:
    answer = await client.get(f"/api/v1/attacked/owner/{code}")
    assert (answer.status_code, answer.json()["code"]) == (status, code)


async def test_a_header_with_a_line_break_never_leaves(app: App) -> None:
    async with served(app) as url, httpx.AsyncClient(base_url=url) as client:
        with pytest.raises(httpx.RemoteProtocolError):  # the server ends the connection instead
            await client.get("/api/v1/attacked/files?name=a%0D%0ASet-Cookie:%20x=1")
        assert (await client.get("/api/v1/attacked/files?name=a")).status_code == 200


async def test_no_redirect_repeats_the_host_of_the_caller(client: httpx.AsyncClient) -> None:
    answer = await client.get("/api/v1/attacked/numbers/", headers={"Host": "evil.test"})
    assert answer.status_code == 404
    assert "location" not in answer.headers


async def test_what_a_stranger_calls_does_not_grow_the_metrics(app: App) -> None:
    edge = with_edge(app.api, service="measured", body_limit=100_000)
    client = httpx.AsyncClient(transport=httpx.ASGITransport(edge), base_url="http://desk.test")
    await client.get("/api/v1/attacked/numbers", params={"number": 1})
    for _ in range(3):
        await client.request(f"M{uuid4().hex}", f"/api/{uuid4()}")
    await client.get(f"/api/v1/attacked/owner/{uuid4()}")
    lines = [line for line in generate_latest().decode().splitlines() if 'service="measured"' in line]
    labels = {line[: line.rindex("}")] for line in lines if "_count{" in line}
    assert labels == {
        f'deskstream_http_request_seconds_count{{method="{method}",route="{route}",service="measured",status="{status}"'
        for method, route, status in (
            ("GET", "/api/v1/attacked/numbers", 200),
            ("other", "unknown", 404),
            ("GET", "/api/v1/attacked/owner/{code}", 422),
        )
    }


async def _listen(websocket: WebSocket) -> None:
    await websocket.accept()


async def _page(_request: Request) -> Response:
    return PlainTextResponse("open to all")


@pytest.mark.parametrize(
    "add",
    [
        lambda router: router.add_api_websocket_route("/api/v1/socket", _listen),
        lambda router: router.add_route("/api/v1/page", _page),
        lambda router: router.mount("/api/v1/folder", PlainTextResponse("open")),
    ],
    ids=["websocket", "plain route", "mount"],
)
async def test_no_kind_of_route_starts_without_a_declared_permission(
    bare_app: MakeApp, add: Callable[[Routes], None]
) -> None:
    app = await bare_app(Service.TICKETS)
    door = Routes()
    add(door)
    app.serve(door)
    with pytest.raises(LookupError, match="declares no permission"):
        _ = app.api


@pytest.mark.parametrize(
    "cursor", [encode_cursor(7, 7), encode_cursor(2**63, UUID(int=1)), encode_cursor(2**64 - 1, UUID(int=1))]
)
def test_a_cursor_of_wrong_parts_is_refused(cursor: str) -> None:
    with pytest.raises(InvalidCursor):
        decode_cursor(cursor, int, UUID)


async def test_the_same_key_for_another_query_is_another_request(client: httpx.AsyncClient) -> None:
    headers = {"Idempotency-Key": uuid4().hex}
    first = await client.post("/api/v1/attacked/notes?mode=a", json={"text": "x"}, headers=headers)
    other = await client.post("/api/v1/attacked/notes?mode=b", json={"text": "x"}, headers=headers)
    assert (first.status_code, other.status_code) == (201, 422)


async def test_a_key_whose_request_was_refused_may_be_used_again(client: httpx.AsyncClient, app: App) -> None:
    headers = {"Idempotency-Key": uuid4().hex}
    refused = await client.post("/api/v1/attacked/notes", json={"text": "a\x00b"}, headers=headers)
    mended = await client.post("/api/v1/attacked/notes", json={"text": "ab"}, headers=headers)
    assert (refused.status_code, mended.status_code) == (422, 201)
    async with app.database.transaction() as tx:
        assert await tx.session.scalar(sa.select(sa.func.count()).select_from(tables.idempotency_key)) == 1


def test_a_log_line_survives_half_a_character() -> None:
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(JsonLines("tickets"))
    handler.handle(logging.LogRecord("x", logging.INFO, __file__, 1, "a mail with \udcff", None, None))
    assert "a mail with" in json.loads(stream.getvalue())["message"]
