"""Writes the audit log."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import sqlalchemy as sa

from chassis.caller import COMMAND_LINE, caller
from chassis.database import Transaction
from chassis.ids import new_id
from contracts.tickets import Authenticated
from tickets.audit.models import AuditEntry, AuditHead
from tickets.audit.rules.chain import ActorKind, Entry, Head, hash_of, plain
from tickets.database import table_of

_PENDING = "tickets.audit.pending"


@dataclass(frozen=True, kw_only=True)
class _Recorded:
    """What was recorded in a transaction and gets its place in the chain when the transaction ends."""

    actor: Authenticated | None
    action: str
    subject: str
    details: dict[str, object] = field(default_factory=dict)


async def record(
    tx: Transaction, *, actor: Authenticated | None, action: str, subject: str, details: Mapping[str, object]
) -> None:
    """Write into the audit log that this was done, with the commit of the transaction or not at all (TS-11).

    ``action`` is a noun and a past participle, ``agent.changed``; ``subject`` is whom or what it was done to,
    ``agent:<id>`` or ``channel:<key>``. ``actor`` is None where nobody is signed in: the desk by itself, the command
    line, a failed sign-in. Address and program come from the request. ``details`` never hold a secret, nor fractions.

    The entries of a transaction are chained at its end: the head of the chain, which everybody wants, is the last row
    that it locks and is held for two statements, so it cannot be part of a deadlock. One after the other is still
    slow where many want it, so this is for administration and not for the daily work on tickets. Do not call it inside
    a savepoint that may be rolled back: the entry stays.
    """
    pending: list[_Recorded] = tx.session.info.setdefault(_PENDING, [])
    if not pending:
        tx.at_end(lambda: _append(tx, pending))
    content = {str(key): plain(value) for key, value in details.items()}
    pending.append(_Recorded(actor=actor, action=action, subject=subject, details=content))


async def _append(tx: Transaction, pending: list[_Recorded]) -> None:
    head = (await tx.session.execute(sa.select(AuditHead.entries, AuditHead.hash).with_for_update())).one()
    last = Head(count=head.entries, hash=head.hash)
    rows: list[dict[str, object]] = []
    for recorded in pending:
        entry = _entry(tx, recorded, seq=last.count + 1)
        hashed = hash_of(entry, last.hash)
        rows.append({**vars(entry), "previous": last.hash, "hash": hashed})
        last = Head(count=entry.seq, hash=hashed)
    await tx.session.execute(sa.insert(table_of(AuditEntry)), rows)
    await tx.session.execute(sa.update(table_of(AuditHead)).values(entries=last.count, hash=last.hash))
    pending.clear()


def _entry(tx: Transaction, recorded: _Recorded, *, seq: int) -> Entry:
    actor, came_from = recorded.actor, caller.get()
    if actor is not None:
        kind = ActorKind.AGENT
    elif came_from is None:
        kind = ActorKind.SYSTEM
    else:
        kind = ActorKind.OPERATOR if came_from is COMMAND_LINE else ActorKind.ANONYMOUS
    return Entry(
        seq=seq,
        id=new_id(),
        at=tx.now,
        actor_kind=kind,
        actor_id=actor.agent_id if actor else None,
        actor_name=actor.name if actor else "",
        credential_kind=actor.kind if actor else None,
        address=str(plain(came_from.address)) if came_from else "",
        user_agent=str(plain(came_from.user_agent)) if came_from else "",
        action=recorded.action,
        subject=str(plain(recorded.subject)),
        details=recorded.details,
    )
