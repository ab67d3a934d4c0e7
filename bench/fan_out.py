"""How long an event takes from its commit to its subscribers: chassis alone, no service of ours.

One app emits `MailReceived`, two others listen to it, each with its own database, all in this process: the time from
the return of the emitting transaction to the entry of the listening handler, which already holds a transaction.
"""

import asyncio
import tempfile
import time
from collections.abc import Sequence
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import asyncpg
import floor
import sqlalchemy as sa
from figures import Figure, Report, at_most, load_now, quantile
from pydantic import SecretStr
from sqlalchemy.ext.asyncio import create_async_engine

from chassis import tables
from chassis.app import App, Role
from chassis.database import Transaction
from chassis.ids import new_id
from chassis.settings import ServiceSettings
from chassis.testing.servers import nats_passwords
from contracts.ingest import Mailbox, MailKind, MailReceived
from contracts.messages import Event, Problem, Reply, Service
from contracts.topology import answers, consumers

SUBSCRIBERS = (Service.TICKETS, Service.CRM_MATCH)
RATE = 20.0
"""Events per second, one per transaction: more than the busiest hour of a large desk brings."""

WARM_UP = 100
P99_MS = 50.0
"""What we hold ourselves to: a page that shows a change within it feels immediate."""


async def measure(*, events: int = 2000) -> Report:
    """Emit events at a fixed rate and collect when each subscriber has it."""
    load = load_now()
    with floor.servers() as servers, tempfile.TemporaryDirectory() as blobs:
        async with AsyncExitStack() as stack:
            await floor.declare_streams(servers)
            arrivals: dict[str, dict[Any, float]] = {service: {} for service in SUBSCRIBERS}
            apps = {
                service: _app(service, await _database(servers.dsn, service), servers.nats_url, Path(blobs), arrivals)
                for service in (Service.INGEST, *SUBSCRIBERS)
            }
            for app in apps.values():
                await stack.enter_async_context(app.running(Role.WORKER))
            commits = await _emit(apps[Service.INGEST], events + WARM_UP, arrivals)
    latencies = {
        service: [(seen[key] - at) * 1000 for key, at in commits[WARM_UP:]] for service, seen in arrivals.items()
    }
    return _report(latencies, load=(load, load_now()))


def _report(latencies: dict[str, list[float]], *, load: tuple[float, float]) -> Report:
    together = [latency for each in latencies.values() for latency in each]
    figures = [
        Figure(name="p50, commit to subscriber", measured=quantile(together, 0.5), unit="ms"),
        Figure(name="p99, commit to subscriber", measured=quantile(together, 0.99), unit="ms", target=at_most(P99_MS)),
        Figure(name="slowest", measured=max(together), unit="ms"),
    ]
    details = {
        "events": len(together) // len(latencies),
        "rate": RATE,
        "by_subscriber_ms": {
            service: {"p50": quantile(each, 0.5), "p99": quantile(each, 0.99)} for service, each in latencies.items()
        },
    }
    return Report(name="fan-out: an event from commit to subscriber", figures=figures, load=load, details=details)


async def _emit(app: App, count: int, arrivals: dict[str, dict[Any, float]]) -> list[tuple[Any, float]]:
    """The key of each event and when its transaction had committed."""
    commits: list[tuple[Any, float]] = []
    start = time.perf_counter()
    for number in range(count):
        await asyncio.sleep(max(start + number / RATE - time.perf_counter(), 0))
        event = _event()
        async with app.database.transaction() as tx:
            tx.emit(event)
        commits.append((event.mail_id, time.perf_counter()))
    async with asyncio.timeout(30):
        while any(len(seen) < count for seen in arrivals.values()):
            await asyncio.sleep(0.05)
    return commits


def _app(service: Service, dsn: str, nats_url: str, blobs: Path, arrivals: dict[str, dict[Any, float]]) -> App:
    """An app that notes each `MailReceived` and ignores everything else that its service would handle."""
    settings = ServiceSettings(
        database_url=SecretStr(dsn),
        nats_url=nats_url,
        nats_password=SecretStr(nats_passwords()[service]),
        blobs_url=blobs.as_uri(),
    )
    app = App(service, settings)

    async def note(_tx: Transaction, events: Sequence[MailReceived]) -> None:
        now = time.perf_counter()
        arrivals[service].update({event.mail_id: now for event in events})

    async def ignore(_tx: Transaction, events: Sequence[Event]) -> None:
        raise LookupError(f"nobody emits {events[0].type} here")

    async def refuse(_tx: Transaction, _request: object) -> Reply:
        return Problem(code="unavailable", detail="This is a measurement.")

    for consumer in consumers(service):
        for event in consumer.events:
            app.bus.listen_many(event, note if event is MailReceived else ignore)
    for request in answers(service):
        app.bus.answer(request, refuse)
    return app


async def _database(admin_dsn: str, service: Service) -> str:
    """A database with the tables of chassis and nothing else."""
    connection = await asyncpg.connect(admin_dsn)
    await connection.execute(f"CREATE DATABASE {service}")
    await connection.close()
    url = sa.make_url(admin_dsn).set(drivername="postgresql+asyncpg", database=str(service))
    engine = create_async_engine(url)
    async with engine.begin() as transaction:
        await transaction.run_sync(tables.metadata.create_all)
    await engine.dispose()
    return url.render_as_string(hide_password=False)


def _event() -> MailReceived:
    """About 2 KB, as most mails make."""
    return MailReceived(
        mail_id=new_id(),
        account="support",
        channel="support",
        received_at=datetime.now(UTC),
        kind=MailKind.HUMAN,
        kind_reason="",
        message_id="trial@pool.example",
        sender=Mailbox(name="Sabine Schulz", address="sabine@schulz.example"),
        subject="Trial",
        sent_at=None,
        text="bitte prüfen Sie den Auftrag " * 60,
        raw_sha256="0" * 64,
    )
