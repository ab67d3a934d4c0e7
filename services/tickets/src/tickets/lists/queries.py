"""Lists and counters, over the tickets that an agent may see.

Each list is the union of *branches*: the tickets of the agent's channels, one index scan a channel, or those that the
agent owns, opened or watches. Every branch is in the list's order and ends after a page, so that a page costs the same
however many tickets there are.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from chassis.database import Transaction
from chassis.paging import decode_cursor, encode_cursor
from tickets.channels.models import Channel, Subscription
from tickets.channels.rules.words import Ball, Category, Subscribed
from tickets.desk.models import Ticket, Watcher
from tickets.desk.queries import ROWS, subscribed, ticket_row
from tickets.lists.rules.search import number_in
from tickets.lists.rules.today import midnight
from tickets.lists.shapes import ChannelCount, Counters, Filters, ListName, Prefilter, Sort, TicketPage
from tickets.settings import Settings

COUNT_UP_TO = 10_000
"""Nobody reads a larger number, and counting it would cost."""

Condition = sa.ColumnElement[bool]

_OPEN = Ticket.closed.is_(False)
_NOBODYS = Ticket.owner_id.is_(None)
_OUR_TURN = Ticket.ball == Ball.US


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


async def ticket_page(tx: Transaction, viewer: Viewer, filters: Filters) -> TicketPage:
    """A page of tickets. Raises `InvalidCursor`."""
    rows = (await tx.session.execute(page_statement(viewer, filters))).all()
    shown = rows[: filters.limit]
    return TicketPage(
        items=[ticket_row(row, viewer.settings.ticket_prefix) for row in shown],
        next=_cursor(filters.sort, shown[-1]) if len(rows) > filters.limit else None,
    )


def page_statement(viewer: Viewer, filters: Filters) -> sa.Select[*tuple[Any, ...]]:
    """The statement of a page, with one row more than the page has. Raises `InvalidCursor`."""
    branches = _branches(viewer, filters)
    found = branches[0].subquery() if len(branches) == 1 else sa.union(*branches).subquery()
    return ROWS.join(found, found.c.id == Ticket.id).order_by(*_order(filters.sort)).limit(filters.limit + 1)


def _branches(viewer: Viewer, filters: Filters) -> list[sa.Select[*tuple[Any, ...]]]:
    """Where the list's tickets come from; a ticket may come from several branches and is listed once."""
    me = viewer.agent_id
    mine = Ticket.owner_id == me
    if filters.prefilter is Prefilter.ACTION_REQUIRED:
        waiting = _in_channels(viewer, filters, _OPEN, _OUR_TURN, _NOBODYS, kind=Subscribed.STANDARD)
        return [waiting, _anywhere(viewer, filters, mine, _OPEN, _OUR_TURN)]
    if filters.list is ListName.MINE:
        watched = Ticket.id.in_(sa.select(Watcher.ticket_id).where(Watcher.agent_id == me))
        own = [_anywhere(viewer, filters, belongs) for belongs in (mine, Ticket.opened_by == me, watched)]
        return [_in_channels(viewer, filters, kind=Subscribed.STANDARD), *own]
    if filters.contact_id is not None or filters.owner not in {None, "none"} or _number(viewer, filters) is not None:
        return [_anywhere(viewer, filters)]
    return [_in_channels(viewer, filters)]


def _in_channels(
    viewer: Viewer, filters: Filters, *conditions: Condition, kind: Subscribed | None = None
) -> sa.Select[*tuple[Any, ...]]:
    """Tickets of the agent's channels: the first page of each, then the first page of all."""
    of_channel = _keys(filters).where(
        Ticket.channel == Subscription.channel, *_conditions(viewer, filters), *conditions
    )
    found = of_channel.order_by(*_order(filters.sort)).limit(filters.limit + 1).lateral()
    wanted = [Subscription.agent_id == viewer.agent_id]
    if kind is not None:
        wanted.append(Subscription.kind == kind)
    if filters.channel is not None:
        wanted.append(Subscription.channel == filters.channel)
    order = [found.c[column.name].desc() for column in _sorted_by(filters.sort)]
    return (
        sa.select(*found.c)
        .select_from(Subscription)
        .join(found, sa.true())
        .where(*wanted)
        .order_by(*order)
        .limit(filters.limit + 1)
    )


def _anywhere(viewer: Viewer, filters: Filters, *conditions: Condition) -> sa.Select[*tuple[Any, ...]]:
    """Tickets that the conditions pick out better than their channels do."""
    seen = [subscribed(viewer.agent_id)]
    if filters.channel is not None:
        seen.append(Ticket.channel == filters.channel)
    found = _keys(filters).where(*conditions, *_conditions(viewer, filters), *seen)
    return found.order_by(*_order(filters.sort)).limit(filters.limit + 1)


def _keys(filters: Filters) -> sa.Select[*tuple[Any, ...]]:
    return sa.select(Ticket.id, *_sorted_by(filters.sort))


