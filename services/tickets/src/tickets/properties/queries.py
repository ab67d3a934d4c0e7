"""What properties there are, and which of them can be given to a ticket."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from chassis.database import Transaction
from tickets.errors import UnknownReference
from tickets.properties.models import ColourMarker, FieldDefinition, Priority
from tickets.properties.rules.fields import Choice, Field, Value
from tickets.properties.rules.priorities import NORMAL


async def markers(tx: Transaction) -> Sequence[ColourMarker]:
    """Every colour marker, in order."""
    statement = sa.select(ColourMarker).order_by(ColourMarker.position, ColourMarker.name)
    return (await tx.session.scalars(statement)).all()


async def priorities(tx: Transaction) -> Sequence[Priority]:
    """Every priority, the least urgent first."""
    return (await tx.session.scalars(sa.select(Priority).order_by(Priority.position, Priority.key))).all()


async def default_priority(tx: Transaction) -> str:
    """What a ticket gets when nobody says otherwise."""
    return await tx.session.scalar(_DEFAULT) or NORMAL


_DEFAULT = sa.select(Priority.key).where(Priority.is_default)


async def usable_priority(tx: Transaction, key: str) -> str:
    """A priority that can be given. Raises `UnknownReference`."""
    usable = sa.select(Priority.key).where(Priority.key == key, Priority.active)
    if await tx.session.scalar(usable) is None:
        raise UnknownReference(f"There is no priority '{key}' that can be given.")
    return key


async def marker_names(tx: Transaction, ids: Sequence[UUID]) -> dict[UUID, str]:
    """The names of colour markers."""
    rows = await tx.session.execute(sa.select(ColourMarker.id, ColourMarker.name).where(ColourMarker.id.in_(ids)))
    return {row.id: row.name for row in rows}


async def usable_marker(tx: Transaction, marker_id: UUID) -> UUID:
    """A colour marker that can be given. Raises `UnknownReference`."""
    usable = sa.select(ColourMarker.id).where(ColourMarker.id == marker_id, ColourMarker.active)
    if await tx.session.scalar(usable) is None:
        raise UnknownReference(f"There is no colour marker {marker_id} that can be given.")
    return marker_id


async def definitions(tx: Transaction, channel: str | None = None) -> Sequence[FieldDefinition]:
    """Every custom field, in order; or those that a channel has, the inactive ones among them."""
    statement = sa.select(FieldDefinition).order_by(FieldDefinition.position, FieldDefinition.key)
    if channel is not None:
        statement = statement.where(_of_channel(channel))
    return (await tx.session.scalars(statement)).all()


def _of_channel(channel: str) -> sa.ColumnElement[bool]:
    return FieldDefinition.channels.is_(None) | (sa.literal(channel) == sa.any_(FieldDefinition.channels))


def field_of(definition: FieldDefinition) -> Field:
    """A custom field as rules see it."""
    return Field(
        key=definition.key,
        label=definition.label,
        help=definition.help,
        type=definition.type,
        required=definition.required,
        preset=definition.preset,
        choices=tuple(Choice(**choice) for choice in definition.choices),
    )


async def shown_values(tx: Transaction, channel: str, values: Mapping[str, Any]) -> dict[str, Value]:
    """Those of a ticket's values whose fields the channel has, in the order of the fields."""
    if not values:
        return {}
    keys = sa.select(FieldDefinition.key).where(_of_channel(channel), FieldDefinition.key.in_(values))
    ordered = await tx.session.scalars(keys.order_by(FieldDefinition.position, FieldDefinition.key))
    return {key: values[key] for key in ordered}
