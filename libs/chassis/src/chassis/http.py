"""The HTTP side of a service: a FastAPI app with problems, limits, correlation, metrics and the transaction."""

import re
import time
from collections.abc import AsyncIterator, Mapping
from typing import TYPE_CHECKING, Annotated

from fastapi import Depends, FastAPI, Request
from opentelemetry import trace
from opentelemetry.trace import SpanKind
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from chassis import problems, telemetry
from chassis.auth import Authenticator, refuse_undeclared
from chassis.caller import RememberCaller
from chassis.database import Transaction
from chassis.routes import Routes

if TYPE_CHECKING:
    from chassis.app import App

HARMLESS = re.compile(r"[A-Za-z0-9-]{1,64}")
"""What a correlation id from outside may look like, so that it cannot forge a log line or a header."""

METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})

EVENT_STREAM = b"text/event-stream; charset=utf-8"
"""The media type of a response that goes on until somebody ends it (server-sent events)."""

SECURITY_HEADERS = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-opener-policy", b"same-origin"),
)


async def _transaction(request: Request) -> AsyncIterator[Transaction]:
    app: App = request.app.state.app
    async with app.database.transaction() as tx:
        yield tx


Tx = Annotated[Transaction, Depends(_transaction, scope="function")]
"""The transaction of a request: committed before the answer is sent, rolled back when the route raises."""


class Edge:
    """The outermost layer: correlation id, span, body limit, security headers, metrics, and the last safety net."""

    def __init__(
        self, app: ASGIApp, *, service: str, body_limit: int, body_limits: Mapping[str, int] | None = None
    ) -> None:
        self._app = app
        self._service = service
        self._limit = body_limit
        self._limits = dict(body_limits or {})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        with (
            telemetry.correlated(_clean(headers.get("x-correlation-id"))) as correlation,
            telemetry.span("HTTP", kind=SpanKind.SERVER, parent=headers.get("traceparent")),
        ):
            await self._serve(scope, receive, send, declared=headers.get("content-length"), correlation=correlation)

    async def _serve(
        self, scope: Scope, receive: Receive, send: Send, *, declared: str | None, correlation: str
    ) -> None:
        started = time.perf_counter()
        limit = self._limits.get(scope["path"], self._limit)
        status = 500
        complete = endless = False

        async def sending(message: Message) -> None:
            nonlocal status, complete, endless
            if message["type"] == "http.response.start":
                status = message["status"]
                endless = (b"content-type", EVENT_STREAM) in message.get("headers", ())
                message["headers"] = [
                    *message.get("headers", ()),
                    *SECURITY_HEADERS,
                    (b"x-correlation-id", correlation.encode()),
                ]
            elif message["type"] == "http.response.body":
                complete = not message.get("more_body", False)
            await send(message)

        try:
            if declared is not None and declared.isdecimal() and int(declared) > limit:
                await problems.too_large(limit)(scope, receive, sending)
            else:
                await self._app(scope, _limited(receive, limit), sending)
        except Exception:
            # The app's own handler has logged it and answered, and Starlette raises it once more for the server.
            if not complete:
                raise
        finally:
            route = getattr(scope.get("route"), "path", "unknown")
            method = scope["method"] if scope["method"] in METHODS else "other"
            trace.get_current_span().update_name(f"{method} {route}")  # the path itself may hold a secret
            if not endless:  # how long somebody left a page open is no duration of a request
                telemetry.HTTP_SECONDS.labels(self._service, method, route, str(status)).observe(
                    time.perf_counter() - started
                )


def _clean(correlation: str | None) -> str | None:
    """A caller's correlation id, if it is harmless."""
    return correlation if correlation and HARMLESS.fullmatch(correlation) else None


def _limited(receive: Receive, limit: int) -> Receive:
    taken = 0

    async def limited() -> Message:
        nonlocal taken
        message = await receive()
        taken += len(message.get("body", b""))
        if taken > limit:
            # The one kind of exception that FastAPI lets through while it reads a body.
            raise HTTPException(413, problems.too_large_text(limit))
        return message

    return limited


def create_api(
    app: "App", *, title: str, routers: tuple[Routes, ...], docs_url: str, authenticator: Authenticator
) -> FastAPI:
    """The FastAPI app of a service's slice. Raises LookupError if a route declares no permission."""
    api = FastAPI(
        title=title,
        version="1",
        docs_url=None,
        redoc_url=None,
        openapi_url=f"{docs_url}/openapi.json",
        redirect_slashes=False,  # the redirect would repeat whatever Host the caller sent
    )
    api.state.app = app
    api.state.authenticator = authenticator
    api.add_middleware(RememberCaller)
    problems.install(api)
    for router in routers:
        router.join(api)
    refuse_undeclared(api)
    return api


def with_edge(app: ASGIApp, *, service: str, body_limit: int, body_limits: Mapping[str, int] | None = None) -> ASGIApp:
    """The app behind its outermost layer. ``body_limits`` are those of single paths that take files."""
    return Edge(app, service=service, body_limit=body_limit, body_limits=body_limits)
