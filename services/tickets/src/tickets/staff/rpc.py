"""Requests: whose a credential is, and how agents are addressed."""

from chassis.database import Transaction
from contracts.messages import Problem
from contracts.tickets import AgentCards, Authenticate, Authenticated, DescribeAgents
from tickets.staff import access, queries

MOST_AGENTS = 200


async def authenticate(tx: Transaction, request: Authenticate) -> Authenticated | Problem:
    """The agent behind a session or an API token."""
    who = await access.identify(tx, request.kind, request.secret)
    if who is None:
        return Problem(code="unauthenticated", detail="The session or token has ended or was never valid.")
    return who


async def describe_agents(tx: Transaction, request: DescribeAgents) -> AgentCards | Problem:
    """The cards of these agents."""
    if len(request.agent_ids) > MOST_AGENTS:
        return Problem(code="invalid_request", detail=f"At most {MOST_AGENTS} agents can be asked for at once.")
    return AgentCards(agents=await queries.agent_cards(tx, request.agent_ids))
