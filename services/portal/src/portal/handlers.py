"""The door for events: what became of what customers wrote."""

from chassis.database import Transaction
from contracts.tickets import SubmissionFiled
from portal.operations.submissions import record_filed


async def on_submission_filed(tx: Transaction, event: SubmissionFiled) -> None:
    """A submission is in a ticket, or was refused."""
    await record_filed(tx, event)
