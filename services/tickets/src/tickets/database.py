"""The declarative base that every noun's tables share."""

from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase

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
    }
