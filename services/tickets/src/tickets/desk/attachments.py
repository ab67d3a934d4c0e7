"""HTTP: the files of a ticket, always as a download and never as a page of ours."""

import re
from typing import Annotated
from urllib.parse import quote

from fastapi import Path, Request, Response

from chassis.blobs import BlobMissing
from chassis.http import Tx
from chassis.problems import refusals
from chassis.routes import Routes
from tickets.channels.queries import access_of
from tickets.desk import history, queries
from tickets.desk.api import Number, Reader, app_of
from tickets.errors import AttachmentNotFound, TicketNotFound

router = Routes(prefix="/api/v1", tags=["tickets"])

Sha256 = Annotated[str, Path(pattern="^[0-9a-f]{64}$")]

_TYPE = re.compile(r"[a-z0-9][a-z0-9!#$&^_.+-]{0,62}/[a-z0-9][a-z0-9!#$&^_.+-]{0,62}")


@router.get(
    "/tickets/{number:int}/attachments/{sha256}",
    operation_id="get_attachment",
    response_class=Response,
    responses={
        200: {"content": {"*/*": {}}, "description": "The file"},
        **refusals(TicketNotFound, AttachmentNotFound),
    },
)
async def get_attachment(request: Request, tx: Tx, who: Reader, number: Number, sha256: Sha256) -> Response:
    """A file of a ticket. A browser saves it; nothing in it runs, whatever it claims to be."""
    ticket = await queries.find_ticket(tx, await access_of(tx, who.agent_id), number, follow=True)
    file = await history.attachment_of(tx, ticket.id, sha256)
    if file is None:
        raise AttachmentNotFound("No activity of this ticket has this file.")
    try:
        content = await app_of(request).blobs.get(sha256)
    except BlobMissing as error:
        raise AttachmentNotFound("The bytes of this file are not in the store any more.") from error
    return file_response(content, filename=str(file["filename"]), content_type=str(file["content_type"]))


def file_response(content: bytes, *, filename: str, content_type: str) -> Response:
    """A file as a download that nothing in it can turn into a page."""
    return Response(
        content,
        media_type=_media_type(content_type),
        headers={
            "Content-Disposition": content_disposition(filename),
            "Content-Security-Policy": "default-src 'none'; sandbox",
            "Cache-Control": "private, max-age=3600, immutable",
            "X-Content-Type-Options": "nosniff",
        },
    )


def content_disposition(filename: str) -> str:
    """The header that names a download (RFC 6266): plain for old programs, exact for all others."""
    plain = re.sub(r"[^A-Za-z0-9._ -]", "_", filename) or "file"
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(filename or 'file', safe='')}"


def _media_type(claimed: str) -> str:
    return claimed if _TYPE.fullmatch(claimed.lower()) else "application/octet-stream"
