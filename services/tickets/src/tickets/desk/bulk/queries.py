"""What is told of a bulk action: how far it is, and how each ticket fared (TS-08)."""

import sqlalchemy as sa

from chassis.database import Transaction
from chassis.paging import decode_cursor, encode_cursor
from tickets.desk.bulk.models import BulkAction, BulkItem
from tickets.desk.bulk.shapes import BulkOut
from tickets.desk.rules.bulk import ItemState, is_finished


async def bulk_view(tx: Transaction, bulk: BulkAction, *, limit: int = 200, cursor: str | None = None) -> BulkOut:
    """A bulk action with a page of its tickets. Raises `InvalidCursor`."""
    counted = sa.select(BulkItem.state, sa.func.count().label("tickets")).where(BulkItem.bulk_id == bulk.id)
    counts = {row.state: row.tickets for row in await tx.session.execute(counted.group_by(BulkItem.state))}
    page = sa.select(BulkItem).where(BulkItem.bulk_id == bulk.id).order_by(BulkItem.number).limit(limit + 1)
    if cursor is not None:
        (last,) = decode_cursor(cursor, int)
        page = page.where(BulkItem.number > last)
    items = (await tx.session.scalars(page)).all()
    finished = is_finished(counts)
    return {
        "id": bulk.id,
        "at": bulk.at,
        "action": bulk.action,  # type: ignore[typeddict-item]  # stored as JSON, in the shape of `Action`
        "reason": bulk.reason,
        "total": sum(counts.values()),
        "counts": {state.value: tickets for state, tickets in counts.items()},
        "finished": finished,
        "undoable": finished and bulk.undone_at is None and ItemState.DONE in counts,
        "items": [
            {"number": item.number, "state": item.state, "code": item.code, "detail": item.detail}
            for item in items[:limit]
        ],
        "next": encode_cursor(items[limit - 1].number) if len(items) > limit else None,
    }
