"""HTTP: drafts, and what an agent prefers while writing."""

from typing import Annotated
from uuid import UUID

import orjson
from fastapi import Path, Query, Request, Response

from chassis.http import Tx
from chassis.idempotency import IdempotencyKey, once
from chassis.paging import InvalidCursor
from chassis.problems import Invalid, PreconditionRequired, refusals
from chassis.routes import Routes
from chassis.versions import IfMatch, StaleVersion, etag
from tickets.desk.api import Conf, Cursor, Limit, Noter, acting, known_contact
from tickets.desk.writing import drafts
from tickets.desk.writing.leaving import prefer_undo, preferred_undo
from tickets.desk.writing.shapes import DraftContent, DraftIn, DraftOut, DraftPage, DraftSent, WritingPreferences
from tickets.errors import (
    ActivityNotFound,
    DraftExists,
    DraftIncomplete,
    DraftNotFound,
    DraftOutOfSight,
    FilesTooLarge,
    NewActivities,
    NoRecipient,
    TicketIsMerged,
    TicketNotFound,
    UnknownReference,
)

router = Routes(prefix="/api/v1", tags=["drafts"])

DraftId = Annotated[UUID, Path(description="The draft's id.")]
OfTicket = Annotated[int | None, Query(ge=1, le=2**53, description="Only drafts for the ticket with this number.")]


@router.post(
    "/drafts",
    operation_id="create_draft",
    status_code=201,
    response_model=DraftOut,
    responses=refusals(TicketNotFound, TicketIsMerged, DraftExists, DraftIncomplete, UnknownReference, Invalid),
)
async def create_draft(
    request: Request, tx: Tx, who: Noter, conf: Conf, new: DraftIn, key: IdempotencyKey = None
) -> Response:
    """Keep what is written so far; it is never sent by itself and has no number (DR-01)."""

    async def work() -> DraftOut:
        return await drafts.create_draft(tx, await acting(tx, who), new, prefix=conf.ticket_prefix)

    return await once(tx, request, key=key, actor_id=who.agent_id, work=work, location=_location)


def _location(draft: DraftOut) -> str:
    return f"/api/v1/drafts/{draft.id}"


@router.get("/drafts", operation_id="list_drafts", responses=refusals(InvalidCursor))
async def list_drafts(
    tx: Tx, who: Noter, conf: Conf, ticket: OfTicket = None, cursor: Cursor = None, limit: Limit = 50
) -> DraftPage:
    """One's own drafts, the last change first (LF-04). Nobody sees those of others."""
    return await drafts.draft_page(
        tx, who.agent_id, ticket=ticket, cursor=cursor, limit=limit, prefix=conf.ticket_prefix
    )


@router.get("/drafts/{draft_id}", operation_id="get_draft", response_model=DraftOut, responses=refusals(DraftNotFound))
async def get_draft(tx: Tx, who: Noter, conf: Conf, draft_id: DraftId) -> Response:
    """A draft, to go on where it was left."""
    return _answer(await drafts.draft_view(tx, who.agent_id, draft_id, prefix=conf.ticket_prefix))


@router.put(
    "/drafts/{draft_id}",
    operation_id="save_draft",
    response_model=DraftOut,
    responses=refusals(DraftNotFound, StaleVersion, DraftIncomplete, UnknownReference, Invalid, PreconditionRequired),
)
async def save_draft(
    tx: Tx, who: Noter, conf: Conf, draft_id: DraftId, content: DraftContent, version: IfMatch
) -> Response:
    """Store the whole content anew, as the editor does every few seconds (OD-11)."""
    saved = await drafts.replace_draft(tx, who.agent_id, draft_id, content, expected=version, prefix=conf.ticket_prefix)
    return _answer(saved)


@router.delete(
    "/drafts/{draft_id}",
    operation_id="discard_draft",
    status_code=204,
    responses=refusals(DraftNotFound, StaleVersion, PreconditionRequired),
)
async def discard_draft(tx: Tx, who: Noter, conf: Conf, draft_id: DraftId, version: IfMatch) -> None:
    """Throw a draft away."""
    await drafts.discard_draft(tx, who.agent_id, draft_id, expected=version, prefix=conf.ticket_prefix)


@router.post(
    "/drafts/{draft_id}/send",
    operation_id="send_draft",
    status_code=201,
    response_model=DraftSent,
    responses=refusals(
        ActivityNotFound,
        DraftNotFound,
        StaleVersion,
        NewActivities,
        DraftOutOfSight,
        DraftIncomplete,
        UnknownReference,
        FilesTooLarge,
        NoRecipient,
        Invalid,
        PreconditionRequired,
    ),
)
async def send_draft(
    request: Request,
    tx: Tx,
    who: Noter,
    conf: Conf,
    draft_id: DraftId,
    version: IfMatch,
    key: IdempotencyKey = None,
) -> Response:
    """Do what the draft is for: answer, note, or open the ticket. Everything but a note needs `tickets:write`.

    The draft is gone with it; with the same Idempotency-Key a repeated request has no second effect.
    """

    async def work() -> DraftSent:
        seen = await drafts.draft_view(tx, who.agent_id, draft_id, prefix=conf.ticket_prefix)
        contact = await known_contact(request, seen.content.contact_id)
        agent = await acting(tx, who)
        return await drafts.send_draft(tx, agent, draft_id, expected=version, contact=contact, settings=conf)

    return await once(tx, request, key=key, actor_id=who.agent_id, work=work, location=_ticket_location)


def _ticket_location(sent: DraftSent) -> str:
    return f"/api/v1/tickets/{sent.ticket_number}"


def _answer(draft: DraftOut) -> Response:
    body = orjson.dumps(draft.model_dump(mode="json"))
    return Response(body, media_type="application/json", headers={"ETag": etag(draft.version)})


@router.get("/writing-preferences", operation_id="get_writing_preferences")
async def get_writing_preferences(tx: Tx, who: Noter) -> WritingPreferences:
    """What one prefers while writing."""
    return WritingPreferences(undo_seconds=await preferred_undo(tx, who.agent_id))


@router.put("/writing-preferences", operation_id="set_writing_preferences")
async def set_writing_preferences(tx: Tx, who: Noter, preferences: WritingPreferences) -> WritingPreferences:
    """Say how long one's mails can be taken back, where a request does not say it itself."""
    await prefer_undo(tx, who.agent_id, preferences.undo_seconds)
    return preferences
