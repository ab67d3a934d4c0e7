"""Files on their way into an activity: brought, found again, attached, forgotten (OD-07)."""

from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB

from chassis.blobs import Stored
from chassis.database import Transaction
from chassis.ids import new_id
from tickets.database import is_one_of, table_of
from tickets.desk.records import NewActivity
from tickets.desk.rules.files import (
    clean_name,
    content_id,
    content_type,
    named_content_ids,
    named_uploads,
    with_content_ids,
)
from tickets.desk.shapes import MAX_ATTACHMENTS
from tickets.desk.writing.models import Draft, Upload
from tickets.errors import FilesTooLarge, UnknownReference, UploadNotFound
from tickets.settings import Settings

KEPT = timedelta(days=7)
"""How long an upload waits for an activity; a draft that names it keeps it longer."""

BATCH = 1000


async def add_upload(tx: Transaction, agent_id: UUID, stored: Stored, *, filename: str, claimed: str) -> Upload:
    """Remember a file whose bytes are stored."""
    upload = Upload(
        id=new_id(),
        agent_id=agent_id,
        filename=clean_name(filename),
        content_type=content_type(claimed, stored.beginning),
        size=stored.size,
        sha256=stored.sha256,
        created_at=tx.now,
        expires_at=tx.now + KEPT,
    )
    tx.session.add(upload)
    await tx.session.flush()
    return upload


async def find_upload(tx: Transaction, agent_id: UUID, upload_id: UUID) -> Upload:
    """An upload of this agent's. Raises `UploadNotFound`."""
    upload = await tx.session.get(Upload, upload_id)
    if upload is None or upload.agent_id != agent_id:
        raise UploadNotFound("You have no upload with this id. It may have expired; upload the file again.")
    return upload


async def own_uploads(tx: Transaction, agent_id: UUID, ids: Iterable[UUID]) -> list[Upload]:
    """These uploads in their order. Raises `UnknownReference` for one that is not there or is somebody else's."""
    wanted = [*dict.fromkeys(ids)]
    if not wanted:
        return []
    mine = sa.select(Upload).where(is_one_of(Upload.id, wanted), Upload.agent_id == agent_id)
    found = {upload.id: upload for upload in await tx.session.scalars(mine)}
    for upload_id in wanted:
        if upload_id not in found:
            raise UnknownReference(f"You have no upload {upload_id}. It may have expired; upload the file again.")
    return [found[upload_id] for upload_id in wanted]


async def attach(
    tx: Transaction,
    activity: NewActivity,
    ids: Sequence[UUID],
    *,
    settings: Settings,
    quoted: Sequence[dict[str, Any]] = (),
) -> None:
    """Give an agent's activity its files; those that its HTML shows become inline (RFC 2387).

    ``quoted`` are the files of the mail that is answered: images that a quotation shows go out again with it.
    Raises `UnknownReference`, `FilesTooLarge`.
    """
    shown = named_uploads(activity.html)
    uploads = await own_uploads(tx, activity.author_id or activity.id, [*ids, *shown])
    files = [_file(upload, shown, settings.message_domain) for upload in uploads]
    refers = named_content_ids(activity.html)
    files += [file | {"inline": True} for file in quoted if file.get("content_id") in refers]
    if len(files) > MAX_ATTACHMENTS:
        raise FilesTooLarge(f"An activity has at most {MAX_ATTACHMENTS} files. Send the others with a further one.")
    if sum(file["size"] for file in files) > settings.attachments_limit:
        raise FilesTooLarge(
            f"The files may have {settings.attachments_limit} bytes together. Leave some out, or send links to them."
        )
    for upload in uploads:
        upload.expires_at = tx.now + KEPT
    activity.attachments = files
    if activity.html and shown:
        activity.html = with_content_ids(activity.html, settings.message_domain)


def _file(upload: Upload, shown: Sequence[UUID], domain: str) -> dict[str, Any]:
    inline = upload.id in shown
    return {
        "filename": upload.filename,
        "content_type": upload.content_type,
        "size": upload.size,
        "sha256": upload.sha256,
        "inline": inline,
        "content_id": content_id(upload.id, domain) if inline else None,
    }


async def forget_expired(tx: Transaction) -> int:
    """Delete uploads whose time is over and that no draft names; gives how many."""
    named = sa.exists().where(
        Draft.agent_id == Upload.agent_id,
        sa.cast(Draft.content["attachments"], JSONB).has_key(sa.cast(Upload.id, sa.Text))
        | Draft.content["html"].astext.contains(sa.cast(Upload.id, sa.Text)),
    )
    old = sa.select(Upload.id).where(Upload.expires_at < tx.now, ~named).limit(BATCH)
    gone = await tx.session.execute(sa.delete(table_of(Upload)).where(Upload.id.in_(old)).returning(Upload.id))
    return len(gone.all())
