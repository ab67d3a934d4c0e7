"""Windows of time, from the newest backwards: a search looks into a larger one only where the smaller gave too little.

The index of words knows in which stretch of time each activity was, at four scales. A common word has enough matches
in the last hours; a rare one has few matches however far one looks.
"""

from collections.abc import Sequence
from datetime import datetime

SCALES = (3, 6, 9, 12)
"""Stretches of 2^3, 2^6, 2^9 and 2^12 hours: a third of a day, almost three days, three weeks, half a year."""

SECONDS_PER_HOUR = 3600


def windows(until: datetime, channels: Sequence[str] | None) -> Sequence[str]:
    """A text search query for each window that ends at ``until``, disjoint and the newest first; the last has the rest.

    A window is the stretch that ``until`` is in and the one before it, so that it is never almost empty. Channels are
    named together with the times: the index would read every activity of a channel to find those of a time. None: any.
    """
    hour = int(until.timestamp() // SECONDS_PER_HOUR)
    found: list[str] = []
    before: list[str] = []
    for scale in SCALES:
        times = [f"={scale}:{(hour >> scale) - back}" for back in (0, 1)]
        places = times if channels is None else [f"{time}:{channel}" for time in times for channel in channels]
        found.append(" & ".join([_one_of(places), *before]))
        before = [f"!'{time}'" for time in times]
    anywhere = [] if channels is None else [_one_of([f"=c:{channel}" for channel in channels])]
    return (*found, " & ".join([*anywhere, *before]))


def _one_of(lexemes: Sequence[str]) -> str:
    quoted = [f"'{lexeme}'" for lexeme in lexemes]
    return f"({' | '.join(quoted)})"
