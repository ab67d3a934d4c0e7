"""Addresses, phone numbers, search words and matches, as tables of cases."""

from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm_match.rules.addresses import address_key, clean_address
from crm_match.rules.match import Candidate, match_sender
from crm_match.rules.phones import clean_phone, phone_words, typed_phone
from crm_match.rules.words import MAX_TERMS, search_terms, words_of

MAIL_ID = UUID("01a00006-0001-7001-9001-000006000001")


@pytest.mark.parametrize(
    ("written", "key"),
    [
        ("Sabine@Schulz.Example", "sabine@schulz.example"),
        ("  sabine@schulz.example ", "sabine@schulz.example"),
        ("s.schulz+desk@schulz.example", "s.schulz+desk@schulz.example"),
        ("sabine@BÜCHER.example", "sabine@xn--bcher-kva.example"),
        ("sabine@xn--bcher-kva.example", "sabine@xn--bcher-kva.example"),
        ("root@localhost", "root@localhost"),
        ("o'neil@schulz.example", "o'neil@schulz.example"),
    ],
)
def test_two_spellings_of_an_address_have_one_key(written: str, key: str) -> None:
    assert address_key(written) == key
    assert clean_address(written) == key


def test_a_sharp_s_and_a_double_s_are_two_domains() -> None:
    assert address_key("a@straße.example") != address_key("a@strasse.example")


@pytest.mark.parametrize(
    "written",
    [
        "",
        "sabine",
        "@schulz.example",
        "sabine@",
        "sabine@@schulz.example",
        "sabine schulz@schulz.example",
        "Sabine <sabine@schulz.example>",
        "sabine@schulz..example",
        ".sabine@schulz.example",
        "sabine@schulz.example\r\nBcc: all@schulz.example",
        "sabine@-schulz.example",
        "a" * 65 + "@schulz.example",
        "a@" + "b" * 64 + ".example",
        "a@" + ".".join(["b" * 60] * 5),
        "sabine@schulz\u200b.example",
    ],
)
def test_what_is_no_plain_address_is_refused(written: str) -> None:
    with pytest.raises(ValueError, match=r"mail address|IDNA"):
        clean_address(written)


@given(st.text(max_size=60))
def test_any_sender_has_a_key_and_the_key_is_its_own_key(written: str) -> None:
    key = address_key(written)
    assert address_key(key) == key


@pytest.mark.parametrize(
    ("written", "stored"),
    [
        ("030 / 23 12 50-01", "+49 30 23125001"),
        ("+49 30 23125001", "+49 30 23125001"),
        ("0049 (0)30 23125001", "+49 30 23125001"),
        ("+1 (212) 555-0100", "+1 212-555-0100"),
        ("+49 30 23125001 ext. 12", "+49 30 23125001 ext. 12"),
    ],
)
def test_a_phone_number_is_stored_in_its_international_form(written: str, stored: str) -> None:
    assert clean_phone(written, region="DE") == stored


@pytest.mark.parametrize("written", ["call me", "1", "+49", "+49 30 1234567890123456", "+999 1234567"])
def test_what_cannot_be_a_phone_number_is_refused(written: str) -> None:
    with pytest.raises(ValueError, match=r"phone number|digits"):
        clean_phone(written, region="DE")


def test_a_number_is_found_with_and_without_its_country_code() -> None:
    assert phone_words("+49 30 23125001") == ("493023125001", "03023125001")


@pytest.mark.parametrize(
    ("asked", "digits"),
    [
        ("+49 30 2312", "49302312"),
        ("0049 30 2312", "49302312"),
        ("+49 (0) 30 / 23-12", "49302312"),
        ("030 2312", "0302312"),
        ("Schulz", None),
        ("12", None),
        ("4711 Schulz", None),
    ],
)
def test_digits_with_punctuation_ask_for_a_phone_number(asked: str, digits: str | None) -> None:
    assert typed_phone(asked) == digits


def test_an_umlaut_is_found_with_and_without_its_e() -> None:
    assert words_of(["Jürgen Groß"]) == ["gross", "juergen", "jurgen"]


def test_an_address_is_found_by_each_of_its_parts() -> None:
    assert words_of(["sabine.schulz@desk.example"]) == ["desk", "example", "sabine", "schulz"]


@pytest.mark.parametrize(
    ("asked", "terms"),
    [
        ("Müller", ("muller",)),
        ("SABINE  schu", ("sabine", "schu")),
        ("schu schu", ("schu",)),
        ("sabine@schulz", ("sabine", "schulz")),
        ("030 23 12", ("0302312",)),
        ("'; DROP TABLE contact; --", ("drop", "table", "contact")),
        ("!&|:*()", ()),
        ("Étienne", ("etienne",)),
    ],
)
def test_a_search_is_the_beginnings_of_words(asked: str, terms: tuple[str, ...]) -> None:
    assert search_terms(asked) == terms


@given(st.text(max_size=200))
def test_search_terms_are_letters_and_digits_only_and_not_too_many(asked: str) -> None:
    terms = search_terms(asked)
    assert len(terms) <= MAX_TERMS
    assert all(term.isalnum() for term in terms)


@given(st.text(min_size=1, max_size=60))
def test_what_is_written_is_found_by_its_own_words(text: str) -> None:
    if typed_phone(text) is None:
        assert set(search_terms(text)) <= set(words_of([text]))


def candidate(name: str) -> Candidate:
    """A contact without a company."""
    return Candidate(contact_id=uuid4(), name=name, company_id=None, company_name=None)


def test_nobody_with_the_address_is_unknown() -> None:
    matched = match_sender(MAIL_ID, ())
    assert (matched.outcome, matched.contact_id, matched.candidates) == ("unknown", None, ())


def test_one_contact_with_the_address_is_matched() -> None:
    company_id = uuid4()
    only = Candidate(contact_id=uuid4(), name="Sabine", company_id=company_id, company_name="Familie Schulz")
    matched = match_sender(MAIL_ID, (only,))
    assert (matched.outcome, matched.contact_id, matched.contact_name) == ("matched", only.contact_id, "Sabine")
    assert (matched.company_id, matched.company_name, matched.candidates) == (company_id, "Familie Schulz", ())


def test_several_contacts_with_the_address_are_offered_and_none_is_picked() -> None:
    several = (candidate("Sabine"), candidate("Sabrina"))
    matched = match_sender(MAIL_ID, several)
    assert (matched.outcome, matched.contact_id, matched.contact_name) == ("ambiguous", None, None)
    assert matched.candidates == tuple(one.contact_id for one in several)
