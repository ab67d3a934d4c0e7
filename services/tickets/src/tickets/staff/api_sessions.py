"""HTTP: signing in and out, one's own sessions and one's own password."""

from contextlib import suppress
from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from chassis.auth import SESSION_COOKIE, Public, refuse_cross_site
from chassis.http import Tx
from chassis.inputs import Input
from chassis.problems import Forbidden, NotNow, refusals
from chassis.routes import Routes
from contracts.tickets import Authenticated, Permission
from tickets.staff import access, operations, queries
from tickets.staff.access import Account, Browser
from tickets.staff.callers import Anyone, Desk, From, Owner, forget
from tickets.staff.errors import SessionNotFound, SignInFailed, TooManySignIns, WeakPassword, WrongPassword
from tickets.staff.passwords import Passwords
from tickets.staff.rules.credentials import ABSOLUTE
from tickets.staff.rules.emails import MAX_ADDRESS, email_key
from tickets.staff.rules.passwords import LONGEST, password_fault
from tickets.staff.rules.permissions import PERMISSIONS, Role

NOT_SIGNED_IN_YET = Public("Whoever signs in cannot be signed in yet.")

Password = Annotated[str, Field(min_length=1, max_length=LONGEST)]


class SignInIn(Input):
    """Address and password of an agent."""

    model_config = ConfigDict(hide_input_in_errors=True)

    email: Annotated[str, Field(min_length=1, max_length=MAX_ADDRESS)]
    password: Password


class MeOut(BaseModel):
    """The agent who is signed in; ``permissions`` are cut down to the scopes where an API token speaks."""

    id: UUID
    name: str
    email: str
    language: str
    role: Role
    permissions: list[Permission]


class SessionOut(BaseModel):
    """A session of an agent. ``current`` is the one that asks; it ends at ``ends_at`` if it is not used."""

    id: UUID
    current: bool
    created_at: datetime
    seen_at: datetime
    ends_at: datetime
    user_agent: str
    address: str


class SessionsOut(BaseModel):
    """Sessions, newest first; at most 100, so there is no further page."""

    items: list[SessionOut]
    next: None = None


class PasswordIn(Input):
    """The present password and the new one."""

    model_config = ConfigDict(hide_input_in_errors=True)

    current_password: Password
    new_password: Password


sessions = Routes(prefix="/api/v1", tags=["sessions"])


def sign_in_router(passwords: Passwords) -> Routes:
    """The routes that verify a password."""
    router = Routes(prefix="/api/v1", tags=["sessions"])

    @router.post(
        "/session",
        operation_id="sign_in",
        status_code=201,
        dependencies=[Depends(NOT_SIGNED_IN_YET)],
        responses=refusals(SignInFailed, Forbidden, TooManySignIns, NotNow),
    )
    async def sign_in(request: Request, response: Response, desk: Desk, browser: From, who: SignInIn) -> MeOut:
        """Sign in. The session is in the cookie `__Host-deskstream`; it is a new one at each sign-in."""
        refuse_cross_site(request)
        account = await _verified(desk, passwords, email=email_key(who.email), password=who.password, browser=browser)
        if account is None or not account.active:
            raise _failed()
        async with desk.database.transaction() as tx:
            await access.forgive_attempts(tx, email=email_key(who.email), address=browser.address)
            secret = await access.start_session(tx, account, browser=browser)
            if secret is None:
                raise _failed()
            ended = await access.end_session_of(tx, request.cookies.get(SESSION_COOKIE, ""))
            agent = await queries.get_agent(tx, account.agent_id)
        forget(desk, ended)
        await _renew(desk, passwords, account, password=who.password)
        response.set_cookie(
            SESSION_COOKIE,
            secret,
            max_age=int(ABSOLUTE.total_seconds()),
            path="/",
            secure=True,
            httponly=True,
            samesite="lax",
        )
        response.headers["Cache-Control"] = "no-store"
        return _me(agent, PERMISSIONS[agent.role])

    @router.put(
        "/agents/me/password",
        operation_id="change_my_password",
        status_code=204,
        responses=refusals(WrongPassword, WeakPassword, TooManySignIns, NotNow),
    )
    async def change_my_password(desk: Desk, who: Owner, browser: From, change: PasswordIn) -> None:
        """Change one's own password; every other session of one's own ends."""
        async with desk.database.transaction() as tx:
            me = await queries.get_agent(tx, who.agent_id)
        if await _verified(desk, passwords, email=me.email, password=change.current_password, browser=browser) is None:
            raise WrongPassword("The present password is another one.")
        if fault := password_fault(change.new_password, email=me.email):
            raise WeakPassword(fault)
        hashed = await passwords.hash(change.new_password)
        async with desk.database.transaction() as tx:
            await access.forgive_attempts(tx, email=me.email, address=browser.address)
            ended = await operations.set_password(
                tx, me.id, password_hash=hashed, by="themselves", keep=who.credential_id, actor=who
            )
        forget(desk, ended)

    return router


