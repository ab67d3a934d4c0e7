"""Tags: free words on tickets, completed, renamed and merged (TS-03)."""

from typing import Any

import httpx
import pytest
import sqlalchemy as sa
from services.tickets.tests.conftest import Desk

from tickets.desk.jobs import merge_tags
from tickets.desk.models import Ticket
from tickets.properties.models import Tag
from tickets.properties.rules.tags import canonical, shown
from tickets.staff.demo import ADA, PETRA, TOM


async def change(client: httpx.AsyncClient, number: int = 10_001, **fields: Any) -> dict[str, Any]:
    """Change a ticket, whatever version it has."""
    version = (await client.get(f"/tickets/{number}")).headers["ETag"]
    response = await client.patch(f"/tickets/{number}", json=fields, headers={"If-Match": version})
    assert response.status_code == 200, response.text
    ticket: dict[str, Any] = response.json()
    return ticket


async def tag_ids(desk: Desk) -> dict[str, str]:
    """Every living tag's id by name, as an administrator sees them."""
    items = (await (await desk.browser(ADA)).get("/tags/all")).json()["items"]
    return {one["name"]: one["id"] for one in items}


async def finish_merges(desk: Desk) -> None:
    """Let the job run until nothing is left."""
    while await merge_tags(desk.app):
        pass


@pytest.mark.parametrize(
    ("first", "second"),
    [("Invoice", " INVOICE "), ("Straße", "STRASSE"), ("a  b", "A B"), ("Caf\u00e9", "cafe\u0301"), ("a\tb", "a b")],
)
def test_two_ways_to_write_a_tag_are_the_same_tag(first: str, second: str) -> None:
    assert canonical(shown(first)) == canonical(shown(second))


@pytest.mark.parametrize("text", ["", "  ", "x" * 51, "a\0b", "\x1b[31m"])
def test_a_text_that_is_no_tag_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="a tag"):
        shown(text)


async def test_tags_are_added_and_removed_and_keep_the_form_of_their_first_use(desk: Desk) -> None:
    await desk.receive()
    await desk.receive()
    agent = await desk.browser(TOM)
    ticket = await change(agent, add_tags=["Rechnung", " zweite  Mahnung "])
    assert ticket["tags"] == ["Rechnung", "zweite Mahnung"]
    assert ticket["activities"]["items"][0]["changes"] == [
        {"field": "tags", "from": None, "to": "Rechnung, zweite Mahnung"}
    ]
    assert (await change(agent, 10_002, tags=["RECHNUNG", "neu"]))["tags"] == ["Rechnung", "neu"]
    assert (await change(agent, remove_tags=["rechnung", "never used"]))["tags"] == ["zweite Mahnung"]
    assert (await change(agent, tags=[]))["tags"] == []
    rows = {row["number"]: row["tags"] for row in (await agent.get("/tickets")).json()["items"]}
    assert rows == {10_001: [], 10_002: ["Rechnung", "neu"]}
    assert (await desk.ticket(10_002)).tags == ["rechnung", "neu"]


async def test_a_ticket_is_opened_with_tags(desk: Desk) -> None:
    new = {"kind": "internal", "channel": "support", "subject": "Cable", "text": "Broken", "tags": ["Kabel", "kabel"]}
    opened = await (await desk.browser(TOM)).post("/tickets", json=new)
    assert (opened.status_code, opened.json()["tags"]) == (201, ["Kabel"])


async def test_more_tags_than_thirty_and_two_ways_at_once_are_refused(desk: Desk) -> None:
    await desk.receive()
    agent = await desk.browser(TOM)
    await change(agent, tags=[f"tag {number}" for number in range(30)])
    for fields in (
        {"add_tags": ["one more"]},
        {"tags": ["a"], "add_tags": ["b"]},
        {"tags": None},
        {"tags": ["x" * 51]},
    ):
        refused = await agent.patch("/tickets/10001", json=fields, headers={"If-Match": '"2"'})
        assert refused.status_code == 422


async def test_completion_knows_only_tags_of_tickets_that_the_agent_may_see(desk: Desk) -> None:
    await desk.receive()
    await desk.receive()
    await desk.receive(channel="recruitment")
    agent, petra = await desk.browser(TOM), await desk.browser(PETRA)
    for number in (10_001, 10_002):
        await change(agent, number, add_tags=["Ravioli", "Rabbit_1"])
    await change(petra, 10_003, add_tags=["Rabatt", "Ravioli"])
    found = (await agent.get("/tags", params={"q": "RA"})).json()
    assert [(one["name"], one["tickets"]) for one in found["items"]] == [("Rabbit_1", 2), ("Ravioli", 2)]
    assert [one["name"] for one in (await petra.get("/tags")).json()["items"]] == ["Rabatt", "Ravioli"]
    assert (await agent.get("/tags", params={"q": "rabbit%"})).json()["items"] == []
    first = (await agent.get("/tags", params={"limit": 1})).json()
    later = (await agent.get("/tags", params={"limit": 1, "cursor": first["next"]})).json()
    assert ([one["name"] for one in later["items"]], later["next"]) == (["Ravioli"], None)
    assert (await agent.get("/tags/all")).status_code == 403


