"""The table of who is where: it is not in the write-ahead log, because a crash may forget it."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Mapped, mapped_column

from tickets.database import Base, words
from tickets.desk.presence.words import Present


class Presence(Base):
    """An agent in a ticket until a moment. Without foreign keys: these would lock, and so write, the ticket's row."""

    __tablename__ = "presence"

    ticket_id: Mapped[UUID] = mapped_column(primary_key=True)
    agent_id: Mapped[UUID] = mapped_column(primary_key=True)
    state: Mapped[Present] = mapped_column(words(Present))
    until: Mapped[datetime]

    __table_args__ = ({"prefixes": ["UNLOGGED"], "postgresql_with": {"fillfactor": "50"}},)
