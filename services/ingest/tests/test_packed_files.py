"""Files inside files: winmail.dat, uuencode, yEnc; invitations in plain words; charsets that nobody declared."""

import binascii
import struct
from typing import Any

import pytest

from ingest.parse import parse_bytes
from ingest.rules.tnef import SIGNATURE, read_tnef
from ingest.rules.transfer import yenc_bytes


def attribute(level: int, name: int, value: bytes) -> bytes:
    return struct.pack("<BHHI", level, name, 6, len(value)) + value + struct.pack("<H", sum(value) & 0xFFFF)


def padded(value: bytes) -> bytes:
    return value + bytes(-len(value) % 4)


def properties(*items: tuple[int, int, bytes]) -> bytes:
    """MAPI properties of variable size: type, number, value."""
    out = struct.pack("<I", len(items))
    for kind, number, value in items:
        out += struct.pack("<HHII", kind, number, 1, len(value)) + padded(value)
    return out


def winmail(*, text: bytes = b"", html: bytes = b"", inner: bytes = b"") -> bytes:
    """What Outlook packs: a text, a file with a long name, a picture, and perhaps another mail."""
    body = [(0x1E, 0x1000, text)] if text else []
    body += [(0x102, 0x1013, html)] if html else []
    named = (
        struct.pack("<IHH", 1, 0x1F, 0x8001) + bytes(16) + struct.pack("<II", 1, 6) + padded("ab\0".encode("utf-16-le"))
    )
    named += struct.pack("<II", 1, 4) + "x\0".encode("utf-16-le")
    parts = [
        attribute(1, 0x9007, struct.pack("<II", 1252, 0)),
        attribute(1, 0x9003, named),
        attribute(1, 0x9003, properties(*body)),
        attribute(2, 0x9002, bytes(14)),
        attribute(2, 0x8010, b"RECHNU~1.PDF\0"),
        attribute(2, 0x800F, b"%PDF-1.4"),
        attribute(2, 0x9005, properties((0x1F, 0x3707, "Rechnung März.pdf\0".encode("utf-16-le")))),
        attribute(2, 0x9002, bytes(14)),
        attribute(2, 0x8010, b"a.png\0"),
        attribute(2, 0x800F, b"\x89PNG"),
        attribute(2, 0x9005, properties((0x1E, 0x370E, b"image/png\0"), (0x1E, 0x3712, b"pic@x\0"))),
    ]
    if inner:
        message = bytes.fromhex("0703020000000000c000000000000046") + inner
        parts += [attribute(2, 0x9002, bytes(14)), attribute(2, 0x9005, properties((0xD, 0x3701, message)))]
    return SIGNATURE + b"\x01\x00" + b"".join(parts)


def mail_of(data: bytes, text: str = "", kind: str = "application/ms-tnef; name=winmail.dat") -> dict[str, Any]:
    encoded = binascii.b2a_base64(data).decode()
    raw = (
        f"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\n{text}\r\n--b\r\nContent-Type: {kind}\r\n"
        f"Content-Transfer-Encoding: base64\r\n\r\n{encoded}\r\n--b--\r\n"
    )
    return parse_bytes(raw.encode())


def names(shown: dict[str, Any]) -> list[tuple[str, str, int]]:
    return [(file["filename"], file["content_type"], file["size"]) for file in shown["attachments"]]


FILES = [("Rechnung März.pdf", "application/pdf", 8), ("a.png", "image/png", 4)]


def test_the_files_of_a_winmail_dat_stand_behind_it() -> None:
    data = winmail(text=b"inside")
    shown = mail_of(data, "outside")
    assert names(shown) == [("winmail.dat", "application/ms-tnef", len(data)), *FILES]
    assert shown["attachments"][2]["content_id"] == "pic@x"
    assert shown["text"] == "outside"


def test_the_text_of_a_winmail_dat_is_read_where_there_is_no_other() -> None:
    assert mail_of(winmail(text="Größe".encode("cp1252")))["text"] == "Größe"
    shown = mail_of(winmail(html=b"<p>Hello</p>"), kind="application/octet-stream; name=winmail.dat")
    assert (shown["text"], shown["html"]) == ("Hello", "<p>Hello</p>")


def test_a_mail_inside_a_winmail_dat_is_opened_as_deep_as_allowed() -> None:
    nested = winmail(text=b"innermost")
    for _ in range(6):
        nested = winmail(text=b"around", inner=nested)
    found = read_tnef(nested)
    assert 8 <= len(found.files) <= 20


@pytest.mark.parametrize("cut", range(0, 400, 7))
def test_a_winmail_dat_that_is_cut_short_is_survived(cut: int) -> None:
    shown = mail_of(winmail(text=b"inside")[:cut] or b"x")
    assert shown["error"] is None
    assert shown["attachments"][0]["filename"] == "winmail.dat"


def uuencoded(data: bytes, name: str = "a.pdf") -> str:
    lines = [binascii.b2a_uu(data[at : at + 45]).decode() for at in range(0, len(data), 45)]
    return f"begin 644 {name}\n{''.join(lines)}`\nend\n"


