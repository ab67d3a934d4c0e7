"""Tables of properties: what tickets can be given, as administrators and agents defined it."""

from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from tickets.database import Base, words
from tickets.properties.rules.words import FieldType


class ColourMarker(Base):
    """A colour that an agent gives to a ticket (CF-03). One that is not ``active`` stays where it is."""

    __tablename__ = "colour_marker"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    colour: Mapped[str]
    position: Mapped[int]
    active: Mapped[bool]
    version: Mapped[int]


class Priority(Base):
    """How urgent a ticket is, the least at the lowest position (CF-05). Priorities are never deleted.

    ``name`` holds a text for each language. Exactly one is the default, and that one is active.
    """

    __tablename__ = "priority"

    key: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[dict[str, Any]]
    position: Mapped[int]
    active: Mapped[bool]
    is_default: Mapped[bool]
    version: Mapped[int]

    __table_args__ = (sa.Index("priority_default", "is_default", unique=True, postgresql_where=sa.text("is_default")),)


class Tag(Base):
    """A free word on tickets (TS-03): they hold ``key``, its canonical form; people see ``name``.

    A tag that was merged or renamed stays as an alias: who writes it gets ``merged_into``. While ``merging``, tickets
    may still hold it.
    """

    __tablename__ = "tag"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(sa.Text(collation="C"), unique=True)
    name: Mapped[str]
    merged_into: Mapped[UUID | None] = mapped_column(sa.ForeignKey("tag.id"))
    merging: Mapped[bool]
    created_at: Mapped[datetime]

    __table_args__ = (
        sa.Index("tag_aliases", "merged_into", postgresql_where=sa.text("merged_into IS NOT NULL")),
        sa.Index("tag_merging", "id", postgresql_where=sa.text("merging")),
    )


class FieldDefinition(Base):
    """A custom field (TS-04), of the channels named in ``channels``, or of all where that is None.

    ``label`` and ``help`` hold a text for each language, ``choices`` are ``{"key", "label", "active"}``. ``preset`` is
    the value that a form begins with. The type never changes, because tickets hold values of it.
    """

    __tablename__ = "field_definition"

    key: Mapped[str] = mapped_column(primary_key=True)
    label: Mapped[dict[str, Any]]
    help: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    type: Mapped[FieldType] = mapped_column(words(FieldType))
    channels: Mapped[list[str] | None] = mapped_column(ARRAY(sa.Text))
    required: Mapped[bool]
    preset: Mapped[Any | None] = mapped_column(JSONB(none_as_null=True))
    choices: Mapped[list[dict[str, Any]]]
    position: Mapped[int]
    active: Mapped[bool]
    version: Mapped[int]
