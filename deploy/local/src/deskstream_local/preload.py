"""Imported once by the fork server: everything that the desk's processes have in common."""

import gc
import os
from contextlib import suppress
from importlib import import_module

from chassis.embedded.child import die_with_parent
from deskstream_local.forking import SERVER_PID
from deskstream_local.services import SERVICES

MODULES = (
    "alembic.command",
    "asyncpg",
    "chassis.migrate",
    "chassis.run",
    "chassis.streams",
    "deskstream_local.gateway",
    "sqlalchemy.dialects.postgresql.asyncpg",
    "uvicorn.lifespan.on",
    "uvicorn.loops.uvloop",
    "uvicorn.protocols.http.httptools_impl",
    "uvloop",
    *(f"{service}.main" for service in SERVICES),
)


def _belong_to_the_supervisor() -> None:
    """End with it, also when it is killed; the terminal's Ctrl-C is for it alone, it ends everyone in order."""
    die_with_parent()
    os.environ[SERVER_PID] = str(os.getpid())
    with suppress(PermissionError):
        os.setsid()


def _import() -> None:
    for module in MODULES:
        # A service that cannot be imported says so in its own log, where it is started.
        with suppress(Exception):
            import_module(module)
    # What is here now is never collected: the collector would write into every object and unshare its memory.
    gc.collect()
    gc.freeze()


_belong_to_the_supervisor()
_import()
