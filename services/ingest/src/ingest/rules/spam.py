"""Whether a filter on a mail's way here called it spam; we weigh nothing ourselves."""

import re
from collections.abc import Callable

from ingest.rules.classify import Headers
from ingest.rules.headers import header_text

_SUBJECT = re.compile(
    r"\s*(?:\*{2,8}|\[|\{|<)\s*(?:possible |probable |suspected |potential )?(?:spam|junk)\b"
    r"[^\]\}>*]{0,20}(?:\*{2,8}|\]|\}|>)",
    re.IGNORECASE,
)
_SCL = re.compile(r"(?:^|[;\s])SCL:(-?\d{1,3})", re.IGNORECASE)
_NUMBER = re.compile(r"\s*(-?\d{1,4})")
_JUNK_LEVEL = 5
"""Spam confidence level from which Exchange moves a mail to the junk folder (MS-OXCSPAM 2.2.1.3)."""


def _says(*words: str) -> Callable[[str], bool]:
    pattern = re.compile(rf"\W*(?:{'|'.join(words)})\b", re.IGNORECASE)
    return lambda value: bool(pattern.match(value))


def _has(*words: str) -> Callable[[str], bool]:
    pattern = re.compile("|".join(words), re.IGNORECASE)
    return lambda value: bool(pattern.search(value))


def _is_junk_level(value: str) -> bool:
    match = _NUMBER.match(value)
    return bool(match) and int(match[1]) >= _JUNK_LEVEL  # type: ignore[index]  # mypy does not follow bool()


def _has_junk_level(value: str) -> bool:
    match = _SCL.search(value)
    return bool(match and int(match[1]) >= _JUNK_LEVEL) or bool(
        _has(r"SFV:(?:SPM|SKS|SKB)\b", r"CAT:(?:SPM|HSPM|PHSH|HPHISH|MALW)\b")(value)
    )


_YES = _says("yes", "true", "spam", "1")
_MARKS: dict[str, Callable[[str], bool]] = {
    "x-spam-flag": _YES,
    "x-spam-status": _says("yes", "spam"),
    "x-spam": _YES,
    "x-spam-report-flag": _YES,
    "x-ms-exchange-organization-scl": _is_junk_level,
    "x-ms-exchange-organization-antispam-scl": _is_junk_level,
    "x-forefront-antispam-report": _has_junk_level,
    "x-forefront-antispam-report-untrusted": _has_junk_level,
    "x-microsoft-antispam-mailbox-delivery": _has(r"\bdest:J\b"),
    "x-barracuda-spam-flag": _YES,
    "x-barracuda-spam-status": _says("yes"),
    "x-bogosity": _says("yes", "spam"),
    "x-dspam-result": _says("spam", "bl[ao]cklisted"),
    "x-spambayes-classification": _says("spam"),
    "x-crm114-status": _says("spam"),
    "x-rspamd-action": _says("reject", "add header", "rewrite subject"),
    "x-spamd-result": _has(r"^\s*default:\s*True\b"),
    "x-proofpoint-spam-details": _has(r"\brule=(?:inbound_)?(?:spam|definite|malware|phish)"),
    "x-mailscanner-spamcheck": _says("spam"),
    "x-spam-check": _says("spam", "yes"),
    "x-ovh-spamcause-flag": _YES,
    "x-vr-spamstate": _says("spam"),
    "x-gmail-labels": _has(r"(?:^|,)\s*spam\s*(?:,|$)"),
    "x-yahoofilteredbulk": bool,
    "x-apple-junk": _YES,
    "x-nas-classification": _says("1"),
    "x-sophos-spam": _YES,
    "x-kaspersky-antispam-status": _has(r"\bspam\b(?<!not spam)"),
    "x-antispam": _says("spam"),
    "x-hmailserver-spam": _says("yes"),
    "x-mdaemon-spam": _YES,
    "x-purgate-type": _says("spam"),
    "x-ui-filterresults": _says("junk"),
}
_ENDINGS = {"-mailscanner-spamcheck": _says("spam"), "-spam-flag": _YES}
"""Headers that carry the name of an organisation in front."""


def spam_mark(headers: Headers) -> str | None:
    """The header that says so, in words; None where nobody calls the mail spam."""
    for name, values in headers.items():
        says_so = _MARKS.get(name)
        if says_so is None and "spam" in name:
            says_so = next((test for end, test in _ENDINGS.items() if name.endswith(end)), None)
        if says_so and any(says_so(value.strip()) for value in values):
            return f"header {name}"
    subject = header_text(headers["subject"][0][:1_000]) if headers.get("subject") else ""
    return "the subject is marked as spam" if _SUBJECT.match(subject) else None
