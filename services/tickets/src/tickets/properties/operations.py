"""What administrators do with colour markers, priorities and custom fields."""

from collections.abc import Iterable
from typing import Any, Protocol
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from chassis.database import Transaction
from chassis.ids import new_id
from chassis.problems import FieldError
from chassis.versions import StaleVersion
from tickets.channels.models import Channel
from tickets.database import is_one_of, table_of
from tickets.errors import UnknownReference
from tickets.properties.errors import (
    DefaultPriority,
    FieldNotFound,
    InvalidFields,
    MarkerNotFound,
    NameTaken,
    PriorityNotFound,
)
from tickets.properties.models import ColourMarker, FieldDefinition, Priority
from tickets.properties.queries import field_of
from tickets.properties.rules.fields import wrong_values
from tickets.properties.rules.words import FieldType
from tickets.properties.shapes import FieldIn, FieldPatch, MarkerIn, MarkerPatch, PriorityIn, PriorityPatch

DEFAULTS = sa.func.hashtext("tickets.default_priority")
"""The lock under which the default priority changes: two at once would both take the flag from the same row."""

CHOOSING = frozenset({FieldType.CHOICE, FieldType.MULTI_CHOICE})


class _Versioned(Protocol):
    version: Any


def _expect(row: _Versioned, expected: int, what: str) -> None:
    if row.version != expected:
        raise StaleVersion(
            f"The {what} is at version {row.version} by now. Read it again, then repeat your change.",
            current={"version": row.version},
        )
    row.version += 1


async def create_marker(tx: Transaction, new: MarkerIn) -> ColourMarker:
    """Add a colour marker. Raises `NameTaken`."""
    values = {"id": new_id(), **new.model_dump(), "version": 1}
    made = insert(table_of(ColourMarker)).values(values).on_conflict_do_nothing().returning(ColourMarker.id)
    if (marker_id := await tx.session.scalar(made)) is None:
        raise _marker_taken(new.name)
    return await find_marker(tx, marker_id)


async def change_marker(tx: Transaction, marker_id: UUID, patch: MarkerPatch, *, expected: int) -> ColourMarker:
    """Change a colour marker. Raises `MarkerNotFound`, `StaleVersion`, `NameTaken`."""
    marker = await find_marker(tx, marker_id, lock=True)
    if patch.name is not None and patch.name != marker.name:
        await tx.session.execute(sa.text("LOCK TABLE colour_marker IN SHARE ROW EXCLUSIVE MODE"))
        if await tx.session.scalar(sa.select(ColourMarker.id).where(ColourMarker.name == patch.name)) is not None:
            raise _marker_taken(patch.name)
    _expect(marker, expected, "colour marker")
    for name in patch.model_fields_set:
        setattr(marker, name, getattr(patch, name))
    return marker


async def find_marker(tx: Transaction, marker_id: UUID, *, lock: bool = False) -> ColourMarker:
    """One colour marker. Raises `MarkerNotFound`."""
    marker = await tx.session.get(ColourMarker, marker_id, with_for_update=lock)
    if marker is None:
        raise MarkerNotFound("There is no colour marker with this id. Reload the list.")
    return marker


def _marker_taken(name: str) -> NameTaken:
    return NameTaken(f"There is a colour marker '{name}' already. Choose another name, or change that one.")


async def create_priority(tx: Transaction, new: PriorityIn) -> Priority:
    """Add a priority. Raises `NameTaken`, `DefaultPriority`."""
    if new.is_default and not new.active:
        raise DefaultPriority("The default priority must be active. Leave 'active' out, or choose another default.")
    await _lock_defaults(tx)
    values = {**new.model_dump(), "name": new.name.by_language(), "is_default": False, "version": 1}
    made = insert(table_of(Priority)).values(values).on_conflict_do_nothing().returning(Priority.key)
    if await tx.session.scalar(made) is None:
        raise NameTaken(f"There is a priority '{new.key}' already. Choose another key.")
    priority = await find_priority(tx, new.key)
    if new.is_default:
        await _make_default(tx, priority)
    return priority


async def change_priority(tx: Transaction, key: str, patch: PriorityPatch, *, expected: int) -> Priority:
    """Change a priority. Raises `PriorityNotFound`, `StaleVersion`, `DefaultPriority`."""
    await _lock_defaults(tx)
    priority = await find_priority(tx, key, lock=True)
    _expect(priority, expected, "priority")
    if patch.name is not None:
        priority.name = patch.name.by_language()
    if patch.position is not None:
        priority.position = patch.position
    if patch.active is not None:
        priority.active = patch.active
    becomes_default = patch.is_default is True or priority.is_default
    if becomes_default and not priority.active:
        raise DefaultPriority("The default priority must be active. Make another one the default first.")
    if patch.is_default is True and not priority.is_default:
        await _make_default(tx, priority)
    return priority


