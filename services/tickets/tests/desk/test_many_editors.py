"""Fifty agents on the same ticket at once: no update is lost, nobody deadlocks, conflicts show the state (TS-02)."""

import asyncio
from collections import Counter
from typing import Any

import httpx
import pytest
import sqlalchemy as sa
from services.tickets.tests.conftest import Desk

from contracts.tickets import TicketEvent
from tickets.desk.models import Activity, Ticket
from tickets.staff.demo import ANNA, DORA, TOM

EDITORS = 50
TRIES = 200
NUMBERS = (10_001, 10_002, 10_003)


async def editors(desk: Desk) -> list[httpx.AsyncClient]:
    """Browsers of agents who see support."""
    return [await desk.browser((TOM, ANNA)[number % 2]) for number in range(EDITORS)]


async def test_of_fifty_editors_with_one_version_one_wins_and_the_others_see_the_state(desk: Desk) -> None:
    await desk.receive()
    browsers = await editors(desk)
    async with asyncio.timeout(60):
        answers = await asyncio.gather(
            *(
                browser.patch("/tickets/10001", json={"subject": f"Subject {number}"}, headers={"If-Match": '"1"'})
                for number, browser in enumerate(browsers)
            )
        )
    assert Counter(answer.status_code for answer in answers) == {200: 1, 409: EDITORS - 1}
    ticket = await desk.ticket(10_001)
    for answer in answers:
        state = answer.json() if answer.status_code == 200 else answer.json()["current"]
        assert (state["version"], state["subject"]) == (2, ticket.subject)
    assert {answer.json().get("code") for answer in answers if answer.status_code == 409} == {"stale_version"}


async def test_fifty_editors_who_repeat_after_each_conflict_lose_no_update(desk: Desk) -> None:
    """Each adds their own word to the subject, reads again after a conflict, and has to find every other word there."""
    await desk.receive(subject="0")

    async def edit(browser: httpx.AsyncClient, word: str) -> int:
        state: dict[str, Any] = (await browser.get("/tickets/10001")).json()
        for conflicts in range(TRIES):
            answer = await browser.patch(
                "/tickets/10001",
                json={"subject": f"{state['subject']} {word}"},
                headers={"If-Match": f'"{state["version"]}"'},
            )
            if answer.status_code == 200:
                return conflicts
            assert (answer.status_code, answer.json()["code"]) == (409, "stale_version"), answer.text
            state = answer.json()["current"]
        raise AssertionError(f"{word} never got through")

    async with asyncio.timeout(120):
        conflicts = await asyncio.gather(
            *(edit(browser, str(number)) for number, browser in enumerate(await editors(desk), start=1))
        )
    assert sum(conflicts) > 0
    ticket = await desk.ticket(10_001)
    assert sorted(map(int, ticket.subject.split())) == list(range(EDITORS + 1))
    assert ticket.version == 1 + EDITORS


async def test_notes_changes_replies_and_watchers_at_once_neither_fail_nor_get_lost(desk: Desk) -> None:
    """What needs no version always gets through, and the versions are counted without a gap."""
    await desk.receive()
    browsers = await editors(desk)
    await desk.events(TicketEvent)

    async def act(number: int, browser: httpx.AsyncClient) -> tuple[str, int]:
        match number % 5:
            case 0 | 1:
                answer = await browser.post("/tickets/10001/notes", json={"text": f"Note {number}"})
                return "note", answer.status_code
            case 2:
                answer = await browser.post("/tickets/10001/replies", json={"text": f"Reply {number}"})
                return "reply", answer.status_code
            case 3:
                version = (await browser.get("/tickets/10001")).headers["ETag"]
                status = ["in_progress", "answered", "new"][number % 3]
                answer = await browser.patch("/tickets/10001", json={"status": status}, headers={"If-Match": version})
                return "change", answer.status_code
            case _:
                answer = await browser.put(f"/tickets/10001/watchers/{(TOM, ANNA)[number // 5 % 2]}")
                return "watch", answer.status_code

    async with asyncio.timeout(120):
        done = Counter(await asyncio.gather(*(act(number, browser) for number, browser in enumerate(browsers))))
    assert {status for (kind, status) in done if kind != "change"} <= {201, 204}
    assert (done["note", 201], done["reply", 201], done["watch", 204]) == (20, 10, 10)
    assert done["change", 200] + done["change", 409] == 10
    told = await desk.events(TicketEvent)
    ticket = await desk.ticket(10_001)
    assert {event.ticket_version for event in told} == set(range(2, ticket.version + 1))
    async with desk.app.database.transaction() as tx:
        texts = await tx.session.scalars(
            sa.select(Activity.text).join(Ticket, Ticket.id == Activity.ticket_id).where(Ticket.number == 10_001)
        )
        written = [text for text in texts if text.startswith(("Note", "Reply"))]
    assert len(written) == len(set(written)) == 30


@pytest.mark.parametrize("rounds", [15])
async def test_tickets_that_move_to_and_fro_while_others_write_never_deadlock(desk: Desk, rounds: int) -> None:
    for _ in range(3):
        await desk.receive()
    tom, anna, dora = await desk.browser(TOM), await desk.browser(ANNA), await desk.browser(DORA)

    async def move(browser: httpx.AsyncClient, number: int, channel: str) -> int:
        seen = await browser.get(f"/tickets/{number}")
        if seen.status_code == 404:
            return 404
        headers = {"If-Match": seen.headers["ETag"]}
        return (await browser.patch(f"/tickets/{number}", json={"channel": channel}, headers=headers)).status_code

    async def note(browser: httpx.AsyncClient, number: int) -> int:
        return (await browser.post(f"/tickets/{number}/notes", json={"text": "x"})).status_code

    statuses: Counter[int] = Counter()
    async with asyncio.timeout(120):
        for _ in range(rounds):
            acts = [move(tom, number, channel) for number in NUMBERS for channel in ("backend", "support")]
            acts += [note(browser, number) for browser in (tom, anna, dora) for number in NUMBERS]
            acts += [move(dora, number, "support") for number in reversed(NUMBERS)]
            statuses.update(await asyncio.gather(*acts))
    assert set(statuses) <= {200, 201, 404, 409}
    assert statuses[200] > 0
