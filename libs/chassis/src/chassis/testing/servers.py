"""The servers that tests use, embedded or in containers, and the databases on them."""

import asyncio
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import asyncpg
import pytest

from chassis import migrate
from chassis.embedded.nats import EmbeddedNats
from chassis.embedded.postgres import EmbeddedPostgres
from chassis.ids import new_id
from contracts.messages import Service

PASSWORD = "for-tests-only"  # noqa: S105  # loopback servers that live as long as the run
NATS_CONFIG = Path("deploy/nats/nats.conf")
FAST = {"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off", "max_connections": "200"}
"""A test database that a power cut may ruin."""


@dataclass(frozen=True)
class PostgresServer:
    """Where it listens and how its superuser connects."""

    admin_dsn: str

    def url(self, database: str, user: str) -> str:
        """The URL of a role's database."""
        parts = urlsplit(self.admin_dsn)
        return f"postgresql+asyncpg://{user}:{PASSWORD}@{parts.hostname}:{parts.port}/{database}"


@dataclass(frozen=True)
class NatsServer:
    """Where it listens, and the password of each user; `embedded` is there to be killed where a test needs that."""

    url: str
    passwords: dict[str, str]
    embedded: EmbeddedNats | None = None


def in_containers() -> bool:
    """Whether this run takes its servers from containers."""
    backend = os.environ.get("DESKSTREAM_TEST_BACKEND", "embedded")
    if backend not in {"embedded", "containers"}:
        raise pytest.UsageError(f"DESKSTREAM_TEST_BACKEND is '{backend}'; it can be 'embedded' or 'containers'")
    return backend == "containers"


@contextmanager
def start_postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PostgresServer]:
    """PostgreSQL for a run."""
    if in_containers():
        from testcontainers.postgres import PostgresContainer  # noqa: PLC0415  # only where Docker is

        with PostgresContainer("postgres:18-alpine", username="postgres", password=PASSWORD) as container:
            yield PostgresServer(container.get_connection_url(driver=None))
        return
    server = EmbeddedPostgres(tmp_path_factory.mktemp("postgres"), settings=FAST)
    server.start()
    try:
        yield PostgresServer(server.admin_dsn)
    finally:
        server.stop()


def nats_passwords() -> dict[str, str]:
    """A password for each NATS user."""
    return {user: f"p-{user}-{PASSWORD}" for user in (*Service, "operator", "integrator")}


def nats_environment() -> dict[str, str]:
    """What deploy/nats/nats.conf reads from the environment."""
    return {"NATS_HOST": "127.0.0.1"} | {
        f"{user.upper()}_NATS_PASSWORD": password for user, password in nats_passwords().items()
    }


def repository() -> Path:
    """The root of the checkout that these tests belong to."""
    for folder in Path(__file__).resolve().parents:
        if (folder / NATS_CONFIG).exists():
            return folder
    raise FileNotFoundError(f"{NATS_CONFIG} is not above {__file__}")


@contextmanager
def start_nats(tmp_path_factory: pytest.TempPathFactory) -> Iterator[NatsServer]:
    """NATS for a run, with the configuration that operators get."""
    config = repository() / NATS_CONFIG
    if in_containers():
        from testcontainers.core.container import DockerContainer  # noqa: PLC0415  # only where Docker is
        from testcontainers.core.waiting_utils import wait_for_logs  # noqa: PLC0415  # only where Docker is

        container = DockerContainer("nats:2.12-alpine").with_exposed_ports(4222)
        container.with_volume_mapping(str(config.parent), "/etc/nats", "ro").with_command("-c /etc/nats/nats.conf")
        extra = {"NATS_HOST": "0.0.0.0", "NATS_PORT": "4222", "NATS_MONITOR_PORT": "8222", "NATS_STORE": "/data"}  # noqa: S104  # inside the container
        for name, value in (nats_environment() | extra).items():
            container.with_env(name, value)
        with container:
            wait_for_logs(container, "Server is ready", timeout=30)
            url = f"nats://{container.get_container_host_ip()}:{container.get_exposed_port(4222)}"
            yield NatsServer(url, nats_passwords())
        return
    server = EmbeddedNats(tmp_path_factory.mktemp("nats"), config, environment=nats_environment())
    server.start()
    try:
        yield NatsServer(server.url, nats_passwords(), server)
    finally:
        server.stop()


class TestDatabases:
    """Databases of services: each schema is migrated once, every test gets a copy."""

    __test__ = False

    def __init__(self, server: PostgresServer) -> None:
        self._server = server
        self._templates: dict[Service, str] = {}
        self._lock = asyncio.Lock()

    async def create(self, service: Service) -> str:
        """The URL of a fresh database with the newest schema of ``service``, owned by its role."""
        async with self._lock:
            if service not in self._templates:
                self._templates[service] = await self._migrated(service)
        return await self.empty(service, template=self._templates[service])

    async def empty(self, service: Service, *, template: str = "template1") -> str:
        """The URL of a fresh database without any schema, or with that of ``template``."""
        name = f"{service}_{new_id().hex}"
        connection = await asyncpg.connect(self._server.admin_dsn)
        try:
            if not await connection.fetchval("SELECT 1 FROM pg_roles WHERE rolname = $1", str(service)):
                await connection.execute(f"CREATE ROLE {service} LOGIN PASSWORD '{PASSWORD}'")
            await connection.execute(f"CREATE DATABASE {name} OWNER {service} TEMPLATE {template}")
        finally:
            await connection.close()
        return self._server.url(name, str(service))

    async def drop(self, url: str) -> None:
        """Drop a database, whoever is still connected."""
        connection = await asyncpg.connect(self._server.admin_dsn)
        try:
            await connection.execute(f"DROP DATABASE IF EXISTS {urlsplit(url).path[1:]} WITH (FORCE)")
        finally:
            await connection.close()

    async def _migrated(self, service: Service) -> str:
        url = await self.empty(service)
        await asyncio.to_thread(migrate.upgrade, service, url=url)
        return urlsplit(url).path[1:]
