"""Merging, splitting and linking: what is allowed, and what follows."""

from collections.abc import Collection
from enum import StrEnum
from uuid import UUID

from tickets.channels.rules.words import Ball
from tickets.channels.rules.workflow import Flow, Place
from tickets.desk.rules.words import Kind, Origin


class Change(StrEnum):
    """A change of what belongs to which ticket."""

    MERGE = "merge"
    SPLIT = "split"


class Link(StrEnum):
    """What ties two tickets, read from the first one: "it is a child of the second" (TS-05)."""

    RELATES_TO = "relates_to"
    CHILD_OF = "child_of"
    DUPLICATE_OF = "duplicate_of"
    SPLIT_FROM = "split_from"


class Relation(StrEnum):
    """What a ticket is to another one, in the word that fits its side."""

    RELATES_TO = "relates_to"
    CHILD_OF = "child_of"
    PARENT_OF = "parent_of"
    DUPLICATE_OF = "duplicate_of"
    DUPLICATED_BY = "duplicated_by"
    SPLIT_FROM = "split_from"
    SPLIT_INTO = "split_into"
    MERGED_FROM = "merged_from"


_WORDS: dict[Link, tuple[Relation, Relation]] = {
    Link.RELATES_TO: (Relation.RELATES_TO, Relation.RELATES_TO),
    Link.CHILD_OF: (Relation.CHILD_OF, Relation.PARENT_OF),
    Link.DUPLICATE_OF: (Relation.DUPLICATE_OF, Relation.DUPLICATED_BY),
    Link.SPLIT_FROM: (Relation.SPLIT_FROM, Relation.SPLIT_INTO),
}


def relation(link: Link, *, forward: bool) -> Relation:
    """The word for a link as its first ticket says it (``forward``), or its second."""
    return _WORDS[link][0 if forward else 1]


def as_link(said: Relation, *, ticket: UUID, other: UUID) -> tuple[Link, UUID, UUID]:
    """How "``ticket`` is ``said`` ``other``" is stored: the link, its first ticket and its second."""
    for link, (forward, backward) in _WORDS.items():
        if forward is backward is said:
            return link, min(ticket, other), max(ticket, other)
        if said is forward:
            return link, ticket, other
        if said is backward:
            return link, other, ticket
    raise ValueError(f"{said} is no link: it comes from a merge")


def makes_circle(*, child: UUID, parent: UUID, ancestors_of_parent: Collection[UUID]) -> bool:
    """Whether the parent would become its own ancestor."""
    return child == parent or child in ancestors_of_parent


def status_after_merge(flow: Flow, target: Place, *, open_: bool, ball: Ball) -> Place:
    """The target's status after a ticket was merged into it that is ``open_`` and has its ``ball`` somewhere.

    Nothing that waits is lost in something that is done: what waits for us makes the target wait for us, and what
    waits for the customer keeps a closed target open.
    """
    if not open_:
        return target
    if ball is Ball.US and (target.closed or target.ball is not Ball.US):
        return flow.working
    if target.closed:
        return flow.answered or flow.working
    return target


def why_not_merge(*, same: bool, source: Origin, target: Origin) -> str | None:
    """The reason why a ticket cannot be merged into another one."""
    if same:
        return "A ticket cannot be merged into itself. Name another one."
    if target is Origin.INTERNAL and source is not Origin.INTERNAL:
        return "The other ticket is internal and never mails, so the customer of this one would get no answer."
    return None


def why_not_split(kind: Kind, *, others: int) -> str | None:
    """The reason why an activity cannot be split off; ``others`` counts those that would stay and say something."""
    if kind is Kind.STATUS_CHANGE:
        return "A status change belongs to its ticket. Choose a mail, a note or a call."
    if not others:
        return "It is the ticket's only activity, so nothing would stay. Change the ticket instead."
    return None
