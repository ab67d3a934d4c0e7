"""Tables of bulk actions: what was asked, and how each ticket of it fared."""

from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from tickets.database import Base, words
from tickets.desk.rules.bulk import ItemState


class BulkAction(Base):
    """One action on many tickets. ``action`` is as `desk.bulk.shapes` has it; ``undone_at`` is when undo was asked.

    ``permissions`` are those of the moment: the part that a job does later must not be allowed more.
    """

    __tablename__ = "bulk_action"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    agent_id: Mapped[UUID] = mapped_column(sa.ForeignKey("agent.id"))
    at: Mapped[datetime]
    action: Mapped[dict[str, Any]] = mapped_column(JSONB)
    reason: Mapped[str]
    permissions: Mapped[list[str]] = mapped_column(JSONB)
    undone_at: Mapped[datetime | None]

    __table_args__ = (sa.Index(None, "agent_id", "id"),)


class BulkItem(Base):
    """A ticket of a bulk action. ``before`` are the values that an undo puts back, if the version is still ``version``.

    ``code`` and ``detail`` say why it was refused, or why it was not undone.
    """

    __tablename__ = "bulk_item"

    bulk_id: Mapped[UUID] = mapped_column(sa.ForeignKey("bulk_action.id"), primary_key=True)
    number: Mapped[int] = mapped_column(sa.BigInteger, primary_key=True)
    state: Mapped[ItemState] = mapped_column(words(ItemState))
    code: Mapped[str | None]
    detail: Mapped[str | None]
    before: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    version: Mapped[int | None]

    __table_args__ = (
        sa.Index(
            "bulk_item_waiting",
            "bulk_id",
            "number",
            postgresql_where=sa.text("state IN ('waiting', 'undo_waiting')"),
        ),
    )
