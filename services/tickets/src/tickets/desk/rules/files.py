"""Names and types of files that agents bring, and which of them a text shows inside itself (attack 25, OD-07)."""

import re
import unicodedata
from uuid import UUID

MAX_NAME = 200
"""Bytes of a file name in UTF-8."""

NEUTRAL = "application/octet-stream"

_TYPE = re.compile(r"[a-z0-9][a-z0-9!#$&^_.+-]{0,62}/[a-z0-9][a-z0-9!#$&^_.+-]{0,62}")
_MAGIC = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"BM", "image/bmp"),
)
_ACTIVE = frozenset({"text/html", "application/xhtml+xml", "image/svg+xml", "text/xml", "application/xml"})
_CID = re.compile(r"cid:([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})(?![\w@.-])", re.IGNORECASE)
_ANY_CID = re.compile(r"cid:([^\s\"'<>)]{1,300})", re.IGNORECASE)


def clean_name(name: str) -> str:
    """The name as a mere label: NFC, no path, no control or formatting characters, at most `MAX_NAME` bytes.

    Formatting characters turn the direction of a text, so that ``exe.pdf`` can be shown for ``fdp.exe``. The ending
    is kept where a name is cut.
    """
    text = unicodedata.normalize("NFC", name.replace("\\", "/").rpartition("/")[2])
    text = "".join(" " if unicodedata.category(one) in {"Zl", "Zp"} else one for one in text)
    text = "".join(one for one in text if not unicodedata.category(one).startswith("C"))
    text = " ".join(text.split()).strip(". ")
    if len(text.encode()) > MAX_NAME:
        stem, dot, ending = text.rpartition(".")
        ending = f"{dot}{ending}" if dot and len(ending.encode()) <= 20 and stem else ""  # noqa: PLR2004  # .spreadsheetml
        stem = stem if ending else text
        text = stem.encode()[: MAX_NAME - len(ending.encode())].decode(errors="ignore").strip() + ending
    return text or "file"


def content_type(claimed: str, beginning: bytes) -> str:
    """What a file is: an image only where its first bytes say so, never a page that could run anything."""
    for magic, kind in _MAGIC:
        if beginning.startswith(magic):
            return kind
    if beginning[:4] == b"RIFF" and beginning[8:12] == b"WEBP":
        return "image/webp"
    kind = claimed.partition(";")[0].strip().lower()
    if not _TYPE.fullmatch(kind) or kind in _ACTIVE or kind.startswith(("image/", "multipart/", "message/")):
        return NEUTRAL
    return kind


def named_uploads(html: str | None) -> tuple[UUID, ...]:
    """The uploads that HTML shows as ``cid:<upload id>``, each once."""
    return tuple(dict.fromkeys(UUID(found) for found in _CID.findall(html or "")))


def content_id(upload_id: UUID, domain: str) -> str:
    """The Content-ID of an inline upload, without angle brackets (RFC 2392)."""
    return f"{upload_id}@{domain}"


def with_content_ids(html: str, domain: str) -> str:
    """The HTML with whole Content-IDs in the place of upload ids."""
    return _CID.sub(lambda found: f"cid:{content_id(UUID(found[1]), domain)}", html)


def named_content_ids(html: str | None) -> frozenset[str]:
    """Every Content-ID that HTML refers to."""
    return frozenset(_ANY_CID.findall(html or ""))
