"""What changes the ledger: mails arrive, are claimed, parsed, put into quarantine, closed and tried again."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from chassis import telemetry
from chassis.database import Transaction
from contracts.ingest import MailReceived
from contracts.tickets import MailFiled
from ingest.errors import MailNotFound, MailNotWaiting
from ingest.models import MailState, mail, mail_account, mail_in_state

PARSE_JOB = "parse"
LEASE = timedelta(seconds=20)
"""How long a claimed mail is left to the one who claimed it; after a crash another one takes over."""

MAX_REASON = 500
_INSERT = insert(mail).on_conflict_do_nothing(index_elements=[mail.c.source_id]).returning(mail.c.id)


@dataclass(frozen=True, kw_only=True)
class Arrival:
    """A mail for one account, its bytes already durable."""

    id: UUID
    account_id: UUID
    source_id: str
    envelope_sender: str
    envelope_recipients: tuple[str, ...]
    raw_sha256: str
    size: int


@dataclass(frozen=True, kw_only=True)
class Claim:
    """A mail to be parsed by whoever claimed it; ``tries`` tells this claim from a later one."""

    id: UUID
    account: str
    channel: str
    envelope_sender: str
    raw_sha256: str
    size: int
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


async def store(tx: Transaction, arrivals: Sequence[Arrival]) -> None:
    """Write the ledger rows. A mail that is there already gets a row that says so (MT-02, MT-03)."""
    rows = [
        {
            **asdict(arrival),
            "envelope_recipients": list(arrival.envelope_recipients),
            "received_at": tx.now,
            "state": MailState.STORED,
            "tries": 0,
        }
        for arrival in arrivals
    ]
    stored = set((await tx.session.scalars(_INSERT, rows)).all())
    repeated = [row for row in rows if row["id"] not in stored]
    if repeated:
        await _store_repeated(tx, repeated)
    if stored:
        tx.wake(PARSE_JOB)


async def _store_repeated(tx: Transaction, rows: Sequence[dict[str, object]]) -> None:
    found = await tx.session.execute(
        sa.select(mail.c.source_id, mail.c.id).where(mail.c.source_id.in_([row["source_id"] for row in rows]))
    )
    first = dict(found.all())
    changed = [
        {
            **row,
            "source_id": f"{row['source_id']}:{row['id']}",
            "state": MailState.DUPLICATE,
            "reason": f"The same mail was received before: {first[str(row['source_id'])]}",
            "closed_at": tx.now,
        }
        for row in rows
    ]
    await tx.session.execute(sa.insert(mail), changed)


async def claim(tx: Transaction, *, limit: int, max_bytes: int) -> list[Claim]:
    """Take the oldest waiting mails, at most ``limit`` and ``max_bytes`` of them (but at least one, if any waits)."""
    free = sa.or_(mail.c.claimed_until.is_(None), mail.c.claimed_until < tx.now)
    rows = await tx.session.execute(
        sa.select(mail, mail_account.c.key, mail_account.c.channel)
        .join(mail_account)
        .where(mail_in_state(MailState.STORED), free)
        .order_by(mail.c.id)
        .limit(limit)
        .with_for_update(skip_locked=True, of=mail)
    )
    claims: list[Claim] = []
    for row in rows:
        max_bytes -= row.size
        if claims and max_bytes < 0:
            break
        claims.append(
            Claim(
                id=row.id,
                account=row.key,
                channel=row.channel,
                envelope_sender=row.envelope_sender,
                raw_sha256=row.raw_sha256,
                size=row.size,
                received_at=row.received_at,
                tries=row.tries + 1,
            )
        )
    if claims:
        await tx.session.execute(
            sa.update(mail)
            .where(mail.c.id.in_([one.id for one in claims]))
            .values(tries=mail.c.tries + 1, claimed_until=tx.now + LEASE)
        )
    return claims


async def release(tx: Transaction, claims: Sequence[Claim]) -> None:
    """Give mails back untried, because something that parsing needs cannot be reached."""
    await tx.session.execute(
        sa.update(mail)
        .where(mail.c.id.in_([one.id for one in claims]), mail.c.state == MailState.STORED)
        .values(tries=mail.c.tries - 1, claimed_until=tx.now + timedelta(seconds=1))
    )


async def finish(tx: Transaction, outcomes: Sequence[Outcome]) -> None:
    """Write down what parsing gave, and tell the world of it; a claim that was lost meanwhile is left out."""
    claims = {outcome.claim.id: outcome for outcome in outcomes}
    held = await tx.session.execute(
        sa.select(mail.c.id, mail.c.tries)
        .where(mail.c.id.in_(claims), mail.c.state == MailState.STORED)
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


_CLOSED = (
    sa.update(mail)
    .where(mail.c.id == sa.bindparam("of_id"))
    .values(
        state=sa.bindparam("outcome"),
        closed_at=sa.bindparam("at"),
        ticket_id=sa.bindparam("of_ticket"),
        ticket_number=sa.bindparam("number"),
    )
)


async def close(tx: Transaction, filed: Sequence[MailFiled]) -> None:
    """Close the ledger rows of mails that reached their end (MT-02)."""
    await tx.session.execute(
        _CLOSED,
        [
            {
                "of_id": event.mail_id,
                "outcome": MailState(event.outcome),
                "at": tx.now,
                "of_ticket": event.ticket_id,
                "number": event.number,
            }
            for event in filed
        ],
    )


async def retry(tx: Transaction, mail_id: UUID) -> None:
    """Have a mail parsed again. Raises `MailNotFound` and `MailNotWaiting`."""
    state = await tx.session.scalar(sa.select(mail.c.state).where(mail.c.id == mail_id).with_for_update())
    if state is None:
        raise MailNotFound("There is no mail with this id.")
    if state not in {MailState.STORED, MailState.QUARANTINE}:
        raise MailNotWaiting(f"This mail is in the state '{state}'; only quarantine and stored can be tried again.")
    await tx.session.execute(
        sa.update(mail)
        .where(mail.c.id == mail_id)
        .values(state=MailState.STORED, tries=0, claimed_until=None, closed_at=None, reason=None)
    )
    tx.wake(PARSE_JOB)
