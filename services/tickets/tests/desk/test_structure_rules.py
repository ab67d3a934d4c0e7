"""Rules of merging, splitting and linking, as tables of cases (AT-04, AT-05, TS-05, TS-09, attacks 15 and 16)."""

from collections.abc import Collection
from uuid import UUID

import pytest

from tickets.channels.rules.words import Ball, Category
from tickets.channels.rules.workflow import Flow, Place
from tickets.desk.rules.homes import Home, also_shown_in, home_of_mail, home_of_reply, shown_to
from tickets.desk.rules.structure import (
    Link,
    Relation,
    as_link,
    makes_circle,
    relation,
    status_after_merge,
    why_not_merge,
    why_not_split,
)
from tickets.desk.rules.words import Kind, Origin

A, B, C = UUID(int=1), UUID(int=2), UUID(int=3)
HOMES = (
    Home(ticket_id=A, contact_address="anna@a.example"),
    Home(ticket_id=B, contact_address="ben@b.example"),
    Home(ticket_id=C, contact_address=None),
)


def place(key: str, ball: Ball, category: Category = Category.OPEN) -> Place:
    return Place(key=key, name=key, customer_name=key, category=category, ball=ball)


NEW, WORKING, ANSWERED = place("new", Ball.US), place("in_progress", Ball.US), place("answered", Ball.CUSTOMER)
CLOSED = place("closed", Ball.NOBODY, Category.CLOSED)
FLOW = Flow((NEW, WORKING, ANSWERED, CLOSED))


@pytest.mark.parametrize(
    ("home", "written_in", "also", "shown_outside", "seen"),
    [
        (A, A, (), True, True),
        (A, A, (), False, False),
        (A, B, (), True, False),
        (B, A, (), True, False),
        (B, B, (), True, True),
        (B, B, (), False, False),
        (A, B, (A,), True, True),
        (A, B, (A,), False, False),
        (C, B, (A,), True, False),
    ],
)
def test_a_contact_sees_what_was_written_at_home_or_addressed_to_them(
    home: UUID, written_in: UUID, also: Collection[UUID], shown_outside: bool, seen: bool
) -> None:
    assert shown_to(home, written_in=written_in, also=also, shown_outside=shown_outside) is seen


@pytest.mark.parametrize(
    ("matched", "takes_part", "home"),
    [
        (A, {A}, A),
        (B, {B}, B),
        (A, {B}, B),
        (B, {A}, A),
        (A, {A, B}, A),
        (B, {A, B}, B),
        (A, set(), None),
    ],
)
def test_a_mail_is_written_where_its_sender_takes_part(matched: UUID, takes_part: set[UUID], home: UUID | None) -> None:
    assert home_of_mail(matched, (A, B, C), takes_part=takes_part.__contains__) == home


@pytest.mark.parametrize(
    ("last", "recipients", "home"),
    [
        (A, None, A),
        (B, None, B),
        (B, set(), B),
        (A, {"ben@b.example"}, B),
        (B, {"anna@a.example"}, A),
        (B, {"anna@a.example", "ben@b.example"}, B),
        (A, {"anna@a.example", "ben@b.example"}, A),
        (B, {"stranger@x.example"}, B),
        (C, {"stranger@x.example"}, C),
    ],
)
def test_our_mail_is_written_where_the_customer_is_whom_it_is_addressed_to(
    last: UUID, recipients: set[str] | None, home: UUID
) -> None:
    assert home_of_reply(last, HOMES, recipients=recipients) == home


@pytest.mark.parametrize(
    ("written_in", "recipients", "also"),
    [
        (A, {"anna@a.example"}, ()),
        (A, {"anna@a.example", "ben@b.example"}, (B,)),
        (B, {"anna@a.example", "ben@b.example"}, (A,)),
        (A, set(), ()),
    ],
)
def test_another_contact_sees_a_mail_only_if_they_got_it(
    written_in: UUID, recipients: set[str], also: tuple[UUID, ...]
) -> None:
    assert also_shown_in(written_in, HOMES, recipients=recipients) == also


