"""The statements behind lists and counters, over the tickets that an agent may see.

Each list is the union of *branches*: the tickets of the agent's channels, one index scan a channel, or those that the
agent owns, opened or watches. Every branch is in the list's order and ends after a page, so that a page costs the same
however many tickets there are. A statement depends on which filters there are and not on their values, so each one is
built once and then kept: building one costs more than running it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal

import sqlalchemy as sa

from tickets.channels.models import Channel, Subscription
from tickets.channels.rules.words import Ball, Category, Subscribed
from tickets.desk.models import Ticket, Watcher
from tickets.desk.queries import ROWS, SEEN
from tickets.desk.reminder_models import REMINDER_IS_DUE, WAITS_FOR_ITS_TIME
from tickets.lists.shapes import ListName, Prefilter, Sort

COUNT_UP_TO = 10_000
"""Nobody reads a larger number, and counting it would cost."""

Select = sa.Select[*tuple[Any, ...]]
Condition = sa.ColumnElement[bool]


@dataclass(frozen=True, kw_only=True)
class Shape:
    """Which filters a list has; their values are parameters of the same names, ``me`` and ``today`` among them."""

    list: ListName = ListName.OVERVIEW
    sort: Sort = Sort.CHANGED_AT
    prefilter: Prefilter | None = None
    category: Category | None = None
    owner: Literal["agent", "none"] | None = None
    search: Literal["number", "words"] | None = None
    channel: bool = False
    status: bool = False
    contact: bool = False
    origin: Literal["email", "other"] | None = None
    later: bool = False


def _value(name: str, column: sa.ColumnElement[Any] | Any) -> sa.BindParameter[Any]:  # noqa: ANN401  # mapped attributes
    return sa.bindparam(name, type_=column.type)


_ME = _value("me", Ticket.owner_id)
_ROWS = sa.bindparam("rows", type_=sa.Integer)
_OPEN = Ticket.closed.is_(False)
_NOBODYS = Ticket.owner_id.is_(None)
_OUR_TURN = Ticket.ball == sa.literal_column(f"'{Ball.US.value}'")
_MINE = Ticket.owner_id == _ME
_NOT_LATER = ~WAITS_FOR_ITS_TIME
_NOT_BY_MAIL = Ticket.origin != sa.literal_column("'email'")
"""Says what the value of ``origin`` says already, so that a plan made without the value can use the partial index."""
_WATCHED = Ticket.id.in_(sa.select(Watcher.ticket_id).where(Watcher.agent_id == _ME))


PLAN_WITH_VALUES = sa.text("SET LOCAL plan_cache_mode = force_custom_plan")
"""For a search: how common its words are decides whether the index of words or that of the list is the faster one, so
a plan that was made for other words can be five hundred times slower."""


@lru_cache(maxsize=1_000)
def page_statement(shape: Shape) -> Select:
    """The statement of a page of ``rows`` rows."""
    branches = _branches(shape)
    found = branches[0].subquery() if len(branches) == 1 else sa.union(*branches).subquery()
    return ROWS.join(found, found.c.id == Ticket.id).order_by(*_order(shape.sort)).limit(_ROWS)


def _branches(shape: Shape) -> list[Select]:
    """Where the list's tickets come from; a ticket may come from several branches and is listed once."""
    if shape.prefilter is Prefilter.ACTION_REQUIRED:
        waiting = _in_channels(shape, _OPEN, _OUR_TURN, _NOBODYS, _NOT_LATER, kind=Subscribed.STANDARD)
        return [waiting, _anywhere(shape, _MINE, _OPEN, _OUR_TURN, _NOT_LATER), _anywhere(shape, REMINDER_IS_DUE)]
    if shape.list is ListName.MINE:
        own = [_anywhere(shape, belongs) for belongs in (_MINE, Ticket.opened_by == _ME, _WATCHED)]
        return [_in_channels(shape, kind=Subscribed.STANDARD), *own]
    if shape.contact or shape.owner == "agent" or shape.search == "number":
        return [_anywhere(shape)]
    return [_in_channels(shape)]


def _in_channels(shape: Shape, *conditions: Condition, kind: Subscribed | None = None) -> Select:
    """Tickets of the agent's channels: the first page of each, then the first page of all."""
    of_channel = _keys(shape).where(Ticket.channel == Subscription.channel, *_conditions(shape), *conditions)
    found = of_channel.order_by(*_order(shape.sort)).limit(_ROWS).lateral()
    wanted: list[Condition] = [Subscription.agent_id == _ME]
    if kind is not None:
        wanted.append(Subscription.kind == kind)
    if shape.channel:
        wanted.append(Subscription.channel == _value("channel", Subscription.channel))
    pages = sa.select(*found.c).select_from(Subscription).join(found, sa.true()).where(*wanted)
    return pages.order_by(*(found.c[column.name].desc() for column in _sorted_by(shape.sort))).limit(_ROWS)


