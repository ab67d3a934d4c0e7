"""How much mail we are willing to parse (MT-13): limits on the raw bytes and on the structure while it is read.

CPython's parser is quadratic or recursive in several places (headers with many parameters, nested parts). Everything
here is linear, so that a hostile mail is refused long before it costs anything.
"""

import re
from email.policy import Compat32

MAX_SIZE = 50 * 1024 * 1024
"""Bytes of a whole mail, unless the caller knows better."""

MAX_LINES = 800_000
"""Lines of a mail; 50 MiB of Base64 have 690,000. The parser's time and memory grow with lines, not with bytes."""

MAX_HEADER_BLOCK = 256 * 1024
MAX_HEADER = 32 * 1024
MAX_ENCODED_WORDS = 1_000
MAX_SEGMENTS = 100
"""Continuations (RFC 2231 §3) of one header."""

MAX_PARAMETERS = 200
"""Parameters of one ``Content-…`` header: the standard library splits them in quadratic time."""

MAX_BOUNDED = 512
"""Characters of a ``Content-Type`` with a boundary: each boundary becomes a regular expression, 1 ms per 500."""

MAX_DEPTH = 32
MAX_PARTS = 1_000

_BLOCK_END = re.compile(rb"\n\r?\n|\r\r")
_SEGMENT = re.compile(r"\*\d+\*?\s*=")
SHORT = 400
"""Characters up to which a header costs next to nothing, whatever it holds."""


class Unparseable(Exception):
    """The mail goes to quarantine; ``reason`` says why, in plain words for an agent."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def check_limits(raw: bytes, *, max_size: int = MAX_SIZE) -> str | None:
    """Why this mail must not be parsed, or None. Headers and parts are counted while reading them."""
    if len(raw) > max_size:
        return f"the mail has {len(raw):,} bytes, more than {max_size:,}"
    if max(raw.count(b"\n"), raw.count(b"\r")) > MAX_LINES:
        return f"the mail has more than {MAX_LINES:,} lines"
    if len(raw) > MAX_HEADER_BLOCK and not _BLOCK_END.search(raw, 0, MAX_HEADER_BLOCK + 4):
        return f"the headers take more than {MAX_HEADER_BLOCK // 1024} KiB"
    return None


def header_breach(name: str, value: str) -> str | None:
    """Why this header must not be looked at, or None."""
    if len(value) <= SHORT:
        return None
    excess = ""
    if len(value) > MAX_HEADER:
        excess = f"is longer than {MAX_HEADER // 1024} KiB"
    elif value.count("=?") > MAX_ENCODED_WORDS:
        excess = f"has more than {MAX_ENCODED_WORDS:,} encoded words"
    elif name.lower().startswith("content-"):
        if len(value) > MAX_BOUNDED and "boundary" in value.lower():
            excess = "has too long a boundary"
        elif value.count(";") > MAX_PARAMETERS:
            excess = f"has more than {MAX_PARAMETERS} parameters"
        elif len(_SEGMENT.findall(value)) > MAX_SEGMENTS:
            excess = f"has more than {MAX_SEGMENTS} continued segments"
    return f"the header {name[:40]} {excess}" if excess else None


class Budget:
    """How many parts one mail may still have."""

    def __init__(self, parts: int = MAX_PARTS) -> None:
        self.left = parts

    def spend(self) -> None:
        """Count one part. Raises `Unparseable` when there are too many."""
        self.left -= 1
        self.check(0)

    def check(self, parts: int) -> None:
        """Raise `Unparseable` where so many parts more would be too many."""
        if parts > self.left:
            raise Unparseable(f"the mail has more than {MAX_PARTS:,} parts")


class Untouched(Compat32):
    """A policy under which headers stay as they came: undecoded, 8-bit bytes as surrogates, never re-folded."""

    def header_source_parse(self, sourcelines: list[str]) -> tuple[str, str]:
        """Split a header. Raises `Unparseable` where `header_breach` objects, in every part of the mail."""
        name, value = super().header_source_parse(sourcelines)
        if breach := header_breach(name, value):
            raise Unparseable(breach)
        return name, value

    def header_fetch_parse(self, name: str, value: str) -> str:  # noqa: ARG002 the name is part of the interface
        """The value itself; the standard class would wrap 8-bit values into a ``Header``."""
        return value

    def fold_binary(self, name: str, value: str) -> bytes:
        """The header as it was, for attached mails."""
        return f"{name}: {value}{self.linesep}".encode("ascii", "surrogateescape")
