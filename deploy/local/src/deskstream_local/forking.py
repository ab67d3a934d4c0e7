"""``python -m <module>`` as processes that are forked from one server, which has imported everything once.

Seven interpreters that each import FastAPI, SQLAlchemy and FastStream cost 2 s and 100 MB apiece. A fork of one that
has them costs milliseconds, and shares the memory; that is also what makes a restart after a crash quick.
"""

import asyncio
import multiprocessing
import os
import runpy
import signal
import sys
import threading
from collections.abc import Mapping
from contextlib import suppress
from multiprocessing import forkserver
from multiprocessing.connection import wait
from pathlib import Path

from chassis.embedded.child import die_with_parent, name_process
from deskstream_local.processes import readable, send

SERVER_PID = "DESKSTREAM_FORK_SERVER"
"""The variable in which the fork server tells its children who it is."""

_context = multiprocessing.get_context("forkserver")
_context.set_forkserver_preload(["deskstream_local.preload"])
_turn = asyncio.Lock()


def begin_import() -> None:
    """Start the server: it imports in the background, what is forked meanwhile waits for it."""
    # One arena a process instead of eight a core: our processes have one busy thread each.
    os.environ.setdefault("MALLOC_ARENA_MAX", "1")
    forkserver.ensure_running()


class Forked:
    """A module that runs in a process of its own, with its output in a log file."""

    def __init__(self, process: multiprocessing.process.BaseProcess, *, pid: int) -> None:
        self._process = process
        self.pid = pid
        self._end = asyncio.ensure_future(self._wait())

    @classmethod
    async def start(
        cls, name: str, module: str, *arguments: str, environment: Mapping[str, str], log: Path
    ) -> "Forked":
        """Start ``python -m module arguments``; ``environment`` is its whole environment."""
        log.parent.mkdir(parents=True, exist_ok=True)
        process = _context.Process(
            name=name, target=_enter, args=(name, str(log), dict(environment), module, arguments)
        )
        async with _turn:
            # It waits for the server to have imported everything, and the event loop must not.
            await asyncio.to_thread(process.start)
        return cls(process, pid=process.pid or 0)

    async def ended(self) -> int:
        """Its exit code, when it has one."""
        return await asyncio.shield(self._end)

    def signal(self, number: signal.Signals) -> None:
        """Send a signal."""
        if not self._end.done():
            send(self.pid, number)

    async def _wait(self) -> int:
        await readable(self._process.sentinel)
        self._process.join()
        code = self._process.exitcode
        self._process.close()
        return 0 if code is None else code


def _enter(name: str, log: str, environment: Mapping[str, str], module: str, arguments: tuple[str, ...]) -> None:
    """The first thing in the new process: a session, an output and an environment of its own, and no life after us."""
    with suppress(PermissionError):
        os.setsid()
    _end_with_supervisor()
    name_process(f"desk-{name}")
    output = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    for descriptor in (1, 2):
        os.dup2(output, descriptor)
    os.close(output)
    os.environ.clear()
    os.environ.update(environment)
    sys.argv = [module, *arguments]
    # It runs as __main__; runpy warns of a module that was imported before.
    sys.modules.pop(module, None)
    runpy.run_module(module, run_name="__main__", alter_sys=True)


def _end_with_supervisor() -> None:
    """The kernel ends us with the fork server, which it ends with the supervisor; elsewhere a thread looks after it."""
    die_with_parent()
    server, supervisor = os.environ.get(SERVER_PID), multiprocessing.parent_process()
    if server and int(server) != os.getppid():  # it died before we could ask the kernel
        os.kill(os.getpid(), signal.SIGKILL)
    if sys.platform == "linux" or supervisor is None:
        return
    sentinel = supervisor.sentinel

    def watch() -> None:
        wait([sentinel])
        os.kill(os.getpid(), signal.SIGKILL)

    threading.Thread(target=watch, daemon=True).start()
