"""The words of presence, and how long it holds."""

from datetime import timedelta
from enum import StrEnum


class Present(StrEnum):
    """What an agent does in a ticket right now."""

    VIEWING = "viewing"
    WRITING = "writing"


HOLDS = timedelta(seconds=40)
"""How long a sign of life counts: two that are sent every `REFRESH`, and one may be late."""

REFRESH = timedelta(seconds=15)
"""How often a client says that its agent is still there."""

SPARED = timedelta(seconds=5)
"""A sign of life that would lengthen presence by less than this is not written: tabs of one agent share a row."""

KEPT = timedelta(minutes=2)
"""How long a row stays after its end, so that every process has noticed the end."""
