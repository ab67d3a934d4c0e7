"""Subjects: the ticket's number in them, read from what comes in and written into what goes out (C1, OD-10)."""

import re
from functools import lru_cache

from tickets.channels.rules.words import SubjectNumber

MAX_SUBJECT = 500
"""Characters of a ticket's subject; what is longer is cut."""

MAX_NUMBERS = 5

_REPLY = re.compile(
    r"\s*+(?:re|aw|antw|antwort|sv|vs|odp|rif|res|ynt|wg|fw|fwd|tr|enc|doorst)(?:\s*+(?:\[\d{1,3}\]|\(\d{1,3}\)))?\s*+:",
    re.IGNORECASE,
)


@lru_cache(maxsize=8)
def _written(prefix: str) -> re.Pattern[str]:
    return re.compile(rf"(\[?)(?<![\w-]){re.escape(prefix)}-([1-9]\d{{0,14}})(?!\w)(\]?)", re.IGNORECASE)


def reference(prefix: str, number: int) -> str:
    """The number as people see it: DS-10042."""
    return f"{prefix}-{number}"


def numbers_in(subject: str, *, prefix: str) -> tuple[int, ...]:
    """The ticket numbers in a subject, those in square brackets first; at most `MAX_NUMBERS`."""
    found = _written(prefix).findall(subject)
    bracketed = [int(number) for before, number, after in found if before and after]
    bare = [int(number) for before, number, after in found if not (before and after)]
    return tuple(dict.fromkeys([*bracketed, *bare]))[:MAX_NUMBERS]


def own_subject(subject: str, *, prefix: str) -> str:
    """The subject of a new ticket: without numbers of ours, which would send its mails to another ticket."""
    return " ".join(_without_tags(subject, prefix).split())[:MAX_SUBJECT]


def topic(subject: str, *, prefix: str) -> str:
    """What the subject is about: without numbers of ours, RE:, AW:, WG: and their like, in any order."""
    text = _without_tags(subject, prefix)
    while match := _REPLY.match(text):
        text = text[match.end() :]
    return " ".join(text.split())


def outgoing_subject(subject: str, *, prefix: str, number: int, place: SubjectNumber, reply: bool) -> str:
    """The subject of a mail that leaves: ``[DS-10042] RE: …``, ``RE: … [DS-10042]``, or without the number."""
    text = f"RE: {topic(subject, prefix=prefix)}" if reply else own_subject(subject, prefix=prefix)
    tag = f"[{reference(prefix, number)}]"
    match place:
        case SubjectNumber.PREFIX:
            return f"{tag} {text}".rstrip()
        case SubjectNumber.SUFFIX:
            return f"{text.rstrip()} {tag}".lstrip()
        case SubjectNumber.OFF:
            return text.rstrip()


def _without_tags(subject: str, prefix: str) -> str:
    """Only what stands in square brackets is a tag; a number in a sentence belongs to the sentence."""
    return _written(prefix).sub(lambda found: "" if found[1] and found[3] else found[0], subject)
