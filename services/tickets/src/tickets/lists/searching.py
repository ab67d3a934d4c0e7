"""Full-text search over tickets (TS-01): the best of the newest matches, with the place where the words stand."""

from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, distinct_on

from chassis.database import Transaction
from chassis.paging import InvalidCursor, decode_cursor, encode_cursor
from tickets.database import AnyRow, is_one_of
from tickets.desk.models import Activity, Ticket
from tickets.desk.queries import ROWS, SEEN, ticket_row
from tickets.lists import statements
from tickets.lists.matches import ASKED, Search, prepare, stream
from tickets.lists.models import ActivityEntry
from tickets.lists.queries import Viewer
from tickets.lists.rules.search import Asked, asked, numbers_from
from tickets.lists.rules.snippets import LOOKED_AT, snippet, worth_asking
from tickets.lists.shapes import PieceOut, SearchFilters, SearchHit, SearchPage

CANDIDATES = 300
"""The newest matches, which the best are chosen from. Ranking a hundred thousand of them would answer no question."""

CANDIDATES_OF_PHRASE = 60
"""The index does not know in which order words stand: for each match of a phrase many documents are looked into."""

MOST_NUMBERS = 5
"""Tickets whose numbers begin with what was typed."""

_TEXTS = ARRAY(sa.Text)
_WEIGHTS = sa.text("'{0.1,0.3,0.3,1.0}'::real[]")
_MONTH = 30 * 24 * 3600


def _best() -> sa.Select[*tuple[Any, ...]]:
    """The statement: of each ticket the activity that fits best, the best ticket first.

    A match of today counts twice as much as a very old one, so that of two that fit equally the newer one comes first.
    """
    newest = (
        sa.select(stream(later=False))
        .limit(sa.bindparam("candidates", type_=sa.Integer))
        .cte("newest")
        .prefix_with("MATERIALIZED")
    )
    age = sa.func.greatest(sa.extract("epoch", sa.bindparam("now", type_=sa.DateTime(timezone=True)) - newest.c.at), 0)
    rank = sa.func.ts_rank(_WEIGHTS, ActivityEntry.words, ASKED) * (1 + 1 / (1 + age / _MONTH))
    ranked = (
        sa.select(newest.c.ticket_id, newest.c.activity_id, newest.c.at, rank.label("rank"))
        .join(ActivityEntry, ActivityEntry.activity_id == newest.c.activity_id)
        .subquery()
    )
    best = sa.select(ranked).ext(distinct_on(ranked.c.ticket_id)).order_by(ranked.c.ticket_id, ranked.c.rank.desc())
    each = best.subquery()
    matches = sa.select(sa.func.count()).select_from(newest).scalar_subquery()
    return (
        sa.select(each.c.ticket_id, each.c.activity_id, matches.label("matches"))
        .order_by(each.c.rank.desc(), each.c.at.desc(), each.c.ticket_id)
        .offset(sa.bindparam("skipped", type_=sa.Integer))
        .limit(sa.bindparam("rows", type_=sa.Integer))
    )


BEST = _best()

_range = (
    sa.func.unnest(sa.bindparam("lows", type_=ARRAY(sa.BigInteger)), sa.bindparam("highs", type_=ARRAY(sa.BigInteger)))
    .table_valued("low", "high", name="range")
    .render_derived()
)
_in_range = (
    sa.select(Ticket.id, statements.NUMBERED.number)
    .join(statements.NUMBERED, statements.LIVING)
    .where(statements.NUMBERED.number.between(_range.c.low, _range.c.high), SEEN)
    .order_by(statements.NUMBERED.number.desc())
    .limit(MOST_NUMBERS)
    .lateral()
)
NUMBERED = (
    sa.select(_in_range.c.id)
    .select_from(_range.join(_in_range, sa.true()))
    .order_by((_in_range.c.number == sa.bindparam("number", type_=sa.BigInteger)).desc(), _in_range.c.number.desc())
    .limit(MOST_NUMBERS)
)

# Which of these words are forms of those that were searched for.
_word = sa.func.unnest(sa.bindparam("words", type_=_TEXTS)).table_valued("value", name="word").render_derived()
_term = sa.func.unnest(sa.bindparam("terms", type_=_TEXTS)).table_valued("value", name="term").render_derived()
_stems = sa.func.desk_words(sa.func.desk_plain(_word.c.value))
_HITS = sa.select(_word.c.value).where(
    sa.exists(sa.select(1).select_from(_term).where(_stems.bool_op("@@")(sa.func.desk_word(_term.c.value))))
)


