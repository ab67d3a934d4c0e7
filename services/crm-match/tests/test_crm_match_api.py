"""The HTTP door of the contact service: permissions, pages, versions, repeated requests and bad input."""

from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import pytest

from chassis.app import App

Emitted = Callable[[App, str], Awaitable[list[dict[str, Any]]]]

SABINE = {"name": "Sabine Schulz", "addresses": ["Sabine@Schulz.Example"], "phones": ["030 23125001"], "language": "de"}


async def create(client: httpx.AsyncClient, **fields: Any) -> dict[str, Any]:
    """A contact."""
    response = await client.post("/api/v1/contacts", json=SABINE | fields)
    assert response.status_code == 201, response.text
    body: dict[str, Any] = response.json()
    return body


async def test_a_contact_is_created_read_and_changed(client: httpx.AsyncClient, app: App, emitted: Emitted) -> None:
    company = (await client.post("/api/v1/companies", json={"name": "Familie Schulz"})).json()
    created = await client.post("/api/v1/contacts", json=SABINE | {"company_id": company["id"]})
    assert created.status_code == 201
    read = await client.get(created.headers["Location"])
    assert read.json() == created.json()
    assert read.headers["ETag"] == '"1"'
    assert read.json()["addresses"] == ["sabine@schulz.example"]
    assert read.json()["phones"] == ["+49 30 23125001"]
    assert read.json()["company_name"] == "Familie Schulz"
    changed = await client.patch(
        created.headers["Location"], json={"name": "Sabine S.", "company_id": None}, headers={"If-Match": '"1"'}
    )
    assert changed.status_code == 200
    assert changed.headers["ETag"] == '"2"'
    assert (changed.json()["name"], changed.json()["company_id"]) == ("Sabine S.", None)
    assert changed.json()["phones"] == ["+49 30 23125001"]
    told = await emitted(app, "crm_match.evt.contact_changed.v1")
    assert [event["contact_id"] for event in told] == [created.json()["id"]] * 2


