"""The few pages that the local desk itself shows: the frame, the landing page and the API documents' viewer."""

from collections.abc import Mapping
from html import escape

from deskstream_local.first_mail import first_mail
from deskstream_local.people import People, Person

STYLE = """
:root {
  color-scheme: light dark;
  --line: light-dark(#d9dce3, #3a3f4b); --soft: light-dark(#f4f5f8, #23262e); --quiet: light-dark(#565d6d, #a9b0bf);
  --link: light-dark(#0b57c2, #8ab8ff);
}
* { box-sizing: border-box; }
body { font: 1rem/1.5 system-ui, sans-serif; margin: 0 auto; max-width: 60rem; padding: 2rem 1.25rem 4rem; }
h1 { font-size: 1.6rem; line-height: 1.25; margin: 0 0 1.25rem; overflow-wrap: anywhere; }
h2 { font-size: 1.1rem; margin: 2rem 0 .5rem; }
a { color: var(--link); text-underline-offset: .15em; }
a:focus-visible { outline: 3px solid var(--link); outline-offset: 2px; }
.trail { margin: 0 0 .75rem; }
.quiet { color: var(--quiet); }
table { border-collapse: collapse; width: 100%; }
th, td {
  border-bottom: 1px solid var(--line); overflow-wrap: anywhere; padding: .5rem .75rem .5rem 0; text-align: left;
  vertical-align: top;
}
thead th { color: var(--quiet); font-weight: 600; }
tbody th { font-weight: 500; }
.time { white-space: nowrap; }
dl { display: grid; gap: .25rem 1rem; grid-template-columns: max-content 1fr; margin: 0 0 1rem; }
dt { color: var(--quiet); } dd { margin: 0; overflow-wrap: anywhere; }
pre {
  background: var(--soft); border-radius: .4rem; font: .9rem/1.5 ui-monospace, monospace; margin: 0;
  overflow-wrap: anywhere; padding: .75rem 1rem; white-space: pre-wrap;
}
iframe {
  background: #fff; border: 1px solid var(--line); border-radius: .4rem; height: 20rem; resize: vertical; width: 100%;
}
@media (max-width: 40rem) {
  table, tbody, tr, th, td { display: block; }
  thead { display: none; }
  tr { border-bottom: 1px solid var(--line); padding: .5rem 0; }
  th, td { border: 0; padding: 0; }
  dl { grid-template-columns: 1fr; gap: 0; } dd { margin-bottom: .4rem; }
}
"""

POLICY = "default-src 'none'; style-src 'unsafe-inline'; frame-src 'self'; base-uri 'none'; form-action 'none'"
"""Content security policy of these pages: no script at all."""


def page(title: str, body: str, *, trail: str = "") -> str:
    """A whole page; ``title`` is text, ``body`` and ``trail``, the way back above the title, are HTML."""
    back = f'<p class="trail">{trail}</p>' if trail else ""
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{escape(title)} · Deskstream</title>'
        f'<meta name="viewport" content="width=device-width, initial-scale=1"><style>{STYLE}</style></head>'
        f"<body><main>{back}<h1>{escape(title)}</h1>{body}</main></body></html>"
    )


def link(target: str, text: str) -> str:
    """A link; both are text."""
    return f'<a href="{escape(target)}">{escape(text)}</a>'


HOME = link("/dev", "← Your desk")
"""The way back to the landing page."""


def landing(doors: Mapping[str, tuple[str, str]], *, smtp_port: int, people: People) -> str:
    """Where everything is and who can sign in. ``doors``: path → (name, what it is for)."""
    rows = "".join(
        f'<tr><th scope="row">{link(path, name)}</th><td>{escape(purpose)}</td></tr>'
        for path, (name, purpose) in doors.items()
    )
    return page(
        "Your desk is running",
        f"<table><tbody>{rows}</tbody></table>{_sign_ins(people)}"
        "<h2>Send it a first mail</h2><p>Copy this into a terminal; the ticket is there a second later, and a notice"
        f" about it is in the {link('/dev/mails', 'mail viewer')}.</p><pre>{escape(first_mail(smtp_port))}</pre>"
        f'<p class="quiet">Mail comes in by SMTP at 127.0.0.1:{smtp_port}. '
        "No mail leaves this machine: what the desk sends is kept in the mail viewer.</p>",
    )


def _sign_ins(people: People) -> str:
    if not people.agents:
        return ""
    return (
        "<h2>Who can sign in</h2><p>Agents sign in at the staff app with the password that the terminal shows."
        " Customers sign in at the portal with a link, which comes to"
        f" the {link('/dev/mails', 'mail viewer')}.</p>"
        f"<table><tbody>{''.join(map(_person, (*people.agents, *people.customers)))}</tbody></table>"
    )


def _person(person: Person) -> str:
    name, email, role = escape(person.name), escape(person.email), escape(person.role)
    return f'<tr><th scope="row">{name}</th><td>{email}</td><td class="quiet">{role}</td></tr>'
