"""What the local desk serves itself: landing page, state of the services, mail viewer, and the API documents."""

from collections.abc import Awaitable, Callable
from html import escape
from http import HTTPStatus
from pathlib import Path

import fastapi_offline
from fastapi.openapi.docs import get_swagger_ui_html
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, JSONResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from chassis.app import App
from chassis.health import check
from chassis.problems import problem_response
from deskstream_local import mail_pages, pages
from deskstream_local.people import People
from deskstream_local.sink import Sink

DOCUMENTS = {"/api/v1": "staff", "/portal/api/v1": "portal"}
"""The two gateway APIs, and what their files in ``docs/api`` are called."""

DOORS = {
    "/": ("Staff app", "Where agents work; sign in with an account below"),
    "/dev/mails": ("Mail viewer", "Every mail that the desk sent"),
    "/portal": ("Customer portal", "Where customers read their tickets and write"),
    "/api/v1/docs": ("Staff API", "What agents and integrators use; read it and try it"),
    "/portal/api/v1/docs": ("Portal API", "What the customer portal uses"),
}

OWN_PATHS = ("/dev", "/api", *(f"{prefix}/{name}" for prefix in DOCUMENTS for name in ("docs", "openapi.json")))
"""Served here: the desk's own pages, the API documents, and the answer to API paths that nobody has."""

VIEWER = "/dev/viewer"
"""Swagger UI's files, served from the machine itself: the desk works without the internet."""


def routes(*, apps: list[App], mails: Sink, documents: Path, smtp_port: int, people: People) -> list[BaseRoute]:
    """All routes that belong to no service."""

    async def landing(_request: Request) -> Response:
        text = pages.landing(DOORS, smtp_port=smtp_port, people=people)
        return HTMLResponse(text, headers={"content-security-policy": pages.POLICY})

    async def live(_request: Request) -> Response:
        return JSONResponse({"status": "ok"})

    async def health(_request: Request) -> Response:
        parts = {str(app.service): await check(app) for app in apps}
        well = all(state == "ok" for part in parts.values() for state in part.values())
        return JSONResponse({"status": "ok" if well else "not ready", "services": parts}, 200 if well else 503)

    return [
        Route("/dev", landing),
        Route("/dev/live", live),
        Route("/dev/health", health),
        *mail_pages.routes(mails),
        *(Route(f"{prefix}/openapi.json", _file(documents, name)) for prefix, name in DOCUMENTS.items()),
        *(Route(f"{prefix}/docs", _viewer(prefix, name)) for prefix, name in DOCUMENTS.items()),
        Mount(VIEWER, StaticFiles(directory=Path(fastapi_offline.__file__).parent / "static")),
    ]


async def refused(request: Request, error: Exception) -> Response:
    """The answer to what no route serves: a page for browsers, problem details for everybody else."""
    status, detail = (error.status_code, error.detail) if isinstance(error, HTTPException) else (404, "")
    phrase = HTTPStatus(status).phrase
    if detail in {"", phrase}:
        detail = "There is nothing at this address, or not for this method."
    if "text/html" in request.headers.get("accept", ""):
        text = pages.page(phrase, f"<p>{escape(detail)}</p>", trail=pages.HOME)
        return HTMLResponse(text, status_code=status, headers={"content-security-policy": pages.POLICY})
    code = {404: "not_found", 405: "method_not_allowed", 422: "invalid"}.get(status, "refused")
    return problem_response(status=status, code=code, title=phrase, detail=detail)


def _file(documents: Path, name: str) -> Callable[[Request], Awaitable[Response]]:
    path = documents / f"{name}.openapi.json"

    async def serve(_request: Request) -> Response:
        return FileResponse(path, media_type="application/json")

    return serve


def _viewer(prefix: str, name: str) -> Callable[[Request], Awaitable[Response]]:
    html = get_swagger_ui_html(
        openapi_url=f"{prefix}/openapi.json",
        title=f"Deskstream {name} API",
        swagger_js_url=f"{VIEWER}/swagger-ui-bundle.js",
        swagger_css_url=f"{VIEWER}/swagger-ui.css",
        swagger_favicon_url=f"{VIEWER}/favicon.png",
    )

    async def serve(_request: Request) -> Response:
        return html

    return serve
