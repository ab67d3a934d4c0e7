"""The statements behind lists, over the tickets that an agent may see.

Each list is the union of *branches*: the tickets of the agent's channels, one index scan for each channel and value, or
those of an owner, a contact, a number …, one index scan for each value. Every scan is in the list's order and ends
after a page, so that a page costs the same however many tickets there are. A statement depends on which filters there
are and not on their values, so each one is built once and then kept: building one costs more than running it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Any, Literal

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import aliased

from tickets.channels.models import Channel, Status, Subscription
from tickets.channels.rules.words import Ball, Category, Subscribed
from tickets.desk.models import Ticket, Watcher
from tickets.desk.queries import ROWS, SEEN
from tickets.desk.reminder_models import REMINDER_IS_DUE, WAITS_FOR_ITS_TIME
from tickets.lists.matches import stream
from tickets.lists.models import ActivityEntry
from tickets.lists.shapes import ListName, Prefilter, Sort
from tickets.properties.models import Priority
from tickets.staff.absences import acting_for

MOST_NUMBERS = 1_000
"""Tickets whose number begins with what was typed, the highest numbers first."""

Select = sa.Select[*tuple[Any, ...]]
Condition = sa.ColumnElement[bool]

Given = Literal[
    "channel", "status", "owner", "no_owner", "watcher", "contact_id", "company_id", "origin", "other_origin",
    "priority", "marker", "tag", "field", "opened_from", "opened_until", "changed_from", "changed_until",
]  # fmt: skip
"""Filters, as far as the statement depends on them; ``other_origin`` is an ``origin`` without e-mail among it."""


Searched = Literal["number", "words"] | None
"""What the search field asks for."""


@dataclass(frozen=True, kw_only=True)
class Shape:
    """Which filters a list has; their values are parameters of the same names, ``me`` and ``today`` among them."""

    list: ListName = ListName.OVERVIEW
    sort: Sort = Sort.CHANGED_AT
    prefilter: Prefilter | None = None
    category: Category | None = None
    search: Searched = None
    given: frozenset[Given] = field(default=frozenset())
    later: bool = False


def _value(name: str, column: sa.ColumnElement[Any] | Any) -> sa.BindParameter[Any]:  # noqa: ANN401  # mapped attributes
    return sa.bindparam(name, type_=column.type)


def _values(name: str, column: sa.ColumnElement[Any] | Any) -> sa.BindParameter[Any]:  # noqa: ANN401  # the same
    return sa.bindparam(name, type_=ARRAY(column.type))


_ME = _value("me", Ticket.owner_id)
_ROWS = sa.bindparam("rows", type_=sa.Integer)
_OPEN = Ticket.closed.is_(False)
_NOBODYS = Ticket.owner_id.is_(None)
_OUR_TURN = Ticket.ball == sa.literal_column(f"'{Ball.US.value}'")
_MINE = Ticket.owner_id == _ME
_OPENED_BY_ME = Ticket.opened_by == _ME
_NOT_BY_MAIL = Ticket.origin != sa.literal_column("'email'")
"""Says what the values of ``origin`` say already, so that a plan made without them can use the partial index."""
_WATCHED = Ticket.id.in_(sa.select(Watcher.ticket_id).where(Watcher.agent_id == _ME))
_IN_STANDARD = Ticket.channel.in_(
    sa.select(Subscription.channel).where(Subscription.agent_id == _ME, Subscription.kind == Subscribed.STANDARD)
)
_STOOD_IN_FOR = Ticket.owner_id.in_(acting_for(_ME, _value("now", Ticket.changed_at)))
ACTION_REQUIRED = _OPEN & _OUR_TURN & (_MINE | _STOOD_IN_FOR | (_NOBODYS & _IN_STANDARD))
"""Tickets that wait for the agent ``me`` ``now`` (LF-05), as far as no reminder says otherwise.

