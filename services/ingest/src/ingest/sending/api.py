"""Outgoing mails over HTTP: what became of each recipient, and once more."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

import sqlalchemy as sa
from fastapi import Depends, Query, Request
from pydantic import BaseModel, Field

from chassis.auth import require
from chassis.http import Tx
from chassis.paging import InvalidCursor, encode_cursor
from chassis.problems import refusals
from chassis.routes import Routes
from contracts.tickets import Authenticated, Permission
from ingest.errors import OutgoingMailDone, OutgoingMailNotFound
from ingest.models import SendState
from ingest.sending import operations, queries
from ingest.settings import Settings

router = Routes(prefix="/api/v1/outgoing-mails", tags=["outgoing mails"])

Reader = Annotated[Authenticated, Depends(require(Permission.MAIL_READ))]
Administrator = Annotated[Authenticated, Depends(require(Permission.MAIL_MANAGE))]


class RecipientOut(BaseModel):
    """A recipient. ``reason`` holds the last words of the mail server, once it has decided."""

    address: str
    state: SendState
    reason: str | None
    decided_at: datetime | None


class OutgoingMailOut(BaseModel):
    """A mail on its way out. ``last_error`` is why it still waits, ``next_try_at`` until when."""

    id: UUID
    account: str
    reference_kind: str
    reference_id: UUID
    message_id: str
    subject: str
    state: SendState
    tries: int
    next_try_at: datetime | None
    last_error: str | None
    queued_at: datetime
    recipients: list[RecipientOut]


class OutgoingMailsOut(BaseModel):
    """A page of outgoing mails, newest first."""

    items: list[OutgoingMailOut]
    next: str | None = Field(description="Cursor of the following page; null at the end.")


@router.get("", operation_id="list_outgoing_mails", responses=refusals(InvalidCursor))
async def list_outgoing_mails(
    tx: Tx,
    _who: Reader,
    state: SendState | None = None,
    cursor: Annotated[str | None, Query(max_length=500)] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> OutgoingMailsOut:
    """Mails that were queued for sending, newest first."""
    rows = await queries.list_outgoing(tx, state=state, cursor=cursor, limit=limit + 1)
    page = rows[:limit]
    recipients = await queries.recipients_of(tx, [row["id"] for row in page])
    return OutgoingMailsOut(
        items=[_out(row, recipients.get(row["id"], [])) for row in page],
        next=encode_cursor(page[-1]["queued_at"], page[-1]["id"]) if len(rows) > limit else None,
    )


@router.post(
    "/{outgoing_id}/retry",
    status_code=202,
    operation_id="retry_outgoing_mail",
    responses=refusals(OutgoingMailNotFound, OutgoingMailDone),
)
async def retry_outgoing_mail(tx: Tx, request: Request, _who: Administrator, outgoing_id: UUID) -> OutgoingMailOut:
    """Send the mail again, now, to every recipient whose server has not accepted it."""
    settings: Settings = request.app.state.app.settings
    await operations.retry(tx, outgoing_id, send_for=settings.send_for)
    row = await queries.outgoing_by_id(tx, outgoing_id)
    return _out(row, (await queries.recipients_of(tx, [outgoing_id]))[outgoing_id])


def _out(row: sa.RowMapping, recipients: list[sa.RowMapping]) -> OutgoingMailOut:
    return OutgoingMailOut(
        **row,
        recipients=[
            RecipientOut(address=one["address"], state=one["state"], reason=one["reason"], decided_at=one["decided_at"])
            for one in recipients
        ],
    )
