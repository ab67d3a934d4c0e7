"""What the desk's part of the staff API takes; `desk.answers` is what it gives."""

from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, field_validator, model_validator

from contracts.ingest import Mailbox
from tickets.desk.rules.sanitise import MAX_TAGS
from tickets.desk.rules.words import Kind, Priority

MAX_TEXT = 100_000
MAX_HTML = 200_000
MAX_RECIPIENTS = 100

Subject = Annotated[
    str, StringConstraints(min_length=1, max_length=300, strip_whitespace=True, pattern=r"^[^\r\n\x00]*$")
]
Text = Annotated[str, StringConstraints(min_length=1, max_length=MAX_TEXT, pattern=r"^[^\x00]*$")]
Note = Annotated[str, StringConstraints(max_length=MAX_TEXT, pattern=r"^[^\x00]*$")]
Key = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_-]{0,39}$")]
Address = Annotated[
    str, StringConstraints(max_length=254, pattern=r"^[^\s@<>\"(),:;\\\[\]\x00]+@[^\s@<>\"(),:;\\\[\]\x00]+$")
]


class Input(BaseModel):
    """Base of what callers send: an unknown field is an error, not a surprise."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class MailboxIn(Input):
    """A recipient."""

    name: str = Field(default="", max_length=200, pattern=r"^[^\r\n\x00]*$")
    address: Address

    def as_mailbox(self) -> Mailbox:
        """The same in the words of the mail service."""
        return Mailbox(name=self.name, address=self.address)


Mailboxes = Annotated[tuple[MailboxIn, ...], Field(max_length=MAX_RECIPIENTS)]


class Written(Input):
    """What an agent writes. ``html`` is what the editor made, ``text`` the same without markup."""

    text: Text
    html: str | None = Field(default=None, max_length=MAX_HTML)

    @field_validator("html")
    @classmethod
    def _not_too_deep(cls, html: str | None) -> str | None:
        if html is not None and html.count("<") > 2 * MAX_TAGS:
            raise ValueError(f"HTML may have at most {MAX_TAGS} elements")
        if html is not None and "\0" in html:
            raise ValueError("HTML may not contain a NUL character")
        return html


class TicketIn(Written):
    """A new ticket, of one of three kinds.

    ``email`` sends the text to its recipients, ``enquiry`` writes down what a customer said, ``internal`` stays inside
    (CW-04, CW-06, CW-11). ``to`` is for ``email`` only; without it the mail goes to the contact.
    """

    kind: Literal["email", "enquiry", "internal"]
    channel: Key | None = Field(default=None, description="Default: the installation's default channel, if it has one.")
    subject: Subject
    status: Key | None = Field(default=None, description="Default: the first status of the channel's workflow.")
    priority: Priority = Priority.NORMAL
    owner_id: UUID | None = None
    responsible_id: UUID | None = None
    contact_id: UUID | None = None
    to: Mailboxes = ()
    cc: Mailboxes = ()
    bcc: Mailboxes = ()

    @model_validator(mode="after")
    def _recipients_fit(self) -> Self:
        if self.kind != "email" and (self.to or self.cc or self.bcc):
            raise ValueError("only a ticket of the kind 'email' has recipients")
        if self.kind == "email" and not self.to and self.contact_id is None:
            raise ValueError("a ticket of the kind 'email' needs a contact or a recipient")
        if self.kind == "internal" and self.contact_id is not None:
            raise ValueError("an internal ticket has no contact")
        return self


class ReplyIn(Written):
    """A mail to the customer. Without recipients it goes to everyone of the last incoming mail (MT-09)."""

    to: Mailboxes | None = None
    cc: Mailboxes | None = None
    bcc: Mailboxes = ()
    shown_outside: bool = True


class NoteIn(Written):
    """Something that stays inside, unless ``shown_outside`` releases it to the customer (CV-09)."""

    shown_outside: bool = False


class TicketPatch(Input):
    """Changes; a field that is left out stays as it is. ``reason`` is kept with the change (AT-07)."""

    status: Key | None = None
    channel: Key | None = None
    owner_id: UUID | None = None
    responsible_id: UUID | None = None
    priority: Priority | None = None
    subject: Subject | None = None
    contact_id: UUID | None = None
    reason: Note = ""

    @model_validator(mode="after")
    def _null_only_where_nobody_is_possible(self) -> Self:
        for name in ("status", "channel", "priority", "subject"):
            if name in self.model_fields_set and getattr(self, name) is None:
                raise ValueError(f"'{name}' cannot be null; leave it out to keep it")
        return self


class ActivityAccepted(BaseModel):
    """A new activity, and the ticket's version after it."""

    model_config = ConfigDict(frozen=True)

    id: UUID
    ticket_number: int
    ticket_version: int
    kind: Kind
