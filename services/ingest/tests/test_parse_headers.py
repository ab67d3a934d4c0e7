"""Subjects, people, message ids and dates, as mail programs of this world really write them."""

from datetime import UTC, datetime

import pytest

from contracts.ingest import Mailbox
from ingest.rules.addresses import MAX_RECIPIENTS
from ingest.rules.headers import MAX_FILENAME, MAX_IDS, file_name
from ingest.rules.parse import ParsedMail, parse_mail


def with_headers(*lines: str | bytes) -> ParsedMail:
    """The mail that has these header lines, and one line of text."""
    encoded = [line if isinstance(line, bytes) else line.encode() for line in lines]
    return parse_mail(b"\r\n".join([*encoded, b"", b"Hello\r\n"]))


SUBJECTS = {
    "plain": (b"Hello", "Hello"),
    "umlauts in Q": (b"=?utf-8?Q?Gr=C3=B6=C3=9Fe_=C3=BCber_alles?=", "Größe über alles"),
    "umlauts in B": (b"=?UTF-8?B?R3LDtsOfZQ==?=", "Größe"),
    "latin-1": (b"=?iso-8859-1?Q?Gr=F6=DFe?=", "Größe"),
    "latin-1 that is Windows-1252": (b"=?iso-8859-1?Q?=8450_=80=93?=", "„50 €“"),
    "latin-1 that is UTF-8": (b"=?iso-8859-1?Q?Gr=C3=B6=C3=9Fe?=", "Größe"),
    "two words, white space between dropped": (b"=?utf-8?Q?Bestell?= =?utf-8?Q?ung?=", "Bestellung"),
    "folded between two words": (b"=?utf-8?Q?Bestell?=\r\n =?utf-8?Q?ung?=", "Bestellung"),
    "two words without white space": (b"=?utf-8?Q?Bestell?==?utf-8?Q?ung?=", "Bestellung"),
    "a character split across words": (b"=?utf-8?Q?Gr=C3?= =?utf-8?Q?=B6=C3=9Fe?=", "Größe"),
    "a character split across Base64 words": (b"=?utf-8?B?R3LD?= =?utf-8?B?tsOfZQ==?=", "Größe"),
    "two charsets side by side": (b"=?utf-8?Q?=C3=A4?= =?iso-8859-1?Q?=F6?=", "äö"),
    "word and text": (b"Re: =?utf-8?Q?Gr=C3=B6=C3=9Fe?= [DS-10042]", "Re: Größe [DS-10042]"),
    "with a language": (b"=?utf-8*de?Q?Gr=C3=B6=C3=9Fe?=", "Größe"),
    "spaces inside a word": (b"=?utf-8?Q?Gr=C3=B6=C3=9Fe und mehr?=", "Größe und mehr"),
    "question marks inside a word": (b"=?utf-8?Q?Gr=C3=B6=C3=9Fe?_Wirklich??=", "Größe? Wirklich?"),
    "Base64 without padding": (b"=?utf-8?B?R3LDtsOfZQ?=", "Größe"),
    "Base64 with noise": (b"=?utf-8?B?R3LD*tsOfZQ==?=", "Größe"),
    "Base64 that is none": (b"=?utf-8?B?A?= =?utf-8?Q?ok?=", "ok"),
    "unknown charset": (b"=?x-klingon?Q?Gr=C3=B6=C3=9Fe?=", "Größe"),
    "unfinished word": (b"=?utf-8?Q?Gr=C3=B6", "=?utf-8?Q?Gr=C3=B6"),
    "raw UTF-8": ("Größe".encode(), "Größe"),
    "raw latin-1": ("Größe".encode("latin-1"), "Größe"),
    "raw UTF-8 beside a word": ("ä =?utf-8?Q?=C3=B6?=".encode(), "ä ö"),
    "ISO-2022-JP": (b"=?ISO-2022-JP?B?GyRCOCtAUTlgTFwbKEI=?=", "見積項目"),
    "an injected line stays one line": (b"=?utf-8?Q?a=0D=0ABcc:_x@y.example?=", "a  Bcc: x@y.example"),
    "NUL": (b"=?utf-8?Q?a=00b?=", "ab"),
    "direction marks": (b"=?utf-8?Q?=E2=80=AEgpj.exe?=", "gpj.exe"),
    "folded": (b"a long\r\n subject\r\n\tin three lines", "a long subject\tin three lines".replace("\t", " ")),
    "empty": (b"", ""),
}


@pytest.mark.parametrize(("written", "meant"), SUBJECTS.values(), ids=SUBJECTS)
def test_a_subject_reads_as_it_was_meant(written: bytes, meant: str) -> None:
    assert with_headers(b"Subject: " + written).subject == meant