async def test_a_creation_that_is_repeated_with_its_key_happens_once(client: httpx.AsyncClient) -> None:
    answers = [await client.post("/api/v1/contacts", json=SABINE, headers={"Idempotency-Key": "one"}) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [201, 201]
    assert answers[0].json() == answers[1].json()
    assert len((await client.get("/api/v1/contacts")).json()["items"]) == 1


async def test_a_change_needs_the_version_it_is_based_on(client: httpx.AsyncClient) -> None:
    url = f"/api/v1/contacts/{(await create(client))['id']}"
    without = await client.patch(url, json={"name": "S."})
    assert (without.status_code, without.json()["code"]) == (428, "version_required")
    stale = await client.patch(url, json={"name": "S."}, headers={"If-Match": '"7"'})
    assert (stale.status_code, stale.json()["code"]) == (409, "stale_version")
    assert stale.json()["current"] == (await client.get(url)).json()


async def test_contacts_are_listed_by_name_and_by_page(client: httpx.AsyncClient) -> None:
    for name in ("Zoe", "anna", "Bert"):
        await create(client, name=name, addresses=[])
    first = (await client.get("/api/v1/contacts", params={"limit": 2})).json()
    second = (await client.get("/api/v1/contacts", params={"limit": 2, "cursor": first["next"]})).json()
    assert [item["name"] for item in first["items"] + second["items"]] == ["anna", "Bert", "Zoe"]
    assert second["next"] is None
    found = (await client.get("/api/v1/contacts", params={"q": "ber"})).json()
    assert [item["name"] for item in found["items"]] == ["Bert"]


async def test_the_contacts_of_a_company_are_listed(client: httpx.AsyncClient) -> None:
    company = (await client.post("/api/v1/companies", json={"name": "Riese GmbH"})).json()
    await create(client, name="Rudolf", company_id=company["id"])
    await create(client, name="Sabine")
    found = (await client.get("/api/v1/contacts", params={"company_id": company["id"]})).json()
    assert [item["name"] for item in found["items"]] == ["Rudolf"]


async def test_companies_are_listed_by_name_and_by_page(client: httpx.AsyncClient) -> None:
    for name in ("Zwerg AG", "Álvarez", "Riese GmbH"):
        assert (await client.post("/api/v1/companies", json={"name": name})).status_code == 201
    first = (await client.get("/api/v1/companies", params={"limit": 2})).json()
    second = (await client.get("/api/v1/companies", params={"limit": 2, "cursor": first["next"]})).json()
    assert len(first["items"]) == 2
    assert {item["name"] for item in first["items"] + second["items"]} == {"Zwerg AG", "Álvarez", "Riese GmbH"}
    found = (await client.get("/api/v1/companies", params={"q": "alv"})).json()
    assert [item["name"] for item in found["items"]] == ["Álvarez"]


async def test_a_company_is_renamed(client: httpx.AsyncClient) -> None:
    created = await client.post("/api/v1/companies", json={"name": "Riese GmbH"})
    read = await client.get(created.headers["Location"])
    changed = await client.patch(
        created.headers["Location"], json={"name": "Riese SE"}, headers={"If-Match": read.headers["ETag"]}
    )
    assert (changed.status_code, changed.json()["name"], changed.headers["ETag"]) == (200, "Riese SE", '"2"')
    taken = await client.post("/api/v1/companies", json={"name": "riese se"})
    assert (taken.status_code, taken.json()["code"]) == (409, "company_exists")
    assert taken.json()["current"] == {"id": created.json()["id"], "name": "Riese SE"}


@pytest.mark.parametrize(
    ("fields", "code", "said"),
    [
        ({"addresses": ["sabine"]}, "invalid", "not a mail address"),
        ({"addresses": ["a@b.example", "A@B.Example"]}, "invalid", "there twice"),
        ({"addresses": [f"a{number}@b.example" for number in range(21)]}, "invalid", "20"),
        ({"phones": ["call me"]}, "invalid_phone", "not a phone number"),
        ({"name": "  "}, "invalid", "at least 1"),
        ({"name": "Sabine\nSchulz"}, "invalid", "line breaks"),
        ({"name": "x" * 201}, "invalid", "200"),
        ({"language": "german"}, "invalid", "pattern"),
        ({"company_id": "01a00001-0001-7001-9001-000001000009"}, "unknown_company", "no company"),
        ({"vip": True}, "invalid", "Extra inputs"),
    ],
)
async def test_bad_input_is_refused_with_what_is_wrong(
    client: httpx.AsyncClient, fields: dict[str, Any], code: str, said: str
) -> None:
    response = await client.post("/api/v1/contacts", json=SABINE | fields)
    assert (response.status_code, response.json()["code"]) == (422, code)
    assert said in response.text
    assert (await client.get("/api/v1/contacts")).json()["items"] == []


async def test_the_same_person_twice_is_a_conflict_that_names_the_first(client: httpx.AsyncClient) -> None:
    first = await create(client)
    second = await client.post("/api/v1/contacts", json=SABINE)
    assert (second.status_code, second.json()["code"]) == (409, "contact_exists")
    assert second.json()["current"] == {"id": first["id"], "name": "Sabine Schulz"}


@pytest.mark.parametrize("noun", ["contacts", "companies"])
async def test_what_does_not_exist_is_not_found(client: httpx.AsyncClient, noun: str) -> None:
    url = f"/api/v1/{noun}/01a00001-0001-7001-9001-000001000009"
    assert (await client.get(url)).status_code == 404
    assert (await client.patch(url, json={"name": "X"}, headers={"If-Match": '"1"'})).status_code == 404


async def test_a_cursor_that_is_not_ours_is_refused(client: httpx.AsyncClient) -> None:
    response = await client.get("/api/v1/contacts", params={"cursor": "rubbish"})
    assert (response.status_code, response.json()["code"]) == (422, "invalid_cursor")


@pytest.mark.parametrize(
    ("token", "method", "status"),
    [("reader", "GET", 200), ("reader", "POST", 403), ("nobody", "GET", 401), ("nobody", "POST", 401)],
)
@pytest.mark.parametrize("path", ["/api/v1/contacts", "/api/v1/companies"])
async def test_reading_and_writing_need_their_permission(
    client: httpx.AsyncClient, token: str, method: str, status: int, path: str
) -> None:
    json = {"name": "Sabine"} if method == "POST" else None
    response = await client.request(method, path, json=json, headers={"Authorization": f"Bearer {token}"})
    assert response.status_code == status
