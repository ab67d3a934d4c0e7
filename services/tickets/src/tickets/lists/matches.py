"""The activities that a search finds, the newest first: a statement that looks no further back than it has to.

It looks into one window of time after the other (`rules.windows`). PostgreSQL reads a branch of UNION ALL only when the
ones before it gave fewer rows than the limit, and the tables inside WITH … AS MATERIALIZED keep it from planning the
branches as one. Inside a window the index of words alone decides: it knows words, channels and times, and no condition
beside it tempts the planner to read rows instead. See docs/adr/0016.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, TSQUERY

from chassis.database import Transaction
from tickets.channels.models import Subscription
from tickets.desk.models import Ticket
from tickets.desk.queries import SEEN
from tickets.lists.models import ActivityEntry
from tickets.lists.rules.search import Asked
from tickets.lists.rules.windows import SCALES, windows

Condition = sa.ColumnElement[bool]
Select = sa.Select[*tuple[Any, ...]]

MOST_CHANNELS = 32
"""An agent of more channels sees so much that naming them narrows nothing and costs time."""

WINDOWS = len(SCALES) + 1

UNPLANNED = ("enable_seqscan", "enable_hashjoin", "enable_mergejoin")
"""Ways that are never right for a search; see `prepare`."""

_ME = sa.bindparam("me", type_=sa.Uuid)
_TEXTS = ARRAY(sa.Text)
_AT = sa.DateTime(timezone=True)
_LAST = sa.tuple_(sa.bindparam("last_at", type_=_AT), sa.bindparam("last_id", type_=sa.Uuid))

ASKED: sa.TextClause = sa.text("CAST(:asked AS tsquery)")


@dataclass(frozen=True, kw_only=True)
class Search:
    """A search of an agent in the index's own language; ``query`` is empty where nothing is asked for.

    ``channels`` are those that the agent may look into, None for more than are worth naming.
    """

    query: str
    channels: Sequence[str] | None
    newest: datetime | None

    def values(self, *, until: datetime | None = None) -> dict[str, Any]:
        """The parameters of `stream`; ``until`` is the time of the last row of the page before."""
        end = until or self.newest
        places = windows(end, self.channels) if end else [""] * WINDOWS
        asked = {f"asked_{number}": f"({self.query}) & {place}" for number, place in enumerate(places)}
        return {"asked": self.query, **asked}


def _function(name: str, *arguments: str) -> sa.Function[Any]:
    values = (sa.bindparam(argument, type_=_TEXTS) for argument in arguments)
    return sa.Function(name, *values)


_newest_of_channel = (
    sa.select(ActivityEntry.at)
    .where(ActivityEntry.channel == Subscription.channel)
    .order_by(ActivityEntry.at.desc(), ActivityEntry.activity_id.desc())
    .limit(1)
    .scalar_subquery()
)
PREPARE: Select = sa.select(
    sa.cast(_function("desk_asked", "terms", "phrases", "beginnings", "without"), sa.Text).label("query"),
    (sa.func.numnode(_function("desk_asked", "terms", "phrases", "beginnings", "nothing")) > 0).label("positive"),
    sa.func.array_agg(Subscription.channel, type_=_TEXTS).label("channels"),
    sa.func.max(_newest_of_channel).label("newest"),
    *(sa.func.set_config(way, "off", sa.true()).label(way) for way in UNPLANNED),
).where(Subscription.agent_id == _ME)


async def prepare(tx: Transaction, agent_id: UUID, asked: Asked) -> Search | None:
    """The search as the index understands it; None where it cannot find anything.

    For the rest of the transaction the planner may not read whole tables or join by hashing them: it takes looking into
    a document for as cheap as comparing two numbers, and cannot know how few rows a window has, so it would rather read
    every ticket of forty channels than look up ten.

    A search without a word that is wanted, or of stop words alone, finds nothing; so does an agent without a channel.
    """
    values = {
        "me": agent_id,
        "terms": list(asked.terms),
        "phrases": list(asked.phrases),
        "beginnings": list(asked.beginnings),
        "without": list(asked.without),
        "nothing": [],
    }
    found = (await tx.session.execute(PREPARE, values)).one()
    if not found.positive or not found.channels or found.newest is None:
        return None
    channels = found.channels if len(found.channels) <= MOST_CHANNELS else None
    return Search(query=found.query, channels=channels, newest=found.newest)


def stream(
    *,
    later: bool,
    of_ticket: Sequence[Condition] = (),
    of_activity: Sequence[str] = (),
    between: Sequence[str] = (),
    by_ticket: bool = False,
) -> sa.Subquery:
    """The matches that the agent ``me`` may see, the newest first, as long as somebody reads them.

    ``of_activity`` names columns of the entry that must be one of the values in the parameter of the same name, and
    ``between`` those of ``at_from`` and ``at_until`` that are given.
    ``by_ticket`` gives each ticket once, with its newest match. ``later``: behind ``last_at`` and ``last_id``.
    """
    branches = [
        _window(number, of_ticket, of_activity, between=between, later=later).subquery() for number in range(WINDOWS)
    ]
    found = sa.union_all(*(sa.select(branch) for branch in branches)).subquery("found")
    if not by_ticket:
        return found
    return sa.select(found).where(_is_the_newest(found)).subquery("newest")


def _window(
    number: int,
    of_ticket: Sequence[Condition],
    of_activity: Sequence[str],
    *,
    between: Sequence[str],
    later: bool,
) -> Select:
    asked = sa.cast(sa.bindparam(f"asked_{number}", type_=sa.Text), TSQUERY)
    columns = [ActivityEntry.__table__.c[name] for name in of_activity]
    inside = (
        sa.select(ActivityEntry.activity_id, ActivityEntry.ticket_id, ActivityEntry.at, *columns)
        .where(ActivityEntry.words.bool_op("@@")(asked))
        .cte(f"window_{number}")
        .prefix_with("MATERIALIZED")
    )
    conditions = [
        inside.c[name] == sa.any_(sa.bindparam(name, type_=ARRAY(inside.c[name].type))) for name in of_activity
    ]
    if "at_from" in between:
        conditions.append(inside.c.at >= sa.bindparam("at_from", type_=_AT))
    if "at_until" in between:
        conditions.append(inside.c.at < sa.bindparam("at_until", type_=_AT))
    if later:
        conditions.append(sa.tuple_(inside.c.at, inside.c.activity_id) < _LAST)
    return (
        sa.select(inside.c.activity_id, inside.c.ticket_id, inside.c.at)
        .join(Ticket, Ticket.id == inside.c.ticket_id)
        .where(SEEN, *of_ticket, *conditions)
        .order_by(inside.c.at.desc(), inside.c.activity_id.desc())
    )


def _is_the_newest(found: sa.Subquery) -> Condition:
    """No newer activity of the same ticket matches. A count and not NOT EXISTS: that would be a join over all rows."""
    newer = (
        sa.select(sa.literal(1).label("one"))
        .select_from(ActivityEntry)
        .where(
            ActivityEntry.ticket_id == found.c.ticket_id,
            sa.tuple_(ActivityEntry.at, ActivityEntry.activity_id) > sa.tuple_(found.c.at, found.c.activity_id),
            ActivityEntry.words.bool_op("@@")(ASKED),
        )
        .limit(1)
        .correlate(found)
        .subquery()
    )
    return sa.select(sa.func.count()).select_from(newer).scalar_subquery() == 0
