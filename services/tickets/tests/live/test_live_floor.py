"""How far a table was read whose rows become visible out of order: nothing is skipped, however commits fall."""

import random
from datetime import UTC, datetime, timedelta

import pytest

from tickets.live.rules.floor import GRACE, MOST_GAPS, Floor, Snapshot
from tickets.live.rules.positions import Position, can_resume, read_position

NOW = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)


def test_rows_in_order_lift_the_floor() -> None:
    floor = Floor(10)
    floor.saw([11, 12, 13], Snapshot(5, 5), at=0)
    assert (floor.position, floor.top, floor.gaps) == (13, 13, [])


def test_a_missing_row_holds_the_floor_until_it_shows_itself() -> None:
    floor = Floor(10)
    floor.saw([11, 13, 14], Snapshot(100, 103), at=0)
    assert (floor.position, floor.top, floor.gaps) == (11, 14, [12])
    floor.saw([15], Snapshot(100, 104), at=GRACE * 2)
    assert floor.position == 11
    floor.saw([12], Snapshot(104, 104), at=GRACE * 3)
    assert (floor.position, floor.gaps) == (15, [])


def test_a_row_that_never_comes_is_given_up_when_every_transaction_of_its_time_has_ended() -> None:
    floor = Floor(10)
    floor.saw([12], Snapshot(100, 103), at=0)
    floor.saw([], Snapshot(102, 110), at=GRACE * 10)
    assert floor.gaps == [11], "transaction 102 may still bring it"
    floor.saw([], Snapshot(103, 110), at=GRACE * 10)
    assert (floor.position, floor.gaps) == (12, [])


def test_a_transaction_that_had_its_number_before_its_id_is_waited_for() -> None:
    floor = Floor(10)
    floor.saw([12], Snapshot(100, 100), at=0)
    floor.saw([], Snapshot(101, 101), at=GRACE / 2)
    assert floor.gaps == [11]
    floor.saw([11], Snapshot(102, 102), at=GRACE / 2)
    assert floor.position == 12


def test_a_leap_of_the_numbers_does_not_fill_the_memory() -> None:
    floor = Floor(0)
    floor.saw([10_000_000], Snapshot(1, 2), at=0)
    assert len(floor.gaps) <= MOST_GAPS
    assert floor.position < 10_000_000


@pytest.mark.parametrize("seed", range(300))
def test_whoever_reads_on_from_any_position_misses_no_row(seed: int) -> None:
    """Transactions take numbers and commit or fail in any order; a reader looks now and then."""
    rng = random.Random(seed)
    floor = Floor(0)
    next_xid, next_number = 100, 1
    running: dict[int, list[int]] = {}
    committed: list[int] = []
    read: set[int] = set()
    clock = 0.0
    for _ in range(120):
        clock += rng.random()
        match rng.choice(["begin", "number", "commit", "fail", "look", "look"]):
            case "begin":
                running[next_xid] = []
                next_xid += 1
            case "number" if running:
                running[rng.choice([*running])].append(next_number)
                next_number += 1
            case "commit" if running:
                committed += running.pop(rng.choice([*running]))
            case "fail" if running:
                running.pop(rng.choice([*running]))
            case "look":
                visible = [number for number in committed if number > floor.top or number in floor.gaps]
                floor.saw(visible, Snapshot(min(running, default=next_xid), next_xid), at=clock)
                read |= set(visible)
                assert read == set(committed)
                later = {number for numbers in running.values() for number in numbers}
                assert all(number > floor.position for number in later), "a row could come below the floor"
            case _:
                pass


@pytest.mark.parametrize(
    "text",
    [
        None,
        "",
        "7",
        "x-y",
        "1-2-3",
        "-1-2",
        "9" * 40 + "-1",
        "1-" + "9" * 30,
        "\N{FULLWIDTH DIGIT ONE}-\N{FULLWIDTH DIGIT TWO}",
        "1-2\n",
    ],
)
def test_what_is_no_position_of_ours_is_none(text: str | None) -> None:
    assert read_position(text) is None


def test_a_position_is_read_as_it_was_written() -> None:
    assert read_position(str(Position(42, NOW))) == Position(42, NOW)


@pytest.mark.parametrize(
    ("number", "age", "kept", "resumes"),
    [
        (10, timedelta(), timedelta(days=7), True),
        (10, timedelta(minutes=59), timedelta(days=7), True),
        (10, timedelta(minutes=61), timedelta(days=7), False),
        (10, timedelta(minutes=20), timedelta(minutes=30), False),
        (10, timedelta(minutes=-5), timedelta(days=7), False),
        (11, timedelta(), timedelta(days=7), False),
    ],
)
def test_only_who_was_away_for_a_moment_gets_what_was_missed(
    number: int, age: timedelta, kept: timedelta, resumes: bool
) -> None:
    assert can_resume(Position(number, NOW - age), now=NOW, newest=10, kept=kept) is resumes
