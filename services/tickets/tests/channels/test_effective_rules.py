"""Which of several subscriptions counts, and the fewest changes that lead there."""

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tickets.channels.rules.effective import Tie, changes, effective
from tickets.channels.rules.words import Subscribed
from tickets.staff.demo import ADA, TOM

STANDARD, INFORMAL = Subscribed.STANDARD, Subscribed.INFORMAL
TIES = st.tuples(st.sampled_from(["support", "sales"]), st.sampled_from([ADA, TOM]))
KINDS = st.sampled_from(Subscribed)


@pytest.mark.parametrize(
    ("claims", "counts"),
    [
        ([INFORMAL], INFORMAL),
        ([STANDARD], STANDARD),
        ([INFORMAL, STANDARD], STANDARD),
        ([STANDARD, INFORMAL], STANDARD),
        ([INFORMAL, INFORMAL], INFORMAL),
    ],
)
def test_standard_wins_whichever_way_it_came_about(claims: list[Subscribed], counts: Subscribed) -> None:
    tie: Tie = ("support", ADA)
    assert effective((tie, kind) for kind in claims) == {tie: counts}


def test_nothing_set_is_no_subscription() -> None:
    assert effective([]) == {}


@given(st.dictionaries(TIES, KINDS), st.dictionaries(TIES, KINDS))
def test_the_changes_lead_from_what_is_stored_to_what_is_wanted(
    stored: dict[tuple[str, UUID], Subscribed], wanted: dict[tuple[str, UUID], Subscribed]
) -> None:
    todo = changes(stored=stored, wanted=wanted)
    after = {tie: kind for tie, kind in stored.items() if tie not in todo.gone} | dict(todo.written)
    assert after == wanted
    assert all(stored.get(tie) is not kind for tie, kind in todo.written.items())
