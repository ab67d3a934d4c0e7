"""Tables of writing: drafts, uploads, templates, signatures, and what an agent prefers."""

from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from tickets.database import Base, words
from tickets.desk.rules.words import DraftKind


class Draft(Base):
    """A text that its writer interrupted (DR-01). It belongs to one agent; nobody else reads it.

    A ticket has at most one draft of a kind from one agent; one that came back from a withdrawn mail is ``recovered``
    and does not count, because its writer may have begun the next one already. ``content`` is `shapes.DraftContent`.
    """

    __tablename__ = "draft"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    agent_id: Mapped[UUID] = mapped_column(sa.ForeignKey("agent.id"))
    ticket_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("ticket.id"), index=True)
    kind: Mapped[DraftKind] = mapped_column(words(DraftKind))
    version: Mapped[int]
    recovered: Mapped[bool]
    content: Mapped[dict[str, Any]]
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]


sa.Index("draft_of_agent", Draft.agent_id, Draft.changed_at.desc(), Draft.id.desc())
sa.Index(
    "draft_once",
    Draft.agent_id,
    Draft.ticket_id,
    Draft.kind,
    unique=True,
    postgresql_where=sa.text("ticket_id IS NOT NULL AND NOT recovered"),
)


class Upload(Base):
    """A file that an agent brought, until it is in an activity; the bytes are in the blob store (OD-07).

    It ends at ``expires_at`` unless a draft names it. The bytes stay: another activity may have the same.
    """

    __tablename__ = "upload"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    agent_id: Mapped[UUID] = mapped_column(sa.ForeignKey("agent.id"), index=True)
    filename: Mapped[str]
    content_type: Mapped[str]
    size: Mapped[int] = mapped_column(sa.BigInteger)
    sha256: Mapped[str]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)


class Template(Base):
    """A text to begin with (TS-06). With an ``owner_id`` only that agent has it, without a channel it fits all.

    ``variants`` holds ``{"subject", "html"}`` by language.
    """

    __tablename__ = "template"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    name: Mapped[str]
    kind: Mapped[str]
    channel: Mapped[str | None] = mapped_column(sa.ForeignKey("channel.key"))
    owner_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("agent.id"))
    variants: Mapped[dict[str, Any]]
    version: Mapped[int]
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]


sa.Index("template_by_name", sa.func.lower(Template.name), Template.id)


class Signature(Base):
    """What stands below the mails of a channel (TS-06). ``variants`` holds HTML by language."""

    __tablename__ = "signature"

    channel: Mapped[str] = mapped_column(sa.ForeignKey("channel.key"), primary_key=True)
    variants: Mapped[dict[str, Any]]
    version: Mapped[int]


class WritingPreference(Base):
    """How long an agent can take a mail back, in seconds, where the request does not say."""

    __tablename__ = "writing_preference"

    agent_id: Mapped[UUID] = mapped_column(sa.ForeignKey("agent.id"), primary_key=True)
    undo_seconds: Mapped[int | None]
