"""Workflows over HTTP: their statuses, what may follow what, and what becomes of tickets (TC-12, CF-02)."""

from collections.abc import Mapping
from typing import Any

import httpx
import pytest
import sqlalchemy as sa
from services.tickets.tests.conftest import Desk

from contracts.messages import Event
from contracts.tickets import ActivityAdded, TicketChanged
from tickets.audit.models import AuditEntry
from tickets.desk import settling
from tickets.desk.models import Ticket
from tickets.desk.settling import settle_statuses
from tickets.staff.demo import ADA, TOM

OPEN = {"category": "open", "ball": "us"}
CLOSED = {"category": "closed", "ball": "nobody"}
REPAIR: dict[str, Any] = {
    "key": "repair",
    "name": "Repair",
    "statuses": [
        {"key": "new", "name": "New", **OPEN, "moves": ["bench"]},
        {"key": "bench", "name": "On the bench", **OPEN, "customer_name": "We are repairing it"},
        {"key": "parts", "name": "Parts ordered", "category": "open", "ball": "third_party", "moves": ["bench"]},
        {"key": "fixed", "name": "Fixed", **CLOSED, "moves": ["bench"]},
    ],
}


async def create(client: httpx.AsyncClient, body: Mapping[str, Any] = REPAIR) -> None:
    response = await client.post("/workflows", json=body)
    assert response.status_code == 201, response.text
    assert response.headers["Location"] == f"/api/v1/workflows/{body['key']}"


async def give_workflow(client: httpx.AsyncClient, channel: str, workflow: str) -> httpx.Response:
    """Assign a workflow to a channel."""
    version = (await client.get(f"/channels/{channel}")).headers["ETag"]
    return await client.patch(f"/channels/{channel}", json={"workflow": workflow}, headers={"If-Match": version})


async def change(client: httpx.AsyncClient, **fields: Any) -> httpx.Response:
    """Change ticket 10001 as it is now."""
    version = (await client.get("/tickets/10001")).headers["ETag"]
    return await client.patch("/tickets/10001", json=fields, headers={"If-Match": version})


def keys(body: Mapping[str, Any]) -> list[str]:
    return [status["key"] for status in body["statuses"]]


async def test_the_standard_workflow_lets_every_status_follow_every_other(desk: Desk) -> None:
    await desk.receive()
    client = await desk.browser(TOM)
    (standard,) = (await client.get("/workflows")).json()["items"]
    assert (standard["key"], len(standard["statuses"])) == ("standard", 5)
    assert standard["channels"] == ["support", "sales", "backend", "recruitment"]
    assert [status["moves"] for status in standard["statuses"]] == [[]] * 5
    ticket = (await client.get("/tickets/10001")).json()
    assert [(status["key"], status["ball"]) for status in ticket["next_statuses"]] == [
        ("in_progress", "us"),
        ("answered", "customer"),
        ("successfully_closed", "nobody"),
        ("unsuccessfully_closed", "nobody"),
    ]


async def test_a_workflow_is_made_read_renamed_and_deleted(desk: Desk) -> None:
    client = await desk.browser(ADA)
    await create(client)
    read = await client.get("/workflows/repair")
    assert keys(read.json()) == ["new", "bench", "parts", "fixed"]
    assert read.json()["statuses"][1]["customer_name"] == "We are repairing it"
    assert read.json()["statuses"][2]["customer_name"] == "Parts ordered"
    assert (await client.patch("/workflows/repair", json={"name": "x"})).status_code == 428
    renamed = await client.patch("/workflows/repair", json={"name": "Workshop"}, headers={"If-Match": '"1"'})
    assert (renamed.json()["name"], renamed.headers["ETag"]) == ("Workshop", '"2"')
    stale = await client.patch("/workflows/repair", json={"name": "x"}, headers={"If-Match": '"1"'})
    assert (stale.status_code, stale.json()["code"]) == (409, "stale_version")
    assert (await client.delete("/workflows/repair", headers={"If-Match": '"2"'})).status_code == 204
    assert (await client.get("/workflows/repair")).json()["code"] == "workflow_not_found"
    async with desk.app.database.transaction() as tx:
        actions = (await tx.session.scalars(sa.select(AuditEntry.action).order_by(AuditEntry.seq))).all()
    assert actions[-3:] == ["workflow.created", "workflow.changed", "workflow.deleted"]


