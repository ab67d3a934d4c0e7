"""Conditions for lists: tickets with a tag, a colour marker, a priority, or a value in a custom field (LF-06).

Each condition says also what its partial index says, so that a plan made without the values can use the index. What
stands in ``:name`` is given with the execution.
"""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from tickets.desk.models import Ticket

Condition = sa.ColumnElement[bool]

_NO_TAGS = sa.literal_column("'{}'", ARRAY(sa.Text))
_NO_FIELDS = sa.literal_column("'{}'", JSONB)


def has_tags(name: str) -> Condition:
    """Tickets that hold all tags of the array ``:name``, in canonical form (`properties.rules.tags.canonical`)."""
    return (Ticket.tags != _NO_TAGS) & Ticket.tags.contains(sa.bindparam(name, type_=ARRAY(sa.Text)))


def has_marker(name: str) -> Condition:
    """Tickets with the colour marker ``:name``."""
    return Ticket.marker_id.is_not(None) & (Ticket.marker_id == sa.bindparam(name, type_=sa.Uuid))


def has_priority(name: str) -> Condition:
    """Tickets with the priority ``:name``. For the order of priorities, make a branch of each, by position."""
    return Ticket.priority == sa.bindparam(name, type_=sa.Text)


def has_value(name: str) -> Condition:
    """Tickets whose custom fields have these values; ``:name`` is ``{key: value}``.

    Of a multi choice, ``{key: [choice]}`` finds those where the choice is among the chosen.
    """
    return (Ticket.fields != _NO_FIELDS) & Ticket.fields.contains(sa.bindparam(name, type_=JSONB))


def has_field(name: str) -> Condition:
    """Tickets that have any value in the custom field with the key ``:name``."""
    holds: Condition = Ticket.fields.has_key(sa.bindparam(name, type_=sa.Text))
    return (Ticket.fields != _NO_FIELDS) & holds


def number_between(name: str, *, lowest: str | None = None, highest: str | None = None) -> Condition:
    """Tickets whose number in the custom field ``:name`` is in the range, its ends included."""
    key = sa.bindparam(name, type_=sa.Text)
    is_number = sa.func.jsonb_typeof(Ticket.fields[key]) == sa.literal_column("'number'")
    number = sa.case((is_number, sa.cast(Ticket.fields[key].astext, sa.Numeric)))
    return has_field(name) & _between(number, sa.Numeric(), lowest=lowest, highest=highest)


def date_between(name: str, *, lowest: str | None = None, highest: str | None = None) -> Condition:
    """Tickets whose date in the custom field ``:name`` is in the range; dates are texts like 2026-11-20."""
    value = Ticket.fields[sa.bindparam(name, type_=sa.Text)].astext.collate("C")
    return has_field(name) & _between(value, sa.Text(), lowest=lowest, highest=highest)


def _between(value: sa.ColumnElement[Any], kind: Any, *, lowest: str | None, highest: str | None) -> Condition:  # noqa: ANN401  # SQLAlchemy's types
    ends: list[Condition] = []
    if lowest is not None:
        ends.append(value >= sa.bindparam(lowest, type_=kind))
    if highest is not None:
        ends.append(value <= sa.bindparam(highest, type_=kind))
    return sa.and_(sa.true(), *ends)
