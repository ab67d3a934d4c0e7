"""Workflows: which status a ticket has after something happened to it."""

from dataclasses import dataclass

from tickets.channels.rules.words import Ball, Category


@dataclass(frozen=True, kw_only=True)
class Place:
    """A status of a workflow. ``customer_name`` is what the customer reads (PX-09)."""

    key: str
    name: str
    customer_name: str
    category: Category
    ball: Ball

    @property
    def closed(self) -> bool:
        """Whether tickets are done with here."""
        return self.category is Category.CLOSED


@dataclass(frozen=True)
class Flow:
    """The statuses of a workflow in their order; there is at least one, and the first is where a ticket begins."""

    places: tuple[Place, ...]

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
        """The status with this key, or the first: what a ticket has after a move into a channel with this workflow."""
        return self.get(key) or self.first


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
