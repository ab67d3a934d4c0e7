"""What of a mail is read, what is downloaded, and in which charset."""

import base64

import pytest

from contracts.ingest import MAX_HTML, MAX_TEXT
from ingest.rules.charsets import _CODECS, decode
from ingest.rules.parse import ParsedMail, parse_mail

PNG = b"\x89PNG\r\n\x1a\n" + bytes(20)


def leaf(content_type: str, body: bytes | str, *headers: str) -> bytes:
    """A part with its headers; text is in UTF-8, bytes are in Base64."""
    if isinstance(body, bytes):
        headers += ("Content-Transfer-Encoding: base64",)
        body = base64.encodebytes(body).decode()
    return "\r\n".join((f"Content-Type: {content_type}", *headers, "", body)).encode()


def multipart(subtype: str, *parts: bytes) -> bytes:
    """These parts in one; boundaries differ by what is in them."""
    boundary = f"b{len(b''.join(parts))}-{subtype}".replace("/", "")
    inner = b"".join(b"--" + boundary.encode() + b"\r\n" + part + b"\r\n" for part in parts)
    return (
        f'Content-Type: multipart/{subtype}; boundary="{boundary}"\r\n\r\n'.encode()
        + inner
        + f"--{boundary}--\r\n".encode()
    )


def text_of(content_type: str, body: bytes, encoding: str = "8bit") -> str:
    headers = f"Content-Type: {content_type}\r\nContent-Transfer-Encoding: {encoding}\r\n\r\n"
    return parse_mail(headers.encode() + body).text


CHARSETS = {
    "utf-8": ("text/plain; charset=utf-8", "Größe".encode(), "Größe"),
    "none, utf-8": ("text/plain", "Größe".encode(), "Größe"),
    "none, Windows-1252": ("text/plain", "Größe – 5 €".encode("cp1252"), "Größe – 5 €"),
    "latin-1": ("text/plain; charset=iso-8859-1", "Größe".encode("latin-1"), "Größe"),
    "latin-1 that is Windows-1252": ("text/plain; charset=iso-8859-1", "„5 €“".encode("cp1252"), "„5 €“"),
    "latin-1 that is utf-8": ("text/plain; charset=iso-8859-1", "Größe".encode(), "Größe"),
    "us-ascii that is latin-1": ("text/plain; charset=us-ascii", "Größe".encode("latin-1"), "Größe"),
    "utf-8 that is latin-1": ("text/plain; charset=utf-8", "Größe".encode("latin-1"), "Größe"),
    "latin-9": ("text/plain; charset=ISO-8859-15", "5 €".encode("iso-8859-15"), "5 €"),
    "latin-2": ("text/plain; charset=iso-8859-2", "żółty".encode("iso-8859-2"), "żółty"),
    "Cyrillic": ("text/plain; charset=koi8-r", "Привет".encode("koi8-r"), "Привет"),
    "Windows Cyrillic": ("text/plain; charset=windows-1251", "Привет".encode("cp1251"), "Привет"),
    "Chinese": ("text/plain; charset=gb2312", "您好,订单".encode("gb18030"), "您好,订单"),
    "Japanese, 7 bit": ("text/plain; charset=iso-2022-jp", "見積項目".encode("iso-2022-jp"), "見積項目"),
    "Japanese, not declared": ("text/plain", "見積項目".encode("iso-2022-jp"), "見積項目"),
    "Shift_JIS with its extensions": ("text/plain; charset=Shift_JIS", "見積①".encode("cp932"), "見積①"),
    "Korean": ("text/plain; charset=ks_c_5601-1987", "안녕".encode("cp949"), "안녕"),
    "utf-16 with its mark": ("text/plain; charset=utf-16", "Größe".encode("utf-16"), "Größe"),
    "utf-16 without mark is not believed": ("text/plain; charset=utf-16", "Größe".encode(), "Größe"),
    "utf-7": ("text/plain; charset=utf-7", "Größe".encode("utf-7"), "Größe"),
    "mark of utf-8": ("text/plain; charset=utf-8", b"\xef\xbb\xbfHallo", "Hallo"),
    "unknown": ("text/plain; charset=x-unknown", "Größe".encode(), "Größe"),
    "unknown and no utf-8": ("text/plain; charset=x-unknown", "Größe".encode("cp1252"), "Größe"),
    "old name": ("text/plain; charset=ansi_x3.110-1983", "Größe".encode("cp1252"), "Größe"),
    "odd spelling": ("text/plain; charset=cp-850", "Größe".encode("cp850"), "Größe"),
    "a code page spelled freely": ("text/plain; charset=win-1251", "Привет".encode("cp1251"), "Привет"),
    "an experimental name": ("text/plain; charset=x-euc-jp", "見積".encode("euc-jp"), "見積"),
    "quoted name": ('text/plain; charset="utf-8"', "Größe".encode(), "Größe"),
    "a codec that is no charset": ("text/plain; charset=zlib", "Größe".encode(), "Größe"),
    "a codec that is quadratic": ("text/plain; charset=punycode", b"Gre-0wa", "Gre-0wa"),
    "a path as charset": ("text/plain; charset=../../x", "Größe".encode(), "Größe"),
    "a name without end": (f"text/plain; charset={'x' * 500}", "Größe".encode(), "Größe"),
    "half a pair": ("text/plain; charset=utf-7", b"a+2AA-b", "a?b"),
    "NUL": ("text/plain; charset=utf-8", b"a\0b", "ab"),
    "bytes that mean nothing anywhere": ("text/plain; charset=utf-8", b"\x81\xfe", "\ufffdþ"),
}