@sessions.get("/session", operation_id="get_session")
async def get_session(tx: Tx, who: Anyone, response: Response) -> MeOut:
    """Who is signed in here, and what they may do."""
    response.headers["Cache-Control"] = "no-store"
    return _me(await queries.get_agent(tx, who.agent_id), who.permissions)


@sessions.delete("/session", operation_id="sign_out", status_code=204)
async def sign_out(desk: Desk, who: Owner, response: Response) -> None:
    """Sign out: the session ends at once, everywhere. One that has just ended elsewhere is signed out, too."""
    with suppress(SessionNotFound):
        await _end(desk, who, session_id=who.credential_id)
    response.delete_cookie(SESSION_COOKIE, path="/", secure=True, httponly=True, samesite="lax")


@sessions.get("/sessions", operation_id="list_my_sessions")
async def list_my_sessions(tx: Tx, who: Owner) -> SessionsOut:
    """Where one is signed in."""
    found = await queries.list_sessions(tx, who.agent_id)
    return SessionsOut(items=[SessionOut(current=view.id == who.credential_id, **vars(view)) for view in found])


@sessions.delete(
    "/sessions/{session_id}", operation_id="end_session", status_code=204, responses=refusals(SessionNotFound)
)
async def end_session(desk: Desk, who: Owner, session_id: UUID) -> None:
    """End one of one's own sessions."""
    await _end(desk, who, session_id=session_id)


async def _end(desk: Desk, who: Authenticated, *, session_id: UUID) -> None:
    async with desk.database.transaction() as tx:
        ended = await access.end_session(tx, agent_id=who.agent_id, session_id=session_id)
    forget(desk, ended)


async def _verified(desk: Desk, passwords: Passwords, *, email: str, password: str, browser: Browser) -> Account | None:
    """The account if the password is right. No connection is held while the password is hashed."""
    async with desk.database.transaction() as tx:
        account = await access.begin_sign_in(tx, email=email, address=browser.address)
    if await passwords.verify(password, account.password_hash if account else None):
        return account
    async with desk.database.transaction() as tx:
        await access.note_block(tx, email=email, address=browser.address)
    return None


async def _renew(desk: Desk, passwords: Passwords, account: Account, *, password: str) -> None:
    if account.password_hash is None or not passwords.outdated(account.password_hash):
        return
    renewed = await passwords.hash(password)
    async with desk.database.transaction() as tx:
        await operations.renew_hash(tx, account.agent_id, old=account.password_hash, new=renewed)


def _failed() -> SignInFailed:
    return SignInFailed("Address and password do not belong together. Check both; in the password case counts.")


def _me(agent: queries.AgentView, permissions: frozenset[str]) -> MeOut:
    return MeOut(
        id=agent.id,
        name=agent.name,
        email=agent.email,
        language=agent.language,
        role=agent.role,
        permissions=sorted(Permission(name) for name in permissions),
    )
