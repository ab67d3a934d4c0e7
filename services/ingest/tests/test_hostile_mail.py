"""Mails made to break a parser: each ends in values or in `Unparseable`, in little time (MT-13, reliability.md 2.3)."""

import json
import re
from collections.abc import Iterator

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from contracts.ingest import MAX_HTML, MAX_TEXT, MailReceived
from ingest.parse import parse_bytes
from ingest.rules.limits import MAX_DEPTH, MAX_HEADER, MAX_HEADER_BLOCK, MAX_LINES, MAX_PARTS, Unparseable, check_limits
from ingest.rules.parse import ParsedMail, parse_mail


def nested(depth: int) -> bytes:
    """Multiparts in multiparts, the outermost being depth 0."""
    levels = (f"Content-Type: multipart/mixed; boundary=b{n}\r\n\r\n--b{n}\r\n".encode() for n in range(depth))
    return b"".join(levels) + b"\r\ndeep\r\n"


def flat(parts: int) -> bytes:
    return b"Content-Type: multipart/mixed; boundary=x\r\n\r\n" + b"--x\r\n\r\ny\r\n" * parts + b"--x--\r\n"


def part_with(header: str) -> bytes:
    """A mail whose second part has this header."""
    opening = b"Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\n\r\nhi\r\n--x\r\n"
    return opening + header.encode() + b"\r\n\r\ny\r\n--x--\r\n"


def segments(count: int) -> str:
    return "Content-Disposition: attachment" + "".join(f";\r\n filename*{n}*=a" for n in range(count))


REFUSED = {
    "200 multiparts in each other": (nested(200), "nested deeper"),
    "1,000 multiparts in each other": (nested(1000), "nested deeper"),
    "1,000 mails in each other": (b"Content-Type: message/rfc822\r\n\r\n" * 1000 + b"\r\nx", "nested deeper"),
    "10,000 parts": (flat(10_000), "more than 1,000 parts"),
    "100,000 parts": (flat(100_000), "more than 1,000 parts"),
    "8,000 encoded words": (b"Subject: " + b"=?utf-8?q?a?= " * 8_000 + b"\r\n\r\nx", "longer than 32 KiB"),
    "1,100 encoded words": (b"Subject: " + b"=?utf-8?q?a?=\r\n " * 1_100 + b"\r\n\r\nx", "1,000 encoded words"),
    "a header of 10 MB": (b"Subject: " + b"a" * 10_000_000 + b"\r\n\r\nx", "headers take more than 256 KiB"),
    "a header of 33 KiB": (b"X: y\r\nSubject: " + b"a\r\n " * 8_500 + b"\r\n\r\nx", "the header Subject is longer"),
    "headers of 300 KiB": (b"X-A: b\r\n" * 40_000 + b"\r\nx", "headers take more than 256 KiB"),
    "headers without end": (b"X-A: b\r\n" * 40_000, "headers take more than 256 KiB"),
    "101 segments": (f"{segments(101)}\r\n\r\nx".encode(), "100 continued segments"),
    "5,000 segments": (f"{segments(5_000)}\r\n\r\nx".encode(), "longer than 32 KiB"),
    "101 segments in a part": (part_with(segments(101)), "100 continued segments"),
    "a header of 33 KiB in a part": (part_with("X-Y: " + "a" * 33 * 1024), "the header X-Y is longer"),
    "300 parameters in a part": (part_with("Content-Type: a/b" + "; x=y" * 300), "200 parameters"),
    "a boundary of 600 characters": (
        f"Content-Type: multipart/mixed; boundary={'x' * 600}\r\n\r\n".encode(),
        "boundary",
    ),
    "lines without end": (b"\n" * (MAX_LINES + 1), "800,000 lines"),
    "lines of bare CR": (b"\r" * (MAX_LINES + 1), "800,000 lines"),
}


@pytest.mark.parametrize(("raw", "reason"), REFUSED.values(), ids=REFUSED)
def test_what_would_cost_too_much_is_refused_with_its_reason(raw: bytes, reason: str) -> None:
    with pytest.raises(Unparseable, match=re.escape(reason)) as refusal:
        parse_mail(raw)
    assert refusal.value.reason == str(refusal.value)


def test_the_size_is_limited_by_the_caller() -> None:
    assert check_limits(b"x" * 101, max_size=100) == "the mail has 101 bytes, more than 100"
    assert check_limits(b"x" * 100, max_size=100) is None
    with pytest.raises(Unparseable, match="101 bytes"):
        parse_mail(b"x" * 101, max_size=100)


