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
_SIMPLE = re.compile(r"""\s*+(?:"([^"\\]*+)"|([^"<>(),;:\\@]*+))\s*+<([^<>"(),;:\\\s]++)>\s*+""")
"""One mailbox as most mail programs write it, for speed: the grammar below would read the same."""

_COMMENT = re.compile(r"[^()\\]++|\\.|[()]|\\", re.DOTALL)
_UNQUOTED = str.maketrans(dict.fromkeys('"()<>\\', " "))
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
    if simple := _simple(raw_text(values[0])):
        return simple
    entries = list(islice(_entries(raw_text(values[0])), 2))
    return entries[0].mailbox() if len(entries) == 1 and entries[0].is_sure() else None


def mailboxes(values: Iterable[str]) -> tuple[Mailbox, ...]:
    """The mailboxes of all To (or Cc) headers, those of groups included; what is no address is left out."""
    found: list[Mailbox] = []
    for value in values:
        text = raw_text(value)
        if simple := _simple(text):
            found.append(simple)
        else:
            found += islice(filter(None, (entry.mailbox() for entry in _entries(text))), MAX_RECIPIENTS)
    return tuple(found[:MAX_RECIPIENTS])


def _simple(text: str) -> Mailbox | None:
    """The mailbox, where the value is one of the simplest kind."""
    match = _SIMPLE.fullmatch(text)
    if not match or not is_address(match[3]):
        return None
    name = match[1] if match[1] is not None else " ".join(match[2].split())
    return Mailbox(name=one_line(decode_words(name)), address=match[3])


def written_mailboxes(values: Iterable[str]) -> tuple[Mailbox, ...]:
    """The mailboxes as a reader would see them, also where the header is broken; not to be trusted or written to.

    Unlike `mailboxes` this takes the likeliest address of a broken entry, and names without a domain (``root``).
    """
    found: list[Mailbox] = []
    for value in values:
        text = raw_text(value)
        if simple := _simple(text):
            found.append(simple)
        else:
            found += islice(_written(text, again=True), MAX_RECIPIENTS)
    return tuple(found[:MAX_RECIPIENTS])


def _written(value: str, *, again: bool) -> Iterator[Mailbox]:
    """The mailboxes of a list. A name with a bare comma (``Meier, Anna <a@x>``) is put together again."""
    before: _Entry | None = None
    for entry in _entries(value, goes_on=True):
        if entry.is_bare():
            words = " ".join(entry.phrase)
            if again and "@" in (decoded := decode_words(words)):
                yield from _written(decoded, again=False)
                continue
            yield from _bare(before)
            before = entry
            continue
        mailbox = entry.mailbox() or entry.likeliest()
        if before and mailbox and entry.angles:
            name = decode_words(f"{' '.join(before.phrase)}, {' '.join(entry.phrase)}".rstrip(", "))
            mailbox = Mailbox(name=one_line(name), address=mailbox.address)
        else:
            yield from _bare(before)
        before = None
        if mailbox:
            yield mailbox
    yield from _bare(before)


def _bare(entry: "_Entry | None") -> Iterator[Mailbox]:
    """A local name without a domain; several words are no address."""
    if entry and len(entry.phrase) == 1:
        yield Mailbox(name=one_line(decode_words(entry.comment)), address=one_line(entry.phrase[0]))


def _plain_address(text: str) -> str:
    """An address without what people and programs put around it."""
    text = decode_words("".join(text.split()))
    if text[:7].lower() == "mailto:":
        text = text[7:]
    if text.startswith("@"):
        text = text.rpartition(":")[2]
    return one_line(text.strip("'\"<>,;."))


@dataclass(slots=True)
class _Entry:
    """What stands between two commas."""

    phrase: list[str] = field(default_factory=list)
    atoms: list[str] = field(default_factory=list)
    angles: list[str] = field(default_factory=list)
    comment: str = ""
    broken: bool = False
    is_group: bool = False

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
            address, name = self.angles[0].strip(), " ".join(self.phrase) or self.comment
        else:
            address, name = self.atoms[0] if len(self.phrase) == len(self.atoms) == 1 else "", self.comment
        return Mailbox(name=one_line(decode_words(name)), address=address) if is_address(address) else None

    def is_bare(self) -> bool:
        """Whether there are only words, none of them an address."""
        return bool(self.phrase) and not (self.angles or self.is_group or self.addresses())

    def addresses(self) -> list[str]:
        """What has an at sign outside of quotes and brackets."""
        return [atom for atom in self.atoms if "@" in atom]

    def likeliest(self) -> Mailbox | None:
        """The address that most mail programs would show."""
        bracketed = [angle for angle in self.angles if "@" in angle]
        bare = self.addresses()
        if self.is_group:
            return None
        if bracketed:
            address, words = bracketed[-1], self.phrase
        elif bare:
            address, words = bare[0], [word for word in self.phrase if word != bare[0]]
        else:
            address, words = (self.angles[0] if self.angles and ":" not in self.angles[0] else ""), self.phrase
        address = _plain_address(address)
        name = one_line(decode_words(" ".join(words) or self.comment))
        return Mailbox(name=name, address=address) if address else None

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


def _entries(value: str, *, goes_on: bool = False) -> Iterator[_Entry]:
    """The entries of an address list. A group (``name: a, b;``) is a broken entry followed by its members.

    After a quote, bracket or comment that never ends nothing is certain any more, so reading stops there, or
    ``goes_on`` without all quotes, brackets and comments.
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
            entry.is_group |= text == ":"
            if not entry.is_empty():
                yield entry
            entry = _Entry()
        entry.take(kind, text)
        if kind == "junk" and text in '"<(':
            if not goes_on:
                break
            value, at, goes_on = value[match.end() :].translate(_UNQUOTED), 0, False
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
