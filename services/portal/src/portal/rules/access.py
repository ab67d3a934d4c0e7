"""What an external access allows (PX-05): sections, channels, and whose tickets are shown."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from contracts.portal import Author


class Section(StrEnum):
    """A part of the portal that an access can show."""

    TICKETS = "tickets"


class Visibility(StrEnum):
    """Whose tickets a customer sees: their own, or those of everybody in their company."""

    OWN = "own"
    COMPANY = "company"


class ChannelUse(StrEnum):
    """What a customer may do in a channel; one that is not named is not theirs."""

    USE = "use"
    READ = "read"


@dataclass(frozen=True, kw_only=True)
class AccessFields:
    """What an administrator decides about an external access."""

    name: str
    active: bool
    sections: frozenset[Section]
    visibility: Visibility
    channels: Mapping[str, ChannelUse]


@dataclass(frozen=True, kw_only=True)
class SignedIn:
    """A customer with a session, and what their access allows at this moment."""

    digest: bytes
    contact_id: UUID
    access_id: UUID
    author: Author
    sections: frozenset[Section]
    visibility: Visibility
    channels: Mapping[str, ChannelUse]
    used_at: datetime
    expires_at: datetime


def usable_channels(channels: Mapping[str, ChannelUse]) -> list[str]:
    """The channels that new tickets may go to, by key."""
    return sorted(key for key, use in channels.items() if use is ChannelUse.USE)
