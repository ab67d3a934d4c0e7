"""The edge: every path that a service serves goes to that service, and nothing else leaves the house."""

import re
from importlib import import_module
from pathlib import Path

import pytest
from pydantic import SecretStr

from chassis.app import App, house_paths
from chassis.auth import route_permissions
from contracts.messages import Service

HANDLE = re.compile(
    r"@(?P<name>[\w-]+) path (?P<paths>[^\n]+)\n\s*handle @(?P=name) \{\s*reverse_proxy (?P<to>\S+)\s*\}"
)
APP = re.compile(r"@app not path (?P<paths>[^\n]+)\n\s*handle @app \{\s*reverse_proxy (?P<to>\S+)\s*\}")
"""The one block that takes what no other does: the staff app."""

PLANTED = """
:80 {
    @x path /one /one/*
    handle @x {
        reverse_proxy x:8000
    }
    @y path /two/* \\
        /three
    handle @y {
        reverse_proxy y:8000
    }
}
"""


def routes(caddyfile: str) -> dict[str, list[str]]:
    """Upstream and the path patterns that go there, in the file's order. Raises ValueError for an unread block."""
    joined = re.sub(r"\\\n\s*", "", caddyfile)
    found = {match["to"]: match["paths"].split() for match in HANDLE.finditer(joined)}
    if len(found) + len(APP.findall(joined)) != joined.count("reverse_proxy"):
        raise ValueError("a reverse_proxy is written in another form than '@name path …' and 'handle @name { … }'")
    return found


def destination(caddyfile: str, path: str) -> str | None:
    """Where Caddy sends a request: the first handle that matches. A star at the end matches anything."""
    for upstream, patterns in routes(caddyfile).items():
        if matches(path, patterns):
            return upstream
    app = APP.search(caddyfile)
    return app["to"] if app and not matches(path, app["paths"].split()) else None


def matches(path: str, patterns: list[str]) -> bool:
    """Whether one of Caddy's patterns holds for the path."""
    return any(path == each or (each.endswith("*") and path.startswith(each[:-1])) for each in patterns)


def upstream_of(service: Service) -> str:
    """The container of a service."""
    return f"{service.replace('_', '-')}:8000"


def gateway_paths(service: Service) -> set[str]:
    """The paths that a service names, and those that the chassis gives to each."""
    own: tuple[str, ...] = import_module(f"{service}.main").GATEWAY_PATHS
    return {*own, *house_paths(service)}


def built(service: Service, folder: Path) -> App:
    """The service as it is built for production; nothing is connected yet."""
    main = import_module(f"{service}.main")
    app: App = main.build(
        main.Settings(
            database_url=SecretStr("postgresql+asyncpg://nobody@127.0.0.1:1/none"),
            nats_url="nats://127.0.0.1:1",
            nats_password=SecretStr("none"),
            blobs_url=f"file://{folder}",
        )
    )
    return app


@pytest.fixture(scope="module")
def caddyfile(root: Path) -> str:
    """The text of the Caddyfile."""
    return (root / "deploy/docker/Caddyfile").read_text()


@pytest.mark.parametrize("service", Service)
def test_each_service_gets_exactly_the_paths_that_it_names(caddyfile: str, service: Service) -> None:
    named = gateway_paths(service)
    assert set(routes(caddyfile)[upstream_of(service)]) == named | {f"{path}/*" for path in named}


@pytest.mark.parametrize("service", Service)
def test_each_route_of_a_service_reaches_it_and_no_other(caddyfile: str, service: Service, tmp_path: Path) -> None:
    paths = [route.path for route in route_permissions(built(service, tmp_path).api)]
    assert paths
    lost = {path: destination(caddyfile, re.sub(r"\{[^}]*\}", "x", path)) for path in paths}
    assert {path: to for path, to in lost.items() if to != upstream_of(service)} == {}


@pytest.mark.parametrize(
    "path",
    ["/metrics", "/health/ready", "/health/live", "/dev", "/dev/mails", "/api", "/api/v1", "/api/v1/ticketsandmore"],
)
def test_what_nobody_names_is_not_reachable_from_outside(caddyfile: str, path: str) -> None:
    assert destination(caddyfile, path) is None


@pytest.mark.parametrize("path", ["/", "/t/10042", "/sign-in", "/assets/index.js", "/healthy", "/apis"])
def test_everything_else_is_the_staff_app(caddyfile: str, path: str) -> None:
    assert destination(caddyfile, path) == "tickets:8000"


def test_no_path_of_one_service_lies_below_a_path_of_another(caddyfile: str) -> None:
    owners = {path: service for service in Service for path in gateway_paths(service)}
    assert [
        f"{inner} of {owners[inner]} lies below {outer} of {owners[outer]}"
        for inner in owners
        for outer in owners
        if owners[inner] != owners[outer] and f"{inner}/".startswith(f"{outer}/")
    ] == []


def test_a_route_that_goes_elsewhere_is_seen() -> None:
    paths = ("/one", "/one/1", "/onetwo", "/two", "/two/1", "/three")
    assert [destination(PLANTED, path) for path in paths] == ["x:8000", "x:8000", None, None, "y:8000", "y:8000"]


def test_a_proxy_in_an_unknown_form_is_not_overlooked() -> None:
    with pytest.raises(ValueError, match="another form"):
        routes("a {\nreverse_proxy /metrics tickets:8000\n}")
