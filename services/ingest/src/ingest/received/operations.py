"""What changes the ledger: mails arrive, are claimed, parsed, put into quarantine, closed and tried again."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import sqlalchemy as sa

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
_STORE = sa.text(
    "INSERT INTO mail (id, account_id, source_id, client_address, client_name, envelope_sender, envelope_recipients,"
    " raw_sha256, size, received_at, state, tries)"
    " SELECT id, account_id, source_id, address, name, sender, string_to_array(recipients, E'\\n'),"
    " raw_sha256, size, :now, 'stored', 0"
    " FROM unnest(:ids, :accounts, :sources, :addresses, :names, :senders, :recipients, :digests, :sizes)"
    " AS arrival (id, account_id, source_id, address, name, sender, recipients, raw_sha256, size)"
    " ON CONFLICT (source_id) DO NOTHING RETURNING id"
).bindparams(
    sa.bindparam("now", type_=sa.DateTime(timezone=True)),
    *(sa.bindparam(name, type_=sa.ARRAY(sa.Uuid)) for name in ("ids", "accounts")),
    *(
        sa.bindparam(name, type_=sa.ARRAY(sa.Text))
        for name in ("sources", "addresses", "names", "senders", "recipients", "digests")
    ),
    sa.bindparam("sizes", type_=sa.ARRAY(sa.Integer)),
)
"""One statement for any number of mails: with a list of VALUES each number would be prepared anew."""


@dataclass(frozen=True, kw_only=True)
class Arrival:
    """A mail for one account, its bytes already durable."""

    id: UUID
    account_id: UUID
    source_id: str
    client_address: str
    client_name: str
    envelope_sender: str
    envelope_recipients: list[str]
    raw_sha256: str
    size: int


@dataclass(frozen=True, kw_only=True)
class Claim:
    """A mail to be parsed by whoever claimed it; ``tries`` tells this claim from a later one."""

    id: UUID
    account: str
    account_address: str
    channel: str
    envelope_sender: str
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


async def store(tx: Transaction, arrivals: Sequence[Arrival]) -> None:
    """Write the ledger rows. A mail that is there already gets a row that says so (MT-02, MT-03)."""
    columns = {
        "ids": [arrival.id for arrival in arrivals],
        "accounts": [arrival.account_id for arrival in arrivals],
        "sources": [arrival.source_id for arrival in arrivals],
        "addresses": [arrival.client_address for arrival in arrivals],
        "names": [arrival.client_name for arrival in arrivals],
        "senders": [arrival.envelope_sender for arrival in arrivals],
        "recipients": ["\n".join(arrival.envelope_recipients) for arrival in arrivals],
        "digests": [arrival.raw_sha256 for arrival in arrivals],
        "sizes": [arrival.size for arrival in arrivals],
    }
    stored = set((await tx.session.scalars(_STORE, {**columns, "now": tx.now})).all())
    repeated = [arrival for arrival in arrivals if arrival.id not in stored]
    if repeated:
        await _store_repeated(tx, repeated)
    if stored:
        tx.wake(PARSE_JOB)


async def _store_repeated(tx: Transaction, arrivals: Sequence[Arrival]) -> None:
    found = await tx.session.execute(
        sa.select(mail.c.source_id, mail.c.id).where(mail.c.source_id.in_([one.source_id for one in arrivals]))
    )
    first: dict[str, UUID] = dict(found.all())
    rows = [
        {
            **vars(arrival),
            "source_id": f"{arrival.source_id}:{arrival.id}",
            "received_at": tx.now,
            "state": MailState.DUPLICATE,
            "reason": f"The same mail was received before: {first[arrival.source_id]}",
            "tries": 0,
            "closed_at": tx.now,
        }
        for arrival in arrivals
    ]
    await tx.session.execute(sa.insert(mail), rows)


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
