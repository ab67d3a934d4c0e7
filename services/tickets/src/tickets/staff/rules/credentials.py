"""Secrets of sessions and API tokens: how they look, what is stored of them, and how long they hold."""

import hashlib
import re
import secrets
from datetime import datetime, timedelta
from uuid import UUID

IDLE = timedelta(hours=8)
"""A session that was not used for so long has ended."""

ABSOLUTE = timedelta(hours=24)
"""No session lasts longer, however busy it is."""

SEEN_EVERY = timedelta(minutes=1)
"""How exactly it is written when a session or a token was last used."""

LONGEST_TOKEN = timedelta(days=365)

_TOKEN = re.compile(r"ds_(?P<id>[0-9a-f]{32})_[A-Za-z0-9_-]{43}")


def new_secret() -> str:
    """256 random bits, 43 characters that need no escape in a cookie or a URL."""
    return secrets.token_urlsafe(32)


def digest(secret: str) -> bytes:
    """What is stored of a secret. SHA-256 is enough for 256 random bits: there is nothing to guess."""
    return hashlib.sha256(secret.encode("utf-8", "replace")).digest()


def token_text(token_id: UUID, secret: str) -> str:
    """An API token as it is shown once. The beginning lets scanners for leaked secrets recognise it."""
    return f"ds_{token_id.hex}_{secret}"


def token_id(text: str) -> UUID | None:
    """The id in an API token; None where the text is no token of ours."""
    found = _TOKEN.fullmatch(text)
    return UUID(found["id"]) if found else None


def session_ends(created_at: datetime, seen_at: datetime) -> datetime:
    """When a session ends if it is not used again."""
    return min(created_at + ABSOLUTE, seen_at + IDLE)