WITHIN = {
    "as deep as allowed": nested(MAX_DEPTH),
    "as many parts as allowed": flat(MAX_PARTS),
    "100 segments": f"{segments(100)}\r\n\r\nx".encode(),
    "1,000 brackets": b"To: " + b"(" * 1_000 + b"\r\n\r\nx",
    "30,000 brackets": b"From: " + b"(" * 30_000 + b"\r\n\r\nx",
    "30,000 closed brackets": b"From: " + b"(" * 15_000 + b")" * 15_000 + b" a@x.example\r\n\r\nx",
    "a quote of escaped quotes": b"From: " + b'"' + b'\\"' * 16_000 + b"\r\n\r\nx",
    "brackets and quotes by turns": b"To: " + b'<("\\") ' * 4_500 + b"\r\n\r\nx",
    "angles": b"To: " + b"<" * 32_000 + b"\r\n\r\nx",
    "escaped quotes after an angle": b'To: <"' + b'\\"' * 16_000 + b"\r\n\r\nx",
    "3,000 addresses": b"To: " + b"a@x.example," * 2_700 + b"\r\n\r\nx",
    "an address of dots": b"From: " + b"a." * 16_000 + b"@x.example\r\n\r\nx",
    "a domain of dashes": b"From: a@" + b"a-" * 16_000 + b"\r\n\r\nx",
    "half encoded words": b"Subject: " + b"=?a" * 900 + b"?q?" * 900 + b"\r\n\r\nx",
    "ids without end": b"References: " + b"<" * 32_000 + b"\r\n\r\nx",
    "a date of digits": b"Date: " + b"1" * 32_000 + b"\r\n\r\nx",
    "64,000 empty headers": b"a:\r\n" * 64_000 + b"\r\nx",
    "quoted semicolons": b'Content-Type: text/plain; a="' + b";" * 190 + b"x" * 32_000 + b"\r\n\r\nx",
    "a codec that is quadratic": b"Content-Type: text/plain; charset=punycode\r\n\r\n" + "ä".encode() * 200_000,
    "shifts without end": b"Content-Type: text/plain; charset=iso-2022-jp\r\n\r\n" + b"\x1b$B" * 200_000,
    "soft line breaks": b"Content-Type: text/plain; format=flowed\r\n\r\n" + b"> \r\n" * 200_000,
    "uuencode without end": b"Content-Transfer-Encoding: x-uuencode\r\n\r\nbegin 644 x\r\n" + b"M" * 200_000,
    "open divs": b"Content-Type: text/html\r\n\r\n" + b"<div>" * 50_000,
    "unclosed bold before many paragraphs": b"Content-Type: text/html\r\n\r\n<p>"
    + b"".join(b"<b title=%d>" % n for n in range(1_000))
    + b"</p>"
    + b"<p>x</p>" * 20_000,
    "attributes": b"Content-Type: text/html\r\n\r\n<a " + b" ".join(b"b%d=c" % n for n in range(30_000)) + b">",
    "lesser-than signs": b"Content-Type: text/html\r\n\r\n" + b"<" * 250_000,
    "comments": b"Content-Type: text/html\r\n\r\n" + b"<!--" * 60_000,
    "a name in two ways at once": b"Content-Disposition: attachment; filename*=a; filename*0=b\r\n\r\nx",
    "a boundary in two ways at once": b"Content-Type: multipart/mixed; boundary*=a; boundary*0=b\r\n\r\n--a\r\n\r\nx",
    "a segment beyond all numbers": b"Content-Disposition: attachment; filename*" + b"9" * 5_000 + b"=a\r\n\r\nx",
    "no header at all": b"\x00\xff" * 1_000,
    "nothing": b"",
    "only line ends": b"\r\n\r\n\r\n",
    "bare CR": b"Subject: a\rFrom: a@x.example\r\rtext",
    "an mbox line": b"From anna Mon Jan 12\r\nSubject: hi\r\n\r\ntext",
}


@pytest.mark.parametrize("raw", WITHIN.values(), ids=WITHIN)
def test_what_is_within_the_limits_becomes_values(raw: bytes) -> None:
    assert_storable(parse_mail(raw))


