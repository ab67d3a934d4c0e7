"""The table of what each agent has read."""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from tickets.database import Base


class ReadMark(Base):
    """How far an agent has read a ticket: to the activities of ``until``; none means they marked it unread.

    Without foreign keys, as presence: these would lock, and so write, the ticket's row each time that it is opened.
    """

    __tablename__ = "read_mark"

    agent_id: Mapped[UUID] = mapped_column(primary_key=True)
    ticket_id: Mapped[UUID] = mapped_column(primary_key=True)
    until: Mapped[datetime | None]
    marked_at: Mapped[datetime]

    __table_args__ = (sa.Index(None, "marked_at"),)
