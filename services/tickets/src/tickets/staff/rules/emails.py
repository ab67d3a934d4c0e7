"""The address that an agent signs in with and is written to."""

import re

MAX_ADDRESS = 254
"""Characters (RFC 5321 §4.5.3.1.3, without the angle brackets)."""

_ATOM = r"[a-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_ADDRESS = re.compile(rf"{_ATOM}(?:\.{_ATOM})*@{_LABEL}(?:\.{_LABEL})*")


def email_key(text: str) -> str:
    """The form to store and to compare: lower case, without surrounding space; PostgreSQL stores no NUL."""
    return text.replace("\x00", "\ufffd").strip().lower()


def clean_email(text: str) -> str:
    """The address to store. Raises ValueError where the text is not one plain ASCII address (RFC 5322 dot-atom)."""
    key = email_key(text)
    if len(key) > MAX_ADDRESS or not _ADDRESS.fullmatch(key):
        raise ValueError(f"'{text[:80]}' is not a mail address; write it like name@company.example")
    return key
