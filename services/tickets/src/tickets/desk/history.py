"""The history of a ticket: its activities, page by page, as agents may see them."""

from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any, Literal, cast
from uuid import UUID

import sqlalchemy as sa

from chassis.database import Transaction
from chassis.paging import decode_cursor, encode_cursor
from tickets.database import is_one_of
from tickets.desk.answers import ActivityOut, ActivityPage, AttachmentOut, ChangeOut, MailboxOut
from tickets.desk.models import Activity, MailSender, RecipientState
from tickets.desk.rules.words import Kind

Order = Literal["newest", "oldest"]


async def activity_page(
    tx: Transaction, ticket_id: UUID, *, limit: int, order: Order = "newest", cursor: str | None = None
) -> ActivityPage:
    """A page of a ticket's activities. Raises `InvalidCursor`."""
    statement = _activities(order, later=cursor is not None)
    values: dict[str, Any] = {"ticket_id": ticket_id, "rows": limit + 1}
    if cursor is not None:
        (values["last"],) = decode_cursor(cursor, UUID)
    rows = (await tx.session.execute(statement, values)).all()
    sent = [row.Activity.id for row in rows[:limit] if row.Activity.kind is Kind.OUTGOING]
    deliveries = await _deliveries(tx, sent) if sent else {}
    return {
        "items": [
            activity_out(row.Activity, contact_id=row.contact_id, deliveries=deliveries.get(row.Activity.id, ()))
            for row in rows[:limit]
        ],
        "next": encode_cursor(rows[limit - 1].Activity.id) if len(rows) > limit else None,
    }


@cache
def _activities(order: Order, *, later: bool) -> sa.Select[*tuple[Any, ...]]:
    """The statement of a page of activities, built once: building it costs more than running it."""
    last = sa.bindparam("last", type_=sa.Uuid)
    behind = Activity.id < last if order == "newest" else Activity.id > last
    return (
        sa.select(Activity, MailSender.contact_id)
        .outerjoin(MailSender, MailSender.mail_id == Activity.mail_id)
        .where(Activity.ticket_id == sa.bindparam("ticket_id", type_=sa.Uuid), *([behind] if later else []))
        .order_by(Activity.id.desc() if order == "newest" else Activity.id)
        .limit(sa.bindparam("rows", type_=sa.Integer))
    )


def activity_out(activity: Activity, *, contact_id: UUID | None, deliveries: Sequence[RecipientState]) -> ActivityOut:
    """An activity as the API shows it; the contact may have become known after it was written.

    What is stored as JSON has the shape that the API shows: `desk.records` wrote it.
    """
    if activity.hidden_at is not None:
        return _hidden(activity, contact_id)
    return {
        "id": activity.id,
        "kind": activity.kind,
        "at": activity.at,
        "author": {
            "kind": activity.author_kind,
            "id": activity.author_id or contact_id,
            "name": activity.author_name,
        },
        "subject": activity.subject,
        "text": activity.text,
        "html": activity.html,
        "truncated": activity.truncated,
        "shown_outside": activity.shown_outside,
        "from": cast("MailboxOut | None", activity.sender),
        "to": cast("list[MailboxOut]", activity.to),
        "cc": cast("list[MailboxOut]", activity.cc),
        "bcc": cast("list[MailboxOut]", activity.bcc),
        "attachments": cast("list[AttachmentOut]", activity.attachments),
        "changes": cast("list[ChangeOut]", activity.changes),
        "deliveries": [
            {"address": state.address, "state": state.state, "reason": state.reason, "changed_at": state.changed_at}
            for state in deliveries
        ],
        "mail_id": activity.mail_id,
        "mail_kind": activity.mail_kind,
        "explanation": activity.explanation,
        "hidden": None,
        "withdrawn_at": activity.withdrawn_at,
        "about": activity.about_id,
        "form": activity.form,
    }


def _hidden(activity: Activity, contact_id: UUID | None) -> ActivityOut:
    """What remains of an activity that somebody hid: that it is there, from whom, and who hid it (CV-09)."""
    return {
        "id": activity.id,
        "kind": activity.kind,
        "at": activity.at,
        "author": {
            "kind": activity.author_kind,
            "id": activity.author_id or contact_id,
            "name": activity.author_name,
        },
        "subject": None,
        "text": "",
        "html": None,
        "truncated": False,
        "shown_outside": False,
        "from": None,
        "to": [],
        "cc": [],
        "bcc": [],
        "attachments": [],
        "changes": [],
        "deliveries": [],
        "mail_id": None,
        "mail_kind": activity.mail_kind,
        "explanation": None,
        "hidden": {
            "by": {"id": activity.hidden_by or activity.id, "name": activity.hidden_by_name or ""},
            "at": activity.hidden_at or activity.at,
        },
        "withdrawn_at": None,
        "about": activity.about_id,
        "form": activity.form,
    }


async def _deliveries(tx: Transaction, activity_ids: Iterable[UUID]) -> dict[UUID, list[RecipientState]]:
    statement = (
        sa.select(RecipientState)
        .where(is_one_of(RecipientState.activity_id, activity_ids))
        .order_by(RecipientState.activity_id, RecipientState.address)
    )
    found: dict[UUID, list[RecipientState]] = {}
    for state in (await tx.session.scalars(statement)).all():
        found.setdefault(state.activity_id, []).append(state)
    return found


async def attachment_of(tx: Transaction, ticket_id: UUID, sha256: str) -> dict[str, Any] | None:
    """The file with these bytes among a ticket's activities."""
    holds = Activity.attachments.contains([{"sha256": sha256}])
    lists = await tx.session.scalars(
        sa.select(Activity.attachments)
        .where(Activity.ticket_id == ticket_id, holds, Activity.hidden_at.is_(None))
        .order_by(Activity.id)
        .limit(1)
    )
    return next((file for files in lists for file in files if file["sha256"] == sha256), None)
