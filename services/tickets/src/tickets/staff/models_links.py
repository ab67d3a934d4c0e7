"""Tables of one-time links: those that work, and those that somebody asked for and that are still to be mailed."""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from tickets.database import Base, words
from tickets.staff.rules.links import Purpose


class OneTimeLink(Base):
    """A link that works until it is used or ends. Only its hash is known. The one for setting up has no agent."""

    __tablename__ = "one_time_link"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    purpose: Mapped[Purpose] = mapped_column(words(Purpose))
    agent_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("agent.id"), index=True)
    secret_sha256: Mapped[bytes] = mapped_column(unique=True)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)


class LinkRequest(Base):
    """Somebody wants a link mailed to an address, whether or not an agent has it: a job finds out.

    Kept for a while after ``done_at``, to count how often one asks. ``network`` is empty where an administrator asked.
    """

    __tablename__ = "link_request"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    purpose: Mapped[Purpose] = mapped_column(words(Purpose))
    account: Mapped[str]
    network: Mapped[str]
    asked_at: Mapped[datetime]
    due_at: Mapped[datetime]
    tries: Mapped[int]
    done_at: Mapped[datetime | None]

    __table_args__ = (
        sa.Index(None, "account", "asked_at"),
        sa.Index(None, "network", "asked_at"),
        sa.Index("link_request_due", "due_at", postgresql_where=sa.text("done_at IS NULL")),
        sa.Index(None, "done_at"),
    )
