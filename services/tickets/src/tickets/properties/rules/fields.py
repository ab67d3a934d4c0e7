"""Custom fields: the JSON Schema that their definitions make, and values checked with it (TS-04)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from jsonschema import Draft202012Validator, FormatChecker  # type: ignore[import-untyped]  # has no stubs

from tickets.properties.rules.words import FieldType

Value = str | bool | int | float | list[str]
"""What a field can hold; a date is a text like 2026-11-20."""

MOST = 100
"""Fields of a ticket in one request."""

LARGEST = 10**15
LONGEST_TEXT, LONGEST_LONG_TEXT, LONGEST_URL = 300, 10_000, 2_000


@dataclass(frozen=True, kw_only=True)
class Choice:
    """One answer of a choice. One that is not ``active`` stays where it is, and cannot be given any more."""

    key: str
    label: Mapping[str, str]
    active: bool = True


@dataclass(frozen=True, kw_only=True)
class Field:
    """A custom field as rules see it."""

    key: str
    label: Mapping[str, str]
    help: Mapping[str, str] | None = None
    type: FieldType
    required: bool = False
    preset: Value | None = None
    choices: Sequence[Choice] = field(default=())


@dataclass(frozen=True, kw_only=True)
class Wrong:
    """What is wrong with the value of a field."""

    key: str
    detail: str


def schema_of(fields: Iterable[Field], *, language: str = "en") -> dict[str, Any]:
    """The JSON Schema (2020-12) of these fields' values: for every form, and for the server's own check."""
    known = list(fields)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "type": "object",
        "properties": {one.key: _schema(one, language) for one in known},
        "required": [one.key for one in known if one.required],
        "additionalProperties": False,
    }


def _schema(one: Field, language: str) -> dict[str, Any]:
    schema: dict[str, Any] = {"title": one.label[language], **_value_schema(one, language)}
    if one.help:
        schema["description"] = one.help[language]
    if one.preset is not None:
        schema["default"] = one.preset
    return schema


def _value_schema(one: Field, language: str) -> dict[str, Any]:
    """What a value of the field's type is like."""
    answers = {"type": "string", "oneOf": _answers(one, language)}
    schemas: dict[FieldType, dict[str, Any]] = {
        FieldType.CHOICE: answers,
        FieldType.MULTI_CHOICE: {"type": "array", "items": answers, "minItems": 1, "uniqueItems": True},
    }
    return schemas.get(one.type) or _PLAIN[one.type]


_PLAIN: dict[FieldType, dict[str, Any]] = {
    FieldType.TEXT: {"type": "string", "minLength": 1, "maxLength": LONGEST_TEXT, "pattern": r"^[^\r\n\u0000]+$"},
    FieldType.LONG_TEXT: {"type": "string", "minLength": 1, "maxLength": LONGEST_LONG_TEXT},
    FieldType.NUMBER: {"type": "number", "minimum": -LARGEST, "maximum": LARGEST},
    FieldType.DATE: {"type": "string", "format": "date", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"},
    FieldType.BOOLEAN: {"type": "boolean"},
    FieldType.URL: {
        "type": "string",
        "format": "uri",
        "maxLength": LONGEST_URL,
        "pattern": r"^https?://[^\s\u0000]+$",
    },
}
"""The schema of each type that has no choices; NUL is refused before, for every text of the API."""


def _answers(one: Field, language: str) -> list[dict[str, str]]:
    return [{"const": choice.key, "title": choice.label[language]} for choice in one.choices if choice.active]


_EXPECTED = {
    FieldType.TEXT: f"is one line of 1 to {LONGEST_TEXT} characters",
    FieldType.LONG_TEXT: f"is a text of 1 to {LONGEST_LONG_TEXT} characters",
    FieldType.NUMBER: "is a number, at most fifteen digits before the point",
    FieldType.DATE: "is a date like 2026-11-20",
    FieldType.BOOLEAN: "is true or false",
    FieldType.CHOICE: "is one of the choices",
    FieldType.MULTI_CHOICE: "is a list of choices, each once and at least one",
    FieldType.URL: f"is an address that begins with https:// or http://, at most {LONGEST_URL} characters",
}
_FORMATS = FormatChecker(formats=["date"])


def wrong_values(fields: Sequence[Field], values: Mapping[str, Value], *, complete: bool) -> list[Wrong]:
    """What is wrong with these values. A ``complete`` set has every required field; else others keep theirs."""
    schema = schema_of(fields)
    known = {one.key: one for one in fields}
    wrong = [Wrong(key=key, detail="there is no such field in this channel") for key in values if key not in known]
    if complete:
        missing = [key for key in schema["required"] if key not in values]
        wrong += [Wrong(key=key, detail="must be given") for key in missing]
    for key in (key for key in values if key in known):
        checked = Draft202012Validator(schema["properties"][key], format_checker=_FORMATS)
        if not checked.is_valid(values[key]) or _ends_in_line_feed(known[key], values[key]):
            wrong.append(Wrong(key=key, detail=_EXPECTED[known[key].type]))
    return wrong


def _ends_in_line_feed(one: Field, value: Value) -> bool:
    """Python's ``$`` lets a line feed at the end through, where JSON Schema's does not."""
    return one.type is not FieldType.LONG_TEXT and isinstance(value, str) and value.endswith("\n")


def in_words(one: Field | None, value: Value | None) -> str | None:
    """A value as the history shows it; choices by their label, the English one where the languages differ."""
    labels = {choice.key: choice.label["en"] for choice in one.choices} if one else {}
    match value:
        case None:
            return None
        case bool():
            return "true" if value else "false"
        case list():
            return ", ".join(labels.get(key, key) for key in value)
        case str():
            return labels.get(value, value)
        case _:
            return f"{value}"
