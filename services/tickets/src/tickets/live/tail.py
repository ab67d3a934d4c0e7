"""Follows the outbox: what this service has emitted, in whatever process, as soon as it is committed.

The stream of NATS would be the other source; the outbox has the same events a moment earlier, also while NATS is away,
and the numbers of its rows mean the same in every process (docs/adr/0015).
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass

import asyncpg
import sqlalchemy as sa

from chassis import tables
from chassis.database import Transaction
from contracts.messages import EVENTS, Event
from tickets.live.rules.floor import Floor, Snapshot

STEP = 1_000
"""Rows that one look takes."""

LOOK_BACK = 1_000
"""Numbers below the highest one that may still be missing when following begins: transactions under way then."""

MOST_REPLAYED = 1_000
"""Rows that are read again for a client that comes back; beyond it, reading everything anew is less."""

_NEW = """
WITH now AS MATERIALIZED (SELECT pg_current_snapshot() AS snapshot)
SELECT pg_snapshot_xmin(snapshot)::text::bigint AS oldest, pg_snapshot_xmax(snapshot)::text::bigint AS next,
       row.seq, row.subject, row.body
FROM now LEFT JOIN (
    (SELECT seq, subject, body FROM outbox WHERE seq > $1 ORDER BY seq LIMIT $3)
    UNION ALL
    SELECT seq, subject, body FROM outbox WHERE seq = ANY($2)
) AS row ON true ORDER BY row.seq
"""
_BEHIND = (
    sa.select(tables.outbox.c.subject, tables.outbox.c.body)
    .where(tables.outbox.c.seq > sa.bindparam("number", type_=sa.BigInteger))
    .order_by(tables.outbox.c.seq)
    .limit(MOST_REPLAYED + 1)
)


@dataclass(frozen=True, kw_only=True)
class Found:
    """What one look found; it counts when it was handed to `Tail.accept`. ``more``: there is more already."""

    rows: Sequence[asyncpg.Record]
    snapshot: Snapshot
    more: bool

    @property
    def events(self) -> list[Event]:
        """The events in the order of their numbers."""
        return [event for row in self.rows for event in read_row(row["subject"], row["body"])]


class Tail:
    """How far this process has followed the outbox."""

    def __init__(self) -> None:
        self._floor = Floor(0)

    @property
    def position(self) -> int:
        """Every event up to this number was found."""
        return self._floor.position

    @property
    def newest(self) -> int:
        """The highest number that was found."""
        return self._floor.top

    async def start(self, connection: asyncpg.Connection) -> None:
        """Begin with now: what commits from here on will be found, whatever its number."""
        top = await connection.fetchval("SELECT coalesce(max(seq), 0) FROM outbox")
        self._floor = Floor(max(top - LOOK_BACK, 0))
        while True:
            found = await self.look(connection)
            self.accept(found)
            if not found.more:
                return

    async def look(self, connection: asyncpg.Connection) -> Found:
        """What has become visible since the last look that was accepted."""
        rows = await connection.fetch(_NEW, self._floor.top, self._floor.gaps, STEP)
        return Found(
            rows=[row for row in rows if row["seq"] is not None],
            snapshot=Snapshot(rows[0]["oldest"], rows[0]["next"]),
            more=len(rows) >= STEP,
        )

    def accept(self, found: Found) -> None:
        """Everything that was found has been told."""
        self._floor.saw([row["seq"] for row in found.rows], found.snapshot, at=time.monotonic())


async def events_behind(tx: Transaction, number: int) -> list[Event] | None:
    """The events behind a client's position that are visible now; None if there are too many."""
    rows = (await tx.session.execute(_BEHIND, {"number": number})).all()
    return None if len(rows) > MOST_REPLAYED else [event for row in rows for event in read_row(row.subject, row.body)]


def read_row(subject: str, body: bytes) -> list[Event]:
    """The event in a row of the outbox; none where it is of a kind that this version does not know any more."""
    kind = EVENTS.get(".".join(subject.split(".")[:4]))
    return [] if kind is None else [kind.model_validate_json(body)]
