"""The parts of a mail (RFC 2046), as slices of its bytes: nothing is copied, decoded or written anew.

Reads what CPython's ``FeedParser`` reads, several times faster and more patiently: a line between headers that is none
does not end them, and a boundary that nobody declared is found where it is used.
"""

import re
from functools import lru_cache

from ingest.rules.limits import MAX_DEPTH, SHORT, Budget, Unparseable, header_breach
from ingest.rules.parameters import parameters_of
from ingest.rules.transfer import decoded

_PROSE, MIN_PROSE = 1_000, 40
"""Bytes at whose blanks is looked, and how many there must be."""

MAX_NAME = 200
"""Characters of the name of a header."""

_HEADER_END = re.compile(rb"\n(?=\r*\n)")
_LF, _CR = b"\n\r"
_LINE_END = re.compile(r"\n(?![ \t])")
_AHEAD = 30
"""Lines behind a stray one in which a header must follow."""

_BLANK_LINES = re.compile(rb"\n(?:\r*\n)+")
_BASE64_LINE = re.compile(rb"\s*[A-Za-z0-9+/=]{4,}\s*(?:\n|\Z)")
_NAME = re.compile(r"[!-9;-~]+[ \t]*")
_MAIL_HEADER = re.compile(
    r"(?:received|return-path|delivered-to|message-id|date|from|to|cc|subject|reply-to|references|in-reply-to|sender"
    r"|mime-version|content-[a-z-]+|x-[\w-]+|list-[a-z-]+|dkim-signature|user-agent|importance)[ \t]*:",
    re.IGNORECASE,
)
"""Headers behind which a line that is no header cannot be the beginning of the text."""

_START = re.compile(rb"(?:\xef\xbb\xbf)?[\r\n]*(?=[!-9;-~]+[ \t]*:|From |>From )")
_UNDECLARED = re.compile(rb"(?:^|\n)--([^\s][^\r\n]{0,198}?)[ \t]*\r*\n(?=content-|\r*\n)", re.IGNORECASE)
_MESSAGES = frozenset({"message/rfc822", "message/global", "message/news"})
_GROUPS = frozenset({"message/delivery-status", "message/global-delivery-status"})


class Part:
    """One part: its headers as they came, 8-bit bytes as surrogates, and ``body``, the bytes behind them.

    ``fields`` are the headers by name in lower case, ``kind`` is the type in lower case (``text/plain`` where the
    header makes no sense). ``body`` of a part with ``parts`` is theirs.
    """

    __slots__ = ("body", "fields", "kind", "parts")

    def __init__(self, fields: dict[str, list[str]], body: bytes, *, default_kind: str = "text/plain") -> None:
        self.fields = fields
        self.body = body
        self.parts: list[Part] = []
        self.kind = default_kind
        if values := fields.get("content-type"):
            kind = values[0].partition(";")[0].strip().lower()
            self.kind = kind if kind.count("/") == 1 else "text/plain"


def read_tree(raw: bytes) -> Part:
    """The mail as a tree of parts. Raises `Unparseable` for one header, part or level too many."""
    if b"\n" not in raw:
        raw = raw.replace(b"\r", b"\n")
    start = _START.match(raw)
    return _Reader(raw).part(start.end() if start else 0, len(raw), depth=0)


def read_fields(block: bytes) -> Part:
    """A part that is only headers, such as those that a report quotes. Raises `Unparseable`."""
    found = _HEADER_END.search(block)
    fields, _ = _header_fields(block[: found.start() if found else len(block)].decode("ascii", "surrogateescape"))
    return Part(fields, b"")


