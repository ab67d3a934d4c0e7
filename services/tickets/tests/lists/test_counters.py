"""Counters (LF-01, LF-05, LF-07): right for everybody, right under concurrency, and exact however many there are."""

import asyncio
import random
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import httpx
import sqlalchemy as sa
from services.tickets.tests.conftest import Desk

from tickets.database import table_of
from tickets.desk.models import Ticket
from tickets.lists.models import tally
from tickets.lists.upkeep import compact_tally, upkeep
from tickets.staff.demo import ADA, ANNA, DORA, PETRA, TOM, VIKTOR

SORT = ("channel", "status", "closed", "ball", "owned")


async def counters(client: httpx.AsyncClient) -> dict[str, Any]:
    response = await client.get("/tickets/counters")
    assert response.status_code == 200, response.text
    body: dict[str, Any] = response.json()
    return body


async def patch(client: httpx.AsyncClient, number: int, **fields: Any) -> int:
    """Change a ticket as it is now; gives the status of the answer."""
    answer = await client.get(f"/tickets/{number}")
    if answer.status_code != 200:
        return answer.status_code
    response = await client.patch(f"/tickets/{number}", json=fields, headers={"If-Match": answer.headers["ETag"]})
    return response.status_code


async def tallied(desk: Desk) -> dict[tuple[Any, ...], int]:
    """What the tally says, sort by sort."""
    async with desk.app.database.transaction() as tx:
        columns = [tally.c[name] for name in SORT]
        rows = await tx.session.execute(sa.select(*columns, sa.func.sum(tally.c.tickets)).group_by(*columns))
        return {tuple(row[:-1]): int(row[-1]) for row in rows.all() if row[-1]}


async def recounted(desk: Desk) -> dict[tuple[Any, ...], int]:
    """What a count of all tickets says."""
    async with desk.app.database.transaction() as tx:
        columns = [*(table_of(Ticket).c[name] for name in SORT[:-1]), Ticket.owner_id.is_not(None)]
        rows = await tx.session.execute(sa.select(*columns, sa.func.count()).group_by(*columns))
        return {tuple(row[:-1]): int(row[-1]) for row in rows.all()}


async def test_each_counter_is_the_length_of_its_list_for_every_agent(desk: Desk) -> None:
    for channel in ("support", "support", "sales", "recruitment", "backend", "support"):
        await desk.receive(channel=channel)
    tom, anna = await desk.browser(TOM), await desk.browser(ANNA)
    await patch(tom, 10_001, owner_id=str(TOM))
    await patch(tom, 10_002, status="successfully_closed")
    await patch(anna, 10_003, owner_id=str(ANNA))
    await desk.accept(await desk.reply(TOM, 10_006))
    await patch(tom, 10_005, status="in_progress", owner_id=str(DORA))
    lists = {
        "new": {"prefilter": "new"},
        "mine": {"owner": "me", "category": "open"},
        "open": {"list": "overview", "category": "open"},
        "action_required": {"prefilter": "action_required"},
        "no_owner": {"prefilter": "no_owner"},
        "handled_today": {"prefilter": "handled_today"},
        "handled_yesterday": {"prefilter": "handled_yesterday"},
    }
    for day in range(2):
        for agent_id in (TOM, ANNA, VIKTOR, DORA, PETRA, ADA):
            client = await desk.browser(agent_id)
            counted = await counters(client)
            for name, query in lists.items():
                listed = (await client.get("/tickets", params=query)).json()["items"]
                assert counted[name] == len(listed), (day, agent_id, name)
            for channel in counted["channels"]:
                query = {"channel": channel["channel"], "category": "open"}
                assert channel["open"] == len((await client.get("/tickets", params=query)).json()["items"])
        desk.clock.now += timedelta(days=1)
    counted = await counters(tom)
    assert (counted["new"], counted["mine"], counted["open"]) == (1, 1, 3)


async def test_handled_yesterday_stays_when_the_ticket_is_handled_again_today(desk: Desk) -> None:
    desk.clock.now = datetime(2026, 11, 20, 10, 0, tzinfo=UTC)
    await desk.receive()
    await desk.receive()
    tom = await desk.browser(TOM)
    for number in (10_001, 10_002):
        await tom.post(f"/tickets/{number}/notes", json={"text": "x"})
    await tom.post("/tickets/10001/notes", json={"text": "twice on a day counts once"})
    desk.clock.now += timedelta(days=1)
    await tom.post("/tickets/10001/notes", json={"text": "x"})
    counted = await counters(tom)
    assert (counted["handled_today"], counted["handled_yesterday"]) == (1, 2)
    rows = (await tom.get("/tickets", params={"prefilter": "handled_yesterday"})).json()["items"]
    assert [row["number"] for row in rows] == [10_001, 10_002]
    desk.clock.now += timedelta(days=1)
    counted = await counters(tom)
    assert (counted["handled_today"], counted["handled_yesterday"]) == (0, 1)


