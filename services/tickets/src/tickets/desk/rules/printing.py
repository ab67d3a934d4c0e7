"""A ticket as a page for the printer: self-contained; nothing in it runs, and it fetches nothing (AT-10)."""

import html as escaping
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType

from tickets.desk.rules.sanitise import sanitise

POLICY = (
    "default-src 'none'; img-src data:; style-src 'unsafe-inline'; frame-ancestors 'self';"
    " base-uri 'none'; form-action 'none'; sandbox allow-same-origin allow-modals"
)
"""Content-Security-Policy of a printed page: no script, whatever stands in it; our own pages may frame and print it."""

_CID = re.compile(r'src="cid:([^"]{1,300})"', re.IGNORECASE)

WORDS: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "en": {
            "incoming": "Incoming", "outgoing": "Outgoing", "note": "Note", "call": "Call", "status_change": "Change",
            "letter": "Letter", "solution": "Solution", "from": "From", "to": "To", "cc": "Cc", "subject": "Subject",
            "files": "Files", "hidden": "Hidden by", "withdrawn": "Taken back before it was sent", "status": "Status",
            "channel": "Channel", "owner": "Owner", "contact": "Contact", "opened": "Opened", "more":
            "The oldest activities are left out.",
        },
        "de": {
            "incoming": "Eingehend", "outgoing": "Ausgehend", "note": "Notiz", "call": "Anruf",
            "status_change": "Änderung", "letter": "Brief", "solution": "Lösung", "from": "Von", "to": "An",
            "cc": "Kopie", "subject": "Betreff", "files": "Dateien", "hidden": "Ausgeblendet von", "withdrawn":
            "Vor dem Versand zurückgenommen", "status": "Status", "channel": "Kanal", "owner": "Besitzer",
            "contact": "Kontakt", "opened": "Eröffnet", "more": "Die ältesten Aktivitäten sind weggelassen.",
        },
    }
)  # fmt: skip

_STYLE = """
body{font:11pt/1.4 system-ui,sans-serif;color:#111;margin:2cm auto;max-width:18cm;padding:0 1em}
h1{font-size:15pt;margin:0 0 .3em}dl{display:grid;grid-template-columns:max-content 1fr;gap:.1em 1em;margin:.3em 0}
dt{color:#555}dd{margin:0;overflow-wrap:anywhere}article{border-top:1px solid #999;padding:.8em 0}
article>header{font-weight:600}article>header time{font-weight:400;color:#555}
.plain{white-space:pre-wrap;overflow-wrap:anywhere}.body{overflow-wrap:anywhere}img{max-width:100%}
@media print{body{margin:0;max-width:none}article>header{break-after:avoid}}
"""


@dataclass(frozen=True, kw_only=True)
class Printed:
    """An activity as it is printed. ``facts`` are pairs of a word and a text; ``remark`` replaces the content."""

    kind: str
    author: str
    at: datetime
    facts: Sequence[tuple[str, str]] = ()
    text: str = ""
    html: str | None = None
    remark: str | None = None


def words_in(language: str) -> Mapping[str, str]:
    """The words of a language, else the English ones."""
    return WORDS.get(language, WORDS["en"])


def page(
    title: str,
    facts: Sequence[tuple[str, str]],
    activities: Sequence[Printed],
    *,
    language: str,
    images: Mapping[str, str],
    complete: bool,
) -> str:
    """The document. ``images`` holds ``data:`` addresses by Content-ID; other images are left out."""
    words = words_in(language)
    head = (
        f'<!doctype html><html lang="{language if language in WORDS else "en"}"><head><meta charset="utf-8">'
        f"<title>{_safe(title)}</title><style>{_STYLE}</style></head><body><h1>{_safe(title)}</h1>"
    )
    more = "" if complete else f"<p><em>{words['more']}</em></p>"
    body = "".join(_article(activity, words, images) for activity in activities)
    return f"{head}{_facts(facts)}{more}{body}</body></html>"


def _article(activity: Printed, words: Mapping[str, str], images: Mapping[str, str]) -> str:
    header = (
        f"<header>{words[activity.kind]} · {_safe(activity.author)}"
        f" <time>{activity.at:%Y-%m-%d %H:%M} {activity.at:%Z}</time></header>"
    )
    if activity.remark is not None:
        return f"<article>{header}<p><em>{_safe(activity.remark)}</em></p></article>"
    if activity.html is not None:
        content = f'<div class="body">{_with_images(sanitise(activity.html), images)}</div>'
    else:
        content = f'<div class="plain">{_safe(activity.text)}</div>' if activity.text else ""
    return f"<article>{header}{_facts(activity.facts)}{content}</article>"


def _with_images(clean: str, images: Mapping[str, str]) -> str:
    def shown(found: re.Match[str]) -> str:
        image = images.get(escaping.unescape(found[1]))
        return f'src="{image}"' if image else ""

    return _CID.sub(shown, clean)


def _facts(facts: Sequence[tuple[str, str]]) -> str:
    listed = "".join(f"<dt>{_safe(word)}</dt><dd>{_safe(text)}</dd>" for word, text in facts if text)
    return f"<dl>{listed}</dl>" if listed else ""


def _safe(text: str) -> str:
    return escaping.escape(text)
