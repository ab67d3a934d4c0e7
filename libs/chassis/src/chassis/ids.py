"""Ids: UUID version 7 (RFC 9562), which sort by the time of their making."""

from datetime import datetime
from uuid import UUID

from uuid_utils import compat


def new_id() -> UUID:
    """A new id, unique and in order of time."""
    return compat.uuid7()


def first_id(moment: datetime) -> UUID:
    """The smallest id that can be made at this moment, to the millisecond."""
    return UUID(int=int(moment.timestamp() * 1000) << 80 | 7 << 76 | 2 << 62)
