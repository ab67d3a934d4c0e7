"""The parts of a mail (RFC 2046), as slices of its bytes: nothing is copied, decoded or written anew.

Reads what CPython's ``FeedParser`` reads, several times faster and more patiently: a line between headers that is none
does not end them, and a boundary that nobody declared is found where it is used.
"""

import re
from collections.abc import Iterator
from email.message import Message
from email.policy import Compat32

from ingest.rules.limits import MAX_DEPTH, SHORT, Budget, Unparseable, header_breach
from ingest.rules.transfer import decoded

_POLICY = Compat32()
_HEADER_END = re.compile(rb"\n(?=\r*\n)")
_LINE_END = re.compile(r"\r*\n(?![ \t])|\r+\Z")
_BLANK_LINES = re.compile(rb"\n(?:\r*\n)+")
_BASE64_LINE = re.compile(rb"\s*[A-Za-z0-9+/=]{4,}\s*(?:\n|\Z)")
_NAME = re.compile(r"[!-9;-~]+[ \t]*")
_MAIL_HEADER = re.compile(
    r"^(?:received|return-path|delivered-to|message-id|date|from|to|cc|subject|reply-to|references|in-reply-to|sender"
    r"|mime-version|content-[a-z-]+|x-[\w-]+|list-[a-z-]+|dkim-signature|user-agent|importance)[ \t]*:",
    re.IGNORECASE | re.MULTILINE,
)
"""Headers behind which a line that is no header cannot be the beginning of the text."""

_START = re.compile(rb"(?:\xef\xbb\xbf)?[\r\n]*(?=[!-9;-~]+[ \t]*:|From |>From )")
_UNDECLARED = re.compile(rb"(?:^|\n)--([^\s][^\r\n]{0,198}?)[ \t]*\r*\n(?=content-|\r*\n)", re.IGNORECASE)
_MESSAGES = frozenset({"message/rfc822", "message/global", "message/news"})
_GROUPS = frozenset({"message/delivery-status", "message/global-delivery-status"})


class Part(Message):
    """One part: its headers as they came, 8-bit bytes as surrogates, and ``body``, the bytes behind them.

    ``fields`` are the headers by name in lower case. ``body`` of a part with children is theirs.
    """

    def __init__(self, lines: list[tuple[str, str]], body: bytes, *, default_type: str = "text/plain") -> None:
        super().__init__(_POLICY)
        self.body = body
        self.fields: dict[str, list[str]] = {}
        for name, value in lines:
            self.fields.setdefault(name.lower(), []).append(value)
        self.set_default_type(default_type)
        self._type = self._content_type()

    def get(self, name: str, failobj: object = None) -> object:  # type: ignore[override]
        """The first value of a header as it came."""
        values = self.fields.get(name.lower())
        return values[0] if values else failobj

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and name.lower() in self.fields

    def get_content_type(self) -> str:
        """The type in lower case; ``text/plain`` where the header makes no sense."""
        return self._type

    def _content_type(self) -> str:
        values = self.fields.get("content-type")
        if values is None:
            return self.get_default_type()
        kind = values[0].partition(";")[0].strip().lower()
        return kind if kind.count("/") == 1 else "text/plain"

    def get_boundary(self, failobj: object = None) -> object:  # type: ignore[override]
        """The boundary, or ``failobj`` where the parameters contradict each other: no reason to give up a mail."""
        try:
            return super().get_boundary(failobj)
        except (TypeError, ValueError):
            return failobj


def read_tree(raw: bytes) -> Part:
    """The mail as a tree of parts. Raises `Unparseable` for one header, part or level too many."""
    if b"\n" not in raw:
        raw = raw.replace(b"\r", b"\n")
    start = _START.match(raw)
    return _Reader(raw).part(start.end() if start else 0, len(raw), depth=0)


def read_fields(block: bytes) -> Part:
    """A part that is only headers, such as those that a report quotes. Raises `Unparseable`."""
    found = _HEADER_END.search(block)
    lines, _ = _header_lines(block[: found.start() if found else len(block)].decode("ascii", "surrogateescape"))
    return Part(lines, b"")


