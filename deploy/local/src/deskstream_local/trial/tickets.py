"""Tickets that tests of the browser begin with."""

from email.message import EmailMessage
from email.policy import SMTP
from email.utils import make_msgid

from deskstream_local.story.doors import Desk, eventually
from deskstream_local.story.letters import SUPPORT


def mail_in(desk: Desk, subject: str, *, sender: str, name: str = "", html: str | None = None) -> int:
    """A customer's mail comes in; gives the number of its ticket."""
    message = EmailMessage(policy=SMTP)
    message["From"] = f"{name} <{sender}>" if name else sender
    message["To"], message["Subject"] = SUPPORT, subject
    message["Message-ID"] = make_msgid(domain="customer.example")
    message.set_content(f"Hello, this is about: {subject}.\n")
    if html is not None:
        message.add_alternative(html, subtype="html")
    before = _numbers(desk, subject)
    desk.hand_over(message.as_bytes(), sender=sender, to=SUPPORT)

    new = eventually("the ticket of a mail", lambda: _numbers(desk, subject) - before or None)
    return max(new)


def _numbers(desk: Desk, subject: str) -> set[int]:
    """Numbers of the tickets with this subject; a desk that is used again has some already."""
    found = desk.agent("tom").get("/tickets", q=f'"{subject}"')["items"]
    return {ticket["number"] for ticket in found if ticket["subject"] == subject}
