"""The rules of the chain: the same content gives the same bytes, and any other content another hash (TS-11)."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from enum import StrEnum
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tickets.audit.rules.chain import EMPTY, ActorKind, Entry, Head, Link, canonical, follows, hash_of, plain

ID = UUID("01900000-0000-7000-8000-00000000e001")
ADA = UUID("01900000-0000-7000-8000-0000000a0001")
ENTRY = Entry(
    seq=1,
    id=ID,
    at=datetime(2026, 11, 20, 9, tzinfo=UTC),
    actor_kind=ActorKind.AGENT,
    actor_id=ADA,
    actor_name="Ada Ädmin",
    credential_kind="session",
    address="192.0.2.7",
    user_agent="Browser 1",
    action="agent.changed",
    subject=f"agent:{ADA}",
    details={"b": [1, True, None], "a": "x"},
)


class Colour(StrEnum):
    RED = "red"


def link(entry: Entry, previous: bytes) -> Link:
    return Link(entry=entry, previous=previous, hash=hash_of(entry, previous))


def test_an_entry_has_one_form_with_sorted_keys_and_ascii_only() -> None:
    text = canonical(ENTRY).decode("ascii")
    assert text.startswith('{"action":"agent.changed","actor_id":"01900000-')
    assert '"details":{"a":"x","b":[1,true,null]}' in text
    assert '"at":"2026-11-20T09:00:00.000000+00:00"' in text
    assert r"Ada \u00c4dmin" in text


def test_the_zone_and_the_order_of_keys_do_not_matter() -> None:
    same = replace(
        ENTRY,
        at=ENTRY.at.astimezone(timezone(timedelta(hours=5))),
        details={"a": "x", "b": [1, True, None]},
    )
    assert canonical(same) == canonical(ENTRY)


@pytest.mark.parametrize(
    "changes",
    [
        {"seq": 2},
        {"id": ADA},
        {"at": ENTRY.at + timedelta(microseconds=1)},
        {"actor_kind": ActorKind.SYSTEM},
        {"actor_id": None},
        {"actor_name": "Ada"},
        {"credential_kind": "token"},
        {"address": "192.0.2.8"},
        {"user_agent": ""},
        {"action": "agent.created"},
        {"subject": "agent:x"},
        {"details": {"b": [1, True, None], "a": "y"}},
    ],
    ids=lambda changes: next(iter(changes)),
)
def test_each_part_of_an_entry_is_under_its_hash(changes: dict[str, Any]) -> None:
    assert hash_of(replace(ENTRY, **changes), EMPTY.hash) != hash_of(ENTRY, EMPTY.hash)


def test_an_entry_follows_only_where_it_was_written() -> None:
    first = link(ENTRY, EMPTY.hash)
    second = link(replace(ENTRY, seq=2), first.hash)
    assert follows(first, EMPTY)
    assert follows(second, Head(count=1, hash=first.hash))
    assert not follows(second, EMPTY)
    assert not follows(link(replace(ENTRY, seq=2), EMPTY.hash), Head(count=1, hash=first.hash))
    assert not follows(replace(first, entry=replace(ENTRY, action="agent.deleted")), EMPTY)


def test_details_become_what_json_has() -> None:
    details = {"id": ADA, "at": ENTRY.at, "day": ENTRY.at.date(), "set": {"b", "a"}, "pair": (1, None), "c": Colour.RED}
    assert plain(details) == {
        "id": str(ADA),
        "at": "2026-11-20T09:00:00.000000+00:00",
        "day": "2026-11-20",
        "set": ["a", "b"],
        "pair": [1, None],
        "c": "red",
    }


@pytest.mark.parametrize("value", [1.5, b"x", object()])
def test_fractions_and_bytes_are_refused(value: object) -> None:
    with pytest.raises(TypeError):
        plain({"x": value})


@given(st.text())
def test_every_text_can_be_stored(text: str) -> None:
    stored = str(plain(text))
    assert "\x00" not in stored
    assert stored.encode().decode() == stored
    assert plain(stored) == stored
