"""Both APIs against everything that schemathesis thinks of: no 5xx, and no answer that the documents do not promise.

The short form, which every run of the tests includes, sends the boundaries of each parameter and field and calls each
path with methods that it does not know; the same calls in each run. ``make fuzz`` sets ``DESKSTREAM_FUZZ_EXAMPLES``:
then as many random calls of each operation follow, and chains of calls. ``DESKSTREAM_FUZZ_SEED`` repeats a run.
"""

import json
import os
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path

import pytest

from deskstream_local.story.doors import Desk
from deskstream_local.trial.known import Known, furnish, visit

SETTINGS = """
[headers]
Cookie = {cookie}
X-Deskstream-Client = "fuzz"
[generation]
with-security-parameters = false
[phases.coverage]
unexpected-methods = ["PATCH", "TRACE"]
[cache]
enabled = false
[output.sanitization]
enabled = false
"""
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
    "staff": {
        "follow_live": "its answer has no end",
        "sign_out": "it would end the session that the run is made with",
    },
    "portal": {"end_session": "it would end the session that the run is made with"},
}
"""Operations that are not called, each with the reason. Their own tests call them."""


@pytest.fixture(scope="module")
def known(desk: Desk) -> Known:
    """What is on the desk."""
    return furnish(desk)


def test_the_portal_api_keeps_its_promises(root: Path, desk: Desk, known: Known, tmp_path: Path) -> None:
    customer = desk.customer()
    seen = visit(desk, customer)
    run(root, "portal", url=desk.where.url, cookie=customer.cookie, known=seen, folder=tmp_path)


def test_the_staff_api_keeps_its_promises(root: Path, desk: Desk, known: Known, tmp_path: Path) -> None:
    """The last one: it may end sessions and close accounts."""
    run(root, "staff", url=desk.where.url, cookie=desk.agent("ada").cookie, known=known, folder=tmp_path)


def run(root: Path, api: str, *, url: str, cookie: str, known: Known, folder: Path) -> None:
    """Let schemathesis loose on one of the APIs; its report is the failure's message."""
    configuration = folder / f"{api}.toml"
    configuration.write_text(SETTINGS.format(cookie=json.dumps(cookie)))
    phases = "examples,coverage,fuzzing,stateful" if EXAMPLES else "coverage"
    command = [str(Path(sys.executable).with_name("st")), "--config-file", str(configuration), "run"]
    command += [str(root / f"docs/api/{api}.openapi.json"), "--url", url, "--seed", SEED, "--no-color"]
    command += ["--phases", phases, "--checks", ",".join(CHECKS), "--max-examples", str(EXAMPLES or 1)]
    command += ["--generation-database", "none", "--request-timeout", "30", "--warnings", "off"]
    command += ["--suppress-health-check", "all", *(f"--exclude-operation-id={name}" for name in LEFT_OUT[api])]
    environment = {
        **os.environ,
        "DESKSTREAM_FUZZ_KNOWN": json.dumps({**asdict(known), "own": sorted(known.own)}),
        "SCHEMATHESIS_HOOKS": str(Path(__file__).with_name("hooks.py")),
        "COLUMNS": "120",
    }
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, cwd=folder)
    sys.stdout.write(done.stdout[-5000:])
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
