"""The parts of a mail are those that the standard library sees, byte for byte; where a mail is damaged we see more."""

import email
import random
from email.message import EmailMessage, Message

import pytest

from ingest.parse import parse_bytes
from ingest.rules.addresses import written_mailboxes
from ingest.rules.limits import Unparseable
from ingest.rules.parse import parse_mail
from ingest.rules.parts import content
from ingest.rules.tree import Part, read_tree

Shape = tuple[str, object]


def built(seed: int) -> bytes:
    """A random mail: text, HTML, pictures, files and mails in each other, in the encodings of the standard library."""
    rng = random.Random(seed)
    mail = EmailMessage()
    mail["From"], mail["Subject"] = "Jörg <j@kunde.example>", f"Größe {seed}"
    text = "\n".join(rng.choice(["Guten Tag", "Größe – 5 €", "", "> quoted", "--b", "x" * 200]) for _ in range(9))
    mail.set_content(text, cte=rng.choice(["8bit", "base64", "quoted-printable"]))
    if rng.random() < 0.7:
        mail.add_alternative(f"<p>{text}</p>", subtype="html")
    elif rng.random() < 0.4:
        mail.add_related(rng.randbytes(99), "image", "png", cid="<a@x>")
    for number in range(rng.randrange(3)):
        mail.add_attachment(rng.randbytes(300), "application", "pdf", filename=f"Rechnung März {number}.pdf")
    if rng.random() < 0.4 and seed < 1_000:
        mail.add_attachment(email.message_from_bytes(built(seed + 1_000), policy=mail.policy))
    raw = mail.as_bytes()
    return raw.replace(b"\n", b"\r\n") if rng.random() < 0.5 else raw


def ours(part: Part) -> Shape:
    return part.kind, [ours(child) for child in part.parts] or content(part)


def theirs(part: Message) -> Shape:
    inner = part.get_payload()
    if isinstance(inner, list):
        return part.get_content_type(), [theirs(child) for child in inner if isinstance(child, Message)]
    return part.get_content_type(), part.get_payload(decode=True)


@pytest.mark.parametrize("seed", range(60))
def test_a_mail_has_the_parts_that_the_standard_library_sees(seed: int) -> None:
    raw = built(seed)
    assert ours(read_tree(raw)) == theirs(email.message_from_bytes(raw))


@pytest.mark.parametrize("seed", range(60))
def test_a_mail_cut_anywhere_has_the_parts_that_the_standard_library_sees(seed: int) -> None:
    raw = built(seed)
    raw = raw[: random.Random(seed).randrange(len(raw))].rstrip(b"\r")
    kinds = [part.get_content_type() for part in email.message_from_bytes(raw).walk()]

    def walked(part: Part) -> list[str]:
        return [part.kind, *(kind for child in part.parts for kind in walked(child))]

    assert walked(read_tree(raw)) == kinds


@pytest.mark.parametrize("line_end", [b"\n", b"\r\n"])
def test_an_attached_mail_keeps_its_bytes(line_end: bytes) -> None:
    inner = line_end.join((b"From:a@x.example", b"SUBJECT:  odd ", b"\tfolded", b"", b"text", b"--", b"x"))
    raw = line_end.join(
        (b"Content-Type: multipart/mixed; boundary=b", b"", b"--b", b"Content-Type: message/rfc822", b"")
    )
    raw += line_end + inner + line_end + b"--b--" + line_end
    assert [file.data for file in parse_mail(raw).attachments] == [inner]


DAMAGED = {
    "a stray line between headers": (b"From: a@x.example\nstray line\nSubject: s\nTo: b@x.example\n\nt", "s", "t"),
    "lines of mbox files": (b"From a Mon\n>From b Tue\nSubject: s\n\nt", "s", "t"),
    "empty lines first": (b"\r\n\r\nSubject: s\r\n\r\nt", "s", "t"),
    "a mark of UTF-8 first": (b"\xef\xbb\xbfSubject: s\r\n\r\nt", "s", "t"),
    "a blank before the colon": (b"Subject : s\r\n\r\nt", "s", "t"),
    "no empty line before the text": (b"Subject: s\r\nHello Bob,\r\nplease: come", "s", "Hello Bob,\nplease: come"),
    "doubled CR": (b"Subject: s\r\r\nTo: b@x.example\r\r\n\r\r\nt", "s", "t"),
    "only CR": (b"Subject: s\rTo: b@x.example\r\rt", "s", "t"),
    "no header": (b"just text\nand: more", "", "just text\nand: more"),
    "an undeclared boundary": (
        b"Subject: s\nContent-Type: multipart/mixed\n\n--xyz\nContent-Type: text/plain\n\nt\n--xyz--\n",
        "s",
        "t",
    ),
    "a wrong boundary": (
        b"Subject: s\nContent-Type: multipart/mixed; boundary=abc\n\n--xyz\nContent-Type: text/plain\n\nt\n--xyz--\n",
        "s",
        "t",
    ),
}


@pytest.mark.parametrize(("raw", "subject", "text"), DAMAGED.values(), ids=DAMAGED)
def test_a_damaged_mail_is_read_as_it_was_meant(raw: bytes, subject: str, text: str) -> None:
    shown = parse_bytes(raw)
    assert (shown["subject"], shown["text"].strip(), shown["error"]) == (subject, text, None)


def test_folded_lines_without_end_are_refused_and_not_added_up_one_by_one() -> None:
    raw = b"Content-Type: multipart/mixed; boundary=a\r\n\r\n--a\r\nX-Y: z\r\n" + b" z\r\n" * 300_000
    with pytest.raises(Unparseable, match="X-Y is longer"):
        read_tree(raw)


WRITTEN = {
    "Meier, Anna <a@x.example>": [("Meier, Anna", "a@x.example")],
    '"Anna <a@x.example>': [("Anna", "a@x.example")],
    "a@x.example (Anna": [("Anna", "a@x.example")],
    "<<a@x.example>>": [("", "a@x.example")],
    "root": [("", "root")],
    "MAILER-DAEMON (Mail Delivery System)": [("Mail Delivery System", "MAILER-DAEMON")],
    "<@relay.example:a@x.example>": [("", "a@x.example")],
    "ceo@victim.example <x@evil.example>": [("ceo@victim.example", "x@evil.example")],
    "mailto:a@x.example": [("", "a@x.example")],
    "a@x.example; b@x.example": [("", "a@x.example"), ("", "b@x.example")],
    "Team: a@x.example, B <b@x.example>;": [("", "a@x.example"), ("B", "b@x.example")],
    "undisclosed-recipients:;": [],
    "undisclosed recipients": [],
    "<a@x.example> (Anna)": [("Anna", "a@x.example")],
    "=?utf-8?Q?Anna_=3Ca=40x=2Eexample=3E?=": [("Anna", "a@x.example")],
    "Anna <a@x.example": [("Anna", "a@x.example")],
    "": [],
}


@pytest.mark.parametrize(("header", "meant"), WRITTEN.items())
def test_a_broken_address_is_shown_as_most_mail_programs_would(header: str, meant: list[tuple[str, str]]) -> None:
    assert [(box.name, box.address) for box in written_mailboxes([header])] == meant