@pytest.mark.parametrize(
    ("target", "open_", "ball", "after"),
    [
        (NEW, True, Ball.US, NEW),
        (WORKING, True, Ball.US, WORKING),
        (ANSWERED, True, Ball.US, WORKING),
        (CLOSED, True, Ball.US, WORKING),
        (CLOSED, True, Ball.CUSTOMER, ANSWERED),
        (WORKING, True, Ball.CUSTOMER, WORKING),
        (CLOSED, False, Ball.NOBODY, CLOSED),
        (ANSWERED, False, Ball.NOBODY, ANSWERED),
    ],
)
def test_nothing_that_waits_is_lost_in_something_that_is_done(
    target: Place, open_: bool, ball: Ball, after: Place
) -> None:
    assert status_after_merge(FLOW, target, open_=open_, ball=ball) == after


@pytest.mark.parametrize(
    ("same", "source", "target", "allowed"),
    [
        (False, Origin.EMAIL, Origin.EMAIL, True),
        (False, Origin.INTERNAL, Origin.EMAIL, True),
        (False, Origin.INTERNAL, Origin.INTERNAL, True),
        (False, Origin.EMAIL, Origin.INTERNAL, False),
        (True, Origin.EMAIL, Origin.EMAIL, False),
    ],
)
def test_a_customers_ticket_is_not_merged_into_one_that_cannot_answer(
    same: bool, source: Origin, target: Origin, allowed: bool
) -> None:
    assert (why_not_merge(same=same, source=source, target=target) is None) is allowed


@pytest.mark.parametrize(
    ("kind", "others", "allowed"),
    [
        (Kind.INCOMING, 1, True),
        (Kind.OUTGOING, 3, True),
        (Kind.NOTE, 1, True),
        (Kind.STATUS_CHANGE, 3, False),
        (Kind.INCOMING, 0, False),
    ],
)
def test_a_status_change_and_the_only_activity_stay(kind: Kind, others: int, allowed: bool) -> None:
    assert (why_not_split(kind, others=others) is None) is allowed


@pytest.mark.parametrize("said", [word for word in Relation if word is not Relation.MERGED_FROM])
def test_a_link_reads_back_as_it_was_said_and_inverse_from_the_other_side(said: Relation) -> None:
    kind, from_id, to_id = as_link(said, ticket=A, other=B)
    assert {from_id, to_id} == {A, B}
    inverse = {
        Relation.RELATES_TO: Relation.RELATES_TO,
        Relation.CHILD_OF: Relation.PARENT_OF,
        Relation.PARENT_OF: Relation.CHILD_OF,
        Relation.DUPLICATE_OF: Relation.DUPLICATED_BY,
        Relation.DUPLICATED_BY: Relation.DUPLICATE_OF,
        Relation.SPLIT_FROM: Relation.SPLIT_INTO,
        Relation.SPLIT_INTO: Relation.SPLIT_FROM,
    }[said]
    assert relation(kind, forward=from_id == A) is said
    assert relation(kind, forward=from_id == B) is inverse


def test_relates_to_is_one_link_whichever_side_says_it() -> None:
    assert as_link(Relation.RELATES_TO, ticket=B, other=A) == as_link(Relation.RELATES_TO, ticket=A, other=B)
    assert as_link(Relation.RELATES_TO, ticket=A, other=B)[0] is Link.RELATES_TO


def test_a_merge_is_no_link_that_can_be_made() -> None:
    with pytest.raises(ValueError, match="merge"):
        as_link(Relation.MERGED_FROM, ticket=A, other=B)


@pytest.mark.parametrize(
    ("child", "parent", "ancestors", "circle"),
    [(A, B, (), False), (A, B, (C,), False), (A, B, (C, A), True), (A, A, (), True)],
)
def test_nobody_becomes_their_own_ancestor(
    child: UUID, parent: UUID, ancestors: Collection[UUID], circle: bool
) -> None:
    assert makes_circle(child=child, parent=parent, ancestors_of_parent=ancestors) is circle