async def test_a_merge_changes_every_ticket_and_the_old_word_leads_to_the_new_one(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tickets.desk.tags.BATCH", 2)
    agent, admin = await desk.browser(TOM), await desk.browser(ADA)
    for number in range(10_001, 10_006):
        await desk.receive()
        await change(agent, number, tags=["Bill", "Invoice"] if number == 10_003 else ["x", "Bill"])
    before = [(row["number"], row["version"]) for row in (await agent.get("/tickets")).json()["items"]]
    ids = await tag_ids(desk)
    merged = await admin.post(f"/tags/{ids['Bill']}/merge", json={"into": ids["Invoice"]})
    assert merged.json() == {"id": ids["Invoice"], "name": "Invoice"}
    shown_at_once = (await agent.get("/tickets/10001")).json()["tags"]
    await finish_merges(desk)
    rows = (await agent.get("/tickets")).json()["items"]
    assert shown_at_once == ["x", "Invoice"]
    assert {row["number"]: row["tags"] for row in rows} == {
        number: ["Invoice"] if number == 10_003 else ["x", "Invoice"] for number in range(10_001, 10_006)
    }
    assert [(row["number"], row["version"]) for row in rows] == before
    assert (await desk.ticket(10_001)).tags == ["x", "invoice"]
    assert (await change(agent, 10_001, tags=["BILL"]))["tags"] == ["Invoice"]
    assert (await change(agent, 10_001, remove_tags=["bill"]))["tags"] == []
    assert [one["name"] for one in (await admin.get("/tags/all")).json()["items"]] == ["Invoice", "x"]
    again = await admin.post(f"/tags/{ids['Bill']}/merge", json={"into": ids["Invoice"]})
    assert (again.status_code, again.json()["code"]) == (404, "tag_not_found")


async def test_a_renamed_tag_has_its_new_name_everywhere(desk: Desk) -> None:
    await desk.receive()
    agent, admin = await desk.browser(TOM), await desk.browser(ADA)
    await change(agent, tags=["Bill", "other"])
    ids = await tag_ids(desk)
    assert (await admin.patch(f"/tags/{ids['Bill']}", json={"name": "BILL"})).json()["name"] == "BILL"
    assert (await admin.patch(f"/tags/{ids['Bill']}", json={"name": "Invoice"})).json()["id"] == ids["Bill"]
    await finish_merges(desk)
    assert (await desk.ticket(10_001)).tags == ["invoice", "other"]
    assert (await agent.get("/tickets/10001")).json()["tags"] == ["Invoice", "other"]
    taken = await admin.patch(f"/tags/{ids['Bill']}", json={"name": "Other"})
    assert (taken.status_code, taken.json()["code"]) == (409, "name_taken")
    assert (await admin.patch(f"/tags/{ids['Bill']}", json={"name": "bill"})).status_code == 200
    await finish_merges(desk)
    assert (await desk.ticket(10_001)).tags == ["bill", "other"]
    assert (await agent.patch(f"/tags/{ids['Bill']}", json={"name": "mine"})).status_code == 403


async def test_only_a_tag_that_no_ticket_has_can_be_deleted(desk: Desk) -> None:
    await desk.receive()
    agent, admin = await desk.browser(TOM), await desk.browser(ADA)
    await change(agent, tags=["Bill"])
    tag_id = (await tag_ids(desk))["Bill"]
    used = await admin.delete(f"/tags/{tag_id}")
    assert (used.status_code, used.json()["code"]) == (409, "tag_in_use")
    await change(agent, tags=[])
    assert (await admin.delete(f"/tags/{tag_id}")).status_code == 204
    assert await desk.count(Tag) == 0
    assert (await admin.delete(f"/tags/{tag_id}")).status_code == 404


async def test_a_merge_that_was_interrupted_goes_on(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tickets.desk.tags.BATCH", 1)
    agent, admin = await desk.browser(TOM), await desk.browser(ADA)
    for number in (10_001, 10_002):
        await desk.receive()
        await change(agent, number, tags=["a"] if number == 10_001 else ["a", "b"])
    ids = await tag_ids(desk)
    await admin.post(f"/tags/{ids['a']}/merge", json={"into": ids["b"]})
    assert await merge_tags(desk.app) == 1
    async with desk.app.database.transaction() as tx:
        left = await tx.session.scalar(sa.select(sa.func.count()).where(Ticket.tags.contains(["a"])))
    assert left == 1
    assert (await admin.delete(f"/tags/{ids['b']}")).json()["code"] == "tag_in_use"
    await finish_merges(desk)
    assert [(await desk.ticket(number)).tags for number in (10_001, 10_002)] == [["b"], ["b"]]
