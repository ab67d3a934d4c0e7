"""What is inside a ``winmail.dat`` (MS-OXTNEF): files, and the text where the mail has no other.

Own, because the only library for it (tnefparse 1.4, of 2021) copies the rest of the data for each attribute, which is
quadratic, and gives up all files for one odd code page. Linear; what is damaged yields what could be read before it.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

from ingest.rules.charsets import decode
from ingest.rules.rtf import rtf_text, unpacked

SIGNATURE = b"\x78\x9f\x3e\x22"
MAX_DEPTH = 3
"""Mails within mails that are opened."""

MAX_FILES = 200

_HEAD = struct.Struct("<BHHI")
_U32 = struct.Struct("<I")
_U16 = struct.Struct("<H")
_BODY, _CODE_PAGE, _PROPERTIES = 0x800C, 0x9007, 0x9003
_TITLE, _DATA, _RENDERING, _FILE_PROPERTIES = 0x8010, 0x800F, 0x9002, 0x9005
_TEXT, _RTF, _HTML, _INTERNET_CODE_PAGE = 0x1000, 0x1009, 0x1013, 0x3FDE
_OBJECT, _DISPLAY_NAME, _SHORT_NAME, _LONG_NAME, _MIME, _CONTENT_ID = 0x3701, 0x3001, 0x3704, 0x3707, 0x370E, 0x3712
_MESSAGE = bytes.fromhex("0703020000000000c000000000000046")
"""The interface of an attached mail (IID_IMessage), which is a TNEF of its own."""

_SIZES = {2: 4, 3: 4, 4: 4, 5: 8, 6: 8, 7: 8, 0xA: 4, 0xB: 4, 0x14: 8, 0x40: 8, 0x48: 16}
_VARIABLE = frozenset({0xD, 0x1E, 0x1F, 0x102})
_MANY = 0x1000
_NAMED = 0x8000


@dataclass(slots=True)
class TnefFile:
    """A file as Outlook packed it; ``content_type`` and ``content_id`` are ``""`` where it says nothing."""

    name: str = ""
    data: bytes = b""
    content_type: str = ""
    content_id: str = ""


@dataclass(slots=True)
class Tnef:
    """``html`` is the sender's own."""

    files: list[TnefFile] = field(default_factory=list)
    text: str = ""
    html: str | None = None


def read_tnef(data: bytes, depth: int = 0) -> Tnef:
    """Everything readable in it; nothing where it is no TNEF."""
    found = Tnef()
    charset = "cp1252"
    if not data.startswith(SIGNATURE):
        return found
    try:
        for level, name, value in _attributes(data):
            if name == _CODE_PAGE:
                charset = _charset(_U32.unpack_from(value)[0]) or charset
            elif level == 1:
                _read_message(found, name, value, charset)
            elif name == _RENDERING and len(found.files) < MAX_FILES:
                found.files.append(TnefFile())
            elif found.files:
                _read_file(found, name, value, charset, depth)
    except (struct.error, IndexError):
        pass
    found.files = [file for file in found.files if file.data or file.name]
    return found


def _attributes(data: bytes) -> Iterator[tuple[int, int, bytes]]:
    """Level, name and value of each attribute; the checksum behind it is not looked at."""
    at = 6
    while at + _HEAD.size <= len(data):
        level, name, _kind, size = _HEAD.unpack_from(data, at)
        at += _HEAD.size
        yield level, name, data[at : at + size]
        at += size + 2


def _read_message(found: Tnef, name: int, value: bytes, charset: str) -> None:
    if name == _BODY:
        found.text = decode(value.rstrip(b"\0"), charset)
    elif name == _PROPERTIES:
        values = dict(_properties(value))
        if (code_page := values.get(_INTERNET_CODE_PAGE)) and len(code_page[1]) >= _U32.size:
            charset = _charset(_U32.unpack_from(code_page[1])[0]) or charset
        if _TEXT in values:
            found.text = _string(values[_TEXT], charset)
        if _HTML in values:
            found.html = _string(values[_HTML], charset)
        if _RTF in values and not found.text and found.html is None:
            text, is_html = rtf_text(unpacked(values[_RTF][1]))
            found.text, found.html = ("", text) if is_html else (text, None)


