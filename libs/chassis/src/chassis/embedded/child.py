"""A child process that does not outlive its parent."""

import ctypes
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

PR_SET_PDEATHSIG = 1
"""linux/prctl.h."""

PR_SET_NAME = 15
"""linux/prctl.h; the kernel keeps 15 bytes of the name."""

_prctl = ctypes.CDLL(None).prctl if sys.platform == "linux" else None


def die_with_parent(death: signal.Signals = signal.SIGKILL) -> None:
    """Ask the kernel to send this process ``death`` when its parent dies; only Linux can do that."""
    if _prctl is not None:
        _prctl(PR_SET_PDEATHSIG, int(death))


def name_process(name: str) -> None:
    """What ``ps`` and ``top`` call this process; only on Linux."""
    if _prctl is not None:
        _prctl(PR_SET_NAME, name.encode()[:15])


class ServerFailed(RuntimeError):
    """A server ended or did not answer in time; the message says which, and ends with its last words."""


class AlreadyRunning(ServerFailed):
    """A live server owns this folder. ``pid`` is its process."""

    def __init__(self, name: str, folder: Path, pid: int) -> None:
        super().__init__(f"{name} already runs on {folder} as process {pid}; stop it first")
        self.pid = pid


@dataclass(frozen=True, kw_only=True)
class Account:
    """The unprivileged account that a process gives its rights up for."""

    name: str
    uid: int
    gid: int


@dataclass(frozen=True, kw_only=True)
class Launch:
    """How to start a program and how to ask it to end.

    ``environment`` is the whole environment, nothing is inherited. ``death_signal`` is what the kernel sends it when
    the parent dies (Linux only).
    """

    argv: tuple[str, ...]
    environment: Mapping[str, str] = field(default_factory=dict)
    folder: Path | None = None
    account: Account | None = None
    stop_signal: signal.Signals = signal.SIGTERM
    death_signal: signal.Signals = signal.SIGKILL

    def spawn(self, output: IO[bytes] | int) -> subprocess.Popen[bytes]:
        """Start it in a session of its own, so that a Ctrl-C at the terminal reaches the parent alone.

        The kernel ties the death signal to the thread that starts the child, so it is asked for only in the main one.
        """
        account = self.account
        return subprocess.Popen(
            self.argv,
            env=dict(self.environment),
            cwd=self.folder,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            user=account.uid if account else None,
            group=account.gid if account else None,
            extra_groups=[] if account else None,
            # Between fork and exec it makes one system call and takes no lock, so threads do not matter.
            preexec_fn=self._die_with_parent(),  # noqa: PLW1509
        )

    def _die_with_parent(self) -> Callable[[], None] | None:
        parent, death = os.getpid(), self.death_signal
        if _prctl is None or threading.current_thread() is not threading.main_thread():
            return None

        def ask_the_kernel() -> None:
            die_with_parent(death)
            if os.getppid() != parent:  # it died before we could ask
                os.kill(os.getpid(), signal.SIGKILL)

        return ask_the_kernel


class Child:
    """A started program with its log file."""

    def __init__(self, launch: Launch, log: Path) -> None:
        self.log = log
        self._launch = launch
        log.parent.mkdir(parents=True, exist_ok=True)
        self._log_start = log.stat().st_size if log.exists() else 0
        with log.open("ab") as output:
            self._process = launch.spawn(output)

    @property
    def pid(self) -> int:
        """The process id; it stays known after the end."""
        return self._process.pid

    @property
    def running(self) -> bool:
        """Whether it has not ended yet."""
        return self._process.poll() is None

    def wait_until(self, ready: Callable[[], bool], *, seconds: float) -> None:
        """Ask ``ready`` every 20 ms. Raises `ServerFailed` when it ends first or does not get ready in time."""
        end = time.monotonic() + seconds
        while not ready():
            if not self.running:
                raise ServerFailed(f"{self._name} ended with {self._process.returncode}: {self.last_words()}")
            if time.monotonic() > end:
                self.kill()
                raise ServerFailed(f"{self._name} did not answer within {seconds:g} s: {self.last_words()}")
            time.sleep(0.02)

    def stop(self, *, seconds: float = 10) -> None:
        """Ask it to end, and end it with SIGKILL when it takes longer than ``seconds``."""
        self._process.send_signal(self._launch.stop_signal)
        try:
            self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.kill()

    def kill(self) -> None:
        """End it with SIGKILL, as a power cut would."""
        self._process.kill()
        self._process.wait()

    def last_words(self, size: int = 2000) -> str:
        """The end of what this start wrote to its log."""
        with suppress(OSError), self.log.open("rb") as written:
            end = written.seek(0, os.SEEK_END)
            written.seek(max(self._log_start, end - size))
            return written.read().decode(errors="replace").strip()
        return ""

    @property
    def _name(self) -> str:
        return Path(self._launch.argv[0]).name


def owner_of(folder: Path, *, pid_file: Path, program: str) -> int | None:
    """The live process that runs ``program`` on ``folder``, if the pid in ``pid_file`` is one.

    The number alone proves nothing: after a restart of the machine, or of a container, it belongs to someone else.
    """
    try:
        pid = int(pid_file.read_text().split("\n", 1)[0])
    except (OSError, ValueError):
        return None
    return pid if _runs(pid, program, folder) else None


def _runs(pid: int, program: str, folder: Path) -> bool:
    if sys.platform == "linux":
        try:
            process = Path(f"/proc/{pid}")
            named = (process / "comm").read_text().strip() == program
            return named and (process / "cwd").readlink() == folder.resolve()
        except OSError:
            return False
    listing = subprocess.run(["ps", "-o", "command=", "-p", str(pid)], capture_output=True, text=True, check=False)
    return program in listing.stdout and str(folder) in listing.stdout


def end_leftover(pid: int, *, ask: signal.Signals, seconds: float = 10) -> None:
    """End a server that its dead parent left behind: it may be on its way out already, so it gets some time."""
    end = time.monotonic() + seconds
    with suppress(ProcessLookupError):
        os.kill(pid, ask)
        while time.monotonic() < end:
            os.kill(pid, 0)
            time.sleep(0.05)
        os.kill(pid, signal.SIGKILL)
