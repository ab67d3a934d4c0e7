"""Which subscription counts where an agent has several to the same channel: their own and through groups."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

from tickets.channels.rules.words import Subscribed

Tie = tuple[str, UUID]
"""A channel and an agent."""


def effective(claims: Iterable[tuple[Tie, Subscribed]]) -> dict[Tie, Subscribed]:
    """What counts of all that was set: Standard wins over Informal, whichever way it came about (CV-03, CV-04)."""
    strongest: dict[Tie, Subscribed] = {}
    for tie, kind in claims:
        if kind is Subscribed.STANDARD or tie not in strongest:
            strongest[tie] = kind
    return strongest


@dataclass(frozen=True, kw_only=True)
class Changes:
    """What must happen to the stored rows: ``gone`` are removed, ``written`` are put in or overwritten."""

    gone: tuple[Tie, ...]
    written: Mapping[Tie, Subscribed]


def changes(*, stored: Mapping[Tie, Subscribed], wanted: Mapping[Tie, Subscribed]) -> Changes:
    """The fewest changes that make ``wanted`` of ``stored``."""
    return Changes(
        gone=tuple(tie for tie in stored if tie not in wanted),
        written={tie: kind for tie, kind in wanted.items() if stored.get(tie) is not kind},
    )