@pytest.mark.parametrize(("content_type", "body", "meant"), CHARSETS.values(), ids=CHARSETS)
def test_text_is_read_in_the_charset_that_it_is_in(content_type: str, body: bytes, meant: str) -> None:
    assert text_of(content_type, body) == meant


@pytest.mark.parametrize("codec", sorted(_CODECS))
def test_every_charset_that_may_be_declared_ends_in_text_that_can_be_stored(codec: str) -> None:
    for data in (b"", b"Hello", bytes(range(256)), "Größe 見積".encode(), b"\xff\xfe\x00\xd8" * 50, b"+2AA-" * 50):
        text = decode(data, codec)
        assert "\0" not in text
        assert text.encode().decode() == text


ENCODINGS = {
    "quoted-printable": ("quoted-printable", b"Gr=C3=B6=C3=\r\n=9Fe", "Größe"),
    "upper case": ("QUOTED-PRINTABLE", b"Gr=C3=B6=C3=9Fe", "Größe"),
    "with a parameter": ("quoted-printable; x=y", b"Gr=C3=B6=C3=9Fe", "Größe"),
    "broken quoted-printable": ("quoted-printable", b"100 = 100 =ZZ", "100 = 100 =ZZ"),
    "base64": ("base64", base64.b64encode("Größe".encode()), "Größe"),
    "base64 without padding": ("base64", base64.b64encode("Größe".encode()).rstrip(b"="), "Größe"),
    "base64 with noise": ("base64", b"R3LD !!\r\n tsOfZQ==", "Größe"),
    "base64 with a footer": ("base64", b"R3LDtsOfZQ==\r\n-- \r\nlist footer", "Größe"),
    "base64 cut short": ("base64", b"R3LDtsOfZ", "Größ"),
    "base64 that is prose": (
        "base64",
        b"Please send us the bill of January, thank you.",
        "Please send us the bill of January, thank you.",
    ),
    "uuencode": ("x-uuencode", b"begin 644 x\r\n%2&5L;&\\ \r\n \r\nend\r\n", "Hello"),
    "uuencode that is none": ("x-uuencode", b"just text", "just text"),
    "unknown": ("x-rot13", "Größe".encode(), "Größe"),
}


@pytest.mark.parametrize(("encoding", "body", "meant"), ENCODINGS.values(), ids=ENCODINGS)
def test_a_transfer_encoding_is_undone_as_far_as_it_goes(encoding: str, body: bytes, meant: str) -> None:
    assert text_of("text/plain; charset=utf-8", body, encoding).strip() == meant


PLAIN = leaf("text/plain; charset=utf-8", "Größe?")
HTML = leaf("text/html; charset=utf-8", "<p>Größe?</p>")
PICTURE = leaf("image/png; name=x.png", PNG, "Content-ID: <Pic1@x>", "Content-Disposition: inline")
WITH_PICTURE = leaf("text/html; charset=utf-8", '<p>Größe?</p><img src="cid:pic1%40x">')
PDF = leaf("application/pdf", b"%PDF-1.4", 'Content-Disposition: attachment; filename="a.pdf"')

