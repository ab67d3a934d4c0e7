"""What the desk's part of the staff API gives.

These are typed dictionaries and not models: a page of fifty tickets is made and written in half a millisecond instead
of three, and lists are what agents' browsers ask for all the time.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, NotRequired
from uuid import UUID

import orjson
from fastapi import Response
from pydantic import Field
from typing_extensions import TypedDict

from chassis.versions import etag
from contracts.tickets import ActorKind
from tickets.channels.rules.words import Ball, Category
from tickets.desk.presence.shapes import PresentAgent
from tickets.desk.rules.structure import Change, Relation
from tickets.desk.rules.words import Delivery, Form, Kind, Origin
from tickets.properties.rules.fields import Value


def answer(content: Mapping[str, object] | None, *, version: int | None = None) -> Response:
    """The response with this content, and with the version of what it shows as its ETag."""
    body = orjson.dumps(content, default=_text_of_id, option=orjson.OPT_UTC_Z)
    headers = {} if version is None else {"ETag": etag(version)}
    return Response(body, media_type="application/json", headers=headers)


def _text_of_id(value: object) -> str:
    """The database driver's own kind of UUID, which orjson does not know. Raises TypeError for anything else."""
    if isinstance(value, UUID):
        return str(value)
    raise TypeError(f"{type(value).__name__} cannot be written as JSON")


class AgentRef(TypedDict):
    """An agent by name."""

    id: UUID
    name: str


class ChannelRef(TypedDict):
    """A channel by name."""

    key: str
    name: str


class StatusRef(TypedDict):
    """A status, and whose turn it is."""

    key: str
    name: str
    category: Category
    ball: Ball


class ContactRef(TypedDict):
    """The customer of a ticket: a known contact, or only the address that wrote."""

    id: UUID | None
    name: str | None
    address: str | None
    company_id: UUID | None
    company_name: str | None


class MarkerRef(TypedDict):
    """A colour marker; ``colour`` is #rrggbb."""

    id: UUID
    name: str
    colour: str


class TicketRow(TypedDict):
    """A ticket in a list. ``reference`` is the number as people see it, ``priority`` a key of the priorities.

    ``unread`` is so for the caller alone.
    """

    id: UUID
    number: int
    reference: str
    version: int
    subject: str
    origin: Origin
    channel: ChannelRef
    status: StatusRef
    priority: str
    owner: AgentRef | None
    responsible: AgentRef | None
    contact: ContactRef | None
    opened_at: datetime
    changed_at: datetime
    last_activity_at: datetime
    marker: MarkerRef | None
    tags: list[str]
    unread: bool


class AuthorOut(TypedDict):
    """Who an activity is from."""

    kind: ActorKind
    id: UUID | None
    name: str


class AttachmentOut(TypedDict):
    """A file; its bytes are at ``/tickets/{number}/attachments/{sha256}``."""

    filename: str
    content_type: str
    size: int
    sha256: str
    inline: bool
    content_id: str | None


class MailboxOut(TypedDict):
    """A name and an address of a mail."""

    name: str
    address: str


class DeliveryOut(TypedDict):
    """How far a mail is on its way to one recipient (MT-08); ``reason`` is the mail server's text."""

    address: str
    state: Delivery
    reason: str | None
    changed_at: datetime


ChangeOut = TypedDict(
    "ChangeOut", {"field": str, "from": str | None, "to": str | None, "label": NotRequired[dict[str, str]]}
)
ChangeOut.__doc__ = """A field that changed, in words; a priority by its key. The custom field ``fields.<key>`` has the
``label`` that it had then, by language."""


class HiddenOut(TypedDict):
    """Who hid an activity, and when. Whoever may change the ticket can show it again (CV-09)."""

    by: AgentRef
    at: datetime


ActivityOut = TypedDict(
    "ActivityOut",
    {
        "id": UUID,
        "kind": Kind,
        "at": datetime,
        "author": AuthorOut,
        "subject": str | None,
        "text": str,
        "html": str | None,
        "truncated": bool,
        "shown_outside": bool,
        "from": MailboxOut | None,
        "to": list[MailboxOut],
        "cc": list[MailboxOut],
        "bcc": list[MailboxOut],
        "attachments": list[AttachmentOut],
        "changes": list[ChangeOut],
        "deliveries": list[DeliveryOut],
        "mail_id": UUID | None,
        "mail_kind": Annotated[str | None, Field(description="Tells a machine's mail from a person's.")],
        "explanation": Annotated[str | None, Field(description="Why a mail is in this ticket (MT-04).")],
        "hidden": HiddenOut | None,
        "withdrawn_at": Annotated[datetime | None, Field(description="When its author took the mail back.")],
        "about": Annotated[UUID | None, Field(description="The activity that a change of visibility is about.")],
        "form": Annotated[Form | None, Field(description="Tells a letter or a solution from others of its kind.")],
    },
)
ActivityOut.__doc__ = """An activity. What a mail brought is in ``from`` to ``attachments``."""


class ActivityPage(TypedDict):
    """A page of activities; ``next`` is the cursor of the following page."""

    items: list[ActivityOut]
    next: str | None


class FollowUpRef(TypedDict):
    """The ticket that this one possibly belongs to, if the agent may see it (MT-05)."""

    number: int
    reference: str
    subject: str


class TicketRef(TypedDict):
    """Another ticket, by name."""

    number: int
    reference: str
    subject: str


class LinkOut(TypedDict):
    """What this ticket is to another one (TS-05). One that comes from a merge has no id: undo removes it."""

    id: UUID | None
    relation: Relation
    ticket: TicketRef


class UndoableOut(TypedDict):
    """A merge or a split that can be taken back."""

    id: UUID
    kind: Change
    at: datetime
    by: AgentRef
    other: TicketRef


class RelatedOut(TypedDict):
    """What ties a ticket to others that the agent may see."""

    links: list[LinkOut]
    undoable: list[UndoableOut]


class TicketOut(TicketRow, RelatedOut):
    """A ticket with everything that it carries (TC-08); ``activities`` is the first page, the newest first.

    ``presence`` is who views or writes right now (TS-02). ``contact_candidates`` are the contacts that share the
    sender's address: none of them is picked silently (MA-05). ``fields`` are the values of those custom fields that
    the channel has (TS-04). ``next_statuses`` are those that an agent may choose now (TC-12).
    """

    fields: dict[str, Value]
    watchers: list[AgentRef]
    presence: list[PresentAgent]
    activities: ActivityPage
    possible_follow_up_of: FollowUpRef | None
    contact_candidates: list[UUID]
    next_statuses: list[StatusRef]
