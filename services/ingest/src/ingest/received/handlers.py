"""What the ledger does with events of others."""

from collections.abc import Sequence

from chassis.database import Transaction
from contracts.tickets import MailFiled
from ingest.received.operations import close


async def on_mail_filed(tx: Transaction, events: Sequence[MailFiled]) -> None:
    """A mail reached its end in the ticket core."""
    await close(tx, events)
