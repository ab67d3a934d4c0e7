"""Delivery reports (RFC 3464): which of our mails they are about, and what became of each recipient."""

import re
from dataclasses import dataclass
from email.message import Message
from email.parser import HeaderParser

from ingest.rules.headers import header_text, message_ids
from ingest.rules.limits import MAX_HEADER_BLOCK, Part, Untouched
from ingest.rules.parts import children, content, field, parameters

MAX_REPORTED = 500
"""Recipients read of one report."""

MAX_DETAIL = 1_000
"""Characters kept of a server's own words."""

_RECIPIENTS = {"final-recipient", "original-recipient"}
_STATUS = re.compile(r"\b([245]\.\d{1,3}\.\d{1,3})\b")


@dataclass(frozen=True, slots=True)
class Fate:
    """What a mail server says of one recipient. ``status`` is that of RFC 3463, ``""`` where it gives none."""

    recipient: str
    action: str
    status: str
    detail: str


@dataclass(frozen=True, slots=True)
class DeliveryReport:
    """``original_message_id`` is None where the report does not quote the mail. Anyone can forge a report."""

    original_message_id: str | None
    fates: tuple[Fate, ...]

    @property
    def is_failure(self) -> bool:
        """Whether a recipient was given up; a report that names none counts as one."""
        return not self.fates or any(fate.action == "failed" for fate in self.fates)


def report_type(root: Part) -> str:
    """The ``report-type`` of a ``multipart/report`` (RFC 6522) in lower case, ``""`` for any other mail."""
    if root.get_content_type() != "multipart/report":
        return ""
    return parameters(root, "content-type").get("report-type", "").lower()


def read_report(root: Part) -> DeliveryReport | None:
    """The delivery report that this mail is, or None."""
    if report_type(root) != "delivery-status" or not root.is_multipart():
        return None
    original: str | None = None
    fates: list[Fate] = []
    for part in children(root):
        match part.get_content_type():
            case "message/delivery-status" | "message/global-delivery-status":
                fates += (_fate(group) for group in children(part) if _RECIPIENTS & {*map(str.lower, group.keys())})
            case "message/rfc822" | "message/global" | "text/rfc822-headers" | "message/rfc822-headers":
                original = original or _original_id(part)
    return DeliveryReport(original, tuple(fates[:MAX_REPORTED]))


def _fate(group: Message) -> Fate:
    recipient = _line(group, "final-recipient") or _line(group, "original-recipient")
    status = _STATUS.search(_line(group, "status"))
    return Fate(
        recipient=recipient.rpartition(";")[2].strip().strip("<>"),
        action=_line(group, "action").partition(" ")[0].lower(),
        status=status[1] if status else "",
        detail=_line(group, "diagnostic-code").partition(";")[2].strip()[:MAX_DETAIL],
    )


def _line(group: Message, name: str) -> str:
    return header_text(field(group, name))


def _original_id(part: Part) -> str | None:
    """The Message-ID of the mail that the report quotes, whole or only its headers."""
    quoted: Message
    if inner := children(part):
        quoted = inner[0]
    else:
        text = content(part)[:MAX_HEADER_BLOCK].decode("ascii", "surrogateescape")
        quoted = HeaderParser(policy=Untouched()).parsestr(text)
    ids = message_ids(field(quoted, "message-id"))
    return ids[0] if ids else None