def _read_file(found: Tnef, name: int, value: bytes, charset: str, depth: int) -> None:
    file = found.files[-1]
    match name:
        case name if name == _TITLE:
            file.name = file.name or decode(value.rstrip(b"\0"), charset)
        case name if name == _DATA:
            file.data = value
        case name if name == _FILE_PROPERTIES:
            values = {key: _string(item, charset) for key, item in _properties(value) if key != _OBJECT}
            file.name = values.get(_LONG_NAME) or file.name or values.get(_SHORT_NAME) or values.get(_DISPLAY_NAME, "")
            file.content_type = values.get(_MIME, "")
            file.content_id = values.get(_CONTENT_ID, "")
            inner = next((item[1] for key, item in _properties(value) if key == _OBJECT), b"")
            if inner.startswith(_MESSAGE) and depth < MAX_DEPTH:
                _open_message(found, file, read_tnef(inner[len(_MESSAGE) :], depth + 1))
            elif inner:
                file.data = inner.removeprefix(_MESSAGE)


def _open_message(found: Tnef, file: TnefFile, inner: Tnef) -> None:
    """Put the text and the files of an attached mail in its place."""
    if inner.html is not None:
        file.name, file.content_type, file.data = f"{file.name or 'mail'}.html", "text/html", inner.html.encode()
    else:
        file.name, file.content_type, file.data = f"{file.name or 'mail'}.txt", "text/plain", inner.text.encode()
    found.files += inner.files[: MAX_FILES - len(found.files)]


def _properties(data: bytes) -> Iterator[tuple[int, tuple[int, bytes]]]:
    """Number, type and first value of each MAPI property (MS-OXTNEF 2.1.3.4)."""
    at = 4
    while at + 4 <= len(data):
        kind, number = _U16.unpack_from(data, at)[0], _U16.unpack_from(data, at + 2)[0]
        at += 4
        if number >= _NAMED:
            at = _behind_name(data, at + 16)
        is_many, kind = bool(kind & _MANY), kind & ~_MANY
        count = 1
        if is_many or kind in _VARIABLE:
            count = _U32.unpack_from(data, at)[0]
            at += 4
        first: bytes | None = None
        if kind in _VARIABLE:
            for _ in range(min(count, len(data))):
                size = _U32.unpack_from(data, at)[0]
                first = data[at + 4 : at + 4 + size] if first is None else first
                at += 4 + (size + 3) // 4 * 4
        elif kind in _SIZES:
            first = data[at : at + _SIZES[kind]]
            at += _SIZES[kind] * count
        else:
            return
        yield number, (kind, first or b"")


def _behind_name(data: bytes, at: int) -> int:
    """The offset behind the name of a property that has one instead of a number."""
    is_string = _U32.unpack_from(data, at)[0]
    size = (_U32.unpack_from(data, at + 4)[0] + 3) // 4 * 4 if is_string else 0
    return at + 8 + size


def _string(item: tuple[int, bytes], charset: str) -> str:
    kind, value = item
    if kind == 0x1F:  # noqa: PLR2004  # PT_UNICODE
        return decode(value[: len(value) // 2 * 2], "utf-16-le").rstrip("\0")
    return decode(value.rstrip(b"\0"), charset)


def _charset(code_page: int) -> str | None:
    """The charset of a Windows code page, as far as mails have it."""
    special = {65001: "utf-8", 20127: "us-ascii", 28591: "iso-8859-1", 28592: "iso-8859-2", 28605: "iso-8859-15"}
    special |= {20866: "koi8-r", 21866: "koi8-u", 50220: "iso-2022-jp", 51932: "euc-jp", 51949: "euc-kr"}
    special |= {936: "gb18030", 932: "cp932", 949: "cp949", 950: "cp950", 54936: "gb18030"}
    return special.get(code_page) or (f"cp{code_page}" if 0 < code_page <= 1258 else None)  # noqa: PLR2004
