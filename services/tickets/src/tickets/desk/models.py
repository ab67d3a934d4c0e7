"""Tables of the desk: tickets, their activities, and what mails need in order to find their ticket again."""

from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import InstrumentedAttribute, Mapped, mapped_column

from contracts.tickets import ActorKind
from tickets.channels.rules.words import Ball
from tickets.database import Base, words
from tickets.desk.rules.words import Delivery, Form, Kind, Origin, Sending

number_sequence = sa.Sequence("ticket_number", start=10_001, metadata=Base.metadata)
"""Counts the tickets of the installation; a number is never given twice, gaps are allowed (C9)."""


class Ticket(Base):
    """A matter with a number.

    ``closed`` and ``ball`` repeat what the status says, because lists filter by them. ``contact_address`` is where
    mails go that name no other recipient; the contact is known when ``contact_id`` is set. ``changed_at`` moves with
    every version, ``last_activity_at`` with every activity, ``handled_at`` with those of agents, and
    ``shown_at`` with what the customer may see. ``opened_by`` is the agent who made it, None for a customer's.
    ``priority`` has no foreign key: priorities are never deleted, and every mail would lock the same row. ``tags`` are
    in canonical form (`properties.models.Tag.key`), ``fields`` are the values of custom fields by key.

    A ticket that was merged names in ``merged_into`` the living ticket that it is part of, never another merged one. It
    keeps its status, its contact and what was written in it, and is ``closed`` whatever the status says (TS-09).
    """

    __tablename__ = "ticket"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(sa.BigInteger, unique=True)
    version: Mapped[int]
    subject: Mapped[str]
    origin: Mapped[Origin] = mapped_column(words(Origin))
    channel: Mapped[str] = mapped_column(sa.ForeignKey("channel.key"))
    status: Mapped[str]
    closed: Mapped[bool]
    ball: Mapped[Ball] = mapped_column(words(Ball))
    priority: Mapped[str]
    owner_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("agent.id"))
    responsible_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("agent.id"))
    opened_by: Mapped[UUID | None] = mapped_column(sa.ForeignKey("agent.id"))
    contact_id: Mapped[UUID | None]
    contact_name: Mapped[str | None]
    contact_address: Mapped[str | None]
    company_id: Mapped[UUID | None]
    company_name: Mapped[str | None]
    possible_follow_up_of: Mapped[UUID | None] = mapped_column(sa.ForeignKey("ticket.id"))
    merged_into: Mapped[UUID | None] = mapped_column(sa.ForeignKey("ticket.id"))
    opened_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    last_activity_at: Mapped[datetime]
    last_incoming_at: Mapped[datetime | None]
    handled_at: Mapped[datetime | None]
    shown_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
    marker_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("colour_marker.id"))
    tags: Mapped[list[str]] = mapped_column(ARRAY(sa.Text), server_default=sa.text("'{}'"))
    fields: Mapped[dict[str, Any]] = mapped_column(server_default=sa.text("'{}'"))


def _newest_first(
    name: str,
    *before: InstrumentedAttribute[Any],
    where: sa.ColumnElement[bool] | None = None,
    include: list[str] | None = None,
) -> None:
    """An index that gives a list's rows in the order in which they are shown."""
    sa.Index(
        name,
        *before,
        Ticket.changed_at.desc(),
        Ticket.number.desc(),
        postgresql_where=where,
        postgresql_include=include,
    )