What an absent colleague owns waits for their substitute as well (TS-11).
"""

_FIRST_STATUS = (
    sa.select(Status.key)
    .join(Channel, Channel.workflow == Status.workflow)
    .where(Channel.key == Ticket.channel, Status.position == 0)
    .scalar_subquery()
)
_NO_TAGS = sa.literal_column("'{}'", ARRAY(sa.Text))
_NO_FIELDS = sa.literal_column("'{}'", JSONB)
_FORMS = [sa.bindparam(name, type_=JSONB) for name in ("field_text", "field_choice", "field_literal")]
"""A value as text, as one of several choices, and as a number or truth value."""
_HANDLED_TODAY = (Ticket.handled_at >= _value("today", Ticket.handled_at)) & (
    Ticket.changed_at >= _value("today", Ticket.changed_at)
)
"""Whatever was handled has changed, which ends the scan of a list where today does."""
_HANDLED_YESTERDAY = (Ticket.changed_at >= _value("yesterday", Ticket.changed_at)) & Ticket.id.in_(
    sa.select(ActivityEntry.ticket_id).where(
        ActivityEntry.channel == Ticket.channel,
        ActivityEntry.by_staff,
        ActivityEntry.at >= _value("yesterday", ActivityEntry.at),
        ActivityEntry.at < _value("today", ActivityEntry.at),
    )
)

NUMBERED = aliased(Ticket)
LIVING = Ticket.id == sa.func.coalesce(NUMBERED.merged_into, NUMBERED.id)
"""The ticket that goes on under the number of ``NUMBERED``."""

_FEW: frozenset[Given] = frozenset({"watcher", "tag", "field"})
"""Filters that few tickets pass, with an index that knows no order."""

_PLACES: dict[Given, sa.ColumnElement[Any] | Any] = {
    "status": Ticket.status,
    "marker": Ticket.marker_id,
    "priority": Ticket.priority,
}
"""Filters that an index has behind the channel."""

_DRIVERS: dict[Given, sa.ColumnElement[Any] | Any] = {
    "owner": Ticket.owner_id,
    "contact_id": Ticket.contact_id,
    "company_id": Ticket.company_id,
}
"""Filters that pick tickets out better than their channels do, each with an index of its own."""


@lru_cache(maxsize=2_000)
def page_statement(shape: Shape) -> Select:
    """The statement of a page of ``rows`` rows."""
    if shape.search == "words":
        return _matching(shape)
    found = _first_page(shape)
    urgency = [found.c.urgency] if shape.sort is Sort.PRIORITY else []
    rows = ROWS.add_columns(*urgency).join(found, found.c.id == Ticket.id)
    return rows.order_by(*(found.c[name].desc() for name in _order(shape.sort)))


@lru_cache(maxsize=500)
def count_statement(shape: Shape) -> Select:
    """How many tickets a list has, counted up to ``rows``."""
    found = _found(shape) if shape.search == "words" else _first_page(shape)
    return sa.select(sa.func.count()).select_from(found)


def _first_page(shape: Shape) -> sa.Subquery:
    """The ids and sort keys of a page."""
    branches = _branches(shape)
    if len(branches) == 1:
        return branches[0].subquery("page")
    together = sa.union(*branches).subquery("together")
    order = [together.c[name].desc() for name in _order(shape.sort)]
    return sa.select(together).order_by(*order).limit(_ROWS).subquery("page")


def _found(shape: Shape) -> sa.CTE:
    """The tickets that a search for words finds, in the order of the newest matches."""
    conditions = [*_belongs(shape), *_conditions(shape)]
    newest = sa.select(stream(later=shape.later, of_ticket=conditions, by_ticket=True)).limit(_ROWS).cte("page")
    return newest.prefix_with("MATERIALIZED")


def _matching(shape: Shape) -> Select:
    """A search for words: every filter is a condition on what is found."""
    found = _found(shape)
    return (
        ROWS.add_columns(found.c.at, found.c.activity_id)
        .join(found, found.c.ticket_id == Ticket.id)
        .order_by(found.c.at.desc(), found.c.activity_id.desc())
    )


def _belongs(shape: Shape) -> list[Condition]:
    """What makes a ticket one of the list, as a condition."""
    if shape.prefilter is Prefilter.ACTION_REQUIRED:
        return [(ACTION_REQUIRED & ~WAITS_FOR_ITS_TIME) | REMINDER_IS_DUE]
    if shape.prefilter is Prefilter.NEW:
        return [_OPEN, _IN_STANDARD, Ticket.status == _FIRST_STATUS]
    if shape.list is ListName.MINE:
        return [_IN_STANDARD | _MINE | _OPENED_BY_ME | _WATCHED]
    return []


def _branches(shape: Shape) -> list[Select]:
    """Where the list's tickets come from; a ticket may come from several branches and is listed once."""
    if shape.search == "number":
        return [_of_numbers(shape)]
    match shape.prefilter:
        case Prefilter.ACTION_REQUIRED:
            now = (_OPEN, _OUR_TURN, ~WAITS_FOR_ITS_TIME)
            waiting = _in_channels(shape, *now, _NOBODYS, kind=Subscribed.STANDARD)
            owned = [_anywhere(shape, *now, whose) for whose in (_MINE, _STOOD_IN_FOR)]
            return [waiting, *owned, _anywhere(shape, REMINDER_IS_DUE)]
        case Prefilter.NEW:
            return [_in_channels(shape, _OPEN, Ticket.status == _first_status_there(), kind=Subscribed.STANDARD)]
        case _:
            return _of_mine(shape) if shape.list is ListName.MINE else _of_filters(shape)


