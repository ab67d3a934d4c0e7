"""HTML as plain text, for mails that bring no other: paragraphs, lists, quotes and rows stay recognisable."""

import html as entities
import re
from dataclasses import dataclass

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
_MARKED_TAG = re.compile(r'<(/?)(\w+)((?: [\w-]+="[^"]*")*)>')
_MARKING = frozenset({"class", "id", "name", "style", "type"})
_CARRIERS = frozenset({"blockquote", "div", "hr", "p", "pre", "section", "span", "table", "td"})
_FOLDING_CLEANER = nh3.Cleaner(
    tags=_PARAGRAPHS | _LINES | _CELLS | _CARRIERS | {"tbody", "thead", "tfoot"},
    clean_content_tags=frozenset(
        {"head", "noscript", "script", "select", "style", "svg", "template", "textarea", "title"}
    ),
    attributes=dict.fromkeys(_CARRIERS, _MARKING),
    link_rel=None,
)
_ATTRIBUTE = re.compile(r' (\w+)="([^"]*)"')
_INDENT = re.compile(r"border(?:-left)?\s*:\s*(?:none|0)|margin\s*:\s*0(?:px)? 0(?:px)? 0(?:px)? 40px", re.IGNORECASE)
"""The style of a ``blockquote`` that only indents: Gmail writes it for its button of that name."""

_QUOTED = frozenset(
    {
        "cite",
        "front-blockquote",
        "gmail_attr",
        "isforwardcontent",
        "isreplycontent",
        "mail-editor-reference-message-container",
        "moz-cite-prefix",
        "moz-email-headers-table",
        "olk_src_body_section",
        "protonmail_quote",
        "quote",
        "reply-intro",
        "tutanota_quote",
        "yahoo_quoted",
        "ymail_quoted",
        "zmail_extra",
    }
)
"""Classes, ids, names and types of elements that hold a quote or its introduction. Not ``gmail_quote``: below
its ``blockquote`` people go on writing in it."""

_REST = frozenset(["divrplyfwdmsg", "appendonsend", "stopspelling", "outlookmessageheader"])
"""Those that stand before the quote; everything behind them belongs to it."""

_SIGNATURES = frozenset(
    {
        "bloop_sign",
        "gmail_signature",
        "gmail_signature_prefix",
        "k9mail-signature",
        "moz-signature",
        "ms-outlook-mobile-signature",
        "protonmail_signature_block",
        "signature",
        "ymail_android_signature",
    }
)
_MARKS = (
    "quote",
    "signature",
    "gmail_attr",
    "moz-",
    "appendonsend",
    "divrplyfwdmsg",
    "stopspelling",
    "outlookmessageheader",
    "olk_src_body",
    "reply-intro",
    "replycontent",
    "forwardcontent",
    "mail-editor",
    "zmail_extra",
    "bloop_sign",
    "cite",
)
"""A part of each name above, in lower case."""

SIGNED = "\ue001"
"""Begins a line of a signature in text made for folding; a character that no charset assigns."""

_EMPTY_LINES = re.compile(r"\n{3,}")
_MAX_QUOTE = 9
"""Quote marks in front of a line."""


def is_marked(html: str) -> bool:
    """Whether folding could find something that the plain text of the HTML does not show."""
    lower = html.lower()
    return any(mark in lower for mark in _MARKS)


def html_to_text(html: str, *, folding: bool = False) -> str:
    """The text of the HTML: one line per line shown, quotes behind ``>``, list items behind ``-``. Linear.

    With ``folding``, what mail programs mark as quote is behind ``>``, too, and signatures are behind `SIGNED`.
    """
    page = _Page()
    if folding:
        _fold(page, html)
    else:
        text, *rest = _TAG.split(_CLEANER.clean(tame(html)))
        page.add(text)
        for slash, tag, following in zip(rest[::3], rest[1::3], rest[2::3], strict=True):
            page.tag(tag, closing=bool(slash))
            page.add(following)
    page.end_line()
    return _EMPTY_LINES.sub("\n\n", "\n".join(page.lines)).strip()


def _fold(page: "_Page", html: str) -> None:
    """Fill the page; the cleaner nests well, so a stack tells where a marked element ends."""
    open_elements: list[_Element] = []
    text, *rest = _MARKED_TAG.split(_FOLDING_CLEANER.clean(tame(html, keep=_MARKING)))
    page.add(text)
    for slash, tag, attributes, following in zip(rest[::4], rest[1::4], rest[2::4], rest[3::4], strict=True):
        if tag not in _CARRIERS or tag == "hr":
            page.tag(tag, closing=bool(slash))
        elif not slash:
            element = _element(tag, attributes)
            open_elements.append(element)
            page.tag(element.shown_as, closing=False)
            page.mark(element, +1)
        while slash and tag in _CARRIERS and open_elements:
            element = open_elements.pop()
            page.mark(element, -1)
            page.tag(element.shown_as, closing=True)
            if element.tag == tag:
                break
        page.add(following)


@dataclass(frozen=True, slots=True)
class _Element:
    """An element that may be marked as quote, as signature, or as what stands before a quote."""

    tag: str
    shown_as: str
    is_quote: bool
    is_signature: bool
    is_before_quote: bool


def _element(tag: str, attributes: str) -> _Element:
    named = dict(_ATTRIBUTE.findall(attributes))
    words = {word.lower() for name, value in named.items() if name != "style" for word in value.split()}
    is_indent = tag == "blockquote" and not words and bool(_INDENT.search(named.get("style", "")))
    return _Element(
        tag=tag,
        shown_as="p" if is_indent else tag,
        is_quote=tag != "blockquote" and not words.isdisjoint(_QUOTED),
        is_signature=not words.isdisjoint(_SIGNATURES),
        is_before_quote=not words.isdisjoint(_REST),
    )


class _Page:
    """The lines so far, and the one being written."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self._line: list[str] = []
        self._quotes = 0
        self._is_pre = False
        self._signed = 0

    def mark(self, element: _Element, step: int) -> None:
        """An element begins (+1) or ends (-1). What stands before a quote never ends: the rest is that quote."""
        if element.is_quote or element.is_signature or element.is_before_quote:
            self.end_line()
        self._quotes = max(0, self._quotes + step * element.is_quote + (step > 0) * element.is_before_quote)
        self._signed += step * element.is_signature

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
            line = f"{'>' * quotes} {text}" if quotes else text
            self.lines.append(SIGNED + line if self._signed and not quotes else line)
        elif keep_empty:
            self._empty_line()

    def _empty_line(self) -> None:
        self.lines.append("")
