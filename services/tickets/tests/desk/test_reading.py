"""What an agent has read: unread in lists and on the ticket, for each agent alone (LF-03)."""

from datetime import timedelta
from typing import Any

import httpx
from services.tickets.tests.conftest import Desk

from tickets.desk.jobs import clean_read_marks
from tickets.desk.reading.models import ReadMark
from tickets.desk.reading.operations import KEPT
from tickets.staff.demo import ANNA, PETRA, TOM


async def unread(client: httpx.AsyncClient, number: int = 10_001) -> bool:
    """What the list says, which the ticket itself repeats."""
    listed: dict[int, bool] = {row["number"]: row["unread"] for row in (await client.get("/tickets")).json()["items"]}
    detail: dict[str, Any] = (await client.get(f"/tickets/{number}")).json()
    assert detail["unread"] is listed[number]
    return listed[number]


async def read(client: httpx.AsyncClient, **body: object) -> None:
    """Mark ticket 10001 read."""
    answer = await client.put("/tickets/10001/read", json=body)
    assert answer.status_code == 204, answer.text


async def close(client: httpx.AsyncClient) -> None:
    """Close ticket 10001."""
    version = (await client.get("/tickets/10001")).json()["version"]
    answer = await client.patch(
        "/tickets/10001", json={"status": "successfully_closed"}, headers={"If-Match": f'"{version}"'}
    )
    assert answer.status_code == 200, answer.text


async def test_a_new_ticket_is_unread_until_the_agent_says_that_they_read_it(desk: Desk) -> None:
    await desk.receive()
    tom, anna = await desk.browser(TOM), await desk.browser(ANNA)
    assert await unread(tom), "opening a ticket alone marks nothing: GET is safe"
    await read(tom)
    assert not await unread(tom)
    assert await unread(anna), "others have read nothing"


async def test_what_others_write_makes_a_ticket_unread_again_and_ones_own_words_do_not(desk: Desk) -> None:
    await desk.receive()
    tom, anna = await desk.browser(TOM), await desk.browser(ANNA)
    await read(tom)
    desk.clock.pass_by(timedelta(minutes=1))
    await tom.post("/tickets/10001/notes", json={"text": "Mine."})
    assert not await unread(tom)
    desk.clock.pass_by(timedelta(minutes=1))
    await anna.post("/tickets/10001/notes", json={"text": "Hers."})
    assert await unread(tom)
    desk.clock.pass_by(timedelta(minutes=1))
    await tom.post("/tickets/10001/notes", json={"text": "Written without having read hers."})
    assert await unread(tom)


async def test_a_ticket_is_read_only_as_far_as_it_was_shown(desk: Desk) -> None:
    await desk.receive()
    tom, anna = await desk.browser(TOM), await desk.browser(ANNA)
    shown = (await tom.get("/tickets/10001")).json()["last_activity_at"]
    desk.clock.pass_by(timedelta(minutes=1))
    await anna.post("/tickets/10001/notes", json={"text": "In between."})
    await read(tom, until=shown)
    assert await unread(tom)
    await read(tom)
    await read(tom, until=shown)
    assert not await unread(tom), "a late request takes nothing back"


async def test_an_agent_marks_a_ticket_unread_to_come_back_to_it(desk: Desk) -> None:
    await desk.receive()
    tom = await desk.browser(TOM)
    await read(tom)
    await close(tom)
    assert (await tom.delete("/tickets/10001/read")).status_code == 204
    assert await unread(tom)
    await read(tom)
    assert not await unread(tom)


async def test_what_an_agent_opens_is_read_by_them_alone(desk: Desk) -> None:
    tom, anna = await desk.browser(TOM), await desk.browser(ANNA)
    body = {"kind": "internal", "channel": "support", "subject": "Printer", "text": "Who has the toner?"}
    made = await tom.post("/tickets", json=body)
    assert made.status_code == 201, made.text
    number = made.json()["number"]
    assert not await unread(tom, number)
    assert await unread(anna, number)


async def test_a_closed_ticket_that_nobody_looked_at_is_not_unread(desk: Desk) -> None:
    await desk.receive()
    tom, anna = await desk.browser(TOM), await desk.browser(ANNA)
    await close(tom)
    assert not await unread(anna)


async def test_nobody_marks_a_ticket_that_they_may_not_see(desk: Desk) -> None:
    await desk.receive()
    petra = await desk.browser(PETRA)
    for method in ("PUT", "DELETE"):
        answer = await petra.request(method, "/tickets/10001/read", json={} if method == "PUT" else None)
        assert (answer.status_code, answer.json()["code"]) == (404, "ticket_not_found")
    assert await desk.count(ReadMark) == 0


async def test_old_marks_of_closed_tickets_are_forgotten_and_change_nothing(desk: Desk) -> None:
    await desk.receive()
    await desk.receive(subject="Another")
    tom = await desk.browser(TOM)
    await read(tom)
    await tom.put("/tickets/10002/read", json={})
    await close(tom)
    desk.clock.pass_by(KEPT + timedelta(days=1))
    assert await clean_read_marks(desk.app) == 1
    tom = await desk.browser(TOM)
    assert not await unread(tom)
    assert not await unread(tom, 10_002)
