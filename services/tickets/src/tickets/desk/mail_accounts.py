"""The mail accounts that agents send from, as ingest knows them (OD-02)."""

from collections.abc import Sequence

from fastapi import Request

from chassis.bus import Refused
from chassis.listener import Unavailable
from contracts.ingest import ListMailAccounts, MailAccountCard
from tickets.desk.api import app_of
from tickets.desk.rules.creation import Account, account_of

PATIENCE = 1.5
"""Seconds. A menu does not wait longer for the mail service; it says that it does not know."""


async def mail_accounts(request: Request) -> Sequence[MailAccountCard] | None:
    """Every account of the type Ticket; None where the mail service cannot be asked now."""
    try:
        reply = await app_of(request).bus.ask(ListMailAccounts(kind="ticket"), seconds=PATIENCE)
    except (Unavailable, Refused):
        return None
    return reply.accounts


def as_account(card: MailAccountCard) -> Account:
    """An account as the rules see it."""
    return Account(key=card.key, channel=card.channel, active=card.active, is_default=card.is_default)


async def account_of_channel(request: Request, channel: str) -> str | None:
    """The key of the account that a channel's mails leave from; None where there is none, or nobody can tell now."""
    active = [as_account(card) for card in await mail_accounts(request) or () if card.active]
    return account_of(active, channel)
