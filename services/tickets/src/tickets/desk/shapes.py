"""What the desk's part of the staff API takes; `desk.answers` is what it gives."""

from datetime import datetime
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, model_validator

from chassis.inputs import Input, Moment
from contracts.ingest import Mailbox
from tickets.desk.rules.sanitise import MAX_TAGS
from tickets.desk.rules.words import ActivityVisibility, IfCustomerReplies, Kind, Mode
from tickets.properties.rules.tags import MOST
from tickets.properties.shapes import TagName, ValuesIn, ValuesPatch

MAX_TEXT = 100_000
MAX_HTML = 200_000
MAX_RECIPIENTS = 100
MAX_WATCHERS = 100
MAX_ATTACHMENTS = 30
LONGEST_UNDO = 60

Subject = Annotated[
    str, StringConstraints(min_length=1, max_length=300, strip_whitespace=True, pattern=r"^[^\r\n\x00]*$")
]
Text = Annotated[str, StringConstraints(min_length=1, max_length=MAX_TEXT, pattern=r"^[^\x00]*$")]
Note = Annotated[str, StringConstraints(max_length=MAX_TEXT, pattern=r"^[^\x00]*$")]
Key = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_-]{0,39}$")]
Address = Annotated[
    str, StringConstraints(max_length=254, pattern=r"^[^\s@<>\"(),:;\\\[\]\x00]+@[^\s@<>\"(),:;\\\[\]\x00]+$")
]


def not_too_deep(html: str) -> str:
    """The HTML itself. Raises ValueError where it has so many elements that taking it apart would take seconds."""
    if html.count("<") > 2 * MAX_TAGS:
        raise ValueError(f"HTML may have at most {MAX_TAGS} elements")
    return html


class MailboxIn(Input):
    """A recipient."""

    name: str = Field(default="", max_length=200, pattern=r"^[^\r\n\x00]*$")
    address: Address

    def as_mailbox(self) -> Mailbox:
        """The same in the words of the mail service."""
        return Mailbox(name=self.name, address=self.address)


Tags = Annotated[tuple[TagName, ...], Field(max_length=MOST)]
Mailboxes = Annotated[tuple[MailboxIn, ...], Field(max_length=MAX_RECIPIENTS)]
Html = Annotated[str, StringConstraints(max_length=MAX_HTML, pattern=r"^[^\x00]*$"), AfterValidator(not_too_deep)]
Uploads = Annotated[
    tuple[UUID, ...],
    Field(max_length=MAX_ATTACHMENTS, description="Ids of uploads; one that the HTML names as `cid:<id>` is inline."),
]
UndoSeconds = Annotated[
    int | None,
    Field(
        ge=0,
        le=LONGEST_UNDO,
        description="How long the mail can be taken back. Default: what the agent prefers, else 0: it leaves at once.",
    ),
]
LastSeen = Annotated[
    UUID | None,
    Field(description="The newest activity that the agent has seen; a newer one of somebody else refuses the request."),
]


class Written(Input):
    """What an agent writes. ``html`` is what the editor made, ``text`` the same without markup."""

    text: Text
    html: Html | None = None
    attachments: Uploads = ()


class Mailed(Written):
    """What leaves as a mail. The channel's signature is put below, unless ``signature`` says no."""

    undo_seconds: UndoSeconds = None
    signature: bool = True
    from_account: Key | None = Field(
        default=None,
        description="Key of the mail account to send from: one of the channel, or the default one. Default: theirs.",
    )


class ThenIn(Input):
    """What happens to the ticket together with an activity: both are one change, with one version (AT-06)."""

    status: Key | None = None
    owner_id: UUID | None = None

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if "status" in self.model_fields_set and self.status is None:
            raise ValueError("'status' cannot be null; leave it out to keep it")
        return self


