"""The ledger of received mails over HTTP: every mail that was ever accepted, with its raw source (MT-02, MT-12)."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Query, Request, Response
from pydantic import BaseModel, Field

from chassis.auth import require
from chassis.blobs import BlobMissing
from chassis.http import Tx
from chassis.paging import InvalidCursor, encode_cursor
from chassis.problems import refusals
from chassis.routes import Routes
from contracts.ingest import MailKind
from contracts.tickets import Authenticated, Permission
from ingest.errors import MailNotFound, MailNotWaiting
from ingest.models import MailState
from ingest.received import operations, queries

router = Routes(prefix="/api/v1/mails", tags=["mails"])

Reader = Annotated[Authenticated, Depends(require(Permission.MAIL_READ))]
Administrator = Annotated[Authenticated, Depends(require(Permission.MAIL_MANAGE))]


class MailOut(BaseModel):
    """A row of the ledger. Sender, subject, kind and Message-ID are known once the mail was parsed."""

    id: UUID
    account: str
    state: MailState
    reason: str | None = Field(description="Why the mail is in quarantine, or of which mail it is a duplicate.")
    received_at: datetime
    parsed_at: datetime | None
    closed_at: datetime | None
    client_address: str = Field(description="The IP address that the mail came from.")
    client_name: str = Field(description="How that client called itself; anybody can claim anything.")
    envelope_sender: str = Field(description="Empty for bounces.")
    envelope_recipients: list[str]
    sender_name: str | None
    sender_address: str | None
    subject: str | None
    kind: MailKind | None
    message_id: str | None
    size: int = Field(description="Bytes.")
    raw_sha256: str
    tries: int = Field(description="How often parsing was begun.")
    ticket_id: UUID | None
    ticket_number: int | None


class MailsOut(BaseModel):
    """A page of the ledger, newest first."""

    items: list[MailOut]
    next: str | None = Field(description="Cursor of the following page; null at the end.")


@router.get("", operation_id="list_mails", responses=refusals(InvalidCursor))
async def list_mails(
    tx: Tx,
    _who: Reader,
    *,
    state: MailState | None = None,
    account: Annotated[str | None, Query(max_length=40, description="The key of a mail account.")] = None,
    cursor: Annotated[str | None, Query(max_length=500)] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> MailsOut:
    """Every mail that was ever accepted, newest first."""
    rows = await queries.list_mails(tx, state=state, account=account, cursor=cursor, limit=limit + 1)
    page = rows[:limit]
    return MailsOut(
        items=[MailOut(**row) for row in page],
        next=encode_cursor(page[-1]["id"]) if len(rows) > limit else None,
    )


@router.get("/{mail_id}", operation_id="get_mail", responses=refusals(MailNotFound))
async def get_mail(tx: Tx, _who: Reader, mail_id: UUID) -> MailOut:
    """One mail of the ledger."""
    return MailOut(**await queries.mail_by_id(tx, mail_id))


@router.get(
    "/{mail_id}/raw",
    operation_id="download_raw_mail",
    response_class=Response,
    responses={
        200: {"content": {"message/rfc822": {}}, "description": "The mail as it came"},
        **refusals(MailNotFound),
    },
)
async def download_raw_mail(tx: Tx, request: Request, _who: Reader, mail_id: UUID) -> Response:
    """The mail, byte for byte as it came, as a file to be saved."""
    row = await queries.mail_by_id(tx, mail_id)
    try:
        raw = await request.app.state.app.blobs.get(row["raw_sha256"])
    except BlobMissing as error:
        raise MailNotFound("The raw bytes of this mail are missing from the blob store.") from error
    return Response(
        raw,
        media_type="message/rfc822",
        headers={
            "Content-Disposition": f'attachment; filename="mail-{mail_id}.eml"',
            "Content-Security-Policy": "sandbox; default-src 'none'",
            "Cache-Control": "private, no-store",
        },
    )


@router.post(
    "/{mail_id}/retry",
    status_code=202,
    operation_id="retry_mail",
    responses=refusals(MailNotFound, MailNotWaiting),
)
async def retry_mail(tx: Tx, _who: Administrator, mail_id: UUID) -> MailOut:
    """Parse a mail again that is in quarantine or waits."""
    await operations.retry(tx, mail_id)
    return MailOut(**await queries.mail_by_id(tx, mail_id))
