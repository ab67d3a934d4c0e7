"""The mails that customers write in the story."""

from datetime import UTC, datetime
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from email.utils import format_datetime, make_msgid
from importlib import resources

SUPPORT = "support@desk.example"
SABINE = "sabine@schulz.example"
STRANGER = "mallory@elsewhere.example"


def first_mail() -> bytes:
    """The mail of the Schulz family, byte for byte as a mail program wrote it; it can be sent once to a desk."""
    return resources.files("deskstream_local").joinpath("samples/01-schulz-first.eml").read_bytes()


def parsed(mail: bytes) -> EmailMessage:
    """A mail as the standard library reads it."""
    return BytesParser(EmailMessage, policy=policy.default).parsebytes(mail)


def letter(sender: str, subject: str, text: str, *, answers: str | None = None) -> bytes:
    """A new mail to support. ``answers`` is the Message-ID for In-Reply-To and References; None: no thread headers."""
    message = EmailMessage(policy=policy.SMTP)
    message["From"] = sender
    message["To"] = SUPPORT
    message["Subject"] = subject
    message["Date"] = format_datetime(datetime.now(UTC))
    message["Message-ID"] = make_msgid(domain=sender.rpartition("@")[2].rstrip(">"))
    if answers is not None:
        message["In-Reply-To"] = answers
        message["References"] = answers
    message.set_content(text)
    return message.as_bytes()