async def search_page(tx: Transaction, viewer: Viewer, filters: SearchFilters) -> SearchPage:
    """A page of what a search finds. Raises `InvalidCursor`."""
    wanted = asked(filters.q, prefix=viewer.settings.ticket_prefix)
    skipped = _skipped(filters.cursor)
    numbered = await _numbered(tx, viewer, wanted) if skipped == 0 else []
    rows = await _matching(tx, viewer, wanted, filters, skipped=skipped)
    shown = rows[: filters.limit]
    by_number = dict.fromkeys(numbered)
    places = by_number | {row.ticket_id: row.activity_id for row in shown if row.ticket_id not in by_number}
    return {
        "items": await _hits(tx, viewer, wanted, places),
        "next": encode_cursor(skipped + filters.limit) if len(rows) > filters.limit else None,
        "older_matches": bool(rows) and rows[0].matches >= _candidates(wanted),
    }


def _candidates(wanted: Asked) -> int:
    return CANDIDATES_OF_PHRASE if wanted.phrases else CANDIDATES


def _skipped(cursor: str | None) -> int:
    if cursor is None:
        return 0
    (skipped,) = decode_cursor(cursor, int)
    if not 0 <= skipped <= CANDIDATES:
        raise InvalidCursor
    return int(skipped)


async def _numbered(tx: Transaction, viewer: Viewer, wanted: Asked) -> Sequence[UUID]:
    if wanted.number is None:
        return []
    ranges = numbers_from(wanted.number)
    values = {
        "me": viewer.agent_id,
        "number": wanted.number,
        "lows": [low for low, _ in ranges],
        "highs": [high for _, high in ranges],
    }
    return (await tx.session.scalars(NUMBERED, values)).all()


async def _matching(
    tx: Transaction, viewer: Viewer, wanted: Asked, filters: SearchFilters, *, skipped: int
) -> Sequence[AnyRow]:
    search: Search | None = await prepare(tx, viewer.agent_id, wanted)
    if search is None:
        return []
    values = search.values() | {
        "me": viewer.agent_id,
        "now": viewer.now,
        "skipped": skipped,
        "candidates": _candidates(wanted),
        "rows": filters.limit + 1,
    }
    return (await tx.session.execute(BEST, values)).all()


async def _hits(tx: Transaction, viewer: Viewer, wanted: Asked, places: dict[UUID, UUID | None]) -> list[SearchHit]:
    """The tickets in this order, each with the activity that was found; only what the agent may see."""
    rows = (await tx.session.execute(ROWS.where(is_one_of(Ticket.id, places), SEEN), {"me": viewer.agent_id})).all()
    tickets = {row.id: row for row in rows}
    activities = await _activities(tx, [place for place in places.values() if place])
    texts = [row.subject for row in rows] + [row.text for row in activities.values()]
    texts += [name for row in activities.values() for name in _names(row)]
    hits = await hits_in(tx, wanted, texts)
    prefix = viewer.settings.ticket_prefix
    return [
        _hit(tickets[ticket_id], activities.get(place) if place else None, hits, prefix)
        for ticket_id, place in places.items()
        if ticket_id in tickets
    ]


async def _activities(tx: Transaction, ids: Collection[UUID]) -> dict[UUID, AnyRow]:
    columns = (Activity.id, Activity.kind, Activity.at, Activity.author_name, Activity.attachments)
    text = sa.func.left(Activity.text, LOOKED_AT).label("text")
    rows = await tx.session.execute(sa.select(*columns, text).where(is_one_of(Activity.id, ids)))
    return {row.id: row for row in rows}


async def hits_in(tx: Transaction, wanted: Asked, texts: Collection[str]) -> set[str]:
    """The words in the texts that are forms of the words that were searched for."""
    words = worth_asking(texts, (*wanted.wanted, *wanted.beginnings))
    if not words:
        return set()
    forms = await tx.session.scalars(_HITS, {"words": sorted(words), "terms": list(wanted.wanted)})
    begun = tuple(beginning.lower() for beginning in wanted.beginnings)
    return {*forms, *(word for word in words if word.startswith(begun))} if begun else set(forms)


def pieces(text: str, hits: Collection[str]) -> list[PieceOut]:
    """A snippet as the API shows it."""
    return [{"text": piece.text, "hit": piece.hit} for piece in snippet(text, hits)]


def _names(activity: AnyRow) -> list[str]:
    return [file["filename"] for file in activity.attachments if file.get("filename")]


def _hit(ticket: AnyRow, activity: AnyRow | None, hits: Collection[str], prefix: str) -> SearchHit:
    marked = [pieces(name, hits) for name in _names(activity)] if activity else []
    return {
        "ticket": ticket_row(ticket, prefix),
        "subject": pieces(ticket.subject, hits),
        "activity": None
        if activity is None
        else {
            "id": activity.id,
            "kind": activity.kind,
            "at": activity.at,
            "author_name": activity.author_name,
            "text": pieces(activity.text, hits),
            "files": [name for name in marked if any(piece["hit"] for piece in name)],
        },
    }
