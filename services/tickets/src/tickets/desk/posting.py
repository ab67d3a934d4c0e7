"""Mails of ours: prepared together with their activity, so that an answer is recognised before the mail has left."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from chassis.database import Transaction
from chassis.ids import new_id
from contracts.ingest import Mailbox
from tickets.channels.queries import ChannelFacts
from tickets.database import is_one_of, table_of
from tickets.desk.models import Activity, KnownMessage, OwnAddress, Participant, RecipientState, TicketMail
from tickets.desk.records import AnyTicket, NewActivity
from tickets.desk.rules.recipients import Recipients, references_for, reply_to_all, unique, without_tag
from tickets.desk.rules.threading import message_key
from tickets.desk.rules.words import Delivery, Kind, Mode, Sending
from tickets.errors import ActivityNotFound, CannotBeAnswered, NoRecipient

SEND_MAIL = "send-mail"
"""The job that hands mails over."""


@dataclass(frozen=True, kw_only=True)
class Parent:
    """The mail that another one answers: its id without brackets, its References, and to whom the answer goes."""

    message_id: str | None = None
    references: tuple[str, ...] = ()
    everyone: Recipients | None = None
    activity: Activity | None = None

    @property
    def files(self) -> Sequence[dict[str, Any]]:
        """The files of the mail, for what an answer quotes of it."""
        return self.activity.attachments if self.activity else ()


@dataclass(frozen=True, kw_only=True)
class Leaving:
    """How a mail leaves: from which account, how long it can be taken back, and the draft that it would be again."""

    account: str | None = None
    undo_seconds: int = 0
    kept: dict[str, Any] | None = None


AT_ONCE = Leaving()

ANSWERABLE = frozenset({Kind.INCOMING, Kind.OUTGOING})

_written_in = sa.func.coalesce(Activity.written_in, Activity.ticket_id)


async def home_of(tx: Transaction, activity_id: UUID) -> UUID | None:
    """The ticket that an activity was written in, if there is such an activity."""
    return await tx.session.scalar(sa.select(_written_in).where(Activity.id == activity_id))


async def last_home(tx: Transaction, ticket_id: UUID) -> UUID:
    """Where the last mail of a customer in a ticket was written, else our own last one; else the ticket itself."""
    last = await _last_mail(tx, ticket_id, None)
    return (last.written_in if last else None) or ticket_id


async def parent_of_reply(
    tx: Transaction,
    ticket_id: UUID,
    *,
    home: UUID | None = None,
    activity_id: UUID | None = None,
    mode: Mode | None = None,
) -> Parent:
    """The activity that is answered, else the last mail of a customer in a ticket, else our own last one, else nothing.

    A follow-up comes behind our own last one. With ``home`` only among those that were written there: no thread leads
    from one customer to another. Raises `ActivityNotFound`, `CannotBeAnswered`.
    """
    last = await answerable(tx, ticket_id, activity_id) if activity_id else None
    if last is None or home not in {None, last.written_in or last.ticket_id}:
        last = await _last_mail(tx, ticket_id, mode, home=home)
    if last is None:
        return Parent()
    return Parent(
        message_id=last.message_id,
        references=references_for(last.message_id, last.thread),
        everyone=await _addressed(tx, last, mode, chosen=activity_id == last.id),
        activity=last,
    )


async def _last_mail(
    tx: Transaction, ticket_id: UUID, mode: Mode | None, *, home: UUID | None = None
) -> Activity | None:
    mails = sa.select(Activity).where(
        Activity.ticket_id == ticket_id, Activity.message_id.is_not(None), Activity.hidden_at.is_(None)
    )
    if home is not None:
        mails = mails.where(_written_in == home)
    newest = mails.order_by(Activity.id.desc()).limit(1)
    incoming = newest.where(Activity.kind == Kind.INCOMING, Activity.mail_kind == "human")
    outgoing = newest.where(Activity.kind == Kind.OUTGOING)
    first, second = (outgoing, incoming) if mode is Mode.FOLLOW_UP else (incoming, outgoing)
    return await tx.session.scalar(first) or await tx.session.scalar(second)


async def answerable(tx: Transaction, ticket_id: UUID, activity_id: UUID) -> Activity:
    """An activity that can be answered and quoted. Raises `ActivityNotFound`, `CannotBeAnswered`."""
    activity = await tx.session.get(Activity, activity_id)
    if activity is None or activity.ticket_id != ticket_id:
        raise ActivityNotFound("This ticket has no activity with this id.")
    released = activity.message_id is not None or activity.shown_outside
    if activity.kind not in ANSWERABLE or activity.hidden_at or activity.withdrawn_at or not released:
        raise CannotBeAnswered("Answer a mail, or something else that the customer has seen. Notes are never quoted.")
    return activity


async def _addressed(tx: Transaction, mail: Activity, mode: Mode | None, *, chosen: bool) -> Recipients | None:
    """To whom an answer to a mail goes. A mail of ours is followed up with those whom it went to."""
    if mail.kind is Kind.OUTGOING:
        follows = chosen or mode is Mode.FOLLOW_UP
        return unique(_mailboxes(mail.to), _mailboxes(mail.cc)) if follows and mail.to else None
    if mail.sender is None:
        return None
    everyone = await _everyone(tx, mail)
    return Recipients(to=everyone.to) if mode is Mode.REPLY and everyone.to else everyone


async def _everyone(tx: Transaction, mail: Activity) -> Recipients:
    """Its sender, and those of its other recipients who take part in the ticket that it was written in."""
    sender = Mailbox.model_validate(mail.sender) if mail.sender else None
    to, cc = (_mailboxes(mail.to), _mailboxes(mail.cc))
    addresses = {mailbox.address.lower() for mailbox in (*to, *cc, *([sender] if sender else []))}
    asked = addresses | {without_tag(address) for address in addresses}
    own = await tx.session.scalars(sa.select(OwnAddress.address).where(is_one_of(OwnAddress.address, asked)))
    everyone = reply_to_all(sender, to, cc, own=set(own.all()))
    home = mail.written_in or mail.ticket_id
    taking_part = sa.select(Participant.address).where(
        Participant.ticket_id == home, is_one_of(Participant.address, everyone.addresses)
    )
    known = set(await tx.session.scalars(taking_part))
    return Recipients(to=everyone.to, cc=tuple(box for box in everyone.cc if box.address.lower() in known))


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


async def post(
    tx: Transaction, ticket: AnyTicket, activity: NewActivity, channel: ChannelFacts, leaving: Leaving = AT_ONCE
) -> None:
    """Send an outgoing activity that is already written; its mail leaves after the commit, or when it is due.

    ``ticket`` is the activity's home: whoever gets the mail takes part there.
    """
    recipients = [mailbox["address"].lower() for mailbox in (*activity.to, *activity.cc, *activity.bcc)]
    added = await tx.session.scalars(
        insert(table_of(Participant))
        .values([{"ticket_id": ticket.id, "address": address} for address in recipients])
        .on_conflict_do_nothing()
        .returning(table_of(Participant).c.address)
    )
    undo = timedelta(seconds=leaving.undo_seconds)
    await tx.session.execute(
        sa.insert(table_of(TicketMail)).values(
            id=new_id(),
            activity_id=activity.id,
            channel=channel.key,
            from_name=channel.from_name,
            state=Sending.WAITING,
            due_at=tx.now + undo,
            tries=0,
            account=leaving.account,
            kept=leaving.kept if undo else None,
            added=added.all() if undo else None,
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
        sa.insert(table_of(KnownMessage)).values(
            id=new_id(),
            key=message_key(activity.message_id or ""),
            ticket_id=ticket.id,
            activity_id=activity.id,
        )
    )
    if not undo:
        tx.wake(SEND_MAIL)
