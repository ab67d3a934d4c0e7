"""The closed sets of words that properties speak in."""

from enum import StrEnum


class FieldType(StrEnum):
    """What a custom field holds (TS-04)."""

    TEXT = "text"
    LONG_TEXT = "long_text"
    NUMBER = "number"
    DATE = "date"
    BOOLEAN = "boolean"
    CHOICE = "choice"
    MULTI_CHOICE = "multi_choice"
    URL = "url"