class TicketIn(Mailed):
    """A new ticket, of one of three kinds.

    ``email`` sends the text to its recipients, ``enquiry`` writes down what a customer said, ``internal`` stays inside
    (CW-04, CW-06, CW-11). ``to`` is for ``email`` only; without it the mail goes to the contact.
    """

    kind: Literal["email", "enquiry", "internal"]
    channel: Key | None = Field(default=None, description="Default: the installation's default channel, if it has one.")
    subject: Subject
    status: Key | None = Field(default=None, description="Default: the first status of the channel's workflow.")
    priority: Key | None = Field(default=None, description="Default: the default priority.")
    marker_id: UUID | None = None
    tags: Tags = ()
    fields: ValuesIn = Field(default_factory=dict, description="Values of the channel's custom fields by key.")
    owner_id: UUID | None = None
    responsible_id: UUID | None = None
    watchers: Annotated[tuple[UUID, ...], Field(max_length=MAX_WATCHERS)] = ()
    contact_id: UUID | None = None
    to: Mailboxes = ()
    cc: Mailboxes = ()
    bcc: Mailboxes = ()

    @model_validator(mode="after")
    def _recipients_fit(self) -> Self:
        if self.kind != "email" and (self.to or self.cc or self.bcc or self.from_account or self.undo_seconds):
            raise ValueError("only a ticket of the kind 'email' has recipients, an account to send from and an undo")
        if self.kind == "email" and not self.to and self.contact_id is None:
            raise ValueError("a ticket of the kind 'email' needs a contact or a recipient")
        if self.kind == "internal" and self.contact_id is not None:
            raise ValueError("an internal ticket has no contact")
        return self


class ReplyIn(Mailed):
    """A mail to the customer. Without recipients it goes to everyone of the last incoming mail (MT-09).

    ``activity_id`` is the mail that is answered, ``mode`` says who of it is written to.
    """

    activity_id: UUID | None = None
    mode: Mode | None = None
    last_seen_activity: LastSeen = None
    then: ThenIn | None = None
    to: Mailboxes | None = None
    cc: Mailboxes | None = None
    bcc: Mailboxes = ()
    shown_outside: bool = True


class NoteIn(Written):
    """Something that stays inside, unless ``shown_outside`` releases it to the customer (CV-09)."""

    shown_outside: bool = False
    last_seen_activity: LastSeen = None
    then: ThenIn | None = None


class VisibilityPatch(Input):
    """Who sees an activity from now on, and why."""

    visibility: ActivityVisibility
    reason: Note = ""


class TicketPatch(Input):
    """Changes; a field that is left out stays as it is. ``reason`` is kept with the change (AT-07)."""

    status: Key | None = None
    channel: Key | None = None
    owner_id: UUID | None = None
    responsible_id: UUID | None = None
    priority: Key | None = None
    marker_id: UUID | None = None
    tags: Tags | None = Field(default=None, description="All tags; not together with add_tags or remove_tags.")
    add_tags: Tags = ()
    remove_tags: Tags = ()
    fields: ValuesPatch = Field(
        default_factory=dict, description="Values of the channel's custom fields by key; null takes one away."
    )
    subject: Subject | None = None
    contact_id: UUID | None = None
    reason: Note = ""
    last_seen_activity: LastSeen = None

    @model_validator(mode="after")
    def _null_only_where_nobody_is_possible(self) -> Self:
        for name in ("status", "channel", "priority", "subject", "tags"):
            if name in self.model_fields_set and getattr(self, name) is None:
                raise ValueError(f"'{name}' cannot be null; leave it out to keep it")
        if self.tags is not None and (self.add_tags or self.remove_tags):
            raise ValueError("'tags' are all tags; leave out 'add_tags' and 'remove_tags'")
        return self


class ReminderIn(Input):
    """When the ticket shows itself again, to the agent who asks for it (DR-02)."""

    at: Moment = Field(description="In the future, within ten years.")
    text: Note = Field(default="", max_length=1000)
    if_customer_replies: IfCustomerReplies = Field(
        default=IfCustomerReplies.CANCEL,
        description="Before it is due: `cancel` ends the reminder, so the ticket is back at once; `keep` waits.",
    )


class ActivityAccepted(BaseModel):
    """A new activity, and the ticket's version after it. Until ``undo_until`` its mail can be taken back."""

    model_config = ConfigDict(frozen=True)

    id: UUID
    ticket_number: int
    ticket_version: int
    kind: Kind
    undo_until: datetime | None = None
