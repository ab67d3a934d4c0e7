"""HTTP: a forgotten password, an invitation, and the first administrator, each by a one-time link."""

from collections.abc import Callable, Coroutine
from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends, Request, Response
from fastapi.routing import APIRoute
from pydantic import ConfigDict, Field
from starlette.exceptions import HTTPException

from chassis.auth import Public, refuse_cross_site, require
from chassis.http import Tx
from chassis.inputs import Input
from chassis.problems import Forbidden, NotFound, NotNow, refusals
from chassis.routes import Routes
from contracts.tickets import Authenticated, Permission
from tickets.staff import links
from tickets.staff.api_agents import AgentOut, Email, Language, Name
from tickets.staff.callers import Desk, From, desk_of, forget
from tickets.staff.errors import (
    AgentHasPassword,
    AgentInactive,
    AgentNotFound,
    EmailTaken,
    InvalidLink,
    SetUpAlready,
    TooManyResets,
    WeakPassword,
)
from tickets.staff.operations import AgentFields
from tickets.staff.passwords import Passwords
from tickets.staff.rules.emails import MAX_ADDRESS, email_key
from tickets.staff.rules.passwords import LONGEST, password_fault
from tickets.staff.rules.permissions import Role

FORGOT = Public("Whoever forgot the password cannot be signed in.")
BY_LINK = Public("The one-time link shows who it is.")

Administrator = Annotated[Authenticated, Depends(require(Permission.STAFF_MANAGE))]
Token = Annotated[str, Field(min_length=1, max_length=200, description="What stands behind `#token=` in the link.")]
NewPassword = Annotated[str, Field(min_length=1, max_length=LONGEST)]


class ResetIn(Input):
    """The address of the account whose password was forgotten."""

    email: Annotated[str, Field(min_length=1, max_length=MAX_ADDRESS)]


class RedemptionIn(Input):
    """The token of a link and the new password."""

    model_config = ConfigDict(hide_input_in_errors=True)

    token: Token
    new_password: NewPassword


class SetupIn(Input):
    """The token of the link, and who the first administrator is."""

    model_config = ConfigDict(hide_input_in_errors=True)

    token: Token
    name: Name
    email: Email
    password: NewPassword
    language: Language = "en"


invitations = Routes(prefix="/api/v1/agents", tags=["agents"])


@invitations.post(
    "/{agent_id}/invitation",
    operation_id="invite_agent",
    status_code=202,
    response_class=Response,
    responses=refusals(AgentNotFound, AgentInactive, AgentHasPassword),
)
async def invite_agent(tx: Tx, who: Administrator, agent_id: UUID) -> Response:
    """Mail an agent without a password a link to set one. It works for 72 hours; a repetition at once has no effect."""
    await links.invite(tx, agent_id, actor=who)
    return Response(status_code=202)


def reset_router(passwords: Passwords) -> Routes:
    """The routes about a forgotten password."""
    router = Routes(prefix="/api/v1/password-resets", tags=["sessions"])

    @router.post(
        "",
        operation_id="ask_for_password_reset",
        status_code=202,
        response_class=Response,
        dependencies=[Depends(FORGOT)],
        responses=refusals(TooManyResets, Forbidden),
    )
    async def ask_for_password_reset(request: Request, tx: Tx, browser: From, wanted: ResetIn) -> Response:
        """Mail a link to set a new password, if there is such an account: the answer is the same, and as fast."""
        refuse_cross_site(request)
        await links.ask_for_reset(tx, account=email_key(wanted.email), address=browser.address)
        return Response(status_code=202)

    @router.post(
        "/redemption",
        operation_id="redeem_password_link",
        status_code=204,
        dependencies=[Depends(BY_LINK)],
        responses=refusals(InvalidLink, WeakPassword, Forbidden, NotNow),
    )
    async def redeem_password_link(request: Request, desk: Desk, redemption: RedemptionIn) -> None:
        """Set a password with the link of a reset or an invitation; every session of the agent ends."""
        refuse_cross_site(request)
        async with desk.database.transaction() as tx:
            agent = await links.agent_of(tx, redemption.token)
        if fault := password_fault(redemption.new_password, email=agent.email):
            raise WeakPassword(fault)
        hashed = await passwords.hash(redemption.new_password)
        async with desk.database.transaction() as tx:
            ended = await links.set_password_by_link(tx, redemption.token, password_hash=hashed)
        forget(desk, ended)

    return router


class WhileNobodyAdministers(APIRoute):
    """A route that is not there once there is an administrator, whatever is sent to it."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Look before the body is read."""
        serve = super().get_route_handler()

        async def served(request: Request) -> Response:
            async with (await desk_of(request)).database.transaction() as tx:
                if await links.is_set_up(tx):
                    raise HTTPException(404)
            try:
                return await serve(request)
            except SetUpAlready as error:
                raise HTTPException(404) from error

        return served


def setup_router(passwords: Passwords) -> Routes:
    """The route of the first administrator."""
    router = Routes(prefix="/api/v1/setup", tags=["setup"], route_class=WhileNobodyAdministers)

    @router.post(
        "",
        operation_id="set_up",
        status_code=201,
        dependencies=[Depends(BY_LINK)],
        responses=refusals(NotFound, InvalidLink, WeakPassword, EmailTaken, Forbidden, NotNow),
    )
    async def set_up(request: Request, response: Response, desk: Desk, new: SetupIn) -> AgentOut:
        """Make the first administrator, with the link that `tickets setup-link` printed. After that: 404."""
        refuse_cross_site(request)
        async with desk.database.transaction() as tx:
            await links.setup_works(tx, new.token)
        if fault := password_fault(new.password, email=new.email):
            raise WeakPassword(fault)
        hashed = await passwords.hash(new.password)
        fields = AgentFields(name=new.name, email=new.email, language=new.language, role=Role.ADMIN)
        async with desk.database.transaction() as tx:
            agent = await links.set_up(tx, new.token, fields, password_hash=hashed)
        response.headers["Location"] = f"/api/v1/agents/{agent.id}"
        return AgentOut.model_validate(agent)

    return router
