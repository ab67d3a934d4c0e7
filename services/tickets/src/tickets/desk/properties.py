"""What agents give to a ticket: priority, colour marker, tags, values of custom fields (OD-08, TS-03, TS-04)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from chassis.database import Transaction
from chassis.problems import FieldError
from tickets.desk.models import Ticket
from tickets.desk.records import field_change
from tickets.desk.shapes import TicketIn, TicketPatch
from tickets.properties.errors import InvalidFields, TooManyTags
from tickets.properties.queries import (
    default_priority,
    definitions,
    field_of,
    marker_names,
    usable_marker,
    usable_priority,
)
from tickets.properties.rules.fields import Field, Value, Wrong, in_words, wrong_values
from tickets.properties.rules.tags import MOST
from tickets.properties.tagging import held_as, known_as, names_of


@dataclass(frozen=True, kw_only=True)
class Given:
    """A column of the ticket with its new value, and what the history says of it: nothing where nothing changed."""

    column: str
    value: object
    lines: list[dict[str, Any]] = field(default_factory=list)


async def properties_of_new(tx: Transaction, new: TicketIn, *, channel: str) -> dict[str, Any]:
    """The properties of a new ticket, as fields of `NewTicket`. Raises `UnknownReference`, `InvalidFields`."""
    return {
        "priority": await (usable_priority(tx, new.priority) if new.priority else default_priority(tx)),
        "marker_id": None if new.marker_id is None else await usable_marker(tx, new.marker_id),
        "tags": await held_as(tx, new.tags),
        "fields": await _first_values(tx, channel, new.fields),
    }


async def _first_values(tx: Transaction, channel: str, given: Mapping[str, Value]) -> dict[str, Value]:
    known = await _active(tx, channel)
    values = {one.key: one.preset for one in known if one.preset is not None} | dict(given)
    if wrong := wrong_values(known, values, complete=True):
        raise _invalid(wrong)
    return values


async def given_properties(tx: Transaction, ticket: Ticket, patch: TicketPatch) -> Sequence[Given]:
    """What a change gives to a ticket that is in its (new) channel by now.

    Raises `UnknownReference`, `InvalidFields`, `TooManyTags`.
    """
    given = patch.model_fields_set
    changes: list[Given] = []
    if patch.priority is not None and patch.priority != ticket.priority:
        await usable_priority(tx, patch.priority)
        line = field_change("priority", before=ticket.priority, after=patch.priority)
        changes.append(Given(column="priority", value=patch.priority, lines=[line]))
    if "marker_id" in given and patch.marker_id != ticket.marker_id:
        changes.append(await _marker(tx, ticket, patch))
    if given & {"tags", "add_tags", "remove_tags"}:
        changes += await _tags(tx, ticket, patch)
    if patch.fields:
        changes += await _values(tx, ticket, patch.fields)
    return changes


async def _marker(tx: Transaction, ticket: Ticket, patch: TicketPatch) -> Given:
    if patch.marker_id is not None:
        await usable_marker(tx, patch.marker_id)
    names = await marker_names(tx, [one for one in (ticket.marker_id, patch.marker_id) if one is not None])
    before, after = (names[one] if one else None for one in (ticket.marker_id, patch.marker_id))
    return Given(column="marker_id", value=patch.marker_id, lines=[field_change("marker", before=before, after=after)])


async def _tags(tx: Transaction, ticket: Ticket, patch: TicketPatch) -> Sequence[Given]:
    if patch.tags is not None:
        tags = await held_as(tx, patch.tags)
    else:
        added = await held_as(tx, patch.add_tags)
        removed = await known_as(tx, patch.remove_tags) if patch.remove_tags else set()
        tags = [tag for tag in dict.fromkeys((*ticket.tags, *added)) if tag not in removed or tag in added]
    if tags == ticket.tags:
        return []
    if len(tags) > MOST:
        raise TooManyTags(f"A ticket has at most {MOST} tags. Remove some first.")
    names = await names_of(tx, {*ticket.tags, *tags})
    before, after = (", ".join(names.get(tag, tag) for tag in these) or None for these in (ticket.tags, tags))
    return [Given(column="tags", value=tags, lines=[field_change("tags", before=before, after=after)])]


async def _values(tx: Transaction, ticket: Ticket, patch: Mapping[str, Value | None]) -> Sequence[Given]:
    known = {one.key: one for one in await _active(tx, ticket.channel)}
    changed = {key: value for key, value in patch.items() if ticket.fields.get(key) != value}
    wrong = [
        Wrong(key=key, detail="is required, so it cannot be empty")
        for key, value in changed.items()
        if value is None and key in known and known[key].required
    ]
    filled = {key: value for key, value in changed.items() if value is not None}
    wrong += wrong_values([*known.values()], filled, complete=False)
    if wrong:
        raise _invalid(wrong)
    if not changed:
        return []
    values = {key: value for key, value in (ticket.fields | changed).items() if value is not None}
    lines = [_line(key, known.get(key), ticket.fields.get(key), value) for key, value in changed.items()]
    return [Given(column="fields", value=values, lines=lines)]


async def _active(tx: Transaction, channel: str) -> list[Field]:
    return [field_of(definition) for definition in await definitions(tx, channel) if definition.active]


def _line(key: str, one: Field | None, before: Value | None, after: Value | None) -> dict[str, Any]:
    line = field_change(f"fields.{key}", before=in_words(one, before), after=in_words(one, after))
    return line | {"label": dict(one.label)} if one else line


def _invalid(wrong: Sequence[Wrong]) -> InvalidFields:
    said = "; ".join(f"'{one.key}' {one.detail}" for one in wrong)
    errors = [FieldError(field=f"body.fields.{one.key}", detail=one.detail) for one in wrong]
    return InvalidFields(f"Check these custom fields: {said}.", errors=errors)
