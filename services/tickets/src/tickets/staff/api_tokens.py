"""HTTP: one's own API tokens."""

from datetime import datetime, timedelta
from typing import Annotated
from uuid import UUID

from fastapi import Response
from pydantic import BaseModel, Field, StringConstraints

from chassis.http import Tx
from chassis.inputs import Input
from chassis.problems import refusals
from chassis.routes import Routes
from contracts.tickets import Permission
from tickets.staff import access, queries
from tickets.staff.callers import Desk, Owner, forget
from tickets.staff.errors import ScopeNotAllowed, TokenNotFound, TooManyTokens
from tickets.staff.rules.credentials import LONGEST_TOKEN


class TokenIn(Input):
    """A new API token; its scopes are among one's own permissions."""

    name: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100, pattern=r"^[^\x00]*$")]
    scopes: Annotated[frozenset[Permission], Field(min_length=1)]
    expires_in_days: Annotated[int, Field(ge=1, le=LONGEST_TOKEN.days)] = 90


class TokenOut(BaseModel):
    """An API token. What it allows is what both its scopes and its agent's role allow at the moment of use."""

    id: UUID
    name: str
    scopes: list[Permission]
    created_at: datetime
    expires_at: datetime
    last_used_at: datetime | None


class NewTokenOut(TokenOut):
    """A new API token. ``token`` is shown this once; send it as `Authorization: Bearer ds_…`."""

    token: str


class TokensOut(BaseModel):
    """API tokens, newest first; at most 50, so there is no further page."""

    items: list[TokenOut]
    next: None = None


tokens = Routes(prefix="/api/v1/tokens", tags=["tokens"])


@tokens.get("", operation_id="list_my_tokens")
async def list_my_tokens(tx: Tx, who: Owner) -> TokensOut:
    """One's own API tokens."""
    return TokensOut(
        items=[TokenOut.model_validate(vars(view)) for view in await queries.list_tokens(tx, who.agent_id)]
    )


@tokens.post("", operation_id="create_token", status_code=201, responses=refusals(TooManyTokens, ScopeNotAllowed))
async def create_token(tx: Tx, who: Owner, response: Response, token: TokenIn) -> NewTokenOut:
    """Create an API token. There is no Idempotency-Key: a repeated answer would need the secret to be stored."""
    view, text = await access.create_token(
        tx, who=who, name=token.name, scopes=token.scopes, lasting=timedelta(days=token.expires_in_days)
    )
    response.headers["Cache-Control"] = "no-store"
    return NewTokenOut.model_validate({**vars(view), "token": text})


@tokens.delete("/{token_id}", operation_id="delete_token", status_code=204, responses=refusals(TokenNotFound))
async def delete_token(desk: Desk, who: Owner, token_id: UUID) -> None:
    """Delete one of one's own API tokens; it ends at once, everywhere."""
    async with desk.database.transaction() as tx:
        ended = await access.delete_token(tx, agent_id=who.agent_id, token_id=token_id, actor=who)
    forget(desk, ended)