STRUCTURES = {
    "plain": (PLAIN, "Größe?", None, []),
    "html": (HTML, "Größe?", "<p>Größe?</p>", []),
    "alternative": (multipart("alternative", PLAIN, HTML), "Größe?", "<p>Größe?</p>", []),
    "alternative, html first": (multipart("alternative", HTML, PLAIN), "Größe?", "<p>Größe?</p>", []),
    "alternative with an empty text": (
        multipart("alternative", leaf("text/plain", " \r\n"), HTML),
        "Größe?",
        "<p>Größe?</p>",
        [],
    ),
    "alternative with a stub": (
        multipart("alternative", leaf("text/plain", "No HTML."), leaf("text/html", "<p>A long story to be told</p>")),
        "A long story to be told",
        "<p>A long story to be told</p>",
        [],
    ),
    "a short text that mentions HTML is kept when the other says no more": (
        multipart("alternative", leaf("text/plain", "HTML is broken"), leaf("text/html", "<p>HTML</p>")),
        "HTML is broken",
        "<p>HTML</p>",
        [],
    ),
    "mixed": (multipart("mixed", PLAIN, PDF), "Größe?", None, ["a.pdf"]),
    "mixed of alternative": (
        multipart("mixed", multipart("alternative", PLAIN, HTML), PDF),
        "Größe?",
        "<p>Größe?</p>",
        ["a.pdf"],
    ),
    "related in alternative": (
        multipart("alternative", PLAIN, multipart("related", WITH_PICTURE, PICTURE)),
        "Größe?",
        '<p>Größe?</p><img src="cid:pic1%40x">',
        ["x.png inline"],
    ),
    "alternative in related": (
        multipart("related", multipart("alternative", PLAIN, WITH_PICTURE), PICTURE),
        "Größe?",
        '<p>Größe?</p><img src="cid:pic1%40x">',
        ["x.png inline"],
    ),
    "an inline picture that no HTML shows is a file": (multipart("mixed", PLAIN, PICTURE), "Größe?", None, ["x.png"]),
    "Apple: text, picture, text": (
        multipart("mixed", leaf("text/plain", "before"), PICTURE, leaf("text/plain", "after")),
        "before\n\nafter",
        None,
        ["x.png"],
    ),
    "footer of a list": (
        multipart("mixed", multipart("alternative", PLAIN, HTML), leaf("text/plain", "a < b")),
        "Größe?\n\na < b",
        "<p>Größe?</p>\n<pre>a &lt; b</pre>",
        [],
    ),
    "html and footer": (
        multipart("mixed", HTML, leaf("text/plain", "bye")),
        "Größe?\n\nbye",
        "<p>Größe?</p>\n<pre>bye</pre>",
        [],
    ),
    "html with a file inside an alternative": (
        multipart("alternative", PLAIN, multipart("mixed", HTML, PDF)),
        "Größe?",
        "<p>Größe?</p>",
        ["a.pdf"],
    ),
    "AMP is no file": (
        multipart("alternative", PLAIN, leaf("text/x-amp-html", "<html amp4email>"), HTML),
        "Größe?",
        "<p>Größe?</p>",
        [],
    ),
    "an invitation keeps its calendar": (
        multipart("alternative", PLAIN, leaf("text/calendar; method=REQUEST", "BEGIN:VCALENDAR")),
        "Größe?",
        None,
        ["attachment-1.ics"],
    ),
    "only a calendar": (leaf("text/calendar", "BEGIN:VCALENDAR"), "", None, ["attachment-1.ics"]),
    "signed": (
        multipart("signed", PLAIN, leaf("application/pgp-signature; name=signature.asc", "-----BEGIN")),
        "Größe?",
        None,
        ["signature.asc"],
    ),
    "encrypted": (
        multipart("encrypted", leaf("application/pgp-encrypted", "Version: 1"), leaf("application/octet-stream", b"x")),
        "",
        None,
        ["attachment-1.bin", "attachment-2.bin"],
    ),
    "a text with a name is a file": (
        multipart("mixed", PLAIN, leaf('text/plain; name="log.txt"', "log")),
        "Größe?",
        None,
        ["log.txt"],
    ),
    "a text called an attachment is a file": (
        multipart("mixed", PLAIN, leaf("text/plain", "log", "Content-Disposition: attachment")),
        "Größe?",
        None,
        ["attachment-1.txt"],
    ),
    "an inline text without a name is text": (
        multipart("mixed", PLAIN, leaf("text/plain", "log", "Content-Disposition: inline")),
        "Größe?\n\nlog",
        None,
        [],
    ),
    "a mail that is one file": (PDF, "", None, ["a.pdf"]),
    "a mail that is one named text": (leaf('text/plain; name="mail.txt"', "Hello"), "Hello", None, []),
    "winmail.dat stays a file": (
        multipart("mixed", PLAIN, leaf("application/ms-tnef; name=winmail.dat", b"\x78\x9f\x3e\x22")),
        "Größe?",
        None,
        ["winmail.dat"],
    ),
    "empty": (b"Subject: x\r\n\r\n", "", None, []),
    "a multipart without parts is text": (
        b"Content-Type: multipart/mixed; boundary=x\r\n\r\nno parts",
        "no parts",
        None,
        [],
    ),
    "a multipart without boundary is text": (
        b"Content-Type: multipart/mixed\r\n\r\n--x\r\n\r\nhi",
        "--x\n\nhi",
        None,
        [],
    ),
    "a multipart that never ends": (
        b"Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\n\r\nhello\r\n--x\r\nContent-Type: image/png\r\n\r\n",
        "hello",
        None,
        ["attachment-1.png"],
    ),
    "a content type that is none": (leaf("nonsense", "hello"), "hello", None, []),
    "a sub type with odd characters": (leaf("application/x y", b"z"), "", None, ["attachment-1.bin"]),
}


