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
SHORT_SECONDS = 5.0
WARM_UP_SECONDS = 3.0
LIST_P99_MS = 60.0
DETAIL_P99_MS = 40.0
P95_MS = 80.0
P99_MS = 200.0
SEARCH_P95_MS = 200.0
LONG_DETAIL_P95_MS = 150.0
YOUNG_SHARE = 0.7
OK = 200
LARGE_CHANNELS, LARGE_AGENTS = 200, 2_000

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

KINDS: dict[str, Sequence[str]] = {
    "my tickets, open": ["/tickets?list=mine&category=open"],
    "overview": ["/tickets?list=overview"],
    "overview, closed": ["/tickets?category=closed"],
    "action required": ["/tickets?prefilter=action_required"],
    "no owner": ["/tickets?prefilter=no_owner"],
    "new": ["/tickets?prefilter=new"],
    "handled today": ["/tickets?prefilter=handled_today"],
    "handled yesterday": ["/tickets?prefilter=handled_yesterday"],
    "owned by me": ["/tickets?owner=me", "/tickets?owner=me&category=open"],
    "status and channel": ["/tickets?status=new&status=answered&channel=support"],
    "order: number": ["/tickets?sort=number"],
    "order: opened at": ["/tickets?sort=opened_at&category=open"],
    "order: last activity": ["/tickets?sort=last_activity_at"],
    "order: priority": ["/tickets?sort=priority&category=open"],
    "list with a common word": ["/tickets?q=Rechnung", "/tickets?q=Lieferung", "/tickets?q=invoice"],
    "list with word and filter": ["/tickets?q=Rechnung&category=open", "/tickets?q=portal&owner=none"],
    "counters": ["/tickets/counters"],
    "search: common word": ["/tickets/search?q=Rechnung", "/tickets/search?q=invoice", "/tickets/search?q=Mahnungen"],
    "search: two words": ["/tickets/search?q=Lieferung+St%C3%B6rung", "/tickets/search?q=refund+account"],
    "search: rare word": ["/tickets/search?q={word}", "/tickets/search?q={word}+Rechnung"],
    "search: one ticket's word": ["/tickets/search?q=A{number}"],
    "search: phrase": ["/tickets/search?q=%22Rechnung+Lieferung%22", "/tickets/search?q=%22printer+invoice%22"],
    "search: word without another": ["/tickets/search?q=Rechnung+-Lieferung"],
    "search: beginning": ["/tickets/search?q=rechn*", "/tickets/search?q=schlag*"],
    "search: number": ["/tickets/search?q=DS-{number}", "/tickets/search?q=101"],
    "activities": ["/activities", "/activities?kind=note"],
    "activities with a word": ["/activities?q=Rechnung&kind=incoming"],
}
"""Every kind of query by itself, for the long form."""


@dataclass(frozen=True, kw_only=True)
class Client:
    """An agent: the cookie of their session, and the tickets that they may see, the newest first."""

    cookie: str
    numbers: Sequence[int]
    words: Sequence[str]
    longest: int


@dataclass(frozen=True, kw_only=True)
class Answers:
    """Seconds for each answer, and CPU milliseconds of each part of the desk for one of them."""

    seconds: list[float]
    elapsed: float
    cpu_ms: dict[str, float]
    others_cores: float


Choose = Callable[[Client, random.Random], str]
"""The path of the next request, behind ``/api/v1``."""


async def measure(*, sizes: Sequence[int], large: bool = False) -> list[Report]:
    """A report for each number of tickets, on one desk that grows; in the ``large`` form one on its growth, too."""
    reports: list[Report] = []
    points: dict[str, list[float]] = {}
    with (
        tempfile.TemporaryDirectory(prefix="deskstream-bench-") as folder,
        TrialDesk.running(Path(folder) / "home") as desk,
    ):
        connection = await asyncpg.connect(desk.dsn("tickets"), command_timeout=3600)
        channels, agents = (LARGE_CHANNELS, LARGE_AGENTS) if large else (generate.CHANNELS, generate.AGENTS)
        world = await generate.world(connection, seed=1, channels_wanted=channels, agents_wanted=agents)
        cookies = [await _cookie(desk, email) for email in world.emails[:CLIENTS]]
        there = 0
        for size in sizes:
            load = load_now()
            began = time.perf_counter()
            await generate.fill(connection, world, count=size - there, seed=size)
            filled = time.perf_counter() - began
            there = size
            if large:
                await _look_further(connection, world.emails[:CLIENTS])
            longest = await connection.fetchval("SELECT number FROM ticket ORDER BY version DESC LIMIT 1")
            clients = [
                Client(cookie=cookie, numbers=await _visible(connection, email), words=world.words, longest=longest)
                for cookie, email in zip(cookies, world.emails, strict=False)
            ]
            task = _measure_each if large else _measure
            report = await asyncio.to_thread(task, desk, clients, size=size, load=load)
            report.details["seconds_to_fill"] = filled
            reports.append(report)
            for figure in report.figures:
                points.setdefault(figure.name, []).append(figure.measured)
        await connection.close()
    return [*reports, _growth(sizes, points)] if large else reports


