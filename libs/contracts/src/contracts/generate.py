"""Writes what is derived from the contracts: JSON Schemas, AsyncAPI documents, NATS permissions, the service table.

``python -m contracts.generate`` writes, ``--check`` only compares (exit status 1 and the command to run), ``--release``
also remembers today's schemas and examples as what the next change is compared with. Needs PyYAML.
"""

import argparse
import json
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import yaml

from contracts import asyncapi, permissions, service_table
from contracts.compatibility import REMEDY, baseline_breaks, changed_examples, digests
from contracts.messages import Service
from contracts.schemas import JsonObject, messages, schema_of

REPOSITORY = Path(__file__).resolve().parents[4]
COMMAND = "python -m contracts.generate"
PACKAGE = Path("libs/contracts")
SCHEMAS = PACKAGE / "schemas"
EXAMPLES = PACKAGE / "examples"
BASELINE = PACKAGE / "baseline"
ASYNCAPI = Path("docs/api/asyncapi")


def generated(root: Path) -> dict[Path, str]:
    """Every generated file by its path below ``root``; reads the version and the examples from there."""
    examples = first_examples(root)
    version: str = tomllib.loads((root / PACKAGE / "pyproject.toml").read_text())["project"]["version"]
    return {
        **{SCHEMAS / f"{name}.json": _json(schema) for name, schema in schemas().items()},
        **{
            ASYNCAPI / f"{service}.yaml": _yaml(asyncapi.document(service, version=version, examples=examples))
            for service in Service
        },
        Path("deploy/nats/permissions.conf"): permissions.render(),
        Path("docs/services.md"): service_table.render(),
    }


def schemas() -> dict[str, JsonObject]:
    """The schema of every message by its name."""
    return {message.name: schema_of(message) for message in messages()}


def first_examples(root: Path) -> dict[str, JsonObject]:
    """The first example of every message that has one."""
    found = {}
    for message in messages():
        files = sorted((root / EXAMPLES / message.name).glob("*.json"))
        if files:
            found[message.name] = json.loads(files[0].read_text())
    return found


def stale(root: Path) -> list[Path]:
    """Generated files that differ from the code, are missing, or are of no use any more."""
    wanted = generated(root)
    different = [path for path, text in wanted.items() if not _is(root / path, text)]
    return different + [path for path in _present(root) if path not in wanted]


def write(root: Path) -> list[Path]:
    """Write what is stale, remove what is of no use any more, and name it."""
    wanted = generated(root)
    changed = stale(root)
    for path in changed:
        if path in wanted:
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / path).write_text(wanted[path])
        else:
            (root / path).unlink()
    return changed


def release(root: Path) -> list[str]:
    """Remember today's schemas and examples as released. Does nothing but name the breaks where there are any."""
    baseline = root / BASELINE
    breaks = baseline_breaks(baseline, schemas())
    if (baseline / "examples.json").exists():
        breaks += [f"{name}: a released example was changed" for name in changed_examples(baseline, root / EXAMPLES)]
    if not breaks:
        (baseline / "schemas").mkdir(parents=True, exist_ok=True)
        for name, schema in schemas().items():
            (baseline / "schemas" / f"{name}.json").write_text(_json(schema))
        (baseline / "examples.json").write_text(_json(digests(root / EXAMPLES)))
    return breaks


def main(arguments: list[str] | None = None) -> int:
    """The command line; gives the exit status."""
    parser = argparse.ArgumentParser(prog=COMMAND, description="Write what is derived from the contracts.")
    parser.add_argument("--root", type=Path, default=REPOSITORY, help="the repository (default: where this file is)")
    mode = parser.add_mutually_exclusive_group()
    mode.add_argument("--check", action="store_true", help="compare only, and fail where something is stale")
    mode.add_argument("--release", action="store_true", help="also take today's schemas as the released ones")
    options = parser.parse_args(arguments)
    if options.check:
        return _check(options.root)
    _say(f"wrote {path}" if (options.root / path).exists() else f"removed {path}" for path in write(options.root))
    if options.release and (breaks := release(options.root)):
        _say([*breaks, REMEDY])
        return 1
    return 0


def _check(root: Path) -> int:
    found = stale(root)
    if found:
        _say([*(f"stale: {path}" for path in found), f"Refresh with: uv run {COMMAND}"])
    return 1 if found else 0


def _say(lines: Iterator[str] | list[str]) -> None:
    sys.stdout.writelines(f"{line}\n" for line in lines)


def _present(root: Path) -> list[Path]:
    files = [*(root / SCHEMAS).glob("*.json"), *(root / ASYNCAPI).glob("*.yaml")]
    return sorted(path.relative_to(root) for path in files)


def _is(path: Path, text: str) -> bool:
    return path.exists() and path.read_text() == text


def _json(value: JsonObject | dict[str, str]) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False) + "\n"


class _Lists(yaml.SafeDumper):
    """Indents lists below their key, and writes every value out instead of pointing at an equal one."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:  # noqa: ARG002
        super().increase_indent(flow, indentless=False)

    def ignore_aliases(self, data: object) -> bool:  # noqa: ARG002
        return True


def _yaml(document: JsonObject) -> str:
    note = f"# Generated from contracts by `{COMMAND}`; a change here would be overwritten.\n"
    return note + yaml.dump(document, Dumper=_Lists, sort_keys=False, allow_unicode=True, width=118)


if __name__ == "__main__":
    sys.exit(main())
