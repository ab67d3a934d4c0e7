"""From the 250 of SMTP to the ticket in the staff API, over all services and fsynced, against the floor.

A ticket counts as visible when its event has arrived here: the event leaves after the commit that the staff API reads
from, so the figure is an upper bound, and it costs the machine next to nothing. Once a second the list is asked
whether it shows the ticket that was announced last; at the end every letter is looked up in it.
"""

import asyncio
import json
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import asyncpg
import floor
import nats
import nats.errors
import usage
from figures import Figure, Report, at_least, at_most, load_now, quantile
from nats.js import JetStreamContext
from nats.js.api import AckPolicy, ConsumerConfig, DeliverPolicy

from chassis.embedded.ports import LOOPBACK
from deskstream_local.trial.desk import TrialDesk
from deskstream_local.trial.letters import Letter, letters, tokens_in
from deskstream_local.trial.oracle import judge
from deskstream_local.trial.post import PostOffice, Receipt
from deskstream_local.trial.staff import Staff

READER = "tom@desk.example"
CONNECTIONS = 64
"""With half of them the desk waits for its clients: 1.7 of two cores were busy."""
WARM_UP = 300
STEADY_SECONDS = 30.0
FLOOR_MAILS = 1500
VISIBLE_SECONDS = 120.0

MAILS_PER_SECOND = 250.0
SHARE_OF_FLOOR = 0.25
P99_SECONDS = 1.0


@dataclass
class Watcher:
    """Notes when each ticket is announced, and whether the list shows it then."""

    desk: TrialDesk
    staff: Staff
    announced: dict[int, float] = field(default_factory=dict)
    checks: int = 0

    @classmethod
    @asynccontextmanager
    async def on(cls, desk: TrialDesk, staff: Staff) -> "AsyncIterator[Watcher]":
        """Watch until the block ends."""
        client = await nats.connect(
            f"nats://{LOOPBACK}:{desk.state.nats_port}",
            user="integrator",
            password=desk.bus_password("integrator"),
            inbox_prefix=b"_INBOX_integrator",
        )
        config = ConsumerConfig(ack_policy=AckPolicy.NONE, deliver_policy=DeliverPolicy.NEW)
        events = await client.jetstream().pull_subscribe(
            "tickets.evt.ticket_opened.v1.*", stream="TICKETS", config=config
        )
        watcher = cls(desk, staff)
        tasks = [asyncio.create_task(watcher._listen(events)), asyncio.create_task(watcher._check())]
        try:
            yield watcher
        finally:
            for task in tasks:
                task.cancel()
            for task in tasks:
                with suppress(asyncio.CancelledError):
                    await task
            await client.close()

    async def until(self, count: int) -> float:
        """Wait until so many tickets were announced; returns when the last of them was."""
        async with asyncio.timeout(VISIBLE_SECONDS):
            while len(self.announced) < count:
                await asyncio.sleep(0.02)
        return max(self.announced.values())

    async def _listen(self, events: JetStreamContext.PullSubscription) -> None:
        while True:
            with suppress(nats.errors.TimeoutError):
                messages = await events.fetch(200, timeout=2)
                now = time.perf_counter()
                self.announced.update(dict.fromkeys((json.loads(each.data)["number"] for each in messages), now))

    async def _check(self) -> None:
        while True:
            await asyncio.sleep(1)
            newest = max(self.announced, default=0)
            shown = await self.staff.newest_number()
            assert shown >= newest, f"ticket {newest} was announced, but the list ends with {shown}"
            self.checks += 1


@dataclass(frozen=True, kw_only=True)
class Run:
    """Letters that were sent, when each got its 250 and when its ticket was announced; CPU seconds by part."""

    began: float
    receipts: Sequence[Receipt]
    visible: dict[str, float]
    cpu: dict[str, float]
    generator_cpu: float
    others_cores: float

    @property
    def seconds(self) -> float:
        """From the first attempt to the last ticket."""
        return max(self.visible.values()) - self.began

    @property
    def rate(self) -> float:
        """Mails per second until all are visible."""
        return len(self.receipts) / self.seconds

    @property
    def accepted_rate(self) -> float:
        """Mails per second until all have their 250."""
        return len(self.receipts) / (max(receipt.at for receipt in self.receipts) - self.began)

    @property
    def latencies(self) -> list[float]:
        """Seconds from the 250 to the announced ticket."""
        return [self.visible[receipt.letter.token] - receipt.at for receipt in self.receipts]

    @property
    def cpu_ms_per_mail(self) -> dict[str, float]:
        """CPU milliseconds of each part, until everything that follows from the mails was done."""
        return {name: seconds / len(self.receipts) * 1000 for name, seconds in self.cpu.items()}


