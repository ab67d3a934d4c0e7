"""HTTP: files that agents bring, before they are in an activity (OD-07)."""

from typing import Annotated
from uuid import UUID

from fastapi import Path, Query, Request, Response
from starlette.exceptions import HTTPException

from chassis.blobs import BlobMissing, StreamTooLarge
from chassis.http import Tx
from chassis.problems import FieldError, Invalid, refusals, too_large_text
from chassis.routes import Routes
from tickets.desk.api import Conf, Noter, app_of
from tickets.desk.attachments import file_response
from tickets.desk.writing import uploads
from tickets.desk.writing.models import Upload
from tickets.desk.writing.shapes import UploadOut
from tickets.errors import UploadNotFound

PATH = "/api/v1/uploads"

router = Routes(prefix=PATH, tags=["uploads"])

UploadId = Annotated[UUID, Path(description="The upload's id.")]
_FILE = {"requestBody": {"required": True, "content": {"application/octet-stream": {"schema": {"format": "binary"}}}}}


@router.post(
    "",
    operation_id="upload_file",
    status_code=201,
    responses={413: {"description": "The file is too large"}, **refusals(Invalid)},
    openapi_extra=_FILE,
)
async def upload_file(
    request: Request,
    tx: Tx,
    who: Noter,
    conf: Conf,
    filename: Annotated[str, Query(min_length=1, max_length=1000, description="What the file is called.")],
) -> UploadOut:
    """Bring a file: the body is its bytes, and Content-Type says what it claims to be.

    It waits seven days for an activity; a draft that names it keeps it longer. The same file brought twice is two
    uploads, which does no harm, so there is no Idempotency-Key.
    """
    try:
        stored = await app_of(request).blobs.put_stream(request.stream(), limit=conf.upload_limit)
    except StreamTooLarge as error:
        raise HTTPException(413, too_large_text(conf.upload_limit)) from error
    if not stored.size:
        raise Invalid(
            "The file is empty. The body of the request is the file itself.",
            errors=[FieldError(field="body", detail="empty")],
        )
    claimed = request.headers.get("content-type", "")
    return _out(await uploads.add_upload(tx, who.agent_id, stored, filename=filename, claimed=claimed))


@router.get("/{upload_id}", operation_id="get_upload", responses=refusals(UploadNotFound))
async def get_upload(tx: Tx, who: Noter, upload_id: UploadId) -> UploadOut:
    """What is known of an upload of one's own."""
    return _out(await uploads.find_upload(tx, who.agent_id, upload_id))


@router.get(
    "/{upload_id}/content",
    operation_id="get_upload_content",
    response_class=Response,
    responses={
        200: {"content": {"*/*": {}}, "description": "The file"},
        **refusals(UploadNotFound),
    },
)
async def get_upload_content(request: Request, tx: Tx, who: Noter, upload_id: UploadId) -> Response:
    """The file, as a download."""
    upload = await uploads.find_upload(tx, who.agent_id, upload_id)
    try:
        content = await app_of(request).blobs.get(upload.sha256)
    except BlobMissing as error:
        raise UploadNotFound("The bytes of this file are not in the store any more.") from error
    return file_response(content, filename=upload.filename, content_type=upload.content_type)


@router.delete("/{upload_id}", operation_id="discard_upload", status_code=204, responses=refusals(UploadNotFound))
async def discard_upload(tx: Tx, who: Noter, upload_id: UploadId) -> None:
    """Throw an upload away that is not needed; activities that have the file keep it."""
    await tx.session.delete(await uploads.find_upload(tx, who.agent_id, upload_id))


def _out(upload: Upload) -> UploadOut:
    return UploadOut(
        id=upload.id,
        filename=upload.filename,
        content_type=upload.content_type,
        size=upload.size,
        sha256=upload.sha256,
        expires_at=upload.expires_at,
    )
