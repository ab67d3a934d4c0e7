"""What lists need by the clock: the tally stays short, and the index of words is written out."""

from collections.abc import Awaitable, Callable

import sqlalchemy as sa

from chassis.database import Database, Transaction
from tickets.lists.models import tally

UPKEEP = "lists-upkeep"

EVERY = 5.0
"""Seconds."""

ENOUGH_ROWS = 200
"""Rows of the tally that were added by single transactions; fewer are read faster than they are replaced."""

_sort = [column for column in tally.columns if column is not tally.c.tickets]

_ROWS = sa.select(sa.func.count()).select_from(tally)
_SORTS = sa.select(sa.func.count()).select_from(sa.select(*_sort).distinct().subquery())
_gone = sa.delete(tally).returning(*tally.columns).cte("gone")
_COMPACT = sa.insert(tally).from_select(
    [column.name for column in tally.columns],
    sa.select(*(_gone.c[column.name] for column in _sort), sa.cast(sa.func.sum(_gone.c.tickets), sa.BigInteger))
    .group_by(*(_gone.c[column.name] for column in _sort))
    .having(sa.func.sum(_gone.c.tickets) != 0),
)
_WRITE_OUT = sa.text("SELECT gin_clean_pending_list('activity_entry_words')")


def upkeep(database: Database) -> Callable[[], Awaitable[int]]:
    """The job that does both."""

    async def work() -> int:
        async with database.transaction() as tx:
            await compact_tally(tx)
        async with database.transaction() as tx:
            await tx.session.execute(_WRITE_OUT)
        return 0

    return work


async def compact_tally(tx: Transaction, *, unless_below: int = ENOUGH_ROWS) -> None:
    """Replace the rows of each sort by their sum.

    Nobody waits for it: rows are only ever added beside it, those that are not committed yet are left alone, and of
    two that do this at once the later one finds the rows gone.
    """
    rows = await tx.session.scalar(_ROWS) or 0
    if rows - (await tx.session.scalar(_SORTS) or 0) >= unless_below:
        await tx.session.execute(_COMPACT)
