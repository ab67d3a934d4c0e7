"""Starts processes in order, starts the crashed ones again, and ends all of them in reverse order."""

import asyncio
import logging
import signal
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path

from deskstream_local.home import ProcessState
from deskstream_local.logs import tail
from deskstream_local.processes import Running

log = logging.getLogger(__name__)

ALIVE_POLL = 0.05
READY_POLL = 0.1


@dataclass(frozen=True, kw_only=True)
class Backoff:
    """How long to wait before a crashed process is started again, in seconds.

    The wait doubles from ``first`` to ``longest``, and begins anew after a life of ``healthy`` seconds.
    """

    first: float = 0.2
    longest: float = 10.0
    healthy: float = 60.0

    def delay(self, crashes: int) -> float:
        """The wait after this many crashes in a row, at least one."""
        return min(self.first * 2.0 ** min(crashes - 1, 16), self.longest)

    def crashes(self, before: int, *, lived: float) -> int:
        """How many crashes in a row there are, after one more that ended a life of ``lived`` seconds."""
        return 1 if lived >= self.healthy else before + 1


async def always() -> bool:
    """The answer of those who are ready as soon as they live."""
    return True


@dataclass(frozen=True, kw_only=True)
class Program:
    """Something to keep running.

    ``alive`` is asked again and again after a start, until it says yes; who takes longer than ``alive_seconds`` is
    ended. ``once_alive`` runs after every start, not only the first one: a NATS server that came back may have lost its
    streams. ``ready`` says when it does its work well. That is waited for at the first start and shown ever after, and
    nobody is ended for it: a service that has a long backlog to publish would only get a longer one.
    """

    name: str
    log: Path
    start: Callable[[], Awaitable[Running]]
    alive: Callable[[], Awaitable[bool]]
    alive_seconds: float = 60.0
    once_alive: Callable[[], Awaitable[None]] | None = None
    ready: Callable[[], Awaitable[bool]] = always
    ready_seconds: float = 60.0
    stop_signal: signal.Signals = signal.SIGTERM


class StartFailed(RuntimeError):
    """A process ended, or was not ready in time; the message ends with its last words."""

    def __init__(self, program: Program, what: str) -> None:
        super().__init__(f"{program.name} {what}. Its log is {program.log}, and ends with:\n{tail(program.log)}")


@dataclass
class _Kept:
    program: Program
    running: Running | None = None
    started: float = 0.0
    crashes: int = 0
    restarts: int = 0
    ready: bool = False
    keeper: "asyncio.Task[None] | None" = field(default=None, repr=False)
    waiting: "asyncio.Task[None] | None" = field(default=None, repr=False)


class Supervisor:
    """Keeps programs running until `stop`. ``changed`` is called whenever a process started, got ready or ended."""

    def __init__(
        self, *, backoff: Backoff | None = None, grace: float = 10.0, changed: Callable[[], None] = lambda: None
    ) -> None:
        self._backoff = backoff or Backoff()
        self._grace = grace
        self._changed = changed
        self._stages: list[list[_Kept]] = []
        self._hurry = asyncio.Event()

    async def start(self, *programs: Program) -> None:
        """Start these at the same time and wait until all are ready; from then on they are kept running.

        Who lives and is not ready in time is reported in the log. Raises `StartFailed` if one of them does not live.
        """
        stage = [_Kept(program) for program in programs]
        self._stages.append(stage)
        try:
            async with asyncio.TaskGroup() as group:
                for kept in stage:
                    group.create_task(self._bring_up(kept))
        except ExceptionGroup as failures:
            raise failures.exceptions[0] from None
        for kept in stage:
            kept.keeper = asyncio.create_task(self._keep(kept))
        await asyncio.gather(*map(self._first_ready, stage))

    async def stop(self) -> None:
        """End all, the last started first; who takes longer than the grace is ended with SIGKILL."""
        for stage in reversed(self._stages):
            await asyncio.gather(*(self._end(kept) for kept in stage))
        self._stages.clear()

    def hurry(self) -> None:
        """Make a running `stop` wait for nobody any longer."""
        self._hurry.set()

    def states(self) -> tuple[ProcessState, ...]:
        """Every process, in the order of the start."""
        return tuple(
            ProcessState(
                kept.program.name,
                kept.running.pid if kept.running else None,
                restarts=kept.restarts,
                ready=kept.ready,
            )
            for stage in self._stages
            for kept in stage
        )

    async def _bring_up(self, kept: _Kept) -> None:
        program = kept.program
        kept.started = asyncio.get_running_loop().time()
        kept.running = running = await program.start()
        self._changed()
        ended = asyncio.ensure_future(running.ended())
        try:
            async with asyncio.timeout(program.alive_seconds):
                while not await program.alive():
                    await asyncio.wait([ended], timeout=ALIVE_POLL)
                    if ended.done():
                        raise StartFailed(program, f"ended with {ended.result()} before it answered")
                if program.once_alive is not None:
                    await program.once_alive()
        except TimeoutError:
            running.signal(signal.SIGKILL)
            raise StartFailed(program, f"did not answer within {program.alive_seconds:g} s") from None
        finally:
            ended.cancel()
        kept.waiting = asyncio.create_task(self._until_ready(kept))

    async def _until_ready(self, kept: _Kept) -> None:
        while not await kept.program.ready():  # noqa: ASYNC110  # another process: there is no event to wait for
            await asyncio.sleep(READY_POLL)
        kept.ready = True
        self._changed()

    async def _first_ready(self, kept: _Kept) -> None:
        program = kept.program
        if kept.waiting is not None:
            done, _ = await asyncio.wait([kept.waiting], timeout=program.ready_seconds)
            if not done:
                log.warning("%s runs but is not ready yet; its log is %s", program.name, program.log)

    async def _keep(self, kept: _Kept) -> None:
        loop = asyncio.get_running_loop()
        while True:
            if kept.running is not None:
                code = await kept.running.ended()
                log.warning("%s ended with %s", kept.program.name, code)
            self._gone(kept)
            kept.crashes = self._backoff.crashes(kept.crashes, lived=loop.time() - kept.started)
            await asyncio.sleep(self._backoff.delay(kept.crashes))
            kept.restarts += 1
            try:
                await self._bring_up(kept)
            except Exception:
                log.exception("%s could not be started again", kept.program.name)
                if kept.running is not None:
                    kept.running.signal(signal.SIGKILL)
            else:
                log.warning("%s runs again", kept.program.name)

    async def _end(self, kept: _Kept) -> None:
        if kept.keeper is not None:
            kept.keeper.cancel()
            await asyncio.wait([kept.keeper])
        running = kept.running
        if running is None:
            return
        running.signal(kept.program.stop_signal)
        ended, hurry = asyncio.ensure_future(running.ended()), asyncio.ensure_future(self._hurry.wait())
        done, _ = await asyncio.wait([ended, hurry], timeout=self._grace, return_when=asyncio.FIRST_COMPLETED)
        hurry.cancel()
        if ended not in done:
            log.warning("%s did not end in time: SIGKILL", kept.program.name)
            running.signal(signal.SIGKILL)
        await ended
        self._gone(kept)

    def _gone(self, kept: _Kept) -> None:
        if kept.waiting is not None:
            kept.waiting.cancel()
        kept.running, kept.ready = None, False
        self._changed()
