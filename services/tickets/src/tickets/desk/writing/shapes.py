"""What the API of drafts, uploads, templates and signatures takes and gives."""

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Annotated, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from chassis.inputs import Input
from tickets.desk.rules.words import DraftKind, Mode
from tickets.desk.shapes import (
    LONGEST_UNDO,
    MAX_ATTACHMENTS,
    MAX_RECIPIENTS,
    Html,
    Key,
    Note,
    NoteIn,
    ReplyIn,
    ThenIn,
    TicketIn,
)

Line = Annotated[str, StringConstraints(max_length=300, pattern=r"^[^\r\n\x00]*$")]


class DraftMailbox(Input):
    """A recipient as far as it is typed."""

    name: Annotated[str, StringConstraints(max_length=200, pattern=r"^[^\r\n\x00]*$")] = ""
    address: Annotated[str, StringConstraints(max_length=254, pattern=r"^[^\r\n\x00]*$")] = ""


DraftMailboxes = Annotated[tuple[DraftMailbox, ...], Field(max_length=MAX_RECIPIENTS)]

TARGETS: Mapping[DraftKind, type[ReplyIn | NoteIn | TicketIn]] = MappingProxyType(
    {
        DraftKind.REPLY: ReplyIn,
        DraftKind.FOLLOW_UP: ReplyIn,
        DraftKind.NOTE: NoteIn,
        DraftKind.CALL: NoteIn,
        DraftKind.NEW_EMAIL: TicketIn,
        DraftKind.NEW_ENQUIRY: TicketIn,
        DraftKind.NEW_INTERNAL: TicketIn,
    }
)
"""What a draft of each kind becomes when it is sent."""


class DraftContent(Input):
    """What is written so far: nothing is required, and what is there is bounded like the finished thing."""

    text: Note | None = None
    html: Html | None = None
    attachments: Annotated[tuple[UUID, ...], Field(max_length=MAX_ATTACHMENTS)] | None = None
    to: DraftMailboxes | None = None
    cc: DraftMailboxes | None = None
    bcc: DraftMailboxes | None = None
    subject: Line | None = None
    channel: Key | None = None
    status: Key | None = None
    priority: Key | None = None
    owner_id: UUID | None = None
    responsible_id: UUID | None = None
    contact_id: UUID | None = None
    shown_outside: bool | None = None
    activity_id: UUID | None = None
    mode: Mode | None = None
    last_seen_activity: UUID | None = None
    then: ThenIn | None = None
    undo_seconds: int | None = Field(default=None, ge=0, le=LONGEST_UNDO)
    signature: bool | None = None
    from_account: Key | None = None


class DraftIn(Input):
    """A new draft; ``ticket`` is the number of the ticket that it is for, for all kinds that do not open one."""

    kind: DraftKind
    ticket: int | None = Field(default=None, ge=1, le=2**53)
    content: DraftContent = DraftContent()

    @model_validator(mode="after")
    def _has_a_ticket_where_it_needs_one(self) -> Self:
        if (TARGETS[self.kind] is TicketIn) == (self.ticket is not None):
            raise ValueError("a draft of a new ticket has no 'ticket', all others need one")
        return self


class DraftTicket(BaseModel):
    """The ticket of a draft; one that the agent cannot see any more has no subject."""

    model_config = ConfigDict(frozen=True)

    number: int
    reference: str
    subject: str | None
    visible: bool


class DraftOut(BaseModel):
    """A draft. One that is ``recovered`` came back from a mail that was withdrawn."""

    model_config = ConfigDict(frozen=True)

    id: UUID
    kind: DraftKind
    version: int
    recovered: bool
    ticket: DraftTicket | None
    content: DraftContent
    created_at: datetime
    changed_at: datetime


class DraftPage(BaseModel):
    """A page of drafts, the one that was changed last first."""

    items: list[DraftOut]
    next: str | None


class DraftSent(BaseModel):
    """What became of a draft: an activity of a ticket, which may be new. Until ``undo_until`` it can be taken back."""

    ticket_number: int
    ticket_version: int
    activity_id: UUID
    undo_until: datetime | None


class Withdrawn(BaseModel):
    """A mail that was taken back is a draft again."""

    ticket_number: int
    ticket_version: int
    draft: DraftOut


class UploadOut(BaseModel):
    """A file that waits for an activity. Name it in ``attachments``; in HTML, ``cid:<id>`` shows an image inside."""

    id: UUID
    filename: str
    content_type: str
    size: int
    sha256: str
    expires_at: datetime


class WritingPreferences(Input):
    """What an agent prefers while writing. Without ``undo_seconds`` a mail leaves at once unless a request says so."""

    undo_seconds: int | None = Field(default=None, ge=0, le=LONGEST_UNDO)
