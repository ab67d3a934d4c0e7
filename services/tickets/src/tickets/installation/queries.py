"""What the desk's settings are."""

import sqlalchemy as sa

from chassis.database import Transaction
from tickets.installation.models import Installation


async def installation(tx: Transaction, *, lock: bool = False) -> Installation:
    """The settings; there is always this row, because the migration made it."""
    return await tx.session.get_one(Installation, 1, with_for_update=lock)


async def default_reopen_days(tx: Transaction) -> int | None:
    """How long a reply reopens a ticket in a channel that says nothing of its own when it is created."""
    return await tx.session.scalar(sa.select(Installation.reopen_days))
