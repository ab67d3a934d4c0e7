"""What becomes of our mails: handed over, accepted, refused (MT-07, MT-08)."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

import sqlalchemy as sa

from chassis.database import Transaction
from contracts.ingest import Attachment, MailAccepted, Mailbox, MailRejected, SendMail, SentReference
from contracts.messages import Event
from contracts.tickets import ActorKind
from tickets.channels.queries import channel_facts
from tickets.channels.rules.workflow import after_acceptance, after_undeliverable
from tickets.database import is_one_of, table_of
from tickets.desk.journal import SYSTEM, Journal
from tickets.desk.models import Activity, RecipientState, Ticket, TicketMail
from tickets.desk.records import NewActivity
from tickets.desk.rules.tokens import reply_token
from tickets.desk.rules.words import Delivery, Kind, Sending
from tickets.desk.signing.keys import signing_key
from tickets.desk.structure.families import lock_families

REFERENCE = "activity"
"""The kind of `SentReference` that is ours; notices and sign-in links of other services have their own."""

FIRST_DELAY = timedelta(seconds=2)
LONGEST_DELAY = timedelta(minutes=5)


async def lock_tickets(tx: Transaction, references: Sequence[SentReference]) -> None:
    """Lock the tickets of these mails in the order that everybody locks tickets in: nobody waits in a circle.

    Only then it is sure in which ticket an activity is: a merge may be under way.
    """
    activities = [reference.id for reference in references if reference.kind == REFERENCE]
    theirs = await tx.session.scalars(sa.select(Activity.ticket_id).where(is_one_of(Activity.id, activities)))
    await lock_families(tx, ids=set(theirs))


async def mail_accepted(tx: Transaction, accepted: MailAccepted) -> None:
    """A mail server took a mail over: the first time this happens the ticket is answered."""
    found = await _ticket_of(tx, accepted.reference)
    if found is None:
        return
    ticket, activity = found
    first = not await _anyone_reached(tx, activity.id)
    if not await _set_states(tx, activity.id, accepted.recipients, Delivery.ACCEPTED, reason=None):
        return
    journal = Journal(tx, await channel_facts(tx, [ticket.channel]))
    journal.change(ticket, "deliveries", actor=SYSTEM, because=accepted, quiet=True)
    if first:
        _answered(ticket, activity, journal, accepted)
    await journal.write()


def _answered(ticket: Ticket, activity: Activity, journal: Journal, accepted: MailAccepted) -> None:
    since = ticket.last_incoming_at is not None and ticket.last_incoming_at > activity.at
    flow = journal.channel(ticket).flow
    journal.follow(ticket, after_acceptance(flow, journal.place(ticket), customer_wrote_since=since), because=accepted)


async def mail_rejected(tx: Transaction, rejected: MailRejected) -> None:
    """A mail server refused a mail for good: the ball is with us again, and people are told (MT-07)."""
    found = await _ticket_of(tx, rejected.reference)
    if found is None:
        return
    await undeliverable(tx, *found, recipients=rejected.recipients, reason=rejected.reason, because=rejected)


async def undeliverable(
    tx: Transaction,
    ticket: Ticket,
    activity: Activity,
    *,
    recipients: Sequence[str],
    reason: str,
    because: Event | None = None,
) -> None:
    """Write down that a mail did not reach these recipients."""
    await _set_states(tx, activity.id, recipients, Delivery.FAILED, reason=reason)
    journal = Journal(tx, await channel_facts(tx, [ticket.channel]))
    note = NewActivity(
        ticket_id=ticket.id,
        kind=Kind.NOTE,
        at=tx.now,
        author_kind=ActorKind.SYSTEM,
        author_name="",
        text=f"Undeliverable to {', '.join(recipients)}: {reason}",
        shown_outside=False,
    )
    journal.add(ticket, note, actor=SYSTEM, because=because)
    journal.follow(ticket, after_undeliverable(journal.channel(ticket).flow, journal.place(ticket)), because=because)
    await journal.write()


async def _ticket_of(tx: Transaction, reference: SentReference) -> tuple[Ticket, Activity] | None:
    """The ticket (locked) and the activity that a mail belongs to; None for a mail of another service."""
    if reference.kind != REFERENCE:
        return None
    statement = (
        sa.select(Ticket, Activity)
        .join(Activity, Activity.ticket_id == Ticket.id)
        .where(Activity.id == reference.id)
        .with_for_update(of=Ticket)
    )
    row = (await tx.session.execute(statement)).one_or_none()
    return (row.Ticket, row.Activity) if row else None


async def _anyone_reached(tx: Transaction, activity_id: UUID) -> bool:
    reached = sa.select(RecipientState.address).where(
        RecipientState.activity_id == activity_id, RecipientState.state == Delivery.ACCEPTED
    )
    return await tx.session.scalar(reached.limit(1)) is not None


async def _set_states(
    tx: Transaction, activity_id: UUID, recipients: Sequence[str], state: Delivery, *, reason: str | None
) -> bool:
    """Write what became of a mail for these recipients; gives whether that is news."""
    addresses = [recipient.lower() for recipient in recipients]
    changed = await tx.session.execute(
        sa.update(table_of(RecipientState))
        .where(
            RecipientState.activity_id == activity_id,
            RecipientState.address.in_(addresses),
            RecipientState.state.not_in([Delivery.BOUNCED, state]),
        )
        .values(state=state, reason=reason, changed_at=tx.now)
        .returning(RecipientState.address)
    )
    return bool(changed.all())


async def claim_due_mail(tx: Transaction) -> tuple[TicketMail, SendMail] | None:
    """The mail that has waited longest, locked until the commit, as the mail service wants it; None: nothing is due."""
    statement = (
        sa.select(TicketMail, Activity, Ticket.number)
        .join(Activity, Activity.id == TicketMail.activity_id)
        .join(Ticket, Ticket.id == sa.func.coalesce(Activity.written_in, Activity.ticket_id))
        .where(TicketMail.state == Sending.WAITING, TicketMail.due_at <= tx.now)
        .order_by(TicketMail.due_at)
        .limit(1)
        .with_for_update(of=TicketMail, skip_locked=True)
    )
    row = (await tx.session.execute(statement)).one_or_none()
    if row is None:
        return None
    token = reply_token(await signing_key(tx), number=row.number)
    return row.TicketMail, _request(row.TicketMail, row.Activity, token)


def _request(mail: TicketMail, activity: Activity, token: str) -> SendMail:
    return SendMail(
        outgoing_id=mail.id,
        reference=SentReference(kind=REFERENCE, id=activity.id),
        channel=mail.channel,
        account=mail.account,
        from_name=mail.from_name,
        to=tuple(Mailbox.model_validate(mailbox) for mailbox in activity.to),
        cc=tuple(Mailbox.model_validate(mailbox) for mailbox in activity.cc),
        bcc=tuple(Mailbox.model_validate(mailbox) for mailbox in activity.bcc),
        subject=activity.subject or "",
        text=activity.text,
        html=activity.html,
        message_id=activity.message_id or "",
        in_reply_to=activity.thread[-1] if activity.thread else None,
        references=tuple(activity.thread),
        attachments=tuple(Attachment.model_validate(file) for file in activity.attachments),
        reply_token=token,
    )


def handed_over(mail: TicketMail) -> None:
    """The mail service has it."""
    mail.state = Sending.HANDED_OVER
    mail.kept = None


def try_later(tx: Transaction, mail: TicketMail) -> None:
    """The mail service cannot be reached: again after 2, 4, 8 … seconds, at most five minutes, for ever."""
    mail.due_at = tx.now + min(FIRST_DELAY * 2 ** min(mail.tries, 20), LONGEST_DELAY)
    mail.tries += 1


async def refused(tx: Transaction, mail: TicketMail, reason: str) -> None:
    """The mail service will not send it: nobody gets it, and the ticket says why."""
    mail.state = Sending.REFUSED
    reference = SentReference(kind=REFERENCE, id=mail.activity_id)
    await lock_tickets(tx, [reference])
    found = await _ticket_of(tx, reference)
    if found is None:
        raise LookupError(f"mail {mail.id} has no activity")
    states = sa.select(RecipientState.address).where(RecipientState.activity_id == mail.activity_id)
    recipients = (await tx.session.scalars(states.order_by(RecipientState.address))).all()
    await undeliverable(tx, *found, recipients=recipients, reason=reason)
