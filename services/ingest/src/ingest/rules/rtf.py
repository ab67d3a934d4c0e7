"""Compressed RTF (MS-OXRTFCP) as text, or as the HTML that Outlook packed into it (MS-OXRTFEX). Linear."""

import re
import struct
from dataclasses import dataclass, replace

from ingest.rules.charsets import decode

MAX_RTF = 1024 * 1024
"""Bytes of RTF that are unpacked."""

_HEAD = struct.Struct("<IIII")
_COMPRESSED, _PLAIN = 0x75465A4C, 0x414C454D
_WINDOW = 4096
_BEGINNING = (
    rb"{\rtf1\ansi\mac\deff0\deftab720{\fonttbl;}{\f0\fnil \froman \fswiss \fmodern \fscript \fdecor MS Sans Serif"
    rb"SymbolArialTimes New RomanCourier{\colortbl\red0\green0\blue0"
    b"\r\n"
    rb"\par \pard\plain\f0\fs20\b\i\u\tab\tx"
)
"""What every compressed RTF may refer to without saying it."""

_TOKEN = re.compile(
    rb"\\(?:([a-z]{1,32})(-?\d{1,9})? ?|'([0-9a-fA-F]{2})|([^a-z']))|([{}])|([\r\n]+)|([^\\{}\r\n]+)", re.DOTALL
)
_NOT_SHOWN = frozenset({b"fonttbl", b"colortbl", b"stylesheet", b"info", b"pict", b"header", b"footer", b"object"})
_SIGNS = {
    b"par": "\n",
    b"line": "\n",
    b"row": "\n",
    b"cell": "\t",
    b"tab": "\t",
    b"emdash": "—",
    b"endash": "–",
    b"bullet": "•",
    b"lquote": "\u2018",
    b"rquote": "\u2019",
    b"ldblquote": "“",
    b"rdblquote": "”",
}


def unpacked(data: bytes) -> bytes:
    """The RTF of a MAPI property; what is damaged yields what could be unpacked before it."""
    if len(data) < _HEAD.size:
        return b""
    _, _, kind, _ = _HEAD.unpack_from(data)
    if kind == _PLAIN:
        return data[_HEAD.size : _HEAD.size + MAX_RTF]
    return _decompressed(data, _HEAD.size) if kind == _COMPRESSED else b""


def _decompressed(data: bytes, at: int) -> bytes:
    out = bytearray(_BEGINNING)
    while at < len(data) and len(out) < MAX_RTF:
        control = data[at]
        at += 1
        for bit in range(8):
            if not control >> bit & 1:
                out += data[at : at + 1]
                at += 1
                continue
            if at + 2 > len(data):
                return bytes(out[len(_BEGINNING) :])
            reference = data[at] << 8 | data[at + 1]
            at += 2
            back = (len(out) - (reference >> 4)) % _WINDOW
            if back == 0 or back > len(out):
                return bytes(out[len(_BEGINNING) :])
            for _ in range((reference & 15) + 2):
                out.append(out[-back])
    return bytes(out[len(_BEGINNING) :])


@dataclass(frozen=True, slots=True)
class _Group:
    """What holds until a brace closes: ``fallback`` characters follow each Unicode one."""

    is_hidden: bool = False
    is_tag: bool = False
    is_rtf_only: bool = False
    fallback: int = 1


def rtf_text(rtf: bytes) -> tuple[str, bool]:
    """The text of RTF, and whether it is HTML that Outlook packed."""
    is_html = b"\\fromhtml" in rtf[:500]
    return _Reader(is_html=is_html).read(rtf), is_html


class _Reader:
    """Reads token by token; text between tags of packed HTML counts unless it is for RTF readers only."""

    def __init__(self, *, is_html: bool) -> None:
        self._is_html = is_html
        self._charset = "cp1252"
        self._out: list[str] = []
        self._bytes = bytearray()
        self._group = _Group()
        self._groups: list[_Group] = []
        self._skip = 0

    def read(self, rtf: bytes) -> str:
        """The text shown, or the HTML."""
        for token in _TOKEN.finditer(rtf):
            if token[1]:
                self._word(token[1], token[2])
            elif token[3]:
                self._text(bytes([int(token[3], 16)]))
            elif token[4]:
                self._symbol(token[4])
            elif token[5] == b"{":
                self._groups.append(self._group)
            elif token[5]:
                self._flush()
                self._group = self._groups.pop() if self._groups else _Group()
            elif token[7]:
                self._text(token[7])
        self._flush()
        text = "".join(self._out).replace("\0", "").strip()
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")

    def _word(self, word: bytes, number: bytes | None) -> None:
        value = int(number) if number else None
        if word in _SIGNS:
            self._sign(_SIGNS[word])
        elif word in _NOT_SHOWN:
            self._group = replace(self._group, is_hidden=True)
        elif word == b"htmltag":
            self._flush()
            self._group = replace(self._group, is_hidden=False, is_tag=True)
        elif word == b"htmlrtf":
            self._flush()
            self._group = replace(self._group, is_rtf_only=value != 0)
        elif word == b"u" and value is not None:
            self._sign(chr(value & 0xFFFF))
            self._skip = self._group.fallback
        elif word == b"uc" and value is not None:
            self._group = replace(self._group, fallback=min(max(value, 0), 9))
        elif word == b"ansicpg" and value:
            self._charset = "utf-8" if value == 65001 else f"cp{value}"  # noqa: PLR2004  # the code page of UTF-8

    def _symbol(self, symbol: bytes) -> None:
        if symbol == b"*":
            self._group = replace(self._group, is_hidden=True)
        elif symbol in b"{}\\":
            self._text(symbol)
        elif symbol == b"~":
            self._sign("\u00a0")

    def _is_shown(self) -> bool:
        if self._group.is_hidden:
            return False
        return not self._is_html or self._group.is_tag or not self._group.is_rtf_only

    def _text(self, data: bytes) -> None:
        skipped = min(self._skip, len(data))
        self._skip -= skipped
        if self._is_shown():
            self._bytes += data[skipped:]

    def _sign(self, sign: str) -> None:
        self._flush()
        if self._is_shown():
            self._out.append(sign)

    def _flush(self) -> None:
        if self._bytes:
            self._out.append(decode(bytes(self._bytes), self._charset))
            self._bytes.clear()
