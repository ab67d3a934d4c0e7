"""What the notification service tells: whom it has just told something in the app, and who has read it.

Both are heard by whatever shows an agent their notifications now. They are thin, and name no count: how many are unread
depends on what the agent may see at that moment, which only the list and the counter of the API say.
"""

from uuid import UUID

from contracts.messages import Event, Shape
from contracts.tickets import Reason


class AddedNotification(Shape):
    """A notification of one agent; ``kind`` is the word that the API has for it, ``assigned`` for example."""

    agent_id: UUID
    notification_id: UUID
    ticket_id: UUID
    number: int
    kind: str
    reasons: tuple[Reason, ...]


class NotificationsAdded(Event):
    """Agents were told something in the app; one event for what was told together."""

    notifications: tuple[AddedNotification, ...]


class NotificationsRead(Event):
    """An agent has read this notification, and with ``older`` all before it, in one of their browsers."""

    agent_id: UUID
    notification_id: UUID
    older: bool
