"""The rules of channels: workflows, visibility, the tree."""

from uuid import UUID

import pytest

from tickets.channels.rules.parents import is_circle
from tickets.channels.rules.visibility import Access, Verb, Verdict, may
from tickets.channels.rules.words import Ball, Category, Subscribed
from tickets.channels.rules.workflow import (
    Flow,
    Place,
    after_acceptance,
    after_customer_wrote,
    after_undeliverable,
    after_work_began,
)


def place(key: str, category: Category, ball: Ball) -> Place:
    """A status."""
    return Place(key=key, name=key, customer_name=key, category=category, ball=ball)


NEW = place("new", Category.OPEN, Ball.US)
WORKING = place("in_progress", Category.OPEN, Ball.US)
ANSWERED = place("answered", Category.OPEN, Ball.CUSTOMER)
ORDERED = place("parts_ordered", Category.OPEN, Ball.THIRD_PARTY)
DONE = place("closed", Category.CLOSED, Ball.NOBODY)
STANDARD = Flow((NEW, WORKING, ANSWERED, ORDERED, DONE))
TINY = Flow((NEW, DONE))


@pytest.mark.parametrize(
    ("before", "customer_wrote", "accepted", "undeliverable", "work_began"),
    [
        (NEW, NEW, ANSWERED, NEW, WORKING),
        (WORKING, WORKING, ANSWERED, WORKING, WORKING),
        (ANSWERED, WORKING, ANSWERED, WORKING, ANSWERED),
        (ORDERED, WORKING, ORDERED, WORKING, ORDERED),
        (DONE, WORKING, DONE, WORKING, DONE),
    ],
    ids=lambda found: found.key,
)
def test_the_status_follows_from_what_happened(
    before: Place, customer_wrote: Place, accepted: Place, undeliverable: Place, work_began: Place
) -> None:
    assert after_customer_wrote(STANDARD, before) == customer_wrote
    assert after_acceptance(STANDARD, before, customer_wrote_since=False) == accepted
    assert after_acceptance(STANDARD, before, customer_wrote_since=True) == before
    assert after_undeliverable(STANDARD, before) == undeliverable
    assert after_work_began(STANDARD, before) == work_began


def test_a_workflow_with_two_statuses_has_the_first_one_for_everything_open() -> None:
    assert after_customer_wrote(TINY, DONE) == NEW
    assert after_acceptance(TINY, NEW, customer_wrote_since=False) == NEW
    assert after_work_began(TINY, NEW) == NEW


def test_a_status_that_another_workflow_does_not_know_becomes_its_first() -> None:
    assert TINY.same_or_first("answered") == NEW
    assert TINY.same_or_first("closed") == DONE


ACCESS = Access(
    UUID(int=1),
    {"support": Subscribed.STANDARD, "sales": Subscribed.INFORMAL, "board": Subscribed.INFORMAL},
    frozenset({"board", "support"}),
)


@pytest.mark.parametrize(
    ("channel", "verb", "internal", "verdict"),
    [
        ("support", Verb.READ, False, Verdict.ALLOWED),
        ("support", Verb.CHANGE, False, Verdict.ALLOWED),
        ("support", Verb.MAIL, False, Verdict.ALLOWED),
        ("support", Verb.MAIL, True, Verdict.INTERNAL),
        ("support", Verb.CHANGE, True, Verdict.ALLOWED),
        ("sales", Verb.CHANGE, False, Verdict.ALLOWED),
        ("board", Verb.READ, False, Verdict.ALLOWED),
        ("board", Verb.CHANGE, False, Verdict.READ_ONLY),
        ("board", Verb.MAIL, True, Verdict.READ_ONLY),
        ("recruitment", Verb.READ, False, Verdict.HIDDEN),
        ("recruitment", Verb.CHANGE, False, Verdict.HIDDEN),
        ("recruitment", Verb.MAIL, True, Verdict.HIDDEN),
    ],
)
def test_the_subscription_decides_what_an_agent_may_do(
    channel: str, verb: Verb, verdict: Verdict, *, internal: bool
) -> None:
    assert may(ACCESS, verb, channel=channel, internal=internal) is verdict


@pytest.mark.parametrize(
    ("key", "parent", "expected"),
    [("a", "b", False), ("a", "a", True), ("root", "leaf", True), ("leaf", "other", False), ("new", "leaf", False)],
)
def test_no_channel_is_above_itself(key: str, parent: str, *, expected: bool) -> None:
    parents = {"root": None, "branch": "root", "leaf": "branch", "other": None, "a": None, "b": None}
    assert is_circle(key, parent, parents) is expected


def test_a_circle_that_is_there_already_does_not_hang() -> None:
    assert is_circle("x", "a", {"a": "b", "b": "a"}) is False
