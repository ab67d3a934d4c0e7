"""Roles, credentials, delays, passwords and addresses, as tables of cases."""

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.tickets import Permission
from tickets.staff.rules.attempts import FREE, LONGEST, delay_after
from tickets.staff.rules.credentials import ABSOLUTE, IDLE, digest, new_secret, session_ends, token_id, token_text
from tickets.staff.rules.emails import clean_email, email_key
from tickets.staff.rules.passwords import password_fault
from tickets.staff.rules.permissions import PERMISSIONS, Role, allowed

NINE = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)

MATRIX = """
                    admin  agent  light_agent
tickets:read        x      x      x
tickets:write       x      x      -
notes:write         x      x      x
contacts:read       x      x      x
contacts:write      x      x      -
notifications:read  x      x      x
mail:read           x      x      -
mail:manage         x      -      -
portal:manage       x      -      -
staff:read          x      x      x
staff:manage        x      -      -
audit:read          x      -      -
operations:manage   x      -      -
"""


def test_each_role_allows_what_the_table_says() -> None:
    heading, *lines = MATRIX.strip().splitlines()
    roles = [Role(name) for name in heading.split()]
    table = {line.split()[0]: line.split()[1:] for line in lines}
    assert set(table) == {str(permission) for permission in Permission}
    for permission, marks in table.items():
        for role, mark in zip(roles, marks, strict=True):
            assert (permission in PERMISSIONS[role]) is (mark == "x"), (role, permission)


@pytest.mark.parametrize(
    ("role", "scopes", "permissions"),
    [
        (Role.ADMIN, ["staff:manage"], {"staff:manage"}),
        (Role.AGENT, ["staff:manage", "tickets:read"], {"tickets:read"}),
        (Role.LIGHT_AGENT, ["tickets:write"], set()),
        (Role.ADMIN, [], set()),
        (Role.ADMIN, ["a scope of another time"], set()),
    ],
)
def test_a_token_allows_what_both_its_scopes_and_the_role_allow(
    role: Role, scopes: list[str], permissions: set[str]
) -> None:
    assert allowed(role, scopes=scopes) == permissions


@given(st.sampled_from(Role), st.frozensets(st.sampled_from(Permission)))
def test_no_token_allows_more_than_its_agent(role: Role, scopes: frozenset[Permission]) -> None:
    assert allowed(role, scopes=scopes) <= allowed(role)


@pytest.mark.parametrize(
    ("failures", "seconds"),
    [(0, 0), (FREE - 1, 0), (FREE, 2), (FREE + 1, 4), (FREE + 2, 8), (FREE + 8, 512), (FREE + 9, 900), (10_000, 900)],
)
def test_the_delay_doubles_after_the_free_failures_and_has_an_end(failures: int, seconds: int) -> None:
    assert delay_after(failures) == timedelta(seconds=seconds)
    assert delay_after(failures) <= LONGEST


@pytest.mark.parametrize(
    ("used_for", "lasts"),
    [
        (timedelta(), IDLE),
        (timedelta(hours=10), timedelta(hours=18)),
        (timedelta(hours=16), ABSOLUTE),
        (timedelta(hours=23), ABSOLUTE),
    ],
)
def test_a_session_ends_when_idle_or_after_a_day(used_for: timedelta, lasts: timedelta) -> None:
    assert session_ends(NINE, NINE + used_for) == NINE + lasts


def test_secrets_have_256_bits_and_never_repeat() -> None:
    secrets = {new_secret() for _ in range(1000)}
    assert len(secrets) == 1000
    assert {len(secret) for secret in secrets} == {43}


@given(st.uuids())
def test_the_id_of_a_token_is_read_from_its_text(identity: UUID) -> None:
    assert token_id(token_text(identity, new_secret())) == identity


@given(st.text(max_size=100))
def test_any_other_text_is_no_token_and_still_has_a_digest(text: str) -> None:
    assert token_id(text) is None
    assert len(digest(text)) == 32


def test_a_token_can_be_sent_in_one_header_of_the_length_that_is_read() -> None:
    assert len(token_text(uuid4(), new_secret())) == 79


@pytest.mark.parametrize(
    ("password", "fault"),
    [
        ("correct horse", None),
        ("ten letter", None),
        ("пароль-пароль", None),
        ("x" * 253 + "abc", None),
        ("ninechars", "at least 10"),
        ("", "at least 10"),
        ("ab" * 129, "at most 256"),
        ("abababababab", "repeats"),
        ("Tom.Kraus@Desk.Example", "address"),
        ("TOM.KRAUSE1", None),
    ],
)
def test_length_decides_about_a_password(password: str, fault: str | None) -> None:
    found = password_fault(password, email="tom.kraus@desk.example")
    assert (found is None) is (fault is None)
    assert fault is None or (found is not None and fault in found)


@pytest.mark.parametrize(
    ("written", "key"),
    [
        ("Tom@Desk.Example", "tom@desk.example"),
        (" tom+x@desk.example\n", "tom+x@desk.example"),
        ("tom@localhost", "tom@localhost"),
    ],
)
def test_an_address_is_stored_in_lower_case(written: str, key: str) -> None:
    assert clean_email(written) == email_key(written) == key


@pytest.mark.parametrize(
    "written",
    [
        "",
        "tom",
        "@desk.example",
        "tom@",
        "tom@desk..example",
        "tom@desk.example, ada@desk.example",
        "töm@desk.example",
        "tom@desk.example\r\nBcc: x@y.example",
        "\u212aim@desk.example\u200b",
        "x" * 250 + "@desk.example",
    ],
)
def test_what_is_no_plain_address_is_refused(written: str) -> None:
    with pytest.raises(ValueError, match="mail address"):
        clean_email(written)
