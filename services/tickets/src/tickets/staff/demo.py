"""The agents of the demo desk, under ids that the demo data of channels and other services names."""

from uuid import UUID

import sqlalchemy as sa

from chassis.database import Transaction
from tickets.staff import operations
from tickets.staff.models import Agent
from tickets.staff.operations import AgentFields
from tickets.staff.passwords import Cost, Passwords
from tickets.staff.rules.permissions import Role

ADA = UUID("01900000-0000-7000-8000-0000000a0001")
TOM = UUID("01900000-0000-7000-8000-0000000a0002")
ANNA = UUID("01900000-0000-7000-8000-0000000a0003")
VIKTOR = UUID("01900000-0000-7000-8000-0000000a0004")
DORA = UUID("01900000-0000-7000-8000-0000000a0005")
PETRA = UUID("01900000-0000-7000-8000-0000000a0006")

AGENTS = {
    ADA: AgentFields(name="Ada Admin", email="ada@desk.example", role=Role.ADMIN),
    TOM: AgentFields(name="Tom Kraus", email="tom@desk.example"),
    ANNA: AgentFields(name="Anna Müller", email="anna@desk.example", language="de"),
    VIKTOR: AgentFields(name="Viktor Vertrieb", email="viktor@desk.example", language="de"),
    DORA: AgentFields(name="Dora Developer", email="dora@desk.example"),
    PETRA: AgentFields(name="Petra Personal", email="petra@desk.example", language="de"),
}


async def seed(tx: Transaction, *, password: str) -> None:
    """Create the agents that are not there yet, all with this password. The rules for passwords do not apply."""
    there = set(await tx.session.scalars(sa.select(Agent.id).where(Agent.id.in_(AGENTS))))
    missing = {agent_id: fields for agent_id, fields in AGENTS.items() if agent_id not in there}
    if not missing:
        return
    hashed = await Passwords(Cost()).hash(password)
    for agent_id, fields in missing.items():
        await operations.create_agent(tx, fields, password_hash=hashed, agent_id=agent_id)
