"""Delivery reports (RFC 3464): which of our mails they are about, and what became of each recipient."""

import re
from dataclasses import dataclass

from ingest.rules.headers import header_text, message_ids
from ingest.rules.limits import MAX_HEADER_BLOCK
from ingest.rules.parts import content, field, parameters
from ingest.rules.tree import Part, read_fields

MAX_REPORTED = 500
"""Recipients read of one report."""

MAX_DETAIL = 1_000
"""Characters kept of a server's own words."""

_RECIPIENTS = {"final-recipient", "original-recipient"}
_STATUS = re.compile(r"\b([245]\.\d{1,3}\.\d{1,3})\b")
_CODE = re.compile(r"\b([245])\d\d\b")
_BRACKETED = re.compile(r"<([^<>\s]+@[^<>\s]+)>")
_ACTIONS = {"2": "delivered", "4": "delayed", "5": "failed"}
_STATUS_TYPES = {"message/delivery-status", "message/global-delivery-status"}
_SERVER = re.compile(r"mailer-daemon|postmaster|mail delivery|microsoftexchange|administrator", re.IGNORECASE)


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
    if root.kind != "multipart/report":
        return ""
    return parameters(root, "content-type").get("report-type", "").lower()


def read_report(root: Part) -> DeliveryReport | None:
    """The delivery report that this mail is, or None. Some servers call it ``multipart/mixed``."""
    if not root.parts or not root.kind.startswith("multipart/"):
        return None
    parts = root.parts
    declared = report_type(root)
    if declared != "delivery-status" and (declared or not _is_undeclared(root, parts)):
        return None
    original: str | None = None
    fates: list[Fate] = []
    for part in parts:
        match part.kind:
            case kind if kind in _STATUS_TYPES:
                fates += (_fate(group) for group in part.parts if _RECIPIENTS & group.fields.keys())
            case "message/rfc822" | "message/global" | "text/rfc822-headers" | "message/rfc822-headers":
                original = original or _original_id(part)
    return DeliveryReport(original, tuple(fates[:MAX_REPORTED]))


def _is_undeclared(root: Part, parts: list[Part]) -> bool:
    """Whether a mail server sent a report without saying so."""
    if not any(part.kind in _STATUS_TYPES for part in parts):
        return False
    return field(root, "return-path").strip() == "<>" or bool(_SERVER.search(field(root, "from")[:1_000]))


def _fate(group: Part) -> Fate:
    recipient = _line(group, "final-recipient") or _line(group, "original-recipient")
    recipient = recipient.partition(";")[2] or recipient
    bracketed = _BRACKETED.search(recipient)
    diagnostic = _line(group, "diagnostic-code")
    status = _status(_line(group, "status"), diagnostic)
    action = _line(group, "action").partition(" ")[0].strip(";,").lower()
    return Fate(
        recipient=bracketed[1] if bracketed else recipient.strip().strip("<>"),
        action=action or _ACTIONS.get(status[:1], ""),
        status=status,
        detail=(diagnostic.partition(";")[2] or diagnostic).strip()[:MAX_DETAIL],
    )


def _status(field_value: str, diagnostic: str) -> str:
    """The status of RFC 3463; where the field is missing, what the diagnostic text tells."""
    for text in (field_value, diagnostic):
        if match := _STATUS.search(text):
            return match[1]
    code = _CODE.search(diagnostic)
    return f"{code[1]}.0.0" if code else ""


def _line(group: Part, name: str) -> str:
    return header_text(field(group, name))


def _original_id(part: Part) -> str | None:
    """The Message-ID of the mail that the report quotes, whole or only its headers."""
    inner = part.parts
    quoted = inner[0] if inner else read_fields(content(part)[:MAX_HEADER_BLOCK])
    ids = message_ids(field(quoted, "message-id"))
    return ids[0] if ids else None