@pytest.mark.parametrize(("raw", "text", "html", "files"), STRUCTURES.values(), ids=STRUCTURES)
def test_a_mail_is_read_and_its_files_are_listed(raw: bytes, text: str, html: str | None, files: list[str]) -> None:
    mail = parse_mail(raw)
    assert mail.text.rstrip() == text
    assert (mail.html.rstrip() if mail.html is not None else None) == html
    assert [f"{file.filename}{' inline' if file.inline else ''}" for file in mail.attachments] == files


def only_file(raw: bytes) -> tuple[str, str, bytes, str | None]:
    (file,) = parse_mail(raw).attachments
    return file.filename, file.content_type, file.data, file.content_id


NAMES = {
    "plain": ('filename="a.pdf"', "a.pdf"),
    "not quoted": ("filename=a.pdf", "a.pdf"),
    "RFC 2231": ("filename*=utf-8''Gr%C3%B6%C3%9Fe.pdf", "Größe.pdf"),
    "RFC 2231 with a language": ("filename*=iso-8859-1'de'Gr%F6%DFe.pdf", "Größe.pdf"),
    "RFC 2231 in segments": ("filename*0*=utf-8''Gr%C3%B6; filename*1*=%C3%9Fe; filename*2=.pdf", "Größe.pdf"),
    "segments out of order": ("filename*1=b.pdf; filename*0=a", "ab.pdf"),
    "both, the extended wins": ("filename=\"a.pdf\"; filename*=utf-8''Gr%C3%B6%C3%9Fe.pdf", "Größe.pdf"),
    "unknown charset": ("filename*=x-klingon''Gr%C3%B6%C3%9Fe.pdf", "Größe.pdf"),
    "encoded word": ('filename="=?utf-8?Q?Gr=C3=B6=C3=9Fe.pdf?="', "Größe.pdf"),
    "encoded words, split": ('filename="=?utf-8?Q?Gr=C3?=\r\n =?utf-8?Q?=B6=C3=9Fe.pdf?="', "Größe.pdf"),
    "raw umlauts": ('filename="Größe.pdf"', "Größe.pdf"),
    "path": ('filename="..\\\\..\\\\a.pdf"', "a.pdf"),
    "empty": ('filename=""', "attachment-1.pdf"),
    "only a dot": ("filename=.", "attachment-1.pdf"),
}


