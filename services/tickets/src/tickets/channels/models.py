"""Tables of channels: workflows with their statuses, channels, and who subscribes to them."""

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


class Status(Base):
    """A place in a workflow. The one at position 0 is where a ticket begins.

    ``customer_name`` is what the customer reads instead of ``name`` (PX-09).
    """

    __tablename__ = "status"

    workflow: Mapped[str] = mapped_column(sa.ForeignKey("workflow.key"), primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    customer_name: Mapped[str]
    category: Mapped[Category] = mapped_column(words(Category))
    ball: Mapped[Ball] = mapped_column(words(Ball))
    position: Mapped[int]

    __table_args__ = (sa.UniqueConstraint("workflow", "position"),)


class Channel(Base):
    """Where a ticket belongs. The key never changes: it is in subjects of the bus and in URLs.

    ``from_name`` stands before the address of the channel's mails; None leaves it to the mail account. ``reopen_days``
    is how long a reply to a closed ticket reopens it; None: always (C8).
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


class Subscription(Base):
    """What ties an agent to a channel: it decides who may see a ticket and who is told."""

    __tablename__ = "subscription"

    channel: Mapped[str] = mapped_column(sa.ForeignKey("channel.key"), primary_key=True)
    agent_id: Mapped[UUID] = mapped_column(sa.ForeignKey("agent.id"), primary_key=True)
    kind: Mapped[Subscribed] = mapped_column(words(Subscribed))

    __table_args__ = (sa.Index(None, "agent_id", "channel", "kind"),)
