"""A service as a running whole: database, bus, relay, jobs, blobs and its HTTP slice.

A service's ``main.build(settings)`` makes an `App` and declares on it what it listens to, answers, serves and does by
the clock. A process runs it in a role: *api* serves HTTP, *worker* handles events, answers requests, relays and runs
jobs, *all* does both (docs/adr/0006).
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta
from enum import StrEnum
from functools import partial
from pathlib import Path

import sqlalchemy as sa
from fastapi import FastAPI
from starlette.types import ASGIApp

from chassis import idempotency, tables
from chassis.auth import Authenticator, Resolve, resolve_by_bus
from chassis.blobs import Blobs
from chassis.bus import Bus
from chassis.database import Clock, Database, utc_now
from chassis.dead_letters import dead_letter_router, retry_asked
from chassis.http import create_api
from chassis.ids import first_id
from chassis.jobs import Job, Work
from chassis.pages import WithPages
from chassis.relay import Relay
from chassis.routes import Routes
from chassis.settings import ServiceSettings
from contracts.messages import Service, load_all
from contracts.tickets import AccessRevoked

log = logging.getLogger(__name__)

CLEAN_EVERY = 300.0
CLEAN_BATCH = 10_000


class Role(StrEnum):
    """What a process does of its service."""

    API = "api"
    WORKER = "worker"
    ALL = "all"


class App:
    """One service in one process."""

    def __init__(
        self, service: Service, settings: ServiceSettings, *, clock: Clock = utc_now, resolve: Resolve | None = None
    ) -> None:
        load_all()
        self.service = service
        self.settings = settings
        self.role: Role | None = None
        self.database = Database(
            settings.database_url.get_secret_value(), service=service, pool=settings.database_pool, clock=clock
        )
        self.blobs = Blobs(settings.blobs_url)
        self.bus = Bus(
            service=service,
            url=settings.nats_url,
            user=settings.nats_user,
            password=settings.nats_password.get_secret_value(),
            database=self.database,
            delays=settings.retry_delays,
        )
        self.authenticator = Authenticator(resolve or resolve_by_bus(self.bus))
        self.bus.hear(AccessRevoked, self.authenticator.forget)
        self.body_limits: dict[str, int] = {}
        self._jobs: dict[str, Job] = {}
        self._routers: list[Routes] = [dead_letter_router(service)]
        self._servers: list[Callable[[], Awaitable[Callable[[], Awaitable[None]]]]] = []
        self._beside_api: dict[str, Callable[[], Awaitable[None]]] = {}
        self._endings: list[Callable[[], None]] = []
        self._api: FastAPI | None = None
        self._pages: Path | None = None
        self.job("clean", self._clean, every=CLEAN_EVERY)
        self.job("dead-letters", lambda: retry_asked(self), every=30.0)

    def job(self, name: str, work: Work, *, every: float) -> None:
        """Run ``work`` in the worker every so many seconds, and at once when ``tx.wake(name)`` commits."""
        self._jobs[name] = Job(name, work, every)

    def take_files(self, path: str, *, limit: int) -> None:
        """Let requests to this one path have a body of so many bytes: its route must not hold it in memory."""
        self.body_limits[path] = limit

    def serve(self, *routers: Routes) -> None:
        """Add routes to the HTTP slice."""
        self._routers.extend(routers)

    def show(self, folder: Path) -> None:
        """Serve the built web app in this folder, under every path that is not the API's."""
        self._pages = folder

    def server(self, start: Callable[[], Awaitable[Callable[[], Awaitable[None]]]]) -> None:
        """Run another server in the worker (SMTP for example): ``start`` returns what stops it."""
        self._servers.append(start)

    def beside_api(self, name: str, work: Callable[[], Awaitable[None]], *, end: Callable[[], None]) -> None:
        """Run ``work`` in every process that serves HTTP. ``end`` is called when the process begins to stop.

        It must end the work, and every response that would never end by itself (an event stream), within seconds.
        """
        self._beside_api[name] = work
        self._endings.append(end)

    def end_streams(self) -> None:
        """The process begins to stop: what would never end by itself ends now. May be called twice."""
        for end in self._endings:
            end()

    @property
    def api(self) -> FastAPI:
        """The HTTP slice, built once."""
        if self._api is None:
            self._api = create_api(
                self,
                title=f"Deskstream {self.service.replace('_', '-')}",
                routers=tuple(self._routers),
                docs_url=house_paths(self.service)[1],
                authenticator=self.authenticator,
            )
        return self._api

    @property
    def site(self) -> ASGIApp:
        """The HTTP slice, and around it the web app that the service shows, if it shows one."""
        return WithPages(self.api, self._pages) if self._pages else self.api

    @asynccontextmanager
    async def running(self, role: Role) -> AsyncIterator[None]:
        """Run in this role until the block ends; then finish what is in flight and close."""
        worker = role is not Role.API
        self.role = role
        self.bus.subscribe(worker=worker)
        relay = Relay(
            service=self.service,
            connect=self.database.connect_alone,
            client=lambda: self.bus.client,
            on_wake=self._wake,
        )
        async with AsyncExitStack() as stack:
            stack.push_async_callback(self.database.close)
            stack.push_async_callback(self.bus.stop)
            connecting = asyncio.create_task(_kept_up("bus", self.bus.start))
            tasks = [connecting, *self._begin(role, relay)]

            async def finish() -> None:
                self.end_streams()
                for job in self._jobs.values():
                    job.stop()
                connecting.cancel()
                # A lost server cannot be told; what it delivered comes again when nobody acknowledges it.
                await asyncio.gather(*(each.stop() for each in self.bus.broker.subscribers), return_exceptions=True)
                relay.stop()
                _, late = await asyncio.wait(tasks, timeout=10)
                for task in late:
                    task.cancel()
                if late:
                    await asyncio.wait(late, timeout=2)

            stack.push_async_callback(finish)
            if worker:
                for start in self._servers:
                    stack.push_async_callback(await start())
            yield

    def _begin(self, role: Role, relay: Relay) -> list[asyncio.Task[None]]:
        """Start what runs as long as the process does."""
        works: dict[str, Callable[[], Awaitable[None]]] = {}
        if role is not Role.API:
            works["relay"] = relay.run
            works |= {f"job {name}": partial(job.run, self.service) for name, job in self._jobs.items()}
        if role is not Role.WORKER:
            works |= self._beside_api
        return [asyncio.create_task(_kept_up(name, work)) for name, work in works.items()]

    def _wake(self, name: str) -> None:
        if (job := self._jobs.get(name)) is not None:
            job.wake()

    async def _clean(self) -> int:
        """Forget what is older than its retention, in small steps."""
        removed = 0
        outbox, kept = tables.outbox.c, self.settings.outbox_retention
        async with self.database.transaction() as tx:
            # An event that was published again and again goes too: the inboxes would forget it before the outbox does.
            ancient = sa.and_(outbox.published_at.is_not(None), outbox.id < first_id(tx.now - 2 * kept))
            for table, old in (
                (tables.outbox, sa.or_(outbox.published_at < tx.now - kept, ancient)),
                (tables.inbox, tables.inbox.c.handled_at < tx.now - self.settings.inbox_retention),
                (
                    tables.idempotency_key,
                    tables.idempotency_key.c.created_at < tx.now - timedelta(days=idempotency.KEPT_DAYS),
                ),
                (tables.dead_letter, tables.dead_letter.c.resolved_at < tx.now - kept),
            ):
                key = table.primary_key.columns
                rows = sa.select(*key).where(old).limit(CLEAN_BATCH)
                result = await tx.session.execute(sa.delete(table).where(sa.tuple_(*key).in_(rows)))
                removed = max(removed, result.rowcount)  # type: ignore[attr-defined]  # a DELETE has a row count
        return removed if removed == CLEAN_BATCH else 0


def house_paths(service: Service) -> tuple[str, str]:
    """What the chassis serves for each service beside its own paths: dead letters and the description of its slice."""
    name = service.replace("_", "-")
    return f"/api/v1/dead-letters/{name}", f"/api/v1/docs/{name}"


async def _kept_up(name: str, work: Callable[[], Awaitable[None]]) -> None:
    """Do the work to its end; where it fails, say so and begin anew: without it the process would only look well."""
    while True:
        task = asyncio.ensure_future(work())
        try:
            await asyncio.wait([task])
        except asyncio.CancelledError:
            task.cancel()
            await asyncio.wait([task])
            raise
        if not task.cancelled() and task.exception() is None:
            return
        log.critical("%s failed and begins anew", name, exc_info=None if task.cancelled() else task.exception())
        await asyncio.sleep(1)
