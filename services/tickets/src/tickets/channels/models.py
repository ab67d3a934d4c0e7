"""Tables of channels: workflows with their statuses, channels, and who subscribes to them."""

from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from tickets.channels.rules.words import Ball, Category, SubjectNumber, Subscribed
from tickets.database import Base, words


class Workflow(Base):
    """The statuses that the tickets of a channel can have. ``standard`` comes with the installation (TC-12)."""

    __tablename__ = "workflow"

    key: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    version: Mapped[int] = mapped_column(server_default="1")


class Status(Base):
    """A place in a workflow; the first one is where a ticket begins.

    ``customer_name`` is what the customer reads instead of ``name`` (PX-09). ``moves`` are the keys of those that an
    agent may choose next; none means any. A status with a ``successor`` was deleted: nobody chooses it any more, and a
    job gives its tickets the successor. Its row stays, so that no ticket is ever without a status.
    """

    __tablename__ = "status"

    workflow: Mapped[str] = mapped_column(sa.ForeignKey("workflow.key"), primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    customer_name: Mapped[str]
    category: Mapped[Category] = mapped_column(words(Category))
    ball: Mapped[Ball] = mapped_column(words(Ball))
    position: Mapped[int]
    moves: Mapped[list[str]] = mapped_column(server_default=sa.text("'[]'::jsonb"))
    successor: Mapped[str | None]

    @property
    def deleted(self) -> bool:
        """Whether it was deleted: its tickets go to the successor."""
        return self.successor is not None


class Channel(Base):
    """Where a ticket belongs. The key never changes: it is in subjects of the bus and in URLs.

    ``from_name`` stands before the address of the channel's mails; None leaves it to the mail account. ``reopen_days``
    is how long a reply to a closed ticket reopens it; None: always (C8). A channel that is not ``active`` takes no new
    tickets. ``told`` holds roles by occasion, as far as
    they differ from the default (`rules.told`). ``owner_starts_work``: the owner's first activity does (C6).
    """

    __tablename__ = "channel"

    key: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    parent: Mapped[str | None] = mapped_column(sa.ForeignKey("channel.key"))
    workflow: Mapped[str] = mapped_column(sa.ForeignKey("workflow.key"))
    subject_number: Mapped[SubjectNumber] = mapped_column(words(SubjectNumber))
    informal_read_only: Mapped[bool]
    from_name: Mapped[str | None]
    reopen_days: Mapped[int | None]
    position: Mapped[int]
    version: Mapped[int]
    active: Mapped[bool] = mapped_column(server_default=sa.true())
    owner_starts_work: Mapped[bool] = mapped_column(server_default=sa.true())
    told: Mapped[dict[str, Any]] = mapped_column(server_default=sa.text("'{}'::jsonb"))


class Subscription(Base):
    """What ties an agent to a channel: it decides who may see a ticket and who is told."""

    __tablename__ = "subscription"

    channel: Mapped[str] = mapped_column(sa.ForeignKey("channel.key"), primary_key=True)
    agent_id: Mapped[UUID] = mapped_column(sa.ForeignKey("agent.id"), primary_key=True)
    kind: Mapped[Subscribed] = mapped_column(words(Subscribed))

    __table_args__ = (sa.Index(None, "agent_id", "channel", "kind"),)


class BreakGlass(Base):
    """An administrator opened one ticket of a channel that they do not subscribe to, for a while (CV-11)."""

    __tablename__ = "break_glass"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    ticket_id: Mapped[UUID] = mapped_column(sa.ForeignKey("ticket.id"))
    agent_id: Mapped[UUID] = mapped_column(sa.ForeignKey("agent.id"))
    reason: Mapped[str]
    opened_at: Mapped[datetime]
    ends_at: Mapped[datetime]

    __table_args__ = (sa.Index(None, "ticket_id", "id"), sa.Index(None, "agent_id", "ends_at"))
