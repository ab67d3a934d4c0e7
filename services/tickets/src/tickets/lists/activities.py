"""The list of single activities over all tickets that an agent may see, filtered and searched (LF-08)."""

from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY

from chassis.database import Transaction
from chassis.paging import decode_cursor, encode_cursor
from tickets.channels.models import Channel, Subscription
from tickets.database import AnyRow
from tickets.desk.models import Activity, Ticket
from tickets.desk.queries import SEEN
from tickets.desk.rules.subjects import reference
from tickets.lists.matches import Condition, Select, prepare, stream
from tickets.lists.models import ActivityEntry
from tickets.lists.queries import Viewer
from tickets.lists.rules.search import asked
from tickets.lists.rules.snippets import LOOKED_AT
from tickets.lists.searching import hits_in, pieces
from tickets.lists.shapes import ActivityFilters, ActivityRow, ActivityRows

_ME = sa.bindparam("me", type_=sa.Uuid)
_ROWS = sa.bindparam("rows", type_=sa.Integer)
_AT = sa.DateTime(timezone=True)
_entry = ActivityEntry.__table__.c
_NEWEST = (ActivityEntry.at.desc(), ActivityEntry.activity_id.desc())
_SHOWN = (
    sa.select(
        Activity.id,
        Activity.kind,
        Activity.at,
        Activity.author_kind,
        Activity.author_id,
        Activity.author_name,
        Activity.shown_outside,
        sa.func.jsonb_array_length(Activity.attachments).label("attachments"),
        sa.func.left(Activity.text, LOOKED_AT).label("text"),
        Ticket.number,
        Ticket.subject,
        Channel.name.label("channel_name"),
    )
    .join(Ticket, Ticket.id == Activity.ticket_id)
    .join(Channel, Channel.key == Ticket.channel)
)

FILTERS = ("channel", "kind", "author_id")
"""Filters whose parameters are lists of values, by the entry's column."""


async def activity_rows(tx: Transaction, viewer: Viewer, filters: ActivityFilters) -> ActivityRows:
    """A page of activities. Raises `InvalidCursor`."""
    wanted = asked(filters.q, prefix=viewer.settings.ticket_prefix)
    values = activity_values(viewer, filters)
    given = tuple(name for name in FILTERS if values[name])
    times = tuple(name for name in ("at_from", "at_until") if values[name])
    later = filters.cursor is not None
    searched = bool(filters.q.strip())
    if searched:
        search = await prepare(tx, viewer.agent_id, wanted)
        if search is None:
            return {"items": [], "next": None}
        ends = [end for end in (values.get("last_at"), filters.at_until) if end]
        values |= search.values(until=min(ends) if ends else None)
    statement = rows_statement(given, times, later=later, searched=searched)
    rows = (await tx.session.execute(statement, values)).all()
    shown = rows[: filters.limit]
    hits = await hits_in(tx, wanted, [row.text for row in shown]) if searched else set()
    return {
        "items": [_row(row, hits, viewer.settings.ticket_prefix) for row in shown],
        "next": encode_cursor(shown[-1].at, shown[-1].id) if len(rows) > filters.limit else None,
    }


def activity_values(viewer: Viewer, filters: ActivityFilters) -> dict[str, Any]:
    """The parameters of `rows_statement`. Raises `InvalidCursor`."""
    author = viewer.agent_id if filters.author == "me" else filters.author
    values = {
        "me": viewer.agent_id,
        "rows": filters.limit + 1,
        "channel": sorted(set(filters.channel)),
        "kind": sorted(set(filters.kind)),
        "author_id": [author] if author else [],
        "at_from": filters.at_from,
        "at_until": filters.at_until,
    }
    if filters.cursor is None:
        return values
    last_at, last_id = decode_cursor(filters.cursor, datetime, UUID)
    return values | {"last_at": last_at, "last_id": last_id}


@lru_cache(maxsize=200)
def rows_statement(given: Sequence[str], times: Sequence[str], *, later: bool, searched: bool) -> Select:
    """The statement of a page, by the filters that there are."""
    if searched:
        page: Select = sa.select(stream(later=later, of_activity=given, between=times)).limit(_ROWS)
    else:
        page = _by_author(given, times, later=later) if "author_id" in given else _by_channel(given, times, later=later)
    found = page.cte("page").prefix_with("MATERIALIZED")
    return _SHOWN.join(found, found.c.activity_id == Activity.id).order_by(Activity.at.desc(), Activity.id.desc())


def _by_channel(given: Sequence[str], times: Sequence[str], *, later: bool) -> Select:
    """The first page of each channel, or of each kind in each channel, then of all."""
    places: sa.FromClause = Subscription.__table__
    within: list[Condition] = [ActivityEntry.channel == Subscription.channel, *_limits(times, later=later)]
    if "kind" in given:
        kind = (
            sa.func.unnest(sa.bindparam("kind", type_=ARRAY(sa.Text)))
            .table_valued("value", name="of_kind")
            .render_derived()
        )
        places = places.join(kind, sa.true())
        within.append(ActivityEntry.kind == sa.type_coerce(kind.c.value, ActivityEntry.kind.type))
    wanted: list[Condition] = [Subscription.agent_id == _ME]
    if "channel" in given:
        wanted.append(Subscription.channel == sa.any_(sa.bindparam("channel", type_=ARRAY(sa.Text))))
    page = _keys().where(*within).order_by(*_NEWEST).limit(_ROWS).lateral("of_place")
    pages = sa.select(page).select_from(places.join(page, sa.true())).where(*wanted)
    return pages.order_by(page.c.at.desc(), page.c.activity_id.desc()).limit(_ROWS)


def _by_author(given: Sequence[str], times: Sequence[str], *, later: bool) -> Select:
    conditions = [_entry[name] == sa.any_(sa.bindparam(name, type_=ARRAY(_entry[name].type))) for name in given]
    mine = sa.select(Subscription.channel).where(Subscription.agent_id == _ME)
    seen = ActivityEntry.channel.in_(mine)
    return _keys().where(*conditions, seen, *_limits(times, later=later)).order_by(*_NEWEST).limit(_ROWS)


def _keys() -> Select:
    """Entries of tickets that the agent may see."""
    return (
        sa.select(ActivityEntry.activity_id, ActivityEntry.at)
        .join(Ticket, Ticket.id == ActivityEntry.ticket_id)
        .where(SEEN)
    )


def _limits(times: Sequence[str], *, later: bool) -> list[Condition]:
    limits: list[Condition] = []
    if "at_from" in times:
        limits.append(ActivityEntry.at >= sa.bindparam("at_from", type_=_AT))
    if "at_until" in times:
        limits.append(ActivityEntry.at < sa.bindparam("at_until", type_=_AT))
    if later:
        last = sa.tuple_(sa.bindparam("last_at", type_=_AT), sa.bindparam("last_id", type_=sa.Uuid))
        limits.append(sa.tuple_(ActivityEntry.at, ActivityEntry.activity_id) < last)
    return limits


def _row(row: AnyRow, hits: set[str], prefix: str) -> ActivityRow:
    return {
        "id": row.id,
        "kind": row.kind,
        "at": row.at,
        "author": {"kind": row.author_kind, "id": row.author_id, "name": row.author_name},
        "shown_outside": row.shown_outside,
        "attachments": row.attachments,
        "text": pieces(row.text, hits),
        "ticket": {
            "number": row.number,
            "reference": reference(prefix, row.number),
            "subject": row.subject,
            "channel": row.channel_name,
        },
    }
