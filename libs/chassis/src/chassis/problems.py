"""Refusals over HTTP: RFC 9457 problem details, with a stable code and a text that says what to do next."""

import logging
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any, ClassVar

import orjson
from asyncpg import exceptions as pg
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.routing import iter_route_contexts
from pydantic import BaseModel, Field
from sqlalchemy.exc import DBAPIError
from starlette.exceptions import HTTPException

from chassis import telemetry
from chassis.bus import Refused
from chassis.listener import Unavailable, is_outage, storable

log = logging.getLogger(__name__)

MEDIA_TYPE = "application/problem+json"


class FieldError(BaseModel):
    """What is wrong with one field."""

    field: str = Field(description="Where it is: body.subject, query.limit, header.If-Match …")
    detail: str


class ProblemDetails(BaseModel):
    """RFC 9457 §3.1; ``code`` is stable and for programs."""

    type: str = "about:blank"
    title: str
    status: int
    code: str
    detail: str
    correlation_id: str
    errors: list[FieldError] = Field(default_factory=list)
    current: Any = Field(default=None, description="For a conflict: the state as it is now.")


class Refusal(Exception):
    """An expected refusal. Each subclass has its status, its stable code and its title; declare it on the route.

    ```
    Refusal
    ├── NotFound 404 · Forbidden 403 · Unauthenticated 401
    ├── Conflict 409 (a service's own conflicts derive from it)
    ├── Invalid 422
    └── TooMany 429 · NotNow 503
    ```
    """

    status: ClassVar[int] = 400
    code: ClassVar[str] = "refused"
    title: ClassVar[str] = "Refused"

    def __init__(
        self,
        detail: str,
        *,
        errors: Sequence[FieldError] = (),
        current: object = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(detail)
        self.errors = list(errors)
        self.detail = detail
        self.current = current
        self.headers = dict(headers or {})


class NotFound(Refusal):
    """There is no such thing, or the caller may not know of it."""

    status, code, title = 404, "not_found", "Not found"


class Unauthenticated(Refusal):
    """Nobody is signed in."""

    status, code, title = 401, "unauthenticated", "Sign in first"


class Forbidden(Refusal):
    """The caller is known and may not do this."""

    status, code, title = 403, "forbidden", "Not allowed"


class Conflict(Refusal):
    """The state does not allow it (any more); ``current`` shows the state."""

    status, code, title = 409, "conflict", "Conflict"


class PreconditionRequired(Refusal):
    """A change must say which version it is based on."""

    status, code, title = 428, "version_required", "Version required"


class Invalid(Refusal):
    """The input is understood and wrong."""

    status, code, title = 422, "invalid", "Invalid input"


class TooMany(Refusal):
    """Too many requests; the header Retry-After says when to come back."""

    status, code, title = 429, "too_many_requests", "Too many requests"


class NotNow(Refusal):
    """Something that is needed cannot be reached."""

    status, code, title = 503, "unavailable", "Not available now"


def refusals(*kinds: type[Refusal]) -> dict[int | str, dict[str, Any]]:
    """The ``responses`` of a route that can refuse in these ways."""
    described: dict[int | str, dict[str, Any]] = {}
    for kind in kinds:
        entry = described.setdefault(
            kind.status,
            {"content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/ProblemDetails"}}}, "description": ""},
        )
        entry["description"] = " / ".join(filter(None, [entry["description"], f"{kind.title} (`{kind.code}`)"]))
    return described


