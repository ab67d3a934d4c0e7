"""The import contracts of pyproject.toml leave nobody out, and break when they should."""

import os
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

from contracts.messages import Service

Contracts = dict[str, dict[str, Any]]
PACKAGES = ("contracts", "chassis", *Service, "deskstream_local")


@pytest.fixture(scope="module")
def contracts(root: Path) -> Contracts:
    """The import contracts by their id."""
    settings = tomllib.loads((root / "pyproject.toml").read_text())
    return {contract["id"]: contract for contract in settings["tool"]["importlinter"]["contracts"]}


def uncovered_services(contracts: Contracts) -> set[str]:
    """Services whose modules are not all given a place by an exhaustive contract."""
    layered = [contract for contract in contracts.values() if contract["type"] == "layers"]
    covered = {name for contract in layered if contract.get("exhaustive") for name in contract["containers"]}
    return {str(service) for service in Service} - covered


def uncovered_rules(root: Path, contracts: Contracts) -> set[str]:
    """Modules and packages called rules that the contract of pure rules does not name."""
    found = set()
    for service in Service:
        package = root / "services" / service.replace("_", "-") / "src"
        for path in [*package.rglob("rules"), *package.rglob("rules.py")]:
            found.add(".".join(path.relative_to(package).with_suffix("").parts))
    return found - set(contracts["rules-are-pure"]["source_modules"])


def lint(root: Path, folder: Path, contract: str) -> str:
    """What import-linter says of the packages in ``folder``, which stand in for ours."""
    done = subprocess.run(
        [
            Path(sys.executable).with_name("lint-imports"),
            "--no-logo",
            "--no-cache",
            "--config",
            root / "pyproject.toml",
            "--contract",
            contract,
        ],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(folder)},
        check=False,
        capture_output=True,
        text=True,
    )
    return done.stdout


@pytest.fixture
def house(root: Path, tmp_path: Path, contracts: Contracts) -> Path:
    """Empty packages in the place of ours."""
    named = set(contracts["rules-are-pure"]["source_modules"])
    for name in (*PACKAGES, *named):
        folder = tmp_path.joinpath(*name.split("."))
        folder.mkdir(parents=True, exist_ok=True)
        for parent in [folder, *folder.parents]:
            if parent == tmp_path:
                break
            (parent / "__init__.py").touch()
    return tmp_path


def test_every_module_of_every_service_has_its_place(contracts: Contracts) -> None:
    assert uncovered_services(contracts) == set()


def test_every_rules_module_is_held_pure(root: Path, contracts: Contracts) -> None:
    assert uncovered_rules(root, contracts) == set()


def test_a_service_without_a_contract_and_rules_without_one_are_found(root: Path, contracts: Contracts) -> None:
    reduced = {
        "rooms": contracts["rooms"] | {"containers": ["notify"]},
        "rules-are-pure": contracts["rules-are-pure"] | {"source_modules": []},
    }
    assert uncovered_services(reduced) == set(Service) - {"notify"}
    assert "notify.rules" in uncovered_rules(root, reduced)


@pytest.mark.parametrize(
    ("module", "imports"),
    [
        ("notify", "tickets"),
        ("chassis", "notify"),
        ("contracts", "chassis"),
        ("portal", "deskstream_local"),
    ],
)
def test_an_import_upwards_or_sideways_is_refused(root: Path, house: Path, module: str, imports: str) -> None:
    assert "1 kept, 0 broken" in lint(root, house, "house")
    (house / module / "door.py").write_text(f"import {imports}\n")
    assert "0 kept, 1 broken" in lint(root, house, "house")


@pytest.mark.parametrize("library", ["sqlalchemy", "asyncio", "chassis"])
def test_a_rule_that_reaches_for_something_is_refused(root: Path, house: Path, library: str) -> None:
    assert "1 kept, 0 broken" in lint(root, house, "rules-are-pure")
    (house / "notify" / "rules" / "timing.py").write_text(f"import {library}\n")
    assert "0 kept, 1 broken" in lint(root, house, "rules-are-pure")
