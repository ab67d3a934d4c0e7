"""Mails that a worker has taken in order to parse them: claimed, given back, or brought to the end of parsing."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import sqlalchemy as sa

from chassis import telemetry
from chassis.database import Transaction
from contracts.ingest import MailReceived
from ingest.models import MailState, mail, mail_account, mail_in_state

LEASE = timedelta(seconds=20)
"""How long a claimed mail is left to the one who claimed it; after a crash another one takes over."""

MAX_REASON = 500


@dataclass(frozen=True, kw_only=True)
class Claim:
    """A mail to be parsed by whoever claimed it; ``tries`` tells this claim from a later one."""

    id: UUID
    account: str
    account_address: str
    channel: str
    envelope_sender: str
    envelope_recipients: list[str]
    raw_sha256: str
    received_at: datetime
    tries: int


@dataclass(frozen=True, kw_only=True)
class Quarantined:
    """A mail that could not be parsed, and why."""

    claim: Claim
    reason: str


@dataclass(frozen=True, kw_only=True)
class Parsed:
    """A mail that was parsed, as the world will be told of it."""

    claim: Claim
    event: MailReceived


Outcome = Parsed | Quarantined


async def claim(tx: Transaction, *, limit: int, max_bytes: int) -> list[Claim]:
    """Take the oldest waiting mails, at most ``limit`` and ``max_bytes`` of them (but at least one, if any waits)."""
    rows = await tx.session.execute(
        _CLAIM, {"now": tx.now, "until": tx.now + LEASE, "most": limit, "max_bytes": max_bytes}
    )
    return sorted((Claim(**row) for row in rows.mappings()), key=lambda one: one.id)


def _claim_statement() -> sa.Executable:
    free = sa.or_(mail.c.claimed_until.is_(None), mail.c.claimed_until < sa.bindparam("now"))
    waiting = (
        sa.select(mail.c.id, mail.c.size)
        .where(mail_in_state(MailState.STORED), free)
        .order_by(mail.c.id)
        .limit(sa.bindparam("most", type_=sa.Integer))
        .with_for_update(skip_locked=True)
        .cte("waiting")
    )
    before = (sa.func.sum(waiting.c.size).over(order_by=waiting.c.id) - waiting.c.size).label("before")
    counted = sa.select(waiting.c.id, before).subquery("counted")
    return (
        sa.update(mail)
        .values(tries=mail.c.tries + 1, claimed_until=sa.bindparam("until"))
        .where(
            mail.c.id == counted.c.id,
            counted.c.before < sa.bindparam("max_bytes", type_=sa.BigInteger),
            mail_account.c.id == mail.c.account_id,
        )
        .returning(
            mail.c.id,
            mail_account.c.key.label("account"),
            mail_account.c.address.label("account_address"),
            mail_account.c.channel,
            mail.c.envelope_sender,
            mail.c.envelope_recipients,
            mail.c.raw_sha256,
            mail.c.received_at,
            mail.c.tries,
        )
    )


_CLAIM = _claim_statement()


async def release(tx: Transaction, claims: Sequence[Claim]) -> None:
    """Give mails back untried, because something that parsing needs cannot be reached."""
    await tx.session.execute(
        sa.update(mail)
        .where(_among([one.id for one in claims]), mail.c.state == MailState.STORED)
        .values(tries=mail.c.tries - 1, claimed_until=tx.now + timedelta(seconds=1))
    )


async def finish(tx: Transaction, outcomes: Sequence[Outcome]) -> None:
    """Write down what parsing gave, and tell the world of it; a claim that was lost meanwhile is left out."""
    claims = {outcome.claim.id: outcome for outcome in outcomes}
    held = await tx.session.execute(
        sa.select(mail.c.id, mail.c.tries)
        .where(_among(list(claims)), mail.c.state == MailState.STORED)
        .order_by(mail.c.id)
        .with_for_update()
    )
    mine = [claims[mail_id] for mail_id, tries in held if claims[mail_id].claim.tries == tries]
    parsed = [outcome for outcome in mine if isinstance(outcome, Parsed)]
    if parsed:
        await tx.session.execute(_PARSED, [_parsed_row(outcome, tx.now) for outcome in parsed])
    for one in parsed:
        with telemetry.correlated(str(one.claim.id)):
            tx.emit(one.event)
    for outcome in mine:
        if isinstance(outcome, Quarantined):
            await _quarantine(tx, outcome)


def _among(ids: Sequence[UUID]) -> sa.ColumnElement[bool]:
    """One array instead of a list of parameters: the statement stays the same for any number of ids."""
    return mail.c.id == sa.any_(sa.bindparam("ids", list(ids), type_=sa.ARRAY(sa.Uuid)))


_PARSED = (
    sa.update(mail)
    .where(mail.c.id == sa.bindparam("of_id"))
    .values(
        state=MailState.PARSED,
        claimed_until=None,
        reason=None,
        parsed_at=sa.bindparam("at"),
        message_id=sa.bindparam("message_id"),
        sender_name=sa.bindparam("sender_name"),
        sender_address=sa.bindparam("sender_address"),
        subject=sa.bindparam("subject"),
        kind=sa.bindparam("kind"),
    )
)


def _parsed_row(outcome: Parsed, at: datetime) -> dict[str, object]:
    event = outcome.event
    return {
        "of_id": outcome.claim.id,
        "at": at,
        "message_id": event.message_id,
        "sender_name": event.sender.name if event.sender else None,
        "sender_address": event.sender.address if event.sender else None,
        "subject": event.subject,
        "kind": event.kind,
    }


async def _quarantine(tx: Transaction, outcome: Quarantined) -> None:
    await tx.session.execute(
        sa.update(mail)
        .where(mail.c.id == outcome.claim.id)
        .values(state=MailState.QUARANTINE, reason=outcome.reason[:MAX_REASON], claimed_until=None, closed_at=tx.now)
    )
