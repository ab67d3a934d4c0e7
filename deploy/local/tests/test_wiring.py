"""What the parts of the desk are told, and that nobody gets into another's room."""

import subprocess
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import asyncpg
import pytest

from chassis.embedded import EmbeddedNats, EmbeddedPostgres
from chassis.streams import StreamSettings
from deskstream_local import databases
from deskstream_local.addresses import Ports
from deskstream_local.credentials import Credentials
from deskstream_local.desk import NATS_CONFIG
from deskstream_local.environment import Wiring, of_nats
from deskstream_local.gateway import GatewaySettings
from deskstream_local.home import Home
from deskstream_local.services import SERVICES

HEAVY = {"fastapi", "sqlalchemy", "faststream", "pydantic", "asyncpg", "nats", "starlette", "uvicorn", "contracts"}


@pytest.fixture(scope="module")
def wiring(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Wiring]:
    home = Home(tmp_path_factory.mktemp("desk"))
    credentials = Credentials(home.credentials)
    postgres = EmbeddedPostgres(home.postgres)
    postgres.start()
    yield Wiring(
        home=home,
        ports=Ports.free(),
        postgres=postgres,
        nats=EmbeddedNats(home.nats, NATS_CONFIG, environment=of_nats(credentials)),
        credentials=credentials,
        inner_ports=dict.fromkeys(SERVICES, 4711),
    )
    postgres.stop()


@pytest.fixture
def environment(wiring: Wiring, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    variables = wiring.of_services()
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    return variables


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_finds_every_setting_that_it_needs(service: str, environment: dict[str, str]) -> None:
    settings = import_module(f"{service}.settings").Settings()
    assert settings.database_url.get_secret_value().endswith(f"/{service}")
    assert settings.port == 4711


def test_gateway_and_streams_find_every_setting_that_they_need(wiring: Wiring, environment: dict[str, str]) -> None:
    assert GatewaySettings().sink_port == wiring.ports.sink
    assert StreamSettings().nats_url == wiring.nats.url


def test_the_operators_own_settings_stay(wiring: Wiring, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TICKETS_LOG_FORMAT", "json")
    monkeypatch.setenv("TICKETS_DATABASE_URL", "postgresql+asyncpg://left.over.from.another/desk")
    variables = wiring.of_services()
    assert variables["TICKETS_LOG_FORMAT"] == "json"
    assert variables["TICKETS_DATABASE_URL"].endswith("/tickets")


async def test_a_role_enters_its_own_database_and_no_other(wiring: Wiring) -> None:
    databases.create(wiring.postgres, wiring.credentials)
    databases.create(wiring.postgres, wiring.credentials)
    for role in SERVICES:
        password = wiring.credentials.get(f"{role}.database")
        for database in (*SERVICES, "postgres", "template1"):
            url = wiring.postgres.url(database, role, password).replace("+asyncpg", "")
            if database == role:
                await (await asyncpg.connect(url)).close()
            else:
                with pytest.raises(asyncpg.InsufficientPrivilegeError):
                    await asyncpg.connect(url)


def test_the_bus_starts_with_these_passwords(wiring: Wiring) -> None:
    wiring.nats.start()
    try:
        assert wiring.nats.ready()
    finally:
        wiring.nats.stop()


def test_the_supervisor_imports_nothing_heavy() -> None:
    program = "import sys, deskstream_local.cli; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert HEAVY & {name.partition(".")[0] for name in done.stdout.split()} == set()


def test_the_configuration_of_the_bus_is_the_one_that_operators_get() -> None:
    assert NATS_CONFIG.exists()
    assert Path("deploy/nats/nats.conf").parts == NATS_CONFIG.parts[-3:]