def test_uuencoded_files_in_a_text_are_files() -> None:
    data = bytes(range(256)) * 3
    text = f"Hello,\n\n{uuencoded(data)}\nand\n{uuencoded(b'x', 'Größe.txt')}bye\n"
    shown = parse_bytes(f"Content-Type: text/plain; charset=utf-8\n\n{text}".encode())
    assert names(shown) == [("a.pdf", "application/pdf", 768), ("Größe.txt", "text/plain", 1)]
    assert shown["text"].split() == ["Hello,", "and", "bye"]


@pytest.mark.parametrize(
    "text", ["begin 644 a.txt\nMrather prose\nend of it", "I begin 644 things\nnow\nend\n", "begin "]
)
def test_prose_about_beginnings_stays_text(text: str) -> None:
    shown = parse_bytes(f"Subject: x\n\n{text}".encode())
    assert (shown["attachments"], shown["text"]) == ([], text.strip("\n"))


def test_yenc_files_in_a_text_are_files() -> None:
    data = bytes(range(256))
    coded = b"".join(
        b"=" + bytes([(byte + 106) & 255]) if (byte + 42) & 255 in b"\0\n\r=" else bytes([(byte + 42) & 255])
        for byte in data
    )
    assert yenc_bytes(coded[:130] + b"\r\n" + coded[130:]) == data
    raw = b"Subject: x\r\n\r\nhi\r\n=ybegin line=128 size=256 name=a.bin\r\n" + coded + b"\r\n=yend size=256\r\nbye\r\n"
    shown = parse_bytes(raw)
    assert names(shown) == [("a.bin", "application/octet-stream", 256)]
    assert shown["text"].split() == ["hi", "bye"]


EVENT = (
    "BEGIN:VCALENDAR\r\nMETHOD:{method}\r\nBEGIN:VEVENT\r\nSUMMARY:Cake\\, with\r\n  coffee\r"
    "\nDTSTART;TZID=Europe/Berlin:"
    '20260112T100000\r\nDTEND;TZID=Europe/Berlin:20260112T113000\r\nLOCATION:Room 1\r\nORGANIZER;CN="Meier, Anna":'
    "mailto:a@x.example\r\nATTENDEE;PARTSTAT=ACCEPTED;CN=Bob:mailto:b@x.example\r\nDESCRIPTION:One\\nTwo\r"
    "\nBEGIN:VALARM\r\n"
    "DESCRIPTION:ring\r\nEND:VALARM\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
)


def calendar(method: str) -> str:
    raw = f"Content-Type: text/calendar; method={method}; charset=utf-8\r\n\r\n{EVENT.format(method=method)}"
    return str(parse_bytes(raw.encode())["text"])


def test_an_invitation_that_is_nothing_else_is_told_in_words() -> None:
    assert calendar("REQUEST").split("\n") == [
        "Invitation: Cake, with coffee",
        "When: 2026-01-12 10:00 – 11:30 (Europe/Berlin)",
        "Where: Room 1",
        "Organiser: Meier, Anna <a@x.example>",
        "",
        "One",
        "Two",
    ]


def test_an_answer_and_a_cancellation_are_told_as_such() -> None:
    assert calendar("CANCEL").startswith("Cancelled: Cake")
    assert "Bob <b@x.example>: accepted" in calendar("REPLY")


UNDECLARED = {
    "Russian, Windows": ("Привет, посылаю вам счёт", "cp1251"),
    "Russian, KOI8": ("Привет, посылаю вам счёт", "koi8-r"),
    "Chinese": ("您好,订单已经发货,请查收附件中的发票", "gb18030"),
    "Chinese, Big5": ("您好,訂單已經發貨,請查收附件中的發票", "big5"),
    "Japanese": ("お世話になっております。請求書を送付いたします", "shift_jis"),
    "Korean": ("안녕하세요, 송장을 첨부했습니다", "cp949"),
    "Greek": ("Καλημέρα σας, σας στέλνω το τιμολόγιο", "cp1253"),
    "German": ("Größe über alles, schöne Grüße", "cp1252"),
    "French": ("Voilà l'été à la façade, où ça coûte", "cp1252"),
}


@pytest.mark.parametrize("declared", ["", "; charset=us-ascii", "; charset=x-unknown"])
@pytest.mark.parametrize(("text", "codec"), UNDECLARED.values(), ids=UNDECLARED)
def test_raw_text_whose_charset_nobody_declares_is_read(text: str, codec: str, declared: str) -> None:
    data = text.encode(codec)
    shown = parse_bytes(b"Subject: " + data + f"\r\nContent-Type: text/plain{declared}\r\n\r\n".encode() + data)
    assert (shown["subject"], shown["text"]) == (text, text)


def test_raw_headers_are_read_in_the_charset_of_the_text() -> None:
    raw = b"From: " + "Żółw <z@x.example>".encode("iso-8859-2")
    raw += b"\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n"
    raw += b"--b\r\nContent-Type: text/plain; charset=iso-8859-2\r\n\r\nx\r\n--b--\r\n"
    assert parse_bytes(raw)["from"]["name"] == "Żółw"


def test_a_few_damaged_bytes_do_not_spoil_a_text() -> None:
    raw = b"Content-Type: text/plain; charset=utf-8\r\n\r\n" + "Größenverhältnisse".encode() + b"\xff"
    assert parse_bytes(raw)["text"] == "Größenverhältnisse\ufffd"
