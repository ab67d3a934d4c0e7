"""The table of absences: one for each agent at most, the present or the next one."""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from tickets.database import Base


class Absence(Base):
    """From when to when an agent is away, and who acts for them. Without ``ends_at`` until somebody says otherwise."""

    __tablename__ = "absence"

    agent_id: Mapped[UUID] = mapped_column(sa.ForeignKey("agent.id"), primary_key=True)
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime | None]
    substitute_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("agent.id"), index=True)

    __table_args__ = (
        sa.CheckConstraint("ends_at > starts_at", name="order"),
        sa.CheckConstraint("substitute_id <> agent_id", name="other"),
    )
