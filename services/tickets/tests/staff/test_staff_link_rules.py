"""One-time links: what is stored, how they look, what they are counted by, and the words of their mails."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tickets.staff.rules.letters import LETTERS, compose
from tickets.staff.rules.links import LIFETIME, Purpose, digest_of, network_of, url_of


@given(st.text(min_size=1))
def test_the_same_secret_is_another_one_for_another_purpose(secret: str) -> None:
    assert len({digest_of(purpose, secret) for purpose in Purpose}) == len(Purpose)


def test_the_secret_is_behind_the_number_sign_where_no_server_sees_it() -> None:
    link = url_of(Purpose.RESET, "abc", public_url="https://desk.example/")
    assert link == "https://desk.example/reset#token=abc"


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::1", "2001:db8:1:2::/64"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("", ""),
        ("testclient", "testclient"),
    ],
)
def test_requests_are_counted_by_what_one_customer_has(address: str, network: str) -> None:
    assert network_of(address) == network


@pytest.mark.parametrize("purpose", list(LETTERS))
@pytest.mark.parametrize(("language", "begins"), [("de", "Guten Tag"), ("de-AT", "Guten Tag"), ("fr", "Hello")])
def test_the_mail_is_in_the_agents_language(purpose: Purpose, language: str, begins: str) -> None:
    letter = compose(purpose, language=language, name="Eve {link}", link="https://desk.example/x")
    assert letter.text.startswith(f"{begins} Eve {{link}},")
    assert letter.text.count("https://desk.example/x") == 1


def test_each_kind_of_link_has_an_end() -> None:
    assert {purpose: lifetime.total_seconds() / 60 for purpose, lifetime in LIFETIME.items()} == {
        Purpose.RESET: 30,
        Purpose.INVITATION: 72 * 60,
        Purpose.SETUP: 24 * 60,
    }
