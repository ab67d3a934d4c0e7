"""Failure notices that are no RFC 3464 reports: who was not reached is read out of the words of each server."""

from typing import Any

import pytest

from ingest.parse import parse_bytes

WHO = "max@kunde.example"


def notice(sender: str, subject: str, text: str, *headers: str) -> dict[str, Any]:
    lines = [f"From: {sender}", "To: support@desk.example", f"Subject: {subject}", *headers, "", text]
    return parse_bytes("\r\n".join(lines).encode())


def failed(status: str | None) -> list[dict[str, Any]]:
    return [{"address": WHO, "status": status, "action": "failed"}]


NOTICES = {
    "qmail": (
        ("MAILER-DAEMON@mx.example", "failure notice"),
        (
            "Hi. This is the qmail-send program at mx.example.\nI'm afraid I wasn't able to deliver your"
            f" message.\n\n<{WHO}>:\n"
            "Sorry, no mailbox here by that name. (#5.1.1)\n\n--- Below this line is a copy of the message.\n\n"
            "From: support@desk.example\nTo: other@x.example\n"
        ),
        failed("5.1.1"),
    ),
    "Exim": (
        ("Mail Delivery System <Mailer-Daemon@mx.example>", "Mail delivery failed: returning message to sender"),
        (
            "This message was created automatically by mail delivery software.\n"
            "\nA message that you sent could not be delivered"
            f" to one or more of its\nrecipients. The following address(es) failed:\n\n  {WHO}"
            "\n    SMTP error from remote mail"
            f" server after RCPT TO:<{WHO}>:\n    host mx [192.0.2.1]: 550 5.1.1 unknown user\n\n"
            "------ This is a copy of the message, including all the headers. ------\n\nTo: other@x.example"
        ),
        failed("5.1.1"),
    ),
    "Postfix": (
        ("MAILER-DAEMON@mx.example (Mail Delivery System)", "Undelivered Mail Returned to Sender"),
        f"This is the Postfix program at host mx.example.\n\n<{WHO}>: host mx[192.0.2.1] said: 550 5.7.1\n    rejected",
        failed("5.7.1"),
    ),
    "sendmail": (
        ("Mail Delivery Subsystem <MAILER-DAEMON@mx.example>", "Returned mail: see transcript for details"),
        (
            f"   ----- The following addresses had permanent fatal errors -----\n<{WHO}>"
            "\n    (reason: 550 5.1.1 User unknown)\n\n"
            f"   ----- Transcript of session follows -----\n>>> RCPT To:<{WHO}>\n<<< 550 5.1.1 User unknown"
        ),
        failed("5.1.1"),
    ),
    "Exchange": (
        ("System Administrator <postmaster@kunde.example>", "Undeliverable: order"),
        (
            f"Your message\n\n  To:      {WHO}\n  Subject: order\n\ndid not reach the following recipient(s):\n"
            f"\n{WHO} on Mon, 12 Jan\n"
            "    The recipient name is not recognized"
        ),
        failed(None),
    ),
    "Exchange, German, null return path": (
        ("Microsoft Outlook <m@desk.example>", "Unzustellbar: Bestellung"),
        f"Fehler bei der Nachrichtenzustellung an folgende Empfänger:\n\n{WHO}<mailto:{WHO}>\n#550 5.1.10 RESOLVER",
        failed("5.1.10"),
    ),
    "Gmail": (
        ("Mail Delivery Subsystem <mailer-daemon@googlemail.com>", "Delivery Status Notification (Failure)"),
        (
            f"Delivery to the following recipient failed permanently:\n\n     {WHO}\n"
            "\nTechnical details of permanent failure: \n550 "
            "550 5.2.1 disabled (state 13).\n\n----- Original message -----\n\nTo: other@x.example"
        ),
        failed("5.2.1"),
    ),
    "Yahoo": (
        ("MAILER-DAEMON@yahoo.com", "Failure Notice"),
        (
            f"Sorry, we were unable to deliver your message to the following address.\n\n<{WHO}>:"
            "\nRemote host said: 554 delivery"
            " error: no such account [0] [RCPT_TO]\n\n--- Below this line is a copy of the message.\n"
        ),
        failed("5.0.0"),
    ),
    "Domino": (
        ("Postmaster@kunde.example", "DELIVERY FAILURE: User max not listed"),
        f"Your message\n\n  Subject: order\n\nwas not delivered to:\n\n  {WHO}\n\nbecause:\n\n  User not listed",
        failed(None),
    ),
}


@pytest.mark.parametrize(("head", "text", "meant"), NOTICES.values(), ids=NOTICES)
def test_a_failure_notice_names_who_was_not_reached(
    head: tuple[str, str], text: str, meant: list[dict[str, Any]]
) -> None:
    shown = notice(*head, text, "Return-Path: <>")
    assert shown["bounce"] == {"is_bounce": True, "recipients": meant}
    assert (shown["kind"], shown["auto_submitted"]) == ("bounce", True)


def test_the_header_of_exim_and_gmail_names_the_recipients() -> None:
    shown = notice("a@x.example", "sorry", "550 5.1.1 no", "X-Failed-Recipients: max@kunde.example, eva@kunde.example")
    assert [one["address"] for one in shown["bounce"]["recipients"]] == ["max@kunde.example", "eva@kunde.example"]
    assert shown["bounce"]["is_bounce"]


