"""How fast the staff API gives lists, counters and tickets, with eight clients that never pause.

Eight agents ask one thing after the other over standing connections, each in a thread of this process. What they ask
for is drawn from what people do: mostly the open tickets, often with a filter or a search, sometimes the second page.
"""

import asyncio
import http.client
import random
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode, urlsplit

import asyncpg
import generate
import usage
from figures import Figure, Report, at_most, load_now, quantile

from deskstream_local.trial.desk import TrialDesk
from deskstream_local.trial.staff import Staff

CLIENTS = 8
SECONDS = 20.0
WARM_UP_SECONDS = 3.0
LIST_P99_MS = 60.0
DETAIL_P99_MS = 40.0
YOUNG_SHARE = 0.7
OK = 200

LISTS: Sequence[tuple[int, dict[str, str]]] = (
    (6, {"list": "mine", "category": "open"}),
    (4, {"prefilter": "action_required"}),
    (3, {"list": "overview"}),
    (3, {"prefilter": "no_owner"}),
    (2, {"owner": "me", "category": "open"}),
    (2, {"prefilter": "handled_today"}),
    (2, {"channel": "support", "status": "new"}),
    (2, {"list": "overview", "category": "closed"}),
    (2, {"q": "Rechnung"}),
    (1, {"q": "Lieferung Störung"}),
    (1, {"list": "overview", "sort": "number"}),
)
"""What is asked for, and how often."""


@dataclass(frozen=True, kw_only=True)
class Client:
    """An agent: the cookie of their session, and the tickets that they may see, the newest first."""

    cookie: str
    numbers: Sequence[int]


@dataclass(frozen=True, kw_only=True)
class Answers:
    """Seconds for each answer, and CPU milliseconds of each part of the desk for one of them."""

    seconds: list[float]
    elapsed: float
    cpu_ms: dict[str, float]
    others_cores: float


Choose = Callable[[Client, random.Random], str]
"""The path of the next request, behind ``/api/v1``."""


async def measure(*, sizes: Sequence[int]) -> list[Report]:
    """A report for each number of tickets, on one desk that grows."""
    reports: list[Report] = []
    with (
        tempfile.TemporaryDirectory(prefix="deskstream-bench-") as folder,
        TrialDesk.running(Path(folder) / "home") as desk,
    ):
        connection = await asyncpg.connect(desk.dsn("tickets"), command_timeout=600)
        world = await generate.world(connection, seed=1)
        cookies = [await _cookie(desk, email) for email in world.emails[:CLIENTS]]
        there = 0
        for size in sizes:
            load = load_now()
            await generate.fill(connection, world, count=size - there, seed=size)
            there = size
            clients = [
                Client(cookie=cookie, numbers=await _visible(connection, email))
                for cookie, email in zip(cookies, world.emails, strict=False)
            ]
            reports.append(await asyncio.to_thread(_measure, desk, clients, size=size, load=load))
        await connection.close()
    return reports


def _measure(desk: TrialDesk, clients: Sequence[Client], *, size: int, load: float) -> Report:
    figures: list[Figure] = []
    details: dict[str, object] = {"tickets": size, "clients": len(clients), "seconds": SECONDS}
    for name, choose, bound in (
        ("list of 50 with filters", _some_list, LIST_P99_MS),
        ("counters", _counters, LIST_P99_MS),
        ("ticket with its activities", _some_ticket, DETAIL_P99_MS),
    ):
        _ask(desk, clients, choose, seconds=WARM_UP_SECONDS)
        answers = _ask(desk, clients, choose, seconds=SECONDS)
        milliseconds = [seconds * 1000 for seconds in answers.seconds]
        rate = len(milliseconds) / answers.elapsed
        cpu = sum(answers.cpu_ms.values())
        figures += [
            Figure(name=f"{name}: p50", measured=quantile(milliseconds, 0.5), unit="ms"),
            Figure(name=f"{name}: p95", measured=quantile(milliseconds, 0.95), unit="ms"),
            Figure(
                name=f"{name}: p99",
                measured=quantile(milliseconds, 0.99),
                unit="ms",
                target=at_most(bound),
                note=f"{rate:.0f} a second, {cpu:.1f} ms CPU each; others took {answers.others_cores:.2f} cores",
            ),
        ]
        details[name] = {"answers": len(milliseconds), "per_second": rate, "cpu_ms": answers.cpu_ms}
    name = f"lists {size // 1000}k: {size:,} tickets, {len(clients)} clients without a pause"
    return Report(name=name, figures=figures, load=(load, load_now()), details=details)


def _ask(desk: TrialDesk, clients: Sequence[Client], choose: Choose, *, seconds: float) -> Answers:
    """Let every client ask for so many seconds."""
    cpu, own, busy = usage.cpu_by_part(desk.state), time.process_time(), usage.machine_busy_seconds()
    began = time.perf_counter()
    taken: list[list[float]] = [[] for _ in clients]
    threads = [
        threading.Thread(target=_client, args=(desk.state.url, client, choose, began + seconds, taken[number]))
        for number, client in enumerate(clients)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    elapsed = time.perf_counter() - began
    spent = usage.spent(cpu, usage.cpu_by_part(desk.state))
    together = [each for mine in taken for each in mine]
    assert all(taken), "a client had no answer at all"
    others = usage.machine_busy_seconds() - busy - (time.process_time() - own) - sum(spent.values())
    return Answers(
        seconds=together,
        elapsed=elapsed,
        cpu_ms={name: used / len(together) * 1000 for name, used in spent.items()},
        others_cores=max(others, 0) / elapsed,
    )


def _client(url: str, client: Client, choose: Choose, until: float, taken: list[float]) -> None:
    """One agent's browser."""
    rng = random.Random(client.cookie)
    connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=30)
    headers = {"Cookie": client.cookie}
    while (began := time.perf_counter()) < until:
        path = choose(client, rng)
        connection.request("GET", f"/api/v1{path}", headers=headers)
        answer = connection.getresponse()
        body = answer.read()
        taken.append(time.perf_counter() - began)
        assert answer.status == OK, f"{path} answered {answer.status}: {body[:200]!r}"
    connection.close()


def _some_list(_client: Client, rng: random.Random) -> str:
    [(_, filters)] = rng.choices(LISTS, weights=[weight for weight, _ in LISTS])
    return f"/tickets?{urlencode({**filters, 'limit': 50})}"


def _counters(_client: Client, _rng: random.Random) -> str:
    return "/tickets/counters"


def _some_ticket(client: Client, rng: random.Random) -> str:
    """Mostly a young one."""
    young = client.numbers[: max(len(client.numbers) // 20, 1)]
    return f"/tickets/{rng.choice(young if rng.random() < YOUNG_SHARE else client.numbers)}"


async def _visible(connection: asyncpg.Connection, email: str) -> list[int]:
    """The numbers of the tickets in an agent's channels, the newest change first."""
    rows = await connection.fetch(
        "SELECT number FROM ticket JOIN subscription USING (channel) JOIN agent ON agent.id = agent_id"
        " WHERE email = $1 ORDER BY ticket.changed_at DESC",
        email,
    )
    return [row["number"] for row in rows]


async def _cookie(desk: TrialDesk, email: str) -> str:
    """A session for an agent, as the header that carries it."""
    async with Staff.signed_in(desk.state.url, email=email, password=desk.password) as staff:
        return staff.cookie