class _Reader:
    """Reads one buffer; what was encoded inside it has a buffer of its own."""

    def __init__(self, raw: bytes, budget: Budget | None = None) -> None:
        self._raw = raw
        self._budget = budget or Budget()

    def part(self, start: int, end: int, *, depth: int, default_kind: str = "text/plain") -> Part:
        """The part between two offsets, with everything in it."""
        fields, body = self._headers(start, end)
        part = Part(fields, self._raw[body:end], default_kind=default_kind)
        kind = part.kind
        if kind.startswith("multipart/"):
            self._multipart(part, body, end, depth, kind)
        elif kind in _MESSAGES:
            self._message(part, body, end, depth)
        elif kind in _GROUPS:
            self._groups(part, depth)
        return part

    def _enter(self, depth: int) -> int:
        if depth >= MAX_DEPTH:
            raise Unparseable(f"the mail's parts are nested deeper than {MAX_DEPTH}")
        self._budget.spend()
        return depth + 1

    def _headers(self, start: int, end: int) -> tuple[dict[str, list[str]], int]:
        """The headers from ``start`` on, and where the body begins."""
        raw = self._raw
        if start >= end:
            return {}, end
        if raw[start] in b"\r\n":
            line_end = raw.find(b"\n", start, end)
            if not raw[start : line_end if line_end >= 0 else end].strip(b"\r"):
                return {}, line_end + 1 if line_end >= 0 else end
        found = _HEADER_END.search(raw, start, end)
        stop = found.start() if found else end
        block = raw[start:stop].decode("ascii", "surrogateescape")
        fields, text_at = _header_fields(block)
        if text_at is not None:
            return fields, start + text_at
        if not found:
            return fields, end
        return fields, raw.find(b"\n", found.end(), end) + 1

    def _multipart(self, part: Part, start: int, end: int, depth: int, kind: str) -> None:
        """Attach what stands between the boundaries; without any the part stays a leaf."""
        boundary = parameters_of(part.fields.get("content-type", [""])[0]).get("boundary", "")
        mark = boundary.encode("utf-8", "surrogateescape").rstrip()
        spans = self._spans(mark, start, end) if mark else []
        if not spans and (guessed := self._undeclared(start, end)):
            spans = self._spans(guessed, start, end)
        default_kind = "message/rfc822" if kind == "multipart/digest" else "text/plain"
        for at, stop in spans:
            part.parts.append(self.part(at, stop, depth=self._enter(depth), default_kind=default_kind))

    def _undeclared(self, start: int, end: int) -> bytes | None:
        """The boundary that a multipart uses without having declared it: a line used twice, or closed."""
        found = _UNDECLARED.search(self._raw, max(0, start - 1), end)
        if not found:
            return None
        mark = b"--" + found[1]
        return found[1] if self._raw.find(b"\n" + mark, found.end() - 1, end) >= 0 else None

    def _spans(self, boundary: bytes, start: int, end: int) -> list[tuple[int, int]]:
        """Where the parts begin and end. One that is never closed ends with its parent."""
        raw, mark = self._raw, b"--" + boundary
        spans: list[tuple[int, int]] = []
        opened: int | None = None
        at = start
        while (at := raw.find(mark, at, end)) >= 0:
            line_start, at = at, at + len(mark)
            if line_start > start and raw[line_start - 1] != _LF:
                continue
            line_end = raw.find(b"\n", at, end)
            rest = raw[at : line_end if line_end >= 0 else end].strip()
            if rest not in {b"", b"--"}:
                continue
            if opened is not None and line_start > opened:
                spans.append((opened, self._before_line_end(opened, line_start)))
                self._budget.check(len(spans))
            opened = line_end + 1 if line_end >= 0 else end
            if rest == b"--":
                if not spans:
                    continue
                return spans
            at = opened
        if opened is not None and opened < end:
            stop = end if raw[end - 1] != _LF else self._before_line_end(opened, end)
            spans.append((opened, stop))
        return spans

    def _before_line_end(self, start: int, at: int) -> int:
        """The offset before the line end in front of ``at``, which belongs to the boundary (RFC 2046 §5.1.1)."""
        at -= 1
        return at - 1 if at > start and self._raw[at - 1] == _CR else max(at, start)

    def _message(self, part: Part, start: int, end: int, depth: int) -> None:
        """Attach the mail that this part is; some senders encode it although they must not."""
        if is_encoded(part):
            inner = decoded(part.body, transfer_encoding(part))
            child = _Reader(inner, self._budget).part(0, len(inner), depth=self._enter(depth))
        else:
            child = self.part(start, end, depth=self._enter(depth))
        part.parts.append(child)

    def _groups(self, part: Part, depth: int) -> None:
        """Attach the groups of fields of a delivery report (RFC 3464 §2.1), each as a part without a body."""
        source = decoded(part.body, transfer_encoding(part)) if is_encoded(part) else part.body
        for block in _BLANK_LINES.split(source):
            if block.strip():
                self._enter(depth)
                fields, _ = _header_fields(block.decode("ascii", "surrogateescape"))
                part.parts.append(Part(fields, b""))


def transfer_encoding(part: Part) -> str:
    """Content-Transfer-Encoding in lower case, without the parameters that it must not have."""
    values = part.fields.get("content-transfer-encoding")
    return values[0].partition(";")[0].strip().lower() if values else ""


def is_encoded(part: Part) -> bool:
    """Whether a mail or report inside a mail is in Base64, as it says."""
    return transfer_encoding(part) == "base64" and bool(_BASE64_LINE.match(part.body))


def is_prose(part: Part) -> bool:
    """Whether a text is called Base64 although it is not: between real words there are blanks."""
    if transfer_encoding(part) != "base64":
        return False
    sample = part.body[:_PROSE]
    return len(sample) > MIN_PROSE and sample.count(b" ") * 12 > len(sample)


def _header_fields(block: str) -> tuple[dict[str, list[str]], int | None]:
    """The headers of a block by name in lower case, and the offset at which it turns out to be text, if it does."""
    fields: dict[str, list[str]] = {}
    lines = _LINE_END.split(block)
    for number, line in enumerate(lines):
        name, colon, value = line.partition(":")
        if colon and (key := _key(name)):
            value = value.lstrip(" \t")
            if len(value) > SHORT and (breach := header_breach(name, value)):
                raise Unparseable(breach)
            if key in fields:
                fields[key].append(value)
            else:
                fields[key] = [value]
        elif _is_text(line, lines, number, has_fields=bool(fields)):
            return fields, sum(len(other) + 1 for other in lines[:number])
    return fields, None


def _is_text(line: str, lines: list[str], at: int, *, has_fields: bool) -> bool:
    """Whether a line that is no header begins the text; a stray one between headers is left out."""
    if not line.rstrip("\r") or line.startswith(("From ", ">From ")):
        return False
    return not has_fields or not any(_MAIL_HEADER.match(other) for other in lines[at + 1 : at + 1 + _AHEAD])


@lru_cache(maxsize=1024)
def _key(name: str) -> str | None:
    """The name of a header in lower case; None for what is no name."""
    return name.rstrip(" \t").lower() if len(name) <= MAX_NAME and _NAME.fullmatch(name) else None
