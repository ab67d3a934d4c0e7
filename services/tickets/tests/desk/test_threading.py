"""Which ticket a mail belongs to (MT-04, MT-05), as tables of cases."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from contracts.ingest import Attachment, Mailbox, MailKind, MailReceived
from tickets.desk.rules.threading import (
    LONGEST_KEY,
    Evidence,
    Known,
    Target,
    Verdict,
    digest,
    file_mail,
    message_key,
    own_key,
    past_reopening,
    referenced_keys,
)

NOW = datetime(2026, 11, 20, tzinfo=UTC)
A, B, OLD = (UUID(int=number) for number in (1, 2, 3))
TARGETS = {
    A: Target(ticket_id=A, reference="DS-10001", expired=False),
    B: Target(ticket_id=B, reference="DS-10002", expired=False),
    OLD: Target(ticket_id=OLD, reference="DS-10003", expired=True),
}
NUMBERS = {10_001: TARGETS[A], 10_002: TARGETS[B], 10_003: TARGETS[OLD]}
KNOWN = {
    "ours@a": Known(ticket_id=A, sent=True),
    "theirs@a": Known(ticket_id=A, sent=False),
    "ours@b": Known(ticket_id=B, sent=True),
    "ours@old": Known(ticket_id=OLD, sent=True),
}


def mail(**fields: Any) -> MailReceived:
    """A mail of Sabine's that refers to nothing."""
    known: dict[str, Any] = {
        "mail_id": UUID(int=9),
        "account": "support@desk.example",
        "channel": "support",
        "received_at": NOW,
        "kind": MailKind.HUMAN,
        "kind_reason": "",
        "message_id": "new@schulz.example",
        "sender": Mailbox(name="", address="Sabine@Schulz.example"),
        "subject": "",
        "sent_at": None,
        "text": "Hello",
        "raw_sha256": "a" * 64,
    }
    return MailReceived(**(known | fields))


CASES = [
    ("nothing", {}, (), {A}, Verdict.OPEN, None),
    ("in-reply-to", {"in_reply_to": ("ours@a",)}, (), {A}, Verdict.ATTACH, A),
    ("an id that we received", {"in_reply_to": ("theirs@a",)}, (), {A}, Verdict.ATTACH, A),
    ("references", {"references": ("ours@a",)}, (), {A}, Verdict.ATTACH, A),
    ("the newest reference wins", {"references": ("ours@b", "ours@a")}, (), {A, B}, Verdict.ATTACH, A),
    ("in-reply-to before references", {"in_reply_to": ("ours@b",), "references": ("ours@a",)}, (), {A, B},
     Verdict.ATTACH, B),
    ("an unknown id", {"in_reply_to": ("who@knows",)}, (), {A}, Verdict.OPEN, None),
    ("the number alone", {}, (10_001,), {A}, Verdict.ATTACH, A),
    ("a number that there is not", {}, (99_999,), {A}, Verdict.OPEN, None),
    ("headers before the number", {"in_reply_to": ("ours@a",)}, (10_002,), {A, B}, Verdict.ATTACH, A),
    ("the number of a stranger", {}, (10_001,), set(), Verdict.OPEN, A),
    ("the headers of a stranger", {"in_reply_to": ("ours@a",)}, (), set(), Verdict.OPEN, A),
    ("a stranger there, a participant here", {"in_reply_to": ("ours@a",)}, (10_002,), {B}, Verdict.ATTACH, B),
    ("closed too long ago", {"in_reply_to": ("ours@old",)}, (), {OLD}, Verdict.OPEN, OLD),
    ("nobody's mail", {"sender": None, "in_reply_to": ("ours@a",)}, (), set(), Verdict.OPEN, A),
    ("bulk mail opens a ticket", {"kind": MailKind.BULK}, (), set(), Verdict.OPEN, None),
    ("a monitoring alert opens a ticket", {"kind": MailKind.AUTO_GENERATED}, (), set(), Verdict.OPEN, None),
    ("an automatic reply to our mail", {"kind": MailKind.AUTO_REPLY, "in_reply_to": ("ours@a",)}, (), set(),
     Verdict.ATTACH, A),
    ("an automatic reply of a participant", {"kind": MailKind.AUTO_REPLY}, (10_001,), {A}, Verdict.ATTACH, A),
    ("an automatic reply of a stranger", {"kind": MailKind.AUTO_REPLY}, (10_001,), set(), Verdict.MACHINE, None),
    ("an automatic reply to nothing", {"kind": MailKind.AUTO_REPLY}, (), set(), Verdict.MACHINE, None),
    ("a bounce of our mail", {"kind": MailKind.BOUNCE, "reported_message_id": "ours@a"}, (), set(), Verdict.ATTACH, A),
    ("a bounce by its references", {"kind": MailKind.BOUNCE, "references": ("ours@a",)}, (), set(), Verdict.ATTACH, A),
    ("a bounce of a mail that is not ours", {"kind": MailKind.BOUNCE, "reported_message_id": "theirs@a"}, (), {A},
     Verdict.MACHINE, None),
    ("a bounce with a number", {"kind": MailKind.BOUNCE}, (10_001,), {A}, Verdict.MACHINE, None),
]  # fmt: skip


