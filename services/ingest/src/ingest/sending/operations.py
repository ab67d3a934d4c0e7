"""What changes outgoing mails: they are queued, and tried again on request (`claims` has what lies between)."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from chassis import telemetry
from chassis.database import Transaction
from contracts.ingest import SendMail
from ingest.errors import OutgoingMailDone, OutgoingMailNotFound
from ingest.models import SendState, outgoing_mail, outgoing_recipient
from ingest.sending.claims import Sender

SEND_JOB = "send"


async def queue(
    tx: Transaction, request: SendMail, *, sender: Sender, recipients: Sequence[str], send_for: timedelta
) -> None:
    """Store the mail and wake the job; the second time with the same id nothing happens."""
    fresh = await tx.session.scalar(
        insert(outgoing_mail)
        .values(
            id=request.outgoing_id,
            account_id=sender.account_id,
            reference_kind=request.reference.kind,
            reference_id=request.reference.id,
            message_id=request.message_id,
            correlation_id=telemetry.correlation_id(),
            subject=request.subject,
            envelope_sender="" if request.automatic else sender.address,
            request=request.model_dump(mode="json"),
            state=SendState.QUEUED,
            tries=0,
            next_try_at=tx.now,
            queued_at=tx.now,
            give_up_at=tx.now + send_for,
        )
        .on_conflict_do_nothing()
        .returning(outgoing_mail.c.id)
    )
    if fresh is None:
        return
    await tx.session.execute(
        sa.insert(outgoing_recipient),
        [
            {"outgoing_id": request.outgoing_id, "position": position, "address": address, "state": SendState.QUEUED}
            for position, address in enumerate(recipients)
        ],
    )
    tx.wake(SEND_JOB)


async def retry(tx: Transaction, outgoing_id: UUID, *, send_for: timedelta) -> None:
    """Send again now to whoever has not accepted; a try that is under way goes on.

    Raises `OutgoingMailNotFound` and `OutgoingMailDone`.
    """
    found = await tx.session.scalar(
        sa.select(outgoing_mail.c.id).where(outgoing_mail.c.id == outgoing_id).with_for_update()
    )
    if found is None:
        raise OutgoingMailNotFound("There is no outgoing mail with this id.")
    reopened = await tx.session.execute(
        sa.update(outgoing_recipient)
        .where(outgoing_recipient.c.outgoing_id == outgoing_id, outgoing_recipient.c.state != SendState.ACCEPTED)
        .values(state=SendState.QUEUED, reason=None, decided_at=None)
        .returning(outgoing_recipient.c.position)
    )
    if not reopened.all():
        raise OutgoingMailDone("Every recipient's server has accepted this mail. Write a new one instead.")
    await tx.session.execute(
        sa.update(outgoing_mail)
        .where(outgoing_mail.c.id == outgoing_id)
        .values(state=SendState.QUEUED, next_try_at=tx.now, give_up_at=tx.now + send_for)
    )
    tx.wake(SEND_JOB)
