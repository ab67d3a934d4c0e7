"""Ids: UUID version 7 (RFC 9562), which sort by the time of their making."""

from uuid import UUID

from uuid_utils import compat


def new_id() -> UUID:
    """A new id, unique and in order of time."""
    return compat.uuid7()
