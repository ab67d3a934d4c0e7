"""Where today and yesterday begin (LF-01, LF-05)."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo


def midnight(now: datetime, zone: str, *, days_ago: int = 0) -> datetime:
    """The last midnight in a time zone, or the one so many days before it, in UTC."""
    local = now.astimezone(ZoneInfo(zone))
    day = local.date() - timedelta(days=days_ago)
    return datetime.combine(day, time(), tzinfo=local.tzinfo).astimezone(UTC)
