"""Generated mails that carry a token, so that each can be found again wherever it ended."""

import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from email import policy
from email.message import EmailMessage
from email.utils import format_datetime
from functools import cache

TOKEN = re.compile(r"\b[0-9a-f]{32}\b")
"""128 bits in lower-case hex. Our own ids stand with hyphens in texts, so nothing else looks like it."""

SIZE = 5 * 1024
"""Bytes of a letter, as the measurements want it."""

CHANNELS_ADDRESS = "support@desk.example"
WRITTEN = datetime(2026, 1, 5, 9, 30, tzinfo=UTC)
"""The Date of every letter: what is generated from the same seed is the same to the byte."""

_TOKEN_HERE = "f" * 32
_SENDER_HERE = "sender-here@pool.example"
_NAME_HERE = "Sender Here"
_REPLY_HERE = "<reply-here@pool.example>"
_TEMPLATES = 8

_NAMES = ("Sabine", "Rudolf", "Ayşe", "Jürgen", "Chloé", "Marek", "Li", "Ólafur", "Anneliese", "Dimitri")
_FAMILIES = ("Schulz", "Riese", "Öztürk", "Großmann", "Dupont", "Nowak", "Wang", "Jónsson", "Kühn", "Papadakis")
_TEXT = (
    "the printer prints only half a page since the update invoice number delivery address portal password order "
    "Lieferung Rechnung Mahnung Störung Zugang bitte prüfen Sie warum der Auftrag noch nicht bestätigt wurde "
    "we cannot log in any more error message screen attached please call back tomorrow morning thank you "
    "Größe Übertragung Öffnungszeiten café naïve"
)
_WORDS = _TEXT.split()


@dataclass(frozen=True, kw_only=True)
class Letter:
    """A mail as an MTA hands it over; ``content`` has CRLF line ends and no dot-stuffing yet."""

    token: str
    sender: str
    recipient: str
    content: bytes

    @property
    def message_id(self) -> str:
        """Without angle brackets."""
        return f"{self.token}@pool.example"


@dataclass(frozen=True, kw_only=True)
class Person:
    """Someone who writes."""

    name: str
    address: str


def people(count: int, *, rng: random.Random) -> list[Person]:
    """A pool of senders."""
    return [
        Person(name=f"{rng.choice(_NAMES)} {rng.choice(_FAMILIES)}", address=f"customer{index}@pool.example")
        for index in range(count)
    ]


def letters(
    count: int,
    *,
    seed: int,
    senders: int = 200,
    replies: float = 0.0,
    recipient: str = CHANNELS_ADDRESS,
    size: int = SIZE,
) -> Iterator[Letter]:
    """Letters of about ``size`` bytes from a pool of senders; the share ``replies`` answers the sender's last one.

    The same seed gives the same letters.
    """
    rng = random.Random(seed)  # noqa: S311  # repeatable letters, no secrets
    pool = people(senders, rng=rng)
    templates = _templates(size)
    last: dict[str, Letter] = {}
    for _ in range(count):
        person = rng.choice(pool)
        before = last.get(person.address) if rng.random() < replies else None
        letter = _write(rng.choice(templates), person, token=f"{rng.getrandbits(128):032x}", before=before)
        last[person.address] = letter = replace(letter, recipient=recipient)
        yield letter


def tokens_in(*texts: str | None) -> set[str]:
    """The tokens that stand in any of these texts."""
    return {token for text in texts if text for token in TOKEN.findall(text)}


def attachment_name(token: str) -> str:
    """The name of the file that a letter with this token carries."""
    return f"readings-{token}.csv"


def _write(template: bytes, person: Person, *, token: str, before: Letter | None) -> Letter:
    thread = b""
    if before is not None:
        thread = f"In-Reply-To: <{before.message_id}>\r\nReferences: <{before.message_id}>\r\n".encode()
    content = (
        template.replace(_TOKEN_HERE.encode(), token.encode())
        .replace(_SENDER_HERE.encode(), person.address.encode())
        .replace(_NAME_HERE.encode(), _encoded(person.name))
        .replace(f"In-Reply-To: {_REPLY_HERE}\r\n".encode(), thread)
    )
    return Letter(token=token, sender=person.address, recipient=CHANNELS_ADDRESS, content=content)


@cache
def _encoded(name: str) -> bytes:
    message = EmailMessage(policy=policy.SMTP)
    message["Subject"] = name
    return message.as_bytes().removeprefix(b"Subject: ").strip()


@cache
def _templates(size: int) -> Sequence[bytes]:
    """Whole mails as a common mail program writes them, with marks where a letter differs from the others.

    Composed once with the email package and then only searched and replaced: the generator must not be what is
    measured. Marks stand on lines of their own, so that no transfer encoding folds them.
    """
    rng = random.Random(size)  # noqa: S311  # as above
    return tuple(_template(rng, size=size) for _ in range(_TEMPLATES))


def _template(rng: random.Random, *, size: int) -> bytes:
    empty = len(_compose(rng, text_bytes=0, html_bytes=0))
    room = max(size - empty, 0)
    # Quoted-printable makes a seventh more of these words.
    return _compose(rng, text_bytes=room * 7 // 16, html_bytes=room * 7 // 16)


def _compose(rng: random.Random, *, text_bytes: int, html_bytes: int) -> bytes:
    message = EmailMessage(policy=policy.SMTP)
    message["Received"] = "from mail.pool.example ([192.0.2.25]) by mx.desk.example with ESMTPS; " + format_datetime(
        WRITTEN
    )
    message["From"] = f"{_NAME_HERE} <{_SENDER_HERE}>"
    message["To"] = CHANNELS_ADDRESS
    message["Subject"] = f"Trial {_TOKEN_HERE}"
    message["Date"] = format_datetime(WRITTEN)
    message["Message-ID"] = f"<{_TOKEN_HERE}@pool.example>"
    message["In-Reply-To"] = _REPLY_HERE
    message["User-Agent"] = "Mozilla Thunderbird"
    message.set_content(
        f"Guten Tag,\n\n{_TOKEN_HERE}\n\n{_prose(rng, text_bytes)}\n\nViele Grüße\n", cte="quoted-printable"
    )
    message.add_alternative(
        f"<html><body><p>Guten Tag,</p>\n<p>\n{_TOKEN_HERE}\n</p>\n<p>{_prose(rng, html_bytes)}</p></body></html>\n",
        subtype="html",
        cte="quoted-printable",
    )
    rows = "\n".join(f"{hour:02d}:00;{rng.uniform(0, 99):.2f}" for hour in range(24))
    message.add_attachment(
        f"token;{_TOKEN_HERE}\n{rows}\n", subtype="csv", filename=attachment_name(_TOKEN_HERE), cte="7bit"
    )
    for number, part in enumerate(part for part in message.walk() if part.is_multipart()):
        part.set_boundary(f"{number}{rng.getrandbits(96):024x}")
    return message.as_bytes()


def _prose(rng: random.Random, size: int) -> str:
    words: list[str] = []
    length = 0
    while length < size:
        words.append(rng.choice(_WORDS))
        length += len(words[-1].encode()) + 1
    lines = (" ".join(words[start : start + 11]) for start in range(0, len(words), 11))
    return "\n".join(lines)
