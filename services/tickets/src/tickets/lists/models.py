"""Tables of lists: what lists and search know of activities, how many tickets there are of each sort, saved views.

The first two repeat what tickets and activities say. Triggers of the database keep them (migrations 0009 and 0011),
in the transaction that changes the ticket, so that no code can forget them and nobody reads them before or after the
ticket.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import TSVECTOR
from sqlalchemy.orm import Mapped, mapped_column

from tickets.channels.rules.words import Ball
from tickets.database import Base, words
from tickets.desk.rules.words import Kind
from tickets.lists.rules.words import SharedWith


class ActivityEntry(Base):
    """An activity as lists and search know it; ``channel`` is that of its ticket, now.

    ``words`` holds the stems of what was written and of what the ticket is called, in German and in English, and
    beside them lexemes that no text can contain: the channel (``=c:support``), the time at four scales (``=3:61234``:
    hours since 1970 shifted by three), and both together (``=3:61234:support``). They let the index of words answer
    "in these channels, lately" without reading rows. ``by_staff`` marks what makes a ticket *handled* (LF-05).
    """

    __tablename__ = "activity_entry"

    activity_id: Mapped[UUID] = mapped_column(sa.ForeignKey("activity.id", ondelete="CASCADE"), primary_key=True)
    ticket_id: Mapped[UUID]
    channel: Mapped[str]
    kind: Mapped[Kind] = mapped_column(words(Kind))
    author_id: Mapped[UUID | None]
    at: Mapped[datetime]
    by_staff: Mapped[bool]
    words: Mapped[str] = mapped_column(TSVECTOR, deferred=True)


_newest = (ActivityEntry.at.desc(), ActivityEntry.activity_id.desc())
sa.Index("activity_entry_of_ticket", ActivityEntry.ticket_id, *_newest)
sa.Index("activity_entry_list", ActivityEntry.channel, *_newest)
sa.Index("activity_entry_list_kind", ActivityEntry.channel, ActivityEntry.kind, *_newest)
sa.Index(
    "activity_entry_list_author",
    ActivityEntry.author_id,
    *_newest,
    postgresql_where=ActivityEntry.author_id.is_not(None),
)
sa.Index(
    "activity_entry_handled",
    ActivityEntry.channel,
    ActivityEntry.at.desc(),
    ActivityEntry.ticket_id,
    postgresql_where=ActivityEntry.by_staff,
)
sa.Index("activity_entry_words", ActivityEntry.words, postgresql_using="gin")

tally = sa.Table(
    "ticket_tally",
    Base.metadata,
    sa.Column("channel", sa.Text, nullable=False),
    sa.Column("status", sa.Text, nullable=False),
    sa.Column("closed", sa.Boolean, nullable=False),
    sa.Column("ball", words(Ball), nullable=False),
    sa.Column("owned", sa.Boolean, nullable=False),
    sa.Column("tickets", sa.BigInteger, nullable=False),
    sa.Index("ticket_tally_channel", "channel"),
)
"""How many tickets there are of each sort: the sum over the rows of a sort.

Rows are only added, one for each sort that a transaction gave tickets to or took them from, so that nobody waits for
anybody; the job ``lists-upkeep`` replaces the rows of a sort by their sum.
"""


class View(Base):
    """A list with filters that an agent named and kept, for themselves or for others (LF-06).

    ``filters`` is `shapes.Narrowing`. ``channel`` is set where the view is for the subscribers of a channel.
    """

    __tablename__ = "view"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    owner_id: Mapped[UUID] = mapped_column(sa.ForeignKey("agent.id"))
    name: Mapped[str]
    shared_with: Mapped[SharedWith] = mapped_column(words(SharedWith))
    channel: Mapped[str | None] = mapped_column(sa.ForeignKey("channel.key"))
    filters: Mapped[dict[str, Any]]
    position: Mapped[int]
    version: Mapped[int]

    __table_args__ = (
        sa.Index("view_of_owner", "owner_id"),
        sa.Index("view_of_channel", "channel", postgresql_where=sa.text("channel IS NOT NULL")),
        sa.Index("view_of_everybody", "position", "id", postgresql_where=sa.text("shared_with = 'everybody'")),
    )