SENDERS = {
    "address alone": ("anna@kunde.example", Mailbox(name="", address="anna@kunde.example")),
    "in brackets": ("<anna@kunde.example>", Mailbox(name="", address="anna@kunde.example")),
    "with a name": ("Anna Meier <anna@kunde.example>", Mailbox(name="Anna Meier", address="anna@kunde.example")),
    "name with a dot": (
        "Anna M. Meier <anna@kunde.example>",
        Mailbox(name="Anna M. Meier", address="anna@kunde.example"),
    ),
    "quoted name": ('"Meier, Anna" <anna@kunde.example>', Mailbox(name="Meier, Anna", address="anna@kunde.example")),
    "escaped quotes": (
        r'"Anna \"A\" M" <anna@kunde.example>',
        Mailbox(name='Anna "A" M', address="anna@kunde.example"),
    ),
    "encoded name": ("=?utf-8?Q?J=C3=B6rg?= <j@kunde.example>", Mailbox(name="Jörg", address="j@kunde.example")),
    "encoded name with a comma": (
        "=?utf-8?Q?B=C3=A4r,_J=C3=B6rg?= <j@kunde.example>",
        Mailbox(name="Bär, Jörg", address="j@kunde.example"),
    ),
    "encoded name in quotes": (
        '"=?utf-8?Q?J=C3=B6rg?=" <j@kunde.example>',
        Mailbox(name="Jörg", address="j@kunde.example"),
    ),
    "raw umlauts": ("Jörg <j@kunde.example>", Mailbox(name="Jörg", address="j@kunde.example")),
    "old comment": ("j@kunde.example (Jörg)", Mailbox(name="Jörg", address="j@kunde.example")),
    "nested comment": ("j@kunde.example (a (b) c)", Mailbox(name="a (b) c", address="j@kunde.example")),
    "comment behind": ("Jörg <j@kunde.example> (home)", Mailbox(name="Jörg", address="j@kunde.example")),
    "the address as its own name": (
        "j@kunde.example <j@kunde.example>",
        Mailbox(name="j@kunde.example", address="j@kunde.example"),
    ),
    "another address in quotes": (
        '"ceo@victim.example" <x@evil.example>',
        Mailbox(name="ceo@victim.example", address="x@evil.example"),
    ),
    "space in brackets": ("Anna < anna@kunde.example >", Mailbox(name="Anna", address="anna@kunde.example")),
    "international": ("<jörg@bücher.example>", Mailbox(name="", address="jörg@bücher.example")),
    "domain literal": ("<a@[192.0.2.1]>", Mailbox(name="", address="a@[192.0.2.1]")),
    "quoted local part": ('<"a b"@kunde.example>', Mailbox(name="", address='"a b"@kunde.example')),
    "trailing comma": ("a@kunde.example,", Mailbox(name="", address="a@kunde.example")),
    "another address as bare name": ("ceo@victim.example <x@evil.example>", None),
    "another address beside a quoted name": ('"Boss" ceo@victim.example <x@evil.example>', None),
    "two mailboxes": ("a@kunde.example, b@kunde.example", None),
    "one good, one broken": ("a@kunde.example, b@", None),
    "two in brackets": ("<a@kunde.example> <b@kunde.example>", None),
    "nested brackets": ("<<a@kunde.example>>", None),
    "text behind": ("<a@kunde.example> b@kunde.example", None),
    "group": ("Team: a@kunde.example;", None),
    "empty group": ("undisclosed-recipients:;", None),
    "route": ("<@relay.example:a@kunde.example>", None),
    "two at signs": ("a@b@kunde.example", None),
    "two words": ("a b@kunde.example", None),
    "no domain": ("anna", None),
    "endless quote": ('"Anna <a@kunde.example>', None),
    "endless comment": ("a@kunde.example (Anna", None),
    "encoded address": ("=?utf-8?Q?a=40kunde.example?=", None),
    "encoded in brackets": ("<=?utf-8?Q?x?=@kunde.example>", None),
    "zero-width space": ("<a\u200b@kunde.example>", None),
    "two dots": ("a@kunde..example", None),
    "line break in brackets": ("<a@kunde.example\r\n b>", None),
    "backslash": ("\\ <a@kunde.example>", None),
    "nothing": ("", None),
}


@pytest.mark.parametrize(("written", "meant"), SENDERS.values(), ids=SENDERS)
def test_a_mail_has_exactly_one_author_or_none(written: str, meant: Mailbox | None) -> None:
    assert with_headers(f"From: {written}").sender == meant


def test_two_from_headers_are_no_author() -> None:
    assert with_headers("From: a@kunde.example", "From: a@kunde.example").sender is None


def test_a_mail_without_any_header_that_matters_still_parses() -> None:
    mail = with_headers("X-Nothing: at all")
    assert (mail.sender, mail.message_id, mail.sent_at, mail.subject) == (None, None, None, "")
    assert mail.text == "Hello"


