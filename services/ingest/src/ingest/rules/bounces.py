"""Who was not reached, also where a mail server tells it in its own words instead of RFC 3464.

Nothing is done because of such words, they are only shown: anybody can write them.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from contracts.ingest import MailKind
from ingest.rules.addresses import written_mailboxes
from ingest.rules.classify import Headers, is_bounce_subject, is_from_daemon
from ingest.rules.reports import DeliveryReport, Fate

MAX_READ = 20_000
"""Characters of a report that are looked at; those who write more quote the mail."""

MAX_NAMED = 100
"""Recipients taken out of words."""

_QUOTE_BEGINS = re.compile(
    r"^\W{0,12}(?:below this line is|(?:this is )?a copy of (?:the|your) (?:message|headers)|original message"
    r"|(?:original )?(?:message|headers?) follows?|included is a copy|the (?:original )?message (?:header|follow|was)"
    r"|unsent message below|returned message|message (?:header|content|body)|start of returned|original-?nachricht"
    r"|urspr[üu]ngliche nachricht|mensaje original|message original|message d'origine|return-path:|received: )",
    re.IGNORECASE | re.MULTILINE,
)
_MAILBOX = re.compile(r"(?<![\w.+%@-])[\w.+%=&'*/#-]{1,64}@(?:[A-Za-z0-9-]{1,63}\.){1,8}[A-Za-z]{2,24}(?![\w@-])")
_STATUS = re.compile(r"(?<![\d.])([245]\.\d{1,2}\.\d{1,3})(?![\d.])")
_CODE = re.compile(r"(?<![\d.:-])([45])\d\d(?=[\s:;,-])")
_DELAY = re.compile(
    r"delay(?:ed)?\b|warning: (?:message|could)|still being retried|will (?:be retried|keep trying|continue)"
    r"|not (?:yet )?been delivered yet|temporar(?:y|ily) (?:failure|deferred)|verzögert"
    r"|weiterhin versucht|retardé|retrasad|ritardat"
    r"|vertraagd|incomplete",
    re.IGNORECASE,
)
_GIVEN_UP = re.compile(
    r"permanent|giving up|given up|could not be delivered|failed permanently|undeliverable", re.IGNORECASE
)
_NO_RECIPIENT = re.compile(
    r"(?:mailer-daemon|postmaster|mail-daemon|abuse|root|noreply|no-reply)@|@localhost$", re.IGNORECASE
)
_TECHNICAL = re.compile(
    r"^[^\n]{0,200}(?:message-id|references|in-reply-to|content-id|boundary|mail from|sender|from)\b\W{0,4}[:=]",
    re.IGNORECASE,
)
_DIAGNOSTIC = 600
"""Characters behind an address that speak of it."""


@dataclass(frozen=True, slots=True)
class Bounce:
    """``fates`` are also those of a report that is no bounce: delayed, delivered."""

    is_bounce: bool
    fates: tuple[Fate, ...]


def read_bounce(  # what a mail is judged by
    *, kind: MailKind, report: DeliveryReport | None, headers: Headers, subject: str, text: str, own: Sequence[str]
) -> Bounce:
    """What a mail says of those whom an earlier one did not reach; ``own`` are the addresses it was sent to."""
    if report is not None and report.fates:
        return Bounce(report.is_failure, report.fates)
    is_bounce = kind is MailKind.BOUNCE
    if not is_bounce and not (is_bounce_subject(subject) and is_from_daemon(headers)):
        return Bounce(is_bounce=False, fates=())
    failed = [box.address for box in written_mailboxes(headers.get("x-failed-recipients", ()))]
    fates = _fates(text[:MAX_READ], subject, failed, {address.lower() for address in own})
    if fates and all(fate.action == "delayed" for fate in fates):
        is_bounce = False
    return Bounce(is_bounce, tuple(fates))


def _fates(text: str, subject: str, failed: Sequence[str], own: set[str]) -> list[Fate]:
    """One fate for each address that the server's words name, each with the words behind it."""
    if quote := _QUOTE_BEGINS.search(text, 40):
        text = text[: quote.start()]
    places = {} if failed else _places(text, own)
    for address in failed:
        places[address.lower()] = (address, max(0, text.lower().find(address.lower())))
    starts = sorted(at for _, at in places.values())
    is_delay = bool(_DELAY.search(subject) or _DELAY.search(text[:1_500])) and not _GIVEN_UP.search(text)
    fates: list[Fate] = []
    for address, at in list(places.values())[:MAX_NAMED]:
        end = next((start for start in starts if start > at), len(text))
        words = text[at : min(end, at + _DIAGNOSTIC)]
        status = _status(words) or _status(text)
        delayed = is_delay or (status.startswith("4.") and not is_bounce_subject(subject))
        fates.append(Fate(address, "delayed" if delayed else "failed", status, " ".join(words.split())[:200]))
    return fates


def _places(text: str, own: set[str]) -> dict[str, tuple[str, int]]:
    found: dict[str, tuple[str, int]] = {}
    for match in _MAILBOX.finditer(text):
        address = match[0].strip(".'*")
        line = text.rfind("\n", 0, match.start()) + 1
        if address.lower() in own or _NO_RECIPIENT.search(address) or _TECHNICAL.match(text[line : match.start()]):
            continue
        found.setdefault(address.lower(), (address, match.start()))
        if len(found) >= MAX_NAMED:
            break
    return found


def _status(words: str) -> str:
    if match := _STATUS.search(words):
        return match[1]
    code = _CODE.search(words)
    return f"{code[1]}.0.0" if code else ""
