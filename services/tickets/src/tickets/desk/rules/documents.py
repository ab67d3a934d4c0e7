"""The HTML of a mail as a document of its own, which the staff app shows in a sandboxed frame (attack 25)."""

import html as escaping
import re
from collections.abc import Mapping

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

# The frame is as high as its content, so it never scrolls up and down. Mails are written for a white ground.
_STYLE = """
:root{color-scheme:light}html{overflow-y:hidden}
body{font:14px/22px system-ui,sans-serif;color:#1a1d26;margin:0;padding:1px 0;overflow-wrap:anywhere}
p{margin:0 0 .6em}img{max-width:100%;height:auto}a{color:#3d45c9}blockquote{border-left:3px solid #dcdfe6;margin:.4em 0;
padding-left:10px;color:#4c5261}table{max-width:100%}pre{white-space:pre-wrap}
summary{cursor:pointer;width:max-content;padding:0 8px;border-radius:4px;background:#eceef3;color:#4c5261;
font-size:12px;line-height:22px;margin:.4em 0}
"""


def document(html: str, *, images: Mapping[str, str], language: str) -> str:
    """The whole document. ``images`` holds addresses by Content-ID; links open in a tab of their own."""
    content = _with_images(_folded(sanitise(html), language), images)
    return (
        f'<!doctype html><html lang="{language}"><head><meta charset="utf-8"><base target="_blank">'
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