def _of_mine(shape: Shape) -> list[Select]:
    own = [_anywhere(shape, belongs) for belongs in (_MINE, _OPENED_BY_ME, _WATCHED)]
    return [_in_channels(shape, kind=Subscribed.STANDARD), *own]


def _of_filters(shape: Shape) -> list[Select]:
    if not shape.given.isdisjoint(_FEW):
        return [_anywhere(shape)]
    if "owner" in shape.given and "no_owner" in shape.given:
        return [_of_values(shape, "owner"), _in_channels(shape, _NOBODYS, without="owner")]
    driver = next((name for name in _DRIVERS if name in shape.given), None)
    return [_of_values(shape, driver)] if driver else [_in_channels(shape)]


def _first_status_there() -> sa.ScalarSelect[str]:
    """The first status of the subscription's channel."""
    return (
        sa.select(Status.key)
        .join(Channel, Channel.workflow == Status.workflow)
        .where(Channel.key == Subscription.channel, Status.position == 0)
        .correlate(Subscription)
        .scalar_subquery()
    )


def _in_channels(
    shape: Shape, *conditions: Condition, kind: Subscribed | None = None, without: Given | None = None
) -> Select:
    """Tickets of the agent's channels: the first page of each, and of each status or priority, then of all."""
    places: sa.FromClause = Subscription.__table__
    within = [Ticket.channel == Subscription.channel, *conditions]
    driven: set[Given] = {without} if without else set()
    if "status" in shape.given:
        status = (
            sa.func.unnest(_values("status", Ticket.status)).table_valued("value", name="in_status").render_derived()
        )
        places, within, driven = places.join(status, sa.true()), [*within, Ticket.status == status.c.value], {"status"}
    wanted: list[Condition] = [Subscription.agent_id == _ME]
    if kind is not None:
        wanted.append(Subscription.kind == kind)
    if "channel" in shape.given:
        wanted.append(Subscription.channel == sa.any_(_values("channel", Subscription.channel)))
    pages = _by_urgency if shape.sort is Sort.PRIORITY else _pages
    return pages(shape, places, [*within, *_conditions(shape, without=driven)], wanted)


