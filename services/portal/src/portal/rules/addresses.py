"""Addresses that people type in order to sign in, and the one of a contact that is meant."""

import re
from collections.abc import Iterable

_ADDRESS = re.compile(r"[^\s@\x00-\x1f\x7f-\x9f<>,;:\"()\[\]\\]{1,64}@[^\s@\x00-\x1f\x7f-\x9f<>,;:\"()\[\]\\]{1,190}")


def typed_address(text: str) -> str:
    """The address in the form to compare: lower case, the domain as it travels.

    Raises ValueError where the text is not one plain address (RFC 5322 dot-atom, roughly; the real check is whether
    a contact has it).
    """
    found = _ADDRESS.fullmatch(text.strip())
    if found is None:
        raise ValueError("write one mail address, like name@company.example")
    return _comparable(found[0])


def same_address(wanted: str, addresses: Iterable[str]) -> str | None:
    """The address of these, as stored, that equals the wanted one; None where none does."""
    return next((address for address in addresses if _comparable(address) == wanted), None)


def _comparable(address: str) -> str:
    local, _, domain = address.strip().lower().rpartition("@")
    if not domain.isascii():
        try:
            domain = domain.encode("idna").decode()
        except UnicodeError:
            return f"{local}@{domain}"
    return f"{local}@{domain}"
