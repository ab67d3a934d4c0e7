"""The clock: what ended long ago is deleted."""

from collections.abc import Awaitable, Callable
from datetime import timedelta

import sqlalchemy as sa

from chassis.database import Database, Transaction
from tickets.staff.models import ApiToken, Session, SignInAttempts
from tickets.staff.models_links import LinkRequest, OneTimeLink
from tickets.staff.rules.attempts import FORGOTTEN
from tickets.staff.rules.credentials import ABSOLUTE, IDLE
from tickets.staff.rules.links import WINDOW

CLEAN_EVERY = 600.0
"""Seconds."""

EXPIRED_TOKENS_STAY = timedelta(days=30)
"""So that an agent still sees which token it was that a program stopped with."""


def clean_access(database: Database) -> Callable[[], Awaitable[int]]:
    """The job that deletes ended sessions and links, tokens that expired long ago, and forgotten failures."""

    async def clean() -> int:
        async with database.transaction() as tx:
            await delete_ended(tx)
        return 0

    return clean


async def delete_ended(tx: Transaction) -> None:
    """Delete them. Nobody remembers them any more, so nothing is told."""
    for ended in (
        sa.delete(Session).where(Session.seen_at < tx.now - IDLE),
        sa.delete(Session).where(Session.created_at < tx.now - ABSOLUTE),
        sa.delete(ApiToken).where(ApiToken.expires_at < tx.now - EXPIRED_TOKENS_STAY),
        sa.delete(OneTimeLink).where(OneTimeLink.expires_at < tx.now),
        sa.delete(LinkRequest).where(LinkRequest.done_at < tx.now - WINDOW),
        sa.delete(SignInAttempts).where(SignInAttempts.last_at < tx.now - FORGOTTEN),
    ):
        await tx.session.execute(ended)