async def test_a_workflow_that_channels_use_and_the_standard_one_stay(desk: Desk) -> None:
    client = await desk.browser(ADA)
    await create(client)
    await give_workflow(client, "sales", "repair")
    used = await client.delete("/workflows/repair", headers={"If-Match": '"1"'})
    assert (used.status_code, used.json()["code"]) == (409, "workflow_in_use")
    assert "sales" in used.json()["detail"]
    standard = await client.delete("/workflows/standard", headers={"If-Match": '"1"'})
    assert (standard.status_code, standard.json()["code"]) == (409, "workflow_in_use")


@pytest.mark.parametrize(
    ("statuses", "code"),
    [
        ([{"key": "a", "name": "a", **CLOSED}, {"key": "b", "name": "b", **OPEN}], "invalid_workflow"),
        ([{"key": "a", "name": "a", **OPEN}, {"key": "b", "name": "b", **OPEN}], "invalid_workflow"),
        ([{"key": "a", "name": "a", **OPEN}, {"key": "a", "name": "b", **CLOSED}], "invalid_workflow"),
        ([{"key": "a", "name": "a", **OPEN, "moves": ["x"]}, {"key": "b", "name": "b", **CLOSED}], "invalid_workflow"),
        ([{"key": "a", "name": "a", **OPEN, "moves": ["a"]}, {"key": "b", "name": "b", **CLOSED}], "invalid_workflow"),
        ([{"key": "a", "name": "a", **OPEN}], "invalid"),
        ([{"key": "a", "name": "a\0", **OPEN}, {"key": "b", "name": "b", **CLOSED}], "invalid"),
        ([{"key": "a", "name": "a", **OPEN, "colour": "red"}, {"key": "b", "name": "b", **CLOSED}], "invalid"),
    ],
)
async def test_statuses_in_which_a_ticket_could_not_live_are_refused(
    desk: Desk, statuses: list[dict[str, Any]], code: str
) -> None:
    response = await (await desk.browser(ADA)).post("/workflows", json=REPAIR | {"statuses": statuses})
    assert (response.status_code, response.json()["code"]) == (422, code)


async def test_a_taken_key_is_refused(desk: Desk) -> None:
    client = await desk.browser(ADA)
    again = await client.post("/workflows", json=REPAIR | {"key": "standard"})
    assert (again.status_code, again.json()["code"]) == (409, "workflow_exists")
    status = {"key": "answered", "name": "x", **OPEN}
    taken = await client.post("/workflows/standard/statuses", json=status)
    assert (taken.status_code, taken.json()["code"]) == (409, "status_exists")


async def test_an_agent_goes_only_where_the_workflow_allows(desk: Desk) -> None:
    await desk.receive()
    admin, tom = await desk.browser(ADA), await desk.browser(TOM)
    await create(admin)
    await give_workflow(admin, "support", "repair")
    refused = await change(tom, status="fixed")
    assert (refused.status_code, refused.json()["code"]) == (409, "status_not_allowed")
    assert "only to 'On the bench'" in refused.json()["detail"]
    assert refused.json()["current"] == {"status": "new", "next_statuses": ["bench"]}
    assert (await desk.ticket(10_001)).version == 1
    assert (await change(tom, status="new", subject="The same status is no move")).status_code == 200
    moved = await change(tom, status="bench")
    assert [status["key"] for status in moved.json()["next_statuses"]] == ["new", "parts", "fixed"]
    assert (await change(tom, status="parts")).json()["status"]["ball"] == "third_party"
    assert (await change(tom, status="answered")).status_code == 422


async def test_what_happens_by_itself_finds_a_place_in_any_workflow(desk: Desk) -> None:
    mail = desk.mail()
    await desk.handle(mail)
    admin, tom = await desk.browser(ADA), await desk.browser(TOM)
    await create(admin)
    await give_workflow(admin, "support", "repair")
    for status in ("bench", "fixed"):
        assert (await change(tom, status=status)).status_code == 200
    await desk.receive(message_id="again@schulz.example", in_reply_to=(mail.message_id,), subject="RE: Invoice")
    ticket = await desk.ticket(10_001)
    assert (ticket.status, ticket.closed) == ("bench", False)
    await change(tom, status="new")
    taken = await tom.post("/tickets/10001/ownership", headers={"If-Match": f'"{(await desk.ticket(10_001)).version}"'})
    assert taken.json()["status"]["key"] == "bench"


