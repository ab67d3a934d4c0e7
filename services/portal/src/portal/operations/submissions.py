"""What customers write: stored here first, then told to the ticket core, which files or refuses it."""

from collections.abc import Mapping
from uuid import UUID

import sqlalchemy as sa

from chassis.database import Transaction
from chassis.ids import new_id
from contracts.portal import ReplySubmitted, TicketSubmitted
from contracts.tickets import SubmissionFiled
from portal import queries
from portal.errors import ChannelNotUsable
from portal.models import submission
from portal.queries import Submission, SubmissionKind, SubmissionState
from portal.rules.access import SignedIn, usable_channels


async def submit_reply(
    tx: Transaction, customer: SignedIn, *, contact_ids: tuple[UUID, ...], number: int, text: str
) -> Submission:
    """An answer on a ticket. Whether the ticket is theirs, the ticket core decides when it files the answer."""
    stored = await _store(
        tx, customer, kind=SubmissionKind.REPLY, payload={"number": number, "text": text}, number=number
    )
    tx.emit(
        ReplySubmitted(
            submission_id=stored.id,
            author=customer.author,
            contact_ids=contact_ids,
            submitted_at=tx.now,
            number=number,
            text=text,
        )
    )
    return stored


async def submit_ticket(tx: Transaction, customer: SignedIn, *, channel: str, subject: str, text: str) -> Submission:
    """A new ticket. Raises `ChannelNotUsable`."""
    if channel not in (usable := usable_channels(customer.channels)):
        raise ChannelNotUsable(f"Choose one of your channels: {', '.join(usable) or 'there is none'}.")
    payload = {"channel": channel, "subject": subject, "text": text}
    stored = await _store(tx, customer, kind=SubmissionKind.TICKET, payload=payload)
    tx.emit(
        TicketSubmitted(
            submission_id=stored.id,
            author=customer.author,
            submitted_at=tx.now,
            channel=channel,
            subject=subject,
            text=text,
        )
    )
    return stored


async def _store(
    tx: Transaction,
    customer: SignedIn,
    *,
    kind: SubmissionKind,
    payload: Mapping[str, str | int],
    number: int | None = None,
) -> Submission:
    submission_id = new_id()
    await tx.session.execute(
        sa.insert(submission).values(
            id=submission_id,
            contact_id=customer.contact_id,
            access_id=customer.access_id,
            kind=str(kind),
            author=customer.author.model_dump(mode="json"),
            payload=dict(payload),
            state=str(SubmissionState.SUBMITTED),
            number=number,
            at=tx.now,
        )
    )
    return await queries.get_submission(tx, customer.contact_id, submission_id=submission_id)


async def record_filed(tx: Transaction, event: SubmissionFiled) -> None:
    """Note the end of a submission; one that has ended already, or that we do not know, stays as it is."""
    state = SubmissionState.FILED if event.refusal is None else SubmissionState.REFUSED
    await tx.session.execute(
        sa.update(submission)
        .where(submission.c.id == event.submission_id, submission.c.state == str(SubmissionState.SUBMITTED))
        .values(
            state=str(state),
            number=sa.func.coalesce(event.number, submission.c.number),
            refusal=event.refusal,
            filed_at=tx.now,
        )
    )
