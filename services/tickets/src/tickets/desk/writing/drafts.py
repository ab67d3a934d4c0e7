"""Drafts: kept, read, changed, thrown away, sent (DR-01, LF-04, OD-11)."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from pydantic import ValidationError
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import aliased

from chassis.database import Transaction
from chassis.ids import new_id
from chassis.paging import decode_cursor, encode_cursor
from chassis.problems import Forbidden
from chassis.versions import StaleVersion
from contracts.crm_match import ContactCard
from contracts.tickets import Permission
from tickets.database import AnyRow
from tickets.desk import operations
from tickets.desk.acting import Acting
from tickets.desk.models import Activity, Ticket, TicketMail
from tickets.desk.queries import SEEN, find_ticket
from tickets.desk.rules.sanitise import sanitise
from tickets.desk.rules.subjects import reference
from tickets.desk.rules.words import DraftKind, Kind, Mode, Sending
from tickets.desk.shapes import NoteIn, ReplyIn, TicketIn
from tickets.desk.writing.models import Draft
from tickets.desk.writing.shapes import TARGETS, DraftContent, DraftIn, DraftOut, DraftPage, DraftSent, DraftTicket
from tickets.desk.writing.uploads import own_uploads
from tickets.errors import (
    ChannelIsReadOnly,
    DraftExists,
    DraftIncomplete,
    DraftNotFound,
    DraftOutOfSight,
    TicketNotFound,
)
from tickets.settings import Settings

_OPENS = {DraftKind.NEW_EMAIL: "email", DraftKind.NEW_ENQUIRY: "enquiry", DraftKind.NEW_INTERNAL: "internal"}
_LISTED = sa.select(Draft, Ticket.number, Ticket.subject, sa.and_(Ticket.id.is_not(None), SEEN).label("visible"))
_Begun = aliased(Ticket)
_LISTED = _LISTED.outerjoin(_Begun, _Begun.id == Draft.ticket_id)
_LISTED = _LISTED.outerjoin(Ticket, Ticket.id == sa.func.coalesce(_Begun.merged_into, _Begun.id))
"""Drafts with the ticket that goes on: a draft names the one that it was begun in, which may have been merged."""


async def create_draft(tx: Transaction, acting: Acting, new: DraftIn, *, prefix: str) -> DraftOut:
    """Keep what an agent has begun. Raises `TicketNotFound`, `DraftExists`, `DraftIncomplete`, `UnknownReference`."""
    agent_id = acting.who.agent_id
    ticket = await find_ticket(tx, acting.access, new.ticket) if new.ticket is not None else None
    draft = Draft(
        id=new_id(),
        agent_id=agent_id,
        ticket_id=ticket.id if ticket else None,
        kind=new.kind,
        version=1,
        recovered=False,
        content=await _stored(tx, agent_id, new.kind, new.content),
        created_at=tx.now,
        changed_at=tx.now,
    )
    try:
        async with tx.session.begin_nested():
            tx.session.add(draft)
    except IntegrityError as error:
        there = sa.select(Draft.id).where(
            Draft.agent_id == agent_id,
            Draft.ticket_id == draft.ticket_id,
            Draft.kind == new.kind,
            Draft.recovered.is_(False),
        )
        existing = await tx.session.scalar(there)
        current = await draft_view(tx, agent_id, existing, prefix=prefix) if existing else None
        raise DraftExists(
            "You have a draft of this kind on the ticket already. Go on with that one.",
            current=current.model_dump(mode="json") if current else None,
        ) from error
    return await draft_view(tx, agent_id, draft.id, prefix=prefix)


async def replace_draft(
    tx: Transaction, agent_id: UUID, draft_id: UUID, content: DraftContent, *, expected: int, prefix: str
) -> DraftOut:
    """Store what is written now. Raises `DraftNotFound`, `StaleVersion`, `DraftIncomplete`, `UnknownReference`."""
    draft = await _locked(tx, agent_id, draft_id, expected=expected, prefix=prefix)
    draft.content = await _stored(tx, agent_id, draft.kind, content)
    draft.version += 1
    draft.changed_at = tx.now
    await tx.session.flush()
    return await draft_view(tx, agent_id, draft_id, prefix=prefix)


async def discard_draft(tx: Transaction, agent_id: UUID, draft_id: UUID, *, expected: int, prefix: str) -> None:
    """Throw a draft away. Raises `DraftNotFound`, `StaleVersion`."""
    await tx.session.delete(await _locked(tx, agent_id, draft_id, expected=expected, prefix=prefix))


def recover(tx: Transaction, agent_id: UUID, ticket_id: UUID, kind: DraftKind, content: dict[str, Any]) -> Draft:
    """The draft that a mail becomes again which was taken back."""
    html = content.get("html")
    draft = Draft(
        id=new_id(),
        agent_id=agent_id,
        ticket_id=ticket_id,
        kind=kind,
        version=1,
        recovered=True,
        content=content | ({"html": sanitise(html)} if html else {}),
        created_at=tx.now,
        changed_at=tx.now,
    )
    tx.session.add(draft)
    return draft


async def _locked(tx: Transaction, agent_id: UUID, draft_id: UUID, *, expected: int, prefix: str) -> Draft:
    mine = sa.select(Draft).where(Draft.id == draft_id, Draft.agent_id == agent_id).with_for_update()
    draft = await tx.session.scalar(mine.execution_options(populate_existing=True))
    if draft is None:
        raise DraftNotFound("You have no draft with this id. It may have been sent or thrown away elsewhere.")
    if draft.version != expected:
        now = await draft_view(tx, agent_id, draft_id, prefix=prefix)
        raise StaleVersion(
            f"The draft is at version {draft.version} by now. Choose which text to keep, then save again.",
            current=now.model_dump(mode="json"),
        )
    return draft


async def _stored(tx: Transaction, agent_id: UUID, kind: DraftKind, content: DraftContent) -> dict[str, Any]:
    """The content as it is stored; a field that the kind does not have would be lost silently when it is sent."""
    for name in sorted(content.model_fields_set - set(TARGETS[kind].model_fields)):
        if getattr(content, name) is not None:
            raise DraftIncomplete(f"A draft of the kind '{kind}' has no '{name}'. Leave it out.")
    await own_uploads(tx, agent_id, content.attachments or ())
    fields = content.model_dump(mode="json", exclude_unset=True)
    return fields | ({"html": sanitise(content.html)} if content.html else {})


async def draft_view(tx: Transaction, agent_id: UUID, draft_id: UUID, *, prefix: str) -> DraftOut:
    """One draft of this agent's. Raises `DraftNotFound`."""
    mine = _LISTED.where(Draft.id == draft_id, Draft.agent_id == agent_id)
    row = (await tx.session.execute(mine, {"me": agent_id})).one_or_none()
    if row is None:
        raise DraftNotFound("You have no draft with this id. It may have been sent or thrown away elsewhere.")
    return _out(row, prefix)


