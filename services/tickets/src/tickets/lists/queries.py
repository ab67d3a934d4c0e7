"""Lists of tickets, for one agent."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from chassis.database import Transaction
from chassis.paging import decode_cursor, encode_cursor
from chassis.problems import FieldError, Invalid
from tickets.database import AnyRow
from tickets.desk.queries import ticket_row
from tickets.desk.rules.words import Origin
from tickets.errors import TooManyTickets
from tickets.lists.matches import prepare
from tickets.lists.rules.search import asked, number_in, numbers_from
from tickets.lists.rules.today import midnight
from tickets.lists.shapes import Filters, Narrowing, Sort, TicketPage
from tickets.lists.statements import Given, Searched, Shape, count_statement, page_statement
from tickets.properties.rules.tags import canonical
from tickets.settings import Settings

_SEVERAL: tuple[Given, ...] = ("channel", "status", "contact_id", "company_id", "origin", "priority", "marker", "tag")
_SINGLE: tuple[Given, ...] = ("field", "opened_from", "opened_until", "changed_from", "changed_until")


@dataclass(frozen=True, kw_only=True)
class Viewer:
    """For whom a list is, when, and under which settings."""

    agent_id: UUID
    now: datetime
    settings: Settings

    @property
    def today(self) -> datetime:
        """When today began."""
        return midnight(self.now, self.settings.time_zone)

    @property
    def yesterday(self) -> datetime:
        """When yesterday began."""
        return midnight(self.now, self.settings.time_zone, days_ago=1)


async def ticket_page(tx: Transaction, viewer: Viewer, filters: Filters) -> TicketPage:
    """A page of tickets. Raises `InvalidCursor`, and `Invalid` for a search in an order of its own."""
    shape, values = shaped(viewer, filters)
    rows = await _rows(tx, viewer, filters, shape, values)
    shown = rows[: filters.limit]
    return {
        "items": [ticket_row(row, viewer.settings.ticket_prefix) for row in shown],
        "next": _cursor(shape, shown[-1]) if len(rows) > filters.limit else None,
    }


async def matching_numbers(tx: Transaction, viewer: Viewer, filters: Filters, *, most: int) -> list[int]:
    """The numbers of all tickets that a list shows. Raises `TooManyTickets` above ``most``."""
    shape, values = shaped(viewer, filters)
    rows = await _rows(tx, viewer, filters, shape, values | {"rows": most + 1})
    if len(rows) > most:
        raise TooManyTickets(f"The filter matches more than {most} tickets. Make it narrower, a channel at a time.")
    return [row.number for row in rows]


async def count_up_to(tx: Transaction, viewer: Viewer, filters: Filters, *, limit: int) -> int:
    """How many tickets a list has, counted up to the limit. Raises what `ticket_page` does."""
    shape, values = shaped(viewer, filters)
    if not await _searches(tx, viewer, filters, shape, values):
        return 0
    return await tx.session.scalar(count_statement(shape), values | {"rows": limit}) or 0


async def _rows(
    tx: Transaction, viewer: Viewer, filters: Filters, shape: Shape, values: dict[str, Any]
) -> Sequence[AnyRow]:
    if not await _searches(tx, viewer, filters, shape, values):
        return []
    return (await tx.session.execute(page_statement(shape), values)).all()


async def _searches(tx: Transaction, viewer: Viewer, filters: Filters, shape: Shape, values: dict[str, Any]) -> bool:
    """Add what a search for words needs to the values; whether it can find anything."""
    if shape.search != "words":
        return True
    search = await prepare(tx, viewer.agent_id, asked(filters.q, prefix=viewer.settings.ticket_prefix))
    if search is not None:
        values |= search.values(until=values.get("last_at"))
    return search is not None


def shaped(viewer: Viewer, filters: Filters) -> tuple[Shape, dict[str, Any]]:
    """The filters, taken apart into what decides about the statement and the values for it.

    Raises `InvalidCursor`, and `Invalid` for a search for words in another order than that of its matches.
    """
    number = number_in(filters.q, prefix=viewer.settings.ticket_prefix)
    search: Searched = "number" if number else "words" if filters.q.strip() else None
    if search == "words" and filters.sort is not Sort.CHANGED_AT:
        raise Invalid(
            "A search for words comes in the order of its newest matches. Leave out 'sort'.",
            errors=[FieldError(field="query.sort", detail="a search for words has its own order")],
        )
    shape = Shape(
        list=filters.list,
        sort=filters.sort,
        prefilter=filters.prefilter,
        category=filters.category,
        search=search,
        given=_given(filters),
        later=filters.cursor is not None,
    )
    ranges = numbers_from(number) if number else []
    owners = {viewer.agent_id if owner == "me" else owner for owner in filters.owner}
    values: dict[str, Any] = {
        "me": viewer.agent_id,
        "now": viewer.now,
        "today": viewer.today,
        "yesterday": viewer.yesterday,
        "rows": filters.limit + 1,
        "owner": [owner for owner in owners if owner != "none"],
        "lows": [low for low, _ in ranges],
        "highs": [high for _, high in ranges],
    }
    values |= {name: sorted(set(getattr(filters, name))) for name in _SEVERAL}
    values |= {"tag": sorted({canonical(tag) for tag in filters.tag}), **_field(filters.field)}
    values |= {name: getattr(filters, name) for name in _SINGLE}
    return shape, values | _last(shape, filters.cursor)


def _field(asked_for: str | None) -> dict[str, Any]:
    """The forms in which a custom field can hold the value."""
    key, _, text = (asked_for or ":").partition(":")
    literal: bool | float | int | str = text
    if text in {"true", "false"}:
        literal = text == "true"
    elif re.fullmatch(r"-?\d{1,15}(\.\d{1,10})?", text):
        literal = float(text) if "." in text else int(text)
    return {"field_text": {key: text}, "field_choice": {key: [text]}, "field_literal": {key: literal}}


def _given(filters: Narrowing) -> frozenset[Given]:
    given: set[Given] = {name for name in (*_SEVERAL, *_SINGLE) if getattr(filters, name)}
    if filters.origin and Origin.EMAIL not in filters.origin:
        given.add("other_origin")
    if "none" in filters.owner:
        given.add("no_owner")
    if set(filters.owner) - {"none"}:
        given.add("owner")
    if filters.watcher:
        given.add("watcher")
    return frozenset(given)


def _keys(shape: Shape) -> dict[str, tuple[str, type[Any]]]:
    """What a cursor holds: for each parameter the column that it comes from and its kind."""
    if shape.search == "words":
        return {"last_at": ("at", datetime), "last_id": ("activity_id", UUID)}
    number = {"last_number": ("number", int)}
    match shape.sort:
        case Sort.NUMBER:
            return number
        case Sort.PRIORITY:
            return {"last_urgency": ("urgency", int), "last_at": ("changed_at", datetime)} | number
        case _:
            return {"last_at": (shape.sort.value, datetime)} | number


def _last(shape: Shape, cursor: str | None) -> dict[str, Any]:
    """The last row of the page before."""
    if cursor is None:
        return {}
    keys = _keys(shape)
    return dict(zip(keys, decode_cursor(cursor, *(kind for _, kind in keys.values())), strict=True))


def _cursor(shape: Shape, row: AnyRow) -> str:
    return encode_cursor(*(getattr(row, column) for column, _ in _keys(shape).values()))
