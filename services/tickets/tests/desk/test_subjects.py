"""Ticket numbers in subjects, in and out (C1, TC-09, OD-10)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tickets.channels.rules.words import SubjectNumber
from tickets.desk.rules.subjects import MAX_SUBJECT, numbers_in, outgoing_subject, own_subject, topic


@pytest.mark.parametrize(
    ("subject", "numbers"),
    [
        ("[DS-10042] Invoice", (10_042,)),
        ("DS-10042", (10_042,)),
        ("DS-10042 Invoice", (10_042,)),
        ("RE: [DS-10042] Invoice", (10_042,)),
        ("[DS-10042] RE: Invoice", (10_042,)),
        ("AW: WG: Re: DS-10042", (10_042,)),
        ("WG:DS-10042", (10_042,)),
        ("RE: Invoice [DS-10042]", (10_042,)),
        ("re: [ds-10042] invoice", (10_042,)),
        ("DS-10043 and [DS-10042]", (10_042, 10_043)),
        ("[DS-10042] [DS-10042]", (10_042,)),
        ("Invoice, see DS-10042.", (10_042,)),
        ("Invoice (DS-10042)", (10_042,)),
        ("Invoice", ()),
        ("10042", ()),
        ("[10042] Invoice", ()),
        ("ADS-10042", ()),
        ("X-DS-10042", ()),
        ("DS-10042a", ()),
        ("DS-0", ()),
        ("DS-010042", ()),
        ("DS -10042", ()),
        ("[ABC-10042] of another desk", ()),
        ("DS-9999999999999999999999", ()),
        ("", ()),
    ],
)
def test_numbers_are_found_in_every_form_that_mail_programs_make(subject: str, numbers: tuple[int, ...]) -> None:
    assert numbers_in(subject, prefix="DS") == numbers


@pytest.mark.parametrize(
    ("subject", "about"),
    [
        ("Invoice", "Invoice"),
        ("RE: Invoice", "Invoice"),
        ("AW: WG: Re: Fwd: Invoice", "Invoice"),
        ("Re[2]: RE (3): Invoice", "Invoice"),
        ("[DS-10042] RE: [DS-10042] AW: Invoice", "Invoice"),
        ("RE : Invoice", "Invoice"),
        ("Report: done", "Report: done"),
        ("Response to re: this", "Response to re: this"),
        ("DS-10042 is wrong", "DS-10042 is wrong"),
        ("RE:", ""),
    ],
)
def test_the_topic_is_what_is_left_without_reply_marks_and_numbers(subject: str, about: str) -> None:
    assert topic(subject, prefix="DS") == about


@pytest.mark.parametrize(
    ("place", "reply", "expected"),
    [
        (SubjectNumber.PREFIX, True, "[DS-10042] RE: Invoice"),
        (SubjectNumber.SUFFIX, True, "RE: Invoice [DS-10042]"),
        (SubjectNumber.OFF, True, "RE: Invoice"),
        (SubjectNumber.PREFIX, False, "[DS-10042] AW: Invoice"),
        (SubjectNumber.SUFFIX, False, "AW: Invoice [DS-10042]"),
        (SubjectNumber.OFF, False, "AW: Invoice"),
    ],
)
def test_a_mail_of_ours_has_the_number_where_its_channel_wants_it(
    place: SubjectNumber, expected: str, *, reply: bool
) -> None:
    subject = "AW: [DS-10042] Invoice"
    assert outgoing_subject(subject, prefix="DS", number=10_042, place=place, reply=reply) == expected


def test_a_mail_without_a_subject_still_has_its_number() -> None:
    assert outgoing_subject("", prefix="DS", number=10_042, place=SubjectNumber.SUFFIX, reply=False) == "[DS-10042]"
    assert outgoing_subject("", prefix="DS", number=10_042, place=SubjectNumber.PREFIX, reply=True) == "[DS-10042] RE:"


def test_a_new_ticket_does_not_carry_the_number_of_another_one() -> None:
    assert own_subject("RE: [DS-10042]  Invoice", prefix="DS") == "RE: Invoice"


@given(subject=st.text(max_size=2_000), number=st.integers(1, 10**15 - 1))
def test_whatever_the_subject_our_own_number_is_read_back_from_what_we_send(subject: str, number: int) -> None:
    for place in (SubjectNumber.PREFIX, SubjectNumber.SUFFIX):
        sent = outgoing_subject(own_subject(subject, prefix="DS"), prefix="DS", number=number, place=place, reply=True)
        assert numbers_in(sent, prefix="DS")[0] == number
        again = outgoing_subject(sent, prefix="DS", number=number, place=place, reply=True)
        assert again == sent
    assert len(own_subject(subject, prefix="DS")) <= MAX_SUBJECT
