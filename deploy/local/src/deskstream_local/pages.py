"""The few pages that the local desk itself shows: the frame, the landing page and the API documents' viewer."""

from collections.abc import Mapping
from html import escape

STYLE = """
:root { color-scheme: light dark; --line: #8886; }
body { font: 1rem/1.5 system-ui, sans-serif; margin: 0 auto; max-width: 62rem; padding: 1.5rem; }
h1 { font-size: 1.5rem; }
a { text-underline-offset: .15em; }
a:focus-visible { outline: 3px solid; outline-offset: 2px; }
table { border-collapse: collapse; width: 100%; }
th, td { border-bottom: 1px solid var(--line); padding: .4rem .75rem .4rem 0; text-align: left; vertical-align: top; }
dl { display: grid; gap: .25rem 1rem; grid-template-columns: max-content 1fr; }
dt { font-weight: 600; } dd { margin: 0; overflow-wrap: anywhere; }
pre { overflow-wrap: anywhere; white-space: pre-wrap; }
iframe { background: #fff; border: 1px solid var(--line); height: 32rem; width: 100%; }
"""

POLICY = "default-src 'none'; style-src 'unsafe-inline'; frame-src 'self'; base-uri 'none'; form-action 'none'"
"""Content security policy of these pages: no script at all."""


def page(title: str, body: str) -> str:
    """A whole page; ``body`` is HTML, ``title`` is text."""
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{escape(title)} · Deskstream</title>'
        f'<meta name="viewport" content="width=device-width, initial-scale=1"><style>{STYLE}</style></head>'
        f"<body><main><h1>{escape(title)}</h1>{body}</main></body></html>"
    )


def link(target: str, text: str) -> str:
    """A link; both are text."""
    return f'<a href="{escape(target)}">{escape(text)}</a>'


def landing(doors: Mapping[str, tuple[str, str]], *, smtp_port: int) -> str:
    """Where everything is. ``doors``: path → (name, what it is for)."""
    rows = "".join(
        f'<tr><th scope="row">{link(path, name)}</th><td>{escape(purpose)}</td></tr>'
        for path, (name, purpose) in doors.items()
    )
    return page(
        "Your desk is running",
        f"<table><tbody>{rows}</tbody></table>"
        f"<p>Mail comes in by SMTP at <code>127.0.0.1:{smtp_port}</code>. "
        "No mail leaves this machine: what the desk sends is kept in the mail viewer.</p>",
    )
