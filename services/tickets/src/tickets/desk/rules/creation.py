"""Which ways to create a ticket are open to an agent, and why the others are not (CW-05)."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum


class Way(StrEnum):
    """How an agent creates a ticket; `desk.shapes.TicketIn` calls it the kind."""

    EMAIL = "email"
    ENQUIRY = "enquiry"
    INTERNAL = "internal"


class Closed(StrEnum):
    """Why a way is not open. ``UNKNOWN_NOW``: the mail service could not be asked, so nobody knows."""

    NO_PERMISSION = "no_permission"
    NO_CHANNEL = "no_channel"
    NO_MAIL_ACCOUNT = "no_mail_account"
    MAIL_ACCOUNT_INACTIVE = "mail_account_inactive"
    MAIL_ACCOUNT_WITHOUT_CHANNEL = "mail_account_without_channel"
    MAIL_ACCOUNT_NOT_YOURS = "mail_account_not_yours"
    UNKNOWN_NOW = "unknown_now"


REASONS = {
    Closed.NO_PERMISSION: "Your role or token may not open tickets.",
    Closed.NO_CHANNEL: "You subscribe to no active channel in which you may open tickets. Ask an administrator.",
    Closed.NO_MAIL_ACCOUNT: "There is no mail account of the type Ticket. An administrator adds one.",
    Closed.MAIL_ACCOUNT_INACTIVE: "No mail account of the type Ticket is active. An administrator activates one.",
    Closed.MAIL_ACCOUNT_WITHOUT_CHANNEL: (
        "The mail accounts of the type Ticket lead to channels that do not exist or take no tickets."
        " An administrator gives them another channel."
    ),
    Closed.MAIL_ACCOUNT_NOT_YOURS: "No mail account belongs to a channel of yours, and there is no default account.",
    Closed.UNKNOWN_NOW: "The mail service cannot be asked now. Try again in a moment.",
}


@dataclass(frozen=True, kw_only=True)
class Account:
    """A mail account, as far as this decision needs it."""

    key: str
    channel: str
    active: bool
    is_default: bool


def sendable(accounts: Sequence[Account], *, channels: Collection[str], mine: Collection[str]) -> list[Account]:
    """The accounts that an agent may send from (OD-02): those of their channels, and the default one.

    ``channels`` are the active ones, ``mine`` those among them in which the agent may open tickets.
    """
    usable = [account for account in accounts if account.active and account.channel in channels]
    return [account for account in usable if account.is_default or account.channel in mine]


def account_of(sendable: Sequence[Account], channel: str) -> str | None:
    """The key of the account that a channel's mails leave from, unless the agent chooses: its own, else the default."""
    own = next((account.key for account in sendable if account.channel == channel), None)
    return own or next((account.key for account in sendable if account.is_default), None)


def why_closed(
    way: Way, *, may_write: bool, mine: Collection[str], channels: Collection[str], accounts: Sequence[Account] | None
) -> Closed | None:
    """Why a way is not open; None: it is. ``accounts`` is None where the mail service could not be asked."""
    usable = sendable(accounts or (), channels=channels, mine=mine)
    by_mail = way is Way.EMAIL
    faults = (
        (not may_write, Closed.NO_PERMISSION),
        (not mine, Closed.NO_CHANNEL),
        (by_mail and accounts is None, Closed.UNKNOWN_NOW),
        (by_mail and not accounts, Closed.NO_MAIL_ACCOUNT),
        (by_mail and not any(one.active for one in accounts or ()), Closed.MAIL_ACCOUNT_INACTIVE),
        (
            by_mail and not any(one.active and one.channel in channels for one in accounts or ()),
            Closed.MAIL_ACCOUNT_WITHOUT_CHANNEL,
        ),
        (by_mail and not usable, Closed.MAIL_ACCOUNT_NOT_YOURS),
    )
    return next((closed for fault, closed in faults if fault), None)
