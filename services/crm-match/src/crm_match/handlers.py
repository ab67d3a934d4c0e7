"""Events: a mail came in, and somebody must say whose it is."""

from collections.abc import Sequence

from chassis.database import Transaction
from contracts.ingest import MailReceived
from crm_match import queries
from crm_match.rules.addresses import address_key
from crm_match.rules.match import match_sender


async def on_mail_received(tx: Transaction, mails: Sequence[MailReceived]) -> None:
    """Tell of each mail who its sender is (MA-05), with one look-up for the whole batch."""
    keys = {mail.mail_id: address_key(mail.sender.address) for mail in mails if mail.sender}
    found = await queries.candidates_by_address(tx, frozenset(keys.values())) if keys else {}
    for mail in mails:
        candidates = found.get(keys.get(mail.mail_id, ""), ())
        tx.emit(match_sender(mail.mail_id, candidates), because=mail)
