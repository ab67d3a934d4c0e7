"""deploy/postgres/init.sh, run against a real server: one role and one database a service, and no way across."""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import asyncpg
import pytest

from chassis.embedded import EmbeddedPostgres
from chassis.embedded.binaries import Binaries
from contracts.messages import Service


def password(service: Service) -> str:
    """What an operator might choose, with a quote that must not end the statement."""
    return f"{service}'s own"


@pytest.fixture(scope="module")
def address(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Host and port of a server that init.sh has prepared."""
    server = EmbeddedPostgres(tmp_path_factory.mktemp("postgres"))
    server.start()
    try:
        parts = urlsplit(server.admin_dsn)
        programs = Path(Binaries(None).path("psql")).parent
        environment = {
            "PATH": f"{programs}:{os.environ['PATH']}",
            "POSTGRES_USER": str(parts.username),
            "PGPASSWORD": str(parts.password),
            "PGHOST": str(parts.hostname),
            "PGPORT": str(parts.port),
        } | {f"{service.upper()}_DATABASE_PASSWORD": password(service) for service in Service}
        subprocess.run([root / "deploy/postgres/init.sh"], env=environment, check=True)
        yield f"{parts.hostname}:{parts.port}"
    finally:
        server.stop()


async def connect(address: str, service: Service, database: str) -> asyncpg.Connection:
    """Connect as a service's role."""
    host, port = address.split(":")
    return await asyncpg.connect(
        host=host, port=int(port), user=str(service), password=password(service), database=database
    )


@pytest.mark.parametrize("service", Service)
async def test_a_service_may_make_tables_in_its_own_database(address: str, service: Service) -> None:
    connection = await connect(address, service, str(service))
    try:
        await connection.execute("CREATE TABLE thing (id integer)")
        assert await connection.fetchval("SELECT current_user") == service
    finally:
        await connection.close()


@pytest.mark.parametrize("service", Service)
async def test_a_service_is_refused_by_every_other_database(address: str, service: Service) -> None:
    for database in (*(str(other) for other in Service if other != service), "postgres", "template1"):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connect(address, service, database)


@pytest.mark.parametrize("service", Service)
async def test_a_service_may_not_make_roles_or_databases(address: str, service: Service) -> None:
    connection = await connect(address, service, str(service))
    try:
        for statement in ("CREATE ROLE other", "CREATE DATABASE other"):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await connection.execute(statement)
    finally:
        await connection.close()
