"""Judges what became of mails: each that was accepted must be found exactly once. Pure, and tested by itself."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

SHOWN = 10
"""Tokens of a kind that a message names."""


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """``lost`` were accepted and are nowhere, ``repeated`` are there more than once, ``foreign`` nobody sent."""

    lost: frozenset[str]
    repeated: frozenset[str]
    foreign: frozenset[str]

    @property
    def holds(self) -> bool:
        """Whether everything is where it belongs."""
        return not (self.lost or self.repeated or self.foreign)

    def __str__(self) -> str:
        found = {"lost": self.lost, "repeated": self.repeated, "foreign": self.foreign}
        return "; ".join(f"{len(tokens)} {name}: {_some(tokens)}" for name, tokens in found.items() if tokens)


def _some(tokens: frozenset[str]) -> str:
    names = sorted(tokens)
    return ", ".join([*names[:SHOWN], "…"] if len(names) > SHOWN else names)


def judge(*, accepted: Iterable[str], found: Iterable[str], attempted: Iterable[str] = ()) -> Verdict:
    """Compare the tokens that got their 250 with those that were found, one entry for each place.

    A mail that was only ``attempted`` may be there or not: its 250 may have been lost on the way (RFC 1047).
    """
    promised = frozenset(accepted)
    places = Counter(iter(found))
    return Verdict(
        lost=promised - places.keys(),
        repeated=frozenset(token for token, count in places.items() if count > 1),
        foreign=frozenset(places) - promised - frozenset(attempted),
    )
