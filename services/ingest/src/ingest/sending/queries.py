"""What can be told of outgoing mails."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa

from chassis.database import Transaction
from chassis.paging import decode_cursor
from ingest.errors import OutgoingMailNotFound
from ingest.models import SendState, mail_account, outgoing_mail, outgoing_recipient
from ingest.sending.claims import Sender

_LISTED = (
    outgoing_mail.c.id,
    mail_account.c.key.label("account"),
    outgoing_mail.c.reference_kind,
    outgoing_mail.c.reference_id,
    outgoing_mail.c.message_id,
    outgoing_mail.c.subject,
    outgoing_mail.c.state,
    outgoing_mail.c.tries,
    outgoing_mail.c.next_try_at,
    outgoing_mail.c.last_error,
    outgoing_mail.c.queued_at,
)


async def is_queued(tx: Transaction, outgoing_id: UUID) -> bool:
    """Whether a mail with this id was taken over before."""
    return await tx.session.scalar(sa.select(sa.exists().where(outgoing_mail.c.id == outgoing_id))) or False


async def sender_for(tx: Transaction, channel: str | None, *, account: str | None = None) -> Sender | None:
    """The active account of a channel, else the default one; None where there is neither.

    With ``account`` only that one among them: nobody sends in the name of another channel.
    """
    usable = sa.and_(mail_account.c.active, sa.or_(mail_account.c.channel == channel, mail_account.c.is_default))
    row = (
        await tx.session.execute(
            sa.select(mail_account.c.id, mail_account.c.address, mail_account.c.from_name)
            .where(usable if account is None else sa.and_(usable, mail_account.c.key == account))
            .order_by((mail_account.c.channel == channel).desc(), mail_account.c.is_default.desc(), mail_account.c.id)
            .limit(1)
        )
    ).one_or_none()
    return Sender(account_id=row.id, address=row.address, from_name=row.from_name) if row else None


async def list_outgoing(
    tx: Transaction, *, state: SendState | None, cursor: str | None, limit: int
) -> Sequence[sa.RowMapping]:
    """Outgoing mails, newest first. Raises `InvalidCursor`."""
    wanted = sa.select(*_LISTED).join(mail_account)
    if state is not None:
        wanted = wanted.where(outgoing_mail.c.state == state)
    if cursor is not None:
        after = decode_cursor(cursor, datetime, UUID)
        wanted = wanted.where(sa.tuple_(outgoing_mail.c.queued_at, outgoing_mail.c.id) < sa.tuple_(*after))
    ordered = wanted.order_by(outgoing_mail.c.queued_at.desc(), outgoing_mail.c.id.desc()).limit(limit)
    return (await tx.session.execute(ordered)).mappings().all()


async def outgoing_by_id(tx: Transaction, outgoing_id: UUID) -> sa.RowMapping:
    """One outgoing mail. Raises `OutgoingMailNotFound`."""
    found = await tx.session.execute(sa.select(*_LISTED).join(mail_account).where(outgoing_mail.c.id == outgoing_id))
    row = found.mappings().one_or_none()
    if row is None:
        raise OutgoingMailNotFound("There is no outgoing mail with this id.")
    return row


async def recipients_of(tx: Transaction, ids: Sequence[UUID]) -> dict[UUID, list[sa.RowMapping]]:
    """The recipients of these mails, in the order in which they were named."""
    rows = await tx.session.execute(
        sa.select(outgoing_recipient)
        .where(outgoing_recipient.c.outgoing_id.in_(ids))
        .order_by(outgoing_recipient.c.outgoing_id, outgoing_recipient.c.position)
    )
    found: dict[UUID, list[sa.RowMapping]] = {}
    for row in rows.mappings():
        found.setdefault(row["outgoing_id"], []).append(row)
    return found