async def draft_page(
    tx: Transaction, agent_id: UUID, *, ticket: int | None, cursor: str | None, limit: int, prefix: str
) -> DraftPage:
    """A page of the agent's drafts, the last change first. Raises `InvalidCursor`."""
    page = _LISTED.where(Draft.agent_id == agent_id).order_by(Draft.changed_at.desc(), Draft.id.desc())
    if ticket is not None:
        page = page.where(Ticket.number == ticket)
    if cursor is not None:
        last = decode_cursor(cursor, datetime, UUID)
        page = page.where(sa.tuple_(Draft.changed_at, Draft.id) < sa.tuple_(*last))
    rows = (await tx.session.execute(page.limit(limit + 1), {"me": agent_id})).all()
    end = rows[limit - 1].Draft if len(rows) > limit else None
    return DraftPage(
        items=[_out(row, prefix) for row in rows[:limit]],
        next=encode_cursor(end.changed_at, end.id) if end else None,
    )


def _out(row: AnyRow, prefix: str) -> DraftOut:
    draft: Draft = row.Draft
    ticket = None
    if row.number is not None:
        ticket = DraftTicket(
            number=row.number,
            reference=reference(prefix, row.number),
            subject=row.subject if row.visible else None,
            visible=row.visible,
        )
    return DraftOut(
        id=draft.id,
        kind=draft.kind,
        version=draft.version,
        recovered=draft.recovered,
        ticket=ticket,
        content=DraftContent.model_validate(draft.content, strict=False),
        created_at=draft.created_at,
        changed_at=draft.changed_at,
    )


