"""The words of the portal's mails and pages in German and English; another language is one more entry."""

from collections.abc import Mapping
from dataclasses import dataclass

LANGUAGES = ("en", "de")
"""Those that there are words for; the first one where a reader prefers none of them."""


@dataclass(frozen=True, kw_only=True)
class SignInMail:
    """The mail with a sign-in link. ``{link}`` and ``{minutes}`` are all that is filled in: nobody else's words."""

    subject: str
    text: str


SIGN_IN_MAIL: Mapping[str, SignInMail] = {
    "en": SignInMail(
        subject="Your sign-in link",
        text="""Hello,

with this link you sign in to our customer portal. It works once and for {minutes} minutes:

{link}

If you did not ask for it, you need not do anything: nobody gets in without this mail.
""",
    ),
    "de": SignInMail(
        subject="Ihr Link zum Anmelden",
        text="""Guten Tag,

mit diesem Link melden Sie sich in unserem Kundenportal an. Er gilt einmal und {minutes} Minuten lang:

{link}

Wenn Sie ihn nicht angefordert haben, brauchen Sie nichts zu tun: ohne diese Mail kommt niemand hinein.
""",
    ),
}

PAGES: Mapping[str, Mapping[str, str]] = {
    "en": {
        "sign_in_title": "Sign in",
        "sign_in_intro": "Enter your e-mail address. We send you a link that signs you in.",
        "email": "E-mail address",
        "send_link": "Send link",
        "link_sent": "If this address may sign in here, a link is on its way. It works for a few minutes.",
        "confirm_intro": "You opened a sign-in link.",
        "sign_in": "Sign in",
        "link_ended": "This link does not work any more. Ask for a new one.",
        "failed": "That did not work. Try again in a moment.",
        "no_script": "This page needs JavaScript.",
        "tickets_title": "My tickets",
        "skip": "Skip to content",
        "sign_out": "Sign out",
        "no_tickets": "You have no tickets yet.",
        "more": "Show more",
        "back": "Back to my tickets",
        "status": "Status",
        "answer": "Your answer",
        "send": "Send",
        "sending": "Sent. It appears here in a moment.",
        "accepted": "We have it. It appears as soon as our system is fully back.",
        "refused": "It could not be added to the ticket.",
        "not_found": "There is no such ticket.",
        "not_readable": "Your tickets cannot be shown at the moment. You can still write to us.",
        "new_ticket": "New ticket",
        "channel": "Topic",
        "subject": "Subject",
        "text": "What is it about?",
        "from_us": "From us",
        "from_you": "From you",
    },
    "de": {
        "sign_in_title": "Anmelden",
        "sign_in_intro": "Geben Sie Ihre E-Mail-Adresse ein. Wir senden Ihnen einen Link, der Sie anmeldet.",
        "email": "E-Mail-Adresse",
        "send_link": "Link senden",
        "link_sent": "Wenn diese Adresse sich hier anmelden darf, ist ein Link unterwegs. Er gilt einige Minuten.",
        "confirm_intro": "Sie haben einen Link zum Anmelden geöffnet.",
        "sign_in": "Anmelden",
        "link_ended": "Dieser Link gilt nicht mehr. Fordern Sie einen neuen an.",
        "failed": "Das hat nicht geklappt. Versuchen Sie es gleich noch einmal.",
        "no_script": "Diese Seite braucht JavaScript.",
        "tickets_title": "Meine Tickets",
        "skip": "Zum Inhalt",
        "sign_out": "Abmelden",
        "no_tickets": "Sie haben noch keine Tickets.",
        "more": "Mehr zeigen",
        "back": "Zurück zu meinen Tickets",
        "status": "Status",
        "answer": "Ihre Antwort",
        "send": "Senden",
        "sending": "Gesendet. Es erscheint gleich hier.",
        "accepted": "Wir haben es. Es erscheint, sobald unser System wieder ganz da ist.",
        "refused": "Es konnte dem Ticket nicht hinzugefügt werden.",
        "not_found": "Dieses Ticket gibt es nicht.",
        "not_readable": "Ihre Tickets können gerade nicht angezeigt werden. Schreiben können Sie trotzdem.",
        "new_ticket": "Neues Ticket",
        "channel": "Thema",
        "subject": "Betreff",
        "text": "Worum geht es?",
        "from_us": "Von uns",
        "from_you": "Von Ihnen",
    },
}


def sign_in_mail(language: str, *, link: str, minutes: int) -> SignInMail:
    """The mail in a contact's language (``de``, ``de-AT``); English where there are no words for it."""
    words = SIGN_IN_MAIL.get(language.lower().partition("-")[0], SIGN_IN_MAIL[LANGUAGES[0]])
    return SignInMail(subject=words.subject, text=words.text.format(link=link, minutes=minutes))
