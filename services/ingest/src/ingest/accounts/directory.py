"""The addresses that we receive mail for, in memory: an SMTP session must not wait for the database at each RCPT."""

import time
from dataclasses import dataclass
from uuid import UUID

import sqlalchemy as sa

from chassis.database import Database
from ingest.models import mail_account

FRESH_SECONDS = 1.0
"""An unknown address is looked up in the database, but not more often than this."""


@dataclass(frozen=True)
class Account:
    """What the receiver has to know of a mail account."""

    id: UUID
    active: bool


class Directory:
    """All accounts by address. Refreshed by a job, at once after a change, and before an address is refused."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._accounts: dict[str, Account] = {}
        self._read_at = float("-inf")

    async def refresh(self) -> int:
        """Read all accounts again; raises what the database raises."""
        async with self._database.transaction() as tx:
            rows = await tx.session.execute(
                sa.select(sa.func.lower(mail_account.c.address), mail_account.c.id, mail_account.c.active)
            )
            self._accounts = {address: Account(account_id, active) for address, account_id, active in rows}
        self._read_at = time.monotonic()
        return 0

    async def find(self, address: str) -> Account | None:
        """The account of an address, whatever its case and whatever stands behind a plus sign (RFC 5233).

        Raises what the database raises where it has to be asked.
        """
        account = self._known(address)
        if (account is None or not account.active) and time.monotonic() - self._read_at > FRESH_SECONDS:
            await self.refresh()
            account = self._known(address)
        return account

    def _known(self, address: str) -> Account | None:
        lower = address.lower()
        local, _, domain = lower.rpartition("@")
        return self._accounts.get(lower) or self._accounts.get(f"{local.partition('+')[0]}@{domain}")
