"""The hash chain of the audit log: whoever changes or removes an entry breaks every hash behind it.

The hash of an entry is SHA-256 over the hash before it, followed by the entry as canonical JSON: keys sorted, no
space, ASCII only, times in UTC. Ids and enumerations are text in it, and there are no fractions, so that an entry that
comes back from PostgreSQL gives the same bytes.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import StrEnum
from uuid import UUID

BEFORE_THE_FIRST = bytes(32)
"""What stands in place of a hash before the first entry."""


class ActorKind(StrEnum):
    """Who did it: an agent, an operator at the command line, somebody not signed in, or the desk by itself."""

    AGENT = "agent"
    OPERATOR = "operator"
    ANONYMOUS = "anonymous"
    SYSTEM = "system"


@dataclass(frozen=True, kw_only=True)
class Entry:
    """An entry without its hashes. ``seq`` counts from 1 without gaps; ``details`` hold what `plain` gives."""

    seq: int
    id: UUID
    at: datetime
    actor_kind: ActorKind
    actor_id: UUID | None
    actor_name: str
    credential_kind: str | None
    address: str
    user_agent: str
    action: str
    subject: str
    details: Mapping[str, object]


@dataclass(frozen=True, kw_only=True)
class Link:
    """An entry as it is stored, with the hash before it and its own."""

    entry: Entry
    previous: bytes
    hash: bytes


@dataclass(frozen=True, kw_only=True)
class Head:
    """How many entries there are, and the hash of the last one."""

    count: int
    hash: bytes


EMPTY = Head(count=0, hash=BEFORE_THE_FIRST)


def canonical(entry: Entry) -> bytes:
    """The entry as bytes that depend on nothing but its content."""
    content = vars(entry) | {"format": 1}
    return json.dumps(plain(content), sort_keys=True, separators=(",", ":"), ensure_ascii=True).encode()


def hash_of(entry: Entry, previous: bytes) -> bytes:
    """The hash of an entry behind ``previous``."""
    return hashlib.sha256(previous + canonical(entry)).digest()


def follows(link: Link, head: Head) -> bool:
    """Whether this is the very entry that was written behind ``head``."""
    return (
        link.entry.seq == head.count + 1
        and link.previous == head.hash
        and link.hash == hash_of(link.entry, link.previous)
    )


def plain(value: object) -> object:
    """The value as JSON has it and PostgreSQL keeps it. Raises TypeError for a fraction and for what is no data."""
    if isinstance(value, Mapping):
        return {_storable(str(key)): plain(item) for key, item in value.items()}
    if isinstance(value, set | frozenset):
        return sorted((plain(item) for item in value), key=str)
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    return value if value is None or isinstance(value, int) else _text(value)


def _text(value: object) -> str:
    match value:
        case str() | UUID():
            return _storable(str(value))
        case datetime():
            return value.astimezone(UTC).isoformat(timespec="microseconds")
        case date():
            return value.isoformat()
        case _:
            raise TypeError(f"a {type(value).__name__} cannot be part of an audit entry")


def _storable(text: str) -> str:
    """NUL and half characters are replaced: PostgreSQL stores neither."""
    return text.replace("\x00", "\ufffd").encode("utf-8", "replace").decode()
