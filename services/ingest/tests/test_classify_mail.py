"""Machines are told from people by what RFC 3834, 3464, 2369 and 8098 say, and by nothing else."""

import pytest

from contracts.ingest import MailKind
from ingest.rules.parse import ParsedMail, parse_mail
from ingest.rules.reports import Fate


def received(*headers: str, envelope_sender: str | None = "anna@kunde.example") -> ParsedMail:
    raw = "\r\n".join(["From: Anna <anna@kunde.example>", *headers, "", "Hello", ""])
    return parse_mail(raw.encode(), envelope_sender=envelope_sender)


KINDS = {
    "no sign": ([], MailKind.HUMAN),
    "Auto-Submitted: no": (["Auto-Submitted: no"], MailKind.HUMAN),
    "Auto-Submitted: NO with a parameter": (["Auto-Submitted: NO; owner=x"], MailKind.HUMAN),
    "Auto-Submitted with a comment": (["Auto-Submitted: (by hand) no"], MailKind.AUTO_GENERATED),
    "Auto-Submitted empty": (["Auto-Submitted:"], MailKind.HUMAN),
    "auto-replied": (["Auto-Submitted: auto-replied"], MailKind.AUTO_REPLY),
    "auto-replied, shouted, with parameters": (["Auto-Submitted: AUTO-REPLIED; owner-email=a@x"], MailKind.AUTO_REPLY),
    "auto-replied (vacation)": (["Auto-Submitted: auto-replied (vacation)"], MailKind.AUTO_REPLY),
    "auto-generated": (["Auto-Submitted: auto-generated"], MailKind.AUTO_GENERATED),
    "auto-notified": (["Auto-Submitted: auto-notified; x=y"], MailKind.AUTO_GENERATED),
    "a keyword of the future": (["Auto-Submitted: auto-dreamed"], MailKind.AUTO_GENERATED),
    "Exchange absence note": (
        ["Auto-Submitted: auto-generated", "Subject: Automatische Antwort: Rechnung", "X-Auto-Response-Suppress: All"],
        MailKind.AUTO_REPLY,
    ),
    "a person who writes about an absence note": (["Subject: Automatic reply is broken"], MailKind.HUMAN),
    "X-Auto-Response-Suppress of an ordinary mail": (["X-Auto-Response-Suppress: DR, OOF, AutoReply"], MailKind.HUMAN),
    "X-Autoreply": (["X-Autoreply: yes"], MailKind.AUTO_REPLY),
    "X-Autoreply: no": (["X-Autoreply: no"], MailKind.HUMAN),
    "X-Autorespond": (["X-Autorespond: "], MailKind.AUTO_REPLY),
    "Precedence: bulk": (["Precedence: bulk"], MailKind.BULK),
    "Precedence: JUNK": (["Precedence: JUNK"], MailKind.BULK),
    "Precedence: list": (["Precedence: list"], MailKind.BULK),
    "Precedence: auto_reply": (["Precedence: auto_reply"], MailKind.AUTO_REPLY),
    "Precedence: first-class": (["Precedence: first-class"], MailKind.HUMAN),
    "List-Id": (["List-Id: <news.shop.example>"], MailKind.BULK),
    "List-Unsubscribe": (["List-Unsubscribe: <https://shop.example/off>"], MailKind.BULK),
    "a person on a list": (["Auto-Submitted: no", "List-Post: <mailto:l@x.example>"], MailKind.BULK),
    "a monitoring system on a list": (["List-Id: <x.y>", "Auto-Submitted: auto-generated"], MailKind.AUTO_GENERATED),
    "headers of a foreign desk decide nothing": (
        ["X-OTRS-Loop: True", "X-Zammad-Ticket-State: closed"],
        MailKind.HUMAN,
    ),
}


@pytest.mark.parametrize(("headers", "kind"), KINDS.values(), ids=KINDS)
def test_the_kind_of_a_mail_follows_its_headers(headers: list[str], kind: MailKind) -> None:
    mail = received(*headers)
    assert (mail.kind, bool(mail.kind_reason)) == (kind, True)


SENDERS = {
    "MAILER-DAEMON@mx.example": MailKind.BOUNCE,
    "postmaster@mx.example": MailKind.BOUNCE,
    "owner-news@x.example": MailKind.BULK,
    "news-request@x.example": MailKind.BULK,
    "noreply@shop.example": MailKind.HUMAN,
    "request@x.example": MailKind.HUMAN,
}


@pytest.mark.parametrize(("address", "kind"), SENDERS.items())
def test_some_senders_are_machines_by_their_name(address: str, kind: MailKind) -> None:
    assert parse_mail(f"From: {address}\r\n\r\nx".encode()).kind == kind


def test_the_null_return_path_is_a_machine() -> None:
    assert received(envelope_sender="").kind == MailKind.AUTO_GENERATED
    assert received("Subject: Out of office: back on Monday", envelope_sender="").kind == MailKind.AUTO_REPLY
    assert received("Return-Path: <>", envelope_sender=None).kind == MailKind.AUTO_GENERATED


