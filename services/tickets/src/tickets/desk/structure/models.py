"""Tables of what ties tickets together: merges and splits with what takes them back, and links."""

from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from tickets.database import Base, words
from tickets.desk.rules.structure import Change, Link


class StructuralChange(Base):
    """A merge or a split. Ids are in the order of time.

    ``ticket_id`` is the ticket that goes on, ``other_id`` the one that was merged into it or split off from it.
    ``memory`` is what an undo needs and cannot find anywhere else; its shape is that of its ``kind``
    (`structure.merging`, `structure.splitting`).
    """

    __tablename__ = "structural_change"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[Change] = mapped_column(words(Change))
    ticket_id: Mapped[UUID] = mapped_column(sa.ForeignKey("ticket.id"))
    other_id: Mapped[UUID] = mapped_column(sa.ForeignKey("ticket.id"))
    agent_id: Mapped[UUID] = mapped_column(sa.ForeignKey("agent.id"))
    agent_name: Mapped[str]
    at: Mapped[datetime]
    memory: Mapped[dict[str, Any]] = mapped_column(JSONB)
    undone_at: Mapped[datetime | None]

    __table_args__ = (sa.Index(None, "ticket_id", "id"), sa.Index(None, "other_id", "id"))


class TicketLink(Base):
    """A link between two tickets, read as "``from_id`` <kind> ``to_id``" (TS-05).

    A link that reads the same from both sides has the smaller id first, so that it is there once. A link of a merged
    ticket stays as it is and is shown at the ticket that it was merged into.
    """

    __tablename__ = "ticket_link"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[Link] = mapped_column(words(Link))
    from_id: Mapped[UUID] = mapped_column(sa.ForeignKey("ticket.id"))
    to_id: Mapped[UUID] = mapped_column(sa.ForeignKey("ticket.id"))
    agent_id: Mapped[UUID] = mapped_column(sa.ForeignKey("agent.id"))
    at: Mapped[datetime]

    __table_args__ = (sa.UniqueConstraint("from_id", "to_id", "kind"), sa.Index(None, "to_id"))
