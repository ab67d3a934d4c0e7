"""Mail addresses: which text is one, and the form in which two spellings of one address are equal (MA-05)."""

import re

import idna

MAX_ADDRESS = 254
"""Characters of an address (RFC 5321 §4.5.3.1.3, without the angle brackets)."""

MAX_LOCAL = 64
"""Characters in front of the at sign (RFC 5321 §4.5.3.1.1)."""

_ATOM = r"[\w!#$%&'*+/=?^`{|}~-]+"
_LABEL = r"[^\W_](?:[\w-]{0,61}[^\W_])?"
_ADDRESS = re.compile(rf"(?P<local>{_ATOM}(?:\.{_ATOM})*)@(?P<domain>{_LABEL}(?:\.{_LABEL})*)")


def address_key(address: str) -> str:
    """The form to store and to compare: lower case, the domain as it travels (IDNA 2008).

    Never fails: a sender may have written anything, and what is no address equals no stored one. PostgreSQL stores
    no NUL, so it becomes the replacement character.
    """
    local, at, domain = address.replace("\x00", "\ufffd").strip().lower().rpartition("@")
    if not domain.isascii():
        try:
            domain = idna.encode(domain, uts46=True).decode()
        except idna.IDNAError:
            return f"{local}{at}{domain}"
    return f"{local}{at}{domain}"


def clean_address(text: str) -> str:
    """The address to store. Raises ValueError where the text is not one plain address (RFC 5322 dot-atom)."""
    found = _ADDRESS.fullmatch(text.strip())
    key = address_key(text)
    if found is None or len(found["local"]) > MAX_LOCAL or len(key) > MAX_ADDRESS:
        raise ValueError(f"'{text[:80]}' is not a mail address; write it like name@company.example")
    if not key.rpartition("@")[2].isascii():
        raise ValueError(f"the domain of '{text[:80]}' does not exist in the form of IDNA 2008; check its spelling")
    return key
