"""Transfer encodings undone (RFC 2045 §6, and uuencode), however damaged: what can be read is read, nothing raises."""

import binascii
import re

_BASE64_NOISE = re.compile(rb"[^A-Za-z0-9+/]+")
_BEGIN = re.compile(rb"(?:^|\n)begin(?:-base64)? [0-7]{3,4} ?([^\r\n]{0,300})\r?\n")
_UUENCODED = frozenset({"x-uuencode", "uuencode", "uue", "x-uue"})


def decoded(data: bytes, encoding: str) -> bytes:
    """The bytes behind a Content-Transfer-Encoding in lower case; of an unknown one the data itself."""
    match encoding:
        case "base64":
            return base64_bytes(data)
        case "quoted-printable":
            return binascii.a2b_qp(data)
        case _ if encoding in _UUENCODED:
            return uu_bytes(data)
        case _:
            return data


def base64_bytes(data: bytes) -> bytes:
    """The bytes of Base64 text, however it is damaged: noise is skipped, a last incomplete group is dropped."""
    try:
        return binascii.a2b_base64(data)
    except binascii.Error:
        clean = _BASE64_NOISE.sub(b"", data)
        return binascii.a2b_base64(clean[: len(clean) - (len(clean) % 4 == 1)] + b"==")


def uu_bytes(data: bytes) -> bytes:
    """The first uuencoded file in the data; the data itself where there is none."""
    begin = _BEGIN.search(data)
    return uu_lines(data, begin.end())[0] if begin else data


def uu_lines(data: bytes, at: int, *, strict: bool = False) -> tuple[bytes, int | None]:
    """The file whose lines begin at an offset, and the offset behind its ``end``; None where that is missing.

    ``strict`` gives up at the first line that is longer than it says.
    """
    out: list[bytes] = []
    size = len(data)
    while at < size:
        line_end = data.find(b"\n", at)
        line_end = line_end if line_end >= 0 else size
        line = data[at:line_end].rstrip(b"\r")
        at = line_end + 1
        if line.rstrip() == b"end":
            return b"".join(out), min(at, size)
        if strict and line and len(line.rstrip()) > 2 + ((line[0] - 32) & 63) // 3 * 4 + 4:
            break
        out.append(_uu_line(line))
    return b"".join(out), None


def _uu_line(line: bytes) -> bytes:
    """The bytes of one line; blanks at its end may have been lost on the way, or been added."""
    if not line.strip():
        return b""
    count = (line[0] - 32) & 63
    width = (count * 4 + 2) // 3
    try:
        return binascii.a2b_uu(line[: 1 + width].ljust(1 + (width + 3) // 4 * 4, b" "))
    except binascii.Error:
        return b""


def yenc_bytes(lines: bytes) -> bytes:
    """The bytes of yEnc lines (yEnc draft 1.3): each character is 42 too large, some are escaped."""
    first, *escaped = lines.replace(b"\r", b"").replace(b"\n", b"").split(b"=")
    out = [first.translate(_YENC)]
    for piece in escaped:
        if piece:
            out.append(bytes([(piece[0] - 64 - 42) & 255]))
            out.append(piece[1:].translate(_YENC))
    return b"".join(out)


_YENC = bytes((byte - 42) & 255 for byte in range(256))