_open = Ticket.closed.is_(False)
_newest_first("ticket_list", Ticket.channel)
_newest_first("ticket_list_open", Ticket.channel, where=_open)
_newest_first("ticket_list_no_owner", Ticket.channel, where=_open & Ticket.owner_id.is_(None), include=["ball"])
_newest_first("ticket_list_status", Ticket.channel, Ticket.status)
_newest_first("ticket_list_owner", Ticket.owner_id, where=Ticket.owner_id.is_not(None))
_newest_first("ticket_list_opened_by", Ticket.opened_by, where=Ticket.opened_by.is_not(None))
_newest_first("ticket_list_origin", Ticket.channel, Ticket.origin, where=Ticket.origin != sa.literal_column("'email'"))
sa.Index(
    "ticket_open_owner",
    Ticket.owner_id,
    Ticket.ball,
    Ticket.channel,
    postgresql_where=_open & Ticket.owner_id.is_not(None),
)
sa.Index("ticket_list_number", Ticket.channel, Ticket.number.desc())
sa.Index("ticket_list_opened", Ticket.channel, Ticket.opened_at.desc(), Ticket.number.desc())
sa.Index("ticket_open_opened", Ticket.channel, Ticket.opened_at.desc(), Ticket.number.desc(), postgresql_where=_open)
_newest_first("ticket_open_priority", Ticket.channel, Ticket.priority, where=_open)
sa.Index("ticket_list_activity", Ticket.channel, Ticket.last_activity_at.desc(), Ticket.number.desc())
_newest_first("ticket_list_company", Ticket.company_id, where=Ticket.company_id.is_not(None))
_newest_first("ticket_list_customer", Ticket.contact_id, where=Ticket.contact_id.is_not(None))
sa.Index(
    "ticket_list_handled", Ticket.channel, Ticket.handled_at.desc(), postgresql_where=Ticket.handled_at.is_not(None)
)
sa.Index(
    "ticket_list_contact",
    Ticket.contact_id,
    Ticket.shown_at.desc(),
    Ticket.number.desc(),
    postgresql_where=Ticket.contact_id.is_not(None),
)
sa.Index("ticket_merged", Ticket.merged_into, postgresql_where=Ticket.merged_into.is_not(None))
_newest_first("ticket_list_priority", Ticket.channel, Ticket.priority)
_newest_first("ticket_list_marker", Ticket.channel, Ticket.marker_id, where=Ticket.marker_id.is_not(None))
sa.Index("ticket_tags", Ticket.tags, postgresql_using="gin", postgresql_where=sa.text("tags <> '{}'"))
sa.Index("ticket_fields", Ticket.fields, postgresql_using="gin", postgresql_where=sa.text("fields <> '{}'"))


class Activity(Base):
    """One thing that happened on a ticket; written once, never changed (TC-10). Ids are in the order of time.

    Only who may see it changes: ``shown_outside``, and ``hidden_at`` with the agent who hid it (CV-09). An answer
    that was taken back before it left keeps ``withdrawn_at`` and nothing of its content.
    ``about_id`` is the activity that a change of visibility is about, ``form`` what sets a letter or a solution apart.

    ``sender``, ``to``, ``cc`` and ``bcc`` hold mailboxes and ``attachments`` files, as `contracts.ingest` has them.
    ``message_id`` and ``thread`` (its References) are without angle brackets. ``explanation`` says why a mail is in
    this ticket (MT-04). ``changes`` are ``{"field", "from", "to"}``. ``mail_kind`` tells a machine's mail.

    An activity's home is the ticket that it was written in: ``written_in`` where that one was merged into this ticket,
    else this ticket. ``shown_outside`` shows it to the contact of its home, and to those of ``also_shown_in``
    (`rules.homes`).
    """

    __tablename__ = "activity"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    ticket_id: Mapped[UUID] = mapped_column(sa.ForeignKey("ticket.id"))
    kind: Mapped[Kind] = mapped_column(words(Kind))
    at: Mapped[datetime]
    author_kind: Mapped[ActorKind] = mapped_column(words(ActorKind))
    author_id: Mapped[UUID | None]
    author_name: Mapped[str]
    subject: Mapped[str | None]
    text: Mapped[str]
    html: Mapped[str | None]
    truncated: Mapped[bool]
    shown_outside: Mapped[bool]
    sender: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    to: Mapped[list[dict[str, Any]]]
    cc: Mapped[list[dict[str, Any]]]
    bcc: Mapped[list[dict[str, Any]]]
    attachments: Mapped[list[dict[str, Any]]]
    changes: Mapped[list[dict[str, Any]]]
    mail_id: Mapped[UUID | None]
    mail_kind: Mapped[str | None]
    message_id: Mapped[str | None]
    thread: Mapped[list[str]]
    explanation: Mapped[str | None]
    written_in: Mapped[UUID | None] = mapped_column(sa.ForeignKey("ticket.id"))
    also_shown_in: Mapped[list[str] | None] = mapped_column(JSONB(none_as_null=True))
    hidden_at: Mapped[datetime | None]
    hidden_by: Mapped[UUID | None] = mapped_column(sa.ForeignKey("agent.id"))
    hidden_by_name: Mapped[str | None]
    withdrawn_at: Mapped[datetime | None]
    about_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("activity.id"))
    form: Mapped[Form | None] = mapped_column(words(Form))

    __table_args__ = (
        sa.Index("activity_of_ticket", "ticket_id", "id"),
        sa.Index("activity_written_in", "written_in", postgresql_where=sa.text("written_in IS NOT NULL")),
        sa.Index("activity_solution", "ticket_id", "id", postgresql_where=sa.text("form = 'solution'")),
        sa.Index("activity_of_mail", "mail_id", unique=True, postgresql_where=sa.text("mail_id IS NOT NULL")),
    )


