"""Signed names of our mails (MT-04, reliability 2.2 row 3): whatever is not exactly what we signed is nobody's."""

import random
import string
from uuid import UUID

import pytest

from tickets.desk.rules.tokens import (
    SigningKey,
    Token,
    is_ours,
    reply_token,
    signed_message_id,
    token_of_address,
    token_of_message,
    tokens_in,
)

KEY = SigningKey(id="k7qd", secret=b"x" * 32)
OLDER = SigningKey(id="aaaa", secret=b"y" * 32)
SECRETS = {key.id: key.secret for key in (KEY, OLDER)}
MESSAGE = signed_message_id(KEY, nonce=UUID(int=7), number=10_042, domain="desk.example")
ADDRESS = f"support+{reply_token(KEY, number=10_042)}@desk.example"


def is_believed(token: Token | None) -> bool:
    return token is not None and is_ours(token, SECRETS)


def test_what_we_signed_is_ours_and_names_its_ticket() -> None:
    for token in (token_of_message(MESSAGE), token_of_address(ADDRESS), token_of_address(ADDRESS.upper())):
        assert token is not None
        assert (token.number, is_ours(token, SECRETS)) == (10_042, True)


def test_a_message_id_and_a_reply_address_have_room_for_large_numbers_and_long_accounts() -> None:
    assert len(MESSAGE) < 100
    assert len(f"kundenservice-hausverwaltung+{reply_token(KEY, number=99_999)}") <= 64


def test_an_earlier_key_counts_until_it_is_retired() -> None:
    token = token_of_message(signed_message_id(OLDER, nonce=UUID(int=7), number=1, domain="desk.example"))
    assert token is not None
    assert is_ours(token, SECRETS)
    assert not is_ours(token, {KEY.id: KEY.secret})


def test_no_change_of_a_character_no_cut_and_no_random_forgery_is_believed() -> None:
    """Every place with every character, every length, and 6,000 drawn at random: more than 10,000 forgeries."""
    tried = 0
    signs = string.ascii_lowercase + string.digits + ".-+"
    for text, read, same in (
        (MESSAGE, token_of_message, str),
        (ADDRESS.partition("@")[0], lambda local: token_of_address(f"{local}@desk.example"), str.lower),
    ):
        begin = text.index("+") if "+" in text else 0
        for at in range(begin, len(text)):
            for sign in signs:
                forged = f"{text[:at]}{sign}{text[at + 1 :]}"
                if same(forged) != text:
                    tried += 1
                    assert not is_believed(read(forged)), forged
            tried += 2
            assert not is_believed(read(text[:at]))
            assert not is_believed(read(text[: at + 1] + text[at:]))
    draw = random.Random(4)  # the same forgeries in every run
    for _ in range(3_000):
        mac = "".join(draw.choices("abcdefghijklmnopqrstuvwxyz234567", k=26))
        number = draw.randrange(1, 99_999)
        assert not is_believed(token_of_message(f"{draw.getrandbits(128):032x}.{number}.k7qd.{mac}@desk.example"))
        assert not is_believed(token_of_address(f"support+r.{number}.k7qd.{mac[:20]}@desk.example"))
        tried += 2
    assert tried > 10_000


@pytest.mark.parametrize(
    "message_id",
    [
        "0190a1b2-0000-7000-8000-000000000001.10042@desk.example",  # how ids looked before they were signed
        f"{MESSAGE}\n",
        f" {MESSAGE}",
        MESSAGE.replace("@desk.example", "@evil.example"),
        MESSAGE.replace(".10042.", ".10043."),
        MESSAGE.replace(".10042.", ".010042."),
        MESSAGE.upper(),
        "",
    ],
)
def test_no_other_form_and_no_other_ticket_or_domain_is_believed(message_id: str) -> None:
    assert not is_believed(token_of_message(message_id))


def test_a_token_of_one_sort_is_none_of_the_other() -> None:
    mac = MESSAGE.split("@")[0].rsplit(".", 1)[1]
    assert not is_believed(token_of_address(f"support+r.10042.k7qd.{mac[:20]}@desk.example"))


def test_tokens_are_found_among_ids_and_addresses_messages_first() -> None:
    found = tokens_in(["who@knows", MESSAGE, MESSAGE], ["sabine@schulz.example", ADDRESS])
    assert [token.message_id for token in found] == [MESSAGE, None]