def _anywhere(shape: Shape, *conditions: Condition) -> Select:
    """Tickets that the conditions pick out better than their channels do."""
    seen = [SEEN, Ticket.channel == _value("channel", Ticket.channel)] if shape.channel else [SEEN]
    found = _keys(shape).where(*conditions, *_conditions(shape), *seen)
    return found.order_by(*_order(shape.sort)).limit(_ROWS)


def _keys(shape: Shape) -> Select:
    return sa.select(Ticket.id, *_sorted_by(shape.sort))


def _conditions(shape: Shape) -> list[Condition]:
    """What every ticket of the list must be like."""
    words = sa.func.plainto_tsquery(sa.literal_column("'simple'"), sa.bindparam("words", type_=sa.Text))
    last = sa.tuple_(_value("last_changed_at", Ticket.changed_at), _value("last_number", Ticket.number))
    by_number = shape.sort is Sort.NUMBER
    wanted: list[tuple[bool, Condition]] = [
        (shape.prefilter is Prefilter.NO_OWNER, _OPEN & _NOBODYS),
        (shape.prefilter is Prefilter.HANDLED_TODAY, Ticket.handled_at >= _value("today", Ticket.handled_at)),
        (shape.category is Category.OPEN, _OPEN),
        (shape.category is Category.CLOSED, Ticket.closed.is_(True)),
        (shape.owner == "none", _NOBODYS),
        (shape.owner == "agent", Ticket.owner_id == _value("owner", Ticket.owner_id)),
        (shape.search == "number", Ticket.number == _value("number", Ticket.number)),
        (shape.search == "words", Ticket.subject_words.bool_op("@@")(words)),
        (shape.status, Ticket.status == _value("status", Ticket.status)),
        (shape.contact, Ticket.contact_id == _value("contact", Ticket.contact_id)),
        (shape.origin is not None, Ticket.origin == _value("origin", Ticket.origin)),
        (shape.origin == "other", _NOT_BY_MAIL),
        (shape.later and by_number, Ticket.number < _value("last_number", Ticket.number)),
        (shape.later and not by_number, sa.tuple_(Ticket.changed_at, Ticket.number) < last),
    ]
    return [condition for given, condition in wanted if given]


def _sorted_by(sort: Sort) -> Sequence[sa.ColumnElement[Any]]:
    table = Ticket.__table__.c
    return [table.number] if sort is Sort.NUMBER else [table.changed_at, table.number]


def _order(sort: Sort) -> list[sa.ColumnElement[Any]]:
    return [column.desc() for column in _sorted_by(sort)]


def _count(name: str, *conditions: Condition) -> sa.Label[int]:
    """How many tickets of the subscription's channel there are, counted up to the limit."""
    tickets: Select = sa.select(sa.literal_column("1")).where(Ticket.channel == Subscription.channel, *conditions)
    counted = tickets.correlate(Subscription).limit(COUNT_UP_TO).subquery()
    return sa.select(sa.func.count()).select_from(counted).correlate(Subscription).scalar_subquery().label(name)


_mine: Select = sa.select(sa.literal_column("1")).where(_MINE, _OPEN, _OUR_TURN, _NOT_LATER, SEEN).limit(COUNT_UP_TO)
_standard = sa.select(Subscription.channel).where(
    Subscription.agent_id == _ME, Subscription.kind == Subscribed.STANDARD
)
_counted = _OPEN & _OUR_TURN & (_MINE | (_NOBODYS & Ticket.channel.in_(_standard)))
_due: Select = sa.select(sa.literal_column("1")).where(REMINDER_IS_DUE, SEEN, ~_counted).limit(COUNT_UP_TO)

COUNTERS = (
    sa.select(
        Channel.key,
        Channel.name,
        _count("open", _OPEN),
        _count("no_owner", _OPEN, _NOBODYS),
        _count("waiting", _OPEN, _NOBODYS, _OUR_TURN, _NOT_LATER, Subscription.kind == Subscribed.STANDARD),
        _count("handled", Ticket.handled_at >= _value("today", Ticket.handled_at)),
        sa.select(sa.func.count()).select_from(_mine.subquery()).scalar_subquery().label("mine"),
        sa.select(sa.func.count()).select_from(_due.subquery()).scalar_subquery().label("due"),
    )
    .join(Subscription, Subscription.channel == Channel.key)
    .where(Subscription.agent_id == _ME)
    .order_by(Channel.position, Channel.key)
)
"""A row for each channel of the agent ``me``: only standard subscribers have its unowned tickets to handle. ``mine`` is
the same in each row: tickets that wait for the agent because they own them, and so is ``due``: those that wait only
because a reminder of the agent is due (DR-02)."""
