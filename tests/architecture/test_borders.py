"""Borders that no import shows: tables of others, SQL put together from strings, brokers built outside the chassis."""

import ast
import re
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest

from chassis import tables as chassis_tables
from contracts.messages import Service

STATEMENT = re.compile(r"^\s*(SELECT|INSERT|UPDATE|DELETE|WITH|LOCK)\b")
TABLE = re.compile(r"\b(?:FROM|JOIN|INTO|UPDATE(?!\s+SET)|TABLE)\s+(?:ONLY\s+)?([a-z_][a-z0-9_.]*)(?!\s*\()\b")
COMMON_TABLE_EXPRESSION = re.compile(r"\b([a-z_]\w*)\s*(?:\([^()]*\)\s*)?AS\s+(?:(?:NOT\s+)?MATERIALIZED\s+)?\(")
NOT_TABLES = re.compile(r"^(pg_\w+|information_schema\.\w+|lateral|unnest|select|skip|only|set|nothing)$")
EXECUTES = {"text", "exec_driver_sql", "execute", "executemany", "fetch", "fetchrow", "fetchval", "scalar", "scalars"}


def sources(folder: Path) -> Iterator[tuple[Path, ast.Module]]:
    """Every module of a source folder, parsed; migrations too."""
    for path in sorted(folder.rglob("*.py")):
        yield path, ast.parse(path.read_text())


def tables_in(statement: str) -> set[str]:
    """The tables that an SQL statement names, without those that it defines itself."""
    named = {
        name.rpartition(".")[2] if not name.startswith("information") else name for name in TABLE.findall(statement)
    }
    own = set(COMMON_TABLE_EXPRESSION.findall(statement))
    return {name for name in named - own if not NOT_TABLES.match(name)}


def foreign_tables(folder: Path, own: set[str]) -> list[str]:
    """Places in a service's SQL that name a table which is not its own."""
    found = []
    for path, module in sources(folder):
        for node in ast.walk(module):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and STATEMENT.match(node.value):
                found += [
                    f"{path.name}:{node.lineno}: {name}" for name in sorted(tables_in(node.value)) if name not in own
                ]
    return found


def foreign_settings(folder: Path, service: Service) -> list[str]:
    """Places in a service's code that name another service's database."""
    others = [f"{other.upper()}_DATABASE" for other in Service if other != service]
    return [
        f"{path.name}: {name}" for path in sorted(folder.rglob("*.py")) for name in others if name in path.read_text()
    ]


def composed_sql(folder: Path) -> list[str]:
    """Statements that are put together from strings instead of taking parameters.

    Left out are `chassis.testing`, which creates databases: their names cannot be parameters; and migrations, which
    take no input and define functions and triggers from pieces of their own.
    """
    found = []
    for path, module in sources(folder):
        if not {"testing", "migrations"}.isdisjoint(path.relative_to(folder).parts):
            continue
        for node in ast.walk(module):
            if isinstance(node, ast.Call) and node.args and called(node) in EXECUTES and is_composed(node.args[0]):
                found.append(f"{path.name}:{node.lineno}: {called(node)}(…)")
    return found


def called(node: ast.Call) -> str:
    """The last part of the name of what is called."""
    match node.func:
        case ast.Attribute(attr=name) | ast.Name(id=name):
            return name
    return ""


def is_composed(node: ast.expr) -> bool:
    """Whether an expression puts text together while running."""
    match node:
        case ast.JoinedStr(values=parts):
            return any(isinstance(part, ast.FormattedValue) for part in parts)
        case ast.BinOp(op=ast.Add() | ast.Mod(), left=left, right=right):
            sides = (left, right)
            return any(isinstance(side, ast.Constant) and isinstance(side.value, str) for side in sides) or any(
                is_composed(side) for side in sides
            )
        case ast.Call(func=ast.Attribute(value=ast.Constant(value=str()), attr="format" | "join")):
            return True
    return False


