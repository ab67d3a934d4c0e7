"""One origin for people and programs: the HTTP slices of all services in one process, and the desk's own pages."""

import gc
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from importlib import import_module
from pathlib import Path
from urllib.parse import urlsplit

import uvicorn
from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.types import ASGIApp, Receive, Scope, Send

from chassis import telemetry
from chassis.app import App, Role, house_paths
from chassis.embedded.ports import LOOPBACK
from chassis.http import with_edge
from chassis.run import Server, load
from contracts.messages import Service
from deskstream_local import own_pages, sink
from deskstream_local.people import People

OWN_BODY_LIMIT = 65_536
"""Bytes of a request that goes to none of the services; our own routes take no bodies."""


class GatewaySettings(BaseSettings):
    """What the supervisor decides for the gateway, read from ``DESKSTREAM_…``."""

    model_config = SettingsConfigDict(env_prefix="DESKSTREAM_", extra="ignore", frozen=True)

    port: int = Field(description="Port of the gateway.")
    smtp_port: int = Field(description="Port that takes mail for the desk; shown on the landing page.")
    sink_port: int = Field(description="Port that takes the mail that the desk sends.")
    sink_folder: Path = Field(description="Where that mail is kept.")
    documents: Path = Field(description="The folder with the OpenAPI documents.")
    people: Path = Field(description="The file that tells who can sign in.")
    public_url: str = Field(description="Where people reach the gateway.")


class ByPath:
    """Sends a request to the app whose path it begins with, the longest first; everything else to ``rest``.

    ``process`` is told of the start and the end of the process.
    """

    def __init__(self, apps: Mapping[str, ASGIApp], rest: ASGIApp, *, process: ASGIApp | None = None) -> None:
        self._apps = sorted(apps.items(), key=lambda entry: len(entry[0]), reverse=True)
        self._rest = rest
        self._process = process or rest

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request, or the start and end of the process."""
        app = self._process if scope["type"] == "lifespan" else self._app_for(scope["path"])
        await app(scope, receive, send)

    def _app_for(self, path: str) -> ASGIApp:
        inside = (app for prefix, app in self._apps if path == prefix or path.startswith(f"{prefix}/"))
        return next(inside, self._rest)


def build(settings: GatewaySettings, apps: list[App]) -> ASGIApp:
    """The ASGI app of the gateway; it answers only to the names of this machine, so no foreign page can rebind one."""
    mails = sink.Sink(settings.sink_folder)

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            server = await sink.serve(mails, settings.sink_port)
            stack.callback(server.close)
            for app in apps:
                await stack.enter_async_context(app.running(Role.API))
            yield

    rest = Starlette(
        routes=own_pages.routes(
            apps=apps,
            mails=mails,
            documents=settings.documents,
            smtp_port=settings.smtp_port,
            people=People.read(settings.people),
        ),
        exception_handlers={HTTPException: own_pages.refused},
        lifespan=lifespan,
    )
    own = with_edge(rest, service="gateway", body_limit=OWN_BODY_LIMIT)
    names = {"localhost", LOOPBACK, urlsplit(settings.public_url).hostname or "localhost"}
    return TrustedHostMiddleware(
        ByPath({**_slices(apps), **dict.fromkeys(own_pages.OWN_PATHS, own)}, rest=_staff_app(apps) or own, process=own),
        allowed_hosts=sorted(names),
        www_redirect=False,
    )


def _staff_app(apps: list[App]) -> ASGIApp | None:
    """The slice of the ticket core, which serves the staff app under every path that nobody else has."""
    return next((_edge(app) for app in apps if app.service is Service.TICKETS), None)


def _edge(app: App) -> ASGIApp:
    limit = app.settings.body_limit
    return with_edge(app.site, service=str(app.service), body_limit=limit, body_limits=app.body_limits)


def _slices(apps: list[App]) -> dict[str, ASGIApp]:
    slices: dict[str, ASGIApp] = {}
    for app in apps:
        own = import_module(f"{app.service}.main").GATEWAY_PATHS
        slices |= dict.fromkeys((*own, *house_paths(app.service)), _edge(app))
    return slices


def main() -> None:
    """The gateway's process, until SIGTERM."""
    settings = GatewaySettings()
    apps = [load(service) for service in Service]
    telemetry.configure("gateway", apps[0].settings)
    gc.freeze()
    config = uvicorn.Config(
        build(settings, apps),
        host=LOOPBACK,
        port=settings.port,
        loop="uvloop",
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=8,
        lifespan="on",
    )
    Server(config, *apps).run()


if __name__ == "__main__":
    main()
