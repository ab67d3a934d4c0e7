"""Mails of ours: prepared together with their activity, so that an answer is recognised before the mail has left."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from chassis.database import Transaction
from chassis.ids import new_id
from contracts.ingest import Mailbox
from tickets.channels.queries import ChannelFacts
from tickets.database import table_of
from tickets.desk.models import Activity, KnownMessage, OwnAddress, Participant, RecipientState, TicketMail
from tickets.desk.records import AnyTicket, NewActivity
from tickets.desk.rules.recipients import Recipients, references_for, reply_to_all, unique
from tickets.desk.rules.threading import message_key
from tickets.desk.rules.words import Delivery, Kind, Sending
from tickets.errors import NoRecipient

SEND_MAIL = "send-mail"
"""The job that hands mails over."""


@dataclass(frozen=True, kw_only=True)
class Parent:
    """The mail that another one answers: its id without brackets, its References, and everyone in it."""

    message_id: str | None = None
    references: tuple[str, ...] = ()
    everyone: Recipients | None = None


_written_in = sa.func.coalesce(Activity.written_in, Activity.ticket_id)


async def last_home(tx: Transaction, ticket_id: UUID) -> UUID:
    """Where the last mail of a customer in a ticket was written, else our own last one; else the ticket itself."""
    mails = sa.select(_written_in).where(Activity.ticket_id == ticket_id, Activity.message_id.is_not(None))
    newest = mails.order_by(Activity.id.desc()).limit(1)
    incoming = await tx.session.scalar(newest.where(Activity.kind == Kind.INCOMING, Activity.mail_kind == "human"))
    return incoming or await tx.session.scalar(newest.where(Activity.kind == Kind.OUTGOING)) or ticket_id


async def parent_of_reply(tx: Transaction, ticket_id: UUID, *, home: UUID | None = None) -> Parent:
    """The last mail of a customer in a ticket, else our own last one, else nothing.

    With ``home`` only among those that were written there: no thread leads from one customer to another.
    """
    mails = sa.select(Activity).where(Activity.ticket_id == ticket_id, Activity.message_id.is_not(None))
    if home is not None:
        mails = mails.where(_written_in == home)
    newest = mails.order_by(Activity.id.desc()).limit(1)
    incoming = await tx.session.scalar(newest.where(Activity.kind == Kind.INCOMING, Activity.mail_kind == "human"))
    last = incoming or await tx.session.scalar(newest.where(Activity.kind == Kind.OUTGOING))
    if last is None:
        return Parent()
    return Parent(
        message_id=last.message_id,
        references=references_for(last.message_id, last.thread),
        everyone=await _everyone(tx, incoming) if incoming else None,
    )


async def _everyone(tx: Transaction, mail: Activity) -> Recipients:
    sender = Mailbox.model_validate(mail.sender) if mail.sender else None
    to, cc = (_mailboxes(mail.to), _mailboxes(mail.cc))
    addresses = {mailbox.address.lower() for mailbox in (*to, *cc, *([sender] if sender else []))}
    own = await tx.session.scalars(sa.select(OwnAddress.address).where(OwnAddress.address.in_(addresses)))
    return reply_to_all(sender, to, cc, own=set(own.all()))


def _mailboxes(stored: Sequence[dict[str, str]]) -> list[Mailbox]:
    return [Mailbox.model_validate(mailbox) for mailbox in stored]


def chosen_recipients(
    *,
    to: Sequence[Mailbox] | None,
    cc: Sequence[Mailbox] | None,
    bcc: Sequence[Mailbox],
    parent: Parent,
    ticket: AnyTicket,
) -> Recipients:
    """What the agent chose; else everyone of the last incoming mail, else the contact. Raises `NoRecipient`."""
    contact = (
        [Mailbox(name=ticket.contact_name or "", address=ticket.contact_address)] if ticket.contact_address else []
    )
    if to is None and parent.everyone is not None:
        to, cc = parent.everyone.to or contact, parent.everyone.cc if cc is None else cc
    recipients = unique(contact if to is None else to, cc or (), bcc)
    if not recipients.to:
        raise NoRecipient("The ticket knows no address of a customer. Name a recipient in 'to'.")
    return recipients


def new_message_id(number: int, domain: str) -> str:
    """The Message-ID of a mail of ours, without angle brackets; nobody can guess the next one."""
    return f"{new_id()}.{number}@{domain}"


async def post(tx: Transaction, ticket: AnyTicket, activity: NewActivity, channel: ChannelFacts) -> None:
    """Send an outgoing activity that is already written; its mail leaves after the commit.

    ``ticket`` is the activity's home: whoever gets the mail takes part there.
    """
    recipients = [mailbox["address"].lower() for mailbox in (*activity.to, *activity.cc, *activity.bcc)]
    await tx.session.execute(
        sa.insert(table_of(TicketMail)).values(
            id=new_id(),
            activity_id=activity.id,
            channel=channel.key,
            from_name=channel.from_name,
            state=Sending.WAITING,
            due_at=tx.now,
            tries=0,
        )
    )
    await tx.session.execute(
        sa.insert(table_of(RecipientState)),
        [
            {
                "activity_id": activity.id,
                "address": address,
                "state": Delivery.QUEUED,
                "reason": None,
                "changed_at": tx.now,
            }
            for address in recipients
        ],
    )
    await tx.session.execute(
        insert(table_of(Participant)).on_conflict_do_nothing(),
        [{"ticket_id": ticket.id, "address": address} for address in recipients],
    )
    await tx.session.execute(
        sa.insert(table_of(KnownMessage)).values(
            id=new_id(),
            key=message_key(activity.message_id or ""),
            ticket_id=ticket.id,
            activity_id=activity.id,
        )
    )
    tx.wake(SEND_MAIL)