def test_a_notice_of_delay_is_no_bounce() -> None:
    text = f"The message has not yet been delivered to:\n\n  {WHO}\n\nDelivery attempts will continue for some time"
    shown = notice("Mailer-Daemon@mx.example", "Warning: message 1abc delayed 24 hours", text)
    assert shown["bounce"] == {
        "is_bounce": False,
        "recipients": [{"address": WHO, "status": None, "action": "delayed"}],
    }
    assert (shown["kind"], shown["auto_submitted"]) == ("delivery_report", True)


REPORT = (
    "{type}\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nsorry\r\n--b\r"
    "\nContent-Type: message/delivery-status\r\n\r\n"
    "{fields}\r\n--b--\r\n"
)
FIELDS = "Reporting-MTA: dns; mx\r\n\r\nFinal-Recipient: rfc822;{}\r\nAction: {}\r\nStatus: {}\r\n"
DECLARED = "Content-Type: multipart/report; report-type=delivery-status; boundary=b"


def report(
    fields: str, kind: str = DECLARED, how: str = "", sender: str = "MAILER-DAEMON@mx.example"
) -> dict[str, Any]:
    body = REPORT.format(type=kind, how=how, fields=fields)
    return parse_bytes(f"From: {sender}\r\n{body}".encode())


def test_a_report_tells_status_and_action() -> None:
    shown = report(FIELDS.format(WHO, "failed", "5.1.1 (unknown)"))
    assert shown["bounce"] == {"is_bounce": True, "recipients": failed("5.1.1")}


@pytest.mark.parametrize("action", ["delayed", "delivered", "relayed", "expanded"])
def test_a_report_of_no_failure_is_a_delivery_report(action: str) -> None:
    shown = report(FIELDS.format(WHO, action, "2.0.0"))
    assert (shown["kind"], shown["bounce"]["is_bounce"]) == ("delivery_report", False)
    assert shown["bounce"]["recipients"] == [{"address": WHO, "status": "2.0.0", "action": action}]


def test_a_report_that_calls_itself_mixed_is_one_if_a_server_sent_it() -> None:
    mixed = "Content-Type: multipart/mixed; boundary=b"
    assert report(FIELDS.format(WHO, "failed", "5.1.1"), mixed)["bounce"]["is_bounce"]
    assert not report(FIELDS.format(WHO, "failed", "5.1.1"), mixed, sender="anna@kunde.example")["bounce"]["is_bounce"]


def test_what_a_report_leaves_out_is_concluded_from_the_rest() -> None:
    fields = (
        f"Reporting-MTA: dns; mx\r\n\r\nOriginal-Recipient: rfc822;<{WHO}>\r\nDiagnostic-Code: smtp; 550 no user\r\n"
    )
    assert report(fields)["bounce"] == {"is_bounce": True, "recipients": failed("5.0.0")}


def test_a_read_receipt_is_called_so() -> None:
    receipt = "Content-Type: multipart/report; report-type=disposition-notification; boundary=b"
    shown = report("Disposition: manual-action/MDN-sent-manually; displayed\r\n", receipt, sender="anna@kunde.example")
    assert (shown["kind"], shown["auto_submitted"], shown["bounce"]["is_bounce"]) == ("read_receipt", True, False)


def test_a_person_who_writes_about_a_bounce_is_no_bounce() -> None:
    shown = notice("Anna <anna@kunde.example>", "Undelivered mail, please help", f"My mail to {WHO} came back.")
    assert (shown["kind"], shown["bounce"]) == ("human", {"is_bounce": False, "recipients": []})


AWAY = [
    "Automatic reply: order",
    "Out of Office: order",
    "Out of Office AutoReply: order",
    "Automatische Antwort: Bestellung",
    "Abwesenheitsnotiz: Bestellung",
    "Réponse automatique : commande",
    "Respuesta automática: pedido",
    "Risposta automatica: ordine",
    "Automatisch antwoord: bestelling",
]


@pytest.mark.parametrize("subject", AWAY)
def test_an_absence_note_is_known_by_the_words_in_front_of_its_subject(subject: str) -> None:
    assert notice("a@x.example", subject, "away")["kind"] == "auto_reply"
    assert notice("a@x.example", f"Re: {subject}", "thanks")["kind"] == "human"


SPAM = {
    "X-Spam-Flag: YES": True,
    "X-Spam-Flag: NO": False,
    "X-Spam-Status: Yes, score=7.1 required=5.0": True,
    "X-Spam-Status: No, score=-1": False,
    "X-MS-Exchange-Organization-SCL: 6": True,
    "X-MS-Exchange-Organization-SCL: -1": False,
    "X-Forefront-Antispam-Report: CIP:192.0.2.1;SCL:5;SFV:SPM": True,
    "X-Forefront-Antispam-Report: CIP:192.0.2.1;SCL:1;SFV:NSPM": False,
    "X-Barracuda-Spam-Status: Yes, SCORE=9": True,
    "X-Bogosity: Spam, tests=bogofilter": True,
    "X-Bogosity: Ham, tests=bogofilter": False,
    "X-Rspamd-Action: add header": True,
    "X-Rspamd-Action: no action": False,
    "X-Example-MailScanner-SpamCheck: spam, SpamAssassin (score=9)": True,
    "X-Example-MailScanner-SpamCheck: not spam, SpamAssassin": False,
    "X-Gmail-Labels: Spam,Unread": True,
    "Subject: [SPAM] Buy now": True,
    "Subject: ***SPAM*** Buy now": True,
    "Subject: Spam in my mailbox": False,
}


@pytest.mark.parametrize(("header", "meant"), SPAM.items())
def test_the_mark_of_a_spam_filter_is_seen(header: str, *, meant: bool) -> None:
    assert parse_bytes(f"From: a@x.example\r\n{header}\r\n\r\nx".encode())["is_spam"] is meant
