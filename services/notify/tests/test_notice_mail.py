"""What a mail notice says: the rule alone."""

from uuid import uuid4

import pytest

from contracts.tickets import Reason, TicketHead
from notify.rules.fan_out import NoticeKind
from notify.rules.notice_mail import News, compose
from notify.rules.timing import next_try
from notify.texts import LISTED, catalogue

URL = "https://desk.example/"


def news(
    number: int,
    *kinds: NoticeKind,
    subject: str = "Printer on fire",
    reasons: tuple[Reason, ...] = (Reason.SUBSCRIBER,),
    notices: int = 1,
) -> News:
    head = TicketHead(
        ticket_id=uuid4(),
        number=number,
        reference=f"DS-{number}",
        subject=subject,
        channel="support",
        channel_name="Support",
        status="new",
    )
    return News(head=head, kinds=frozenset(kinds), reasons=frozenset(reasons), notices=notices)


def test_a_single_notice_names_the_ticket_the_reason_and_the_way_there() -> None:
    letter = compose([news(10042, NoticeKind.OPENED)], language="en", public_url=URL)
    assert letter.subject == "[DS-10042] New ticket: Printer on fire"
    assert letter.channel == "support"
    assert "You get this because you are a Standard subscriber of Support." in letter.text
    assert "https://desk.example/t/10042\n" in letter.text


def test_an_agent_who_reads_german_gets_german() -> None:
    letter = compose(
        [news(10042, NoticeKind.OPENED, reasons=(Reason.WATCHER, Reason.OWNER, Reason.SUBSCRIBER))],
        language="de-AT",
        public_url=URL,
    )
    assert letter.subject == "[DS-10042] Neues Ticket: Printer on fire"
    assert (
        "Sie bekommen diese Mail, weil Sie dieses Ticket bearbeiten, dieses Ticket beobachten und "
        "Support als Standard abonniert haben." in letter.text
    )


@pytest.mark.parametrize(
    ("language", "subject", "why"),
    [
        ("en", "[DS-7] Your reminder is due: Printer on fire", "because you wanted to be reminded of it."),
        ("de", "[DS-7] Ihre Wiedervorlage ist fällig: Printer on fire", "weil Sie daran erinnert werden wollten."),
    ],
)
def test_a_reminder_says_that_one_asked_for_it(language: str, subject: str, why: str) -> None:
    """DR-02."""
    letter = compose([news(7, NoticeKind.REMINDER, reasons=())], language=language, public_url=URL)
    assert (letter.subject, why in letter.text) == (subject, True)


def test_several_things_on_one_ticket_are_one_notice_with_the_most_telling_in_the_subject() -> None:
    letter = compose([news(7, NoticeKind.STATUS_CHANGE, NoticeKind.INCOMING, notices=2)], language="en", public_url=URL)
    assert letter.subject == "[DS-7] The customer wrote: Printer on fire"
    assert letter.text.index("The customer wrote") < letter.text.index("Status changed")


def test_a_bundle_lists_each_ticket_with_what_happened_why_and_link() -> None:
    letter = compose(
        [news(7, NoticeKind.OPENED), news(8, NoticeKind.NOTE, NoticeKind.CALL, reasons=(Reason.OWNER,), notices=3)],
        language="en",
        public_url=URL,
    )
    assert letter.subject == "4 notices on 2 tickets"
    assert letter.channel is None
    first, second = letter.text.index("DS-7 "), letter.text.index("DS-8 ")
    assert first < second
    assert "New ticket" in letter.text[first:second]
    assert "You are: Standard subscriber of Support" in letter.text[first:second]
    assert "New call, New note" in letter.text[second:]
    assert "You are: owner" in letter.text[second:]
    assert "https://desk.example/t/8" in letter.text[second:]


@pytest.mark.parametrize(("tickets", "more"), [(LISTED, None), (LISTED + 1, "… and 1 more."), (200, "… and 150 more.")])
def test_a_bundle_names_fifty_tickets_and_counts_the_rest(tickets: int, more: str | None) -> None:
    letter = compose([news(number, NoticeKind.OPENED) for number in range(tickets)], language="en", public_url=URL)
    assert letter.text.count(URL) == min(tickets, LISTED)
    assert ("more." in letter.text) is (more is not None)
    assert more is None or more in letter.text


@pytest.mark.parametrize("subject", ["a\r\nBcc: mallory@evil.example", "a\nb\x00c\x85d\u2028e", "x" * 5000])
def test_a_ticket_subject_cannot_end_the_header_line_or_fill_it(subject: str) -> None:
    for many in (1, 2):
        letter = compose(
            [news(number, NoticeKind.OPENED, subject=subject) for number in range(many)], language="en", public_url=URL
        )
        assert len(letter.subject.splitlines()) == 1
        assert len(letter.subject) <= 200
        assert not any(line.startswith("Bcc") for line in letter.text.splitlines())


def test_words_in_braces_of_a_subject_stay_as_they_are() -> None:
    letter = compose([news(7, NoticeKind.ENTERED, subject="{channel} {0} {why}")], language="en", public_url=URL)
    assert letter.subject == "[DS-7] Moved to Support: {channel} {0} {why}"


@pytest.mark.parametrize("language", ["en", "de"])
def test_a_catalogue_has_words_for_everything_that_can_happen(language: str) -> None:
    words = catalogue(language)
    assert set(words.kinds) == set(NoticeKind)
    assert set(words.reasons) == set(words.short_reasons) == set(Reason)


def test_a_language_without_a_catalogue_reads_english() -> None:
    assert catalogue("fr") is catalogue("en")
    assert catalogue("de_CH") is not catalogue("en")


def test_pauses_between_tries_double_up_to_a_minute() -> None:
    assert [next_try(tries).total_seconds() for tries in (1, 2, 3, 6, 7, 1000)] == [1, 2, 4, 32, 60, 60]
