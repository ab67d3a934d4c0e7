"""Runs one service in this process: ``python -m chassis.run tickets --role all``."""

import gc
import resource
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from importlib import import_module
from typing import Annotated

import typer
import uvicorn
from starlette.applications import Starlette
from starlette.routing import BaseRoute, Mount

from chassis import telemetry
from chassis.app import App, Role
from chassis.health import operations
from chassis.http import with_edge
from contracts.messages import Service


def load(service: Service) -> App:
    """Build a service from its settings in the environment."""
    main = import_module(f"{service}.main")
    app: App = main.build(main.Settings())
    return app


def process_app(app: App, role: Role) -> Starlette:
    """The ASGI app of a process: health and metrics, and with an API role the HTTP slice behind its edge."""

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        async with app.running(role):
            yield

    routes: list[BaseRoute] = list(operations(app).routes)
    if role is not Role.WORKER:
        limit = app.settings.body_limit
        edge = with_edge(app.site, service=str(app.service), body_limit=limit, body_limits=app.body_limits)
        routes.append(Mount("/", edge))
    return Starlette(routes=routes, lifespan=lifespan)


MOST_FILES = 65_536
"""Each connection is a file of the process; many systems give 1,024 where nobody asks for more."""


class Server(uvicorn.Server):
    """Ends the event streams of its apps before it waits for what is in flight: they would outlast any time-out."""

    def __init__(self, config: uvicorn.Config, *apps: App) -> None:
        super().__init__(config)
        self._apps = apps

    def run(self, sockets: list[socket.socket] | None = None) -> None:
        """Serve as uvicorn does, with as many connections as the system lets us have."""
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        with suppress(ValueError, OSError):  # a system that gives less than it says
            most = MOST_FILES if hard == resource.RLIM_INFINITY else min(hard, MOST_FILES)
            resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, most), hard))
        super().run(sockets)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Stop as uvicorn does."""
        for app in self._apps:
            app.end_streams()
        await super().shutdown(sockets)


def main(
    service: Annotated[str, typer.Argument(help="tickets, ingest, crm-match, notify or portal")],
    *,
    role: Annotated[Role, typer.Option(help="What this process does.")] = Role.ALL,
) -> None:
    """Run a service until SIGTERM or Ctrl-C, then finish what is in flight."""
    app = load(Service(service.replace("-", "_")))
    telemetry.configure(app.service, app.settings)
    gc.freeze()
    config = uvicorn.Config(
        process_app(app, role),
        host=app.settings.host,
        port=app.settings.port,
        forwarded_allow_ips=app.settings.trusted_proxies,
        loop="uvloop",
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=15,
        lifespan="on",
    )
    Server(config, app).run()


if __name__ == "__main__":
    typer.run(main)
