"""Workflows: which status a ticket has after something happened to it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from tickets.channels.rules.words import Ball, Category


@dataclass(frozen=True, kw_only=True)
class Place:
    """A status of a workflow. ``customer_name`` is what the customer reads (PX-09).

    ``moves`` are the keys of the statuses that an agent may put a ticket into from here; none means any (TC-12).
    """

    key: str
    name: str
    customer_name: str
    category: Category
    ball: Ball
    moves: tuple[str, ...] = ()

    @property
    def closed(self) -> bool:
        """Whether tickets are done with here."""
        return self.category is Category.CLOSED


@dataclass(frozen=True)
class Flow:
    """The statuses of a workflow in their order; there is at least one, and the first is where a ticket begins.

    ``successors`` says which status took the place of one that was deleted: until a job has been at them, tickets
    may still have it.
    """

    places: tuple[Place, ...]
    successors: Mapping[str, str] = field(default_factory=dict)

    @property
    def first(self) -> Place:
        """Where a ticket begins: New."""
        return self.places[0]

    @property
    def working(self) -> Place:
        """Where somebody of us works on it: the first open status after the beginning with the ball with us."""
        return next((place for place in self.places[1:] if not place.closed and place.ball is Ball.US), self.first)

    @property
    def answered(self) -> Place | None:
        """Where it is the customer's turn; None in a workflow without such a status."""
        return next((place for place in self.places if not place.closed and place.ball is Ball.CUSTOMER), None)

    def get(self, key: str) -> Place | None:
        """The status with this key."""
        return next((place for place in self.places if place.key == key), None)

    def same_or_first(self, key: str) -> Place:
        """The status with this key, else the one that took its place, else the first."""
        return self.get(key) or self.get(self.successors.get(key, "")) or self.first

    def same_or_like(self, place: Place) -> Place:
        """What a ticket has after a move into a channel with this workflow: a closed ticket stays closed."""
        return self.get(place.key) or self.get(self.successors.get(place.key, "")) or self.like(place.category)

    def like(self, category: Category) -> Place:
        """The first status of this category; there is one of each (`workflow_fault`)."""
        return next((place for place in self.places if place.category is category), self.first)

    def next_of(self, now: Place) -> tuple[Place, ...]:
        """Where an agent may put a ticket that is at ``now``, in order."""
        return tuple(
            place for place in self.places if place.key != now.key and (not now.moves or place.key in now.moves)
        )

    def may_follow(self, now: Place, place: Place) -> bool:
        """Whether an agent may put a ticket from ``now`` into ``place``. What happens by itself needs no permission."""
        return place.key == now.key or place in self.next_of(now)


def after_customer_wrote(flow: Flow, now: Place) -> Place:
    """A customer's word brings the ball back to us, and a closed ticket is open again (C8, AT-09)."""
    return now if not now.closed and now.ball is Ball.US else flow.working


def after_acceptance(flow: Flow, now: Place, *, customer_wrote_since: bool) -> Place:
    """The first recipient's server took our answer (MT-08): the ticket is answered, unless more has happened since."""
    if now.closed or now.ball is not Ball.US or customer_wrote_since:
        return now
    return flow.answered or now


def after_undeliverable(flow: Flow, now: Place) -> Place:
    """Our mail did not arrive, so it is our turn again, whatever the status said (MT-07)."""
    return now if not now.closed and now.ball is Ball.US else flow.working


def after_work_began(flow: Flow, now: Place) -> Place:
    """Somebody took the ticket, or its owner did something that is no answer (C6)."""
    return flow.working if now == flow.first else now


def workflow_fault(places: Sequence[Place]) -> str | None:
    """Why these cannot be the statuses of a workflow, in a sentence; None where they can."""
    keys = [place.key for place in places]
    if twice := next((key for key in keys if keys.count(key) > 1), None):
        return f"The status '{twice}' is there twice."
    if not places or places[0].closed:
        return "The first status must be an open one: every ticket begins there."
    if all(not place.closed for place in places):
        return "A workflow needs a closed status, or nothing could ever be done."
    for place in places:
        if strange := sorted(set(place.moves) - set(keys)):
            return f"'{place.key}' may be followed by '{strange[0]}', which is no status of this workflow."
        if place.moves and not set(place.moves) - {place.key}:
            return f"From '{place.key}' a ticket could never go anywhere else. Name another status, or none for any."
    return None
