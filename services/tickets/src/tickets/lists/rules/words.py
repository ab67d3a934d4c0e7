"""The closed sets of words that lists speak in."""

from enum import StrEnum


class SharedWith(StrEnum):
    """Who can use a view besides its owner."""

    NOBODY = "nobody"
    CHANNEL = "channel"
    EVERYBODY = "everybody"