async def test_statuses_are_added_changed_and_put_into_order(desk: Desk) -> None:
    client = await desk.browser(ADA)
    await create(client)
    added = {"key": "asked", "name": "Asked", "category": "open", "ball": "customer", "position": 2}
    response = await client.post("/workflows/repair/statuses", json=added)
    assert (response.status_code, keys(response.json())) == (201, ["new", "bench", "asked", "parts", "fixed"])
    path, version = "/workflows/repair/statuses", {"If-Match": '"2"'}
    changed = await client.patch(f"{path}/parts", json={"name": "Waiting", "moves": [], "position": 1}, headers=version)
    assert keys(changed.json()) == ["new", "parts", "bench", "asked", "fixed"]
    assert (changed.json()["statuses"][1]["name"], changed.json()["statuses"][1]["moves"]) == ("Waiting", [])
    assert [status["position"] for status in changed.json()["statuses"]] == [0, 1, 2, 3, 4]
    first = await client.patch(f"{path}/fixed", json={"position": 0}, headers={"If-Match": '"3"'})
    assert (first.status_code, first.json()["code"]) == (422, "invalid_workflow")
    nothing = await client.patch(f"{path}/nonsense", json={"name": "x"}, headers={"If-Match": '"3"'})
    assert (nothing.status_code, nothing.json()["code"]) == (404, "status_not_found")
    for wrong in ({"ball": "customer"}, {"category": "closed"}, {"name": None}):
        assert (await client.patch(f"{path}/bench", json=wrong, headers={"If-Match": '"3"'})).status_code == 422


async def test_tickets_of_a_deleted_status_get_its_successor_with_a_line_in_their_history(desk: Desk) -> None:
    await desk.receive()
    admin, tom = await desk.browser(ADA), await desk.browser(TOM)
    await change(tom, status="answered")
    path = "/workflows/standard/statuses/answered"
    assert (await admin.delete(path, headers={"If-Match": '"1"'})).status_code == 422
    for wrong, code in (
        ("answered", "unknown_reference"),
        ("x", "unknown_reference"),
        ("successfully_closed", "invalid_workflow"),
    ):
        refused = await admin.delete(path, params={"successor": wrong}, headers={"If-Match": '"1"'})
        assert (refused.status_code, refused.json()["code"]) == (422, code)
    deleted = await admin.delete(path, params={"successor": "in_progress"}, headers={"If-Match": '"1"'})
    assert keys(deleted.json()) == ["new", "in_progress", "successfully_closed", "unsuccessfully_closed"]
    before = (await tom.get("/tickets/10001")).json()
    assert before["status"]["name"] == "Answered", "for a moment the ticket still has it, and is seen"
    assert "answered" not in {status["key"] for status in before["next_statuses"]}
    assert (await change(tom, status="answered")).status_code == 422
    await desk.events(Event)
    assert await settle_statuses(desk.app) == 1
    assert await settle_statuses(desk.app) == 0
    after = (await tom.get("/tickets/10001")).json()
    assert (after["status"]["key"], after["status"]["ball"], after["version"]) == (
        "in_progress",
        "us",
        before["version"] + 1,
    )
    (line,) = after["activities"]["items"][0]["changes"]
    assert line == {"field": "status", "from": "Answered", "to": "In progress"}
    added, changed = await desk.events(Event)
    assert isinstance(added, ActivityAdded)
    assert isinstance(changed, TicketChanged)
    assert (changed.changed, changed.status, changed.ticket_version) == (("status",), "in_progress", after["version"])
    assert added.audience == changed.audience == ()


async def test_a_key_is_for_ever_and_comes_back_only_as_it_was(desk: Desk) -> None:
    client = await desk.browser(ADA)
    path = "/workflows/standard/statuses"
    await client.delete(f"{path}/answered", params={"successor": "in_progress"}, headers={"If-Match": '"1"'})
    other = await client.post(path, json={"key": "answered", "name": "Answered", **OPEN})
    assert (other.status_code, other.json()["code"]) == (409, "status_exists")
    same = {"key": "answered", "name": "Our word stands", "category": "open", "ball": "customer"}
    assert (await client.post(path, json=same)).json()["statuses"][-1]["name"] == "Our word stands"


async def test_a_successor_that_is_deleted_too_hands_the_tickets_on(desk: Desk) -> None:
    await desk.receive()
    admin, tom = await desk.browser(ADA), await desk.browser(TOM)
    await change(tom, status="answered")
    path = "/workflows/standard/statuses"
    await admin.delete(f"{path}/answered", params={"successor": "in_progress"}, headers={"If-Match": '"1"'})
    await admin.delete(f"{path}/in_progress", params={"successor": "new"}, headers={"If-Match": '"2"'})
    await settle_statuses(desk.app)
    assert (await desk.ticket(10_001)).status == "new"


