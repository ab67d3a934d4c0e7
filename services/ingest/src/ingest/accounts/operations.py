"""What changes mail accounts."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from chassis.database import Transaction
from chassis.ids import new_id
from ingest.accounts.queries import account_by_id
from ingest.errors import AccountTaken
from ingest.models import mail_account

DIRECTORY_JOB = "directory"
"""The job of every receiver that reads the accounts again."""


async def add_account(tx: Transaction, values: Mapping[str, Any]) -> sa.RowMapping:
    """Add an account; the first one becomes the default. Raises `AccountTaken`."""
    others = await tx.session.scalar(sa.select(sa.exists().where(mail_account.c.id.is_not(None))))
    is_default = values["is_default"] or not others
    if is_default:
        await _no_default(tx)
    account_id = new_id()
    row = {**values, "id": account_id, "kind": "ticket", "is_default": is_default, "version": 1}
    await _write(tx, sa.insert(mail_account).values(row))
    tx.wake(DIRECTORY_JOB)
    return await account_by_id(tx, account_id)


async def change_account(tx: Transaction, account_id: UUID, changes: Mapping[str, Any]) -> sa.RowMapping:
    """Change an account whose version the caller has checked. Raises `AccountTaken`."""
    if changes.get("is_default"):
        await _no_default(tx)
    await _write(
        tx,
        sa.update(mail_account)
        .where(mail_account.c.id == account_id)
        .values({**changes, "version": mail_account.c.version + 1}),
    )
    tx.wake(DIRECTORY_JOB)
    return await account_by_id(tx, account_id)


async def _no_default(tx: Transaction) -> None:
    await tx.session.execute(
        sa.update(mail_account)
        .where(mail_account.c.is_default)
        .values(is_default=False, version=mail_account.c.version + 1)
    )


async def _write(tx: Transaction, statement: sa.Insert | sa.Update) -> None:
    try:
        async with tx.session.begin_nested():
            await tx.session.execute(statement)
    except IntegrityError as error:
        raise AccountTaken("Another mail account has this key or this address. Choose another.") from error
