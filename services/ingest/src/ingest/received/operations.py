"""What changes the ledger: mails arrive, reach their end, and are tried again (`claims` has what lies between)."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

import sqlalchemy as sa

from chassis.database import Transaction
from contracts.tickets import MailFiled
from ingest.errors import MailNotFound, MailNotWaiting
from ingest.models import MailState, mail

PARSE_JOB = "parse"
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
