"""Bad input at the door of any service: refused with 422, and the field is named (issue 3, "Bad input")."""

import json
from collections.abc import Awaitable, Callable
from typing import Annotated
from uuid import UUID

import httpx
import pytest
from fastapi import Depends, Header, Query

from chassis.app import App
from chassis.auth import Public
from chassis.http import with_edge
from chassis.inputs import Input, Moment
from chassis.paging import decode_cursor
from chassis.routes import Routes
from chassis.versions import IfMatch
from contracts.messages import Service

MakeApp = Callable[..., Awaitable[App]]


class Thing(Input):
    """A body with a field of each kind."""

    text: str = ""
    number: int = 0
    share: float = 0.0
    wanted: bool = False
    places: frozenset[str] = frozenset()
    at: Moment | None = None
    inner: tuple["Thing", ...] = ()


router = Routes(prefix="/api/v1/things", dependencies=[Depends(Public("a route under test"))])


@router.post("", operation_id="take_thing")
async def take_thing(thing: Thing) -> Thing:
    """Gives back what it gets."""
    return thing


@router.put("", operation_id="replace_things", status_code=204)
async def replace_things(_version: IfMatch) -> None:
    """Wants a version."""


@router.get("", operation_id="list_things")
async def list_things(q: str = "", since: Annotated[Moment | None, Query()] = None, cursor: str = "") -> str:
    """A list with filters."""
    if cursor:
        decode_cursor(cursor, int, UUID)
    return f"{q} {since}"


@router.get("/{name}", operation_id="get_thing")
async def get_thing(name: str, x_note: Annotated[str, Header()] = "") -> str:
    """Something by its name."""
    return name + x_note


@pytest.fixture
async def client(bare_app: MakeApp) -> httpx.AsyncClient:
    """A client of an app with these routes, through its edge."""
    app = await bare_app(Service.TICKETS)
    app.serve(router)
    edge = with_edge(app.api, service="fed", body_limit=1_000_000)
    return httpx.AsyncClient(transport=httpx.ASGITransport(edge), base_url="http://desk.test")


async def send(client: httpx.AsyncClient, content: str | bytes, kind: str = "application/json") -> httpx.Response:
    return await client.post("/api/v1/things", content=content, headers={"Content-Type": kind})


def refused(answer: httpx.Response, *fields: str) -> None:
    """The answer is a refusal that names these fields."""
    assert (answer.status_code, answer.headers["content-type"]) == (422, "application/problem+json"), answer.text
    assert [error["field"] for error in answer.json()["errors"]] == list(fields)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("wanted", 1),
        ("wanted", "true"),
        ("number", False),
        ("number", "5"),
        ("number", 1.5),
        ("share", "0.5"),
        ("text", 5),
        ("text", "a\x00b"),
        ("text", "\ud800"),
        ("places", ["here", "here"]),
        ("at", 1_700_000_000),
        ("at", "1700000000"),
        ("at", "2026-11-25T19:15:00"),
        ("at", "0001-01-01T00:00:00+14:00"),
        ("at", "9999-12-31T23:59:59-14:00"),
    ],
)
async def test_a_value_of_another_type_than_the_document_says_is_refused(
    client: httpx.AsyncClient, name: str, value: object
) -> None:
    answer = await send(client, json.dumps({name: value}))
    assert answer.status_code == 422
    assert {error["field"].partition("[")[0] for error in answer.json()["errors"]} == {f"body.{name}"}


async def test_an_inner_value_of_another_type_is_named_with_its_place(client: httpx.AsyncClient) -> None:
    refused(await send(client, json.dumps({"inner": [{}, {"wanted": 1}]})), "body.inner.1.wanted")


async def test_what_json_has_and_the_document_says_is_taken(client: httpx.AsyncClient) -> None:
    thing = {"text": "ä\n", "number": 2**60, "share": 1, "wanted": True, "places": ["b", "a"]}
    answer = await send(client, json.dumps({**thing, "at": "2026-11-25T20:15:00+01:00"}))
    assert answer.status_code == 200, answer.text
    assert answer.json()["at"] == "2026-11-25T19:15:00Z"


@pytest.mark.parametrize("number", ["NaN", "Infinity", "1e999"])
async def test_a_number_that_json_does_not_have_is_refused(client: httpx.AsyncClient, number: str) -> None:
    refused(await send(client, f'{{"share": {number}}}'), "body.share")


@pytest.mark.parametrize(
    "content",
    [b"\x80\x81", b"[" * 100_000, b'{"number": ' + b"9" * 5000 + b"}"],
    ids=["no utf-8", "too deep", "a number of 5,000 digits"],
)
async def test_a_body_that_cannot_be_read_is_refused(client: httpx.AsyncClient, content: bytes) -> None:
    answer = await send(client, content)
    assert answer.status_code == 422
    assert all(error["field"].startswith("body") for error in answer.json()["errors"])


@pytest.mark.parametrize("kind", ["text/plain", "multipart/form-data; boundary=x", "multipart/form-data", "§"])
async def test_a_body_that_calls_itself_something_else_is_refused(client: httpx.AsyncClient, kind: str) -> None:
    headers = [(b"Content-Type", kind.encode("latin-1"))]
    answer = await client.post("/api/v1/things", content=b'{"text": "x"}', headers=headers)
    refused(answer, "body")


async def test_nul_in_a_path_or_a_query_is_refused(client: httpx.AsyncClient) -> None:
    refused(await client.get("/api/v1/things/a%00b"), "path.name")
    refused(await client.get("/api/v1/things?q=a%00b"), "query.q")


@pytest.mark.parametrize("since", ["1700000000", "2026", "2026-11-25", "2026-11-25T19:15:00", "never"])
async def test_a_filter_that_is_no_moment_is_refused(client: httpx.AsyncClient, since: str) -> None:
    refused(await client.get("/api/v1/things", params={"since": since}), "query.since")


@pytest.mark.parametrize("cursor", ["x", "é", "W10", "WzEsIDJd", "bnVsbA", "e30", "=" * 9])
async def test_a_cursor_that_nobody_gave_out_is_refused(client: httpx.AsyncClient, cursor: str) -> None:
    refused(await client.get("/api/v1/things", params={"cursor": cursor}), "query.cursor")


@pytest.mark.parametrize("tag", ["*", "3", '"x"', '"3", "4"', '"' + "9" * 10 + '"', "", '"-1"'])
async def test_a_version_that_is_none_is_refused(client: httpx.AsyncClient, tag: str) -> None:
    refused(await client.put("/api/v1/things", headers={"If-Match": tag}), "header.If-Match")


@pytest.mark.parametrize("method", ["DELETE", "OPTIONS", "TRACE", "PATCH"])
async def test_an_unknown_method_is_told_all_that_the_address_knows(client: httpx.AsyncClient, method: str) -> None:
    answer = await client.request(method, "/api/v1/things")
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET, POST, PUT")
    assert answer.json()["code"] == "method_not_allowed"
