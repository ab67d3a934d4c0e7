"""Phone numbers: one way to write each, and what somebody may type to find it (CR-03)."""

import re

import phonenumbers
from phonenumbers import PhoneNumberFormat

_PUNCTUATION = re.compile(r"[\s()/.–-]+")
_TYPED = re.compile(r"\+?\d{3,20}")


def clean_phone(text: str, *, region: str) -> str:
    """The number in its international form, ``+49 30 123456``.

    ``region`` (ISO 3166, two letters) is the country of a number without a country code. Raises ValueError where no
    such number can exist.
    """
    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException as error:
        raise ValueError(f"'{text[:40]}' is not a phone number; write it like +49 30 123456") from error
    if not phonenumbers.is_possible_number(number):
        raise ValueError(f"'{text[:40]}' has too few or too many digits; write it like +49 30 123456")
    return phonenumbers.format_number(number, PhoneNumberFormat.INTERNATIONAL)


def phone_words(phone: str) -> tuple[str, ...]:
    """The digits of a stored number as people type them: with the country code, and as within the country."""
    number = phonenumbers.parse(phone)
    number.extension = None
    forms = (PhoneNumberFormat.E164, PhoneNumberFormat.NATIONAL)
    return tuple(dict.fromkeys(re.sub(r"\D", "", phonenumbers.format_number(number, form)) for form in forms))


def typed_phone(text: str) -> str | None:
    """The digits to look for where somebody typed a number or its beginning; None where it is none."""
    bare = _PUNCTUATION.sub("", text.replace("(0)", ""))
    if not _TYPED.fullmatch(bare):
        return None
    return bare.removeprefix("+").removeprefix("00")
