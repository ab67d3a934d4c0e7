"""What can be told of received mails."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from chassis.database import Transaction
from chassis.paging import decode_cursor
from ingest.errors import MailNotFound
from ingest.models import MailState, mail, mail_account, mail_in_state

_LISTED = (
    *(column for column in mail.c if column.name not in {"account_id", "source_id", "claimed_until"}),
    mail_account.c.key.label("account"),
)


def listing(
    *, state: MailState | None, account: str | None, cursor: str | None, limit: int
) -> sa.Select[*tuple[Any, ...]]:
    """The statement for a page of the ledger, newest first. Raises `InvalidCursor`."""
    wanted = sa.select(*_LISTED).join(mail_account)
    if state is not None:
        wanted = wanted.where(mail_in_state(state))
    if account is not None:
        own = sa.select(mail_account.c.id).where(mail_account.c.key == account).scalar_subquery()
        wanted = wanted.where(mail.c.account_id == own)
    if cursor is not None:
        wanted = wanted.where(mail.c.id < decode_cursor(cursor, UUID)[0])
    return wanted.order_by(mail.c.id.desc()).limit(limit)


async def list_mails(
    tx: Transaction, *, state: MailState | None, account: str | None, cursor: str | None, limit: int
) -> Sequence[sa.RowMapping]:
    """A page of the ledger, newest first. Raises `InvalidCursor`."""
    rows = await tx.session.execute(listing(state=state, account=account, cursor=cursor, limit=limit))
    return rows.mappings().all()


async def mail_by_id(tx: Transaction, mail_id: UUID) -> sa.RowMapping:
    """One row of the ledger. Raises `MailNotFound`."""
    found = await tx.session.execute(sa.select(*_LISTED).join(mail_account).where(mail.c.id == mail_id))
    row = found.mappings().one_or_none()
    if row is None:
        raise MailNotFound("There is no mail with this id.")
    return row
