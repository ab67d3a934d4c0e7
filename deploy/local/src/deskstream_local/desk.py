"""The whole desk: what is started in which order, and how each part tells that it is ready."""

import asyncio
import os
import signal
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from functools import partial
from pathlib import Path

from chassis.embedded import EmbeddedNats, EmbeddedPostgres, free_port
from deskstream_local import databases, environment, forking, logs, staff_app
from deskstream_local.addresses import Ports
from deskstream_local.credentials import Credentials
from deskstream_local.forking import Forked
from deskstream_local.home import REPOSITORY, Home, RunState
from deskstream_local.probes import answers_ok
from deskstream_local.processes import Spawned
from deskstream_local.services import SERVICES
from deskstream_local.supervisor import Program, Supervisor

Step = Callable[[str], AbstractContextManager[None]]
"""Shows that something is being done for as long as the block runs."""

NATS_CONFIG = REPOSITORY / "deploy" / "nats" / "nats.conf"


class StepFailed(RuntimeError):
    """Something that runs once did not succeed; the message ends with its last words."""

    def __init__(self, name: str, code: int, log: Path) -> None:
        super().__init__(f"{name} ended with {code}. Its log is {log}, and ends with:\n{logs.tail(log)}")


class Desk:
    """One desk on one folder; its caller holds the folder's lock."""

    def __init__(self, home: Home, ports: Ports, *, step: Step) -> None:
        self._home = home
        self._step = step
        self.credentials = Credentials(home.credentials)
        self._postgres = EmbeddedPostgres(home.postgres)
        self._nats = EmbeddedNats(home.nats, NATS_CONFIG, environment=environment.of_nats(self.credentials))
        self._inner_ports = {service: free_port() for service in SERVICES}
        self._ports = ports
        self.supervisor = Supervisor(changed=self._tell)
        self.state = RunState(
            pid=os.getpid(),
            url=ports.url,
            smtp_port=ports.smtp,
            sink_port=ports.sink,
            nats_port=self._nats.port,
            nats_monitor_port=self._nats.monitor_port,
        )
        self._log_keeper: asyncio.Task[None] | None = None
        self._building: asyncio.Task[None] | None = None
        self._environment: dict[str, str] = {}

    async def start(self) -> None:
        """Start everything and wait until it is ready; what was started is for `stop` to end.

        Raises `StartFailed` and `StepFailed`.
        """
        self._tell()
        self._home.blobs.mkdir(exist_ok=True, mode=0o700)
        self._log_keeper = asyncio.create_task(logs.keep_short(self._home.log("any").parent))
        forking.begin_import()
        self._building = asyncio.create_task(staff_app.build(self._home.log("staff-app")))
        await self._start_database()
        self._environment = self._wiring().of_services()
        with self._step("Bring the databases to the newest schema"):
            await self._run_once("migrate", "chassis.migrate", "all")
        with self._step("Start NATS and declare its streams"):
            await self._start_bus()
        if not self._home.people.exists():
            with self._step("Fill in the demo data"):
                await self._run_once("seed", "deskstream_local.seed", str(self._home.people))
        with self._step("Start the services"):
            await self.supervisor.start(*map(self._worker, SERVICES))
        with self._step("Build the staff app" if staff_app.is_built() else "Build the staff app, for the first time"):
            await self._building
        with self._step("Open the doors"):
            await self.supervisor.start(self._gateway())
        self.state = replace(self.state, ready=True)
        self._tell()

    async def stop(self) -> None:
        """End everything, in reverse order."""
        if self._building is not None and not self._building.done():
            self._building.cancel()
            await asyncio.wait([self._building])
        await self.supervisor.stop()
        if self._log_keeper is not None:
            self._log_keeper.cancel()

    async def migrate(self) -> None:
        """Only the database server and the migrations."""
        forking.begin_import()
        await self._start_database()
        self._environment = self._wiring().of_services()
        with self._step("Bring the databases to the newest schema"):
            await self._run_once("migrate", "chassis.migrate", "all")

    def _tell(self) -> None:
        self._home.write_state(replace(self.state, processes=self.supervisor.states()))

    def _wiring(self) -> environment.Wiring:
        return environment.Wiring(
            home=self._home,
            ports=self._ports,
            postgres=self._postgres,
            nats=self._nats,
            credentials=self.credentials,
            inner_ports=self._inner_ports,
        )

    async def _start_database(self) -> None:
        first = not self._home.postgres.exists()
        with self._step("Create the database server" if first else "Start the database server"):
            await asyncio.to_thread(self._postgres.end_leftover)
            await self.supervisor.start(self._database())
            self._postgres.keep_port()
            self.state = replace(self.state, postgres_port=self._postgres.port)
            await asyncio.to_thread(databases.create, self._postgres, self.credentials)

    async def _start_bus(self) -> None:
        await asyncio.to_thread(self._nats.end_leftover)
        await self.supervisor.start(self._bus())

    def _database(self) -> Program:
        log = self._home.log("postgres")

        async def start() -> Spawned:
            return Spawned(await asyncio.to_thread(self._postgres.prepare), log)

        alive = partial(asyncio.to_thread, self._postgres.ready)
        # SIGINT is PostgreSQL's "fast": it does not wait for its clients.
        return Program(name="postgres", log=log, start=start, alive=alive, stop_signal=signal.SIGINT)

    def _bus(self) -> Program:
        log = self._home.log("nats")

        async def start() -> Spawned:
            return Spawned(self._nats.prepare(), log)

        return Program(
            name="nats",
            log=log,
            start=start,
            alive=partial(answers_ok, self._nats.monitor_port, "/healthz"),
            # A server that came back may have lost its store.
            once_alive=partial(self._run_once, "streams", "chassis.streams"),
        )

    def _worker(self, service: str) -> Program:
        return Program(
            name=service,
            log=self._home.log(service),
            start=partial(self._fork, service, "chassis.run", service, "--role", "worker"),
            alive=partial(answers_ok, self._inner_ports[service], "/health/live"),
            ready=partial(answers_ok, self._inner_ports[service], "/health/ready"),
        )

    def _gateway(self) -> Program:
        return Program(
            name="gateway",
            log=self._home.log("gateway"),
            start=partial(self._fork, "gateway", "deskstream_local.gateway"),
            alive=partial(answers_ok, self._ports.http, "/dev/live"),
            ready=partial(answers_ok, self._ports.http, "/dev/health"),
        )

    async def _fork(self, name: str, module: str, *arguments: str) -> Forked:
        log = self._home.log(name)
        return await Forked.start(name, module, *arguments, environment=self._environment, log=log)

    async def _run_once(self, name: str, module: str, *arguments: str) -> None:
        process = await self._fork(name, module, *arguments)
        if code := await process.ended():
            raise StepFailed(name, code, self._home.log(name))
