"""Signed names of our mails, in Message-IDs and reply addresses: an answer carries back what we alone can make (MT-04).

``<0190….10042.k7qd.<mac>@desk.example>`` is a mail of the ticket 10042, ``support+r.10042.k7qd.<mac>@desk.example``
its reply address. The MAC covers purpose, key and all that stands before it (HMAC-SHA256, 128 and 100 bits), so no
token serves as another one. A token finds a ticket; whether its sender may write there is another question (MT-05).
"""

import base64
import hashlib
import hmac
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

KEY_ID_LENGTH = 4
MESSAGE_MAC = 26
ADDRESS_MAC = 20
"""Characters of Base32: the local part of an address holds 64 (RFC 5321 §4.5.3.1.1), the account's own name too."""

_KEY_AND_NUMBER = r"(?P<number>[1-9][0-9]{0,14})\.(?P<key>[a-z2-7]{4})\."
_MESSAGE = re.compile(
    r"(?P<nonce>[0-9a-f]{32})\." + _KEY_AND_NUMBER + r"(?P<mac>[a-z2-7]{26})@(?P<domain>[A-Za-z0-9.-]{1,255})"
)
_ADDRESS = re.compile(r"[^@]{0,39}[^@+]\+r\." + _KEY_AND_NUMBER + r"(?P<mac>[a-z2-7]{20})@[^@]{1,255}", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True)
class SigningKey:
    """A secret of this installation; ``id`` says in a token which one it is."""

    id: str
    secret: bytes


@dataclass(frozen=True, kw_only=True)
class Token:
    """Something that looks like a token of ours, and is none until `is_ours` says so.

    ``message_id`` is where it stood; None: in an address.
    """

    key_id: str
    number: int
    signed: str
    mac: str
    message_id: str | None = None


def signed_message_id(key: SigningKey, *, nonce: UUID, number: int, domain: str) -> str:
    """The Message-ID of a mail of ours, without angle brackets; nobody else can make one."""
    signed = _of_message(key.id, nonce.hex, number, domain)
    return f"{nonce.hex}.{number}.{key.id}.{_mac(key.secret, signed, MESSAGE_MAC)}@{domain}"


def reply_token(key: SigningKey, *, number: int) -> str:
    """What stands behind the plus sign of the reply address of a ticket."""
    return f"r.{number}.{key.id}.{_mac(key.secret, _of_address(key.id, number), ADDRESS_MAC)}"


def token_of_message(message_id: str) -> Token | None:
    """The token in a Message-ID, if it has the form of one. Its case counts: it is never typed (RFC 5322 §3.6.4)."""
    found = _MESSAGE.fullmatch(message_id)
    if found is None:
        return None
    number = int(found["number"])
    signed = _of_message(found["key"], found["nonce"], number, found["domain"])
    return Token(key_id=found["key"], number=number, signed=signed, mac=found["mac"], message_id=message_id)


def token_of_address(address: str) -> Token | None:
    """The token in an address that a mail went to, if it has the form of one; mail servers change its case."""
    found = _ADDRESS.fullmatch(address)
    if found is None:
        return None
    key_id, number = found["key"].lower(), int(found["number"])
    return Token(key_id=key_id, number=number, signed=_of_address(key_id, number), mac=found["mac"].lower())


def tokens_in(message_ids: Iterable[str], addresses: Iterable[str]) -> tuple[Token, ...]:
    """What looks like a token: of Message-IDs first, because a message is known more exactly than a ticket."""
    found = [*map(token_of_message, message_ids), *map(token_of_address, addresses)]
    return tuple(dict.fromkeys(token for token in found if token is not None))


def is_ours(token: Token, secrets: Mapping[str, bytes]) -> bool:
    """Whether one of these keys signed it; ``secrets`` by the id of the key. Takes the same time for any wrong MAC."""
    secret = secrets.get(token.key_id)
    return secret is not None and hmac.compare_digest(token.mac, _mac(secret, token.signed, len(token.mac)))


def _of_message(key_id: str, nonce: str, number: int, domain: str) -> str:
    return f"message {key_id} {nonce} {number} {domain}"


def _of_address(key_id: str, number: int) -> str:
    return f"address {key_id} {number}"


def _mac(secret: bytes, signed: str, characters: int) -> str:
    digest = hmac.digest(secret, signed.encode(), hashlib.sha256)
    return base64.b32encode(digest).decode("ascii").lower()[:characters]
