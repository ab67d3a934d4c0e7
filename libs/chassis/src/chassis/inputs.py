"""What callers send: the base of every body, moments in time, and the characters that no text may hold."""

from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from pydantic import AfterValidator, AwareDatetime, BaseModel, BeforeValidator, ConfigDict, GetCoreSchemaHandler
from pydantic_core import CoreSchema, core_schema


def _narrowed(part: Any) -> Any:  # noqa: ANN401  # a schema is as deep and as mixed as JSON
    if isinstance(part, list | tuple):
        return type(part)(_narrowed(inner) for inner in part)
    if not isinstance(part, dict):
        return part
    # How a value is written out is none of our business here; metadata is pydantic's own.
    return _refused_at_the_door(
        {
            name: value if name in {"serialization", "metadata", "default"} else _narrowed(value)
            for name, value in part.items()
        }
    )


def _refused_at_the_door(whole: Any) -> Any:  # noqa: ANN401  # a CoreSchema is one of fifty TypedDicts
    match whole.get("type"):
        case "int" | "bool":
            return whole | {"strict": True}
        case "float":
            return whole | {"strict": True, "allow_inf_nan": False}
        case "str":
            return core_schema.no_info_after_validator_function(storable_text, whole)
        case "set" | "frozenset":
            return core_schema.no_info_before_validator_function(_each_once, whole)
        case _:
            return whole


def storable_text(text: str) -> str:
    """The text itself. Raises ValueError for a character that PostgreSQL cannot store."""
    if "\x00" in text:
        raise ValueError("leave out the character NUL")
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise ValueError("leave out the half of a character") from error
    return text


def _each_once(items: object) -> object:
    if isinstance(items, list) and len({repr(item) for item in items}) < len(items):
        raise ValueError("name each only once")
    return items


class Input(BaseModel):
    """Base of what callers send: an unknown field is an error, not a surprise, and JSON's types are taken as they are.

    Pydantic would take ``1`` for true, ``"5"`` and false for numbers, a list that names something twice for a set, and
    a text with a NUL for one that PostgreSQL can store. The OpenAPI document promises the opposite, so none is taken.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:  # noqa: ANN401  # pydantic's own signature
        """The model's schema, narrowed to what JSON says."""
        narrowed: CoreSchema = _narrowed(handler(source))
        return narrowed


def _written(moment: object) -> object:
    # Pydantic would also take a number: the seconds since 1970, or the milliseconds, depending on its size.
    if not isinstance(moment, datetime) and not (isinstance(moment, str) and moment[4:5] == "-"):
        raise ValueError("write it as 2026-11-25T19:15:00Z")
    return moment


def _in_utc(moment: datetime) -> datetime:
    try:
        return moment.astimezone(UTC)
    except OverflowError as error:
        raise ValueError("this moment is too long ago, or too far away") from error


Moment = Annotated[AwareDatetime, BeforeValidator(_written), AfterValidator(_in_utc)]
"""A date and a time with its zone, as RFC 3339 writes it; in UTC as soon as it is here."""


async def refuse_unstorable(request: Request) -> None:
    """The dependency of every route: no NUL in a path or a query. Raises RequestValidationError, which names where."""
    given = [("path", *item) for item in request.path_params.items()]
    given += [("query", *item) for item in request.query_params.multi_items()]
    errors = [
        {"loc": (where, name), "msg": "Leave out the character NUL"}
        for where, name, value in given
        if "\x00" in f"{name}{value}"
    ]
    if errors:
        raise RequestValidationError(errors)
