"""The staff API of external accesses."""

from uuid import UUID, uuid4

import httpx
from nats.aio.client import Client

from chassis.app import App
from contracts.crm_match import ContactCard
from crm_match import demo as crm_demo
from portal import demo, queries
from portal.queries import Access

ROOT = "/api/v1/external-accesses"


async def test_an_access_is_created_read_changed_and_listed(administrator: httpx.AsyncClient) -> None:
    made = await administrator.post(ROOT, json={"name": "Customer portal", "channels": {"support": "use"}})
    assert made.status_code == 201
    assert made.headers["location"] == f"{ROOT}/{made.json()['id']}"
    expected = {
        "name": "Customer portal",
        "active": True,
        "sections": ["tickets"],
        "visibility": "own",
        "channels": {"support": "use"},
        "version": 1,
    }
    assert expected.items() <= made.json().items()
    read = await administrator.get(f"{ROOT}/{made.json()['id']}")
    assert read.json() == made.json()
    assert read.headers["etag"] == '"1"'
    changed = await administrator.patch(
        f"{ROOT}/{made.json()['id']}",
        json={"name": "Partners", "channels": {"sales": "read"}},
        headers={"If-Match": read.headers["etag"]},
    )
    assert changed.status_code == 200
    assert changed.headers["etag"] == '"2"'
    assert {
        **expected,
        "name": "Partners",
        "channels": {"sales": "read"},
        "version": 2,
    }.items() <= changed.json().items()
    assert (await administrator.get(ROOT)).json() == {"items": [changed.json()], "next": None}


async def test_a_change_needs_the_version_that_was_read(administrator: httpx.AsyncClient, access: Access) -> None:
    assert (await administrator.patch(f"{ROOT}/{access.id}", json={"active": False})).status_code == 428
    stale = await administrator.patch(f"{ROOT}/{access.id}", json={"active": False}, headers={"If-Match": '"7"'})
    assert (stale.status_code, stale.json()["code"]) == (409, "stale_version")
    assert stale.json()["current"]["version"] == 1
    assert stale.json()["current"]["active"] is True


async def test_a_name_is_taken_once(administrator: httpx.AsyncClient, access: Access) -> None:
    again = await administrator.post(ROOT, json={"name": "Customer portal"})
    assert (again.status_code, again.json()["code"]) == (409, "external_access_exists")
    other = (await administrator.post(ROOT, json={"name": "Partners"})).json()
    renamed = await administrator.patch(
        f"{ROOT}/{other['id']}", json={"name": "Customer portal"}, headers={"If-Match": '"1"'}
    )
    assert renamed.status_code == 409


async def test_one_key_creates_one_access(administrator: httpx.AsyncClient) -> None:
    headers = {"Idempotency-Key": "a-key"}
    first, second = [await administrator.post(ROOT, json={"name": "Partners"}, headers=headers) for _ in range(2)]
    assert (first.status_code, first.content) == (second.status_code, second.content)
    assert len((await administrator.get(ROOT)).json()["items"]) == 1


async def test_accesses_come_in_pages_by_name(administrator: httpx.AsyncClient) -> None:
    for name in ("Berlin", "Aachen", "Celle"):
        await administrator.post(ROOT, json={"name": name})
    first = (await administrator.get(ROOT, params={"limit": 2})).json()
    second = (await administrator.get(ROOT, params={"limit": 2, "cursor": first["next"]})).json()
    assert [access["name"] for access in first["items"] + second["items"]] == ["Aachen", "Berlin", "Celle"]


NONSENSE: list[dict[str, object]] = [
    {},
    {"name": ""},
    {"name": "two\nlines"},
    {"name": "x" * 101},
    {"name": "x", "channels": {"Support": "use"}},
    {"name": "x", "channels": {"a.b": "use"}},
    {"name": "x", "channels": {"support": "write"}},
    {"name": "x", "sections": ["everything"]},
    {"name": "x", "visibility": "all"},
    {"name": "x", "owner": "me"},
]


async def test_an_access_that_makes_no_sense_is_refused(administrator: httpx.AsyncClient) -> None:
    for body in NONSENSE:
        answer = await administrator.post(ROOT, json=body)
        assert (answer.status_code, answer.json()["code"]) == (422, "invalid"), body


async def test_a_change_to_nothing_is_refused(administrator: httpx.AsyncClient, access: Access) -> None:
    for body in ({"name": None}, {"active": None}, {"channels": None}, {"visibility": "all"}):
        answer = await administrator.patch(f"{ROOT}/{access.id}", json=body, headers={"If-Match": '"1"'})
        assert answer.status_code == 422, body


