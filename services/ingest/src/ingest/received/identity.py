"""What makes two deliveries one mail (MT-03)."""

import re
from uuid import UUID

_MESSAGE_ID = re.compile(rb"(?:^|\n)message-id[ \t]*:", re.IGNORECASE)
_BLOCK_END = re.compile(rb"\r?\n\r?\n")
_LOOKED_AT = 64 * 1024
"""Bytes of a mail in which its Message-ID is looked for."""


def source_id(account_id: UUID, raw: bytes, *, sha256: str, mail_id: UUID) -> str:
    """The identity of a mail that came by SMTP, unique in the ledger.

    A sender who missed our answer sends the same bytes again (RFC 1047): the same bytes with a Message-ID, which no
    two mails share (RFC 5322 §3.6.4), are the same mail. Without one they may be two, so each is a mail of its own.
    """
    return f"smtp:{account_id}:{sha256 if has_message_id(raw) else mail_id}"


def has_message_id(raw: bytes) -> bool:
    """Whether the header block names one."""
    end = _BLOCK_END.search(raw, 0, _LOOKED_AT)
    return _MESSAGE_ID.search(raw, 0, end.start() + 1 if end else _LOOKED_AT) is not None
