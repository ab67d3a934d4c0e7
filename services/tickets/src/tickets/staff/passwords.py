"""Password hashes: Argon2id (RFC 9106) in threads, so few at once that they cannot take all memory."""

import asyncio
import base64
import secrets
import unicodedata
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from pydantic import BaseModel, ConfigDict, Field

from chassis.problems import NotNow

MOST_WAITING = 50
"""Sign-ins that wait for a free slot; whoever comes then is asked to come again."""

SALT_BYTES = 16
HASH_BYTES = 32


class Cost(BaseModel):
    """What one hash costs. The defaults are the second choice of RFC 9106 §4, on one lane: some 0.1 s."""

    model_config = ConfigDict(frozen=True)

    memory_kib: int = Field(default=65_536, ge=8)
    passes: int = Field(default=3, ge=1)
    lanes: int = Field(default=1, ge=1)
    at_once: int = Field(default=2, ge=1)


class Passwords:
    """Hashes and verifies, at most ``cost.at_once`` at a time in this process."""

    def __init__(self, cost: Cost) -> None:
        self._hasher = PasswordHasher(
            time_cost=cost.passes,
            memory_cost=cost.memory_kib,
            parallelism=cost.lanes,
            hash_len=HASH_BYTES,
            salt_len=SALT_BYTES,
        )
        self._nobody = _hash_of_nobody(cost)
        self._slots = asyncio.Semaphore(cost.at_once)
        self._waiting = 0

    async def hash(self, password: str) -> str:
        """What to store. Raises `NotNow` while too many wait."""
        async with self._slot():
            return await asyncio.to_thread(self._hasher.hash, _normal(password))

    async def verify(self, password: str, stored: str | None) -> bool:
        """Whether this is the password. Takes as long without a stored hash as with one. Raises `NotNow`."""
        async with self._slot():
            return await asyncio.to_thread(self._verify, _normal(password), stored or self._nobody)

    def outdated(self, stored: str) -> bool:
        """Whether a hash was made at another cost than that of today."""
        return self._hasher.check_needs_rehash(stored)

    def _verify(self, password: str, stored: str) -> bool:
        try:
            return self._hasher.verify(stored, password)
        except (VerificationError, InvalidHashError):
            return False

    @asynccontextmanager
    async def _slot(self) -> AsyncIterator[None]:
        if self._waiting >= MOST_WAITING:
            raise NotNow(
                "Too many people sign in at this moment. Try again in a few seconds.", headers={"Retry-After": "5"}
            )
        self._waiting += 1
        try:
            await self._slots.acquire()
        finally:
            self._waiting -= 1
        try:
            yield
        finally:
            self._slots.release()


def _normal(password: str) -> str:
    """The same text however a keyboard composes it (NIST SP 800-63B §3.1.1.2)."""
    return unicodedata.normalize("NFKC", password)


def _hash_of_nobody(cost: Cost) -> str:
    """A hash at today's cost that no password has, except by a chance of 2^-256."""
    salt, hashed = (
        base64.b64encode(secrets.token_bytes(size)).decode().rstrip("=") for size in (SALT_BYTES, HASH_BYTES)
    )
    return f"$argon2id$v=19$m={cost.memory_kib},t={cost.passes},p={cost.lanes}${salt}${hashed}"
