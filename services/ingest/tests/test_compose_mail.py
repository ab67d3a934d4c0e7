"""What leaves is what was meant: for every server, for every reader, whatever the fields hold (attack 13)."""

import email
import email.policy
import re
from datetime import UTC, datetime
from email.message import EmailMessage, MIMEPart
from hashlib import sha256
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.ingest import Attachment, Mailbox, MailKind, SendMail, SentReference
from ingest.rules.compose import CannotComposeError, RefusalCode, compose, kept_references, wire_address
from ingest.rules.parse import ParsedMail, parse_mail

NOW = datetime(2026, 3, 17, 9, 30, tzinfo=UTC)
DESK = Mailbox(name="Desk", address="support@desk.example")
PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256))
BLOBS = {sha256(PNG).hexdigest(): PNG, sha256(b"").hexdigest(): b""}


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


def sent(mail: SendMail, sender: Mailbox = DESK, instance: str = "desk-1") -> bytes:
    return compose(mail, sender=sender, now=NOW, attachments=BLOBS, instance=instance)


def read(raw: bytes) -> ParsedMail:
    return parse_mail(raw)


def second_opinion(raw: bytes) -> EmailMessage:
    """The mail as Python's modern parser reads it, which shares no code with ours."""
    message = email.message_from_bytes(raw, policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    assert not message.defects
    return message


def file(filename: str, content: bytes = PNG, **fields: Any) -> Attachment:
    usual = {
        "filename": filename,
        "content_type": "image/png",
        "size": len(content),
        "sha256": sha256(content).hexdigest(),
    }
    return Attachment.model_validate(usual | fields)


def shape(message: MIMEPart) -> str:
    """The MIME tree by its content types: ``multipart/mixed(text/plain, image/png)``."""
    kind = message.get_content_type()
    return f"{kind}({', '.join(map(shape, message.iter_parts()))})" if message.is_multipart() else kind


def test_a_plain_answer_has_the_headers_of_a_mail_and_no_others() -> None:
    raw = sent(letter(in_reply_to="b7f2c1@mail.schulz.example", references=("b7f2c1@mail.schulz.example",)))
    message = second_opinion(raw)
    assert dict(message.items()) == {
        "From": "Desk <support@desk.example>",
        "Date": "Tue, 17 Mar 2026 09:30:00 +0000",
        "Subject": "RE: Rechnung [DS-10042]",
        "To": "Petra Schulz <familie@schulz.example>",
        "Message-ID": "<a1.10042@desk.example>",
        "In-Reply-To": "<b7f2c1@mail.schulz.example>",
        "References": "<b7f2c1@mail.schulz.example>",
        "MIME-Version": "1.0",
        "Content-Type": 'text/plain; charset="utf-8"',
        "Content-Transfer-Encoding": "quoted-printable",
    }
    assert message.get_content() == "Guten Tag\r\n"


def test_answers_go_to_the_signed_address_where_it_is_wanted_and_fits() -> None:
    """MA-07: the token goes behind a plus sign; a local part has 64 characters (RFC 5321 §4.5.3.1.1)."""

    def reply_to(account: str = "support@desk.example", *, wanted: bool = True, **fields: Any) -> str | None:
        mail = letter(reply_token="r.10042.k7qd.abcdefghijklmnopqrst", **fields)
        sender = Mailbox(name="Desk", address=account)
        raw = compose(mail, sender=sender, now=NOW, attachments=BLOBS, instance="desk-1", reply_addresses=wanted)
        found: str | None = second_opinion(raw)["Reply-To"]
        return found

    assert reply_to() == "Desk <support+r.10042.k7qd.abcdefghijklmnopqrst@desk.example>"
    assert reply_to(wanted=False) is None
    assert reply_to(automatic=True) is None
    assert reply_to(f"{'a' * 30}@desk.example") is not None
    assert reply_to(f"{'a' * 31}@desk.example") is None


def test_an_answer_of_a_person_is_read_back_as_one() -> None:
    assert read(sent(letter())).kind == MailKind.HUMAN


def test_an_automatic_mail_says_so_to_every_responder() -> None:
    mail = read(sent(letter(automatic=True)))
    assert (mail.kind, mail.loop, mail.asks_for_no_answer) == (MailKind.AUTO_GENERATED, "desk-1", True)
    message = second_opinion(sent(letter(automatic=True, in_reply_to="x@y")))
    assert message["Auto-Submitted"] == "auto-replied"
    assert message["X-Auto-Response-Suppress"] == "All"
    assert message["Precedence"] == "bulk"
    assert message["X-Deskstream-Loop"] == "desk-1"


def test_blind_copies_are_not_mentioned_anywhere() -> None:
    raw = sent(letter(bcc=(Mailbox(name="Boss", address="boss@secret.example"),)))
    assert b"boss" not in raw.lower()
    assert b"bcc" not in raw.lower()


def test_a_mail_to_blind_copies_alone_has_no_to_header() -> None:
    raw = sent(letter(to=(), bcc=(Mailbox(name="", address="a@x.example"),)))
    assert "To" not in second_opinion(raw)


READABLE = "multipart/alternative(text/plain, text/html)"
SHOWN = "multipart/alternative(text/plain, multipart/related(text/html, image/png))"
PICTURE = file("a.png", inline=True, content_id="p1")
TREES: dict[str, tuple[dict[str, Any], str]] = {
    "text": ({}, "text/plain"),
    "html": ({"html": "<p>x</p>"}, READABLE),
    "file": ({"attachments": (file("a.png"),)}, "multipart/mixed(text/plain, image/png)"),
    "html and file": ({"html": "<p>x</p>", "attachments": (file("a.png"),)}, f"multipart/mixed({READABLE}, image/png)"),
    "picture in the html": ({"html": '<img src="cid:p1">', "attachments": (PICTURE,)}, SHOWN),
    "picture and file": (
        {"html": '<img src="cid:p1">', "attachments": (PICTURE, file("b.png"))},
        f"multipart/mixed({SHOWN}, image/png)",
    ),
    "a picture without html is a file": ({"attachments": (PICTURE,)}, "multipart/mixed(text/plain, image/png)"),
    "a picture without an id is a file": (
        {"html": "<p>x</p>", "attachments": (file("a.png", inline=True),)},
        f"multipart/mixed({READABLE}, image/png)",
    ),
    "a mail is sent as bytes": (
        {"attachments": (file("mail.eml", content_type="message/rfc822"),)},
        "multipart/mixed(text/plain, application/octet-stream)",
    ),
    "a content type that is none": (
        {"attachments": (file("x", content_type="x; y=z\r\nBcc: a@b"),)},
        "multipart/mixed(text/plain, application/octet-stream)",
    ),
}


@pytest.mark.parametrize(("fields", "tree"), TREES.values(), ids=TREES)
def test_parts_are_nested_as_every_reader_expects(fields: dict[str, Any], tree: str) -> None:
    assert shape(second_opinion(sent(letter(**fields)))) == tree


def test_files_arrive_with_their_names_bytes_and_places() -> None:
    items = (
        file("Größe – März.png"),
        file('a "b"\\c;d.png'),
        file("leer.txt", b"", content_type="text/plain"),
        file("p.png", inline=True, content_id="p1@desk"),
    )
    mail = read(sent(letter(html='<img src="cid:p1@desk">', attachments=items)))
    assert [(one.filename, one.data, one.inline, one.content_id) for one in mail.attachments] == [
        ("p.png", PNG, True, "p1@desk"),
        ("Größe – März.png", PNG, False, None),
        ("c;d.png", PNG, False, None),
        ("leer.txt", b"", False, None),
    ]
    names = [part.get_filename() for part in second_opinion(sent(letter(attachments=items))).iter_attachments()]
    assert names == ["Größe – März.png", "c;d.png", "leer.txt", "p.png"]


NAMES = [
    "Petra Schulz", "Schulz, Petra", 'Petra "P" Schulz', "Petra\\Schulz", "Jörg Bäcker", "Dr. A. B. (Sales)", ";:,",
    "a@b.example", "=?utf-8?q?x?=", "見積 項目", "x" * 300, "ü" * 300, "<script>", "  spaces  around ", "Ł" + "o" * 70,
    "👩\u200d👧 family",
]  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_a_name_arrives_as_it_was_written(name: str) -> None:
    box = Mailbox(name=name, address="a@x.example")
    mail = read(sent(letter(to=(box, box), cc=(box,)), sender=box))
    expected = Mailbox(name=name.strip(), address="a@x.example")
    assert (mail.sender, mail.to, mail.cc) == (expected, (expected, expected), (expected,))
    (address,) = second_opinion(sent(letter(to=(box,))))["To"].addresses
    assert without_spaces(address.display_name) == without_spaces(name)


def without_spaces(name: str) -> str:
    """Python's modern parser puts a space between two encoded words of a name, which RFC 2047 §6.2 forbids."""
    return "".join(name.split())


SUBJECTS = [
    "Hello", "", "RE: Rechnung [DS-10042]", "Größe", "=?utf-8?q?x?=", "two  spaces", " in front", "behind ", "a: b",
    "€", "a" * 2_000, "ä" * 2_000, "word " * 300, "x" * 75 + " " + "y" * 77, "見積項目",
]  # fmt: skip


@pytest.mark.parametrize("subject", SUBJECTS)
def test_a_subject_arrives_as_it_was_written(subject: str) -> None:
    raw = sent(letter(subject=subject))
    assert read(raw).subject == subject.strip()
    assert second_opinion(raw)["Subject"].strip() == subject.strip()


@pytest.mark.parametrize(
    "text",
    ["", "a", "a\n", "a\r\nb\rc\nd", ".\n..\n", "From here\n", "ä" * 500, "x" * 5_000, "tab\t \n", "=20", "--=_x\n"],
)
def test_a_text_arrives_as_it_was_written(text: str) -> None:
    raw = sent(letter(text=text, html=f"<p>{text}</p>"))
    meant = re.sub(r"\r\n?", "\n", text)
    assert read(raw).text == meant.strip("\n")
    body = second_opinion(raw).get_body(("plain",))
    assert body is not None
    assert body.get_content().replace("\r\n", "\n") == meant


def test_references_keep_the_first_and_the_last_nine() -> None:
    ids = tuple(f"{n}@x.example" for n in range(30))
    assert kept_references(ids) == (ids[0], *ids[-9:])
    assert kept_references(ids[:10]) == ids[:10]
    assert kept_references(("a", "b", "a")) == ("a", "b")
    assert read(sent(letter(references=ids, in_reply_to=ids[-1]))).references == (ids[0], *ids[-9:])


def test_odd_ids_of_other_peoples_mails_are_left_out_of_an_answer() -> None:
    odd = ("ä@x.example", "a b@x.example", "a" * 950, "", "a<b@x.example")
    assert read(sent(letter(references=(*odd, "good@x.example"), in_reply_to=odd[0]))).references == ("good@x.example",)
    assert "In-Reply-To" not in second_opinion(sent(letter(references=odd, in_reply_to=odd[0])))


def test_what_a_hostile_mail_brought_can_be_answered() -> None:
    mail = parse_mail(
        "From: =?utf-8?q?a=0D=0Ab=E2=80=A8c?= <a@x.example>\r\nSubject: =?utf-8?q?=00=09x=E2=80=A9?=\r\n"
        "Message-ID: <ä\x0b@x>\r\nReferences: <a\tb> <c\x00d@x>\r\n"
        "Content-Type: image/png; name*=utf-8''%E2%80%A8%00a\r\n"
        "Content-ID: <ä ü>\r\nContent-Disposition: attachment\r\n\r\nx".encode()
    )
    (picture,) = mail.attachments
    assert mail.sender is not None
    answer = letter(
        to=(mail.sender,),
        subject=f"RE: {mail.subject}",
        in_reply_to=mail.message_id,
        references=(*mail.references, mail.message_id),
        html="x",
        attachments=(file(picture.filename, inline=True, content_id=picture.content_id),),
    )
    assert read(sent(answer)).to == (mail.sender,)


ADDRESSES = {
    "a@x.example": "a@x.example",
    "A.b+c@X.example": "A.b+c@X.example",
    "info@bücher.example": "info@xn--bcher-kva.example",
    "info@straße.example": "info@xn--strae-oqa.example",
    "info@BÜCHER.example": "info@xn--bcher-kva.example",
    '"a b"@x.example': '"a b"@x.example',
    "a@[192.0.2.1]": "a@[192.0.2.1]",
}


@pytest.mark.parametrize(("address", "wire"), ADDRESSES.items())
def test_an_address_goes_over_the_wire_in_ascii(address: str, wire: str) -> None:
    assert wire_address(address) == wire
    raw = sent(letter(to=(Mailbox(name="", address=address),)))
    assert [str(box.addr_spec) for box in second_opinion(raw)["To"].addresses] == [wire]


REFUSED_ADDRESSES = [
    "", "a", "@x.example", "a@", "a@b@x.example", "a b@x.example", "a@x..example", "a@x.example, b@x.example",
    "a@-.example", "<a@x.example>", "a@x.example>", "jörg@x.example", "a@x_y.example\u200b", "a@xn--.example\0",
    "a@" + "x" * 400, "a@ü" + "x" * 80 + ".example", "a@x.example (b)", "=?utf-8?q?a?=@x.example",
    "a@x.example\nBcc: b@x.example",
    "a@\u2025example",
]  # fmt: skip


@pytest.mark.parametrize("address", REFUSED_ADDRESSES)
@pytest.mark.parametrize("field", ["to", "cc", "bcc", "from"])
def test_what_is_no_address_is_refused_in_every_place(address: str, field: str) -> None:
    box = Mailbox(name="x", address=address)
    with pytest.raises(CannotComposeError):
        sent(letter(), sender=box) if field == "from" else sent(letter(**{field: (box,)}))


def test_a_mail_to_nobody_is_refused() -> None:
    with pytest.raises(CannotComposeError) as refusal:
        sent(letter(to=()))
    assert refusal.value.code == RefusalCode.INVALID_RECIPIENT


def test_a_file_without_bytes_is_refused() -> None:
    with pytest.raises(CannotComposeError) as refusal:
        sent(letter(attachments=(file("a.png", b"lost"),)))
    assert refusal.value.code == RefusalCode.MISSING_ATTACHMENT


@pytest.mark.parametrize("bad", ["", "a b", "<a@x>", "a>b", "a" * 1_000, "ä@x"])
def test_what_is_no_message_id_is_refused(bad: str) -> None:
    with pytest.raises(CannotComposeError):
        sent(letter(message_id=bad))


def test_a_header_beyond_what_we_would_read_is_refused() -> None:
    with pytest.raises(CannotComposeError):
        sent(letter(subject="word " * 10_000))


def assert_wire(raw: bytes) -> None:
    """ASCII, CRLF, lines that fit."""
    assert raw.isascii()
    assert raw.count(b"\r") == raw.count(b"\n") == raw.count(b"\r\n")
    assert max(map(len, raw.split(b"\r\n"))) <= 998


PRINTABLE = st.text(alphabet=st.characters(exclude_categories=["Cc", "Cs", "Cf", "Zl", "Zp", "Cn", "Co"]), max_size=80)


@settings(max_examples=300, deadline=None)
@given(
    subject=PRINTABLE,
    name=PRINTABLE,
    text=st.text(alphabet=st.characters(exclude_categories=["Cs"], exclude_characters="\x00\r"), max_size=200),
    ids=st.lists(st.from_regex(r"[a-z0-9.$]{1,20}@[a-z0-9-]{1,20}", fullmatch=True), max_size=10, unique=True),
)
def test_what_is_composed_is_parsed_as_what_it_was(subject: str, name: str, text: str, ids: list[str]) -> None:
    box = Mailbox(name=name, address="a@x.example")
    raw = sent(letter(subject=subject, to=(box,), from_name=name, text=text, html="<p>x</p>", references=tuple(ids)))
    mail = read(raw)
    assert mail.subject == subject.strip()
    assert mail.references == tuple(ids)
    assert mail.to == (Mailbox(name=name.strip(), address="a@x.example"),)
    assert mail.sender == Mailbox(name=name.strip(), address="support@desk.example")
    assert_wire(raw)
    if mail.text != "x":
        assert mail.text == text.strip("\n")
