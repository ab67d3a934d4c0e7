"""What each role allows (TS-12), in one table; whatever is not named is denied."""

from collections.abc import Iterable
from enum import StrEnum

from contracts.tickets import Permission


class Role(StrEnum):
    """What an agent is to the desk. A light agent reads and writes notes, and never writes to a customer."""

    ADMIN = "admin"
    AGENT = "agent"
    LIGHT_AGENT = "light_agent"


_LIGHT_AGENT = frozenset(
    {
        Permission.TICKETS_READ,
        Permission.NOTES_WRITE,
        Permission.CONTACTS_READ,
        Permission.NOTIFICATIONS_READ,
        Permission.STAFF_READ,
    }
)
_AGENT = _LIGHT_AGENT | {Permission.TICKETS_WRITE, Permission.CONTACTS_WRITE, Permission.MAIL_READ}

PERMISSIONS: dict[Role, frozenset[Permission]] = {
    Role.ADMIN: frozenset(Permission),
    Role.AGENT: _AGENT,
    Role.LIGHT_AGENT: _LIGHT_AGENT,
}


def allowed(role: Role, *, scopes: Iterable[str] | None = None) -> frozenset[Permission]:
    """What an agent of this role may do; with an API token only what its scopes name as well.

    The role is that of the moment: a token never allows more than its agent may do now.
    """
    if scopes is None:
        return PERMISSIONS[role]
    return PERMISSIONS[role] & frozenset(scopes)
