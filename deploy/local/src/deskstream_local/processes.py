"""Processes that an event loop can wait for, whether they are programs or functions of ours."""

import asyncio
import os
import signal
import subprocess
from contextlib import suppress
from pathlib import Path
from typing import Protocol

from chassis.embedded.child import Launch

POLL_SECONDS = 0.1
"""How often a process is looked at where the system cannot tell us (no pidfd: macOS, old kernels)."""


class Running(Protocol):
    """A started process."""

    pid: int

    async def ended(self) -> int:
        """Wait for its end; any number of callers may. A negative code is the number of the signal (POSIX)."""

    def signal(self, number: signal.Signals) -> None:
        """Send a signal to it and, with SIGKILL, to its children too; nothing happens if it has ended."""


class Spawned:
    """A program, with its output in a log file."""

    def __init__(self, launch: Launch, log: Path) -> None:
        log.parent.mkdir(parents=True, exist_ok=True)
        with log.open("ab") as output:
            self._process = launch.spawn(output)
        self.pid = self._process.pid
        self._end = asyncio.ensure_future(self._wait())

    async def ended(self) -> int:
        """Its exit code, when it has one."""
        return await asyncio.shield(self._end)

    def signal(self, number: signal.Signals) -> None:
        """Send a signal."""
        if self._process.poll() is None:
            send(self.pid, number)

    async def _wait(self) -> int:
        with suppress(AttributeError, OSError):
            descriptor = os.pidfd_open(self.pid)
            try:
                await readable(descriptor)
            finally:
                os.close(descriptor)
        return await _polled(self._process)


async def _polled(process: subprocess.Popen[bytes]) -> int:
    while (code := process.poll()) is None:  # noqa: ASYNC110  # there is no event to wait for
        await asyncio.sleep(POLL_SECONDS)  # nothing will tell us
    return code


async def readable(descriptor: int) -> None:
    """Wait until there is something to read."""
    loop = asyncio.get_running_loop()
    there: asyncio.Future[None] = loop.create_future()
    loop.add_reader(descriptor, _settle, there)
    try:
        await there
    finally:
        loop.remove_reader(descriptor)


def _settle(there: "asyncio.Future[None]") -> None:
    if not there.done():
        there.set_result(None)


def send(pid: int, number: signal.Signals) -> None:
    """Send a signal; SIGKILL goes to the whole session, so that children of the process end with it."""
    with suppress(ProcessLookupError):
        if number is signal.SIGKILL:
            os.killpg(pid, number)
        else:
            os.kill(pid, number)
