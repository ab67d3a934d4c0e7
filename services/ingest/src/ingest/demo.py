"""The mail accounts of the demo world."""

from uuid import UUID

from sqlalchemy.dialects.postgresql import insert

from chassis.database import Transaction
from ingest.accounts.operations import DIRECTORY_JOB
from ingest.models import mail_account

ACCOUNTS = (
    (UUID("0197d000-0000-7000-8000-000000000101"), "support", "Support", "support@desk.example", "support"),
    (UUID("0197d000-0000-7000-8000-000000000102"), "sales", "Sales", "sales@desk.example", "sales"),
    (UUID("0197d000-0000-7000-8000-000000000103"), "jobs", "Jobs", "jobs@desk.example", "recruitment"),
)


async def seed(tx: Transaction, *, password: str) -> None:  # noqa: ARG001  # the same call for every service
    """Add the three accounts; those that are there stay as they are. Nobody signs in here, so no password is used."""
    rows = [
        {
            "id": account_id,
            "key": key,
            "name": name,
            "address": address,
            "from_name": f"Deskstream {name}",
            "channel": channel,
            "kind": "ticket",
            "active": True,
            "is_default": key == "support",
            "version": 1,
        }
        for account_id, key, name, address, channel in ACCOUNTS
    ]
    await tx.session.execute(insert(mail_account).values(rows).on_conflict_do_nothing())
    tx.wake(DIRECTORY_JOB)