RECIPIENTS = {
    "three": ("a@x.example, B <b@x.example>,\r\n c@x.example", ["a@x.example", "b@x.example", "c@x.example"]),
    "broken ones left out": ("a@x.example, b@, , <>, c@x.example", ["a@x.example", "c@x.example"]),
    "groups": ("Team: a@x.example, b@x.example; c@x.example", ["a@x.example", "b@x.example", "c@x.example"]),
    "undisclosed": ("undisclosed-recipients:;", []),
    "semicolons": ("a@x.example; b@x.example", ["a@x.example", "b@x.example"]),
    "comma in quotes": ('"A, B" <a@x.example>, b@x.example', ["a@x.example", "b@x.example"]),
    "bare name with an address": ("b@x.example <a@x.example>", ["a@x.example"]),
    "colon in a name": ("Support: Team <a@x.example>", ["a@x.example"]),
    "stops at an endless quote": ('a@x.example, "B <b@x.example>', ["a@x.example"]),
}


@pytest.mark.parametrize(("written", "meant"), RECIPIENTS.values(), ids=RECIPIENTS)
def test_recipients_are_all_that_are_addresses(written: str, meant: list[str]) -> None:
    mail = with_headers(f"To: {written}", f"Cc: {written}")
    assert [box.address for box in mail.to] == meant
    assert [box.address for box in mail.cc] == meant


def test_repeated_to_headers_are_read_together_and_no_more_than_the_limit_is_kept() -> None:
    lines = [f"To: {', '.join(f'u{block}-{n}@x.example' for n in range(200))}" for block in range(4)]
    mail = with_headers(*lines)
    assert len(mail.to) == MAX_RECIPIENTS
    assert mail.to[200].address == "u1-0@x.example"


def test_reply_to_is_told() -> None:
    assert with_headers("Reply-To: Anna <anna@kunde.example>").reply_to == (
        Mailbox(name="Anna", address="anna@kunde.example"),
    )


IDS = {
    "one": ("<a@x>", ("a@x",)),
    "two": ("<a@x> <b@x>", ("a@x", "b@x")),
    "folded": ("<a@x>\r\n <b@x>\r\n\t<c@x>", ("a@x", "b@x", "c@x")),
    "commas": ("<a@x>,<b@x>", ("a@x", "b@x")),
    "without white space": ("<a@x><b@x>", ("a@x", "b@x")),
    "junk between": ("Your message of Monday <a@x> (was: <b@x>) ???", ("a@x", "b@x")),
    "no brackets": ("a@x b@x", ("a@x", "b@x")),
    "no brackets, junk": ("Message from Anna: a@x", ("a@x",)),
    "brackets win over bare words": ("anna@kunde.example wrote <a@x>", ("a@x",)),
    "folded inside an id": ("<a\r\n b@x>", ("ab@x",)),
    "space inside an id": ("<a b>", ("ab",)),
    "in encoded words, as Python's email folds a long one": (
        "<a@x> =?utf-8?q?=3Cb1=2E10042=2Ek7qd=2Eawbjidi3ptfnwouta42a4wcsgy?=\r\n =?utf-8?q?=40x=3E?=",
        ("a@x", "b1.10042.k7qd.awbjidi3ptfnwouta42a4wcsgy@x"),
    ),
    "repeated": ("<a@x> <b@x> <a@x>", ("a@x", "b@x")),
    "unfinished": ("<a@x> <b@x", ("a@x",)),
    "empty brackets": ("<> <a@x>", ("a@x",)),
    "nothing": ("", ()),
    "only junk": ("??? !!!", ()),
    "too long": (f"<{'a' * 1000}@x> <b@x>", ("b@x",)),
}


@pytest.mark.parametrize(("written", "meant"), IDS.values(), ids=IDS)
def test_references_are_read_leniently(written: str, meant: tuple[str, ...]) -> None:
    mail = with_headers(f"References: {written}", f"In-Reply-To: {written}", f"Message-ID: {written}")
    assert mail.references == meant
    assert mail.in_reply_to == meant
    assert mail.message_id == (meant[0] if meant else None)


def test_of_two_message_ids_the_first_counts() -> None:
    assert with_headers("Message-ID: <a@x>", "Message-Id: <b@x>").message_id == "a@x"


def test_of_very_many_references_the_first_and_the_last_are_kept() -> None:
    mail = with_headers(f"References: {' '.join(f'<{n}@x>' for n in range(500))}")
    assert len(mail.references) == MAX_IDS
    assert mail.references[:2] == ("0@x", "401@x")
    assert mail.references[-1] == "499@x"


