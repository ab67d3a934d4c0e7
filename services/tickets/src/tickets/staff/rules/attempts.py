"""How long somebody must wait after sign-ins that failed in a row for one account from one address."""

from datetime import timedelta

FREE = 5
"""Failures without any delay: people mistype."""

LONGEST = timedelta(minutes=15)

FORGOTTEN = timedelta(hours=24)
"""After so long without an attempt counting begins anew."""


def delay_after(failures: int) -> timedelta:
    """Nothing for the first failures, then 2 s, doubled by each further one, at most 15 minutes."""
    if failures < FREE:
        return timedelta()
    return min(timedelta(seconds=2 ** min(failures - FREE + 1, 20)), LONGEST)