async def _look_further(connection: asyncpg.Connection, emails: Sequence[str]) -> None:
    """All clients see the channel of the longest ticket; the last of them sees forty more, the others five."""
    subscribe = (
        "INSERT INTO subscription (channel, agent_id, kind) SELECT key, agent.id, 'informal' FROM channel, agent"
        " WHERE email = ANY($1) AND {} ON CONFLICT DO NOTHING"
    )
    longest = "key = (SELECT channel FROM ticket ORDER BY version DESC LIMIT 1)"
    await connection.execute(subscribe.format(longest), list(emails))
    many = "key IN (SELECT key FROM channel ORDER BY position, key LIMIT 40)"
    await connection.execute(subscribe.format(many), [emails[-1]])


def _measure_each(desk: TrialDesk, clients: Sequence[Client], *, size: int, load: float) -> Report:
    """Every kind of query by itself."""
    figures: list[Figure] = []
    details: dict[str, object] = {"tickets": size, "clients": len(clients), "seconds": SHORT_SECONDS}
    kinds = {name: _one_of(paths) for name, paths in KINDS.items()}
    kinds |= {"ticket with its activities": _some_ticket, "ticket with 2,000 activities": _longest_ticket}
    for name, choose in kinds.items():
        _ask(desk, clients, choose, seconds=1)
        answers = _ask(desk, clients, choose, seconds=SHORT_SECONDS)
        figure, more = _timed(name, answers)
        figures.append(figure)
        details[name] = more
    name = f"lists large {size // 1000}k: {size:,} tickets, {len(clients)} clients without a pause"
    return Report(name=name, figures=figures, load=(load, load_now()), details=details)


def _timed(name: str, answers: "Answers") -> tuple[Figure, dict[str, object]]:
    milliseconds = [seconds * 1000 for seconds in answers.seconds]
    p50, p95, p99 = (quantile(milliseconds, share) for share in (0.5, 0.95, 0.99))
    searches = name.startswith(("search", "list with", "activities with"))
    bound = SEARCH_P95_MS if searches else LONG_DETAIL_P95_MS if "2,000" in name else P95_MS
    late = "" if searches or p99 <= P99_MS else f" (more than {P99_MS:.0f})"
    note = f"p50 {p50:.0f}, p99 {p99:.0f}{late}; {len(milliseconds) / answers.elapsed:.0f}/s, "
    note += f"{sum(answers.cpu_ms.values()):.1f} ms CPU each"
    figure = Figure(name=f"{name}: p95", measured=p95, unit="ms", target=at_most(bound), note=note)
    return figure, {"p50": p50, "p95": p95, "p99": p99, "cpu_ms": answers.cpu_ms, "answers": len(milliseconds)}


def _growth(sizes: Sequence[int], points: dict[str, list[float]]) -> Report:
    """How the p95 of each kind grows with the number of tickets."""
    figures = [
        Figure(
            name=name.removesuffix(": p95"),
            measured=measured[-1] / max(measured[0], 0.1),
            unit="times",
            note=" → ".join(f"{value:.0f} ms" for value in measured),
        )
        for name, measured in points.items()
    ]
    title = "lists large growth: p95 at " + ", ".join(f"{size:,}" for size in sizes)
    return Report(name=title, figures=figures, load=(load_now(), load_now()), details={"points": points})


def _one_of(paths: Sequence[str]) -> "Choose":
    def choose(client: Client, rng: random.Random) -> str:
        return rng.choice(paths).format(word=rng.choice(client.words), number=rng.choice(client.numbers))

    return choose


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


def _longest_ticket(client: Client, _rng: random.Random) -> str:
    return f"/tickets/{client.longest}"


async def _visible(connection: asyncpg.Connection, email: str) -> list[int]:
    """The numbers of the newest tickets in an agent's channels, the newest change first."""
    rows = await connection.fetch(
        "SELECT number FROM ticket JOIN subscription USING (channel) JOIN agent ON agent.id = agent_id"
        " WHERE email = $1 ORDER BY ticket.changed_at DESC LIMIT 20000",
        email,
    )
    return [row["number"] for row in rows]


async def _cookie(desk: TrialDesk, email: str) -> str:
    """A session for an agent, as the header that carries it."""
    async with Staff.signed_in(desk.state.url, email=email, password=desk.password) as staff:
        return staff.cookie
