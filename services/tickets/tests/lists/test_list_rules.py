"""The rules of lists: where today begins, what the search field means, how far back it looks, what a snippet shows."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tickets.lists.rules.search import MAX_TERMS, Asked, asked, number_in, numbers_from
from tickets.lists.rules.snippets import LONGEST, beginning_of, snippet, worth_asking
from tickets.lists.rules.today import midnight
from tickets.lists.rules.windows import SCALES, windows


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
        ("DS-100…", 100),
        ("DS-100*", 100),
        ("DS-10042 invoice", None),
        ("invoice", None),
        ("0042", None),
        ("", None),
        ("9" * 20, None),
    ],
)
def test_a_search_for_a_number_is_told_from_one_for_words(text: str, number: int | None) -> None:
    assert number_in(text, prefix="DS") == number


def test_yesterday_begins_at_midnight_also_when_the_clock_was_changed() -> None:
    now = datetime(2026, 3, 30, 10, 0, tzinfo=UTC)
    assert midnight(now, "Europe/Berlin", days_ago=1) == datetime(2026, 3, 28, 23, tzinfo=UTC)
    assert midnight(now, "Europe/Berlin") == datetime(2026, 3, 29, 22, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", Asked()),
        ("printer", Asked(terms=("printer",))),
        ('"is broken" printer', Asked(terms=("printer",), phrases=("is broken",))),
        ('"not closed', Asked(phrases=("not closed",))),
        ("printer -toner", Asked(terms=("printer",), without=("toner",))),
        ('-"is broken"', Asked(without=("is broken",))),
        ("rech* Ab*", Asked(beginnings=("rech",), terms=("Ab*",))),
        ("a-b c", Asked(terms=("a-b", "c"))),
        ("10042", Asked(number=10_042, terms=("10042",))),
        ("- -- * ** !!", Asked()),
    ],
)
def test_a_search_is_taken_apart(text: str, expected: Asked) -> None:
    assert asked(text, prefix="DS") == expected


@given(st.text(max_size=200))
def test_whatever_is_typed_is_a_search(text: str) -> None:
    found = asked(text, prefix="DS")
    assert len(found.terms + found.phrases + found.beginnings + found.without) <= MAX_TERMS


def test_numbers_that_begin_with_a_number_are_ranges() -> None:
    assert numbers_from(100)[:3] == [(100, 100), (1_000, 1_009), (10_000, 10_099)]
    assert numbers_from(10**14) == [(10**14, 10**14)]
    assert all(str(low).startswith("42") and str(high).startswith("42") for low, high in numbers_from(42))


def holds(query: str, hour: int, channel: str = "support") -> bool:
    """Whether a window's query matches an activity of this hour: an independent reading of it."""
    times = {f"={scale}:{hour >> scale}" for scale in SCALES}
    lexemes = {f"'{lexeme}'" for lexeme in (*times, *(f"{time}:{channel}" for time in times), f"=c:{channel}")}
    parts = query.split(" & ")
    return all(
        part[1:] not in lexemes if part.startswith("!") else bool(set(part.strip("()").split(" | ")) & lexemes)
        for part in parts
    )


@given(
    st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1)),  # noqa: DTZ001  # made aware below
    st.integers(min_value=0, max_value=200_000),
    st.sampled_from([None, ["support"], ["sales", "support"]]),
)
def test_every_hour_before_the_end_is_in_exactly_one_window_and_newer_ones_come_first(
    end: datetime, hours_ago: int, channels: list[str] | None
) -> None:
    until = end.replace(tzinfo=UTC)
    now = int(until.timestamp() // 3600)
    queries = windows(until, channels)
    inside = [number for number, query in enumerate(queries) if holds(query, now - hours_ago)]
    assert len(inside) == 1
    older = [number for number, query in enumerate(queries) if holds(query, now - hours_ago - 1)]
    assert older[0] >= inside[0]
    assert holds(queries[0], now)
    if channels:
        assert not any(holds(query, now - hours_ago, channel="recruitment") for query in queries)


@pytest.mark.parametrize(
    ("text", "hits", "expected"),
    [
        ("The printer is broken", {"printer"}, "The <printer> is broken"),
        ("Printer PRINTER printers", {"printer"}, "<Printer> <PRINTER> printers"),
        ("none of them", {"printer"}, "none of them"),
        ("a  lot\n\nof\tspace", {"of"}, "a lot <of> space"),
        ("<b>printer</b>", {"printer"}, "<b><printer></b>"),
        ("file_name", {"name"}, "file_<name>"),
        ("", {"x"}, ""),
    ],
)
def test_a_snippet_marks_what_was_found(text: str, hits: set[str], expected: str) -> None:
    shown = "".join(f"<{piece.text}>" if piece.hit else piece.text for piece in snippet(text, hits))
    assert shown == expected


def test_a_snippet_begins_where_most_of_the_words_are() -> None:
    text = f"one toner here {'x ' * 300} toner and printer together {'y ' * 300}"
    shown = "".join(piece.text for piece in snippet(text, {"toner", "printer"}))
    assert "toner and printer together" in shown
    assert shown.startswith("… ")
    assert shown.endswith(" …")


@given(st.text(max_size=2_000), st.sets(st.text(min_size=1, max_size=5), max_size=3))
def test_a_snippet_is_short_and_invents_nothing(text: str, hits: set[str]) -> None:
    pieces = snippet(text, hits)
    shown = "".join(piece.text for piece in pieces)
    assert len(shown) <= LONGEST + 4
    assert all(piece.text for piece in pieces)
    assert shown.removeprefix("… ").removesuffix(" …") in " ".join(text.split()) or not shown.strip()
    assert all(piece.text.lower() in hits for piece in pieces if piece.hit)


def test_words_that_begin_alike_are_asked_about() -> None:
    texts = ["Die Müllers und Mueller, Muller, Mühle und Rechnungen, aber nichts anderes"]
    assert worth_asking(texts, ["müller"]) == {"müllers", "mueller", "muller"}
    assert worth_asking(texts, ["rechnung"]) == {"rechnungen"}
    assert worth_asking(texts, []) == set()
    assert beginning_of("Straße") == beginning_of("STRASSE") == "str"
