"""Mail accounts over HTTP."""

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from chassis.app import App
from contracts.tickets import Permission
from ingest import demo
from ingest.models import mail_account

BuildApp = Callable[..., Awaitable[App]]
Receive = Callable[..., Awaitable[list[UUID]]]
Staff = Callable[..., httpx.AsyncClient]

BILLING: dict[str, Any] = {
    "key": "billing",
    "name": "Billing",
    "address": "billing@desk.example",
    "from_name": "Desk Billing",
    "channel": "sales",
}


@pytest.fixture
async def app(build_app: BuildApp) -> App:
    return await build_app()


@pytest.fixture
def client(app: App, staff: Staff) -> httpx.AsyncClient:
    return staff(app)


async def test_the_list_shows_every_account_by_key_with_its_health(
    app: App, client: httpx.AsyncClient, receive: Receive
) -> None:
    await receive(app, b"Subject: 1\r\n\r\n", b"Subject: 2\r\n\r\n")
    page = (await client.get("/mail-accounts")).json()
    assert [(item["key"], item["is_default"]) for item in page["items"]] == [
        ("jobs", False),
        ("sales", False),
        ("support", True),
    ]
    assert page["next"] is None
    health = {item["key"]: item["health"] for item in page["items"]}
    waiting = health["support"].pop("last_received_at")
    assert waiting is not None
    assert health["support"] == {"stored": 2, "parsed": 0, "held": 0, "quarantine": 0, "outgoing": 0}
    assert health["sales"] == {"last_received_at": None} | health["support"] | {"stored": 0}


async def test_pages_follow_each_other(client: httpx.AsyncClient) -> None:
    first = (await client.get("/mail-accounts", params={"limit": 2})).json()
    second = (await client.get("/mail-accounts", params={"limit": 2, "cursor": first["next"]})).json()
    assert [item["key"] for item in first["items"] + second["items"]] == ["jobs", "sales", "support"]
    assert second["next"] is None
    assert (await client.get("/mail-accounts", params={"cursor": "nonsense"})).json()["code"] == "invalid_cursor"


async def test_an_account_is_added_once_however_often_it_is_sent(client: httpx.AsyncClient) -> None:
    answers = [
        await client.post("/mail-accounts", json=BILLING, headers={"Idempotency-Key": "billing-1"}) for _ in range(2)
    ]
    assert [answer.status_code for answer in answers] == [201, 201]
    assert answers[0].json() == answers[1].json()
    made = answers[0].json()
    assert (made["kind"], made["active"], made["is_default"], made["version"]) == ("ticket", True, False, 1)
    assert answers[0].headers["location"] == f"/api/v1/mail-accounts/{made['id']}"
    read = await client.get(f"/mail-accounts/{made['id']}")
    assert (read.json(), read.headers["etag"]) == (made, '"1"')


@pytest.mark.parametrize(
    "change", [{"key": "support"}, {"address": "support@desk.example"}, {"address": "SUPPORT@Desk.example"}]
)
async def test_key_and_address_belong_to_one_account(client: httpx.AsyncClient, change: dict[str, str]) -> None:
    answer = await client.post("/mail-accounts", json=BILLING | change)
    assert (answer.status_code, answer.json()["code"]) == (409, "mail_account_taken")
    assert len((await client.get("/mail-accounts")).json()["items"]) == 3


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"key": "Billing"}, "key"),
        ({"key": ""}, "key"),
        ({"channel": "a.b"}, "channel"),
        ({"address": "billing"}, "address"),
        ({"address": "a@b\r\nRCPT TO:<c@d>"}, "address"),
        ({"address": "x" * 300 + "@desk.example"}, "address"),
        ({"name": ""}, "name"),
        ({"from_name": "two\nlines"}, "from_name"),
        ({"surprise": 1}, "surprise"),
        ({"kind": "other"}, "kind"),
    ],
)
async def test_a_malformed_account_is_refused_field_by_field(
    client: httpx.AsyncClient, change: dict[str, object], field: str
) -> None:
    answer = await client.post("/mail-accounts", json=BILLING | change)
    assert answer.status_code == 422
    assert [error["field"] for error in answer.json()["errors"]] == [f"body.{field}"]


async def test_a_change_needs_the_version_it_is_based_on(client: httpx.AsyncClient) -> None:
    url = f"/mail-accounts/{demo.ACCOUNTS[0][0]}"
    assert (await client.patch(url, json={"name": "Help"})).status_code == 428
    changed = await client.patch(url, json={"name": "Help"}, headers={"If-Match": '"1"'})
    assert (changed.status_code, changed.json()["name"], changed.headers["etag"]) == (200, "Help", '"2"')
    stale = await client.patch(url, json={"name": "Other"}, headers={"If-Match": '"1"'})
    assert (stale.status_code, stale.json()["code"]) == (409, "stale_version")
    assert stale.json()["current"]["name"] == "Help"


async def test_there_is_one_default_at_most(client: httpx.AsyncClient) -> None:
    url = f"/mail-accounts/{demo.ACCOUNTS[1][0]}"
    answer = await client.patch(url, json={"is_default": True}, headers={"If-Match": '"1"'})
    assert answer.json()["is_default"] is True
    accounts = (await client.get("/mail-accounts")).json()["items"]
    assert [item["key"] for item in accounts if item["is_default"]] == ["sales"]
    assert {item["key"]: item["version"] for item in accounts} == {"jobs": 1, "sales": 2, "support": 2}


async def test_an_account_that_does_not_exist_is_not_found(client: httpx.AsyncClient) -> None:
    for answer in (
        await client.get(f"/mail-accounts/{uuid4()}"),
        await client.patch(f"/mail-accounts/{uuid4()}", json={}, headers={"If-Match": '"1"'}),
    ):
        assert (answer.status_code, answer.json()["code"]) == (404, "mail_account_not_found")


@pytest.mark.parametrize(("method", "path"), [("GET", ""), ("POST", ""), ("GET", "/{id}"), ("PATCH", "/{id}")])
async def test_only_who_manages_mail_sees_or_changes_accounts(app: App, staff: Staff, method: str, path: str) -> None:
    reader = staff(app, Permission.MAIL_READ)
    answer = await reader.request(method, "/mail-accounts" + path.format(id=demo.ACCOUNTS[0][0]), json={})
    assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")


async def test_the_first_account_of_an_empty_desk_becomes_the_default(app: App, client: httpx.AsyncClient) -> None:
    async with app.database.transaction() as tx:
        await tx.session.execute(mail_account.delete())
    answer = await client.post("/mail-accounts", json=BILLING)
    assert answer.json()["is_default"] is True
