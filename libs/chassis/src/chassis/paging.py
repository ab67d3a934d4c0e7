"""Cursors of keyset pages: opaque to the caller, strict when they come back."""

import base64
import binascii
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson

from chassis.problems import FieldError, Invalid


class InvalidCursor(Invalid):
    """The cursor is not one that we gave out."""

    code = "invalid_cursor"

    def __init__(self) -> None:
        super().__init__(
            "This cursor is not valid. Start again without a cursor.",
            errors=[FieldError(field="query.cursor", detail="not one that this list gave out")],
        )


def encode_cursor(*values: datetime | UUID | int | str) -> str:
    """A cursor from the sort key of a page's last row."""
    return base64.urlsafe_b64encode(orjson.dumps(values, default=str)).decode().rstrip("=")


def decode_cursor(cursor: str, *kinds: type[Any]) -> tuple[Any, ...]:
    """The sort key in a cursor, each part of its kind. Raises `InvalidCursor`."""
    try:
        values = orjson.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        return tuple(_read(kind, value) for kind, value in zip(kinds, values, strict=True))
    except (ValueError, TypeError, binascii.Error) as error:
        raise InvalidCursor from error


def _read(kind: type[Any], value: object) -> object:
    if kind is datetime:
        read = datetime.fromisoformat(str(value))
        if read.tzinfo is None:
            raise ValueError("a time without a zone")
        return read
    if kind is int:
        if not isinstance(value, int) or not -(2**63) <= value < 2**63:
            raise ValueError("not a whole number that PostgreSQL knows")
        return value
    if kind is str and "\x00" in str(value):
        raise ValueError("PostgreSQL stores no NUL")
    return kind(str(value))
