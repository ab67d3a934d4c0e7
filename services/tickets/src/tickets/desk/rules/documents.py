"""The HTML of a mail as a document of its own, which the staff app shows in a sandboxed frame (attack 25)."""

import html as escaping
import re
from collections.abc import Mapping
from typing import Literal

from tickets.desk.rules.sanitise import sanitise

POLICY = (
    "default-src 'none'; img-src 'self' data:; style-src 'unsafe-inline'; frame-ancestors 'self'; base-uri 'none';"
    " form-action 'none'; sandbox allow-same-origin allow-popups allow-popups-to-escape-sandbox"
)
"""Content-Security-Policy of the document: no script, whatever stands in it; images come from the ticket's files."""

QUOTED = {"en": "Quoted text", "de": "Zitierter Text"}

_CID = re.compile(r'src="cid:([^"]{1,300})"', re.IGNORECASE)
_QUOTE = re.compile(r"<blockquote[\s>]|</blockquote>")
_TAG = re.compile(r"<[^>]*>")

_COLOURED = re.compile(r"\b(?:bgcolor|background|color)\b", re.IGNORECASE)
"""A mail that says a colour was made for a white ground; one that says none can be read on any."""

# The frame is as high as its content, so it never scrolls up and down.
_STYLE = """
html{overflow-y:hidden;color-scheme:light;--text:#1a1d26;--quiet:#4c5261;--link:#3d45c9;--line:#dcdfe6;--soft:#eceef3}
html.dark{color-scheme:dark;--text:#e9ebf2;--quiet:#b4b9c8;--link:#a9b4ff;--line:#41465a;--soft:#2b3040}
html.paper{background:#fff}html.paper body{padding:10px 12px}
body{font:14px/22px system-ui,sans-serif;color:var(--text);margin:0;padding:1px 0;overflow-wrap:anywhere}
p{margin:0 0 .6em}img{max-width:100%;height:auto}a{color:var(--link)}table{max-width:100%}pre{white-space:pre-wrap}
blockquote{border-left:3px solid var(--line);margin:.4em 0;padding-left:10px;color:var(--quiet)}
summary{cursor:pointer;width:max-content;padding:0 8px;border-radius:4px;background:var(--soft);color:var(--quiet);
font-size:12px;line-height:22px;margin:.4em 0}
"""

Theme = Literal["light", "dark"]


def document(html: str, *, images: Mapping[str, str], language: str, theme: Theme = "light") -> str:
    """The whole document. ``images`` holds addresses by Content-ID; links open in a tab of their own.

    On a dark page a mail without colours is light text on it, and any other one stands on white paper.
    """
    content = _with_images(_folded(sanitise(html), language), images)
    ground = "" if theme == "light" else "paper" if _COLOURED.search("".join(_TAG.findall(content))) else "dark"
    return (
        f'<!doctype html><html lang="{language}" class="{ground}"><head><meta charset="utf-8"><base target="_blank">'
        f"<style>{_STYLE}</style></head><body>{content}</body></html>"
    )


def _folded(clean: str, language: str) -> str:
    """With the quotation at the end folded; one between answers stays open, it is needed to understand them."""
    begin, end = _last_quotation(clean)
    if begin < 0 or _text_of(clean[end:]) or not _text_of(clean[:begin]):
        return clean
    summary = QUOTED.get(language, QUOTED["en"])
    quotation = f"<details><summary>{summary}</summary>{clean[begin:end]}</details>"
    return f"{clean[:begin]}{quotation}{clean[end:]}"


def _last_quotation(clean: str) -> tuple[int, int]:
    """Where the last outermost blockquote begins and ends; (-1, -1) where there is none."""
    found, depth, opened = (-1, -1), 0, 0
    for tag in _QUOTE.finditer(clean):
        if tag[0] == "</blockquote>":
            depth -= 1
            if depth == 0:
                found = (opened, tag.end())
        else:
            opened = tag.start() if depth == 0 else opened
            depth += 1
    return found


def _text_of(part: str) -> str:
    return escaping.unescape(_TAG.sub("", part)).strip()


def _with_images(clean: str, images: Mapping[str, str]) -> str:
    def shown(found: re.Match[str]) -> str:
        address = images.get(escaping.unescape(found[1]))
        return f'src="{escaping.escape(address)}"' if address else ""

    return _CID.sub(shown, clean)
