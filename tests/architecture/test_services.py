"""Every service has the same rooms: README, settings, main with build(), migrations."""

import ast
from pathlib import Path

import pytest

from contracts.messages import Service

FILES = ("README.md", "pyproject.toml", "tests")
MODULES = ("main.py", "settings.py", "models.py", "errors.py", "migrations/env.py", "migrations/versions")
NAMES = {"build", "Settings", "GATEWAY_PATHS"}


def faults(root: Path, service: str) -> list[str]:
    """What a service lacks."""
    folder = root / "services" / service.replace("_", "-")
    package = folder / "src" / service
    found = [f"{name} is missing" for name in FILES if not (folder / name).exists()]
    found += [f"src/{service}/{name} is missing" for name in MODULES if not (package / name).exists()]
    if (folder / "README.md").exists():
        found += readme_faults((folder / "README.md").read_text())
    if (package / "main.py").exists():
        missing = NAMES - top_level_names((package / "main.py").read_text())
        found += [f"main.py has no {name}" for name in sorted(missing)]
    if (package / "migrations/versions").exists() and not list((package / "migrations/versions").glob("*.py")):
        found.append("there is no migration")
    return found


def readme_faults(text: str) -> list[str]:
    """A service's README says first, within its first 20 lines, what the service owns and what it does not."""
    beginning = "\n".join(text.splitlines()[:20]).lower()
    owns, not_owned = beginning.find("owns"), beginning.find("does not own")
    found = [] if text.startswith("# ") else ["README.md has no title"]
    if owns < 0 or not_owned < 0 or owns > not_owned:
        found.append("README.md does not begin with what the service owns and does not own")
    return found


def top_level_names(source: str) -> set[str]:
    """What a module defines or imports at its top level."""
    names: set[str] = set()
    for node in ast.parse(source).body:
        match node:
            case ast.FunctionDef(name=name) | ast.ClassDef(name=name):
                names.add(name)
            case ast.ImportFrom(names=aliases) | ast.Import(names=aliases):
                names |= {alias.asname or alias.name for alias in aliases}
            case ast.AnnAssign(target=ast.Name(id=name)):
                names.add(name)
            case ast.Assign(targets=targets):
                names |= {target.id for target in targets if isinstance(target, ast.Name)}
    return names


@pytest.mark.parametrize("service", Service)
def test_each_service_has_all_its_rooms(root: Path, service: Service) -> None:
    assert faults(root, service) == []


def test_there_is_no_service_that_the_contracts_do_not_know(root: Path) -> None:
    assert {path.parent.name.replace("-", "_") for path in (root / "services").glob("*/pyproject.toml")} == set(Service)


def test_an_empty_service_is_found(tmp_path: Path) -> None:
    package = tmp_path / "services/crm-match/src/crm_match"
    (package / "migrations/versions").mkdir(parents=True)
    (package / "main.py").write_text("from x import Settings\n\n\nclass App:\n    def build(self): ...\n")
    (tmp_path / "services/crm-match/README.md").write_text("# CRM\n\nDoes not own mails. Owns contacts.\n")
    assert faults(tmp_path, "crm_match") == [
        "pyproject.toml is missing",
        "tests is missing",
        "src/crm_match/settings.py is missing",
        "src/crm_match/models.py is missing",
        "src/crm_match/errors.py is missing",
        "src/crm_match/migrations/env.py is missing",
        "README.md does not begin with what the service owns and does not own",
        "main.py has no GATEWAY_PATHS",
        "main.py has no build",
        "there is no migration",
    ]


def test_a_readme_that_says_both_is_accepted() -> None:
    assert readme_faults("# notify\n\n**Owns** notifications. **Does not own** tickets.\n") == []
