"""The OpenAPI documents of the two gateway APIs, merged from the slices of all services.

``python -m chassis.openapi`` writes ``docs/api/staff.openapi.json`` and ``portal.openapi.json``; ``--check`` compares
and prints the command that refreshes them.
"""

import json
from importlib import import_module
from pathlib import Path
from typing import Annotated, Any

import typer
from pydantic import SecretStr

from chassis.app import App
from chassis.auth import Public, route_permissions
from contracts.messages import Service

FOLDER = Path("docs/api")
REFRESH = "make openapi"
STAFF = "/api/v1"
PORTAL = "/portal/api/v1"

Document = dict[str, Any]

SECURITY: dict[str, Document] = {
    "staff": {
        "session": {"type": "apiKey", "in": "cookie", "name": "__Host-deskstream"},
        "token": {"type": "http", "scheme": "bearer", "description": "An API token: ds_…"},
    },
    "portal": {"session": {"type": "apiKey", "in": "cookie", "name": "__Host-deskstream-portal"}},
}


class ClashingSchemas(Exception):
    """Two services give one name to two different things; the message names them."""


def slices() -> list[App]:
    """Every service, built for its description only: nothing is connected."""
    apps: list[App] = []
    for service in Service:
        main = import_module(f"{service}.main")
        settings = main.Settings(
            database_url=SecretStr("postgresql+asyncpg://nobody@127.0.0.1/nothing"),
            nats_url="nats://127.0.0.1",
            nats_password=SecretStr(""),
            blobs_url="memory:///",
        )
        apps.append(main.build(settings))
    return apps


def documents(apps: list[App]) -> dict[str, Document]:
    """``staff`` and ``portal``: the merged documents. Raises `ClashingSchemas`."""
    return {
        "staff": _merged(apps, title="Deskstream staff API", name="staff", prefix=STAFF),
        "portal": _merged(apps, title="Deskstream portal API", name="portal", prefix=PORTAL),
    }


def _merged(apps: list[App], *, title: str, name: str, prefix: str) -> Document:
    paths: Document = {}
    schemas: Document = {}
    owners: dict[str, Service] = {}
    for app in apps:
        document = app.api.openapi()
        own = {path: item for path, item in document["paths"].items() if path.startswith(f"{prefix}/")}
        for path, method in _open_to_all(app):
            if path in own:
                own[path][method]["security"] = []
        paths |= own
        for schema, definition in _used(own, document.get("components", {}).get("schemas", {})).items():
            if schemas.setdefault(schema, definition) != definition:
                raise ClashingSchemas(
                    f"{owners[schema]} and {app.service} both call a schema '{schema}', and the two differ."
                    " Rename one of the models."
                )
            owners.setdefault(schema, app.service)
    return {
        "openapi": "3.1.0",
        "info": {"title": title, "version": "1", "license": {"name": "AGPL-3.0-or-later"}},
        "servers": [{"url": "/"}],
        "security": [{scheme: []} for scheme in SECURITY[name]],
        "paths": dict(sorted(paths.items())),
        "components": {"schemas": dict(sorted(schemas.items())), "securitySchemes": SECURITY[name]},
    }


def _open_to_all(app: App) -> list[tuple[str, str]]:
    """Path and method of each route that nobody has to sign in for."""
    return [
        (route.documented_path, method.lower())
        for route in route_permissions(app.api)
        if route.permissions == (Public.name,)
        for method in route.methods
    ]


def _used(part: object, schemas: Document) -> Document:
    """The schemas that a part of a document refers to, directly or through others."""
    found: Document = {}
    waiting = list(_references(part))
    while waiting:
        name = waiting.pop()
        if name not in found:
            found[name] = schemas[name]
            waiting.extend(_references(schemas[name]))
    return found


def _references(part: object) -> list[str]:
    match part:
        case dict():
            own = [str(part["$ref"]).rpartition("/")[2]] if "$ref" in part else []
            return own + [name for value in part.values() for name in _references(value)]
        case list():
            return [name for value in part for name in _references(value)]
        case _:
            return []


def main(
    *, check: Annotated[bool, typer.Option(help="Compare with the files instead of writing them.")] = False
) -> None:
    """Write the documents, or compare them."""
    stale: list[str] = []
    for name, document in documents(slices()).items():
        file = FOLDER / f"{name}.openapi.json"
        text = json.dumps(document, indent=1, ensure_ascii=False) + "\n"
        if check:
            if not file.exists() or file.read_text(encoding="utf-8") != text:
                stale.append(str(file))
        else:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")
    if stale:
        typer.echo(f"{', '.join(stale)}: not what the code says. Refresh with: {REFRESH}", err=True)
        raise typer.Exit(1)


if __name__ == "__main__":
    typer.run(main)