async def find_priority(tx: Transaction, key: str, *, lock: bool = False) -> Priority:
    """One priority. Raises `PriorityNotFound`."""
    priority = await tx.session.get(Priority, key, with_for_update=lock)
    if priority is None:
        raise PriorityNotFound(f"There is no priority '{key}'. Reload the list.")
    return priority


async def _lock_defaults(tx: Transaction) -> None:
    await tx.session.execute(sa.select(sa.func.pg_advisory_xact_lock(DEFAULTS)))


async def _make_default(tx: Transaction, priority: Priority) -> None:
    await tx.session.flush()
    last = sa.update(Priority).where(Priority.is_default).values(is_default=False, version=Priority.version + 1)
    await tx.session.execute(last)
    priority.is_default = True
    await tx.session.flush()


async def create_field(tx: Transaction, new: FieldIn) -> FieldDefinition:
    """Add a custom field. Raises `NameTaken`, `UnknownReference`, `InvalidFields`."""
    await _known_channels(tx, new.channels)
    definition = FieldDefinition(
        key=new.key,
        label=new.label.by_language(),
        help=new.help.by_language() if new.help else None,
        type=new.type,
        channels=_listed(new.channels),
        required=new.required,
        preset=new.default,
        choices=_choices(new),
        position=new.position,
        active=new.active,
        version=1,
    )
    _consistent(definition)
    values = {column.name: getattr(definition, column.name) for column in table_of(FieldDefinition).columns}
    made = insert(table_of(FieldDefinition)).values(values).on_conflict_do_nothing().returning(FieldDefinition.key)
    if await tx.session.scalar(made) is None:
        raise NameTaken(f"There is a custom field '{new.key}' already. Choose another key.")
    return await find_field(tx, new.key)


async def change_field(tx: Transaction, key: str, patch: FieldPatch, *, expected: int) -> FieldDefinition:
    """Change a custom field. Raises `FieldNotFound`, `StaleVersion`, `UnknownReference`, `InvalidFields`."""
    definition = await find_field(tx, key, lock=True)
    _expect(definition, expected, "custom field")
    given = patch.model_fields_set
    if patch.label is not None:
        definition.label = patch.label.by_language()
    if "help" in given:
        definition.help = patch.help.by_language() if patch.help else None
    if "channels" in given:
        await _known_channels(tx, patch.channels)
        definition.channels = _listed(patch.channels)
    if "default" in given:
        definition.preset = patch.default
    if patch.choices is not None:
        definition.choices = _choices(patch)
    for name in given & {"required", "position", "active"}:
        setattr(definition, name, getattr(patch, name))
    _consistent(definition)
    return definition


async def find_field(tx: Transaction, key: str, *, lock: bool = False) -> FieldDefinition:
    """One custom field. Raises `FieldNotFound`."""
    definition = await tx.session.get(FieldDefinition, key, with_for_update=lock)
    if definition is None:
        raise FieldNotFound(f"There is no custom field '{key}'. Reload the list.")
    return definition


def _listed(channels: Iterable[str] | None) -> list[str] | None:
    return None if channels is None else [*dict.fromkeys(channels)]


def _choices(given: FieldIn | FieldPatch) -> list[dict[str, Any]]:
    return [
        {"key": choice.key, "label": choice.label.by_language(), "active": choice.active}
        for choice in given.choices or ()
    ]


async def _known_channels(tx: Transaction, channels: Iterable[str] | None) -> None:
    if channels is None:
        return
    wanted = set(channels)
    known = set(await tx.session.scalars(sa.select(Channel.key).where(is_one_of(Channel.key, wanted))))
    if missing := wanted - known:
        raise UnknownReference(f"There is no channel '{min(missing)}'.")


def _consistent(definition: FieldDefinition) -> None:
    """Choices fit the type, and the default fits the field. Raises `InvalidFields`."""
    keys = [choice["key"] for choice in definition.choices]
    if len(set(keys)) != len(keys):
        raise _invalid("choices", "each key can be there once")
    active = any(choice["active"] for choice in definition.choices)
    if active != (definition.type in CHOOSING):
        raise _invalid("choices", "a choice needs at least one active answer, and other types have none")
    if definition.preset is not None:
        for wrong in wrong_values([field_of(definition)], {definition.key: definition.preset}, complete=False):
            raise _invalid("default", wrong.detail)


def _invalid(name: str, detail: str) -> InvalidFields:
    return InvalidFields(f"'{name}': {detail}.", errors=[FieldError(field=f"body.{name}", detail=detail)])
