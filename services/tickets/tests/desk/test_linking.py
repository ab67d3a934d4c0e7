"""Links between tickets: the right word on both sides, only to what one may see, no circles (TS-05)."""

import asyncio
from typing import Any

import httpx
import pytest
import sqlalchemy as sa
from services.tickets.tests.conftest import Desk
from services.tickets.tests.desk.test_merging import merge

from contracts.messages import Event
from contracts.tickets import TicketChanged
from tickets.desk.models import Ticket
from tickets.desk.structure.models import TicketLink
from tickets.staff.demo import ANNA, DORA, TOM


async def link(
    client: httpx.AsyncClient, number: int, relation: str, other: int, *, status: int = 201
) -> dict[str, Any]:
    """Link; gives the answer."""
    response = await client.post(f"/tickets/{number}/links", json={"relation": relation, "number": other})
    assert response.status_code == status, response.text
    found: dict[str, Any] = response.json()
    return found


async def links(client: httpx.AsyncClient, number: int) -> list[tuple[str, int]]:
    """The links of a ticket: relation and number."""
    listed = (await client.get(f"/tickets/{number}/links")).json()["items"]
    assert listed == (await client.get(f"/tickets/{number}")).json()["links"]
    return [(one["relation"], one["ticket"]["number"]) for one in listed]


@pytest.mark.parametrize(
    ("said", "inverse"),
    [
        ("relates_to", "relates_to"),
        ("child_of", "parent_of"),
        ("parent_of", "child_of"),
        ("duplicate_of", "duplicated_by"),
        ("duplicated_by", "duplicate_of"),
    ],
)
async def test_a_link_is_shown_on_both_sides_in_the_word_that_fits(desk: Desk, said: str, inverse: str) -> None:
    for _ in range(2):
        await desk.receive()
    tom = await desk.browser(TOM)
    await desk.events(Event)
    made = await link(tom, 10_001, said, 10_002)
    assert [(one["relation"], one["ticket"]["reference"]) for one in made["items"]] == [(said, "DS-10002")]
    assert (await links(tom, 10_001), await links(tom, 10_002)) == ([(said, 10_002)], [(inverse, 10_001)])
    (told,) = await desk.events(Event)
    assert isinstance(told, TicketChanged)
    assert (told.number, told.changed, told.audience) == (10_001, ("links",), ())
    await link(tom, 10_002, inverse, 10_001)
    assert await desk.count(TicketLink) == 1, "the other side says the same link"
    removed = await tom.delete(f"/tickets/10002/links/{made['items'][0]['id']}")
    assert removed.status_code == 204
    assert (await links(tom, 10_001), await links(tom, 10_002)) == ([], [])


async def test_a_link_to_what_one_may_not_see_cannot_be_made_seen_or_removed(desk: Desk) -> None:
    await desk.receive()
    await desk.receive(channel="backend")
    tom, anna, dora = await desk.browser(TOM), await desk.browser(ANNA), await desk.browser(DORA)
    made = await link(tom, 10_001, "relates_to", 10_002)
    link_id = made["items"][0]["id"]
    assert await links(anna, 10_001) == []
    assert (await link(anna, 10_001, "duplicate_of", 10_002, status=404))["code"] == "ticket_not_found"
    assert (await anna.delete(f"/tickets/10001/links/{link_id}")).json()["code"] == "link_not_found"
    assert await links(dora, 10_002) == []
    assert (await dora.get("/tickets/10001/links")).status_code == 404
    assert (await dora.delete(f"/tickets/10001/links/{link_id}")).json()["code"] == "ticket_not_found"
    assert await links(tom, 10_001) == [("relates_to", 10_002)]


async def test_a_ticket_is_neither_linked_with_itself_nor_its_own_ancestor(desk: Desk) -> None:
    for _ in range(3):
        await desk.receive()
    tom = await desk.browser(TOM)
    assert (await link(tom, 10_001, "relates_to", 10_001, status=409))["code"] == "cannot_link"
    await link(tom, 10_001, "child_of", 10_002)
    await link(tom, 10_002, "child_of", 10_003)
    circles = ((10_003, "child_of", 10_001), (10_001, "parent_of", 10_003), (10_002, "child_of", 10_001))
    for child, said, parent in circles:
        assert (await link(tom, child, said, parent, status=409))["code"] == "cannot_link"
    await link(tom, 10_001, "child_of", 10_003)
    assert await links(tom, 10_001) == [("child_of", 10_002), ("child_of", 10_003)]


async def test_two_parents_at_the_same_moment_make_no_circle(desk: Desk) -> None:
    for _ in range(2):
        await desk.receive()
    tom = await desk.browser(TOM)
    answers = await asyncio.gather(
        tom.post("/tickets/10001/links", json={"relation": "child_of", "number": 10_002}),
        tom.post("/tickets/10002/links", json={"relation": "child_of", "number": 10_001}),
    )
    assert sorted(answer.status_code for answer in answers) == [201, 409]


async def test_links_of_a_merged_ticket_are_shown_at_the_target_and_come_back_with_it(desk: Desk) -> None:
    for _ in range(3):
        await desk.receive()
    tom = await desk.browser(TOM)
    await link(tom, 10_002, "child_of", 10_003)
    await link(tom, 10_002, "relates_to", 10_001)
    merged = await merge(tom, await desk.ticket(10_002), await desk.ticket(10_001))
    assert await links(tom, 10_001) == [("merged_from", 10_002), ("child_of", 10_003)]
    assert await links(tom, 10_003) == [("parent_of", 10_001)]
    assert (await link(tom, 10_003, "child_of", 10_001, status=409))["code"] == "cannot_link"
    back = await tom.post(
        "/tickets/10001/undo",
        json={"change_id": merged["undoable"][0]["id"]},
        headers={"If-Match": f'"{(await desk.ticket(10_001)).version}"'},
    )
    assert back.status_code == 200
    assert await links(tom, 10_002) == [("relates_to", 10_001), ("child_of", 10_003)]


async def test_where_a_ticket_comes_from_cannot_be_unlinked_or_claimed(desk: Desk) -> None:
    await desk.receive(message_id="a1@schulz.example")
    await desk.receive(in_reply_to=("a1@schulz.example",))
    tom = await desk.browser(TOM)
    activity = (await desk.activities(10_001))[-1]
    made = await tom.post(f"/tickets/10001/activities/{activity.id}/split", json={}, headers={"If-Match": '"2"'})
    (found,) = made.json()["links"]
    assert (await tom.delete(f"/tickets/10002/links/{found['id']}")).json()["code"] == "cannot_link"
    refused = await tom.post("/tickets/10002/links", json={"relation": "merged_from", "number": 10_001})
    assert refused.status_code == 422
    async with desk.app.database.transaction() as tx:
        assert await tx.session.scalar(sa.select(sa.func.count()).select_from(Ticket)) == 2
