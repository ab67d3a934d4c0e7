"""Where today begins (LF-05)."""

from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo


def midnight(now: datetime, zone: str) -> datetime:
    """The last midnight in a time zone, in UTC."""
    local = now.astimezone(ZoneInfo(zone))
    return datetime.combine(local.date(), time(), tzinfo=local.tzinfo).astimezone(UTC)