def _of_values(shape: Shape, driver: Given) -> Select:
    """Tickets of each value of a filter."""
    column = _DRIVERS[driver]
    value = sa.func.unnest(_values(driver, column)).table_valued("value", name="of_value").render_derived()
    return _pages(shape, value, [column == value.c.value, SEEN, *_conditions(shape, without={driver})], [])


def _of_numbers(shape: Shape) -> Select:
    """Tickets whose numbers are in one of the ranges between ``lows`` and ``highs``.

    The number of a merged ticket leads to the ticket that it is part of (TS-09).
    """
    numbers = ARRAY(sa.BigInteger)
    between = (
        sa.func.unnest(sa.bindparam("lows", type_=numbers), sa.bindparam("highs", type_=numbers))
        .table_valued("low", "high", name="between")
        .render_derived()
    )
    found = (
        sa.select(Ticket.id)
        .join(NUMBERED, LIVING)
        .where(NUMBERED.number.between(between.c.low, between.c.high), SEEN)
        .order_by(NUMBERED.number.desc())
        .limit(MOST_NUMBERS)
        .lateral()
    )
    numbered = sa.select(found.c.id).select_from(between.join(found, sa.true()))
    return _anywhere(shape, Ticket.id.in_(numbered), *_belongs(shape))


def _anywhere(shape: Shape, *conditions: Condition) -> Select:
    """Tickets that the conditions pick out better than their channels do."""
    return _pages(shape, None, [*conditions, *_conditions(shape), SEEN], [])


def _pages(
    shape: Shape, places: sa.FromClause | None, within: Sequence[Condition], wanted: Sequence[Condition]
) -> Select:
    """The first page in each place, then the first page of all."""
    page = _page(shape, within)
    if places is None:
        return page
    found = page.lateral("of_place")
    pages = sa.select(*found.c).select_from(places.join(found, sa.true())).where(*wanted)
    return pages.order_by(*(found.c[name].desc() for name in _order(shape.sort))).limit(_ROWS)


def _page(shape: Shape, within: Sequence[Condition]) -> Select:
    """The first page of the tickets within, behind the last row of the page before."""
    columns: dict[str, sa.ColumnElement[Any]] = {
        name: Ticket.__table__.c[name] for name in _order(shape.sort) if name != "urgency"
    }
    page = sa.select(Ticket.id, *columns.values())
    if shape.sort is Sort.PRIORITY:
        columns = {"urgency": Priority.__table__.c.position, **columns}
        page = page.add_columns(Priority.position.label("urgency")).join(Priority, Priority.key == Ticket.priority)
    if shape.later:
        order = [columns[name] for name in _order(shape.sort)]
        last = [_LAST[name] for name in _order(shape.sort)]
        within = [*within, sa.tuple_(*order) < sa.tuple_(*last)]
    return page.where(*within).order_by(*(columns[name].desc() for name in _order(shape.sort))).limit(_ROWS)


def _by_urgency(
    shape: Shape, places: sa.FromClause, within: Sequence[Condition], wanted: Sequence[Condition]
) -> Select:
    """The first page of each priority in each place, then the first page of all.

    Less urgent tickets are behind the last row of the page before whenever they changed, more urgent ones never.
    """
    columns = [Ticket.changed_at, Ticket.number]
    within = [*within, Ticket.priority == Priority.key]
    if shape.later:
        endless: sa.ColumnElement[datetime] = sa.literal_column("'infinity'::timestamptz")
        last = sa.case((Priority.position == _LAST["urgency"], _LAST["changed_at"]), else_=endless)
        within.append(sa.tuple_(*columns) < sa.tuple_(last, _LAST["number"]))
        wanted = [*wanted, Priority.position <= _LAST["urgency"]]
    page = sa.select(Ticket.id, *columns).where(*within).order_by(*(column.desc() for column in columns))
    found = page.limit(_ROWS).correlate(Priority, Subscription).lateral("of_place")
    urgency = Priority.position.label("urgency")
    everywhere = places.join(Priority.__table__, sa.true()).join(found, sa.true())
    pages = sa.select(*found.c, urgency).select_from(everywhere).where(*wanted)
    return pages.order_by(urgency.desc(), found.c.changed_at.desc(), found.c.number.desc()).limit(_ROWS)


