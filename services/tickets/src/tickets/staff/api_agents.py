"""HTTP: the agents of the desk."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends, Query, Request, Response
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from chassis.auth import require
from chassis.http import Tx
from chassis.idempotency import IdempotencyKey, once
from chassis.inputs import Input
from chassis.paging import InvalidCursor
from chassis.problems import Invalid, NotNow, PreconditionRequired, refusals
from chassis.routes import Routes
from chassis.versions import IfMatch, StaleVersion, etag
from contracts.tickets import Authenticated, Permission
from tickets.staff import operations, queries
from tickets.staff.callers import Desk, forget
from tickets.staff.errors import AgentNotFound, EmailTaken, LastAdmin, WeakPassword
from tickets.staff.operations import AgentFields
from tickets.staff.passwords import Passwords
from tickets.staff.rules.emails import clean_email
from tickets.staff.rules.passwords import LONGEST, password_fault
from tickets.staff.rules.permissions import Role

Reader = Annotated[Authenticated, Depends(require(Permission.STAFF_READ))]
Administrator = Annotated[Authenticated, Depends(require(Permission.STAFF_MANAGE))]


def _printable(text: str) -> str:
    if not text.isprintable():
        raise ValueError("leave out line breaks and other invisible characters")
    return text


Line = StringConstraints(strip_whitespace=True, min_length=1, max_length=200)
Name = Annotated[str, Line, AfterValidator(_printable)]
Email = Annotated[str, Field(max_length=320, json_schema_extra={"format": "email"}), AfterValidator(clean_email)]
Language = Annotated[str, StringConstraints(pattern=r"^[a-z]{2}(-[A-Z]{2})?$")]


class AgentIn(Input):
    """A new agent. The password is set by a change: what is created with an Idempotency-Key holds no secret."""

    name: Name
    email: Email
    language: Language = "en"
    role: Role = Role.AGENT


class AgentPatch(Input):
    """What shall change; a field that is left out stays. Role, password and ``active`` end the agent's sessions."""

    model_config = ConfigDict(hide_input_in_errors=True)

    # A factory, because null is no name: the API document shows the field as optional and without a default.
    name: Name = Field(default_factory=str)
    email: Email = Field(default_factory=str)
    language: Language = Field(default_factory=str)
    role: Role = Field(default_factory=lambda: Role.AGENT)
    active: bool = Field(default_factory=bool)
    password: Annotated[str, Field(min_length=1, max_length=LONGEST)] = Field(default_factory=str)


class AgentOut(BaseModel):
    """An agent."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    name: str
    email: str
    language: str
    role: Role
    active: bool
    version: int
    created_at: datetime
    changed_at: datetime


class AgentsOut(BaseModel):
    """A page of agents in the order of their names."""

    model_config = ConfigDict(from_attributes=True)

    items: list[AgentOut]
    next: str | None


agents = Routes(prefix="/api/v1/agents", tags=["agents"])


@agents.get("", operation_id="list_agents", responses=refusals(InvalidCursor))
async def list_agents(
    tx: Tx,
    _who: Reader,
    active: bool | None = None,
    cursor: Annotated[str | None, Query(max_length=1000, description="What the page before gave as `next`.")] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 100,
) -> AgentsOut:
    """Agents by name."""
    return AgentsOut.model_validate(await queries.list_agents(tx, active=active, cursor=cursor, limit=limit))


@agents.get("/{agent_id}", operation_id="get_agent", responses=refusals(AgentNotFound))
async def get_agent(tx: Tx, _who: Reader, response: Response, agent_id: UUID) -> AgentOut:
    """One agent, with the version in ``ETag``."""
    agent = await queries.get_agent(tx, agent_id)
    response.headers["ETag"] = etag(agent.version)
    return AgentOut.model_validate(agent)


@agents.post(
    "",
    operation_id="create_agent",
    status_code=201,
    response_model=AgentOut,
    responses=refusals(EmailTaken, Invalid),
)
async def create_agent(
    tx: Tx, who: Administrator, request: Request, agent: AgentIn, key: IdempotencyKey = None
) -> Response:
    """Create an agent. Nobody can sign in as them until an administrator set a password."""

    async def work() -> AgentOut:
        return AgentOut.model_validate(await operations.create_agent(tx, AgentFields(**agent.model_dump()), actor=who))

    return await once(tx, request, key=key, actor_id=who.agent_id, work=work, location=_url)


def change_router(passwords: Passwords) -> Routes:
    """The route that may set a password."""
    router = Routes(prefix="/api/v1/agents", tags=["agents"])

    @router.patch(
        "/{agent_id}",
        operation_id="change_agent",
        responses=refusals(
            AgentNotFound, StaleVersion, EmailTaken, LastAdmin, PreconditionRequired, Invalid, WeakPassword, NotNow
        ),
    )
    async def change_agent(
        desk: Desk, who: Administrator, response: Response, version: IfMatch, agent_id: UUID, patch: AgentPatch
    ) -> AgentOut:
        """Change an agent that was read in the version of ``If-Match``."""
        changes: dict[str, Any] = patch.model_dump(exclude_unset=True)
        hashed = None
        if password := changes.pop("password", None):
            async with desk.database.transaction() as tx:
                before = await queries.get_agent(tx, agent_id)
            if fault := password_fault(password, email=changes.get("email", before.email)):
                raise WeakPassword(fault)
            hashed = await passwords.hash(password)
        async with desk.database.transaction() as tx:
            agent, ended = await operations.change_agent(
                tx, agent_id, version=version, changes=changes, password_hash=hashed, actor=who
            )
        forget(desk, ended)
        response.headers["ETag"] = etag(agent.version)
        return AgentOut.model_validate(agent)

    return router


def _url(agent: AgentOut) -> str:
    return f"/api/v1/agents/{agent.id}"
