"""Where a client stands in the stream, as its ``Last-Event-ID`` says."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

_TEXT = re.compile(r"([0-9]{1,18})-([0-9]{1,11})")

RESUMED_WITHIN = timedelta(hours=1)
"""Whoever comes back later reads everything anew: that is less than what has happened meanwhile."""


@dataclass(frozen=True)
class Position:
    """The client has everything up to ``number``, and had it ``at`` this time."""

    number: int
    at: datetime

    def __str__(self) -> str:
        """As it is sent: ``10482-1764087600``."""
        return f"{self.number}-{int(self.at.timestamp())}"


def read_position(text: str | None) -> Position | None:
    """What a client sent; None where it is none of ours, which is no error: the client is told to read anew."""
    found = _TEXT.fullmatch(text or "")
    return Position(int(found[1]), datetime.fromtimestamp(int(found[2]), UTC)) if found else None


def can_resume(position: Position, *, now: datetime, newest: int, kept: timedelta) -> bool:
    """Whether everything behind the position is still there.

    ``newest`` is the highest number now: one beyond it is of a database that was replaced by a backup. ``kept`` is how
    long published events stay.
    """
    age = now - position.at
    return position.number <= newest and timedelta(seconds=-60) <= age <= min(RESUMED_WITHIN, kept / 2)
