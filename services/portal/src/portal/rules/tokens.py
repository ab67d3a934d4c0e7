"""Secrets of links and sessions: only their digest is stored."""

import hashlib

LONGEST = 200
"""Characters of a token that anyone may send; ours have 43."""


def digest(token: str) -> bytes:
    """SHA-256 of a token. A token has 256 random bits, so nothing slower is needed against guessing."""
    return hashlib.sha256(token.encode()).digest()
