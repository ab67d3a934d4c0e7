"""How far a table has been read whose numbers become visible out of order.

A number is given to a row before its transaction commits, so row 7 can be visible while row 6 is still to come, or
will never come because its transaction failed. What is missing below the highest number is a *gap* until the row shows
itself or every transaction that could still bring it has ended. The *floor* is the number below which nothing is
missing: the only place from which somebody else can read on without missing a row. It may repeat rows, never skip one.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

GRACE = 2.0
"""Seconds that a gap is watched at least: a transaction may have its number a moment before it has its own id."""

MOST_GAPS = 5_000
"""More than any burst of transactions under way; beyond it the lowest are given up."""


@dataclass(frozen=True)
class Snapshot:
    """What PostgreSQL says of its transactions: all below ``oldest`` have ended, none from ``next`` on has begun."""

    oldest: int
    next: int


@dataclass(frozen=True)
class _Gap:
    next: int
    since: float


class Floor:
    """The numbers that were seen. ``top`` is the highest."""

    def __init__(self, top: int) -> None:
        self.top = top
        self._gaps: dict[int, _Gap] = {}

    @property
    def gaps(self) -> list[int]:
        """Numbers that may still come."""
        return [*self._gaps]

    @property
    def position(self) -> int:
        """Everything up to this number was seen, or will never be there."""
        return min(self._gaps) - 1 if self._gaps else self.top

    def saw(self, numbers: Iterable[int], snapshot: Snapshot, *, at: float) -> None:
        """These were visible to a statement with this snapshot, and of the gaps no others."""
        seen = sorted(numbers)
        for number in seen:
            self._gaps.pop(number, None)
        self._gaps = {
            number: gap for number, gap in self._gaps.items() if snapshot.oldest < gap.next or at - gap.since < GRACE
        }
        new = [number for number in seen if number > self.top]
        if new:
            self._watch(range(max(self.top + 1, new[-1] - MOST_GAPS), new[-1]), set(new), snapshot, at)
            self.top = new[-1]

    def _watch(self, numbers: Iterable[int], seen: Collection[int], snapshot: Snapshot, at: float) -> None:
        self._gaps |= {number: _Gap(snapshot.next, at) for number in numbers if number not in seen}
        for number in sorted(self._gaps)[: max(len(self._gaps) - MOST_GAPS, 0)]:
            del self._gaps[number]
