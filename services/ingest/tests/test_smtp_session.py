"""Reading a mail's data from a session: where it ends, what its dots mean, how large it may be (RFC 5321 §4.5.2)."""

import asyncio
import itertools
from collections.abc import Sequence

import pytest
from aiosmtpd.smtp import SMTP
from hypothesis import given
from hypothesis import strategies as st

from ingest.received.smtp_session import Room, SmtpSession, Unread, read_data

MiB = 1024 * 1024


async def taken(stream: bytes, *, limit: int = MiB, cuts: Sequence[int] = (), room: int = 100 * MiB) -> bytes | Unread:
    """What is read of this stream, which arrives in pieces; it must have read up to the mark ``REST`` exactly."""
    reader = asyncio.StreamReader(limit=1024)
    edges = [0, *sorted(cut % (len(stream) + 1) for cut in cuts), len(stream)]

    async def feed() -> None:
        for start, end in itertools.pairwise(edges):
            reader.feed_data(stream[start:end])
            await asyncio.sleep(0)
        reader.feed_data(b"REST")
        reader.feed_eof()

    feeding = asyncio.create_task(feed())
    content = await asyncio.wait_for(read_data(reader, limit=limit, take=Room(room).take), 5)
    await feeding
    assert await reader.read() == b"REST"
    return content


def stuffed(content: bytes) -> bytes:
    """The content as a client sends it: whole lines, dots doubled, ended by a dot."""
    return b"".join(b"." + line if line.startswith(b".") else line for line in lines(content)) + b".\r\n"


def lines(content: bytes) -> list[bytes]:
    """The content's lines, ended by CR LF only."""
    *whole, rest = content.split(b"\r\n")
    assert rest == b""
    return [line + b"\r\n" for line in whole]


@pytest.mark.parametrize(
    ("stream", "content"),
    [
        (b".\r\n", b""),
        (b"\r\n.\r\n", b"\r\n"),
        (b"Subject: x\r\n\r\nHello.\r\n.\r\n", b"Subject: x\r\n\r\nHello.\r\n"),
        (b"..\r\n.\r\n", b".\r\n"),
        (b"...\r\n.\r\n", b"..\r\n"),
        (b".dot\r\n.\r\n", b"dot\r\n"),
        (b"a\r\n..\r\n..b\r\n.\r\n", b"a\r\n.\r\n.b\r\n"),
        (b"The end.\r\nNot yet.\r\n.\r\n", b"The end.\r\nNot yet.\r\n"),
    ],
)
async def test_a_lone_dot_ends_a_mail_and_doubled_dots_are_undone(stream: bytes, content: bytes) -> None:
    assert await taken(stream) == content


@pytest.mark.parametrize(
    "end", [b"\n.\n", b"\n.\r\n", b"\r\n.\n", b"\r.\r", b"\r\n.\r", b"\n.\r", b"\r.\r\n", b"\r\r\n.\r\r\n", b"\0.\r\n"]
)
async def test_nothing_but_cr_lf_dot_cr_lf_ends_a_mail(end: bytes) -> None:
    smuggled = b"first" + end + b"MAIL FROM:<x@evil.example>\r\n"
    content = await taken(smuggled + b".\r\n")
    assert isinstance(content, bytes)
    assert b"MAIL FROM:<x@evil.example>\r\n" in content


PIECES = st.sampled_from([b".", b"\r", b"\n", b"\r\n", b"..", b".\r\n", b"a", b"\0", b"Subject: x", b"x" * 3000])


@given(pieces=st.lists(PIECES, max_size=30), cuts=st.lists(st.integers(0, 10**6), max_size=6))
def test_any_content_arrives_as_it_was_sent(pieces: list[bytes], cuts: list[int]) -> None:
    content = b"".join(pieces) + b"\r\n"
    assert asyncio.run(taken(stuffed(content), cuts=cuts)) == content


async def test_a_mail_of_exactly_the_limit_is_taken_and_one_byte_more_is_not() -> None:
    content = b"x" * 9_998 + b"\r\n"
    assert await taken(stuffed(content), limit=10_000) == content
    assert await taken(stuffed(b"x" + content), limit=10_000) is Unread.TOO_LARGE


async def test_a_mail_far_beyond_the_limit_is_read_to_its_end_without_being_kept() -> None:
    assert await taken(stuffed(b"spam spam.\r\n" * 100_000), limit=10_000) is Unread.TOO_LARGE


async def test_a_mail_for_which_there_is_no_room_is_read_to_its_end_and_may_come_again() -> None:
    mail = stuffed(b"a large mail.\r\n" * 1000)
    assert await taken(mail, room=10_000) is Unread.NO_ROOM
    assert await taken(mail, room=20_000) == b"a large mail.\r\n" * 1000


async def test_lines_may_have_any_length() -> None:
    content = b"y" * 3 * MiB + b"\r\n"
    assert await taken(stuffed(content), limit=4 * MiB) == content


@pytest.mark.parametrize(
    "argument",
    [
        "<sabine@schulz.example>",
        "<sabine@schulz.example> SIZE=10 BODY=8BITMIME",
        "  <sabine@schulz.example>",
        "<>",
        "<> SIZE=5",
        "<@relay.example:sabine@schulz.example>",
        '<"sabine schulz"@schulz.example>',
        "sabine@schulz.example",
        "<sabine@[127.0.0.1]>",
        "<sabine>",
        "<sabine@schulz.example",
        "",
    ],
)
async def test_addresses_are_read_as_the_library_reads_them(argument: str) -> None:
    loop = asyncio.get_running_loop()
    ours = SmtpSession(object(), hostname="mx", loop=loop)._getaddr(argument)
    library = SMTP(object(), hostname="mx", loop=loop)._getaddr(argument)
    assert (ours[0], (ours[1] or "").strip()) == (library[0], (library[1] or "").strip())
