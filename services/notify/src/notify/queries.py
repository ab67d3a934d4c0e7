"""What is told about notifications and preferences, and what a mail is made from."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa

from chassis.database import Transaction
from contracts.tickets import Reason
from notify.models import notification, preference
from notify.rules.fan_out import NoticeKind, Way

COUNTED = 200
"""Unread notifications that are counted; beyond it people read "more than"."""


@dataclass(frozen=True, kw_only=True)
class Line:
    """A notification as its agent sees it; the ticket's words come from the ticket core."""

    id: UUID
    ticket_id: UUID
    kind: NoticeKind
    reasons: tuple[Reason, ...]
    at: datetime
    read_at: datetime | None


async def list_notifications(
    tx: Transaction, agent_id: UUID, *, unread: bool, before: UUID | None, limit: int
) -> list[Line]:
    """The agent's notifications, newest first, from behind ``before``."""
    query = _lines().where(notification.c.agent_id == agent_id, notification.c.in_app.is_(True))
    if unread:
        query = query.where(notification.c.read_at.is_(None))
    if before is not None:
        query = query.where(notification.c.id < before)
    rows = await tx.session.execute(query.order_by(notification.c.id.desc()).limit(limit))
    return [_line(row) for row in rows]


async def unread_tickets(tx: Transaction, agent_id: UUID) -> Sequence[UUID]:
    """The ticket of each unread notification, newest first, at most `COUNTED`."""
    rows = await tx.session.scalars(
        sa.select(notification.c.ticket_id)
        .where(
            notification.c.agent_id == agent_id,
            notification.c.in_app.is_(True),
            notification.c.read_at.is_(None),
        )
        .order_by(notification.c.id.desc())
        .limit(COUNTED)
    )
    return rows.all()


async def preferences(tx: Transaction, agent_id: UUID) -> dict[Way, bool]:
    """Each way, and whether the agent is told on it; on unless switched off."""
    rows = await tx.session.execute(
        sa.select(preference.c.way, preference.c.enabled).where(preference.c.agent_id == agent_id)
    )
    return dict.fromkeys(Way, True) | {Way(row.way): row.enabled for row in rows}


async def notices_of_mail(tx: Transaction, mail_id: UUID) -> list[Line]:
    """The notices that a mail bundles, oldest first."""
    rows = await tx.session.execute(_lines().where(notification.c.mail_id == mail_id).order_by(notification.c.id))
    return [_line(row) for row in rows]


def _lines() -> sa.Select[tuple[UUID, UUID, str, list[str], datetime, datetime | None]]:
    return sa.select(
        notification.c.id,
        notification.c.ticket_id,
        notification.c.kind,
        notification.c.reasons,
        notification.c.at,
        notification.c.read_at,
    )


def _line(row: sa.Row[tuple[UUID, UUID, str, list[str], datetime, datetime | None]]) -> Line:
    return Line(
        id=row.id,
        ticket_id=row.ticket_id,
        kind=NoticeKind(row.kind),
        reasons=tuple(Reason(reason) for reason in row.reasons),
        at=row.at,
        read_at=row.read_at,
    )
