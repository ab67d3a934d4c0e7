"""Cursors come back as they were given out, and anything else is refused."""

import base64
from datetime import UTC, datetime
from uuid import UUID

import pytest

from chassis.paging import InvalidCursor, decode_cursor, encode_cursor

AT = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
ID = UUID("01a00001-0001-7001-9001-000001000001")


def test_a_cursor_holds_the_sort_key_of_the_last_row() -> None:
    cursor = encode_cursor(AT, "müller", 7, ID)
    assert decode_cursor(cursor, datetime, str, int, UUID) == (AT, "müller", 7, ID)


@pytest.mark.parametrize(
    "cursor",
    [
        "rubbish",
        "ä",
        "",
        encode_cursor("only one part"),
        encode_cursor("no id", "x"),
        encode_cursor("NUL \x00", ID),
        base64.urlsafe_b64encode(b'{"a": 1}').decode(),
    ],
)
def test_what_we_did_not_give_out_is_refused(cursor: str) -> None:
    with pytest.raises(InvalidCursor):
        decode_cursor(cursor, str, UUID)