@pytest.mark.parametrize(("parameter", "meant"), NAMES.values(), ids=NAMES)
def test_a_file_is_called_what_its_sender_called_it(parameter: str, meant: str) -> None:
    raw = leaf("application/pdf", b"%PDF", f"Content-Disposition: attachment; {parameter}")
    assert only_file(raw) == (meant, "application/pdf", b"%PDF", None)


def test_the_name_of_the_content_type_is_the_second_choice() -> None:
    assert (
        only_file(leaf("application/pdf; name*=utf-8''%C3%84.pdf", b"x", "Content-Disposition: attachment"))[0]
        == "Ä.pdf"
    )


def test_an_attached_mail_is_a_file_called_by_its_subject_with_its_bytes_kept() -> None:
    inner = (
        b"From: Anna <a@x.example>\r\nSubject: =?utf-8?Q?Gr=C3=B6=C3=9Fe?=\r\n  and / more\r\nX-Raw: \xe4\r\n"
        b"Content-Type: text/plain\r\n\r\nFrom here on\r\n\xe4\r\n"
    )
    raw = multipart("mixed", PLAIN, b"Content-Type: message/rfc822\r\n\r\n" + inner)
    mail = parse_mail(raw)
    (file,) = mail.attachments
    assert mail.text == "Größe?"
    assert file.filename == "Größe  and - more.eml"
    assert file.data == inner


def test_an_attached_mail_in_base64_is_decoded_although_it_should_not_be_encoded() -> None:
    inner = b"Subject: inner\r\n\r\nhello\r\n"
    raw = multipart("mixed", PLAIN, leaf("message/rfc822", inner))
    assert parse_mail(raw).attachments[0].data == inner


def test_forwarded_mails_in_a_digest_are_files() -> None:
    digest = multipart("digest", b"\r\nSubject: one\r\n\r\n1\r\n", b"\r\nSubject: two\r\n\r\n2\r\n")
    assert [file.filename for file in parse_mail(digest).attachments] == ["one.eml", "two.eml"]


@pytest.mark.parametrize(
    ("content_id", "meant"), [("<a@x>", "a@x"), ("a@x", "a@x"), ("<a>", "a"), ("a", "a"), ("", None)]
)
def test_content_ids_lose_their_brackets(content_id: str, meant: str | None) -> None:
    assert only_file(leaf("image/png", PNG, f"Content-ID: {content_id}"))[3] == meant


def test_text_beyond_the_cap_is_cut_and_said_so() -> None:
    mail = parse_mail(leaf("text/plain", "x" * (MAX_TEXT + 1)))
    assert (len(mail.text), mail.truncated) == (MAX_TEXT, True)
    mail = parse_mail(leaf("text/plain", "x" * MAX_TEXT))
    assert (len(mail.text), mail.truncated) == (MAX_TEXT, False)


def test_html_beyond_the_cap_is_cut_and_said_so() -> None:
    mail = parse_mail(leaf("text/html", "<p>x</p>" + " " * MAX_HTML))
    assert mail.html is not None
    assert (len(mail.html), mail.truncated, mail.text) == (MAX_HTML, True, "x")


FLOWED = {
    "soft breaks": ("a \nb\n", "a b"),
    "hard breaks": ("a\nb", "a\nb"),
    "quotes flow within their depth": ("> a \n> b\n>> c \n> d", "> a b\n>> c \n> d"),
    "stuffed space": (" From here\n  two", "From here\n two"),
    "signature": ("bye \n-- \nAnna", "bye \n-- \nAnna"),
    "empty lines": ("a \n\nb", "a \nb"),
}


@pytest.mark.parametrize(("written", "meant"), FLOWED.values(), ids=FLOWED)
def test_flowed_text_is_joined(written: str, meant: str) -> None:
    assert parse_mail(leaf("text/plain; format=flowed", written)).text.rstrip("\n") == meant


def test_flowed_text_of_languages_without_spaces_drops_the_space() -> None:
    assert parse_mail(leaf("text/plain; format=flowed; delsp=yes; charset=utf-8", "見積 \n項目")).text == "見積項目"


def test_a_parsed_mail_never_changes() -> None:
    mail: ParsedMail = parse_mail(PLAIN)
    with pytest.raises(AttributeError):
        mail.subject = "another"  # type: ignore[misc]
