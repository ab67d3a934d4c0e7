"""What the portal tells: what customers wrote.

Both events are internal and carry the text, because the ticket needs it. They are stored in the portal's own
database first, so a customer can write while the ticket core is down.
"""

from datetime import datetime
from uuid import UUID

from contracts.messages import Event, Shape


class Author(Shape):
    """The signed-in contact who wrote."""

    contact_id: UUID
    name: str
    address: str
    company_id: UUID | None = None
    company_name: str | None = None


class TicketSubmitted(Event):
    """A customer opened a ticket in the portal (PX-02)."""

    submission_id: UUID
    author: Author
    submitted_at: datetime
    channel: str
    subject: str
    text: str


class ReplySubmitted(Event):
    """A customer answered in the portal (PX-02). ``contact_ids`` are those whose tickets the access shows."""

    submission_id: UUID
    author: Author
    contact_ids: tuple[UUID, ...]
    submitted_at: datetime
    number: int
    text: str
