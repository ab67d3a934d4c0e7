"""What the processes of a desk use: CPU seconds and memory, read from ``/proc`` (Linux)."""

import os
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from deskstream_local.home import RunState
from deskstream_local.memory import family

PROC = Path("/proc")
TICKS = os.sysconf("SC_CLK_TCK")
KIBIBYTES_PER_MEGABYTE = 1024
SUPERVISOR = "supervisor"


@dataclass(frozen=True, kw_only=True)
class Memory:
    """In megabytes. ``resident`` counts shared pages in every process, ``proportional`` divides them (RSS, PSS)."""

    resident: float
    proportional: float


def parts(state: RunState) -> dict[str, tuple[int, ...]]:
    """The processes of each part of a desk, children included; what belongs to no part is the supervisor's."""
    found = {process.name: family(process.pid) for process in state.processes if process.pid}
    taken = {pid for pids in found.values() for pid in pids}
    return {**found, SUPERVISOR: tuple(pid for pid in family(state.pid) if pid not in taken)}


def cpu_seconds(pids: Iterable[int]) -> float:
    """What they have used so far, with their children that ended."""
    return sum(map(_cpu, pids))


def cpu_by_part(state: RunState) -> dict[str, float]:
    """CPU seconds that each part of a desk has used since it started."""
    return {name: cpu_seconds(pids) for name, pids in parts(state).items()}


def spent(before: Mapping[str, float], after: Mapping[str, float]) -> dict[str, float]:
    """CPU seconds between two looks."""
    return {name: seconds - before.get(name, 0.0) for name, seconds in after.items()}


def memory_by_part(state: RunState) -> dict[str, Memory]:
    """What each part holds now."""
    return {name: _memory(pids) for name, pids in parts(state).items()}


def machine_busy_seconds() -> float:
    """CPU seconds that all processes of the machine have used since it started."""
    user, nice, system, _idle, _wait, irq, softirq, steal = map(
        int, PROC.joinpath("stat").read_text().splitlines()[0].split()[1:9]
    )
    return (user + nice + system + irq + softirq + steal) / TICKS


def _cpu(pid: int) -> float:
    with suppress(OSError):
        # The name stands in parentheses and may hold spaces. Behind it: 11 to 14 are utime, stime, cutime, cstime.
        fields = (PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()
        return sum(map(int, fields[11:15])) / TICKS
    return 0.0


def _memory(pids: Iterable[int]) -> Memory:
    kibibytes = {"Rss": 0, "Pss": 0}
    for pid in pids:
        with suppress(OSError):
            for line in (PROC / str(pid) / "smaps_rollup").read_text().splitlines():
                name, _, value = line.partition(":")
                if name in kibibytes:
                    kibibytes[name] += int(value.split()[0])
    return Memory(
        resident=kibibytes["Rss"] / KIBIBYTES_PER_MEGABYTE, proportional=kibibytes["Pss"] / KIBIBYTES_PER_MEGABYTE
    )
