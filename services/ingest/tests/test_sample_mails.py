"""The mails of the demo are such as real mail programs write, and become the tickets that the demo tells of."""

import email
import email.policy
from pathlib import Path

import pytest

from contracts.ingest import MailKind
from ingest.rules.parse import parse_mail

SAMPLES = Path(__file__).parents[3] / "deploy" / "local" / "src" / "deskstream_local" / "samples"
FILES = sorted(SAMPLES.glob("*.eml"))


def test_there_is_a_mail_for_each_story() -> None:
    assert [file.name for file in FILES] == [
        "01-schulz-first.eml",
        "02-baecker-application.eml",
        "03-riese-error-report.eml",
    ]


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.stem))
def test_a_sample_is_clean_on_the_wire(file: Path) -> None:
    raw = file.read_bytes()
    assert raw.isascii()
    assert raw.count(b"\r") == raw.count(b"\n") == raw.count(b"\r\n")
    assert max(map(len, raw.split(b"\r\n"))) <= 78
    message = email.message_from_bytes(raw, policy=email.policy.default)
    assert [part.defects for part in message.walk() if part.defects] == []
    assert [(name, value.defects) for name, value in message.items() if value.defects] == []


def test_family_schulz_asks_about_a_bill() -> None:
    mail = parse_mail((SAMPLES / "01-schulz-first.eml").read_bytes())
    assert mail.sender is not None
    assert (mail.sender.name, mail.sender.address) == ("Sabine Schulz", "sabine@schulz.example")
    assert [box.address for box in mail.to] == ["support@desk.example"]
    assert mail.subject == "Rechnung 2026-118 doppelt erhalten – welche gilt?"
    assert "Viele Grüße aus Görlitz" in mail.text
    assert "Viele Grüße aus Görlitz" in (mail.html or "")
    assert [(file.filename, file.content_type, file.data[:4]) for file in mail.attachments] == [
        ("Rechnung März 2026-118.pdf", "application/pdf", b"%PDF")
    ]
    assert mail.kind == MailKind.HUMAN


def test_an_application_goes_to_the_jobs() -> None:
    mail = parse_mail((SAMPLES / "02-baecker-application.eml").read_bytes())
    assert mail.sender is not None
    assert mail.sender.name == "Jörg Bäcker"
    assert [box.address for box in mail.to] == ["jobs@desk.example"]
    assert mail.subject == "Bewerbung: Sachbearbeiter(in) im Kundendienst, Eintritt frühestens 1. Juli"
    assert [file.filename for file in mail.attachments] == ["Lebenslauf Jörg Bäcker.pdf"]


def test_an_error_report_shows_its_picture_and_carries_its_log() -> None:
    mail = parse_mail((SAMPLES / "03-riese-error-report.eml").read_bytes())
    assert [box.address for box in mail.to] == ["support@desk.example"]
    assert [(file.filename, file.inline) for file in mail.attachments] == [
        ("image001.png", True),
        ("export.log", False),
    ]
    assert (mail.kind, mail.asks_for_no_answer) == (MailKind.HUMAN, True)