def test_the_header_block_may_be_as_long_as_the_limit() -> None:
    line = b"X-A: " + b"b" * (MAX_HEADER - 10) + b"\r\n"
    assert check_limits(line * (MAX_HEADER_BLOCK // len(line)) + b"\r\n" + b"x" * MAX_HEADER_BLOCK) is None


def strings(value: object) -> Iterator[str]:
    """Every string in a value, however deep."""
    match value:
        case str():
            yield value
        case tuple() | list():
            for item in value:
                yield from strings(item)
        case _ if hasattr(value, "__dataclass_fields__"):
            for name in value.__dataclass_fields__:
                yield from strings(getattr(value, name))
        case _ if hasattr(type(value), "model_fields"):
            for name in type(value).model_fields:  # type: ignore[attr-defined]
                yield from strings(getattr(value, name))


def assert_storable(mail: ParsedMail) -> None:
    """What PostgreSQL and JSON take, within the caps of the contract."""
    for text in strings(mail):
        assert "\0" not in text
        assert text.encode().decode() == text
    assert len(mail.text) <= MAX_TEXT
    assert len(mail.html or "") <= MAX_HTML
    assert not re.search(r"[\r\n]", mail.subject + "".join(box.name + box.address for box in (*mail.to, *mail.cc)))
    assert {"kind", "subject", "sender", "text"} <= set(MailReceived.model_fields)


def assert_values_or_refusal(raw: bytes, envelope_sender: str | None) -> None:
    """Any other exception is one that nobody expects."""
    reason = ""
    try:
        mail = parse_mail(raw, envelope_sender=envelope_sender)
    except Unparseable as refusal:
        reason = refusal.reason
        mail = None
    assert (mail is None) == bool(reason)
    shown = parse_bytes(raw)
    assert "could not be read" not in f"{reason}{shown['error']}", "an exception that no rule foresaw"
    json.dumps(shown)
    if mail:
        assert_storable(mail)


HEADERS = (
    b"From: |To: |Subject: |Content-Type: |Content-Disposition: |Content-Transfer-Encoding: |Content-ID: |Date: "
    b"|Message-ID: |References: |Auto-Submitted: |Return-Path: |Final-Recipient: |Action: "
)
VALUES = (
    b"multipart/mixed; boundary=x|multipart/alternative; boundary=x|multipart/related; boundary=x"
    b"|multipart/report; report-type=delivery-status; boundary=x|multipart/digest; boundary=x|message/rfc822"
    b"|application/ms-tnef|text/calendar|BEGIN:VEVENT\r\nSUMMARY:x\r\n|=ybegin name=x\r\n|\r\n=yend x\r\n|M\r\nend\r\n"
    b"|\x78\x9f\x3e\x22\x00\x00|On 1.1.26 a@b wrote:\r\n|> x\r\n|-- \r\n|From: a\r\nSent: b\r\nTo: c\r\nSubject: d\r\n"
    b"|message/delivery-status|text/html|text/plain; charset=utf-16|; charset=utf-7|; format=flowed"
    b"|; name*0*=utf-8''%41|; filename=|base64|quoted-printable|x-uuencode|begin 644 x\r\n|=?utf-8?q?=C3?=|=?x?b?A?="
)
MARKS = (
    b'\r\n|\r\n\r\n|\n|\r|--x\r\n|--x--\r\n|<a@b>|"|(|)|<|>|,|;|:|@|\\|=\r\n|\x00|\xff\xfe|\xc3\xa4|\x1b$B|<p>|<b|</|<!--'
    b"|cid:a"
)
FRAGMENTS = st.sampled_from(b"|".join((HEADERS, VALUES, MARKS)).split(b"|"))
HOSTILE = st.lists(FRAGMENTS | st.binary(max_size=20), max_size=60).map(b"".join)


@settings(max_examples=400, deadline=None)
@given(HOSTILE | st.binary(max_size=2_000), st.none() | st.just("") | st.text(max_size=20))
@example(b"Content-Type: text/plain; charset*=\r\n\r\n\xff", None)
@example(b"begin 644 x\r\nBEGIN:VEVENT\r\nSUMMARY:x\r\n\r\n", None)
@example(b"Content-Disposition: attachment; filename*=''%\r\n\r\n", None)
def test_any_bytes_become_values_or_a_refusal(raw: bytes, envelope_sender: str | None) -> None:
    assert_values_or_refusal(raw, envelope_sender)


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=2_000), st.data())
def test_a_damaged_mail_is_survived(noise: bytes, data: st.DataObject) -> None:
    good = nested(3) + flat(3) + part_with(segments(3))
    at = data.draw(st.integers(0, len(good)))
    raw = good[:at] + noise + good[at + data.draw(st.integers(0, 200)) :]
    assert_values_or_refusal(raw, None)