def problem_response(
    *,
    status: int,
    code: str,
    title: str,
    detail: str,
    errors: list[FieldError] | None = None,
    current: object = None,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """The response for a refusal."""
    body = ProblemDetails(
        title=title,
        status=status,
        code=code,
        detail=detail,
        correlation_id=telemetry.correlation_id(),
        errors=errors or [],
        current=current,
    )
    return Response(
        orjson.dumps(body.model_dump(mode="json", exclude_none=True)),
        status_code=status,
        media_type=MEDIA_TYPE,
        headers=dict(headers or {}),
    )


def install(app: FastAPI) -> None:
    """Answer every error of this app with problem details."""

    @app.exception_handler(Refusal)
    async def refused(_request: Request, error: Refusal) -> Response:
        return problem_response(
            status=error.status,
            code=error.code,
            title=error.title,
            detail=error.detail,
            errors=error.errors,
            current=error.current,
            headers=error.headers,
        )

    @app.exception_handler(RequestValidationError)
    async def invalid(_request: Request, error: RequestValidationError) -> Response:
        errors = [
            FieldError(field=storable(".".join(str(part) for part in item["loc"])), detail=storable(item["msg"]))
            for item in error.errors()
        ]
        named = ", ".join(dict.fromkeys(item.field for item in errors))
        return problem_response(
            status=422, code="invalid", title="Invalid input", detail=f"Check these fields: {named}.", errors=errors
        )

    @app.exception_handler(HTTPException)
    async def http_error(request: Request, error: HTTPException) -> Response:
        if error.status_code == HTTPStatus.BAD_REQUEST:  # a body that is no UTF-8, that is too deep, no multipart …
            return await invalid(request, RequestValidationError([{"loc": ("body",), "msg": str(error.detail)}]))
        wrong_method = error.status_code == HTTPStatus.METHOD_NOT_ALLOWED
        return problem_response(
            status=error.status_code,
            code={404: "not_found", 405: "method_not_allowed", 413: "too_large"}.get(error.status_code, "refused"),
            title=HTTPStatus(error.status_code).phrase,
            detail={
                404: "There is nothing at this address. The API documentation lists what there is.",
                405: "This address does not know this method. The header Allow lists those that it knows.",
            }.get(error.status_code, str(error.detail)),
            headers={"Allow": _allowed(request)} if wrong_method else error.headers,
        )

    @app.exception_handler(Refused)
    async def refused_by_owner(_request: Request, error: Refused) -> Response:
        status = {"not_found": 404, "unauthenticated": 401, "internal": 502}.get(error.problem.code, 422)
        return problem_response(status=status, code=error.problem.code, title="Refused", detail=error.problem.detail)

    @app.exception_handler(Exception)
    async def failed(_request: Request, error: Exception) -> Response:
        return failure_response(error)


def _allowed(request: Request) -> str:
    """The methods that the address knows: Starlette would name those of one route only (RFC 9110 §15.5.6)."""
    known: set[str] = set()
    for route in iter_route_contexts(request.app.routes):
        if route.path_regex.match(request.url.path):
            known |= route.methods or set()
    return ", ".join(sorted(known))


def _is_unstorable(error: Exception) -> bool:
    """Whether PostgreSQL or its driver refused a value: NUL, half a character, a number or a text that is too long."""
    return isinstance(error, DBAPIError) and isinstance(getattr(error.orig, "__cause__", None), pg.DataError)


def too_large_text(limit: int) -> str:
    """What a caller is told whose request is too large."""
    return f"The request may have at most {limit} bytes. Send less, or send it in parts."


def too_large(limit: int) -> Response:
    """The response for a request whose declared length is above the limit."""
    return problem_response(status=413, code="too_large", title=HTTPStatus(413).phrase, detail=too_large_text(limit))


def failure_response(error: Exception) -> Response:
    """The response for something unexpected: 503 where a part cannot be reached, else 500; the log has the rest."""
    if is_outage(error) or isinstance(error, Unavailable):
        log.warning("not available: %s: %s", type(error).__name__, error)
        return problem_response(
            status=503,
            code="unavailable",
            title="Not available now",
            detail="A part of the system cannot be reached. Nothing was changed; try again in a few seconds.",
            headers={"Retry-After": "5"},
        )
    log.error("a request failed", exc_info=error)
    if _is_unstorable(error):
        return problem_response(
            status=422,
            code="invalid",
            title="Invalid input",
            detail="A text holds a character, or a number has a size, that cannot be stored.",
        )
    return problem_response(
        status=500,
        code="internal",
        title="Internal error",
        detail="This is a fault on our side. Give the correlation id to the administrator: the log has the details.",
    )
