"""When a mail notice is tried again."""

from datetime import timedelta

LONGEST = timedelta(minutes=1)
LEASE = timedelta(seconds=60)
"""How long a mail belongs to the worker that took it; after that a crash is assumed and another one takes it."""


def next_try(tries: int) -> timedelta:
    """The pause after so many tries: 1, 2, 4 … seconds, at most one minute."""
    return min(timedelta(seconds=2 ** min(tries - 1, 10)), LONGEST)
