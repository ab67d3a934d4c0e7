"""The declarative base that every noun's tables share."""

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import DeclarativeBase, InstrumentedAttribute

NAMES = {
    "ix": "%(table_name)s_%(column_0_N_name)s",
    "uq": "%(table_name)s_%(column_0_N_name)s_key",
    "ck": "%(table_name)s_%(constraint_name)s_check",
    "fk": "%(table_name)s_%(column_0_N_name)s_fkey",
    "pk": "%(table_name)s_pkey",
}
"""Constraints get the names that PostgreSQL itself would give, so that a migration can speak of them."""


class Base(DeclarativeBase):
    """The tables of this service; times are with time zone, texts without a length (the API limits them)."""

    metadata = sa.MetaData(naming_convention=NAMES)
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        datetime: sa.DateTime(timezone=True),
        str: sa.Text,
        UUID: sa.Uuid,
        dict[str, Any]: JSONB,
        list[dict[str, Any]]: JSONB,
        list[str]: JSONB,
    }


AnyRow = sa.Row[*tuple[Any, ...]]
"""A row whose columns are named in the statement that gives it."""


def words(kind: type[StrEnum]) -> sa.Enum:
    """A closed set of words, stored as text: the migration does not fix the set, the code does."""
    return sa.Enum(
        kind,
        native_enum=False,
        create_constraint=False,
        length=40,
        values_callable=lambda of: [member.value for member in of],
    )


def table_of(model: type[Base]) -> sa.Table:
    """The table behind a model, for statements that write many rows without the ORM's unit of work."""
    table = model.__table__
    if not isinstance(table, sa.Table):
        raise TypeError(f"{model.__name__} is not mapped to a table")
    return table


def is_any(column: InstrumentedAttribute[Any], name: str) -> sa.ColumnElement[bool]:
    """``column = ANY(:name)``, for a statement that is built once: what ``name`` holds is given with the execution."""
    return column == sa.any_(sa.bindparam(name, type_=ARRAY(column.type)))


def is_one_of(column: InstrumentedAttribute[Any], values: Iterable[Any]) -> sa.ColumnElement[bool]:
    """``column = ANY(values)``: one statement however many values there are, so that it is prepared once."""
    array = ARRAY(column.type)
    return column == sa.any_(sa.cast(sa.bindparam(None, [*values], type_=array), array))
