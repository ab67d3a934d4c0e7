"""The log on a real database: chained under load, append-only, and a command that finds what was tampered with."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
import sqlalchemy as sa
from services.tickets.tests.conftest import Desk
from sqlalchemy.exc import DBAPIError
from typer.testing import CliRunner, Result

from contracts.tickets import Authenticated
from tickets.audit import queries
from tickets.audit.models import AuditEntry, AuditHead
from tickets.audit.operations import record
from tickets.staff.cli import commands
from tickets.staff.demo import ADA, TOM
from tickets.staff.models import Agent

Run = Callable[..., Awaitable[Result]]


@pytest.fixture
def run(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs a command in the environment of the desk."""
    settings = desk.app.settings
    for name, value in {
        "TICKETS_DATABASE_URL": settings.database_url.get_secret_value(),
        "TICKETS_NATS_URL": settings.nats_url,
        "TICKETS_NATS_PASSWORD": "unused",
        "TICKETS_BLOBS_URL": settings.blobs_url,
    }.items():
        monkeypatch.setenv(name, value)

    async def invoke(*arguments: str) -> Result:
        return await asyncio.to_thread(lambda: CliRunner().invoke(commands, arguments))

    return invoke


def ada() -> Authenticated:
    return Authenticated(
        agent_id=ADA, credential_id=ADA, kind="session", name="Ada", role="admin", permissions=frozenset()
    )


async def write(desk: Desk, count: int) -> None:
    """So many entries, one a transaction."""
    for number in range(count):
        async with desk.app.database.transaction() as tx:
            await record(tx, actor=ada(), action="thing.done", subject=f"thing:{number}", details={"number": number})


async def verify(desk: Desk) -> queries.Verification:
    async with desk.app.database.transaction() as tx:
        return await queries.verify(tx)


async def tamper(desk: Desk, *statements: str) -> None:
    """What only the owner of the tables can do: switch the guards off and change rows."""
    tables = ("audit_entry", "audit_head")
    async with desk.app.database.transaction() as tx:
        for table in tables:
            await tx.session.execute(sa.text(f"ALTER TABLE {table} DISABLE TRIGGER USER"))
        for statement in statements:
            await tx.session.execute(sa.text(statement))
        for table in tables:
            await tx.session.execute(sa.text(f"ALTER TABLE {table} ENABLE TRIGGER USER"))


async def test_many_transactions_at_once_make_one_chain_without_gaps_and_without_deadlock(desk: Desk) -> None:
    """TS-11. Each locks rows of agents before or after it records, in an order of its own."""
    before = (await verify(desk)).right
    order = random.Random(7)

    async def one(number: int) -> None:
        entries = order.randint(1, 3)
        early = order.random() < 0.5
        agent = ADA if number % 2 else TOM
        async with desk.app.database.transaction() as tx:
            touch = sa.update(Agent).where(Agent.id == agent).values(version=Agent.version + 1)
            if early:
                await tx.session.execute(touch)
            for _ in range(entries):
                await record(tx, actor=ada(), action="thing.done", subject="thing:1", details={"number": number})
            if not early:
                await tx.session.execute(touch)
        written.append(entries)

    written: list[int] = []
    await asyncio.gather(*(one(number) for number in range(120)))
    found = await verify(desk)
    assert (found.broken, found.cut) == (None, False)
    assert found.right == before + sum(written)
    assert len(written) == 120


async def test_what_is_rolled_back_leaves_no_entry(desk: Desk) -> None:
    before = await desk.count(AuditEntry)

    async def fail() -> None:
        async with desk.app.database.transaction() as tx:
            await record(tx, actor=None, action="thing.done", subject="thing:1", details={})
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await fail()
    assert await desk.count(AuditEntry) == before
    assert (await verify(desk)).broken is None


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_entry SET actor_name = 'Tom'",
        "DELETE FROM audit_entry",
        "TRUNCATE audit_entry",
        "UPDATE audit_head SET entries = 0",
        "DELETE FROM audit_head",
        "TRUNCATE audit_head",
    ],
)
async def test_the_database_refuses_to_change_or_remove_anything(desk: Desk, statement: str) -> None:
    await write(desk, 2)
    before = await verify(desk)

    async def execute() -> None:
        async with desk.app.database.transaction() as tx:
            await tx.session.execute(sa.text(statement))

    with pytest.raises(DBAPIError, match="audit log"):
        await execute()
    assert await verify(desk) == before


async def test_the_command_says_how_many_entries_are_right(desk: Desk, run: Run) -> None:
    await write(desk, 3)
    count = await desk.count(AuditEntry)
    result = await run("audit", "verify")
    assert result.exit_code == 0, result.output
    assert f"{count} entries are right." in result.output
    anchor = result.output.split("head ")[1].strip()
    await write(desk, 1)
    assert (await run("audit", "verify", "--anchor", anchor)).exit_code == 0
    assert (await run("audit", "verify", "--anchor", "nonsense")).exit_code == 2


@pytest.mark.parametrize(
    ("statement", "broken"),
    [
        ("UPDATE audit_entry SET actor_name = 'Tom' WHERE seq = {second}", 2),
        ("UPDATE audit_entry SET details = '{{}}' WHERE seq = {second}", 2),
        ("DELETE FROM audit_entry WHERE seq = {second}", 2),
        ("UPDATE audit_entry SET hash = decode(repeat('00', 32), 'hex') WHERE seq = {second}", 2),
        ("UPDATE audit_entry SET previous = decode(repeat('00', 32), 'hex') WHERE seq = {second}", 2),
        ("UPDATE audit_entry SET at = at - interval '1 day' WHERE seq = {second} + 1", 3),
    ],
)
async def test_the_command_names_the_first_entry_that_was_tampered_with(
    desk: Desk, run: Run, statement: str, broken: int
) -> None:
    start = await desk.count(AuditEntry)
    await write(desk, 4)
    await tamper(desk, statement.format(second=start + 2))
    result = await run("audit", "verify")
    assert result.exit_code == 1
    assert f"Entry {start + broken} is broken" in result.output
    assert f"{start + broken - 1} entries are right." in result.output


