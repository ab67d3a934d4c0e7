"""The words of the mails with one-time links, in German and English; another language is one more entry."""

from collections.abc import Mapping
from dataclasses import dataclass

from tickets.staff.rules.links import Purpose


@dataclass(frozen=True, kw_only=True)
class Letter:
    """A mail. ``{name}`` and ``{link}`` are all that is filled in."""

    subject: str
    text: str


LETTERS: Mapping[Purpose, Mapping[str, Letter]] = {
    Purpose.RESET: {
        "en": Letter(
            subject="Set a new password",
            text="""Hello {name},

with this link you set a new password for Deskstream. It works once and for 30 minutes:

{link}

If you did not ask for it, you need not do anything: your password stays as it is.
""",
        ),
        "de": Letter(
            subject="Neues Passwort setzen",
            text="""Guten Tag {name},

mit diesem Link setzen Sie ein neues Passwort für Deskstream. Er gilt einmal und 30 Minuten lang:

{link}

Wenn Sie ihn nicht angefordert haben, brauchen Sie nichts zu tun: Ihr Passwort bleibt, wie es ist.
""",
        ),
    },
    Purpose.INVITATION: {
        "en": Letter(
            subject="Your access to Deskstream",
            text="""Hello {name},

you have an account at Deskstream now. With this link you set your password. It works once and for three days:

{link}

After that you sign in with this mail address. If the link has ended, ask for a new password on the sign-in page.
""",
        ),
        "de": Letter(
            subject="Ihr Zugang zu Deskstream",
            text="""Guten Tag {name},

Sie haben jetzt einen Zugang zu Deskstream. Mit diesem Link setzen Sie Ihr Passwort. Er gilt einmal und drei Tage lang:

{link}

Danach melden Sie sich mit dieser Mailadresse an. Gilt der Link nicht mehr, fordern Sie auf der Anmeldeseite ein neues
Passwort an.
""",
        ),
    },
}


def compose(purpose: Purpose, *, language: str, name: str, link: str) -> Letter:
    """The mail in the agent's language (``de``, ``de-AT``); English where there are no words for it."""
    versions = LETTERS[purpose]
    letter = versions.get(language.partition("-")[0], versions["en"])
    text = letter.text.replace("{link}", link).replace("{name}", name)
    return Letter(subject=letter.subject, text=text)