def test_the_known_return_path_counts_more_than_the_header_of_that_name() -> None:
    assert received("Return-Path: <>", envelope_sender="anna@kunde.example").kind == MailKind.HUMAN


WISHES = {
    "All": True,
    "OOF": True,
    "DR, AutoReply": True,
    "dr;oof": True,
    "None": False,
    "DR, NDR, RN": False,
    "": False,
}


@pytest.mark.parametrize(("value", "asks"), WISHES.items())
def test_who_asks_for_no_answer_is_still_a_person(value: str, *, asks: bool) -> None:
    mail = received(f"X-Auto-Response-Suppress: {value}")
    assert (mail.asks_for_no_answer, mail.kind) == (asks, MailKind.HUMAN)


def test_our_own_loop_marker_is_told() -> None:
    assert received("X-Deskstream-Loop: desk-1").loop == "desk-1"
    assert received().loop is None


def report(
    *groups: str, kind: str = "delivery-status", third: str = "", per_message: str = "Reporting-MTA: dns; mx.example"
) -> bytes:
    """A report as Postfix writes it; the groups are those of the recipients."""
    status = "\r\n\r\n".join((per_message, *groups))
    quoted = (
        third
        or "Content-Type: message/rfc822\r\n\r\nMessage-ID: <sent-1@desk.example>\r\nSubject: ours\r\n\r\nHello\r\n"
    )
    return (
        "From: MAILER-DAEMON@mx.example\r\nTo: support@desk.example\r\nSubject: Undelivered Mail Returned to Sender\r\n"
        f'Auto-Submitted: auto-replied\r\nContent-Type: multipart/report; report-type={kind}; boundary="b/1"\r\n\r\n'
        "--b/1\r\nContent-Type: text/plain\r\n\r\nThis is the mail system.\r\n"
        f"--b/1\r\nContent-Type: message/delivery-status\r\n\r\n{status}\r\n"
        f"--b/1\r\n{quoted}\r\n--b/1--\r\n"
    ).encode()


FAILED = (
    "Final-Recipient: rfc822; max@kunde.example\r\nOriginal-Recipient: rfc822;max@kunde.example\r\nAction: failed\r\n"
    "Status: 5.1.1\r\nDiagnostic-Code: smtp; 550 5.1.1 <max@kunde.example>: user\r\n    unknown"
)
DELAYED = "Final-Recipient: rfc822; eva@kunde.example\r\nAction: delayed\r\nStatus: 4.4.1"


def test_a_delivery_report_names_the_mail_and_the_fate_of_each_recipient() -> None:
    mail = parse_mail(report(FAILED, DELAYED), envelope_sender="")
    assert mail.kind == MailKind.BOUNCE
    assert mail.report is not None
    assert mail.report.original_message_id == "sent-1@desk.example"
    assert mail.report.fates == (
        Fate("max@kunde.example", "failed", "5.1.1", "550 5.1.1 <max@kunde.example>: user    unknown"),
        Fate("eva@kunde.example", "delayed", "4.4.1", ""),
    )
    assert mail.text == "This is the mail system."
    assert [file.filename for file in mail.attachments] == ["attachment-1.txt", "ours.eml"]
    assert mail.attachments[0].data.startswith(b"Reporting-MTA: dns; mx.example\r\n\r\nFinal-Recipient: rfc822;")


def test_a_report_of_mere_delay_is_no_bounce() -> None:
    mail = parse_mail(report(DELAYED))
    assert (mail.kind, mail.report is not None and mail.report.is_failure) == (MailKind.AUTO_GENERATED, False)


def test_a_report_that_quotes_only_headers_still_names_the_mail() -> None:
    mail = parse_mail(
        report(FAILED, third="Content-Type: text/rfc822-headers\r\n\r\nMessage-ID: <sent-2@desk.example>\r\n")
    )
    assert mail.report is not None
    assert mail.report.original_message_id == "sent-2@desk.example"


def test_a_report_that_quotes_nothing_and_names_nobody_is_a_bounce_about_an_unknown_mail() -> None:
    mail = parse_mail(report(third="Content-Type: text/plain\r\n\r\nsorry\r\n"))
    assert mail.kind == MailKind.BOUNCE
    assert mail.report is not None
    assert (mail.report.original_message_id, mail.report.fates) == (None, ())


def test_a_report_type_without_parts_is_survived() -> None:
    mail = parse_mail(
        b"From: a@x.example\r\nContent-Type: multipart/report; report-type=delivery-status\r\n\r\nnothing"
    )
    assert (mail.kind, mail.report, mail.text) == (MailKind.AUTO_GENERATED, None, "nothing")


def test_a_read_receipt_is_a_machine() -> None:
    mail = parse_mail(report(kind="disposition-notification"))
    assert (mail.kind, mail.report) == (MailKind.AUTO_GENERATED, None)
    assert "read receipt" in mail.kind_reason
