"""One-time links: what each is good for, how long it works, and how often one may be asked for."""

import hashlib
from datetime import timedelta
from enum import StrEnum
from ipaddress import IPv6Address, ip_address, ip_network


class Purpose(StrEnum):
    """What a link is good for; it works for nothing else."""

    RESET = "reset"
    INVITATION = "invitation"
    SETUP = "setup"


LIFETIME = {
    Purpose.RESET: timedelta(minutes=30),
    Purpose.INVITATION: timedelta(hours=72),
    Purpose.SETUP: timedelta(hours=24),
}

SETS_PASSWORD = (Purpose.RESET, Purpose.INVITATION)

WINDOW = timedelta(hours=1)
"""The time in which requests are counted."""

MOST_FOR_ACCOUNT = 3
"""Mails that one account gets in the window; who asks more often is told nothing, so that nobody can learn from it."""

MOST_FROM_NETWORK = 20
"""Requests from one network in the window; then it must wait. Many people can sit behind one address."""


def digest_of(purpose: Purpose, secret: str) -> bytes:
    """What is stored of a link. The purpose is part of it, so that a link cannot be used for another one."""
    return hashlib.sha256(f"{purpose}:{secret}".encode("utf-8", "replace")).digest()


def url_of(purpose: Purpose, secret: str, *, public_url: str) -> str:
    """The link. The secret stands behind the number sign: browsers send that to nobody, and no log has it."""
    return f"{public_url.rstrip('/')}/{purpose}#token={secret}"


def network_of(address: str) -> str:
    """Where a request comes from, for counting: an IPv4 address, or the /64 that one IPv6 customer has for itself."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, IPv6Address):
        mapped = parsed.ipv4_mapped
        return str(mapped) if mapped else str(ip_network((int(parsed), 64), strict=False))
    return address
