"""The closed sets of words that channels speak in."""

from enum import StrEnum


class Category(StrEnum):
    """Whether a status is one of open tickets or of closed ones."""

    OPEN = "open"
    CLOSED = "closed"


class Ball(StrEnum):
    """Whose turn it is (C10)."""

    US = "us"
    CUSTOMER = "customer"
    THIRD_PARTY = "third_party"
    NOBODY = "nobody"


class SubjectNumber(StrEnum):
    """Where a channel's mails have the ticket's number in their subject (C1)."""

    PREFIX = "prefix"
    SUFFIX = "suffix"
    OFF = "off"


class Occasion(StrEnum):
    """What can happen on a ticket, as far as channels decide who is told (CV-08)."""

    OPENED = "opened"
    CUSTOMER_WROTE = "customer_wrote"
    ACTIVITY = "activity"
    STATUS_CHANGED = "status_changed"
    ASSIGNED = "assigned"
    MOVED = "moved"


class Subscribed(StrEnum):
    """How an agent is tied to a channel: standard is responsible and told, informal may look in (CV-03, CV-04)."""

    STANDARD = "standard"
    INFORMAL = "informal"