@pytest.mark.parametrize(("fields", "numbers", "takes_part", "verdict", "ticket_id"), [case[1:] for case in CASES],
                         ids=[case[0] for case in CASES])  # fmt: skip
def test_a_mail_goes_where_it_belongs(
    fields: dict[str, Any], numbers: tuple[int, ...], takes_part: set[UUID], verdict: Verdict, ticket_id: UUID | None
) -> None:
    filing = file_mail(
        mail(**fields),
        Evidence(known=KNOWN, numbers=numbers, by_id=TARGETS, by_number=NUMBERS),
        takes_part=lambda ticket_id: ticket_id in takes_part,
    )
    assert (filing.verdict, filing.ticket_id) == (verdict, ticket_id)
    assert filing.explanation.endswith(".")


def test_the_explanation_names_what_matched_and_why_it_may() -> None:
    evidence = Evidence(known={}, numbers=(10_001,), by_id=TARGETS, by_number=NUMBERS)
    found = file_mail(mail(), evidence, takes_part=lambda _ticket_id: True)
    assert found.explanation == "Its subject has the number DS-10001. Sabine@Schulz.example takes part in it."
    held = file_mail(mail(), evidence, takes_part=lambda _ticket_id: False)
    assert held.explanation == "It possibly belongs to DS-10001, but Sabine@Schulz.example takes no part in it."


def test_references_are_read_from_the_newest_on_and_each_once() -> None:
    keys = referenced_keys(
        mail(reported_message_id="r", in_reply_to=("b",), references=("a", "b", "c"), kind=MailKind.BOUNCE)
    )
    assert keys == ("r", "b", "c", "a")


def test_a_message_id_that_is_too_long_for_an_index_is_known_by_its_hash() -> None:
    longest, longer = "x" * LONGEST_KEY, "x" * (LONGEST_KEY + 1)
    assert message_key(longest) == longest
    assert message_key(longer).startswith("sha256:")
    assert message_key(longer) != message_key(longer + "x")


def test_a_mail_without_an_id_is_known_by_its_bytes() -> None:
    assert own_key(mail(message_id=None)) == f"raw:{'a' * 64}"


def test_the_same_content_is_the_same_mail_however_it_came() -> None:
    first = mail()
    assert digest(first) == digest(mail(raw_sha256="b" * 64, account="sales@desk.example", to=()))
    file = Attachment(filename="a", content_type="text/plain", size=1, sha256="c" * 64)
    for different in ({"text": "Hallo"}, {"subject": "x"}, {"html": "<p>"}, {"attachments": (file,)}, {"sender": None}):
        assert digest(first) != digest(mail(**different))


@pytest.mark.parametrize(
    ("closed_days_ago", "reopen_days", "expected"),
    [(None, 30, False), (10, None, False), (10, 30, False), (30, 30, False), (31, 30, True)],
)
def test_a_channel_decides_how_long_a_reply_reopens(
    closed_days_ago: int | None, reopen_days: int | None, *, expected: bool
) -> None:
    closed_at = None if closed_days_ago is None else NOW - timedelta(days=closed_days_ago)
    assert past_reopening(closed_at=closed_at, reopen_days=reopen_days, now=NOW) is expected