class KnownMessage(Base):
    """A Message-ID that we received or sent, and the ticket that it was written in, merged or not.

    ``key`` is `rules.threading.message_key`. ``digest`` tells apart mails that carry the same Message-ID; a mail that
    we sent has none.
    """

    __tablename__ = "known_message"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    key: Mapped[str]
    digest: Mapped[bytes | None]
    ticket_id: Mapped[UUID] = mapped_column(sa.ForeignKey("ticket.id"))
    activity_id: Mapped[UUID] = mapped_column(sa.ForeignKey("activity.id"))
    mail_id: Mapped[UUID | None]

    __table_args__ = (sa.UniqueConstraint("key", "digest", name="known_message_once"),)


class Participant(Base):
    """An address outside that takes part in a ticket: only its mails are added to it (MT-05). In lower case."""

    __tablename__ = "participant"

    ticket_id: Mapped[UUID] = mapped_column(sa.ForeignKey("ticket.id"), primary_key=True)
    address: Mapped[str] = mapped_column(primary_key=True)


class OwnAddress(Base):
    """An address that we receive at, as far as mails have come in: never a recipient of ours (MT-09)."""

    __tablename__ = "own_address"

    address: Mapped[str] = mapped_column(primary_key=True)


class MailSender(Base):
    """Who sent a mail, according to the contact service; ``outcome`` is None until it has said so.

    The row is written by whichever comes first, the mail or the answer; the second one waits for the first one's
    commit, so that neither can miss the other.
    """

    __tablename__ = "mail_sender"

    mail_id: Mapped[UUID] = mapped_column(primary_key=True)
    outcome: Mapped[str | None]
    contact_id: Mapped[UUID | None]
    contact_name: Mapped[str | None]
    company_id: Mapped[UUID | None]
    company_name: Mapped[str | None]
    candidates: Mapped[list[str]]


class Watcher(Base):
    """An agent who is told of each new activity of a ticket."""

    __tablename__ = "watcher"

    ticket_id: Mapped[UUID] = mapped_column(sa.ForeignKey("ticket.id"), primary_key=True)
    agent_id: Mapped[UUID] = mapped_column(sa.ForeignKey("agent.id"), primary_key=True)

    __table_args__ = (sa.Index(None, "agent_id", "ticket_id"),)


class RecipientState(Base):
    """How far an outgoing activity is on its way to one recipient; ``reason`` is the mail server's own text."""

    __tablename__ = "recipient_state"

    activity_id: Mapped[UUID] = mapped_column(sa.ForeignKey("activity.id"), primary_key=True)
    address: Mapped[str] = mapped_column(primary_key=True)
    state: Mapped[Delivery] = mapped_column(words(Delivery))
    reason: Mapped[str | None]
    changed_at: Mapped[datetime]


class TicketMail(Base):
    """An outgoing activity on its way to the mail service, which knows it by ``id``.

    Until ``due_at`` its author can take it back: ``kept`` is the draft that it becomes again, ``added`` the addresses
    that it made participants. ``account`` is the key of the mail account to send from; None: that of the channel.
    """

    __tablename__ = "ticket_mail"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    activity_id: Mapped[UUID] = mapped_column(sa.ForeignKey("activity.id"), unique=True)
    channel: Mapped[str]
    from_name: Mapped[str | None]
    state: Mapped[Sending] = mapped_column(words(Sending))
    due_at: Mapped[datetime]
    tries: Mapped[int]
    account: Mapped[str | None]
    kept: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    added: Mapped[list[str] | None] = mapped_column(JSONB(none_as_null=True))

    __table_args__ = (sa.Index("ticket_mail_due", "due_at", postgresql_where=sa.text("state = 'waiting'")),)


class Submission(Base):
    """What a customer wrote in the portal and became of it; ``refusal`` is the reason why it is in no ticket."""

    __tablename__ = "submission"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    ticket_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("ticket.id"))
    number: Mapped[int | None] = mapped_column(sa.BigInteger)
    refusal: Mapped[str | None]
