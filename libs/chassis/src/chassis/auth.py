"""Who is calling, and may they: the FastAPI dependencies. Without a declared permission a service does not start."""

import re
import time
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from typing import Literal

from fastapi import FastAPI, Request
from fastapi.dependencies.models import Dependant
from fastapi.routing import iter_route_contexts

from chassis.bus import Bus, Refused
from chassis.problems import Forbidden, Unauthenticated
from contracts.tickets import AccessRevoked, Authenticate, Authenticated

SESSION_COOKIE = "__Host-deskstream"
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
CACHE_SECONDS = 5.0
CACHE_SIZE = 10_000

CredentialKind = Literal["session", "token"]
Resolve = Callable[[CredentialKind, str], Awaitable[Authenticated | None]]


@dataclass(frozen=True)
class Credential:
    """What a request brought to show who it is."""

    kind: CredentialKind
    secret: str


def resolve_by_bus(bus: Bus) -> Resolve:
    """Ask the ticket core whose credential it is."""

    async def resolve(kind: CredentialKind, secret: str) -> Authenticated | None:
        try:
            return await bus.ask(Authenticate(kind=kind, secret=secret))
        except Refused as refused:
            if refused.problem.code == "unauthenticated":
                return None
            raise

    return resolve


class Authenticator:
    """Resolves credentials, remembering each for at most 5 s; a revocation makes it forget at once."""

    def __init__(self, resolve: Resolve) -> None:
        self._resolve = resolve
        self._known: dict[Credential, tuple[float, Authenticated]] = {}
        self._revocations = 0

    async def identify(self, request: Request) -> Authenticated:
        """The agent behind the request. Raises `Unauthenticated`, and `Forbidden` for a cross-site request."""
        credential = credential_of(request)
        if credential is None:
            raise Unauthenticated("Sign in, or send an API token: 'Authorization: Bearer ds_…'.")
        if credential.kind == "session":
            refuse_cross_site(request)
        now = time.monotonic()
        known = self._known.get(credential)
        if known is not None and now - known[0] < CACHE_SECONDS:
            return known[1]
        revocations = self._revocations
        who = await self._resolve(credential.kind, credential.secret)
        if who is None:
            self._known.pop(credential, None)
            raise Unauthenticated("The session or token has ended or was never valid. Sign in again.")
        if len(self._known) >= CACHE_SIZE:
            self._known.clear()
        if revocations == self._revocations:  # an answer from before a revocation may be used, but not remembered
            self._known[credential] = (now, who)
        return who

    def forget(self, event: AccessRevoked) -> None:
        """Drop what was remembered of these credentials."""
        self._revocations += 1
        gone = frozenset(event.credential_ids)
        self._known = {key: entry for key, entry in self._known.items() if entry[1].credential_id not in gone}


def credential_of(request: Request) -> Credential | None:
    """The API token or the session of a request; a token wins."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer" and token:
        return Credential("token", token.strip()[:200])
    if cookie := request.cookies.get(SESSION_COOKIE):
        return Credential("session", cookie[:200])
    return None


def refuse_cross_site(request: Request) -> None:
    """The CSRF guard for requests that a cookie speaks for: a change must come from our own pages.

    Browsers say so in Sec-Fetch-Site; where that header is missing, Origin must be ours, or the request carries
    ``X-Deskstream-Client``, which no foreign page can send without being asked first (Fetch, CORS preflight).
    """
    if request.method in SAFE_METHODS:
        return
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        own = site in {"same-origin", "none"}
    elif origin := request.headers.get("origin"):
        own = origin.partition("://")[2] == request.headers.get("host")
    else:
        own = "x-deskstream-client" in request.headers
    if not own:
        raise Forbidden("This request came from another site. Send it from Deskstream itself, or use an API token.")


class Permission:
    """The dependency of a route: the agent who calls, after checking that they hold this permission."""

    def __init__(self, name: str) -> None:
        self.name = name

    async def __call__(self, request: Request) -> Authenticated:
        """The agent. Raises `Unauthenticated` or `Forbidden`."""
        authenticator: Authenticator = request.app.state.authenticator
        who = await authenticator.identify(request)
        if self.name not in who.permissions:
            raise Forbidden(f"This needs the permission '{self.name}', which your role or token does not have.")
        return who


def require(name: str) -> Permission:
    """The route needs this permission, for example ``tickets:read``."""
    return Permission(name)


class Public:
    """The dependency of a route that anyone may call, with the reason why."""

    name = "public"

    def __init__(self, reason: str) -> None:
        self.reason = reason

    async def __call__(self) -> None:
        """Let everyone through."""


class OwnDoor:
    """Base of a service's own sign-in dependency (the portal's customers); counts as a declared permission."""

    name = "own"


@dataclass(frozen=True)
class RoutePermission:
    """A route and the permissions that it declares; none means that it was forgotten."""

    methods: tuple[str, ...]
    path: str
    permissions: tuple[str, ...]

    @property
    def documented_path(self) -> str:
        """The path as OpenAPI writes it, without the kinds of its parameters: ``/tags/{tag_id}``."""
        return re.sub(r"\{(\w+):\w+\}", r"{\1}", self.path)


def route_permissions(app: FastAPI) -> list[RoutePermission]:
    """Every route with its permissions, found by walking its dependencies; only the API description is left out."""
    return [
        RoutePermission(
            methods=tuple(sorted(context.methods or ())),
            path=str(context.path),
            permissions=tuple(_declared(getattr(context, "dependant", None))),
        )
        for context in iter_route_contexts(app.routes)
        if context.path != app.openapi_url
    ]


def _declared(dependant: Dependant | None) -> Iterator[str]:
    if dependant is None:  # a plain route or a mounted app, which cannot declare any
        return
    if isinstance(dependant.call, Permission | Public | OwnDoor):
        yield dependant.call.name
    for inner in dependant.dependencies:
        yield from _declared(inner)


def refuse_undeclared(app: FastAPI) -> None:
    """Default deny: raises LookupError for the first route without a declared permission."""
    for route in route_permissions(app):
        if not route.permissions:
            raise LookupError(f"{route.methods} {route.path} declares no permission: add require(…) or Public(…)")
