"""What can be told of mail accounts, and how they are (MT-10)."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from chassis.database import Transaction
from chassis.paging import decode_cursor
from ingest.errors import AccountNotFound
from ingest.models import QUEUED, MailState, mail, mail_account, outgoing_mail

_OPEN = (MailState.STORED, MailState.PARSED, MailState.HELD, MailState.QUARANTINE)


async def list_accounts(tx: Transaction, *, cursor: str | None, limit: int) -> Sequence[sa.RowMapping]:
    """Accounts by key. Raises `InvalidCursor`."""
    wanted = sa.select(mail_account).order_by(mail_account.c.key).limit(limit)
    if cursor is not None:
        wanted = wanted.where(mail_account.c.key > decode_cursor(cursor, str)[0])
    return (await tx.session.execute(wanted)).mappings().all()


async def account_by_id(tx: Transaction, account_id: UUID, *, for_update: bool = False) -> sa.RowMapping:
    """One account, locked if asked. Raises `AccountNotFound`."""
    wanted = sa.select(mail_account).where(mail_account.c.id == account_id)
    row = (await tx.session.execute(wanted.with_for_update() if for_update else wanted)).mappings().one_or_none()
    if row is None:
        raise AccountNotFound("There is no mail account with this id.")
    return row


async def health(tx: Transaction, ids: Sequence[UUID]) -> dict[UUID, dict[str, Any]]:
    """For each account: when the last mail came, and how many mails wait in which state."""
    last = (
        sa.select(mail.c.received_at)
        .where(mail.c.account_id == mail_account.c.id)
        .order_by(mail.c.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    received = await tx.session.execute(sa.select(mail_account.c.id, last).where(mail_account.c.id.in_(ids)))
    found: dict[UUID, dict[str, Any]] = {
        account_id: {"last_received_at": at, "outgoing": 0, **dict.fromkeys(_OPEN, 0)} for account_id, at in received
    }
    for statement in (_open_counts(), _outgoing_counts()):
        for account_id, state, count in await tx.session.execute(statement):
            if account_id in found:
                found[account_id][state] = count
    return found


def _open_counts() -> sa.Select[UUID, str, int]:
    names = [state.value for state in _OPEN]
    states = sa.bindparam("open_states", names, expanding=True, literal_execute=True, type_=sa.Text)
    counted = sa.select(mail.c.account_id, mail.c.state, sa.func.count()).where(mail.c.state.in_(states))
    return counted.group_by(mail.c.account_id, mail.c.state)


def _outgoing_counts() -> sa.Select[UUID, str, int]:
    counted = sa.select(outgoing_mail.c.account_id, sa.literal("outgoing"), sa.func.count()).where(QUEUED)
    return counted.group_by(outgoing_mail.c.account_id)
