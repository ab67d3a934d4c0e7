"""Jobs: what the clock does. A job looks for due rows, claims them with SKIP LOCKED, and says how many it did."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field

from chassis import telemetry
from chassis.listener import is_outage

log = logging.getLogger(__name__)

Work = Callable[[], Awaitable[int]]


@dataclass
class Job:
    """Runs at once when woken, else every ``every`` seconds; as long as it finds work it goes on without a pause."""

    name: str
    work: Work
    every: float
    _signal: asyncio.Event = field(default_factory=asyncio.Event)
    _stopping: bool = False

    def wake(self) -> None:
        """Look for work now."""
        self._signal.set()

    def stop(self) -> None:
        """End after the run under way."""
        self._stopping = True
        self._signal.set()

    async def run(self, service: str) -> None:
        """Work until `stop`; a failure is logged and tried again after the interval."""
        while not self._stopping:
            self._signal.clear()
            done = 0
            try:
                with telemetry.correlated(None):
                    done = await self.work()
            except Exception as error:
                telemetry.JOB_FAILURES.labels(service, self.name).inc()
                if is_outage(error):
                    log.warning("job %s waits: %s: %s", self.name, type(error).__name__, error)
                else:
                    log.exception("job %s failed", self.name)
                await asyncio.sleep(min(self.every, 2.0))
            if not done and not self._stopping:
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._signal.wait(), self.every)
