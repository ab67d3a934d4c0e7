"""The portal's rules alone."""

import hashlib

import pytest

from portal.rules.access import ChannelUse, usable_channels
from portal.rules.addresses import same_address, typed_address
from portal.rules.languages import preferred
from portal.rules.tokens import digest
from portal.texts import LANGUAGES, PAGES, SIGN_IN_MAIL, sign_in_mail


@pytest.mark.parametrize(
    ("typed", "address"),
    [
        ("sabine@schulz.example", "sabine@schulz.example"),
        ("  Sabine@Schulz.EXAMPLE ", "sabine@schulz.example"),
        ("sabine+portal@schulz.example", "sabine+portal@schulz.example"),
        ("sabine@müller.example", "sabine@xn--mller-kva.example"),
    ],
)
def test_an_address_is_compared_in_lower_case_with_its_domain_as_it_travels(typed: str, address: str) -> None:
    assert typed_address(typed) == address


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "sabine",
        "@schulz.example",
        "sabine@",
        "a@b@c",
        "a@b.example, c@d.example",
        "Sabine <sabine@schulz.example>",
        "sabine@schulz.example\r\nBcc: mallory@evil.example",
        "sabine @schulz.example",
        "sabine\x00@schulz.example",
        "x" * 65 + "@schulz.example",
        "sabine@" + "x" * 300,
    ],
)
def test_what_is_not_one_plain_address_is_refused(typed: str) -> None:
    with pytest.raises(ValueError, match="one mail address"):
        typed_address(typed)


def test_the_mail_goes_to_the_contacts_own_spelling_of_the_address() -> None:
    stored = ("other@schulz.example", "Sabine@Schulz.example")
    assert same_address("sabine@schulz.example", stored) == "Sabine@Schulz.example"
    assert same_address("sabіne@schulz.example", stored) is None  # noqa: RUF001 - a Cyrillic letter, on purpose


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("", "en"),
        ("de", "de"),
        ("de-AT,de;q=0.9,en;q=0.8", "de"),
        ("fr,de;q=0.2,en;q=0.1", "de"),
        ("en;q=0.5,de;q=0.6", "de"),
        ("de;q=0", "en"),
        ("fr", "en"),
        ("*", "en"),
        ("de;q=x", "en"),
        ("DE", "de"),
        ("," * 5000, "en"),
    ],
)
def test_a_page_has_the_language_that_the_browser_prefers(header: str, language: str) -> None:
    assert preferred(header, ("en", "de")) == language


def test_only_channels_that_may_be_used_take_new_tickets() -> None:
    assert usable_channels({"b": ChannelUse.USE, "a": ChannelUse.USE, "c": ChannelUse.READ}) == ["a", "b"]


def test_of_a_token_only_its_sha256_is_kept() -> None:
    assert digest("token") == hashlib.sha256(b"token").digest()


def test_every_language_has_every_word_of_mails_and_pages() -> None:
    assert set(SIGN_IN_MAIL) == set(PAGES) == set(LANGUAGES)
    assert len({frozenset(words) for words in PAGES.values()}) == 1


@pytest.mark.parametrize(
    ("language", "subject"),
    [("de", "Ihr Link zum Anmelden"), ("de-CH", "Ihr Link zum Anmelden"), ("fr", "Your sign-in link")],
)
def test_the_mail_is_in_the_contacts_language_or_english(language: str, subject: str) -> None:
    mail = sign_in_mail(language, link="https://desk.example/#x", minutes=15)
    assert mail.subject == subject
    assert "https://desk.example/#x" in mail.text
    assert "15" in mail.text