class _Reader:
    """Reads one buffer; what was encoded inside it has a buffer of its own."""

    def __init__(self, raw: bytes, budget: Budget | None = None) -> None:
        self._raw = raw
        self._budget = budget or Budget()

    def part(self, start: int, end: int, *, depth: int, default_type: str = "text/plain") -> Part:
        """The part between two offsets, with everything in it."""
        lines, body = self._headers(start, end)
        part = Part(lines, self._raw[body:end], default_type=default_type)
        kind = part.get_content_type()
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

    def _headers(self, start: int, end: int) -> tuple[list[tuple[str, str]], int]:
        """The headers from ``start`` on, and where the body begins."""
        raw = self._raw
        if start >= end:
            return [], end
        if raw[start] in b"\r\n":
            line_end = raw.find(b"\n", start, end)
            if not raw[start : line_end if line_end >= 0 else end].strip(b"\r"):
                return [], line_end + 1 if line_end >= 0 else end
        found = _HEADER_END.search(raw, start, end)
        stop = found.start() if found else end
        block = raw[start:stop].decode("ascii", "surrogateescape")
        lines, text_at = _header_lines(block)
        if text_at is not None:
            return lines, start + text_at
        if not found:
            return lines, end
        return lines, raw.find(b"\n", found.end(), end) + 1

    def _multipart(self, part: Part, start: int, end: int, depth: int, kind: str) -> None:
        """Attach what stands between the boundaries; without any the part stays a leaf."""
        boundary = part.get_boundary()
        mark = boundary.encode("utf-8", "surrogateescape").rstrip() if isinstance(boundary, str) else b""
        spans = self._spans(mark, start, end) if mark else []
        if not spans and (guessed := self._undeclared(start, end)):
            spans = self._spans(guessed, start, end)
        default_type = "message/rfc822" if kind == "multipart/digest" else "text/plain"
        for at, stop in spans:
            part.attach(self.part(at, stop, depth=self._enter(depth), default_type=default_type))

    def _undeclared(self, start: int, end: int) -> bytes | None:
        """The boundary that a multipart uses without having declared it: a line used twice, or closed."""
        found = _UNDECLARED.search(self._raw, start, end)
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
            if line_start > start and raw[line_start - 1] != 10:  # noqa: PLR2004  # a line feed
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
            spans.append((opened, end))
        return spans

    def _before_line_end(self, start: int, at: int) -> int:
        """The offset before the line end in front of ``at``, which belongs to the boundary (RFC 2046 §5.1.1)."""
        at -= 1
        return at - 1 if at > start and self._raw[at - 1] == 13 else max(at, start)  # noqa: PLR2004  # a CR

    def _message(self, part: Part, start: int, end: int, depth: int) -> None:
        """Attach the mail that this part is; some senders encode it although they must not."""
        if is_encoded(part):
            inner = decoded(part.body, transfer_encoding(part))
            child = _Reader(inner, self._budget).part(0, len(inner), depth=self._enter(depth))
        else:
            child = self.part(start, end, depth=self._enter(depth))
        part.attach(child)

    def _groups(self, part: Part, depth: int) -> None:
        """Attach the groups of fields of a delivery report (RFC 3464 §2.1), each as a part without a body."""
        fields = decoded(part.body, transfer_encoding(part)) if is_encoded(part) else part.body
        for block in _BLANK_LINES.split(fields):
            if block.strip():
                self._enter(depth)
                lines, _ = _header_lines(block.decode("ascii", "surrogateescape"))
                part.attach(Part(lines, b""))


def transfer_encoding(part: Part) -> str:
    """Content-Transfer-Encoding in lower case, without the parameters that it must not have."""
    values = part.fields.get("content-transfer-encoding")
    return values[0].partition(";")[0].strip().lower() if values else ""


def is_encoded(part: Part) -> bool:
    """Whether a mail or report inside a mail is in Base64, as it says."""
    return transfer_encoding(part) == "base64" and bool(_BASE64_LINE.match(part.body))


def _header_lines(block: str) -> tuple[list[tuple[str, str]], int | None]:
    """The headers of a block, and the offset at which it turns out to be text; None where it is all headers."""
    lines: list[tuple[str, str]] = []
    last_header = -1
    at = 0
    for end in _line_ends(block):
        line = block[at : end.start()] if end else block[at:]
        name, colon, value = line.partition(":")
        if colon and _NAME.fullmatch(name):
            value = value.lstrip(" \t")
            if len(value) > SHORT and (breach := header_breach(name, value)):
                raise Unparseable(breach)
            lines.append((name.rstrip(), value))
        elif line and not line.startswith(("From ", ">From ")):
            if last_header < 0:
                last_header = max((found.start() for found in _MAIL_HEADER.finditer(block)), default=0)
            if not lines or at > last_header:
                return lines, at
        at = end.end() if end else at
    return lines, None


def _line_ends(block: str) -> Iterator[re.Match[str] | None]:
    """The ends of the unfolded lines; None for that of the last one."""
    yield from _LINE_END.finditer(block)
    yield None
