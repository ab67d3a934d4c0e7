"""Whatever the fields of a mail hold: its recipients and headers are those meant, or it is refused (attack 13)."""

import email
import email.policy
import unicodedata
from datetime import UTC, datetime
from email.message import EmailMessage
from hashlib import sha256
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.ingest import Attachment, Mailbox, SendMail, SentReference
from ingest.rules.compose import CannotComposeError, compose, wire_address

PNG = b"\x89PNG"
DIGEST = sha256(PNG).hexdigest()


def letter(**fields: Any) -> SendMail:
    """A mail that can be sent, with these fields changed."""
    usual = {
        "outgoing_id": UUID(int=1),
        "reference": SentReference(kind="activity", id=UUID(int=2)),
        "to": (Mailbox(name="Petra Schulz", address="familie@schulz.example"),),
        "subject": "RE: Rechnung [DS-10042]",
        "text": "Guten Tag\n",
        "message_id": "a1.10042@desk.example",
    }
    return SendMail.model_validate(usual | fields)


def sent(mail: SendMail, instance: str = "desk-1") -> bytes:
    return compose(
        mail,
        sender=Mailbox(name="Desk", address="support@desk.example"),
        now=datetime(2026, 3, 17, 9, 30, tzinfo=UTC),
        attachments={DIGEST: PNG},
        instance=instance,
    )


def file(filename: str, **fields: Any) -> Attachment:
    usual = {"filename": filename, "content_type": "image/png", "size": len(PNG), "sha256": DIGEST}
    return Attachment.model_validate(usual | fields)


def second_opinion(raw: bytes) -> EmailMessage:
    """The mail as Python's modern parser reads it, which shares no code with ours."""
    message = email.message_from_bytes(raw, policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    assert not message.defects
    return message


CONTROLS = [
    "\r\nBcc: evil@x.example",
    "\n",
    "\r",
    "\x00",
    "\x0b",
    "\x0c",
    "\x1c",
    "\x7f",
    "\x85",
    "\u2028",
    "\u2029",
    "\t",
]
PLACES = {
    "subject": lambda bad: letter(subject=f"a{bad}b"),
    "name of a recipient": lambda bad: letter(to=(Mailbox(name=f"a{bad}b", address="a@x.example"),)),
    "name of a copy": lambda bad: letter(cc=(Mailbox(name=f"a{bad}b", address="a@x.example"),)),
    "name of a blind copy": lambda bad: letter(bcc=(Mailbox(name=f"a{bad}b", address="a@x.example"),)),
    "address": lambda bad: letter(to=(Mailbox(name="", address=f"a@x{bad}.example"),)),
    "name of the sender": lambda bad: letter(from_name=f"a{bad}b"),
    "Message-ID": lambda bad: letter(message_id=f"a{bad}@x.example"),
    "In-Reply-To": lambda bad: letter(in_reply_to=f"a{bad}@x.example"),
    "References": lambda bad: letter(references=("a@x.example", f"a{bad}@x.example")),
    "file name": lambda bad: letter(attachments=(file(f"a{bad}b.png"),)),
    "Content-ID": lambda bad: letter(html="x", attachments=(file("a.png", inline=True, content_id=f"a{bad}b"),)),
}


@pytest.mark.parametrize("bad", CONTROLS, ids=ascii)
@pytest.mark.parametrize("place", PLACES)
def test_no_control_character_gets_into_a_header(place: str, bad: str) -> None:
    with pytest.raises(CannotComposeError):
        sent(PLACES[place](bad))


@pytest.mark.parametrize("bad", CONTROLS, ids=ascii)
def test_no_control_character_gets_into_the_loop_marker(bad: str) -> None:
    with pytest.raises(CannotComposeError):
        sent(letter(automatic=True), instance=f"a{bad}b")


WILD = st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=60) | st.sampled_from(
    [
        "a\r\nBcc: x@y.example",
        "a, b",
        '"',
        "\\",
        "<a@b>",
        "=?utf-8?q?a?=",
        "\u2028",
        "ä" * 40,
        "x" * 200,
        "a;b",
        "(",
        ")",
        "a\tb",
    ]
)
PLAIN = st.text(alphabet='Jörg, "\\<>@();:=?.見', max_size=20)
GOOD = st.sampled_from(["a@x.example", "b.c@y.example", '"q u"@x.example', "info@bücher.example"])
BOXES = st.lists(
    st.builds(
        Mailbox,
        name=PLAIN | WILD,
        address=GOOD | GOOD | GOOD | WILD,
    ),
    max_size=4,
).map(tuple)


def is_harmless(text: str) -> bool:
    return not any(unicodedata.category(character) in {"Cc", "Zl", "Zp"} for character in text)


@settings(max_examples=400, deadline=None)
@given(
    to=BOXES,
    cc=BOXES,
    bcc=BOXES,
    subject=PLAIN | WILD,
    name=PLAIN | WILD,
    filename=PLAIN | WILD,
    text=WILD,
    automatic=st.booleans(),
)
def test_recipients_and_headers_are_those_meant_or_the_mail_is_refused(
    *,
    to: tuple[Mailbox, ...],
    cc: tuple[Mailbox, ...],
    bcc: tuple[Mailbox, ...],
    subject: str,
    name: str,
    filename: str,
    text: str,
    automatic: bool,
) -> None:
    mail = letter(
        to=to,
        cc=cc,
        bcc=bcc,
        subject=subject,
        from_name=name,
        text=text,
        automatic=automatic,
        attachments=(file(filename),),
    )
    try:
        raw = sent(mail)
    except CannotComposeError:
        return
    assert all(is_harmless(value) for value in (subject, name, filename, *(box.name for box in (*to, *cc, *bcc))))
    message = second_opinion(raw)
    for header, boxes in (("To", to), ("Cc", cc)):
        addresses = message[header].addresses if header in message else ()
        assert [str(box.addr_spec) for box in addresses] == [wire_address(box.address) for box in boxes]
    expected = {"From", "Date", "Subject", "Message-ID", "MIME-Version", "Content-Type"}
    expected |= {"To"} if to else set()
    expected |= {"Cc"} if cc else set()
    if automatic:
        expected |= {"Auto-Submitted", "X-Auto-Response-Suppress", "Precedence", "X-Deskstream-Loop"}
    assert sorted(message.keys()) == sorted(expected)
