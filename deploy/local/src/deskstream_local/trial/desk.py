"""Starts a real desk with ``deskstream up`` in a folder of its own, tells its addresses, and kills its parts."""

import os
import shutil
import signal
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType

from chassis.embedded.child import Child, Launch
from chassis.embedded.ports import LOOPBACK
from deskstream_local.credentials import Credentials
from deskstream_local.home import Home, ProcessState, RunState
from deskstream_local.processes import send
from deskstream_local.services import SERVICES

NOTHING: Mapping[str, str] = MappingProxyType({})

START_SECONDS = 180.0
"""How long a first start may take on a machine that others use, too."""

STOP_SECONDS = 60.0

BUS = "nats"
GATEWAY = "gateway"
KILLABLE = (*SERVICES, GATEWAY, BUS)
"""What may be killed at any time without losing anything; PostgreSQL is the record and recovers by itself."""


class NotUp(LookupError):
    """The desk, or the part of it that was asked for, does not run at the moment."""


class TrialDesk:
    """A desk on free ports, as a process tree below this process; it ends with us, however we end."""

    def __init__(self, root: Path, *, environment: Mapping[str, str] = NOTHING) -> None:
        self.home = Home(root.absolute())
        self._environment = {**os.environ, **environment, "DESKSTREAM_HOME": str(self.home.root)}
        self._child: Child | None = None

    @classmethod
    @contextmanager
    def running(cls, root: Path, *, environment: Mapping[str, str] = NOTHING) -> "Iterator[TrialDesk]":
        """A desk that is ready when the block begins, and is stopped when it ends."""
        desk = cls(root, environment=environment)
        desk.start()
        try:
            yield desk
        finally:
            desk.stop()

    def start(self, *, seconds: float = START_SECONDS) -> None:
        """Start it and wait until it is ready. Raises `chassis.embedded.ServerFailed` with its last words."""
        command = Path(sys.executable).with_name("deskstream")
        launch = Launch(
            argv=(str(command), "up", "--ports", "free"),
            environment=self._environment,
            folder=self.home.root.parent,
            death_signal=signal.SIGTERM,
        )
        self._child = Child(launch, self.home.root.with_name(f"{self.home.root.name}.out"))
        self._child.wait_until(self._is_up, seconds=seconds)

    def stop(self) -> None:
        """End it in order, as Ctrl-C does; the data stays."""
        if self._child is not None:
            self._child.stop(seconds=STOP_SECONDS)

    @property
    def state(self) -> RunState:
        """Where it listens and what it is made of, at this moment. Raises `NotUp`."""
        state = self.home.read_state()
        if state is None:
            raise NotUp(f"no desk runs on {self.home.root}")
        return state

    @property
    def password(self) -> str:
        """What the agents of the demo data sign in with."""
        return Credentials(self.home.credentials).get("demo")

    def dsn(self, service: str) -> str:
        """Where a service's own role finds its database, as asyncpg reads it."""
        secret = Credentials(self.home.credentials).get(f"{service}.database")
        return f"postgresql://{service}:{secret}@{LOOPBACK}:{self.state.postgres_port}/{service}"

    def bus_password(self, user: str) -> str:
        """The password of a NATS user."""
        return Credentials(self.home.credentials).get(f"{user}.nats")

    def process(self, name: str) -> ProcessState:
        """A part of it. Raises `NotUp` for one that is not there."""
        for process in self.state.processes:
            if process.name == name:
                return process
        raise NotUp(f"the desk has no process {name}")

    def kill(self, name: str) -> bool:
        """SIGKILL to a part and its children; False if it is down already, because of an earlier kill."""
        pid = self.process(name).pid
        if pid is None:
            return False
        send(pid, signal.SIGKILL)
        return True

    def kill_bus_and_delete_its_store(self) -> bool:
        """SIGKILL to NATS, and its streams are gone before the supervisor starts it again; False if it is down."""
        if not self.kill(BUS):
            return False
        doomed = self.home.nats.with_name(f"{self.home.nats.name}.deleted.{time.monotonic_ns()}")
        self.home.nats.rename(doomed)
        shutil.rmtree(doomed)
        return True

    def all_ready(self) -> bool:
        """Whether every part runs and says that it is ready."""
        return all(process.ready for process in self.state.processes)

    def _is_up(self) -> bool:
        state = self.home.read_state()
        return state is not None and state.ready
