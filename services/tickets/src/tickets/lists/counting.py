"""The counters of the home page and the sidebar, for one agent, over the tickets that they may see.

What depends on channels alone comes from the tally, a few rows for each channel; what is an agent's own or belongs to
a day is counted in an index that holds nothing else.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from chassis.database import Transaction
from tickets.channels.models import Channel, Status, Subscription
from tickets.channels.rules.words import Ball, Subscribed
from tickets.desk.models import Ticket
from tickets.desk.queries import SEEN
from tickets.desk.reminder_models import REMINDER_IS_DUE, WAITS_FOR_ITS_TIME, Reminder
from tickets.lists.models import ActivityEntry, tally
from tickets.lists.shapes import Counters
from tickets.lists.statements import ACTION_REQUIRED
from tickets.staff.absences import acting_for

_ME = sa.bindparam("me", type_=sa.Uuid)
_NOW = sa.bindparam("now", type_=sa.DateTime(timezone=True))
_TODAY = sa.bindparam("today", type_=sa.DateTime(timezone=True))
_YESTERDAY = sa.bindparam("yesterday", type_=sa.DateTime(timezone=True))

_open = tally.c.closed.is_(False)
_nobodys = _open & tally.c.owned.is_(False)
_our_turn = tally.c.ball == Ball.US
_standard = Subscription.kind == Subscribed.STANDARD


def _sum(name: str, *conditions: sa.ColumnElement[bool]) -> sa.Label[int]:
    """How many tickets of these sorts a channel has; a whole number, which PostgreSQL's sum is not."""
    counted = sa.func.coalesce(sa.func.sum(tally.c.tickets).filter(*conditions), 0)
    return sa.cast(counted, sa.BigInteger).label(name)


def _inside(*conditions: sa.ColumnElement[bool]) -> sa.ScalarSelect[int]:
    """How many tickets of the subscription's channel an index holds."""
    counted = sa.select(sa.func.count()).select_from(Ticket)
    return counted.where(Ticket.channel == Subscription.channel, *conditions).scalar_subquery()


_handled_today = _inside(Ticket.handled_at >= _TODAY, Ticket.merged_into.is_(None))
_handled_yesterday = (
    sa.select(sa.func.count(sa.distinct(ActivityEntry.ticket_id)))
    .where(
        ActivityEntry.channel == Subscription.channel,
        ActivityEntry.by_staff,
        ActivityEntry.at >= _YESTERDAY,
        ActivityEntry.at < _TODAY,
    )
    .scalar_subquery()
)

CHANNEL_COUNTS: sa.Select[*tuple[Any, ...]] = (
    sa.select(
        Channel.key,
        Channel.name,
        _sum("open", _open),
        _sum("no_owner", _nobodys),
        _sum("waiting", _nobodys, _our_turn, _standard),
        _sum("new", _open, tally.c.status == Status.key, _standard),
    )
    .select_from(Subscription)
    .join(Channel, Channel.key == Subscription.channel)
    .join(Status, (Status.workflow == Channel.workflow) & (Status.position == 0))
    .outerjoin(tally, tally.c.channel == Channel.key)
    .where(Subscription.agent_id == _ME)
    .group_by(Channel.key, Channel.name, Channel.position)
    .order_by(Channel.position, Channel.key)
)
"""A row for each channel of the agent ``me``. Only standard subscribers have its new and unowned tickets to handle."""

HANDLED_COUNTS: sa.Select[*tuple[Any, ...]] = (
    sa.select(
        sa.func.coalesce(sa.func.sum(_handled_today), 0).label("today"),
        sa.func.coalesce(sa.func.sum(_handled_yesterday), 0).label("yesterday"),
    )
    .select_from(Subscription)
    .where(Subscription.agent_id == _ME)
)
"""Tickets that somebody of the staff did something on."""

_waits = (Ticket.ball == sa.literal_column(f"'{Ball.US.value}'")) & ~WAITS_FOR_ITS_TIME
_stood_in_for = (
    sa.select(sa.func.count())
    .select_from(Ticket)
    .where(Ticket.owner_id.in_(acting_for(_ME, _NOW)), Ticket.closed.is_(False), _waits, SEEN)
    .scalar_subquery()
)
OWN_COUNTS: sa.Select[*tuple[Any, ...]] = sa.select(
    sa.func.count().label("mine"),
    (sa.func.count().filter(_waits) + _stood_in_for).label("waiting"),
).where(Ticket.owner_id == _ME, Ticket.closed.is_(False), SEEN)
"""Open tickets that the agent owns, and those that wait for them: their own, and those of whom they stand in for."""

_later = sa.func.count().filter(WAITS_FOR_ITS_TIME, ACTION_REQUIRED, Ticket.owner_id.is_(None)).label("later")
_due = sa.func.count().filter(REMINDER_IS_DUE, ~ACTION_REQUIRED).label("due")
REMINDER_COUNTS: sa.Select[*tuple[Any, ...]] = sa.select(_later, _due).where(
    Ticket.id.in_(sa.select(Reminder.ticket_id).where(Reminder.agent_id == _ME)), SEEN
)
"""Unowned tickets that wait for a reminder of the agent's, and tickets that wait only because one is due (DR-02)."""


async def counters(tx: Transaction, agent_id: UUID, *, now: datetime, today: datetime, yesterday: datetime) -> Counters:
    """Every counter (LF-01, LF-05, LF-07)."""
    values = {"me": agent_id, "now": now, "today": today, "yesterday": yesterday}
    channels = (await tx.session.execute(CHANNEL_COUNTS, values)).all()
    handled = (await tx.session.execute(HANDLED_COUNTS, values)).one()
    own = (await tx.session.execute(OWN_COUNTS, values)).one()
    reminded = (await tx.session.execute(REMINDER_COUNTS, values)).one()
    waiting = own.waiting + sum(row.waiting for row in channels) - reminded.later + reminded.due
    return {
        "new": sum(row.new for row in channels),
        "mine": own.mine,
        "open": sum(row.open for row in channels),
        "action_required": waiting,
        "no_owner": sum(row.no_owner for row in channels),
        "handled_today": int(handled.today),
        "handled_yesterday": int(handled.yesterday),
        "channels": [{"channel": row.key, "name": row.name, "open": row.open} for row in channels],
    }
