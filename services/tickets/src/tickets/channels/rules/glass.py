"""Break-glass: how long an administrator sees one ticket of a channel that they do not subscribe to (CV-11)."""

from datetime import timedelta

LONGEST = timedelta(hours=8)
"""A working day is enough for any emergency; whoever needs more subscribes."""

DEFAULT_MINUTES = 60
LONGEST_MINUTES = int(LONGEST.total_seconds()) // 60
SHORTEST_REASON = 10
"""Characters. A reason that says something is longer; "test" is none."""


def opened_text(*, name: str, minutes: int, reason: str) -> str:
    """What the ticket's people read about it."""
    return f"{name} opened this ticket by break-glass for {minutes} minutes. Reason: {reason}"
