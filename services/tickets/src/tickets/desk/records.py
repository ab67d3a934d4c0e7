"""Tickets and activities before they are rows: plain values, because the mail intake writes a hundred at a time."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from chassis.ids import new_id
from contracts.ingest import MailKind
from contracts.tickets import ActorKind
from tickets.channels.rules.words import Ball
from tickets.channels.rules.workflow import Place
from tickets.desk.models import Ticket
from tickets.desk.rules.words import Form, Kind, Origin
from tickets.properties.rules.priorities import NORMAL


@dataclass(kw_only=True)
class NewTicket:
    """A row of `desk.models.Ticket`, field by field; ``number`` comes from the sequence."""

    id: UUID = field(default_factory=new_id)
    number: int
    version: int = 1
    subject: str
    origin: Origin
    channel: str
    status: str
    closed: bool
    ball: Ball
    priority: str = NORMAL
    owner_id: UUID | None = None
    responsible_id: UUID | None = None
    opened_by: UUID | None = None
    contact_id: UUID | None = None
    contact_name: str | None = None
    contact_address: str | None = None
    company_id: UUID | None = None
    company_name: str | None = None
    possible_follow_up_of: UUID | None = None
    merged_into: UUID | None = None
    opened_at: datetime
    changed_at: datetime
    last_activity_at: datetime
    last_incoming_at: datetime | None = None
    handled_at: datetime | None = None
    shown_at: datetime
    closed_at: datetime | None = None
    marker_id: UUID | None = None
    tags: list[str] = field(default_factory=list)
    fields: dict[str, Any] = field(default_factory=dict)


AnyTicket = NewTicket | Ticket
"""A ticket that is being written, or one that was read."""


@dataclass(kw_only=True)
class NewActivity:
    """A row of `desk.models.Activity`, field by field."""

    id: UUID = field(default_factory=new_id)
    ticket_id: UUID
    kind: Kind
    at: datetime
    author_kind: ActorKind
    author_id: UUID | None = None
    author_name: str
    subject: str | None = None
    text: str
    html: str | None = None
    truncated: bool = False
    shown_outside: bool
    sender: dict[str, Any] | None = None
    to: list[dict[str, Any]] = field(default_factory=list)
    cc: list[dict[str, Any]] = field(default_factory=list)
    bcc: list[dict[str, Any]] = field(default_factory=list)
    attachments: list[dict[str, Any]] = field(default_factory=list)
    changes: list[dict[str, Any]] = field(default_factory=list)
    mail_id: UUID | None = None
    mail_kind: str | None = None
    message_id: str | None = None
    thread: list[str] = field(default_factory=list)
    explanation: str | None = None
    written_in: UUID | None = None
    also_shown_in: list[str] | None = None
    about_id: UUID | None = None
    form: Form | None = None


def is_word_of_customer(activity: NewActivity) -> bool:
    """Whether a customer wrote it, and not a machine of theirs."""
    human = activity.mail_kind in {None, MailKind.HUMAN.value}
    return activity.kind is Kind.INCOMING and activity.author_kind is ActorKind.CONTACT and human


def set_status(ticket: AnyTicket, place: Place, now: datetime) -> None:
    """Move a ticket to a status, with all that repeats it. The customer sees it, too."""
    ticket.status, ticket.ball = place.key, place.ball
    if place.closed != ticket.closed:
        ticket.closed_at = now if place.closed else None
    ticket.closed = place.closed
    ticket.shown_at = now


def field_change(name: str, *, before: str | None, after: str | None) -> dict[str, Any]:
    """One line of an activity's ``changes``, in words that can be shown."""
    return {"field": name, "from": before, "to": after}
