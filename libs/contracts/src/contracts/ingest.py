"""What the mail service tells and what it can be asked.

`MailReceived` is internal and carries the parsed mail, because the ticket needs it; bodies are capped, attachments
travel by reference, and its stream keeps it for days, not for ever.
"""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from contracts.messages import Event, Reply, Request, Shape

MAX_TEXT = 128 * 1024
"""Characters of the plain text that travel with an event; the raw mail keeps the rest."""

MAX_HTML = 256 * 1024
"""Characters of the HTML that travel with an event."""


class Mailbox(Shape):
    """A name and an address (RFC 5322 §3.4). ``address`` is the addr-spec, as written, without surrounding space."""

    name: str
    address: str


class Attachment(Shape):
    """A file of a mail. The bytes are in the blob store under ``sha256``; ``filename`` is only a label."""

    filename: str
    content_type: str
    size: int
    sha256: str
    inline: bool = False
    content_id: str | None = None


class MailKind(StrEnum):
    """What sort of mail it is (RFC 3834, RFC 3464, RFC 2369); only a human's mail is ever answered automatically."""

    HUMAN = "human"
    AUTO_REPLY = "auto_reply"
    AUTO_GENERATED = "auto_generated"
    BULK = "bulk"
    BOUNCE = "bounce"


class BouncedRecipient(Shape):
    """A recipient whom a delivery report (RFC 3464) gives up. ``reason`` is the server's own text or status."""

    address: str
    reason: str


class MailReceived(Event):
    """A mail was accepted, stored and parsed.

    ``message_id``, ``in_reply_to`` and ``references`` are without angle brackets; ``message_id`` is None where the
    mail has none, and nothing may rely on its being unique. ``truncated`` tells that a body was cut at
    the cap. ``html`` is sanitised: it runs and loads nothing (MT-12).
    ``account`` is the key of the mail account that got it, ``account_address`` its own address: nobody to answer to.
    ``delivered_to`` is where the envelope said that it shall go, as far as that is known: more than one address of
    ours, or one with something behind a plus sign.
    Of a bounce, ``reported_message_id`` is the mail that it is about and ``bounced`` those whom it did not reach; both
    are empty where the report does not say, and anyone can forge a report.
    """

    mail_id: UUID
    account: str
    channel: str
    received_at: datetime
    kind: MailKind
    kind_reason: str
    message_id: str | None
    in_reply_to: tuple[str, ...] = ()
    references: tuple[str, ...] = ()
    sender: Mailbox | None
    to: tuple[Mailbox, ...] = ()
    cc: tuple[Mailbox, ...] = ()
    subject: str
    sent_at: datetime | None
    text: str
    html: str | None = None
    truncated: bool = False
    raw_sha256: str
    attachments: tuple[Attachment, ...] = ()
    reported_message_id: str | None = None
    bounced: tuple[BouncedRecipient, ...] = ()
    account_address: str | None = None
    delivered_to: tuple[str, ...] = ()


class SentReference(Shape):
    """What an outgoing mail belongs to, so that its fate finds the way back."""

    kind: str
    id: UUID


class MailAccepted(Event):
    """A mail server took an outgoing mail over for these recipients (MT-08)."""

    outgoing_id: UUID
    reference: SentReference
    message_id: str
    recipients: tuple[str, ...]


class MailRejected(Event):
    """An outgoing mail was refused for good for these recipients; ``reason`` is the server's own text."""

    outgoing_id: UUID
    reference: SentReference
    message_id: str
    recipients: tuple[str, ...]
    reason: str


class MailQueued(Reply):
    """The mail is stored and will be sent; a repeated request with the same id gets the same answer."""

    outgoing_id: UUID


class SendMail(Request[MailQueued], reply=MailQueued):
    """Send this mail. ``outgoing_id`` is the caller's idempotency key.

    The sender's address is that of the mail account of ``channel``, or of the default account. ``message_id`` is
    chosen by the caller and without angle brackets, so that it is known before the mail leaves. ``automatic`` adds
    the headers of RFC 3834 and an empty return path. ``account`` is the key of the account to send from: an active
    one of ``channel``, or the default one; any other is refused. ``reply_token`` goes behind a plus sign into the
    address that answers go to, where the installation wants that. Problems: ``no_account``, ``invalid_recipient``.
    """

    outgoing_id: UUID
    reference: SentReference
    channel: str | None = None
    from_name: str | None = None
    to: tuple[Mailbox, ...]
    cc: tuple[Mailbox, ...] = ()
    bcc: tuple[Mailbox, ...] = ()
    subject: str
    text: str
    html: str | None = None
    message_id: str
    in_reply_to: str | None = None
    references: tuple[str, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    automatic: bool = False
    account: str | None = None
    reply_token: str | None = None


class MailAccountCard(Shape):
    """What another service may know of a mail account; ``channel`` is where its mails become tickets."""

    account_id: UUID
    key: str
    name: str
    address: str
    from_name: str
    channel: str
    active: bool
    is_default: bool


class MailAccounts(Reply):
    """The default account first, then active ones before others, by key; at most 500."""

    accounts: tuple[MailAccountCard, ...]


class ListMailAccounts(Request[MailAccounts], reply=MailAccounts):
    """Which mail accounts are there of a kind (``ticket``)? Those that are not active are named, too."""

    kind: str
