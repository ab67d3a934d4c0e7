"""The folder that holds everything of one desk, and the lock that lets one desk run on it."""

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[4]
"""The desk always runs from a clone: the configuration of NATS lies in it, beside this package."""


@dataclass(frozen=True)
class ProcessState:
    """One process, as ``deskstream status`` shows it."""

    name: str
    pid: int | None
    restarts: int
    ready: bool


@dataclass(frozen=True, kw_only=True)
class RunState:
    """What a running desk tells the outside: where it listens and which processes it is made of."""

    pid: int
    url: str = ""
    smtp_port: int = 0
    sink_port: int = 0
    postgres_port: int = 0
    nats_port: int = 0
    nats_monitor_port: int = 0
    ready: bool = False
    processes: tuple[ProcessState, ...] = field(default=())


class AlreadyUp(RuntimeError):
    """Another desk runs on this folder."""

    def __init__(self, state: RunState | None) -> None:
        self.state = state
        where = f" as process {state.pid}, at {state.url or 'an address it has not chosen yet'}" if state else ""
        super().__init__(f"This desk already runs{where}.")


@dataclass(frozen=True)
class Home:
    """Where everything of one desk lies: ``./.deskstream``, or what ``DESKSTREAM_HOME`` says."""

    root: Path

    @classmethod
    def from_environment(cls) -> "Home":
        """The home that this shell means."""
        return cls(Path(os.environ.get("DESKSTREAM_HOME", ".deskstream")).absolute())

    @property
    def postgres(self) -> Path:
        """The database server's data."""
        return self.root / "postgres"

    @property
    def nats(self) -> Path:
        """The streams; may be deleted while the desk is down, nothing is lost."""
        return self.root / "nats"

    @property
    def blobs(self) -> Path:
        """Raw mails and attachments, by their hash."""
        return self.root / "blobs"

    @property
    def sink(self) -> Path:
        """Every mail that left."""
        return self.root / "sink"

    @property
    def people(self) -> Path:
        """Exists once the demo data is in, and tells who can sign in (`people.People`)."""
        return self.root / "people.json"

    @property
    def credentials(self) -> Path:
        """Generated passwords (0600)."""
        return self.root / "secrets.json"

    def log(self, name: str) -> Path:
        """The log of a process."""
        return self.root / "logs" / f"{name}.log"

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Hold the desk for this process. Raises `AlreadyUp`, having touched nothing."""
        self.root.mkdir(parents=True, exist_ok=True, mode=0o700)
        # The lock belongs to the open file, so it ends with the process, however that ends.
        with (self.root / "up.lock").open("a") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise AlreadyUp(self.read_state()) from None
            try:
                yield
            finally:
                self._state.unlink(missing_ok=True)

    def write_state(self, state: RunState) -> None:
        """Tell the outside; whoever reads meanwhile sees the old or the new state, never half of one."""
        draft = self._state.with_suffix(".draft")
        draft.write_text(json.dumps(asdict(state), indent=1))
        draft.replace(self._state)

    def read_state(self) -> RunState | None:
        """What the running desk told last; None when none runs."""
        try:
            told = json.loads(self._state.read_text())
        except (FileNotFoundError, ValueError):
            return None
        processes = tuple(ProcessState(**process) for process in told.pop("processes"))
        return RunState(**told, processes=processes)

    @property
    def _state(self) -> Path:
        return self.root / "run.json"
