"""Server-sent events as bytes (HTML standard, §9.2)."""

from collections.abc import Mapping
from typing import Literal
from uuid import UUID

import orjson

from tickets.live.rules.positions import Position
from tickets.live.shapes import (
    LiveNotification,
    LiveNotificationsRead,
    LiveReady,
    LiveResync,
    LiveTicket,
    LiveTicketLeft,
    TicketPresence,
)

RETRY_MS = (1_000, 5_000)
"""Between how many milliseconds a client waits before it comes back; each its own time, or all would come at once."""


def ticket(data: LiveTicket) -> bytes:
    """A ticket changed."""
    return _frame("ticket", data)


def ticket_left(data: LiveTicketLeft) -> bytes:
    """A ticket went out of sight."""
    return _frame("ticket_left", data)


def presence(data: TicketPresence) -> bytes:
    """Others are in a ticket now."""
    return _frame("presence", data)


def notification(data: LiveNotification) -> bytes:
    """The agent was told something."""
    return _frame("notification", data)


def notifications_read(data: LiveNotificationsRead) -> bytes:
    """The agent has read something elsewhere."""
    return _frame("notifications_read", data)


def ready(data: LiveReady) -> bytes:
    """Nothing is missed from here on."""
    return _frame("ready", data)


def resync(reason: Literal["gap", "slow", "access", "bus"]) -> bytes:
    """Something has to be read anew."""
    data: LiveResync = {"reason": reason, "of": ["tickets", "notifications", "presence"]}
    if reason == "bus":
        data["of"] = ["notifications", "presence"]
    return _frame("resync", data)


COUNTERS = b"event: counters\ndata: {}\n\n"
"""Counters may have changed: ask for them anew."""

ENDED = b'event: ended\ndata: {"reason": "signed_out"}\n\n'
"""The session or token has ended, and with it the stream."""

HEARTBEAT = b":\n\n"
"""A comment: nothing happened, and the connection is alive."""


def position(at: Position) -> bytes:
    """Where the client stands now: it is no event, but what a client sends as Last-Event-ID (§9.2.6)."""
    return f"id: {at}\n\n".encode()


def retry(milliseconds: int) -> bytes:
    """How long a client waits before it comes back."""
    return f"retry: {milliseconds}\n\n".encode()


def _frame(name: str, data: Mapping[str, object]) -> bytes:
    return b"event: %b\ndata: %b\n\n" % (name.encode(), orjson.dumps(data, default=_text_of_id))


def _text_of_id(value: object) -> str:
    """The database driver's own kind of UUID. Raises TypeError for anything else."""
    if isinstance(value, UUID):
        return str(value)
    raise TypeError(f"{type(value).__name__} cannot be written as JSON")
