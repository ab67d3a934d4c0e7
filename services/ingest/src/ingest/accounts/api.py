"""Mail accounts over HTTP: which addresses we take mail for, where it goes, and how each account is."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import sqlalchemy as sa
from fastapi import Depends, Query, Request, Response
from pydantic import AfterValidator, BaseModel, Field

from chassis.auth import require
from chassis.http import Tx
from chassis.idempotency import IdempotencyKey, once
from chassis.inputs import Input
from chassis.paging import InvalidCursor, encode_cursor
from chassis.problems import Invalid, PreconditionRequired, refusals
from chassis.routes import Routes
from chassis.versions import IfMatch, StaleVersion, etag
from contracts.messages import CHANNEL_KEY
from contracts.tickets import Authenticated, Permission
from ingest.accounts import operations, queries
from ingest.errors import AccountNotFound, AccountTaken
from ingest.models import MailState
from ingest.rules.addresses import is_address

router = Routes(prefix="/api/v1/mail-accounts", tags=["mail accounts"])

Administrator = Annotated[Authenticated, Depends(require(Permission.MAIL_MANAGE))]


def _key(value: str) -> str:
    if not CHANNEL_KEY.fullmatch(value):
        raise ValueError("use 1 to 40 lower-case letters, digits and dashes")
    return value


def _address(value: str) -> str:
    if not is_address(value) or not value.isascii():
        raise ValueError("this is not a mail address")
    return value


def _shown(value: str) -> str:
    if not value.isprintable():
        raise ValueError("use printable characters on one line")
    return value.strip()


Key = Annotated[str, AfterValidator(_key)]
Address = Annotated[str, Field(max_length=254), AfterValidator(_address)]
ShownName = Annotated[str, Field(min_length=1, max_length=100), AfterValidator(_shown)]


class MailAccountIn(Input):
    """A new mail account."""

    key: Key = Field(description="Short and lasting, for programs.")
    name: ShownName = Field(description="What agents see.")
    address: Address
    from_name: ShownName = Field(description="The sender's name in outgoing mail.")
    channel: Key = Field(description="The key of the channel that its tickets go to.")
    active: bool = Field(default=True, description="An account that is not active refuses mail and sends none.")
    is_default: bool = Field(default=False, description="Mail of channels without an account leaves from here.")


class MailAccountPatch(Input):
    """What shall change; fields that are left out stay."""

    name: ShownName | None = None
    address: Address | None = None
    from_name: ShownName | None = None
    channel: Key | None = None
    active: bool | None = None
    is_default: bool | None = None


class HealthOut(BaseModel):
    """How an account is: mails that wait for parsing, for the ticket core, for a person, and for the relay."""

    last_received_at: datetime | None
    stored: int
    parsed: int
    held: int
    quarantine: int
    outgoing: int


class MailAccountOut(BaseModel):
    """A mail account."""

    id: UUID
    key: str
    name: str
    address: str
    from_name: str
    channel: str
    kind: str
    active: bool
    is_default: bool
    version: int
    health: HealthOut


class MailAccountsOut(BaseModel):
    """A page of mail accounts, by key."""

    items: list[MailAccountOut]
    next: str | None = Field(description="Cursor of the following page; null at the end.")


@router.get("", operation_id="list_mail_accounts", responses=refusals(InvalidCursor))
async def list_mail_accounts(
    tx: Tx,
    _who: Administrator,
    cursor: Annotated[str | None, Query(max_length=500)] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> MailAccountsOut:
    """All mail accounts with their health."""
    rows = await queries.list_accounts(tx, cursor=cursor, limit=limit + 1)
    page = rows[:limit]
    health = await queries.health(tx, [row["id"] for row in page])
    return MailAccountsOut(
        items=[_out(row, health[row["id"]]) for row in page],
        next=encode_cursor(page[-1]["key"]) if len(rows) > limit else None,
    )


@router.get("/{account_id}", operation_id="get_mail_account", responses=refusals(AccountNotFound))
async def get_mail_account(tx: Tx, response: Response, _who: Administrator, account_id: UUID) -> MailAccountOut:
    """One mail account with its health."""
    return await _shown_account(tx, response, await queries.account_by_id(tx, account_id))


@router.post("", status_code=201, operation_id="add_mail_account", responses=refusals(AccountTaken, Invalid))
async def add_mail_account(
    tx: Tx, request: Request, who: Administrator, body: MailAccountIn, idempotency_key: IdempotencyKey = None
) -> MailAccountOut:
    """Add a mail account. Mail for its address is accepted from now on."""

    async def work() -> MailAccountOut:
        row = await operations.add_account(tx, body.model_dump())
        return _out(row, (await queries.health(tx, [row["id"]]))[row["id"]])

    return await once(  # type: ignore[return-value]  # FastAPI sends a response as it is
        tx,
        request,
        key=idempotency_key,
        actor_id=who.agent_id,
        work=work,
        location=lambda made: f"/api/v1/mail-accounts/{made.id}",
    )


@router.patch(
    "/{account_id}",
    operation_id="change_mail_account",
    responses=refusals(AccountNotFound, AccountTaken, StaleVersion, PreconditionRequired),
)
async def change_mail_account(
    tx: Tx, response: Response, _who: Administrator, *, account_id: UUID, version: IfMatch, body: MailAccountPatch
) -> MailAccountOut:
    """Change a mail account."""
    row = await queries.account_by_id(tx, account_id, for_update=True)
    if row["version"] != version:
        current = (await _shown_account(tx, response, row)).model_dump(mode="json")
        raise StaleVersion("Somebody else changed this mail account in the meantime.", current=current)
    changes = body.model_dump(exclude_unset=True, exclude_none=True)
    if changes:
        row = await operations.change_account(tx, account_id, changes)
    return await _shown_account(tx, response, row)


async def _shown_account(tx: Tx, response: Response, row: sa.RowMapping) -> MailAccountOut:
    response.headers["ETag"] = etag(row["version"])
    return _out(row, (await queries.health(tx, [row["id"]]))[row["id"]])


def _out(row: sa.RowMapping, health: dict[str, Any]) -> MailAccountOut:
    counts = {state.value: health[state] for state in MailState if state in health}
    return MailAccountOut(
        **row,
        health=HealthOut(last_received_at=health["last_received_at"], outgoing=health["outgoing"], **counts),
    )