DATES = {
    "usual": ("Mon, 12 Jan 2026 10:00:00 +0100", datetime(2026, 1, 12, 9, tzinfo=UTC)),
    "without weekday": ("12 Jan 2026 10:00:00 +0000", datetime(2026, 1, 12, 10, tzinfo=UTC)),
    "with a comment": ("Mon, 12 Jan 2026 10:00:00 +0100 (CET)", datetime(2026, 1, 12, 9, tzinfo=UTC)),
    "unknown zone": ("Mon, 12 Jan 2026 10:00:00 -0000", datetime(2026, 1, 12, 10, tzinfo=UTC)),
    "GMT": ("Mon, 12 Jan 2026 10:00:00 GMT", datetime(2026, 1, 12, 10, tzinfo=UTC)),
    "ISO 8601": ("2026-01-12 10:00:00.5 -0130", datetime(2026, 1, 12, 11, 30, tzinfo=UTC)),
    "ISO 8601 in UTC": ("2026-01-12T10:00:00Z", datetime(2026, 1, 12, 10, tzinfo=UTC)),
    "offset with a colon": ("Mon, 12 Jan 2026 10:00:00 +01:00", datetime(2026, 1, 12, 9, tzinfo=UTC)),
    "offset behind GMT": ("Mon, 12 Jan 2026 10:00:00 GMT+1", datetime(2026, 1, 12, 9, tzinfo=UTC)),
    "European zone": ("Mon, 12 Jan 2026 10:00:00 MEZ", datetime(2026, 1, 12, 9, tzinfo=UTC)),
    "German": ("Mo, 12 Dez 2025 10:00:00 +0100", datetime(2025, 12, 12, 9, tzinfo=UTC)),
    "raw 8 bit": ("12 März 2026 10:00:00 +0100", datetime(2026, 3, 12, 9, tzinfo=UTC)),
    "French": ("lun., 12 janv. 2026 10:00:00 +0100", datetime(2026, 1, 12, 9, tzinfo=UTC)),
    "afternoon": ("Monday, January 12, 2026 3:05 PM", datetime(2026, 1, 12, 15, 5, tzinfo=UTC)),
    "asctime": ("Mon Jan 12 10:00:00 2026", datetime(2026, 1, 12, 10, tzinfo=UTC)),
    "two digits": ("12 Jan 26 10:00 EST", datetime(2026, 1, 12, 15, tzinfo=UTC)),
    "a leap second": ("Mon, 12 Jan 2026 23:59:60 +0000", datetime(2026, 1, 12, 23, 59, 59, tzinfo=UTC)),
    "an ISO date that is none": ("2026-13-12 10:00:00", None),
    "nonsense": ("yesterday", None),
    "a month that is none": ("Mon, 12 Foo 2026 10:00:00 +0100", None),
    "a day that is none": ("Mon, 42 Jan 2026 10:00:00 +0100", None),
    "an hour that is none": ("Mon, 12 Jan 2026 25:00:00 +0100", None),
    "after the end of time": ("Fri, 31 Dec 9999 23:00:00 -1400", None),
    "a zone beyond a day": ("Mon, 12 Jan 2026 10:00:00 +9999", None),
    "digits without end": (f"Mon, 12 Jan {'9' * 5000} 10:00:00 +0000", None),
    "empty": ("", None),
}


@pytest.mark.parametrize(("written", "meant"), DATES.values(), ids=DATES)
def test_a_date_is_told_in_utc_or_not_at_all(written: str, meant: datetime | None) -> None:
    assert with_headers(f"Date: {written}").sent_at == meant


FILE_NAMES = {
    "plain": ("Rechnung.pdf", "Rechnung.pdf"),
    "path": ("../../etc/passwd", "passwd"),
    "Windows path": (r"C:\Users\Anna\Rechnung.pdf", "Rechnung.pdf"),
    "dots": ("..", ""),
    "hidden": ("\u200b.htaccess", "htaccess"),
    "turned around": ("\u202egpj.exe", "gpj.exe"),
    "NUL": ("a\x00.html", "a .html"),
    "line break": ("a\r\nb.txt", "a  b.txt"),
    "line separator": ("a\u2028b.txt", "a b.txt"),
    "decomposed umlaut": ("Gro\u0308sse.txt", "Grösse.txt"),
    "encoded word": ("=?utf-8?Q?Gr=C3=B6=C3=9Fe.pdf?=", "Größe.pdf"),
    "only blanks": ("  ", ""),
}


@pytest.mark.parametrize(("claimed", "kept"), FILE_NAMES.values(), ids=FILE_NAMES)
def test_a_file_name_is_only_a_label(claimed: str, kept: str) -> None:
    assert file_name(claimed) == kept


def test_a_long_file_name_keeps_its_ending() -> None:
    name = file_name("ü" * 300 + ".pdf")
    assert len(name.encode()) <= MAX_FILENAME
    assert name.endswith("ü.pdf")
    assert len(file_name("x." + "y" * 300).encode()) == MAX_FILENAME
