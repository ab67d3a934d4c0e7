"""The rules of lists: where today begins, and what the search field means."""

from datetime import UTC, datetime

import pytest

from tickets.lists.rules.search import number_in
from tickets.lists.rules.today import midnight


@pytest.mark.parametrize(
    ("now", "zone", "expected"),
    [
        (datetime(2026, 1, 15, 12, 0, tzinfo=UTC), "UTC", datetime(2026, 1, 15, tzinfo=UTC)),
        (datetime(2026, 1, 15, 12, 0, tzinfo=UTC), "Europe/Berlin", datetime(2026, 1, 14, 23, tzinfo=UTC)),
        (datetime(2026, 1, 15, 23, 30, tzinfo=UTC), "Europe/Berlin", datetime(2026, 1, 15, 23, tzinfo=UTC)),
        (datetime(2026, 7, 15, 12, 0, tzinfo=UTC), "Europe/Berlin", datetime(2026, 7, 14, 22, tzinfo=UTC)),
        (datetime(2026, 3, 29, 12, 0, tzinfo=UTC), "Europe/Berlin", datetime(2026, 3, 28, 23, tzinfo=UTC)),
        (datetime(2026, 1, 15, 3, 0, tzinfo=UTC), "America/New_York", datetime(2026, 1, 14, 5, tzinfo=UTC)),
    ],
)
def test_today_begins_at_the_midnight_of_the_desk(now: datetime, zone: str, expected: datetime) -> None:
    assert midnight(now, zone) == expected


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("10042", 10_042),
        (" DS-10042 ", 10_042),
        ("[ds-10042]", 10_042),
        ("DS-10042 invoice", None),
        ("invoice", None),
        ("0042", None),
        ("", None),
        ("9" * 20, None),
    ],
)
def test_a_search_for_a_number_is_told_from_one_for_words(text: str, number: int | None) -> None:
    assert number_in(text, prefix="DS") == number