_last_at = sa.bindparam("last_at", type_=sa.DateTime(timezone=True))
_LAST: dict[str, sa.BindParameter[Any]] = {
    "urgency": sa.bindparam("last_urgency", type_=sa.BigInteger),
    "number": sa.bindparam("last_number", type_=sa.BigInteger),
    **dict.fromkeys((Sort.CHANGED_AT.value, Sort.OPENED_AT.value, Sort.LAST_ACTIVITY_AT.value), _last_at),
}
"""The last row of the page before, by column."""


def _order(sort: Sort) -> Sequence[str]:
    """The columns that a list is sorted by, each from the largest on."""
    match sort:
        case Sort.NUMBER:
            return ["number"]
        case Sort.PRIORITY:
            return ["urgency", "changed_at", "number"]
        case _:
            return [sort.value, "number"]


def _conditions(shape: Shape, *, without: set[Given] | frozenset[Given] = frozenset()) -> list[Condition]:
    """What every ticket of the list must be like; ``without`` are filters that are taken care of."""
    nobody_or = (Ticket.owner_id == sa.any_(_values("owner", Ticket.owner_id))) | _NOBODYS
    owned = nobody_or if "no_owner" in shape.given else Ticket.owner_id == sa.any_(_values("owner", Ticket.owner_id))
    by_filter: dict[Given, Condition] = {
        "channel": Ticket.channel == sa.any_(_values("channel", Ticket.channel)),
        "status": Ticket.status == sa.any_(_values("status", Ticket.status)),
        "owner": owned,
        "watcher": _WATCHED,
        "contact_id": Ticket.contact_id == sa.any_(_values("contact_id", Ticket.contact_id)),
        "company_id": Ticket.company_id == sa.any_(_values("company_id", Ticket.company_id)),
        "origin": Ticket.origin == sa.any_(_values("origin", Ticket.origin)),
        "other_origin": _NOT_BY_MAIL,
        "priority": Ticket.priority == sa.any_(_values("priority", Ticket.priority)),
        "marker": Ticket.marker_id == sa.any_(_values("marker", Ticket.marker_id)),
        "tag": (Ticket.tags != _NO_TAGS) & Ticket.tags.contains(_values("tag", sa.column("tag", sa.Text))),
        "field": (Ticket.fields != _NO_FIELDS) & sa.or_(*(Ticket.fields.contains(form) for form in _FORMS)),
        "opened_from": Ticket.opened_at >= _value("opened_from", Ticket.opened_at),
        "opened_until": Ticket.opened_at < _value("opened_until", Ticket.opened_at),
        "changed_from": Ticket.changed_at >= _value("changed_from", Ticket.changed_at),
        "changed_until": Ticket.changed_at < _value("changed_until", Ticket.changed_at),
    }
    if "no_owner" in shape.given and "owner" not in shape.given:
        by_filter["no_owner"] = _NOBODYS
    always: list[tuple[bool, Condition]] = [
        (shape.prefilter is Prefilter.NO_OWNER, _OPEN & _NOBODYS),
        (shape.prefilter is Prefilter.HANDLED_TODAY, _HANDLED_TODAY),
        (shape.prefilter is Prefilter.HANDLED_YESTERDAY, _HANDLED_YESTERDAY),
        (shape.category is Category.OPEN, _OPEN),
        (shape.category is Category.CLOSED, Ticket.closed.is_(True)),
    ]
    filters = [condition for name, condition in by_filter.items() if name in shape.given and name not in without]
    return [Ticket.merged_into.is_(None), *(condition for holds, condition in always if holds), *filters]
