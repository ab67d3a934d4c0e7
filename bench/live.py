"""A thousand open live streams in the gateway: what one costs, and how long a change takes into each of them.

The gateway is one process and so uses one core at most. This process holds all the clients.
"""

import asyncio
import hashlib
import json
import secrets
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import asyncpg
import httpx
import usage
from figures import Figure, Report, at_most, load_now, quantile

from chassis.ids import new_id
from deskstream_local.trial.desk import TrialDesk
from deskstream_local.trial.staff import COOKIE

TABS = 5
"""Streams of one agent."""

RATE = 20.0
"""Notes a second."""

TICKETS = 60
EDITORS = 50
FEW, ALL = "sales", "support"
"""The channels: a quarter of the agents sees the one, all see the other."""

DELIVERY_P99_MS = 500.0
KILOBYTES = 100.0
CORE_PERCENT = 100.0
CONFLICT_P99_MS = 100.0
GATEWAY = "gateway"
OK, CREATED, CONFLICT = 200, 201, 409
PENETRATION = 4


@dataclass
class Tab:
    """A client of the live stream. ``arrived`` says when it heard of which version of which ticket."""

    arrived: dict[tuple[int, int], float] = field(default_factory=dict)
    versions: dict[int, int] = field(default_factory=dict)
    ready: asyncio.Event = field(default_factory=asyncio.Event)


