"""HTTP: which ways to create a ticket are open to the caller, and what mails can be sent from (CW-05, OD-02)."""

from fastapi import Request
from pydantic import BaseModel, Field

from chassis.http import Tx
from chassis.routes import Routes
from contracts.ingest import MailAccountCard
from contracts.tickets import Permission
from tickets.channels.queries import access_of, all_channels, default_channel
from tickets.channels.rules.visibility import Verb, Verdict, may
from tickets.desk.api import Reader
from tickets.desk.mail_accounts import as_account, mail_accounts
from tickets.desk.rules.creation import REASONS, Closed, Way, account_of, sendable, why_closed

ACCOUNTS = "/api/v1/mail-accounts"
router = Routes(prefix="/api/v1", tags=["tickets"])


class WayOut(BaseModel):
    """A way to create a ticket. ``open`` is null where nobody can tell now; ``link`` is where the reason is mended."""

    kind: Way
    open: bool | None
    code: Closed | None
    reason: str | None
    link: str | None


class FromOut(BaseModel):
    """A mail account that the caller may send from."""

    key: str
    name: str
    address: str
    from_name: str
    channel: str
    is_default: bool


class NewChannelOut(BaseModel):
    """A channel in which the caller may open tickets; ``account`` is what its mails leave from, unless one chooses."""

    key: str
    name: str
    account: str | None


class NewOptionsOut(BaseModel):
    """What a dialog for a new ticket can offer. ``accounts`` is null where the mail service could not be asked."""

    ways: list[WayOut]
    channels: list[NewChannelOut]
    default_channel: str | None = Field(description="Where a ticket goes that names no channel, if the caller may.")
    accounts: list[FromOut] | None


@router.get("/tickets/new-options", operation_id="get_new_options")
async def get_new_options(request: Request, tx: Tx, who: Reader) -> NewOptionsOut:
    """Which ways to create a ticket are open to the caller, and why the others are not."""
    cards = await mail_accounts(request)
    accounts = None if cards is None else [as_account(card) for card in cards]
    access = await access_of(tx, who.agent_id)
    active = {channel.key: channel for channel, _ in await all_channels(tx, who.agent_id) if channel.active}
    may_write = Permission.TICKETS_WRITE in who.permissions
    mine = [key for key in active if may(access, Verb.CHANGE, channel=key, internal=False) is Verdict.ALLOWED]
    offered = sendable(accounts or [], channels=active, mine=mine)
    keys = {account.key for account in offered}
    default = await default_channel(tx)
    return NewOptionsOut(
        ways=[
            _way(way, why_closed(way, may_write=may_write, mine=mine, channels=active, accounts=accounts))
            for way in Way
        ],
        channels=[
            NewChannelOut(key=key, name=active[key].name, account=account_of(offered, key))
            for key in (mine if may_write else ())
        ],
        default_channel=default if may_write and default in mine else None,
        accounts=None if cards is None else [_from(card) for card in cards if may_write and card.key in keys],
    )


def _from(card: MailAccountCard) -> FromOut:
    return FromOut(
        key=card.key,
        name=card.name,
        address=card.address,
        from_name=card.from_name,
        channel=card.channel,
        is_default=card.is_default,
    )


def _way(way: Way, closed: Closed | None) -> WayOut:
    return WayOut(
        kind=way,
        open=None if closed is Closed.UNKNOWN_NOW else closed is None,
        code=closed,
        reason=REASONS[closed] if closed else None,
        link=ACCOUNTS if closed in _ABOUT_ACCOUNTS else None,
    )


_ABOUT_ACCOUNTS = frozenset(
    {
        Closed.NO_MAIL_ACCOUNT,
        Closed.MAIL_ACCOUNT_INACTIVE,
        Closed.MAIL_ACCOUNT_WITHOUT_CHANNEL,
        Closed.MAIL_ACCOUNT_NOT_YOURS,
        Closed.UNKNOWN_NOW,
    }
)
