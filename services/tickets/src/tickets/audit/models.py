"""The tables of the audit log. Triggers of the database refuse to change or remove what is in them."""

from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from tickets.audit.rules.chain import ActorKind
from tickets.database import Base, words


class AuditEntry(Base):
    """Something that was done to the desk itself. ``seq`` has no gaps; ``hash`` covers the row and ``previous``."""

    __tablename__ = "audit_entry"

    seq: Mapped[int] = mapped_column(sa.BigInteger, primary_key=True, autoincrement=False)
    id: Mapped[UUID] = mapped_column(unique=True)
    at: Mapped[datetime]
    actor_kind: Mapped[ActorKind] = mapped_column(words(ActorKind))
    actor_id: Mapped[UUID | None]
    actor_name: Mapped[str]
    credential_kind: Mapped[str | None]
    address: Mapped[str]
    user_agent: Mapped[str]
    action: Mapped[str]
    subject: Mapped[str]
    details: Mapped[dict[str, Any]]
    previous: Mapped[bytes]
    hash: Mapped[bytes]

    __table_args__ = (
        sa.Index(None, "at", "seq"),
        sa.Index(None, "actor_id", "at", "seq"),
        sa.Index(None, "action", "at", "seq"),
        sa.Index(None, "subject", "at", "seq"),
    )


class AuditHead(Base):
    """The one row that says how long the log is: whoever cuts entries off at the end does not fit it any more."""

    __tablename__ = "audit_head"

    single: Mapped[bool] = mapped_column(primary_key=True)
    entries: Mapped[int] = mapped_column(sa.BigInteger)
    hash: Mapped[bytes]

    __table_args__ = (sa.CheckConstraint("single", name="single"),)
