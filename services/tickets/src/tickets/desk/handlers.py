"""The events that the desk listens to."""

from collections.abc import Sequence

from chassis.app import App
from chassis.database import Transaction
from contracts.crm_match import SenderMatched
from contracts.ingest import MailAccepted, MailReceived, MailRejected
from contracts.portal import ReplySubmitted, TicketSubmitted
from tickets.desk import contacts, deliveries, intake, submissions
from tickets.desk.structure.families import lock_families
from tickets.settings import Settings


def listen(app: App, settings: Settings) -> None:
    """Declare the handlers."""
    prefix = settings.ticket_prefix

    async def on_mail_received(tx: Transaction, mails: Sequence[MailReceived]) -> None:
        await intake.file_mails(tx, mails, prefix=prefix)

    async def on_ticket_submitted(tx: Transaction, submitted: TicketSubmitted) -> None:
        await submissions.file_new_ticket(tx, submitted, prefix=prefix)

    app.bus.listen_many(MailReceived, on_mail_received)
    app.bus.listen_many(SenderMatched, on_sender_matched)
    app.bus.listen_many(MailAccepted, on_mail_accepted)
    app.bus.listen_many(MailRejected, on_mail_rejected)
    app.bus.listen(TicketSubmitted, on_ticket_submitted)
    app.bus.listen_many(ReplySubmitted, on_reply_submitted)


async def on_sender_matched(tx: Transaction, matches: Sequence[SenderMatched]) -> None:
    """The contact service says who sent mails."""
    await contacts.link_senders(tx, matches)


async def on_mail_accepted(tx: Transaction, accepted: Sequence[MailAccepted]) -> None:
    """Mail servers took mails of ours over."""
    await deliveries.lock_tickets(tx, [event.reference for event in accepted])
    for event in accepted:
        await deliveries.mail_accepted(tx, event)


async def on_mail_rejected(tx: Transaction, rejected: Sequence[MailRejected]) -> None:
    """Mail servers refused mails of ours."""
    await deliveries.lock_tickets(tx, [event.reference for event in rejected])
    for event in rejected:
        await deliveries.mail_rejected(tx, event)


async def on_reply_submitted(tx: Transaction, submitted: Sequence[ReplySubmitted]) -> None:
    """Customers answered in the portal."""
    await lock_families(tx, numbers=[event.number for event in submitted])
    for event in submitted:
        with tx.caused_by(event):
            await submissions.file_reply(tx, event)
