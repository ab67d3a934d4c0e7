"""The statements behind lists, over the tickets that an agent may see.

Each list is the union of *branches*: the tickets of the agent's channels, one index scan for each channel and value, or
those of an owner, a contact, a number …, one index scan for each value. Every scan is in the list's order and ends
after a page, so that a page costs the same however many tickets there are. A statement depends on which filters there
are and not on their values, so each one is built once and then kept: building one costs more than running it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Literal

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY

from tickets.channels.models import Channel, Status, Subscription
from tickets.channels.rules.words import Ball, Category, Subscribed
from tickets.desk.models import Ticket, Watcher
from tickets.desk.queries import ROWS, SEEN
from tickets.desk.rules.words import Priority
from tickets.lists.matches import stream
from tickets.lists.models import ActivityEntry
from tickets.lists.shapes import ListName, Prefilter, Sort

MOST_NUMBERS = 1_000
"""Tickets whose number begins with what was typed, the highest numbers first."""

Select = sa.Select[*tuple[Any, ...]]
Condition = sa.ColumnElement[bool]

Given = Literal[
    "channel", "status", "owner", "no_owner", "watcher", "contact_id", "company_id", "origin", "other_origin",
    "priority", "opened_from", "opened_until", "changed_from", "changed_until",
]  # fmt: skip
"""Filters, as far as the statement depends on them; ``other_origin`` is an ``origin`` without e-mail among it."""


@dataclass(frozen=True, kw_only=True)
class Shape:
    """Which filters a list has; their values are parameters of the same names, ``me`` and ``today`` among them."""

    list: ListName = ListName.OVERVIEW
    sort: Sort = Sort.CHANGED_AT
    prefilter: Prefilter | None = None
    category: Category | None = None
    search: Literal["number", "words"] | None = None
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
_FIRST_STATUS = (
    sa.select(Status.key)
    .join(Channel, Channel.workflow == Status.workflow)
    .where(Channel.key == Ticket.channel, Status.position == 0)
    .scalar_subquery()
)
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

_TIMES = {
    Sort.CHANGED_AT: Ticket.changed_at,
    Sort.OPENED_AT: Ticket.opened_at,
    Sort.LAST_ACTIVITY_AT: Ticket.last_activity_at,
    Sort.PRIORITY: Ticket.changed_at,
}

_urgency = sa.values(
    sa.column("priority", sa.Text), sa.column("urgency", sa.Integer), name="urgency", literal_binds=True
).data([(priority.value, place) for place, priority in enumerate(Priority)])
"""The priorities with their places, the most urgent last."""

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
    branches = _branches(shape)
    found = branches[0].subquery() if len(branches) == 1 else sa.union(*branches).subquery()
    order = [found.c[name].desc() for name in _order(shape.sort)]
    urgency = [found.c.urgency] if shape.sort is Sort.PRIORITY else []
    return ROWS.add_columns(*urgency).join(found, found.c.id == Ticket.id).order_by(*order).limit(_ROWS)


def _matching(shape: Shape) -> Select:
    """A search for words, in the order of the newest matches: every filter is a condition on what is found."""
    conditions = [*_belongs(shape), *_conditions(shape)]
    newest = sa.select(stream(later=shape.later, of_ticket=conditions, by_ticket=True)).limit(_ROWS).cte("page")
    found = newest.prefix_with("MATERIALIZED")
    return (
        ROWS.add_columns(found.c.at, found.c.activity_id)
        .join(found, found.c.ticket_id == Ticket.id)
        .order_by(found.c.at.desc(), found.c.activity_id.desc())
    )


def _belongs(shape: Shape) -> list[Condition]:
    """What makes a ticket one of the list, as a condition."""
    if shape.prefilter is Prefilter.ACTION_REQUIRED:
        return [_OPEN, _OUR_TURN, _MINE | (_NOBODYS & _IN_STANDARD)]
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
            waiting = _in_channels(shape, _OPEN, _OUR_TURN, _NOBODYS, kind=Subscribed.STANDARD)
            return [waiting, _anywhere(shape, _MINE, _OPEN, _OUR_TURN)]
        case Prefilter.NEW:
            return [_in_channels(shape, _OPEN, Ticket.status == _first_status_there(), kind=Subscribed.STANDARD)]
        case _:
            return _of_mine(shape) if shape.list is ListName.MINE else _of_filters(shape)


def _of_mine(shape: Shape) -> list[Select]:
    own = [_anywhere(shape, belongs) for belongs in (_MINE, _OPENED_BY_ME, _WATCHED)]
    return [_in_channels(shape, kind=Subscribed.STANDARD), *own]


def _of_filters(shape: Shape) -> list[Select]:
    if "watcher" in shape.given:
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
    driven = {without} if without else set()
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
    return _pages(shape, places, [*within, *_conditions(shape, without=driven)], wanted)


def _of_values(shape: Shape, driver: Given) -> Select:
    """Tickets of each value of a filter."""
    column = _DRIVERS[driver]
    value = sa.func.unnest(_values(driver, column)).table_valued("value", name="of_value").render_derived()
    return _pages(shape, value, [column == value.c.value, SEEN, *_conditions(shape, without={driver})], [])


def _of_numbers(shape: Shape) -> Select:
    """Tickets whose numbers are in one of the ranges between ``lows`` and ``highs``."""
    numbers = ARRAY(sa.BigInteger)
    between = (
        sa.func.unnest(sa.bindparam("lows", type_=numbers), sa.bindparam("highs", type_=numbers))
        .table_valued("low", "high", name="between")
        .render_derived()
    )
    found = (
        sa.select(Ticket.id)
        .where(Ticket.number.between(between.c.low, between.c.high), SEEN)
        .order_by(Ticket.number.desc())
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
    keys = [Ticket.id, *(Ticket.__table__.c[name] for name in _order(shape.sort) if name != "urgency")]
    within = [*within, *_behind(shape)]
    if shape.sort is Sort.PRIORITY:
        places = _urgency if places is None else places.join(_urgency, sa.true())
        within.append(Ticket.priority == sa.type_coerce(_urgency.c.priority, Ticket.priority.type))
        if shape.later:
            wanted = [*wanted, _urgency.c.urgency <= _last_urgency]
    order = [name for name in _order(shape.sort) if name != "urgency"]
    page = sa.select(*keys).where(*within).order_by(*(Ticket.__table__.c[name].desc() for name in order)).limit(_ROWS)
    if places is None:
        return page
    found = page.lateral("of_place")
    urgency = [_urgency.c.urgency] if shape.sort is Sort.PRIORITY else []
    pages = sa.select(*found.c, *urgency).select_from(places.join(found, sa.true())).where(*wanted)
    names = {column.name: column for column in (*found.c, *urgency)}
    return pages.order_by(*(names[name].desc() for name in _order(shape.sort))).limit(_ROWS)


_last_urgency = sa.bindparam("last_urgency", type_=sa.BigInteger)
_last_number = sa.bindparam("last_number", type_=sa.BigInteger)
_last_at = sa.bindparam("last_at", type_=sa.DateTime(timezone=True))


def _behind(shape: Shape) -> list[Condition]:
    """Behind the last row of the page before. Less urgent tickets are behind it whenever they changed."""
    if not shape.later:
        return []
    if shape.sort is Sort.NUMBER:
        return [Ticket.number < _last_number]
    last: sa.ColumnElement[Any] = _last_at
    if shape.sort is Sort.PRIORITY:
        endless = sa.literal_column("'infinity'::timestamptz")
        last = sa.case((_urgency.c.urgency == _last_urgency, _last_at), else_=endless)
    return [sa.tuple_(_TIMES[shape.sort], Ticket.number) < sa.tuple_(last, _last_number)]


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
    return [*(condition for holds, condition in always if holds), *filters]
