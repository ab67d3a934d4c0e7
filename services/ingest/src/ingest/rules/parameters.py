"""Parameters of a header (RFC 2045 §5.1), those in pieces and in other charsets among them (RFC 2231). Linear."""

import re
from collections.abc import Mapping
from urllib.parse import unquote_to_bytes

from ingest.rules.charsets import decode
from ingest.rules.headers import raw_text

_PARAMETER = re.compile(
    r""";\s*+([^\s=;"]++)\s*+=\s*+(?:"((?:[^"\\]++|\\.)*+)"?|([^;]*+))""",
    re.DOTALL,
)
_EXTENDED = re.compile(r"([^*]+)\*(?:(\d{1,4})(\*?))?", re.DOTALL)


def parameters_of(value: str) -> Mapping[str, str]:
    """The parameters by name in lower case; of ``name`` and ``name*`` the second wins, else the first of several.

    ``value`` is the whole header as it came.
    """
    if ";" not in value:
        return {}
    plain: dict[str, str] = {}
    pieces: dict[str, dict[int, tuple[str, bool]]] = {}
    for match in _PARAMETER.finditer(value):
        name = match[1].lower()
        text = _unescaped(match[2]) if match[2] is not None else match[3].strip()
        if "*" not in name:
            plain.setdefault(name, raw_text(text))
        elif extended := _EXTENDED.fullmatch(name):
            number = int(extended[2]) if extended[2] else 0
            pieces.setdefault(extended[1], {})[number] = (text, not extended[2] or bool(extended[3]))
    for name, parts in pieces.items():
        plain[name] = _joined(parts)
    return plain


def _unescaped(text: str) -> str:
    return text.replace("\\\\", "\\").replace('\\"', '"') if "\\" in text else text


def _joined(parts: dict[int, tuple[str, bool]]) -> str:
    """The pieces in their order; the first one names the charset of those that are percent-encoded."""
    charset: str | None = None
    out: list[bytes] = []
    for position, number in enumerate(sorted(parts)):
        text, is_encoded = parts[number]
        if is_encoded and position == 0 and text.count("'") > 1:
            charset, _, text = text.split("'", 2)
        data = text.encode("utf-8", "surrogateescape")
        out.append(unquote_to_bytes(data) if is_encoded else data)
    return decode(b"".join(out), charset or "utf-8").replace("\r", "").replace("\n", "")
