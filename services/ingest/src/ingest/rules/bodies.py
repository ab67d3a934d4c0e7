"""Which parts of a mail are its text, its HTML and its files (RFC 2046, RFC 2387, RFC 3676)."""

import re
from dataclasses import dataclass, field, replace
from urllib.parse import unquote

from ingest.rules.calendar import calendar_text
from ingest.rules.charsets import decode, detect
from ingest.rules.embedded import without_files
from ingest.rules.html_text import html_to_text
from ingest.rules.parts import (
    AttachedFile,
    attached_file,
    content,
    embedded_file,
    is_attachment,
    label,
    packed_file,
    parameters,
)
from ingest.rules.parts import field as header
from ingest.rules.tnef import SIGNATURE, read_tnef
from ingest.rules.tree import Part, is_prose

_CID = re.compile(r"""cid:([^"'\s<>)]++)""", re.IGNORECASE)
MAX_GUESSES = 8
"""Texts of one mail whose charset is told by statistics, which takes up to 15 ms."""

_STUB = 400
"""Characters of a text that may only say that there is HTML."""


@dataclass(frozen=True, slots=True)
class Body:
    """What there is to read and to download; ``html`` is the sender's own and never to be shown as it is.

    ``is_rendered``: some of the text was made from the HTML.
    """

    text: str
    html: str | None
    truncated: bool
    is_rendered: bool
    attachments: tuple[AttachedFile, ...]


@dataclass(slots=True)
class _Piece:
    """A stretch of the mail: as text, as HTML, or as both."""

    text: str | None = None
    html: str | None = None
    is_rendered: bool = False


@dataclass(slots=True)
class _Found:
    """What is no text: files, and what to read ``instead`` where the mail has no text, or else in attached mails."""

    files: list[AttachedFile] = field(default_factory=list)
    instead: list[_Piece] = field(default_factory=list)
    mails: list[Part] = field(default_factory=list)
    guesses: int = MAX_GUESSES

    def guess(self, data: bytes) -> str | None:
        """The codec of a text that does not declare any, as often as there is time for."""
        self.guesses -= 1
        return detect(data) if self.guesses >= 0 else None

    def add(self, part: Part) -> None:
        """Take a part as a file, and look into those that are known to hold something to read."""
        file = attached_file(part, len(self.files) + 1)
        self.files.append(file)
        if part.parts and part.kind in {"message/rfc822", "message/global"}:
            self.mails += part.parts
        if file.content_type == "text/calendar":
            text = calendar_text(decode(file.data, parameters(part, "content-type").get("charset")))
            self.instead += [_Piece(text=text)] if text else []
        elif file.data.startswith(SIGNATURE):
            tnef = read_tnef(file.data)
            self.files += [packed_file(inner, len(self.files) + n) for n, inner in enumerate(tnef.files, start=1)]
            if tnef.text.strip() or tnef.html:
                self.instead.append(_Piece(text=tnef.text or None, html=tnef.html))


def read_body(root: Part, *, max_text: int, max_html: int) -> Body:
    """The body of a parsed mail; ``max_text`` and ``max_html`` are characters."""
    found = _Found()
    pieces = _pieces(root, found, is_root=True)
    files = found.files
    if not any((piece.text or "").strip() or piece.html for piece in pieces):
        pieces = found.instead or [_read_mail(mail, max_text, max_html) for mail in found.mails[:1]] or pieces
    html = _joined_html(pieces)
    text = "\n\n".join(filter(None, (_text_of(piece, max_html) for piece in pieces)))
    truncated = len(text) > max_text or (html is not None and len(html) > max_html)
    html = html[:max_html] if html is not None else None
    shown = {unquote(cid).lower() for cid in _CID.findall(html)} if html and files else set()
    return Body(
        text=text[:max_text],
        html=html,
        truncated=truncated,
        is_rendered=any(piece.is_rendered for piece in pieces),
        attachments=tuple(replace(file, inline=(file.content_id or "").lower() in shown) for file in files),
    )


def _read_mail(mail: Part, max_text: int, max_html: int) -> _Piece:
    """The text of an attached mail; its HTML stays in the file, because its pictures do."""
    return _Piece(text=read_body(mail, max_text=max_text, max_html=max_html).text)