async def measure(*, mails: int = 4000, seed: int = 1) -> Report:
    """The floor, the desk at saturation and at half of that, and the floor again."""
    load = load_now()
    sample = list(letters(FLOOR_MAILS, seed=seed))
    before = await _floor(sample)
    with (
        tempfile.TemporaryDirectory(prefix="deskstream-bench-") as folder,
        TrialDesk.running(Path(folder) / "home") as desk,
    ):
        async with Staff.signed_in(desk.state.url, email=READER, password=desk.password) as staff:
            await _run(desk, staff, list(letters(WARM_UP, seed=seed + 1)))
            saturated = await _run(desk, staff, list(letters(mails, seed=seed + 2)))
            rate = saturated.rate / 2
            steady = await _run(desk, staff, list(letters(int(rate * STEADY_SECONDS), seed=seed + 3)), rate=rate)
            memory = usage.memory_by_part(desk.state)
    after = await _floor(sample)
    best = max(before.each, after.each)
    return Report(
        name="intake: from the 250 to the visible ticket",
        figures=[*_figures(saturated, steady, best), *_costs(saturated, memory)],
        load=(load, load_now()),
        details={
            "mails": mails,
            "connections": CONNECTIONS,
            "floor": [before, after],
            "cpu_ms_per_mail_saturated": saturated.cpu_ms_per_mail,
            "cpu_ms_per_mail_steady": steady.cpu_ms_per_mail,
            "memory_mb": memory,
            "steady_latency_seconds": {share: quantile(steady.latencies, share) for share in (0.5, 0.9, 0.99, 1)},
            "saturated_latency_seconds": {share: quantile(saturated.latencies, share) for share in (0.5, 0.99, 1)},
        },
    )


def _figures(saturated: Run, steady: Run, best_floor: float) -> list[Figure]:
    cores = f"others took {saturated.others_cores:.2f} cores meanwhile"
    return [
        Figure(
            name="mails/s until all are visible (saturation)",
            measured=saturated.rate,
            unit="/s",
            target=at_least(MAILS_PER_SECOND),
            note=cores,
        ),
        Figure(name="  mails/s until all have their 250", measured=saturated.accepted_rate, unit="/s"),
        Figure(name="floor: parse, fsynced insert, publish", measured=best_floor, unit="/s", note="the better of two"),
        Figure(
            name="share of the floor",
            measured=saturated.rate / best_floor * 100,
            unit="%",
            target=at_least(SHARE_OF_FLOOR * 100),
        ),
        Figure(name="fixed rate (half of saturation)", measured=steady.rate, unit="/s"),
        Figure(name="  p50, 250 to visible", measured=quantile(steady.latencies, 0.5) * 1000, unit="ms"),
        Figure(
            name="  p99, 250 to visible",
            measured=quantile(steady.latencies, 0.99) * 1000,
            unit="ms",
            target=at_most(P99_SECONDS * 1000),
            note=f"others took {steady.others_cores:.2f} cores meanwhile",
        ),
    ]


def _costs(run: Run, memory: dict[str, usage.Memory]) -> list[Figure]:
    cpu = run.cpu_ms_per_mail
    figures = [Figure(name="CPU per mail, whole desk", measured=sum(cpu.values()), unit="ms")]
    for name in cpu:
        held = memory[name]
        note = f"RSS {held.resident:.0f} MB, PSS {held.proportional:.0f} MB"
        figures.append(Figure(name=f"  {name}", measured=cpu[name], unit="ms", note=note))
    generator = run.generator_cpu / len(run.receipts) * 1000
    return [*figures, Figure(name="  (the generator and watcher)", measured=generator, unit="ms")]


async def _run(desk: TrialDesk, staff: Staff, sent: Sequence[Letter], *, rate: float | None = None) -> Run:
    """Send letters, as fast as they are taken or at a fixed rate, and wait until nothing is left to do."""
    schedule = [number / rate for number in range(len(sent))] if rate else None
    newest = await staff.newest_number()
    async with Watcher.on(desk, staff) as watcher:
        cpu, own, busy = usage.cpu_by_part(desk.state), time.process_time(), usage.machine_busy_seconds()
        began = time.perf_counter()
        post = PostOffice(desk.state.smtp_port)
        await post.deliver(sent, connections=CONNECTIONS, schedule=schedule)
        last = await watcher.until(len(sent))
        await _until_done(desk)
        spent = usage.spent(cpu, usage.cpu_by_part(desk.state))
        own_spent = time.process_time() - own
        busy_spent = usage.machine_busy_seconds() - busy
        elapsed = time.perf_counter() - began
    visible = await _by_token(staff, watcher, above=newest)
    verdict = judge(accepted=[letter.token for letter in sent], found=visible)
    assert verdict.holds, str(verdict)
    assert watcher.checks > 0 or last - began < 1
    return Run(
        began=began,
        receipts=post.receipts,
        visible=visible,
        cpu=spent,
        generator_cpu=own_spent,
        others_cores=max(busy_spent - own_spent - sum(spent.values()), 0) / elapsed,
    )


async def _until_done(desk: TrialDesk) -> None:
    """Wait until every mail has its end in the ledger; what is told to agents is told by then, or a moment later."""
    connection = await asyncpg.connect(desk.dsn("ingest"))
    try:
        async with asyncio.timeout(VISIBLE_SECONDS):
            while await connection.fetchval("SELECT count(*) FROM mail WHERE state IN ('stored', 'parsed')"):
                await asyncio.sleep(0.1)
    finally:
        await connection.close()
    await asyncio.sleep(1)


async def _by_token(staff: Staff, watcher: Watcher, *, above: int) -> dict[str, float]:
    """When the ticket of each letter was announced; the staff API says which letter is in which ticket."""
    found: dict[str, float] = {}
    for ticket in await staff.new_tickets(above=above):
        for token in tokens_in(ticket["subject"]):
            assert token not in found, f"{token} is in two tickets"
            found[token] = watcher.announced[ticket["number"]]
    return found


async def _floor(sample: Sequence[Letter]) -> floor.Floor:
    with floor.servers() as servers:
        return await floor.measure(servers, sample)
