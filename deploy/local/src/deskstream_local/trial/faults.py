"""Which parts of a desk are killed when: drawn from a seed, so that a round can be repeated."""

import asyncio
import logging
import random
import time
from collections.abc import Sequence
from dataclasses import dataclass

from deskstream_local.trial.desk import BUS, KILLABLE, TrialDesk

log = logging.getLogger(__name__)

PATIENCE = 20.0
"""Seconds that a fault waits for a target that is down because of an earlier one."""


IN_THE_WAY = ("ingest", "tickets", "crm_match", "notify", BUS)
"""Those that a mail passes on its way into a ticket and to the agents."""

SOON = 0.6
"""Seconds after its arrival in which a mail is on its way."""


@dataclass(frozen=True, kw_only=True)
class Fault:
    """A SIGKILL ``at`` so many seconds; ``wipe`` also deletes the store of NATS."""

    at: float
    target: str
    wipe: bool = False


def plan(rng: random.Random, *, seconds: float, kills: int, busy: Sequence[float]) -> list[Fault]:
    """Faults from now on, every target at least once; NATS loses its store once, in the middle.

    Two of three come right after one of the ``busy`` moments, when there is most to lose.
    """
    targets = [*KILLABLE, *rng.choices(IN_THE_WAY, k=max(kills - len(KILLABLE), 0))]
    rng.shuffle(targets)
    moments = [
        rng.choice(busy) + rng.uniform(0, SOON) if number % 3 else rng.uniform(0, seconds)
        for number in range(len(targets))
    ]
    faults = [Fault(at=at, target=target) for at, target in zip(moments, targets, strict=True)]
    faults.append(Fault(at=rng.uniform(seconds / 3, seconds * 2 / 3), target=BUS, wipe=True))
    return sorted(faults, key=lambda fault: fault.at)


async def strike(desk: TrialDesk, faults: Sequence[Fault]) -> list[Fault]:
    """Commit the faults, each at its time; returns those that hit, with the time (`time.monotonic`) when they did."""
    start = time.monotonic()
    done: list[Fault] = []
    for fault in faults:
        await asyncio.sleep(max(start + fault.at - time.monotonic(), 0))
        if await _hit(desk, fault):
            done.append(Fault(at=time.monotonic(), target=fault.target, wipe=fault.wipe))
        else:
            log.warning("%s was down for too long to be killed again", fault.target)
    return done


async def _hit(desk: TrialDesk, fault: Fault) -> bool:
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        if desk.kill_bus_and_delete_its_store() if fault.wipe else desk.kill(fault.target):
            return True
        await asyncio.sleep(0.05)
    return False