async def test_contacts_are_let_in_listed_and_taken_out(
    administrator: httpx.AsyncClient, sabine: ContactCard, rudolf: ContactCard
) -> None:
    made = (await administrator.post(ROOT, json={"name": "Partners"})).json()
    for card in (sabine, rudolf, rudolf):
        assert (await administrator.put(f"{ROOT}/{made['id']}/contacts/{card.contact_id}")).status_code == 204
    wanted = sorted(str(card.contact_id) for card in (sabine, rudolf))
    first = (await administrator.get(f"{ROOT}/{made['id']}/contacts", params={"limit": 1})).json()
    second = (
        await administrator.get(f"{ROOT}/{made['id']}/contacts", params={"limit": 1, "cursor": first["next"]})
    ).json()
    assert [member["contact_id"] for member in first["items"] + second["items"]] == wanted
    assert (await administrator.delete(f"{ROOT}/{made['id']}/contacts/{rudolf.contact_id}")).status_code == 204
    gone = await administrator.delete(f"{ROOT}/{made['id']}/contacts/{rudolf.contact_id}")
    assert (gone.status_code, gone.json()["code"]) == (404, "contact_not_in_access")


async def test_a_contact_is_in_one_access_only(
    administrator: httpx.AsyncClient, access: Access, sabine: ContactCard
) -> None:
    other = (await administrator.post(ROOT, json={"name": "Partners"})).json()
    answer = await administrator.put(f"{ROOT}/{other['id']}/contacts/{sabine.contact_id}")
    assert (answer.status_code, answer.json()["code"]) == (409, "contact_has_access")
    assert (await administrator.delete(f"{ROOT}/{other['id']}/contacts/{sabine.contact_id}")).status_code == 404


async def test_a_contact_that_does_not_exist_is_not_let_in(administrator: httpx.AsyncClient, access: Access) -> None:
    answer = await administrator.put(f"{ROOT}/{access.id}/contacts/{uuid4()}")
    assert (answer.status_code, answer.json()["code"]) == (422, "unknown_contact")


async def test_without_the_contact_service_nobody_is_let_in_and_anybody_can_be_taken_out(
    administrator: httpx.AsyncClient, access: Access, contact_service: Client, sabine: ContactCard
) -> None:
    await contact_service.close()
    answer = await administrator.put(f"{ROOT}/{access.id}/contacts/{sabine.contact_id}")
    assert (answer.status_code, answer.json()["code"]) == (503, "contacts_not_readable")
    assert (await administrator.delete(f"{ROOT}/{access.id}/contacts/{sabine.contact_id}")).status_code == 204


async def test_an_access_that_does_not_exist_is_not_found(
    administrator: httpx.AsyncClient, sabine: ContactCard
) -> None:
    nowhere = uuid4()
    for answer in (
        await administrator.get(f"{ROOT}/{nowhere}"),
        await administrator.patch(f"{ROOT}/{nowhere}", json={"active": False}, headers={"If-Match": '"1"'}),
        await administrator.get(f"{ROOT}/{nowhere}/contacts"),
        await administrator.put(f"{ROOT}/{nowhere}/contacts/{sabine.contact_id}"),
    ):
        assert (answer.status_code, answer.json()["code"]) == (404, "external_access_not_found")


ROUTES = [
    ("GET", ""),
    ("POST", ""),
    ("GET", f"/{UUID(int=1)}"),
    ("PATCH", f"/{UUID(int=1)}"),
    ("GET", f"/{UUID(int=1)}/contacts"),
    ("PUT", f"/{UUID(int=1)}/contacts/{UUID(int=2)}"),
    ("DELETE", f"/{UUID(int=1)}/contacts/{UUID(int=2)}"),
]


async def test_every_route_needs_the_permission_to_manage_the_portal(administrator: httpx.AsyncClient) -> None:
    for method, path in ROUTES:
        headers = {"Authorization": "Bearer clerk"}
        assert (await administrator.request(method, ROOT + path, headers=headers)).status_code == 403, path
    del administrator.headers["Authorization"]
    for method, path in ROUTES:
        assert (await administrator.request(method, ROOT + path)).status_code == 401, path


async def test_a_customers_session_opens_no_staff_route(administrator: httpx.AsyncClient, access: Access) -> None:
    del administrator.headers["Authorization"]
    administrator.cookies.set("__Host-deskstream-portal", "A" * 43)
    assert (await administrator.get(f"{ROOT}/{access.id}")).status_code == 401


async def test_the_demo_lets_both_contacts_in_and_can_be_sown_twice(app: App) -> None:
    for _ in range(2):
        async with app.database.transaction() as tx:
            await demo.seed(tx, password="demo")
    async with app.database.transaction() as tx:
        [access] = await queries.list_accesses(tx, after=None, limit=10)
        members = await queries.list_members(tx, access.id, after=None, limit=10)
    assert access.fields.name == "Customer portal"
    assert {member.contact_id for member in members} == {demo.SABINE_SCHULZ, demo.RUDOLF_RIESE}


def test_the_demo_names_the_contacts_of_the_contact_services_demo() -> None:
    assert {demo.SABINE_SCHULZ, demo.RUDOLF_RIESE} == set(crm_demo.CONTACTS)