def _pieces(part: Part, found: _Found, *, is_root: bool = False) -> list[_Piece]:
    """The pieces of a part in reading order; what is no text goes to ``found``."""
    kind = part.kind
    if part.parts and not kind.startswith("message/"):
        inner = part.parts
        match kind:
            case "multipart/alternative":
                return _alternative(inner, found)
            case "multipart/related":
                return _related(inner, found)
            case _:
                return [piece for child in inner for piece in _pieces(child, found)]
    if _is_text(part, kind, is_root=is_root):
        return [_read(part, kind, found)]
    found.add(part)
    return []


def _alternative(parts: list[Part], found: _Found) -> list[_Piece]:
    """One piece: the first plain text and the last HTML. Other renderings of the same text are no files."""
    best = _Piece()
    for part in parts:
        kind = part.kind
        if kind.startswith("text/") and kind not in {"text/plain", "text/html", "text/calendar"}:
            continue
        pieces = _pieces(part, found)
        html = _joined_html(pieces)
        if html is not None:
            best.html = html
        elif pieces and not best.text:
            best.text = "\n\n".join(piece.text or "" for piece in pieces)
    return [] if best.text is best.html is None else [best]


def _related(parts: list[Part], found: _Found) -> list[_Piece]:
    """The first part is what to read, the others are what it shows (RFC 2387)."""
    pieces = _pieces(parts[0], found) if parts else []
    for part in parts[1:]:
        if part.parts:
            pieces += _pieces(part, found)
        else:
            found.add(part)
    return pieces


def _is_text(part: Part, kind: str, *, is_root: bool) -> bool:
    """Whether this leaf is to be read: text without a file name; a multipart that has no parts is text, too."""
    if kind not in {"text/plain", "text/html"} and not (kind.startswith("multipart/") and not part.parts):
        return False
    if "content-disposition" not in part.fields and (is_root or "name" not in header(part, "content-type").lower()):
        return True
    return not is_attachment(part) and (is_root or not label(part))


def _read(part: Part, kind: str, found: _Found) -> _Piece:
    hints = parameters(part, "content-type")
    data = content(part) if not is_prose(part) else part.body
    if b"begin " in data and kind != "text/html":
        data, embedded = without_files(data)
        for file in embedded:
            found.files.append(embedded_file(file, len(found.files) + 1))
    text = decode(data, hints.get("charset"), found.guess).replace("\r\n", "\n").replace("\r", "\n")
    if kind == "text/html":
        return _Piece(html=text)
    if hints.get("format", "").lower() == "flowed":
        text = _unflowed(text, keep_space=hints.get("delsp", "").lower() != "yes")
    return _Piece(text=text.strip("\n"))


def _unflowed(text: str, *, keep_space: bool) -> str:
    """The text with soft line breaks undone (RFC 3676 §4): a line that ends in a space goes on in the next."""
    out: list[str] = []
    flowing_at: int | None = None
    for line in text.split("\n"):
        stuffed = line.lstrip(">")
        depth = len(line) - len(stuffed)
        body = stuffed.removeprefix(" ")
        is_signature_mark = body == "-- "
        is_soft = body.endswith(" ") and not is_signature_mark
        if flowing_at != depth or is_signature_mark:
            out.append(("\n" if out else "") + (">" * depth + " " if depth else ""))
        out.append(body if keep_space or not is_soft else body[:-1])
        flowing_at = depth if is_soft else None
    return "".join(out)


def _text_of(piece: _Piece, max_html: int) -> str:
    """The text of a piece, made from its HTML where there is none, or only a note that there is HTML."""
    text = piece.text or ""
    if piece.html is None or (text.strip() and not (len(text) < _STUB and "html" in text.lower())):
        return text
    rendered = html_to_text(piece.html[:max_html])
    piece.is_rendered = len(rendered) > len(text.strip())
    return rendered if piece.is_rendered else text


def _joined_html(pieces: list[_Piece]) -> str | None:
    """The HTML of all pieces, plain ones among them as ``pre``; None where nothing is HTML."""
    if all(piece.html is None for piece in pieces):
        return None
    return "\n".join(piece.html if piece.html is not None else _as_html(piece.text or "") for piece in pieces)


def _as_html(text: str) -> str:
    return f"<pre>{text.replace('&', '&amp;').replace('<', '&lt;')}</pre>"