def _conditions(viewer: Viewer, filters: Filters) -> list[Condition]:
    """What every ticket of the list must be like."""
    found: list[Condition] = []
    if filters.prefilter is Prefilter.NO_OWNER:
        found += [_OPEN, _NOBODYS]
    if filters.prefilter is Prefilter.HANDLED_TODAY:
        found.append(Ticket.handled_at >= viewer.today)
    if filters.status is not None:
        found.append(Ticket.status == filters.status)
    if filters.category is not None:
        found.append(_OPEN if filters.category is Category.OPEN else Ticket.closed.is_(True))
    if filters.contact_id is not None:
        found.append(Ticket.contact_id == filters.contact_id)
    if filters.origin is not None:
        found.append(Ticket.origin == filters.origin)
    return [*found, *_owned(viewer, filters), *_searched(viewer, filters), *_after(filters)]


def _owned(viewer: Viewer, filters: Filters) -> list[Condition]:
    match filters.owner:
        case None:
            return []
        case "none":
            return [_NOBODYS]
        case "me":
            return [Ticket.owner_id == viewer.agent_id]
        case agent_id:
            return [Ticket.owner_id == agent_id]


def _searched(viewer: Viewer, filters: Filters) -> list[Condition]:
    if not filters.q.strip():
        return []
    number = _number(viewer, filters)
    if number is not None:
        return [Ticket.number == number]
    return [Ticket.subject_words.bool_op("@@")(sa.func.plainto_tsquery(sa.literal_column("'simple'"), filters.q))]


def _number(viewer: Viewer, filters: Filters) -> int | None:
    return number_in(filters.q, prefix=viewer.settings.ticket_prefix)


def _after(filters: Filters) -> list[Condition]:
    """Only what comes behind the cursor."""
    if filters.cursor is None:
        return []
    if filters.sort is Sort.NUMBER:
        (number,) = decode_cursor(filters.cursor, int)
        return [Ticket.number < number]
    last = decode_cursor(filters.cursor, datetime, int)
    return [sa.tuple_(Ticket.changed_at, Ticket.number) < sa.tuple_(*last)]


def _sorted_by(sort: Sort) -> Sequence[sa.ColumnElement[Any]]:
    table = Ticket.__table__.c
    return [table.number] if sort is Sort.NUMBER else [table.changed_at, table.number]


def _order(sort: Sort) -> list[sa.ColumnElement[Any]]:
    return [column.desc() for column in _sorted_by(sort)]


def _cursor(sort: Sort, row: sa.Row[*tuple[Any, ...]]) -> str:
    return encode_cursor(row.number) if sort is Sort.NUMBER else encode_cursor(row.changed_at, row.number)


async def counters(tx: Transaction, viewer: Viewer) -> Counters:
    """Every counter of the sidebar, over the tickets that the agent may see (LF-05, LF-07)."""
    rows = (await tx.session.execute(counters_statement(viewer))).all()
    mine = await tx.session.scalar(mine_statement(viewer))
    return Counters(
        action_required=min(COUNT_UP_TO, (mine or 0) + sum(row.waiting for row in rows)),
        no_owner=min(COUNT_UP_TO, sum(row.no_owner for row in rows)),
        handled_today=min(COUNT_UP_TO, sum(row.handled for row in rows)),
        channels=[ChannelCount(channel=row.key, name=row.name, open=row.open) for row in rows],
        capped_at=COUNT_UP_TO,
    )


def counters_statement(viewer: Viewer) -> sa.Select[*tuple[Any, ...]]:
    """A row for each channel of the agent; only its standard subscribers have its unowned tickets to handle."""
    waiting = _count("waiting", _OPEN, _NOBODYS, _OUR_TURN, Subscription.kind == Subscribed.STANDARD)
    return (
        sa.select(
            Channel.key,
            Channel.name,
            _count("open", _OPEN),
            _count("no_owner", _OPEN, _NOBODYS),
            waiting,
            _count("handled", Ticket.handled_at >= viewer.today),
        )
        .join(Subscription, Subscription.channel == Channel.key)
        .where(Subscription.agent_id == viewer.agent_id)
        .order_by(Channel.position, Channel.key)
    )


def mine_statement(viewer: Viewer) -> sa.Select[*tuple[Any, ...]]:
    """How many tickets wait for the agent who owns them."""
    mine = sa.select(sa.literal(1)).where(
        Ticket.owner_id == viewer.agent_id, _OPEN, _OUR_TURN, subscribed(viewer.agent_id)
    )
    return sa.select(sa.func.count()).select_from(mine.limit(COUNT_UP_TO).subquery())


def _count(name: str, *conditions: Condition) -> sa.Label[int]:
    """How many tickets of the subscription's channel there are, counted up to the limit."""
    tickets = (
        sa.select(sa.literal(1))
        .where(Ticket.channel == Subscription.channel, *conditions)
        .correlate(Subscription)
        .limit(COUNT_UP_TO)
    )
    return (
        sa.select(sa.func.count()).select_from(tickets.subquery()).correlate(Subscription).scalar_subquery().label(name)
    )
