"""HTML as plain text, for mails that bring no other: paragraphs, lists, quotes and rows stay recognisable."""

import html as entities
import re

import nh3

from ingest.rules.sanitise import tame

_PARAGRAPHS = frozenset({"blockquote", "dl", "h1", "h2", "h3", "h4", "h5", "h6", "ol", "p", "pre", "table", "ul"})
_LINES = frozenset({"br", "div", "dd", "dt", "hr", "li", "tr"})
_CELLS = frozenset({"td", "th"})
_CLEANER = nh3.Cleaner(
    tags=_PARAGRAPHS | _LINES | _CELLS | {"tbody", "thead", "tfoot"},
    clean_content_tags=frozenset(
        {"head", "noscript", "script", "select", "style", "svg", "template", "textarea", "title"}
    ),
    attributes={},
    link_rel=None,
)
_TAG = re.compile(r"<(/?)(\w+)>")
_EMPTY_LINES = re.compile(r"\n{3,}")
_MAX_QUOTE = 9
"""Quote marks in front of a line."""


def html_to_text(html: str) -> str:
    """The text of the HTML: one line per line shown, quotes behind ``>``, list items behind ``-``. Linear."""
    page = _Page()
    text, *rest = _TAG.split(_CLEANER.clean(tame(html)))
    page.add(text)
    for slash, tag, following in zip(rest[::3], rest[1::3], rest[2::3], strict=True):
        page.tag(tag, closing=bool(slash))
        page.add(following)
    page.end_line()
    return _EMPTY_LINES.sub("\n\n", "\n".join(page.lines)).strip()


class _Page:
    """The lines so far, and the one being written."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self._line: list[str] = []
        self._quotes = 0
        self._is_pre = False

    def add(self, text: str) -> None:
        """Text between two tags. Its line ends count only inside ``pre``."""
        if not text:
            return
        first, *others = entities.unescape(text).split("\n") if self._is_pre else (entities.unescape(text),)
        self._line.append(first)
        for line in others:
            self.end_line()
            self._line.append(line)

    def tag(self, tag: str, *, closing: bool) -> None:
        if tag in _CELLS:
            self._line.append(" ")
            return
        if tag in _LINES:
            self.end_line(keep_empty=tag == "br")
            if tag == "li" and not closing:
                self._line.append("- ")
        elif tag in _PARAGRAPHS:
            self.end_line()
            self._empty_line()
        if tag == "blockquote":
            self._quotes = max(0, self._quotes + (-1 if closing else 1))
        elif tag == "pre":
            self._is_pre = not closing

    def end_line(self, *, keep_empty: bool = False) -> None:
        text = " ".join("".join(self._line).split())
        self._line.clear()
        if text:
            quotes = min(self._quotes, _MAX_QUOTE)
            self.lines.append(f"{'>' * quotes} {text}" if quotes else text)
        elif keep_empty:
            self._empty_line()

    def _empty_line(self) -> None:
        self.lines.append("")