async def test_moves_that_name_a_deleted_status_lead_to_its_successor(desk: Desk) -> None:
    client = await desk.browser(ADA)
    await create(client)
    path = "/workflows/repair/statuses"
    deleted = await client.delete(f"{path}/bench", params={"successor": "parts"}, headers={"If-Match": '"1"'})
    assert (deleted.status_code, deleted.json()["code"]) == (422, "invalid_workflow"), "parts would lead only to itself"
    await client.patch(f"{path}/parts", json={"moves": []}, headers={"If-Match": '"1"'})
    deleted = await client.delete(f"{path}/bench", params={"successor": "parts"}, headers={"If-Match": '"2"'})
    assert [status["moves"] for status in deleted.json()["statuses"]] == [["parts"], [], ["parts"]]


async def test_a_channel_with_another_workflow_keeps_what_exists_there_and_the_category_of_the_rest(desk: Desk) -> None:
    """Everything stays visible meanwhile, and what is closed stays closed."""
    client, tom = await desk.browser(ADA), await desk.browser(TOM)
    wanted = ("new", "answered", "successfully_closed")
    for number, status in enumerate(wanted, start=10_001):
        await desk.receive(message_id=f"{number}@schulz.example")
        await tom.patch(f"/tickets/{number}", json={"status": status}, headers={"If-Match": '"1"'})
    await create(client)
    given = await give_workflow(client, "support", "repair")
    assert (given.status_code, given.json()["workflow"]) == (200, "repair")
    assert keys((await client.get("/workflows/repair")).json()) == ["new", "bench", "parts", "fixed"]
    shown = (await tom.get("/tickets", params={"sort": "number"})).json()["items"]
    assert [ticket["status"]["key"] for ticket in shown] == [*reversed(wanted)]
    assert await settle_statuses(desk.app) == 2
    tickets = [await desk.ticket(number) for number in (10_001, 10_002, 10_003)]
    assert [(ticket.status, ticket.closed) for ticket in tickets] == [("new", False), ("new", False), ("fixed", True)]
    assert [ticket.version for ticket in tickets] == [1, 3, 3]
    assert tickets[2].closed_at is not None
    unknown = await give_workflow(client, "support", "nonsense")
    assert (unknown.status_code, unknown.json()["code"]) == (422, "unknown_reference")


async def test_a_closed_ticket_that_moves_to_another_workflow_stays_closed(desk: Desk) -> None:
    await desk.receive()
    admin, tom = await desk.browser(ADA), await desk.browser(TOM)
    await create(admin)
    await give_workflow(admin, "backend", "repair")
    await change(tom, status="successfully_closed")
    moved = await change(tom, channel="backend")
    assert (moved.json()["status"]["key"], moved.json()["status"]["category"]) == ("fixed", "closed")


async def test_many_tickets_are_settled_in_batches(desk: Desk) -> None:
    await desk.receive()
    admin = await desk.browser(ADA)
    async with desk.app.database.transaction() as tx:
        columns = [column.name for column in Ticket.__table__.columns if not column.computed]
        copied = [name for name in columns if name not in {"id", "number", "status", "ball"}]
        await tx.session.execute(
            sa.text(
                f"INSERT INTO ticket (id, number, status, ball, {', '.join(copied)})"  # noqa: S608  # names of columns
                f" SELECT gen_random_uuid(), 20000 + n, 'answered', 'customer', {', '.join(copied)}"
                " FROM ticket, generate_series(1, 450) n"
            )
        )
    path = "/workflows/standard/statuses/answered"
    await admin.delete(path, params={"successor": "in_progress"}, headers={"If-Match": '"1"'})
    async with desk.app.database.transaction() as tx:
        assert await settling.settle_batch(tx) == settling.BATCH
    assert await settle_statuses(desk.app) == 450 - settling.BATCH
    async with desk.app.database.transaction() as tx:
        left = sa.select(sa.func.count()).select_from(Ticket).where(Ticket.status == "answered")
        assert await tx.session.scalar(left) == 0
        ours = sa.select(sa.func.count()).select_from(Ticket).where(Ticket.ball == "us")
        assert await tx.session.scalar(ours) == 451


async def test_only_administrators_shape_workflows(desk: Desk) -> None:
    client = await desk.browser(TOM)
    version = {"If-Match": '"1"'}
    path = "/workflows/standard"
    answers = [
        await client.post("/workflows", json=REPAIR),
        await client.patch(path, json={"name": "x"}, headers=version),
        await client.delete(path, headers=version),
        await client.post(f"{path}/statuses", json={"key": "x", "name": "x", **OPEN}),
        await client.patch(f"{path}/statuses/new", json={"name": "x"}, headers=version),
        await client.delete(f"{path}/statuses/new", params={"successor": "in_progress"}, headers=version),
    ]
    assert [answer.status_code for answer in answers] == [403] * 6
