"""Quotations: what an answer repeats of the mail that it answers."""

from tickets.desk.rules.sanitise import sanitise
from tickets.desk.rules.variables import escaped

MAX_QUOTED_TEXT = 30_000
"""Characters of plain text; an answer must have room left within its own limit."""

MAX_QUOTED_HTML = 80_000


def quoted_text(introduction: str, text: str) -> str:
    """Plain text behind ``>`` (RFC 3676 §4.5), cut at a line where it is long."""
    lines = _cut(text).splitlines()
    return "\n".join([introduction, *(f">{line}" if line.startswith(">") else f"> {line}".rstrip() for line in lines)])


def quoted_html(introduction: str, html: str | None, text: str) -> str:
    """A block quotation; of HTML that is too long only the text, because markup cannot be cut."""
    body = sanitise(html) if html is not None and len(html) <= MAX_QUOTED_HTML else escaped(_cut(text))
    return f'<p>{escaped(introduction)}</p><blockquote style="border-left:2px solid #ccc">{body}</blockquote>'


def _cut(text: str) -> str:
    if len(text) <= MAX_QUOTED_TEXT:
        return text
    return f"{text[:MAX_QUOTED_TEXT].rpartition(chr(10))[0] or text[:MAX_QUOTED_TEXT]}\n[…]"
