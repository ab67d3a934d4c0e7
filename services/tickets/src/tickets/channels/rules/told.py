"""Which of a ticket's people are told of what: the matrix of a channel, role by occasion (CV-08)."""

from collections.abc import Iterable, Mapping, Sequence

from contracts.tickets import Reason
from tickets.channels.rules.words import Occasion

EVERYBODY = frozenset(Reason)

Told = Mapping[str, Sequence[str]]
"""What a channel stores: roles by occasion; an occasion that is not named tells everybody."""


def roles_told(told: Told, occasions: Iterable[Occasion]) -> frozenset[Reason]:
    """The roles that are told when these things happen at once. An owner is always told of a new ticket."""
    roles: set[Reason] = set()
    for occasion in occasions:
        stored = told.get(occasion)
        roles |= EVERYBODY if stored is None else {Reason(role) for role in stored}
        if occasion is Occasion.OPENED:
            roles.add(Reason.OWNER)
    return frozenset(roles)
