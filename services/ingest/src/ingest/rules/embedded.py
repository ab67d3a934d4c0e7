"""Files inside the text of a mail, as programs wrote them before MIME: uuencode and yEnc."""

import re
from dataclasses import dataclass

from ingest.rules.transfer import uu_lines, yenc_bytes

MAX_FILES = 50

_UU = re.compile(rb"(?:\A|\n)begin [0-7]{3,4} ([^\r\n]{1,300}?)[ \t]*\r?\n(?=[ -`]{2,90}\s{0,3}\n)")
_YENC = re.compile(rb"(?:\A|\n)=ybegin [^\r\n]{0,200}?name=([^\r\n]{1,300}?)[ \t]*\r?\n(?:=ypart [^\r\n]{0,200}\r?\n)?")
_YENC_END = re.compile(rb"\r?\n=yend [^\r\n]{0,200}(?:\r?\n|\Z)")


@dataclass(frozen=True, slots=True)
class EmbeddedFile:
    """``name`` is in the charset of the text around it."""

    name: bytes
    data: bytes


def without_files(text: bytes) -> tuple[bytes, list[EmbeddedFile]]:
    """The text without the files in it, and these. A file without an end is left in the text."""
    files: list[EmbeddedFile] = []
    if b"begin " not in text:
        return text, files
    kept: list[bytes] = []
    at = 0
    while len(files) < MAX_FILES and (found := _next(text, at)):
        start, file, end = found
        kept += (text[at:start], b"\n")
        files.append(file)
        at = end
    kept.append(text[at:])
    return b"".join(kept), files


def _next(text: bytes, at: int) -> tuple[int, EmbeddedFile, int] | None:
    """The first whole file from an offset on, with where it begins and ends."""
    if begin := _UU.search(text, at):
        data, end = uu_lines(text, begin.end(), strict=True)
        if end is not None:
            return begin.start(), EmbeddedFile(begin[1], data), end
    if (begin := _YENC.search(text, at)) and (end_line := _YENC_END.search(text, begin.end() - 1)):
        return begin.start(), EmbeddedFile(begin[1], yenc_bytes(text[begin.end() : end_line.start()])), end_line.end()
    return None
