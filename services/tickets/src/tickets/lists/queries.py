"""Lists and counters, for one agent."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from chassis.database import Transaction
from chassis.paging import decode_cursor, encode_cursor
from tickets.database import AnyRow
from tickets.desk.queries import ticket_row
from tickets.desk.rules.words import Origin
from tickets.lists.rules.search import number_in
from tickets.lists.rules.today import midnight
from tickets.lists.shapes import Counters, Filters, Sort, TicketPage
from tickets.lists.statements import COUNT_UP_TO, COUNTERS, PLAN_WITH_VALUES, Shape, page_statement
from tickets.settings import Settings


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
    shape, values = shaped(viewer, filters)
    if shape.search == "words":
        await tx.session.execute(PLAN_WITH_VALUES)
    rows = (await tx.session.execute(page_statement(shape), values)).all()
    shown = rows[: filters.limit]
    return {
        "items": [ticket_row(row, viewer.settings.ticket_prefix) for row in shown],
        "next": _cursor(filters.sort, shown[-1]) if len(rows) > filters.limit else None,
    }


def shaped(viewer: Viewer, filters: Filters) -> tuple[Shape, dict[str, Any]]:
    """The filters, taken apart into what decides about the statement and the values for it. Raises `InvalidCursor`."""
    number = number_in(filters.q, prefix=viewer.settings.ticket_prefix)
    words = filters.q if filters.q.strip() and number is None else None
    owner = viewer.agent_id if filters.owner == "me" else filters.owner
    shape = Shape(
        list=filters.list,
        sort=filters.sort,
        prefilter=filters.prefilter,
        category=filters.category,
        owner="agent" if isinstance(owner, UUID) else owner,
        search="number" if number else "words" if words else None,
        channel=filters.channel is not None,
        status=filters.status is not None,
        contact=filters.contact_id is not None,
        origin=None if filters.origin is None else "email" if filters.origin is Origin.EMAIL else "other",
        later=filters.cursor is not None,
    )
    values = {
        "me": viewer.agent_id,
        "today": viewer.today,
        "rows": filters.limit + 1,
        "owner": owner,
        "number": number,
        "words": words,
        "channel": filters.channel,
        "status": filters.status,
        "contact": filters.contact_id,
        "origin": filters.origin,
    }
    return shape, values | _after(filters)


def _after(filters: Filters) -> dict[str, Any]:
    """The last row of the page before."""
    if filters.cursor is None:
        return {}
    if filters.sort is Sort.NUMBER:
        return dict(zip(("last_number",), decode_cursor(filters.cursor, int), strict=True))
    return dict(zip(("last_changed_at", "last_number"), decode_cursor(filters.cursor, datetime, int), strict=True))


def _cursor(sort: Sort, row: AnyRow) -> str:
    return encode_cursor(row.number) if sort is Sort.NUMBER else encode_cursor(row.changed_at, row.number)


async def counters(tx: Transaction, viewer: Viewer) -> Counters:
    """Every counter of the sidebar, over the tickets that the agent may see (LF-05, LF-07)."""
    rows = (await tx.session.execute(COUNTERS, {"me": viewer.agent_id, "today": viewer.today})).all()
    mine = rows[0].mine + rows[0].due if rows else 0
    return {
        "action_required": min(COUNT_UP_TO, mine + sum(row.waiting for row in rows)),
        "no_owner": min(COUNT_UP_TO, sum(row.no_owner for row in rows)),
        "handled_today": min(COUNT_UP_TO, sum(row.handled for row in rows)),
        "channels": [{"channel": row.key, "name": row.name, "open": row.open} for row in rows],
        "capped_at": COUNT_UP_TO,
    }
