"""Both APIs against everything that schemathesis thinks of: no 5xx, and no answer that the documents do not promise.

The short form, which every run of the tests includes, sends the boundaries of each parameter and field and calls each
path with methods that it does not know; the same calls in each run. ``make fuzz`` sets ``DESKSTREAM_FUZZ_EXAMPLES``:
then as many random calls of each operation follow, and chains of calls. ``DESKSTREAM_FUZZ_SEED`` repeats a run.
"""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from deskstream_local.story.doors import Desk
from deskstream_local.trial.known import HITS, Known, furnish, visit

EXAMPLES = int(os.environ.get("DESKSTREAM_FUZZ_EXAMPLES", "0"))
SEED = os.environ.get("DESKSTREAM_FUZZ_SEED", "1")
CHECKS = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
    "negative_data_rejection",
    "unsupported_method",
    "allow_header_conformance",
    "missing_required_header",
    "ignored_auth",
    "refusal_names_the_field",
)
"""All but the checks that valid data is accepted and that what was created is there: rules beyond a schema say no."""

LEFT_OUT = {
    "follow_live": "its answer has no end",
    "sign_out": "it would end the session that the run is made with",
    "end_session": "it would end the portal session that the run is made with",
}
"""Operations that are not called, each with the reason; `end_session` of the staff API spares its own by a hook."""


@pytest.fixture(scope="module")
def known(desk: Desk) -> Known:
    """What is on the desk."""
    return furnish(desk)


def test_the_staff_api_keeps_its_promises(root: Path, desk: Desk, known: Known, tmp_path: Path) -> None:
    admin = desk.agent("ada")
    configuration = tmp_path / "staff.toml"
    configuration.write_text(settings(known, cookie=admin.cookie))
    run(root, "staff", configuration, url=desk.where.url, own=known.own, left_out=("follow_live", "sign_out"))


def test_the_portal_api_keeps_its_promises(root: Path, desk: Desk, known: Known, tmp_path: Path) -> None:
    customer = desk.customer()
    configuration = tmp_path / "portal.toml"
    configuration.write_text(settings(visit(desk, customer), cookie=customer.cookie))
    run(root, "portal", configuration, url=desk.where.url, own=frozenset(), left_out=("end_session",))


def settings(known: Known, *, cookie: str) -> str:
    """The configuration file of schemathesis: who calls, and which real values its parameters hit."""
    headers = {"Cookie": cookie, "X-Deskstream-Client": "fuzz"}
    lines = ["[headers]", *(f"{name} = {text(value)}" for name, value in headers.items())]
    lines += ["[cache]", "enabled = false", "[output.sanitization]", "enabled = false"]
    lines += ["[generation]", "with-security-parameters = false"]
    bound: dict[str, str] = {}
    for name, values in known.everywhere.items():
        lines += [f"[dictionaries.{name}]", f"values = {text(values)}"]
        bound |= {f"{place}.{name}": name for place in places(name)}
    lines += ["[parameters]", *bindings(bound)]
    for number, (prefix, named) in enumerate(known.below.items()):
        for name, values in named.items():
            lines += [f"[dictionaries.{name}{number}]", f"values = {text(values)}"]
        lines += ["[[operations]]", f"include-path-regex = {text(f'^{prefix}')}", "[operations.parameters]"]
        lines += bindings({f"path.{name}": f"{name}{number}" for name in named})
    return "\n".join(lines) + "\n"


def places(name: str) -> tuple[str, ...]:
    """Where a parameter of this name may be."""
    return ("header",) if name == "If-Match" else ("path", "query", "body")


def bindings(bound: Mapping[str, str]) -> list[str]:
    """The lines that give parameters the values of a dictionary."""
    return [f"{text(name)} = {{ dictionary = {text(key)}, probability = {HITS} }}" for name, key in bound.items()]


def text(value: object) -> str:
    """A value as TOML writes it: texts, numbers and lists look as in JSON."""
    return json.dumps(value)


def run(root: Path, api: str, configuration: Path, *, url: str, own: frozenset[str], left_out: tuple[str, ...]) -> None:
    """Let schemathesis loose on one of the APIs; its report is the failure's message."""
    phases = "examples,coverage,fuzzing,stateful" if EXAMPLES else "coverage"
    command = [str(Path(sys.executable).with_name("st")), "--config-file", str(configuration), "run"]
    command += [str(root / f"docs/api/{api}.openapi.json"), "--url", url, "--seed", SEED, "--no-color"]
    command += ["--phases", phases, "--checks", ",".join(CHECKS), "--max-examples", str(EXAMPLES or 1)]
    command += ["--generation-database", "none", "--request-timeout", "30", "--warnings", "off"]
    command += ["--suppress-health-check", "all", *(f"--exclude-operation-id={name}" for name in left_out)]
    environment = {
        **os.environ,
        "DESKSTREAM_FUZZ_OWN": ",".join(own),
        "SCHEMATHESIS_HOOKS": str(Path(__file__).with_name("hooks.py")),
        "COLUMNS": "120",
    }
    done = subprocess.run(
        command, env=environment, capture_output=True, text=True, check=False, cwd=configuration.parent
    )
    print(done.stdout[-5000:])
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
