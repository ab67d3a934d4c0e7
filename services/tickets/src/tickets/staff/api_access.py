"""HTTP: where other agents are signed in and which API tokens they have, for administrators who must end it (TS-12)."""

from typing import Annotated
from uuid import UUID

from fastapi import Depends

from chassis.auth import require
from chassis.http import Tx
from chassis.problems import refusals
from chassis.routes import Routes
from contracts.tickets import Authenticated, Permission
from tickets.staff import access, queries
from tickets.staff.api_sessions import SessionOut, SessionsOut
from tickets.staff.api_tokens import TokenOut, TokensOut
from tickets.staff.callers import Desk, forget
from tickets.staff.errors import AgentNotFound, SessionNotFound, TokenNotFound

Administrator = Annotated[Authenticated, Depends(require(Permission.STAFF_MANAGE))]

access_of_others = Routes(prefix="/api/v1/agents/{agent_id}", tags=["agents"])


@access_of_others.get("/sessions", operation_id="list_sessions_of_agent", responses=refusals(AgentNotFound))
async def list_sessions_of_agent(tx: Tx, who: Administrator, agent_id: UUID) -> SessionsOut:
    """Where an agent is signed in."""
    await queries.get_agent(tx, agent_id)
    found = await queries.list_sessions(tx, agent_id)
    return SessionsOut(items=[SessionOut(current=view.id == who.credential_id, **vars(view)) for view in found])


@access_of_others.delete(
    "/sessions", operation_id="end_sessions_of_agent", status_code=204, responses=refusals(AgentNotFound)
)
async def end_sessions_of_agent(desk: Desk, who: Administrator, agent_id: UUID) -> None:
    """Sign an agent out everywhere, at once."""
    async with desk.database.transaction() as tx:
        await queries.get_agent(tx, agent_id)
        ended = await access.end_sessions(tx, agent_id, actor=who)
    forget(desk, ended)


@access_of_others.delete(
    "/sessions/{session_id}",
    operation_id="end_session_of_agent",
    status_code=204,
    responses=refusals(SessionNotFound),
)
async def end_session_of_agent(desk: Desk, who: Administrator, agent_id: UUID, session_id: UUID) -> None:
    """End one session of an agent, at once and everywhere."""
    async with desk.database.transaction() as tx:
        ended = await access.end_session(tx, agent_id=agent_id, session_id=session_id, actor=who)
    forget(desk, ended)


@access_of_others.get("/tokens", operation_id="list_tokens_of_agent", responses=refusals(AgentNotFound))
async def list_tokens_of_agent(tx: Tx, _who: Administrator, agent_id: UUID) -> TokensOut:
    """The API tokens of an agent, without their secrets."""
    await queries.get_agent(tx, agent_id)
    return TokensOut(items=[TokenOut.model_validate(vars(view)) for view in await queries.list_tokens(tx, agent_id)])


@access_of_others.delete(
    "/tokens/{token_id}", operation_id="delete_token_of_agent", status_code=204, responses=refusals(TokenNotFound)
)
async def delete_token_of_agent(desk: Desk, who: Administrator, agent_id: UUID, token_id: UUID) -> None:
    """Delete an API token of an agent; it ends at once, everywhere."""
    async with desk.database.transaction() as tx:
        ended = await access.delete_token(tx, agent_id=agent_id, token_id=token_id, actor=who)
    forget(desk, ended)
