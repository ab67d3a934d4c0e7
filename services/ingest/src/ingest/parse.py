"""One mail as one JSON object, for people and programs that want to see what we read in it."""

import hashlib
import re
from typing import Any

from contracts.ingest import Mailbox
from ingest.rules.addresses import written_mailboxes
from ingest.rules.bounces import Bounce, read_bounce
from ingest.rules.classify import Headers, is_automatic
from ingest.rules.limits import MAX_HEADER, MAX_HEADER_BLOCK, MAX_SIZE, Unparseable
from ingest.rules.parse import ParsedMail, parse_mail
from ingest.rules.parts import AttachedFile
from ingest.rules.reply import reply_of
from ingest.rules.spam import spam_mark

_LINE_END = re.compile(rb"\n(?![ \t])")
_PLAIN_HEADER = re.compile(rb"(?:from|to|cc|subject|date|message-id|in-reply-to|references)[ \t]*:", re.IGNORECASE)
MAX_SHOWN = 8 * 1024 * 1024
"""Characters of text and of HTML; the event that travels to other services holds far less."""


def parse_bytes(raw: bytes, *, reasons: bool = False) -> dict[str, Any]:
    """What ``ingest parse`` prints of a mail, without the name of its file. Never raises.

    Ids are without angle brackets, ``date`` is in UTC, ``html`` is the sender's own and not to be shown as it is. A
    mail that goes to quarantine has an ``error``, and of its headers what can be read. ``reasons`` adds why a mail is
    of its kind, and why it counts as spam.
    """
    try:
        mail = parse_mail(raw, max_size=MAX_SIZE, max_text=MAX_SHOWN, max_html=MAX_SHOWN)
        return _shown(mail) | (_reasons(mail) if reasons else {})
    except Unparseable as refusal:
        return _quarantined(raw, refusal.reason)
    except MemoryError:
        return empty("parsing this mail took more memory than there is")
    except Exception as error:  # noqa: BLE001  # one mail never takes the next along
        return empty(f"the mail could not be read ({type(error).__name__})")


def _reasons(mail: ParsedMail) -> dict[str, str | None]:
    return {"kind_reason": mail.kind_reason, "spam_reason": spam_mark(mail.headers)}


def _quarantined(raw: bytes, reason: str) -> dict[str, Any]:
    """What a few plain headers tell of a mail that is not parsed."""
    block = raw[: MAX_HEADER_BLOCK // 2].replace(b"\r", b"").partition(b"\n\n")[0]
    lines = [line for line in _LINE_END.split(block) if len(line) < MAX_HEADER and _PLAIN_HEADER.match(line)]
    try:
        shown = _shown(parse_mail(b"\n".join((*lines, b"", b""))))
    except Unparseable:
        return empty(reason)
    return shown | {"kind": "quarantine", "error": reason}


def _shown(mail: ParsedMail) -> dict[str, Any]:
    to, cc = _written(mail.headers, "to"), _written(mail.headers, "cc")
    authors = _written(mail.headers, "from") or _written(mail.headers, "sender")
    bounce = read_bounce(
        kind=mail.kind,
        report=mail.report,
        headers=mail.headers,
        subject=mail.subject,
        text=mail.text,
        own=[box["address"] for box in (*to, *cc, *authors)],
    )
    return {
        "subject": mail.subject,
        "from": authors[0] if authors else {"name": "", "address": ""},
        "to": to,
        "cc": cc,
        "message_id": mail.message_id,
        "in_reply_to": mail.in_reply_to[0] if mail.in_reply_to else None,
        "references": list(mail.references),
        "date": mail.sent_at.isoformat() if mail.sent_at else None,
        "text": mail.text,
        "html": mail.html,
        "reply_text": reply_of(mail.text, mail.html, is_rendered=mail.is_rendered),
        "auto_submitted": is_automatic(mail.kind),
        "kind": _kind(mail, bounce),
        "bounce": _bounce(bounce),
        "attachments": [_file(file) for file in mail.attachments],
        "is_spam": spam_mark(mail.headers) is not None,
        "error": None,
    }


def _kind(mail: ParsedMail, bounce: Bounce) -> str:
    """The kind, finer than the ledger tells it: reports that are no bounces have words of their own."""
    if mail.report_type == "disposition-notification":
        return "read_receipt"
    if bounce.fates and not bounce.is_bounce:
        return "delivery_report"
    return mail.kind.value


def _written(headers: Headers, name: str) -> list[dict[str, str]]:
    return [_box(box) for box in written_mailboxes(headers.get(name, ()))]


def _box(box: Mailbox) -> dict[str, str]:
    return {"name": box.name, "address": box.address}


def _bounce(bounce: Bounce) -> dict[str, Any]:
    recipients = [
        {"address": fate.recipient, "status": fate.status or None, "action": fate.action or None}
        for fate in bounce.fates
    ]
    return {"is_bounce": bounce.is_bounce, "recipients": recipients}


def _file(file: AttachedFile) -> dict[str, Any]:
    return {
        "filename": file.filename,
        "content_type": file.content_type,
        "size": len(file.data),
        "sha256": hashlib.sha256(file.data).hexdigest(),
        "inline": file.inline or file.says_inline,
        "content_id": file.content_id,
    }


def empty(error: str) -> dict[str, Any]:
    """The object about a mail that could not be read."""
    return {
        "subject": "",
        "from": {"name": "", "address": ""},
        "to": [],
        "cc": [],
        "message_id": None,
        "in_reply_to": None,
        "references": [],
        "date": None,
        "text": "",
        "html": None,
        "reply_text": "",
        "auto_submitted": False,
        "kind": "quarantine",
        "bounce": {"is_bounce": False, "recipients": []},
        "attachments": [],
        "is_spam": False,
        "error": error,
    }
