"""Reads the audit log, page by page or as a whole to verify it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa

from chassis.database import Transaction
from chassis.paging import decode_cursor, encode_cursor
from tickets.audit.models import AuditEntry, AuditHead
from tickets.audit.rules.chain import EMPTY, Entry, Head, Link, follows

AT_ONCE = 1_000
"""Entries that are read at a time while the log is verified."""


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """Which entries; None everywhere means all. ``since`` is included, ``until`` is not."""

    actor_id: UUID | None = None
    action: str | None = None
    subject: str | None = None
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Verification:
    """The outcome of verifying the log.

    ``right`` entries from the beginning on are what was written, ``last`` is where they end, and ``broken`` is the
    number of the first one that is not. ``head`` is where the log ends according to its own note.
    """

    right: int
    last: Head
    head: Head
    broken: int | None

    @property
    def cut(self) -> bool:
        """Whether all that is there is right, and it is not all that there was."""
        return self.broken is None and self.last != self.head


async def page(
    tx: Transaction, wanted: Wanted, *, cursor: str | None, limit: int
) -> tuple[Sequence[AuditEntry], str | None]:
    """A page of entries, newest first, and the cursor of the next one. Raises `InvalidCursor`."""
    after = decode_cursor(cursor, datetime, int) if cursor is not None else None
    last = (after[0], after[1]) if after else None
    rows = (await tx.session.scalars(statement(wanted, after=last, rows=limit + 1))).all()
    shown = rows[:limit]
    return shown, encode_cursor(shown[-1].at, shown[-1].seq) if len(rows) > limit else None


def statement(wanted: Wanted, *, after: tuple[datetime, int] | None, rows: int) -> sa.Select[AuditEntry]:
    """The statement of a page: ``rows`` entries older than the one that ``after`` names by time and number."""
    query = sa.select(AuditEntry).order_by(AuditEntry.at.desc(), AuditEntry.seq.desc()).limit(rows)
    for column, value in (
        (AuditEntry.actor_id, wanted.actor_id),
        (AuditEntry.action, wanted.action),
        (AuditEntry.subject, wanted.subject),
    ):
        if value is not None:
            query = query.where(column == value)
    if wanted.since is not None:
        query = query.where(AuditEntry.at >= wanted.since)
    if wanted.until is not None:
        query = query.where(AuditEntry.at < wanted.until)
    if after is not None:
        at, seq = sa.literal(after[0], AuditEntry.at.type), sa.literal(after[1], AuditEntry.seq.type)
        query = query.where(sa.tuple_(AuditEntry.at, AuditEntry.seq) < sa.tuple_(at, seq))
    return query


async def verify(tx: Transaction) -> Verification:
    """Compute the whole chain anew, some entries at a time, over what was committed when this began.

    It must be the first thing that its transaction does.
    """
    await tx.session.execute(sa.text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY"))
    row = (await tx.session.execute(sa.select(AuditHead.entries, AuditHead.hash))).one_or_none()
    head = Head(count=row.entries, hash=row.hash) if row else EMPTY
    last = EMPTY
    while links := await _links(tx, after=last.count):
        for link in links:
            if not follows(link, last):
                return Verification(right=last.count, last=last, head=head, broken=last.count + 1)
            last = Head(count=link.entry.seq, hash=link.hash)
    return Verification(right=last.count, last=last, head=head, broken=None)


async def hash_at(tx: Transaction, seq: int) -> bytes | None:
    """The stored hash of the entry with this number; None where there is none."""
    return await tx.session.scalar(sa.select(AuditEntry.hash).where(AuditEntry.seq == seq))


async def _links(tx: Transaction, *, after: int) -> list[Link]:
    table = AuditEntry.__table__.c
    query = sa.select(*table).where(AuditEntry.seq > after).order_by(AuditEntry.seq).limit(AT_ONCE)
    return [
        Link(
            entry=Entry(
                seq=row.seq,
                id=row.id,
                at=row.at,
                actor_kind=row.actor_kind,
                actor_id=row.actor_id,
                actor_name=row.actor_name,
                credential_kind=row.credential_kind,
                address=row.address,
                user_agent=row.user_agent,
                action=row.action,
                subject=row.subject,
                details=row.details,
            ),
            previous=row.previous,
            hash=row.hash,
        )
        for row in await tx.session.execute(query)
    ]
