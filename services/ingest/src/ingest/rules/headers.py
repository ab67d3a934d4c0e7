"""Header values as text: raw 8-bit, encoded words (RFC 2047), message ids (RFC 5322 §3.6.4), file names."""

import binascii
import re
import unicodedata

from ingest.rules.charsets import decode
from ingest.rules.transfer import base64_bytes

MAX_IDS = 100
"""Message ids kept of one header: the first, which names the thread, and the last ones."""

MAX_ID = 998
"""Characters of one message id; a line of a mail has no more (RFC 5322 §2.1.1)."""

MAX_FILENAME = 200
"""UTF-8 bytes of a file name."""

_MAX_ENDING = 20

_WORD = re.compile(r"=\?([^?*\s]{1,40})(?:\*[^?\s]*+)?\?([bBqQ])\?([^?]*+(?:\?(?!=)[^?]*+){0,3})\?=")
"""An encoded word; some senders leave question marks in it as they are."""

_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff\ufffe\uffff]")
_BRACKETED = re.compile(r"<([^<>]++)>")


def header_text(value: str) -> str:
    """One line of text out of a raw header value, whose 8-bit bytes are surrogates. Never raises."""
    return one_line(decode_words(raw_text(value)))


def raw_text(value: str) -> str:
    """The value unfolded, its 8-bit bytes read as text (RFC 6532, or an old charset)."""
    if not value.isascii():
        value = decode(value.encode("utf-8", "surrogateescape"), None)
    return value.replace("\r", "").replace("\n", "") if "\n" in value or "\r" in value else value


def one_line(text: str) -> str:
    """The text without control characters and without the marks that turn the direction of writing."""
    return (text if text.isprintable() else _CONTROLS.sub(" ", text)).strip()


def decode_words(value: str) -> str:
    """The value with its encoded words decoded.

    White space between two words is dropped and words of one charset are joined before they are decoded, because
    senders split characters across words. What is no valid word stays as it is. (``email.header.decode_header``
    gives up on the whole header at one bad word and mangles raw 8-bit text beside a good one.)
    """
    if "=?" not in value:
        return value
    out: list[str] = []
    run, charset, end = b"", "", 0
    for word in _WORD.finditer(value):
        gap, end = value[end : word.start()], word.end()
        if gap.strip() or not charset or word[1].lower() != charset:
            out.append(decode(run, charset))
            out.append(gap if gap.strip() or not charset else "")
            run, charset = b"", word[1].lower()
        run += _word_bytes(word[2], word[3])
    out.append(decode(run, charset))
    out.append(value[end:])
    return "".join(out)


def _word_bytes(encoding: str, text: str) -> bytes:
    if encoding in "qQ":
        return binascii.a2b_qp(text.encode(), header=True)
    return base64_bytes(text.encode())


def message_ids(value: str) -> tuple[str, ...]:
    """The ids of a Message-ID, In-Reply-To or References header without brackets, at most `MAX_IDS`, none twice.

    Lenient: commas and comments between ids, ids folded in the middle, ids without brackets when no id of the header
    has any, and encoded words, which Python's ``email`` makes of an id that does not fit into a line.
    """
    text = decode_words(raw_text(value))
    found = _BRACKETED.findall(text) or [word for word in re.split(r"[\s,;<>]+", text) if "@" in word]
    ids = [item if " " not in item and item.isprintable() else one_line("".join(item.split())) for item in found]
    unique = list(dict.fromkeys(item for item in ids if 0 < len(item) <= MAX_ID))
    if len(unique) > MAX_IDS:
        unique = unique[:1] + unique[1 - MAX_IDS :]
    return tuple(unique)


def file_name(value: str) -> str:
    """A label for a file: the last part of a path, without invisible characters, ``""`` where nothing is left."""
    plain = unicodedata.normalize("NFC", decode_words(value))
    visible = "".join(c for c in plain if unicodedata.category(c) != "Cf")
    name = one_line(visible).replace("\\", "/").rstrip("/ ").rpartition("/")[2].strip(" .\t")
    return _shortened(name)


def _shortened(name: str) -> str:
    """The name within `MAX_FILENAME` bytes, its ending kept."""
    if len(name.encode("utf-8", "replace")) <= MAX_FILENAME:
        return name
    stem, dot, ending = name.rpartition(".")
    if not dot or len(ending.encode()) > _MAX_ENDING:
        stem, dot, ending = name, "", ""
    room = MAX_FILENAME - len((dot + ending).encode())
    return stem.encode()[:room].decode("utf-8", "ignore") + dot + ending
