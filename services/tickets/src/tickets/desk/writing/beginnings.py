"""What the dialog of an answer starts with: from whom, to whom, the subject, the quotation, the signature (OD-10)."""

from collections.abc import Sequence
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from chassis.database import Transaction
from contracts.ingest import Mailbox
from tickets.channels.queries import access_of, channel_facts
from tickets.channels.rules.visibility import Verb
from tickets.desk.models import Activity, Ticket
from tickets.desk.posting import chosen_recipients, home_of, last_home, parent_of_reply
from tickets.desk.queries import find_ticket
from tickets.desk.rules.quoting import quoted_html, quoted_text
from tickets.desk.rules.subjects import outgoing_subject
from tickets.desk.rules.variables import plain_text
from tickets.desk.rules.words import Mode, Origin
from tickets.desk.writing.signatures import signature_of
from tickets.errors import NoRecipient
from tickets.settings import Settings


class BeginningMailbox(BaseModel):
    """A recipient."""

    name: str
    address: str


class BeginningFrom(BaseModel):
    """Who the mail is from; ``account`` is the key of the mail account that it leaves from (OD-02).

    The agent may choose another. It is None where there is none for the channel, or the mail service is away.
    """

    channel: str
    name: str | None
    account: str | None = None


class Beginning(BaseModel):
    """What an answer begins with. Send ``activity_id`` and ``mode`` along with it, so that it is threaded well.

    ``signature_html`` and ``signature_text`` are appended when it is sent; whoever puts them into the text already
    (above the quotation, for example) sends ``signature: false``.
    """

    model_config = ConfigDict(json_schema_serialization_defaults_required=True)

    mode: Mode
    activity_id: UUID | None
    sender: BeginningFrom
    to: list[BeginningMailbox]
    cc: list[BeginningMailbox]
    subject: str
    quoted_html: str | None
    quoted_text: str | None
    signature_html: str | None
    signature_text: str | None
    shown_outside: bool


async def begin_answer(
    tx: Transaction, agent_id: UUID, number: int, *, activity_id: UUID | None, mode: Mode, settings: Settings
) -> Beginning:
    """The beginning of an answer. Notes are never quoted: only a mail, or what the customer has seen (MT-09).

    Raises what `find_ticket` does, `ActivityNotFound`, `CannotBeAnswered`.
    """
    access = await access_of(tx, agent_id)
    ticket = await find_ticket(tx, access, number, Verb.MAIL)
    channel = (await channel_facts(tx, [ticket.channel]))[ticket.channel]
    last = await home_of(tx, activity_id) if activity_id else None
    home = await tx.session.get_one(Ticket, last or await last_home(tx, ticket.id))
    parent = await parent_of_reply(tx, ticket.id, home=home.id, activity_id=activity_id, mode=mode)
    try:
        recipients = chosen_recipients(to=None, cc=None, bcc=[], parent=parent, ticket=home)
        to, cc = recipients.to, recipients.cc
    except NoRecipient:
        to, cc = (), ()
    signature = await signature_of(tx, ticket.channel, agent_id)
    answered = parent.activity
    return Beginning(
        mode=mode,
        activity_id=answered.id if answered else None,
        sender=BeginningFrom(channel=channel.key, name=channel.from_name),
        to=_mailboxes(to),
        cc=_mailboxes(cc),
        subject=outgoing_subject(
            home.subject,
            prefix=settings.ticket_prefix,
            number=home.number,
            place=channel.subject_number,
            reply=answered is not None or home.origin is not Origin.EMAIL,
        ),
        quoted_html=quoted_html(_introduction(answered), answered.html, answered.text) if answered else None,
        quoted_text=quoted_text(_introduction(answered), answered.text) if answered else None,
        signature_html=signature,
        signature_text=plain_text(signature) if signature else None,
        shown_outside=True,
    )


def _mailboxes(recipients: Sequence[Mailbox]) -> list[BeginningMailbox]:
    return [BeginningMailbox(name=recipient.name, address=recipient.address) for recipient in recipients]


def _introduction(activity: Activity) -> str:
    """The line above a quotation; in UTC, because nobody knows where the reader is."""
    author = activity.author_name or (activity.sender or {}).get("address", "")
    return f"{activity.at:%Y-%m-%d %H:%M} UTC, {author}:"