async def test_a_ticket_that_moves_is_counted_where_it_is(desk: Desk) -> None:
    await desk.receive()
    tom, petra = await desk.browser(TOM), await desk.browser(PETRA)
    await patch(tom, 10_001, owner_id=str(TOM))
    assert (await counters(tom))["open"] == 1
    await patch(tom, 10_001, channel="recruitment")
    assert {name: number for name, number in (await counters(tom)).items() if name != "channels" and number} == {}
    assert all(channel["open"] == 0 for channel in (await counters(tom))["channels"])
    counted = await counters(petra)
    assert (counted["open"], counted["handled_today"], counted["mine"]) == (1, 1, 0)


async def test_counters_agree_with_a_recount_while_many_write_at_once(desk: Desk) -> None:
    """Concurrent mails, changes, moves and the job that shortens the tally: no number is lost or counted twice."""
    await desk.handle(*(desk.mail(channel=("support", "backend")[number % 2]) for number in range(12)))
    clients = [await desk.browser(agent_id) for agent_id in (TOM, DORA, ADA)]
    rng = random.Random(7)
    refused: list[int] = []

    async def changes(client: httpx.AsyncClient, agent_id: UUID, seed: int) -> None:
        mine = random.Random(seed)
        for _ in range(25):
            number = 10_001 + mine.randrange(12)
            choices: list[dict[str, Any]] = [
                {"owner_id": str(agent_id)},
                {"owner_id": None},
                {"status": mine.choice(["new", "in_progress", "answered", "successfully_closed"])},
                {"channel": mine.choice(["support", "backend"])},
            ]
            refused.append(await patch(client, number, **mine.choice(choices)))

    async def mails() -> None:
        for _ in range(15):
            await desk.handle(*(desk.mail(channel=rng.choice(["support", "sales"])) for _ in range(3)))

    async def shortens() -> None:
        for _ in range(20):
            async with desk.app.database.transaction() as tx:
                await compact_tally(tx, unless_below=1)
            await asyncio.sleep(0.01)

    people = zip(clients, (TOM, DORA, ADA), strict=True)
    await asyncio.gather(
        *(changes(client, agent_id, seed) for seed, (client, agent_id) in enumerate(people)),
        mails(),
        shortens(),
        shortens(),
    )
    assert set(refused) <= {200, 404, 409, 412, 422}, set(refused)
    assert refused.count(200) > 20
    assert await tallied(desk) == await recounted(desk)
    async with desk.app.database.transaction() as tx:
        await compact_tally(tx, unless_below=1)
    assert await tallied(desk) == await recounted(desk)
    async with desk.app.database.transaction() as tx:
        rows = await tx.session.scalar(sa.select(sa.func.count()).select_from(tally))
    assert rows == len(await recounted(desk))
    for client in clients:
        counted = await counters(client)
        listed = await client.get("/tickets", params={"category": "open", "limit": 200})
        assert counted["open"] == len(listed.json()["items"])


async def test_what_is_rolled_back_is_not_counted(desk: Desk) -> None:
    await desk.receive()
    tom = await desk.browser(TOM)
    response = await tom.post(
        "/tickets",
        json={"kind": "internal", "channel": "backend", "subject": "x", "text": "x", "owner_id": str(UUID(int=9))},
    )
    assert response.status_code == 422
    assert (await counters(tom))["open"] == 1
    assert await tallied(desk) == await recounted(desk)


async def test_the_upkeep_job_shortens_the_tally_and_runs_twice_at_once(desk: Desk) -> None:
    for _ in range(3):
        await desk.handle(*(desk.mail() for _ in range(100)))
    before = await tallied(desk)
    work = upkeep(desk.app.database)
    assert list(await asyncio.gather(work(), work())) == [0, 0]
    async with desk.app.database.transaction() as tx:
        assert await tx.session.scalar(sa.select(sa.func.count()).select_from(tally)) == 1
    assert await tallied(desk) == before == await recounted(desk)


async def test_numbers_beyond_ten_thousand_are_exact(desk: Desk) -> None:
    await desk.receive()
    async with desk.app.database.transaction() as tx:
        await tx.session.execute(
            sa.insert(tally).values(
                channel="support", status="new", closed=False, ball="us", owned=False, tickets=12_345
            )
        )
    counted = await counters(await desk.browser(TOM))
    assert (counted["open"], counted["no_owner"], counted["new"]) == (12_346, 12_346, 12_346)