async def measure(*, streams: int, seconds: float) -> list[Report]:
    """Both measurements, on one desk."""
    with (
        tempfile.TemporaryDirectory(prefix="deskstream-bench-") as folder,
        TrialDesk.running(Path(folder) / "home") as desk,
    ):
        connection = await asyncpg.connect(desk.dsn("tickets"), command_timeout=60)
        cookies = await _agents(connection, max(streams // TABS, EDITORS))
        await connection.close()
        return [await _streams(desk, cookies, streams=streams, seconds=seconds), await _editors(desk, cookies, seconds)]


async def _streams(desk: TrialDesk, cookies: Sequence[str], *, streams: int, seconds: float) -> Report:
    load = load_now()
    before = usage.memory_by_part(desk.state)[GATEWAY].proportional
    tabs = [Tab() for _ in range(streams)]
    tasks = [
        asyncio.create_task(_listen(desk.state.url, cookies[number % (streams // TABS)], tab))
        for number, tab in enumerate(tabs)
    ]
    began = time.perf_counter()
    async with asyncio.timeout(120):
        await asyncio.gather(*(tab.ready.wait() for tab in tabs))
    opened = time.perf_counter() - began
    await asyncio.sleep(2)
    memory = (usage.memory_by_part(desk.state)[GATEWAY].proportional - before) * 1024 / streams
    figures = [
        Figure(name="memory of a stream (PSS)", measured=memory, unit="KB", target=at_most(KILOBYTES)),
        Figure(name=f"opening {streams} streams", measured=opened, unit="s"),
    ]
    details: dict[str, Any] = {"streams": streams, "rate": RATE, "seconds": seconds}
    async with _client(desk.state.url, cookies[0]) as client:
        for channel, reach in ((FEW, "a quarter of the streams"), (ALL, "all streams")):
            found = await _deliver(desk, client, tabs, channel=channel, seconds=seconds)
            figures += _figures(found, reach)
            details[channel] = {name: value for name, value in found.items() if name != "ms"}
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    return Report(name=f"live: {streams} streams", figures=figures, load=(load, load_now()), details=details)


def _figures(found: dict[str, Any], reach: str) -> list[Figure]:
    note = f"{found['per_second']:.0f} deliveries a second, {found['together']:.1f} notes told together"
    return [
        Figure(name=f"note to {reach}: p50", measured=quantile(found["ms"], 0.5), unit="ms"),
        Figure(
            name=f"note to {reach}: p99",
            measured=quantile(found["ms"], 0.99),
            unit="ms",
            target=at_most(DELIVERY_P99_MS),
            note=note,
        ),
        Figure(
            name="  CPU of the gateway",
            measured=found["cpu"][GATEWAY],
            unit="% of a core",
            target=at_most(CORE_PERCENT),
        ),
        Figure(name="  CPU of PostgreSQL", measured=found["cpu"]["postgres"], unit="% of a core"),
        Figure(name="  CPU of the clients (this process)", measured=found["clients"], unit="% of a core"),
    ]


async def _deliver(
    desk: TrialDesk, client: httpx.AsyncClient, tabs: Sequence[Tab], *, channel: str, seconds: float
) -> dict[str, Any]:
    """Add notes for so many seconds, wait until each tab that sees the channel has the last of them, and count."""
    numbers = [await _open(client, channel) for _ in range(TICKETS)]
    await asyncio.sleep(2)
    for tab in tabs:
        tab.arrived.clear()
    sent: dict[tuple[int, int], float] = {}
    cpu, own = usage.cpu_by_part(desk.state), time.process_time()
    began = time.perf_counter()
    notes = []
    for count in range(int(seconds * RATE)):
        await asyncio.sleep(max(began + count / RATE - time.perf_counter(), 0))
        notes.append(asyncio.create_task(_note(client, numbers[count % TICKETS], sent)))
    await asyncio.gather(*notes)
    elapsed = time.perf_counter() - began
    used = usage.spent(cpu, usage.cpu_by_part(desk.state))
    clients = (time.process_time() - own) / elapsed * 100
    last = {number: max(version for one, version in sent if one == number) for number, _ in sent}
    listening = [tab for tab in tabs if any(number in tab.versions for number in numbers)]
    async with asyncio.timeout(60):
        while not all(tab.versions.get(number, 0) >= version for tab in listening for number, version in last.items()):
            await asyncio.sleep(0.05)
    taken = [(at - sent[key]) * 1000 for tab in listening for key, at in tab.arrived.items() if key in sent]
    return {
        "ms": taken,
        "listening": len(listening),
        "per_second": len(taken) / elapsed,
        "together": len(sent) * len(listening) / max(len(taken), 1),
        "cpu": {name: value / elapsed * 100 for name, value in used.items()},
        "clients": clients,
    }


async def _note(client: httpx.AsyncClient, number: int, sent: dict[tuple[int, int], float]) -> None:
    began = time.perf_counter()
    answer = await client.post(f"/tickets/{number}/notes", json={"text": "A note"})
    assert answer.status_code == CREATED, answer.text
    sent[number, answer.json()["ticket_version"]] = began


async def _open(client: httpx.AsyncClient, channel: str) -> int:
    body = {"kind": "internal", "channel": channel, "subject": "Live", "text": "x"}
    answer = await client.post("/tickets", json=body)
    assert answer.status_code == CREATED, answer.text
    number: int = answer.json()["number"]
    return number


async def _listen(url: str, cookie: str, tab: Tab) -> None:
    """Hold a stream open and note what it tells."""
    reader, writer = await asyncio.open_connection(urlsplit(url).hostname, urlsplit(url).port)
    request = f"GET /api/v1/live HTTP/1.1\r\nHost: {urlsplit(url).netloc}\r\nCookie: {cookie}\r\n\r\n"
    writer.write(request.encode())
    try:
        while line := await reader.readline():
            if line.startswith(b"event: ready"):
                tab.ready.set()
            elif line.startswith(b'data: {"id"') and b'"version"' in line:
                number, version = _of_ticket(line)
                tab.arrived.setdefault((number, version), time.perf_counter())
                tab.versions[number] = version
    finally:
        writer.close()


_known: dict[bytes, tuple[int, int]] = {}


def _of_ticket(line: bytes) -> tuple[int, int]:
    """The number and version in a line, which is the same in a thousand streams."""
    if line not in _known:
        if len(_known) > RATE * 10:
            _known.clear()
        data = json.loads(line.removeprefix(b"data: "))
        _known[line] = (data["number"], data["version"])
    return _known[line]


async def _editors(desk: TrialDesk, cookies: Sequence[str], seconds: float) -> Report:
    """Fifty agents who change one ticket about once a second, each with the version that they last saw."""
    load = load_now()
    async with _client(desk.state.url, cookies[0]) as client:
        number = await _open(client, ALL)
    done: list[tuple[int, float]] = []
    until = time.perf_counter() + seconds
    await asyncio.gather(
        *(_edit(desk.state.url, cookie, number, until, done, order) for order, cookie in enumerate(cookies[:EDITORS]))
    )
    async with _client(desk.state.url, cookies[0]) as client:
        version = (await client.get(f"/tickets/{number}")).json()["version"]
    conflicts = [taken * 1000 for status, taken in done if status == CONFLICT]
    changes = [taken * 1000 for status, taken in done if status == OK]
    assert len(changes) + len(conflicts) == len(done)
    assert version == 1 + len(changes), "an update was lost"
    figures = [
        Figure(name="conflict: p50", measured=quantile(conflicts, 0.5), unit="ms"),
        Figure(
            name="conflict: p99",
            measured=quantile(conflicts, 0.99),
            unit="ms",
            target=at_most(CONFLICT_P99_MS),
            note=f"{len(conflicts)} of {len(done)} changes met one",
        ),
        Figure(name="change: p99", measured=quantile(changes, 0.99), unit="ms"),
    ]
    details = {"editors": EDITORS, "changes": len(changes), "conflicts": len(conflicts)}
    name = f"editors: {EDITORS} agents on one ticket"
    return Report(name=name, figures=figures, load=(load, load_now()), details=details)


async def _edit(url: str, cookie: str, number: int, until: float, done: list[tuple[int, float]], order: int) -> None:
    async with _client(url, cookie) as client:
        version = (await client.get(f"/tickets/{number}")).json()["version"]
        await asyncio.sleep(order / EDITORS)
        count = 0
        while (began := time.perf_counter()) < until:
            count += 1
            answer = await client.patch(
                f"/tickets/{number}",
                json={"subject": f"By {order}, change {count}"},
                headers={"If-Match": f'"{version}"'},
            )
            done.append((answer.status_code, time.perf_counter() - began))
            state = answer.json()
            version = (state["current"] if answer.status_code == CONFLICT else state)["version"]
            await asyncio.sleep(max(began + 1.0 - time.perf_counter(), 0))


def _client(url: str, cookie: str) -> httpx.AsyncClient:
    headers = {"X-Deskstream-Client": "bench", "Cookie": cookie}
    return httpx.AsyncClient(base_url=f"{url}/api/v1", headers=headers, timeout=30, trust_env=False)


async def _agents(connection: asyncpg.Connection, count: int) -> list[str]:
    """So many agents with a session each, as the header that carries it. A quarter of them sees the small channel."""
    tom = await connection.fetchrow("SELECT * FROM agent WHERE email = 'tom@desk.example'")
    assert tom is not None
    now = datetime.now(UTC)
    agents = [{**tom, "id": new_id(), "email": f"live{number}@desk.example"} for number in range(count)]
    ids: list[UUID] = [agent["id"] for agent in agents]
    texts = [secrets.token_urlsafe(32) for _ in agents]
    sessions = [
        {
            "id": new_id(),
            "agent_id": agent_id,
            "secret_sha256": hashlib.sha256(text.encode()).digest(),
            "created_at": now,
            "seen_at": now + timedelta(hours=1),
            "user_agent": "bench",
            "address": "127.0.0.1",
        }
        for agent_id, text in zip(ids, texts, strict=True)
    ]
    subscriptions = [{"channel": ALL, "agent_id": agent_id, "kind": "informal"} for agent_id in ids]
    subscriptions += [{"channel": FEW, "agent_id": agent_id, "kind": "informal"} for agent_id in ids[::PENETRATION]]
    for table, rows in (("agent", agents), ("subscription", subscriptions), ("session", sessions)):
        records = [tuple(row.values()) for row in rows]
        await connection.copy_records_to_table(table, records=records, columns=[*rows[0]])
    return [f"{COOKIE}={text}" for text in texts]
