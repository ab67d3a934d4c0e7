"""Who wrote a mail: a human, or one of the machines that must never be answered (MT-06)."""

import re
from collections.abc import Mapping, Sequence

from contracts.ingest import MailKind
from ingest.rules.headers import header_text
from ingest.rules.reports import DeliveryReport

Headers = Mapping[str, Sequence[str]]
"""Raw values by name in lower case, in the order of the mail."""

LOOP_HEADER = "X-Deskstream-Loop"
"""Names the installation that sent an automatic mail, so that it recognises its own when it comes back."""

_KEYWORD = re.compile(r"[\s(]*+([A-Za-z][A-Za-z-]*)")
_RESPONDER_HEADERS = ("x-autoreply", "x-autorespond", "x-autoresponder", "x-auto-reply-from", "x-mail-autoreply")
_LIST_HEADERS = ("list-id", "list-post", "list-unsubscribe")
_AWAY = re.compile(
    r"(automatic reply|auto(matic)?[ -]?response|auto[ -]?reply|out of (the )?office|automatische antwort|abwesen"
    r"|r[ée]ponse automatique|respuesta autom[áa]tica|risposta automatica)",
    re.IGNORECASE,
)
_BOUNCERS = ("mailer-daemon", "postmaster", "mail-daemon")


def classify(
    headers: Headers,
    *,
    subject: str,
    sender: str | None,
    envelope_sender: str | None,
    report: DeliveryReport | None,
    report_type: str,
) -> tuple[MailKind, str]:
    """The kind of a mail, and why, in plain words. The first rule that applies decides; without one it is a human's.

    ``envelope_sender`` is ``""`` for the null return path and None where it is not known.
    ``X-Auto-Response-Suppress`` decides nothing: it asks us not to answer automatically, and Exchange puts it on
    mails of people.
    """
    for verdict in (
        _by_report(report, report_type),
        _by_auto_submitted(headers, subject),
        _by_responder(headers),
        _by_return_path(envelope_sender, sender, subject),
        _by_precedence(headers),
        _by_list(headers, sender),
    ):
        if verdict:
            return verdict
    return MailKind.HUMAN, "no sign of a machine"


def asks_for_no_answer(headers: Headers) -> bool:
    """Whether X-Auto-Response-Suppress (MS-OXCMAIL 2.1.3.2.20) asks that no automatic answer be sent."""
    wishes = re.split(r"[\s,;]+", _first(headers, "x-auto-response-suppress").lower())
    return not {"all", "oof", "autoreply"}.isdisjoint(wishes)


def _first(headers: Headers, name: str) -> str:
    values = headers.get(name)
    return header_text(values[0]) if values else ""


def _keyword(headers: Headers, name: str) -> str:
    """The first word of a header in lower case, without its parameters and comments."""
    values = headers.get(name)
    match = _KEYWORD.match(values[0]) if values else None
    return match[1].lower() if match else ""


def _by_report(report: DeliveryReport | None, report_type: str) -> tuple[MailKind, str] | None:
    if report is not None:
        if report.is_failure:
            return MailKind.BOUNCE, "delivery report: failed (RFC 3464)"
        return MailKind.AUTO_GENERATED, f"delivery report: {report.fates[0].action or 'no action'} (RFC 3464)"
    match report_type:
        case "":
            return None
        case "disposition-notification":
            return MailKind.AUTO_GENERATED, "read receipt (RFC 8098)"
        case _:
            return MailKind.AUTO_GENERATED, "machine report (RFC 6522)"


def _by_auto_submitted(headers: Headers, subject: str) -> tuple[MailKind, str] | None:
    match _keyword(headers, "auto-submitted"):
        case "" | "no":
            return None
        case "auto-replied":
            return MailKind.AUTO_REPLY, "Auto-Submitted: auto-replied (RFC 3834)"
        case keyword if _AWAY.match(subject):
            return MailKind.AUTO_REPLY, f"Auto-Submitted: {keyword}, and the subject of an absence note"
        case keyword:
            return MailKind.AUTO_GENERATED, f"Auto-Submitted: {keyword} (RFC 3834)"


def _by_responder(headers: Headers) -> tuple[MailKind, str] | None:
    for name in _RESPONDER_HEADERS:
        if name in headers and _keyword(headers, name) not in {"no", "false"}:
            return MailKind.AUTO_REPLY, f"header {name}"
    return None


def _by_return_path(envelope_sender: str | None, sender: str | None, subject: str) -> tuple[MailKind, str] | None:
    local = (sender or "").rpartition("@")[0].lower()
    if local in _BOUNCERS:
        return MailKind.BOUNCE, f"sent by {local}"
    if envelope_sender != "":
        return None
    if _AWAY.match(subject):
        return MailKind.AUTO_REPLY, "null return path, and the subject of an absence note"
    return MailKind.AUTO_GENERATED, "null return path (RFC 3834)"


def _by_precedence(headers: Headers) -> tuple[MailKind, str] | None:
    match _keyword(headers, "precedence"):
        case "auto-reply" | "auto":
            return MailKind.AUTO_REPLY, "Precedence: auto_reply"
        case "bulk" | "junk" | "list" as keyword:
            return MailKind.BULK, f"Precedence: {keyword}"
        case _:
            return None


def _by_list(headers: Headers, sender: str | None) -> tuple[MailKind, str] | None:
    for name in _LIST_HEADERS:
        if name in headers:
            return MailKind.BULK, f"header {name} (RFC 2369, RFC 2919)"
    local = (sender or "").rpartition("@")[0].lower()
    if local.startswith("owner-") or local.endswith(("-request", "-owner")):
        return MailKind.BULK, f"sent by {local}"
    return None