async def send_draft(
    tx: Transaction,
    acting: Acting,
    draft_id: UUID,
    *,
    expected: int,
    contact: ContactCard | None,
    settings: Settings,
) -> DraftSent:
    """Do what the draft is for, and delete it in the same transaction: it is sent once, or it is still there.

    Raises `DraftNotFound`, `StaleVersion`, `DraftIncomplete`, `DraftOutOfSight`, and what the operation itself does.
    """
    prefix = settings.ticket_prefix
    draft = await _locked(tx, acting.who.agent_id, draft_id, expected=expected, prefix=prefix)
    if draft.kind is not DraftKind.NOTE and Permission.TICKETS_WRITE not in acting.who.permissions:
        raise Forbidden("This needs the permission 'tickets:write', which your role or token does not have.")
    finished = _finished(draft)
    await tx.session.delete(draft)
    if isinstance(finished, TicketIn):
        ticket = await operations.open_ticket(tx, acting, finished, contact=contact, settings=settings)
        first = sa.select(Activity.id).where(Activity.ticket_id == ticket.id).order_by(Activity.id).limit(1)
        activity_id = (await tx.session.scalars(first)).one()
        return await _sent(tx, ticket.number, ticket.version, activity_id)
    try:
        changed, activity = await _add(tx, acting, draft, finished, settings=settings)
    except (TicketNotFound, ChannelIsReadOnly) as error:
        raise DraftOutOfSight(
            "You may not see or not change this ticket any more, so nothing can be sent there. Your text stays yours:"
            " copy it into a new ticket, or ask for access to the channel."
        ) from error
    return await _sent(tx, changed.number, changed.version, activity)


async def _add(
    tx: Transaction, acting: Acting, draft: Draft, finished: ReplyIn | NoteIn, *, settings: Settings
) -> tuple[Ticket, UUID]:
    living = sa.select(Ticket.number).join(_Begun, Ticket.id == sa.func.coalesce(_Begun.merged_into, _Begun.id))
    number = (await tx.session.scalars(living.where(_Begun.id == draft.ticket_id))).one()
    if isinstance(finished, ReplyIn):
        ticket, activity, _ = await operations.reply_to_ticket(
            tx, acting, number, finished, begun_in=draft.ticket_id, settings=settings
        )
    else:
        kind_of = Kind.CALL if draft.kind is DraftKind.CALL else Kind.NOTE
        ticket, activity = await operations.add_note(tx, acting, number, finished, kind=kind_of, settings=settings)
    return ticket, activity.id


async def _sent(tx: Transaction, number: int, version: int, activity_id: UUID) -> DraftSent:
    due = sa.select(TicketMail.due_at).where(
        TicketMail.activity_id == activity_id, TicketMail.state == Sending.WAITING, TicketMail.due_at > tx.now
    )
    return DraftSent(
        ticket_number=number,
        ticket_version=version,
        activity_id=activity_id,
        undo_until=await tx.session.scalar(due),
    )


def _finished(draft: Draft) -> ReplyIn | NoteIn | TicketIn:
    """The draft as what it is for. Raises `DraftIncomplete`."""
    fields = {name: value for name, value in draft.content.items() if value is not None}
    if draft.kind in _OPENS:
        fields["kind"] = _OPENS[draft.kind]
    if draft.kind is DraftKind.FOLLOW_UP:
        fields.setdefault("mode", Mode.FOLLOW_UP)
    try:
        return TARGETS[draft.kind].model_validate(fields)
    except ValidationError as error:
        wrong = _wrong(error)
        named = ", ".join(dict.fromkeys(item["field"] or "the draft" for item in wrong))
        raise DraftIncomplete(f"Before this can be sent, complete: {named}.", current={"errors": wrong}) from error


def _wrong(error: ValidationError) -> Sequence[dict[str, str]]:
    return [
        {"field": ".".join(str(part) for part in item["loc"]), "detail": item["msg"]}
        for item in error.errors(include_url=False, include_context=False, include_input=False)
    ]
