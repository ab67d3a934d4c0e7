"""Mailboxes out of address headers (RFC 5322 §3.4), in one linear pass.

The standard library has three address parsers: one recurses until it fails on a kilobyte of brackets, one took
``a@x <b@y>`` for ``a@x`` until CVE-2023-27043 was fixed, and which of them is right depends on the patch release of
Python. Who wrote a mail must not, so it is read here.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice

from contracts.ingest import Mailbox
from ingest.rules.headers import decode_words, one_line, raw_text

MAX_RECIPIENTS = 500
"""Mailboxes kept of all headers of one name."""

MAX_ADDRESS = 320
"""Characters: 64 before the at sign, 255 behind it (RFC 5321 §4.5.3.1)."""

_TOKEN = re.compile(
    r"""(?P<space>\s++)
    | (?P<word>=\?[^?\s]++\?[bBqQ]\?[^?]*+\?=)
    | "(?P<quoted>[^"\\]*+(?:\\.[^"\\]*+)*+)"
    | <(?P<angle>[^<>"]*+(?:"[^"\\]*+(?:\\.[^"\\]*+)*+"[^<>"]*+)*+)>
    | (?P<comment>\()
    | (?P<mark>[,;:])
    | (?P<atom>[^\s"<>(),;:\\]++)
    | (?P<junk>.)""",
    re.VERBOSE | re.DOTALL,
)
_COMMENT = re.compile(r"[^()\\]++|\\.|[()]|\\", re.DOTALL)
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_ADDRESS = re.compile(
    r"""(?: [\w!#$%&'*+/=?^`{|}~.-]++ | "[^"\\\x00-\x1f\x7f-\x9f]*+" )
    @ (?: [^\W_](?:[\w.-]*[^\W_])? | \[[0-9A-Za-z.:]++\] )""",
    re.VERBOSE,
)


def is_address(text: str) -> bool:
    """Whether this is one plain addr-spec: no display name, no comment, no route, nothing invisible."""
    return len(text) <= MAX_ADDRESS and ".." not in text and "=?" not in text and bool(_ADDRESS.fullmatch(text))


def only_mailbox(values: Sequence[str]) -> Mailbox | None:
    """The one mailbox of a From header; None where there are none or several, or where two readers could differ."""
    if len(values) != 1:
        return None
    entries = list(islice(_entries(raw_text(values[0])), 2))
    return entries[0].mailbox() if len(entries) == 1 and entries[0].is_sure() else None


def mailboxes(values: Iterable[str]) -> tuple[Mailbox, ...]:
    """The mailboxes of all To (or Cc) headers, those of groups included; what is no address is left out."""
    found = (entry.mailbox() for value in values for entry in _entries(raw_text(value)))
    return tuple(islice((mailbox for mailbox in found if mailbox), MAX_RECIPIENTS))


@dataclass(slots=True)
class _Entry:
    """What stands between two commas."""

    phrase: list[str] = field(default_factory=list)
    atoms: list[str] = field(default_factory=list)
    angles: list[str] = field(default_factory=list)
    comment: str = ""
    broken: bool = False

    def is_empty(self) -> bool:
        return not (self.phrase or self.angles or self.broken)

    def is_sure(self) -> bool:
        """Whether nobody could take another address of this entry for the sender's."""
        if not self.angles or not any("@" in atom for atom in self.atoms):
            return True
        return len(self.phrase) == 1 and self.phrase[0].lower() == self.angles[0].strip().lower()

    def mailbox(self) -> Mailbox | None:
        if self.broken or len(self.angles) > 1:
            return None
        if self.angles:
            address, name = self.angles[0].strip(), " ".join(self.phrase)
        else:
            address, name = self.atoms[0] if len(self.phrase) == len(self.atoms) == 1 else "", self.comment
        return Mailbox(name=one_line(decode_words(name)), address=address) if is_address(address) else None

    def take(self, kind: str, text: str) -> None:
        match kind:
            case "atom" | "word":
                self.broken |= bool(self.angles)
                self.phrase.append(text)
                self.atoms.append(text)
            case "quoted":
                self.broken |= bool(self.angles)
                self.phrase.append(_ESCAPED.sub(r"\1", text))
            case "angle":
                self.angles.append(text)
            case "junk":
                self.broken = True


def _entries(value: str) -> Iterator[_Entry]:
    """The entries of an address list. A group (``name: a, b;``) is a broken entry followed by its members.

    After a quote, bracket or comment that never ends nothing is certain any more, so reading stops there.
    """
    entry, at = _Entry(), 0
    while match := _TOKEN.match(value, at):
        at, kind = match.end(), str(match.lastgroup)
        text = match[kind]
        if kind == "comment":
            at, entry.comment = _comment(value, at)
            kind = "junk" if at < 0 else kind
        if kind == "mark":
            entry.broken |= text == ":"
            if not entry.is_empty():
                yield entry
            entry = _Entry()
        entry.take(kind, text)
        if kind == "junk" and text in '"<(':
            break
    if not entry.is_empty():
        yield entry


def _comment(value: str, at: int) -> tuple[int, str]:
    """Where the comment that opened before ``at`` ends, and its text; (-1, "") where it never ends."""
    depth = 1
    parts: list[str] = []
    while match := _COMMENT.match(value, at):
        at, text = match.end(), match[0]
        depth += (text == "(") - (text == ")")
        if depth == 0:
            return at, "".join(parts)
        parts.append(text.removeprefix("\\") if len(text) > 1 else text)
    return -1, ""
