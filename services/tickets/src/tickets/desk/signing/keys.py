"""The keys that sign our mails: read, made, retired (MT-04)."""

import base64
import secrets
from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from chassis.database import Transaction
from chassis.ids import new_id
from tickets.audit.operations import record
from tickets.database import table_of
from tickets.desk.rules.tokens import KEY_ID_LENGTH, SigningKey, signed_message_id
from tickets.desk.signing.errors import MailKeyInUse, MailKeyNotFound
from tickets.desk.signing.models import MailKey
from tickets.settings import Settings

SECRET_BYTES = 32

_BELIEVED = sa.select(MailKey.id, MailKey.secret).where(MailKey.retired_at.is_(None))
_NEWEST_FIRST = (MailKey.made_at.desc(), MailKey.id)


async def believed_keys(tx: Transaction) -> dict[str, bytes]:
    """The secrets of all keys whose tokens count, by the ids of the keys."""
    return {row.id: row.secret for row in await tx.session.execute(_BELIEVED)}


async def signing_key(tx: Transaction) -> SigningKey:
    """The key to sign with: the newest one. An installation makes its first key when it sends its first mail."""
    row = (await tx.session.execute(_BELIEVED.order_by(*_NEWEST_FIRST).limit(1))).one_or_none()
    return SigningKey(id=row.id, secret=row.secret) if row else await _make(tx)


async def own_message_id(tx: Transaction, number: int, settings: Settings) -> str:
    """The Message-ID of a new mail of ours in the ticket with this number, without angle brackets."""
    key = await signing_key(tx)
    return signed_message_id(key, nonce=new_id(), number=number, domain=settings.message_domain)


async def rotate(tx: Transaction) -> SigningKey:
    """Sign with a new key from now on; tokens of the earlier ones count until those are retired."""
    key = await _make(tx)
    await record(tx, actor=None, action="mail_key.made", subject=f"mail_key:{key.id}", details={})
    return key


async def retire(tx: Transaction, key_id: str) -> None:
    """Believe a key no more: what it signed is as good as unsigned. Raises `MailKeyNotFound`, `MailKeyInUse`."""
    await tx.session.execute(sa.select(MailKey.id).order_by(MailKey.id).with_for_update())
    key = await tx.session.get(MailKey, key_id)
    if key is None or key.retired_at is not None:
        raise MailKeyNotFound(f"There is no key '{key_id}' in use. 'tickets mail-keys list' shows them.")
    if (await signing_key(tx)).id == key_id:
        raise MailKeyInUse("This key signs now. Make a new one first: tickets mail-keys rotate.")
    key.retired_at = tx.now
    await record(tx, actor=None, action="mail_key.retired", subject=f"mail_key:{key_id}", details={})


async def all_keys(tx: Transaction) -> Sequence[MailKey]:
    """Every key that there is or was, the newest first."""
    return (await tx.session.scalars(sa.select(MailKey).order_by(*_NEWEST_FIRST))).all()


async def _make(tx: Transaction) -> SigningKey:
    """A new key; ids are random, and one that is taken is drawn again."""
    while True:
        key_id = base64.b32encode(secrets.token_bytes(5)).decode("ascii").lower()[:KEY_ID_LENGTH]
        secret = secrets.token_bytes(SECRET_BYTES)
        made = insert(table_of(MailKey)).values(id=key_id, secret=secret, made_at=tx.now, retired_at=None)
        added = await tx.session.scalar(made.on_conflict_do_nothing().returning(table_of(MailKey).c.id))
        if added is not None:
            return SigningKey(id=key_id, secret=secret)
