"""The events that the desk listens to."""

from collections.abc import Sequence

from chassis.app import App
from chassis.database import Transaction
from contracts.crm_match import SenderMatched
from contracts.ingest import MailAccepted, MailReceived, MailRejected
from contracts.portal import ReplySubmitted, TicketSubmitted
from tickets.desk import contacts, deliveries, intake, submissions
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
    app.bus.listen(MailAccepted, on_mail_accepted)
    app.bus.listen(MailRejected, on_mail_rejected)
    app.bus.listen(TicketSubmitted, on_ticket_submitted)
    app.bus.listen(ReplySubmitted, on_reply_submitted)


async def on_sender_matched(tx: Transaction, matches: Sequence[SenderMatched]) -> None:
    """The contact service says who sent mails."""
    await contacts.link_senders(tx, matches)


async def on_mail_accepted(tx: Transaction, accepted: MailAccepted) -> None:
    """A mail server took a mail of ours over."""
    await deliveries.mail_accepted(tx, accepted)


async def on_mail_rejected(tx: Transaction, rejected: MailRejected) -> None:
    """A mail server refused a mail of ours."""
    await deliveries.mail_rejected(tx, rejected)


async def on_reply_submitted(tx: Transaction, submitted: ReplySubmitted) -> None:
    """A customer answered in the portal."""
    await submissions.file_reply(tx, submitted)
