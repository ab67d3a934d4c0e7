"""Mails that a worker has taken in order to send them: claimed, composed once, and settled recipient by recipient."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import sqlalchemy as sa

from chassis.database import Transaction
from contracts.ingest import MailAccepted, MailRejected, SendMail, SentReference
from ingest.models import QUEUED, SendState, mail_account, outgoing_mail, outgoing_recipient
from ingest.sending.smtp_client import Verdict

LEASE = timedelta(seconds=60)
"""How long a claimed mail is left alone by others; whoever sends it renews the claim, and a crash ends it."""

QUICK_TRIES = (2.0, 10.0)
"""Seconds before the second and the third try: most troubles are short."""

SLOWEST_TRY = timedelta(hours=4)


@dataclass(frozen=True, kw_only=True)
class Sender:
    """The account that a mail leaves from."""

    account_id: UUID
    address: str
    from_name: str


@dataclass(frozen=True, kw_only=True)
class Due:
    """A mail whose time has come, claimed; ``tries`` tells this claim from a later one."""

    id: UUID
    reference: SentReference
    message_id: str
    correlation_id: str
    envelope_sender: str
    request: SendMail | None
    raw_sha256: str | None
    sender: Sender
    recipients: tuple[str, ...]
    queued_at: datetime
    give_up_at: datetime
    tries: int


async def claim(tx: Transaction, *, limit: int) -> list[Due]:
    """Take mails whose time has come, the longest waiting first."""
    rows = (
        await tx.session.execute(
            sa.select(outgoing_mail, mail_account.c.address, mail_account.c.from_name)
            .join(mail_account)
            .where(
                QUEUED,
                outgoing_mail.c.next_try_at <= tx.now,
                sa.or_(outgoing_mail.c.claimed_until.is_(None), outgoing_mail.c.claimed_until < tx.now),
            )
            .order_by(outgoing_mail.c.next_try_at)
            .limit(limit)
            .with_for_update(skip_locked=True, of=outgoing_mail)
        )
    ).all()
    if not rows:
        return []
    ids = [row.id for row in rows]
    await tx.session.execute(
        sa.update(outgoing_mail)
        .where(outgoing_mail.c.id.in_(ids))
        .values(tries=outgoing_mail.c.tries + 1, claimed_until=tx.now + LEASE)
    )
    waiting = await _waiting(tx, ids)
    return [
        Due(
            id=row.id,
            reference=SentReference(kind=row.reference_kind, id=row.reference_id),
            message_id=row.message_id,
            correlation_id=row.correlation_id,
            envelope_sender=row.envelope_sender,
            request=SendMail.model_validate(row.request) if row.request is not None else None,
            raw_sha256=row.raw_sha256,
            sender=Sender(account_id=row.account_id, address=row.address, from_name=row.from_name),
            recipients=waiting.get(row.id, ()),
            queued_at=row.queued_at,
            give_up_at=row.give_up_at,
            tries=row.tries + 1,
        )
        for row in rows
    ]


async def _waiting(tx: Transaction, ids: Sequence[UUID]) -> dict[UUID, tuple[str, ...]]:
    rows = await tx.session.execute(
        sa.select(outgoing_recipient.c.outgoing_id, outgoing_recipient.c.address)
        .where(outgoing_recipient.c.outgoing_id.in_(ids), outgoing_recipient.c.state == SendState.QUEUED)
        .order_by(outgoing_recipient.c.outgoing_id, outgoing_recipient.c.position)
    )
    found: dict[UUID, tuple[str, ...]] = {}
    for outgoing_id, address in rows:
        found[outgoing_id] = (*found.get(outgoing_id, ()), address)
    return found


async def renew(tx: Transaction, due: Due) -> None:
    """Keep the claim on a mail that is being sent."""
    await tx.session.execute(
        sa.update(outgoing_mail)
        .where(outgoing_mail.c.id == due.id, QUEUED, outgoing_mail.c.tries == due.tries)
        .values(claimed_until=tx.now + LEASE)
    )


async def remember_composed(tx: Transaction, due: Due, raw_sha256: str) -> None:
    """From now on every try sends these bytes, and no others; the request is needed no more."""
    await tx.session.execute(
        sa.update(outgoing_mail)
        .where(outgoing_mail.c.id == due.id, outgoing_mail.c.tries == due.tries)
        .values(raw_sha256=raw_sha256, request=None)
    )


async def settle(tx: Transaction, due: Due, verdicts: Mapping[str, Verdict]) -> None:
    """Write down what the relay said, tell the world, and plan the next try for those who are left."""
    held = await tx.session.scalar(
        sa.select(outgoing_mail.c.tries).where(outgoing_mail.c.id == due.id, QUEUED).with_for_update()
    )
    if held != due.tries:
        return
    if tx.now >= due.give_up_at:
        verdicts = {address: _given_up(verdict, due.tries) for address, verdict in verdicts.items()}
    decided = {address: verdict for address, verdict in verdicts.items() if verdict.state is not SendState.QUEUED}
    for address, verdict in decided.items():
        await tx.session.execute(
            sa.update(outgoing_recipient)
            .where(outgoing_recipient.c.outgoing_id == due.id, outgoing_recipient.c.address == address)
            .values(state=verdict.state, reason=verdict.reason, decided_at=tx.now)
        )
    _tell(tx, due, decided)
    waiting = next((verdict.reason for verdict in verdicts.values() if verdict.state is SendState.QUEUED), None)
    state = await _outcome(tx, due.id)
    next_try_at = tx.now + next_wait(due.tries) if waiting else tx.now
    await tx.session.execute(
        sa.update(outgoing_mail)
        .where(outgoing_mail.c.id == due.id)
        .values(
            state=state,
            next_try_at=next_try_at if state is SendState.QUEUED else None,
            last_error=waiting,
            claimed_until=None,
        )
    )


def _given_up(verdict: Verdict, tries: int) -> Verdict:
    if verdict.state is not SendState.QUEUED:
        return verdict
    return Verdict(SendState.FAILED, f"Given up after {tries} tries. The last answer: {verdict.reason}")


def _tell(tx: Transaction, due: Due, decided: Mapping[str, Verdict]) -> None:
    accepted = tuple(address for address, verdict in decided.items() if verdict.state is SendState.ACCEPTED)
    if accepted:
        tx.emit(
            MailAccepted(outgoing_id=due.id, reference=due.reference, message_id=due.message_id, recipients=accepted)
        )
    reasons = {verdict.reason for verdict in decided.values() if verdict.state is SendState.FAILED}
    for reason in sorted(reasons):
        tx.emit(
            MailRejected(
                outgoing_id=due.id,
                reference=due.reference,
                message_id=due.message_id,
                recipients=tuple(
                    address
                    for address, verdict in decided.items()
                    if verdict.state is SendState.FAILED and verdict.reason == reason
                ),
                reason=reason,
            )
        )


async def _outcome(tx: Transaction, outgoing_id: UUID) -> SendState:
    """The state of the whole mail, from those of its recipients; some may have been reopened meanwhile."""
    found = await tx.session.scalars(
        sa.select(outgoing_recipient.c.state).where(outgoing_recipient.c.outgoing_id == outgoing_id).distinct()
    )
    states = set(found.all())
    return next((state for state in (SendState.QUEUED, SendState.ACCEPTED) if state in states), SendState.FAILED)


def next_wait(tries: int) -> timedelta:
    """How long to wait after this many tries: 2 s, 10 s, then 1 min, doubling up to 4 h."""
    if tries <= len(QUICK_TRIES):
        return timedelta(seconds=QUICK_TRIES[tries - 1])
    doublings = min(tries - len(QUICK_TRIES) - 1, 16)
    return min(timedelta(minutes=2**doublings), SLOWEST_TRY)
