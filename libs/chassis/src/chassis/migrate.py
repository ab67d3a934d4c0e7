"""Brings the databases of one or all services to the newest schema: ``python -m chassis.migrate all``.

Each service has an Alembic folder ``migrations`` inside its package; its ``env.py`` is one line that calls `run_env`.
"""

import asyncio
import os
from importlib import import_module, resources
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import sqlalchemy as sa
import typer
from alembic import command, context
from alembic.config import Config
from sqlalchemy.engine import Connection
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from contracts.messages import Service


def config_for(service: Service, *, url: str) -> Config:
    """The Alembic configuration of a service, for this database."""
    config = Config()
    config.set_main_option("script_location", str(resources.files(str(service)) / "migrations"))
    config.set_main_option("file_template", "%%(rev)s_%%(slug)s")
    config.attributes["url"] = url
    config.attributes["metadata"] = import_module(f"{service}.models").metadata
    return config


def run_env() -> None:
    """What a service's ``migrations/env.py`` calls."""
    url: str = context.config.attributes["url"]
    asyncio.run(_run(url, context.config.attributes["metadata"]))


async def _run(url: str, metadata: sa.MetaData) -> None:
    engine = create_async_engine(url, poolclass=NullPool)
    try:
        async with engine.connect() as connection:
            await connection.run_sync(_migrate, metadata)
            await connection.commit()
    finally:
        await engine.dispose()


def _migrate(connection: Connection, metadata: sa.MetaData) -> None:
    connection.execute(sa.text("SELECT pg_advisory_xact_lock(72057594037927)"))
    context.configure(connection=connection, target_metadata=metadata, compare_type=True, compare_server_default=True)
    with context.begin_transaction():
        context.run_migrations()


def upgrade(service: Service, *, url: str) -> None:
    """Bring one database to the newest schema; nothing happens where it is there already."""
    command.upgrade(config_for(service, url=url), "head")


def draft(service: Service, *, message: str) -> None:
    """Write a migration from what the models say beyond the migrations, on a throw-away embedded server."""
    from chassis.embedded.postgres import EmbeddedPostgres  # noqa: PLC0415  # only a developer's machine has it

    with TemporaryDirectory(prefix="deskstream-draft-") as folder:
        server = EmbeddedPostgres(Path(folder))
        server.start()
        try:
            url = server.admin_dsn.replace("postgresql://", "postgresql+asyncpg://", 1)
            upgrade(service, url=url)
            command.revision(config_for(service, url=url), message=message, autogenerate=True)
        finally:
            server.stop()


def database_url(service: Service) -> str:
    """The URL of a service's database: all that a migration may know. Raises `typer.BadParameter` without it."""
    name = f"{service.upper()}_DATABASE_URL"
    try:
        return os.environ[name]
    except KeyError:
        raise typer.BadParameter(f"set {name} to postgresql+asyncpg://user:password@host:port/database") from None


def main(
    service: Annotated[str, typer.Argument(help="A service, or all")] = "all",
    *,
    message: Annotated[str | None, typer.Option("--draft", help="Write a new migration with this message.")] = None,
) -> None:
    """Upgrade the database of a service, or of all; each URL comes from <SERVICE>_DATABASE_URL."""
    services = list(Service) if service == "all" else [Service(service.replace("-", "_"))]
    for one in services:
        if message is None:
            upgrade(one, url=database_url(one))
        else:
            draft(one, message=message)
        typer.echo(f"{one}: {'up to date' if message is None else 'drafted; read it before you keep it'}")


if __name__ == "__main__":
    typer.run(main)
