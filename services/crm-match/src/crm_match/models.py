"""The tables of the contact service: companies, contacts and their addresses."""

from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, TSVECTOR
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from chassis.tables import add_tables

NAMES = {
    "ix": "%(table_name)s_%(column_0_N_name)s",
    "uq": "%(table_name)s_%(column_0_N_name)s_key",
    "fk": "%(table_name)s_%(column_0_N_name)s_fkey",
    "pk": "%(table_name)s_pkey",
}


class Base(DeclarativeBase):
    """The tables of this service; times are with time zone, texts without a length (the API limits them)."""

    metadata = sa.MetaData(naming_convention=NAMES)
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        datetime: sa.DateTime(timezone=True),
        str: sa.Text,
        list[str]: ARRAY(sa.Text),
        UUID: sa.Uuid,
    }


class Company(Base):
    """What contacts belong to. Its name is unique without regard to case."""

    __tablename__ = "company"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    name: Mapped[str]
    words: Mapped[list[str]]
    search: Mapped[str] = mapped_column(TSVECTOR, sa.Computed("array_to_tsvector(words)", persisted=True))
    version: Mapped[int]
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]

    __table_args__ = (
        sa.Index("company_name_key", sa.text("lower(name)"), unique=True),
        sa.Index("company_search", "search", postgresql_using="gin"),
    )


class Contact(Base):
    """A person outside. ``words`` and ``company_words`` are what the search finds them by."""

    __tablename__ = "contact"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    name: Mapped[str]
    phones: Mapped[list[str]]
    language: Mapped[str]
    company_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("company.id"))
    words: Mapped[list[str]]
    company_words: Mapped[list[str]]
    search: Mapped[str] = mapped_column(
        TSVECTOR, sa.Computed("array_to_tsvector(words || company_words)", persisted=True)
    )
    version: Mapped[int]
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]

    __table_args__ = (
        sa.Index("contact_by_name", sa.text("lower(name)"), "id"),
        sa.Index("contact_by_company", "company_id", sa.text("lower(name)"), "id"),
        sa.Index("contact_search", "search", postgresql_using="gin"),
    )


class ContactAddress(Base):
    """An address of a contact in the form of `rules.addresses.address_key`; position 0 is the preferred one."""

    __tablename__ = "contact_address"

    contact_id: Mapped[UUID] = mapped_column(sa.ForeignKey("contact.id", ondelete="CASCADE"), primary_key=True)
    address: Mapped[str] = mapped_column(primary_key=True)
    position: Mapped[int]

    __table_args__ = (sa.Index("contact_address_by_address", "address"),)


metadata = Base.metadata
add_tables(metadata)
