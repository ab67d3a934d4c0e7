"""The request ListMailAccounts: which addresses there are to receive at and to send from."""

import sqlalchemy as sa

from chassis.database import Transaction
from contracts.ingest import ListMailAccounts, MailAccountCard, MailAccounts
from contracts.messages import Reply
from ingest.models import mail_account

MOST = 500
"""Accounts in an answer: nobody chooses among more, and the bus limits what an answer may hold."""


async def list_mail_accounts(tx: Transaction, request: ListMailAccounts) -> Reply:
    """The accounts of a kind, the default first, then active ones before others."""
    wanted = (
        sa.select(mail_account)
        .where(mail_account.c.kind == request.kind)
        .order_by(mail_account.c.is_default.desc(), mail_account.c.active.desc(), mail_account.c.key)
        .limit(MOST)
    )
    rows = (await tx.session.execute(wanted)).all()
    return MailAccounts(
        accounts=tuple(
            MailAccountCard(
                account_id=row.id,
                key=row.key,
                name=row.name,
                address=row.address,
                from_name=row.from_name,
                channel=row.channel,
                active=row.active,
                is_default=row.is_default,
            )
            for row in rows
        )
    )
