"""Where what happens now comes from, for whoever writes it down: the request's address and program."""

from contextvars import ContextVar
from dataclasses import dataclass

from starlette.types import ASGIApp, Receive, Scope, Send

LONGEST_ADDRESS = 45
LONGEST_USER_AGENT = 300


@dataclass(frozen=True)
class Caller:
    """The other end. The server takes ``address`` from the gateway's X-Forwarded-For; a client can lie in the other."""

    address: str
    user_agent: str


COMMAND_LINE = Caller(address="", user_agent="command line")
"""Whoever may run a command on the machine itself."""

caller: ContextVar[Caller | None] = ContextVar("caller", default=None)
"""None where nobody called: an event, the clock."""


class RememberCaller:
    """Sets `caller` for as long as a request is served."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        before = caller.set(_caller_of(scope))
        try:
            await self._app(scope, receive, send)
        finally:
            caller.reset(before)


def _caller_of(scope: Scope) -> Caller:
    client = scope.get("client")
    agent = next((value for name, value in scope["headers"] if name == b"user-agent"), b"")
    return Caller(
        address=str(client[0])[:LONGEST_ADDRESS] if client else "",
        user_agent=agent[:LONGEST_USER_AGENT].decode("latin-1"),
    )
