"""How much memory the desk holds, where pages that processes share are divided among them (PSS)."""

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

KIBIBYTES_PER_MEGABYTE = 1024
PROC = Path("/proc")


def family(pid: int) -> tuple[int, ...]:
    """A process and everything below it; only where there is ``/proc``."""
    children: dict[int, list[int]] = {}
    for process, parent in _parents():
        children.setdefault(parent, []).append(process)
    found = [pid]
    for one in found:
        found.extend(children.get(one, ()))
    return tuple(found)


def megabytes(*pids: int) -> float:
    """What these processes hold together; 0 where the system does not tell."""
    return sum(map(_kibibytes, pids)) / KIBIBYTES_PER_MEGABYTE


def _parents() -> Iterator[tuple[int, int]]:
    for stat in PROC.glob("[0-9]*/stat"):
        with suppress(OSError):
            # The name stands in parentheses and may hold spaces; the parent is the second field behind it.
            yield int(stat.parent.name), int(stat.read_text().rpartition(")")[2].split()[1])


def _kibibytes(pid: int) -> int:
    try:
        lines = (PROC / str(pid) / "smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith("Pss:")), 0)
