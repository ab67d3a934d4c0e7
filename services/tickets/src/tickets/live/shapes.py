"""The events of the live stream: what stands behind ``data:``, by the name behind ``event:``."""

from typing import Literal
from uuid import UUID

from typing_extensions import TypedDict

from contracts.tickets import Reason
from tickets.desk.presence.shapes import TicketPresence

__all__ = [
    "LiveNotification",
    "LiveNotificationsRead",
    "LiveReady",
    "LiveResync",
    "LiveTicket",
    "LiveTicketLeft",
    "TicketPresence",
]


class LiveReady(TypedDict):
    """``ready``: from here on nothing is missed. ``resumed``: what was missed meanwhile follows."""

    resumed: bool
    heartbeat_seconds: int


class LiveTicket(TypedDict):
    """``ticket``: a ticket that the agent may see changed; the state is that of this moment."""

    id: UUID
    number: int
    version: int
    changed: list[str]
    channel: str
    status: str
    closed: bool
    owner_id: UUID | None
    responsible_id: UUID | None


class LiveTicketLeft(TypedDict):
    """``ticket_left``: a ticket moved out of the agent's sight. Where to is not theirs to know."""

    number: int


class LiveNotification(TypedDict):
    """``notification``: the agent was told something about a ticket."""

    id: UUID
    ticket_number: int
    kind: str
    reasons: list[Reason]


class LiveNotificationsRead(TypedDict):
    """``notifications_read``: the agent has read this notification, and with ``older`` all before it."""

    id: UUID
    older: bool


class LiveResync(TypedDict):
    """``resync``: something was or may have been missed; what ``of`` names is to be read anew.

    ``gap``: the client was away for too long. ``slow``: it did not read fast enough. ``access``: other channels are
    visible now. ``bus``: notifications could not be heard for a moment.
    """

    reason: Literal["gap", "slow", "access", "bus"]
    of: list[Literal["tickets", "notifications", "presence"]]
