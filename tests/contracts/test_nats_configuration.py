"""The configuration of NATS takes everything from the environment, and refuses to guess."""

import json
import re
import subprocess
import sysconfig
from pathlib import Path
from urllib.request import urlopen

import pytest
from nats.aio.client import Client

from chassis.embedded.nats import EmbeddedNats
from chassis.embedded.ports import free_port
from chassis.testing import NatsServer
from contracts.ingest import MAX_HTML, MAX_TEXT
from contracts.permissions import users
from contracts.topology import inbox_prefix

FOLDER = Path(__file__).resolve().parents[2] / "deploy" / "nats"
CONFIG = FOLDER / "nats.conf"
VARIABLES = sorted({name for file in FOLDER.glob("*.conf") for name in re.findall(r": \$([A-Z_]+)", file.read_text())})
PROGRAM = Path(sysconfig.get_path("scripts")) / "nats-server"
LOOPBACK = "127.0.0.1"


def environment(folder: Path) -> dict[str, str]:
    """A complete environment, as an operator writes it."""
    passwords = {user.password_variable: f"p-{user.name}" for user in users()}
    return {
        "NATS_HOST": LOOPBACK,
        "NATS_PORT": "4222",
        "NATS_MONITOR_PORT": f"{LOOPBACK}:8222",
        "NATS_STORE": str(folder / "store"),
        **passwords,
    }


def verdict(variables: dict[str, str]) -> str:
    """What the server says of the configuration with these variables; it opens no port."""
    command = [str(PROGRAM), "-t", "-c", str(CONFIG)]
    return subprocess.run(command, env=variables, capture_output=True, text=True, check=False, timeout=30).stderr


def test_a_complete_environment_is_valid(tmp_path: Path) -> None:
    assert "is valid" in verdict(environment(tmp_path))


@pytest.mark.parametrize("variable", VARIABLES)
def test_the_server_does_not_start_while_a_variable_is_missing(variable: str, tmp_path: Path) -> None:
    variables = environment(tmp_path)
    del variables[variable]
    assert f"variable reference for '{variable}'" in verdict(variables)


def test_the_readme_explains_every_variable() -> None:
    assert set(VARIABLES) == environment(FOLDER).keys()
    readme = (FOLDER / "README.md").read_text()
    assert [name for name in VARIABLES if f"`{name}`" not in readme] == []


@pytest.mark.parametrize(
    "password", ["12345", "007", "true", "a b", "a#b", "-x", "2024-01-01", "x}y", 'a"b\\c', "$TERM"]
)
async def test_in_double_quotes_any_password_is_taken_as_it_is_written(password: str, tmp_path: Path) -> None:
    variables = {name: json.dumps(password) for name in environment(tmp_path) if name.endswith("_PASSWORD")}
    server = EmbeddedNats(tmp_path / "store", CONFIG, environment={"NATS_HOST": LOOPBACK, **variables})
    server.start()
    try:
        client = Client()
        await client.connect(server.url, user="portal", password=password, allow_reconnect=False)
        assert client.is_connected
        await client.close()
    finally:
        server.stop()


@pytest.mark.parametrize("password", ["12345", "true", "a b", "-x"])
def test_without_quotes_a_password_that_looks_like_something_else_is_refused_at_the_start(
    password: str, tmp_path: Path
) -> None:
    told = verdict(environment(tmp_path) | {"PORTAL_NATS_PASSWORD": password})
    assert "is valid" not in told
    assert told


def test_the_health_check_listens_on_an_address_of_its_own(tmp_path: Path) -> None:
    monitor = f"{LOOPBACK}:{free_port()}"
    own = {
        "NATS_HOST": "127.0.0.2",
        "NATS_PORT": "-1",
        "NATS_MONITOR_PORT": monitor,
        "NATS_STORE": json.dumps(str(tmp_path / "a folder")),
    }
    command = [str(PROGRAM), "-c", str(CONFIG)]
    with subprocess.Popen(command, env=environment(tmp_path) | own, stderr=subprocess.PIPE, text=True) as server:
        assert server.stderr is not None
        told = []
        for line in server.stderr:
            told.append(line)
            if "Server is ready" in line:
                break
        server.terminate()
    assert any(f"http monitor on {monitor}" in line for line in told), told
    assert any("client connections on 127.0.0.2:" in line for line in told), told


def test_the_server_answers_its_health_check(nats_server: NatsServer) -> None:
    if nats_server.embedded is None:
        pytest.skip("a container keeps its health check to itself")
    with urlopen(f"http://{LOOPBACK}:{nats_server.embedded.monitor_port}/healthz") as answer:
        assert json.load(answer) == {"status": "ok"}


async def test_the_largest_mail_fits_into_a_message(nats_server: NatsServer) -> None:
    client = Client()
    await client.connect(
        nats_server.url,
        user="portal",
        password=nats_server.passwords["portal"],
        inbox_prefix=inbox_prefix("portal").encode(),
    )
    worst = len(json.dumps("\x01" * (MAX_TEXT + MAX_HTML)))
    assert worst < client.max_payload == 4 * 1024 * 1024
    await client.close()
