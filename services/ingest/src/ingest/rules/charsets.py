"""Bytes to text, whatever the mail claims: declared, UTF-8, recognised, Windows-1252; never an error."""

import codecs
import pkgutil
import re
from collections.abc import Callable
from encodings import __path__ as _codec_folder
from encodings import aliases, normalize_encoding
from functools import lru_cache

import chardet

_NOT_FOR_TEXT = re.compile(
    "aliases|charmap|idna|mbcs|oem|punycode|rot_13|undefined|(raw_)?unicode_escape|(base64|bz2|hex|quopri|uu|zlib)_codec"
)
"""Codecs that are no charsets; ``punycode`` and ``idna`` would be quadratic."""

_CODECS = frozenset(
    module.name for module in pkgutil.iter_modules(_codec_folder) if not _NOT_FOR_TEXT.fullmatch(module.name)
)

_MAIL_NAMES = {
    "ansi_x3_110_1983": "cp1252",
    "cp_850": "cp850",
    "euc_kr": "cp949",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "iso_8859_8_i": "iso8859_8",
    "ks_c_5601_1987": "cp949",
    "shift_jis": "cp932",
    "unicode_1_1_utf_7": "utf_7",
    "utf8mb4": "utf_8",
    "windows_874": "cp874",
    "x_gbk": "gb18030",
    "x_mac_roman": "mac_roman",
    "x_sjis": "cp932",
    "x_windows_1252": "cp1252",
}
"""Names seen in mails, and supersets of what they say, as browsers read them (WHATWG Encoding §4.2)."""

Guess = Callable[[bytes], str | None]
"""Tells the codec of bytes, or None."""

MAX_SAMPLE = 1_024
MIN_HIGH = 5
"""Bytes looked at to tell a charset, and how many of them must be no ASCII."""

_HIGH = bytes(range(128, 256))
_LATIN = ("ascii", "latin", "iso8859_1", "iso8859_9", "cp1252", "cp1254", "mac_", "cp037", "cp500")
MAX_NAME = 40
"""Characters of a charset's name."""

_WESTERN = ("ascii", "latin_1", "iso8859_1", "cp1252")
_SINGLE_BYTE = ("ascii", "latin_1", "iso8859", "cp125")
_NEEDS_MARK = ("utf_16", "utf_32")
_STATEFUL = ("iso2022", "utf_7", "utf_16", "utf_32", "hz")
"""Charsets whose bytes may all be ASCII and still not mean ASCII."""

_MARKS = (
    (codecs.BOM_UTF8, "utf_8_sig"),
    (codecs.BOM_UTF32_LE, "utf_32"),
    (codecs.BOM_UTF32_BE, "utf_32"),
    (codecs.BOM_UTF16_LE, "utf_16"),
    (codecs.BOM_UTF16_BE, "utf_16"),
)
_MARK_STARTS = frozenset(sign[:1] for sign, _ in _MARKS)
_CODE_PAGE = re.compile(r"(?:x_)?(?:windows|win|cp|ibm|ms|dos)_?(\d{3,5})")
_JAPANESE_SHIFT = re.compile(rb"\x1b\$[@B]")


def decode(data: bytes, declared: str | None, guess: Guess | None = None) -> str:
    """The text of ``data``: the ladder of reliability.md 3.5. Free of NUL and of lone surrogates.

    A single-byte charset is a claim that nothing can refute; text that happens to be valid UTF-8 is UTF-8 all the
    same. ``guess`` is asked where nothing is declared that could be true.
    """
    charset = _resolve(declared) if declared else None
    if data.isascii() and not (charset and charset.startswith(_STATEFUL)) and b"\x1b$" not in data:
        return data.decode("ascii").replace("\0", "")
    for candidate in _ladder(data, charset):
        try:
            return _storable(data.decode(candidate))
        except (UnicodeError, ValueError):
            continue
    if charset and (text := _damaged(data, charset)):
        return _storable(text)
    if guess and (codec := guess(data)):
        return _storable(data.decode(codec, "replace"))
    return _storable(data.decode("cp1252", "replace"))


def detect(data: bytes) -> str | None:
    """The codec of text in a script that is not Latin, by its statistics; None where that cannot be told. 1 to 15 ms.

    Asked only where most characters are no ASCII: there chardet 7.7 was right with 20 of 20 short samples, while of
    Western texts, where such characters are rare, it takes some for another language's.
    """
    sample = data[:MAX_SAMPLE]
    high = len(sample) - len(sample.translate(None, _HIGH))
    if high < MIN_HIGH or high * 3 < len(sample) - sample.count(b" "):
        return None
    found = chardet.detect(sample)["encoding"]
    codec = _resolve(found) if found else None
    return None if codec is None or codec.startswith(_LATIN) else codec


def _damaged(data: bytes, charset: str) -> str:
    """The text in a charset of several bytes per character that a few bytes contradict; ``""`` where many do."""
    if charset.startswith(_SINGLE_BYTE):
        return ""
    text = data.decode(charset, "replace")
    wrong = text.count("\ufffd")
    return text if wrong * 3 <= sum(not character.isascii() for character in text) - wrong else ""


def _ladder(data: bytes, charset: str | None) -> list[str]:
    if data[:1] in _MARK_STARTS:
        for sign, codec in _MARKS:
            if data.startswith(sign):
                return [codec]
    if charset is None:
        return ["iso2022_jp_ext" if _JAPANESE_SHIFT.search(data) else "utf_8"]
    if charset.startswith(_NEEDS_MARK) and not charset.endswith(("le", "be")):
        return ["utf_8"]
    if charset in _WESTERN:
        return ["utf_8"]
    return ["utf_8", charset] if charset.startswith(_SINGLE_BYTE) else [charset, "utf_8"]


@lru_cache(maxsize=512)
def _resolve(name: str) -> str | None:
    """The codec of a charset name. Unknown names never reach ``codecs.lookup``, which would remember each for ever."""
    if len(name) > MAX_NAME or not name.isascii():
        return None
    plain = normalize_encoding(name.strip(" \t'\"")).lower()
    for spelling in (plain, plain.removeprefix("x_"), _CODE_PAGE.sub(r"cp\1", plain)):
        codec = _MAIL_NAMES.get(spelling) or aliases.aliases.get(spelling, spelling)
        if codec in _CODECS:
            return codec
    return None


def _storable(text: str) -> str:
    """What PostgreSQL and JSON can hold: no NUL, no half of a surrogate pair (UTF-7 can produce one)."""
    text = text.replace("\0", "")
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-8", "replace").decode()
    return text
