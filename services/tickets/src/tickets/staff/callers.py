"""Who may use the routes about one's own access: nobody needs a permission for what is theirs."""

from typing import Annotated

from fastapi import Depends, Request

from chassis.app import App
from chassis.auth import Authenticator, OwnDoor
from chassis.problems import Forbidden
from contracts.tickets import AccessRevoked, Authenticated
from tickets.staff.access import Browser, Ended


class SignedIn(OwnDoor):
    """Everybody with a session or an API token."""

    name = "signed in"

    async def __call__(self, request: Request) -> Authenticated:
        """The agent. Raises `Unauthenticated`."""
        authenticator: Authenticator = request.app.state.authenticator
        return await authenticator.identify(request)


class OwnSession(SignedIn):
    """Everybody with a session. An API token cannot make tokens, end sessions or change a password."""

    name = "own session"

    async def __call__(self, request: Request) -> Authenticated:
        """The agent. Raises `Unauthenticated`, and `Forbidden` for an API token."""
        who = await super().__call__(request)
        if who.kind != "session":
            raise Forbidden("An API token cannot do this. Sign in.")
        return who


async def desk_of(request: Request) -> App:
    """The app, for routes that need more than one transaction, or something done after the commit."""
    desk: App = request.app.state.app
    return desk


async def browser_of(request: Request) -> Browser:
    """Where a request comes from. The server takes the address from the gateway's X-Forwarded-For."""
    address = request.client.host if request.client else ""
    return Browser(user_agent=request.headers.get("user-agent", ""), address=address[:45])


def forget(desk: App, ended: Ended) -> None:
    """Let this process forget at once what others hear from the bus. Call it after the commit."""
    desk.authenticator.forget(AccessRevoked(credential_ids=ended))


Anyone = Annotated[Authenticated, Depends(SignedIn())]
Owner = Annotated[Authenticated, Depends(OwnSession())]
Desk = Annotated[App, Depends(desk_of)]
From = Annotated[Browser, Depends(browser_of)]
