"""Bulk actions: how a ticket fares in one, and how they are cut into steps (TS-08)."""

from collections.abc import Iterable
from enum import StrEnum


class ItemState(StrEnum):
    """How far a ticket is in a bulk action, and in its undo."""

    WAITING = "waiting"
    DONE = "done"
    UNCHANGED = "unchanged"
    REFUSED = "refused"
    UNDO_WAITING = "undo_waiting"
    UNDONE = "undone"
    NOT_UNDONE = "not_undone"


def is_finished(states: Iterable[ItemState]) -> bool:
    """Whether nothing waits any more."""
    return not {ItemState.WAITING, ItemState.UNDO_WAITING}.intersection(states)