def builds_broker(folder: Path) -> list[str]:
    """Modules that name FastStream's broker or connect to NATS by themselves."""
    found = []
    for path, module in sources(folder):
        for node in ast.walk(module):
            match node:
                case ast.Name(id="NatsBroker") | ast.alias(name="NatsBroker") | ast.Attribute(attr="NatsBroker"):
                    found.append(f"{path.name}: NatsBroker")
                case ast.Attribute(value=ast.Name(id="nats"), attr="connect"):
                    found.append(f"{path.name}: nats.connect")
    return sorted(set(found))


def service_source(root: Path, service: Service) -> Path:
    """The folder of a service's package."""
    return root / "services" / service.replace("_", "-") / "src" / service


@pytest.mark.parametrize("service", Service)
def test_a_service_names_no_table_but_its_own(root: Path, service: Service) -> None:
    own = set(import_module(f"{service}.models").metadata.tables) | set(chassis_tables.metadata.tables)
    assert foreign_tables(service_source(root, service), own) == []
    assert foreign_settings(service_source(root, service), service) == []


def test_no_two_services_have_a_table_of_the_same_name() -> None:
    owners: dict[str, list[str]] = {}
    for service in Service:
        for name in import_module(f"{service}.models").metadata.tables:
            if name not in chassis_tables.metadata.tables:
                owners.setdefault(name, []).append(service)
    assert {name: services for name, services in owners.items() if len(services) > 1} == {}


@pytest.mark.parametrize("folder", ["libs/chassis/src", *(f"services/{s.replace('_', '-')}/src" for s in Service)])
def test_no_statement_is_put_together_from_strings(root: Path, folder: str) -> None:
    assert composed_sql(root / folder) == []


@pytest.mark.parametrize("folder", ["services", "deploy/local/src", "libs/contracts/src"])
def test_only_the_chassis_builds_a_broker(root: Path, folder: str) -> None:
    assert builds_broker(root / folder) == []


def test_the_chassis_builds_its_broker_in_one_place(root: Path) -> None:
    assert [line for line in builds_broker(root / "libs/chassis/src") if "NatsBroker" in line] == ["bus.py: NatsBroker"]


def test_a_table_of_another_service_is_found(tmp_path: Path) -> None:
    (tmp_path / "queries.py").write_text(
        'OWN = "WITH due AS (SELECT id FROM notice) SELECT id FROM due JOIN notice USING (id), unnest(:ids)"\n'
        'FOREIGN = "SELECT 1 FROM ticket t JOIN contact c ON c.id = t.contact_id"\n'
        'URL = "TICKETS_DATABASE_URL"\n'
        'PROSE = "Update table tickets from the outside"\n'
    )
    assert foreign_tables(tmp_path, {"notice"}) == ["queries.py:2: contact", "queries.py:2: ticket"]
    assert foreign_settings(tmp_path, Service.NOTIFY) == ["queries.py: TICKETS_DATABASE"]


def test_a_composed_statement_is_found_and_a_parameter_is_not(tmp_path: Path) -> None:
    (tmp_path / "queries.py").write_text(
        "sa.text(f'SELECT * FROM thing WHERE name = {name}')\n"
        "connection.fetch('SELECT * FROM thing WHERE name = ' + name)\n"
        "connection.execute('SELECT %s' % name)\n"
        "connection.fetchval('SELECT {}'.format(name))\n"
        "connection.fetchval('SELECT $1', name)\n"
        "sa.text('SELECT 1 ' 'FROM thing')\n"
        "session.execute(sa.select(thing).where(thing.c.size == width + height))\n"
    )
    assert [line.split(":")[1] for line in composed_sql(tmp_path)] == ["1", "2", "3", "4"]


def test_a_broker_of_ones_own_is_found(tmp_path: Path) -> None:
    (tmp_path / "main.py").write_text("from faststream.nats import NatsBroker\nimport nats\nnats.connect()\n")
    (tmp_path / "clean.py").write_text("from chassis.bus import Bus\n")
    assert builds_broker(tmp_path) == ["main.py: NatsBroker", "main.py: nats.connect"]
