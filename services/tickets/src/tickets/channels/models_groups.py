"""Tables of what administrators set about subscriptions: groups of agents, and who subscribes, alone or as a group.

The table ``subscription`` is derived from them (`channels.groups.derive`), and is what everything else reads.
"""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from tickets.channels.rules.words import Subscribed
from tickets.database import Base, words


class Group(Base):
    """Agents who subscribe to channels together."""

    __tablename__ = "agent_group"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    name: Mapped[str]
    version: Mapped[int]
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]

    __table_args__ = (sa.Index("agent_group_by_name", sa.text("lower(name)"), unique=True),)


class GroupMember(Base):
    """An agent in a group."""

    __tablename__ = "agent_group_member"

    group_id: Mapped[UUID] = mapped_column(sa.ForeignKey("agent_group.id", ondelete="CASCADE"), primary_key=True)
    agent_id: Mapped[UUID] = mapped_column(sa.ForeignKey("agent.id"), primary_key=True)

    __table_args__ = (sa.Index(None, "agent_id"),)


class DirectSubscription(Base):
    """An agent who subscribes to a channel themselves."""

    __tablename__ = "direct_subscription"

    channel: Mapped[str] = mapped_column(sa.ForeignKey("channel.key"), primary_key=True)
    agent_id: Mapped[UUID] = mapped_column(sa.ForeignKey("agent.id"), primary_key=True)
    kind: Mapped[Subscribed] = mapped_column(words(Subscribed))

    __table_args__ = (sa.Index(None, "agent_id"),)


class GroupSubscription(Base):
    """A group whose members all subscribe to a channel."""

    __tablename__ = "group_subscription"

    channel: Mapped[str] = mapped_column(sa.ForeignKey("channel.key"), primary_key=True)
    group_id: Mapped[UUID] = mapped_column(sa.ForeignKey("agent_group.id", ondelete="CASCADE"), primary_key=True)
    kind: Mapped[Subscribed] = mapped_column(words(Subscribed))

    __table_args__ = (sa.Index(None, "group_id"),)