async def test_the_command_notices_an_end_that_was_cut_off(desk: Desk, run: Run) -> None:
    await write(desk, 4)
    count = await desk.count(AuditEntry)
    await tamper(desk, "DELETE FROM audit_entry WHERE seq = (SELECT max(seq) FROM audit_entry)")
    result = await run("audit", "verify")
    assert result.exit_code == 1
    assert f"the log had {count} entries, there are {count - 1}" in result.output


async def test_a_missing_head_is_noticed(desk: Desk, run: Run) -> None:
    await write(desk, 1)
    await tamper(desk, "DELETE FROM audit_head")
    assert (await run("audit", "verify")).exit_code == 1


async def test_an_anchor_kept_elsewhere_shows_that_the_whole_log_was_written_anew(desk: Desk, run: Run) -> None:
    await write(desk, 2)
    anchor = (await run("audit", "verify")).output.split("head ")[1].strip()
    nothing = "UPDATE audit_head SET entries = 0, hash = decode(repeat('00', 32), 'hex')"
    await tamper(desk, "DELETE FROM audit_entry", nothing)
    await write(desk, int(anchor.split(":")[0]))
    assert (await run("audit", "verify")).exit_code == 0
    result = await run("audit", "verify", "--anchor", anchor)
    assert result.exit_code == 1
    assert "written anew" in result.output


async def test_an_entry_says_who_did_what_to_whom_when_and_from_where(desk: Desk) -> None:
    await write(desk, 1)
    async with desk.app.database.transaction() as tx:
        await record(tx, actor=None, action="thing.done", subject="thing:x", details={"text": "a\x00b\ud800"})
        now = tx.now
    async with desk.app.database.transaction() as tx:
        entry = (await tx.session.scalars(sa.select(AuditEntry).order_by(AuditEntry.seq.desc()).limit(1))).one()
        head = (await tx.session.scalars(sa.select(AuditHead))).one()
    assert (entry.actor_kind, entry.actor_id, entry.address, entry.at) == ("system", None, "", now)
    assert entry.details == {"text": "a\ufffdb?"}
    assert (head.entries, head.hash) == (entry.seq, entry.hash)
    assert (await verify(desk)).broken is None


async def test_administrators_read_the_log_page_by_page_with_filters(desk: Desk) -> None:
    await write(desk, 5)
    client = await desk.browser(ADA)
    seen: list[dict[str, Any]] = []
    params: dict[str, Any] = {"action": "thing.done", "limit": 2}
    while True:
        page = (await client.get("/audit", params=params)).json()
        seen += page["items"]
        if page["next"] is None:
            break
        params["cursor"] = page["next"]
    assert [item["subject"] for item in seen] == [f"thing:{number}" for number in (4, 3, 2, 1, 0)]
    assert [item["previous"] for item in seen[:-1]] == [item["hash"] for item in seen[1:]]
    assert seen[0]["actor"] == {"kind": "agent", "id": str(ADA), "name": "Ada", "credential": "session"}
    one = (await client.get("/audit", params={"subject": "thing:3"})).json()["items"]
    assert [item["details"] for item in one] == [{"number": 3}]
    assert (await client.get("/audit", params={"actor": str(TOM)})).json()["items"] == []
    since = (await client.get("/audit", params={"action": "thing.done", "since": seen[1]["at"]})).json()["items"]
    until = (await client.get("/audit", params={"action": "thing.done", "until": seen[1]["at"]})).json()["items"]
    assert (len(since), len(until)) == (2, 3)


async def test_nobody_else_reads_the_log(desk: Desk) -> None:
    client = await desk.browser(TOM)
    assert (await client.get("/audit")).status_code == 403


@pytest.mark.parametrize(
    "params",
    [
        {"cursor": "x"},
        {"actor": "x"},
        {"action": "x"},
        {"since": "2026-01-01T00:00:00"},
        {"since": "0001-01-01T00:00:00+14:00"},
        {"until": "9999-12-31T23:59:59-14:00"},
        {"limit": 0},
        {"subject": "a\x00"},
        {"unknown": "x"},
    ],
)
async def test_filters_that_make_no_sense_are_refused(desk: Desk, params: dict[str, str]) -> None:
    client = await desk.browser(ADA)
    assert (await client.get("/audit", params=params)).status_code == 422


@pytest.mark.parametrize(
    "params",
    [
        {},
        {"actor_id": ADA},
        {"action": "thing.done"},
        {"subject": "thing:1"},
        {"actor_id": ADA, "action": "thing.done", "subject": "thing:1"},
    ],
)
async def test_every_filter_is_served_by_an_index(desk: Desk, params: dict[str, Any]) -> None:
    await write(desk, 3)
    async with desk.app.database.transaction() as tx:
        await tx.session.execute(sa.text("SET LOCAL enable_seqscan = off"))
        statement = queries.statement(queries.Wanted(**params), after=(tx.now, 9), rows=10)
        text = statement.compile(dialect=tx.session.get_bind().dialect, compile_kwargs={"literal_binds": True})
        plan = "\n".join(await tx.session.scalars(sa.text(f"EXPLAIN {text}")))
    assert "Seq Scan" not in plan
    assert "Index Scan" in plan
