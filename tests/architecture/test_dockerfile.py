"""The Dockerfile: linted, and its one interesting command tried on exactly the files that it copies."""

import os
import re
import shlex
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

from contracts.messages import Service

PINNED = re.compile(r"^[a-z0-9./-]+:\d+\.\d+\.\d+[\w.-]*$")


@dataclass(frozen=True)
class Instruction:
    """One instruction, continuation lines joined."""

    name: str
    rest: str


def parse(text: str) -> list[Instruction]:
    """The instructions of a Dockerfile, without comments."""
    lines = [line for line in text.splitlines() if not line.lstrip().startswith("#")]
    joined = "\n".join(lines).replace("\\\n", " ")
    return [
        Instruction(name.upper(), " ".join(rest.split()))
        for name, _, rest in (line.strip().partition(" ") for line in joined.splitlines() if line.strip())
    ]


def faults(text: str) -> list[str]:
    """What a linter would find: unpinned bases and packages, root, no health, shell forms, remote files."""
    instructions = parse(text)
    stages = [number for number, instruction in enumerate(instructions) if instruction.name == "FROM"]
    names = set()
    found = []
    for instruction in instructions:
        if instruction.name == "FROM":
            base, *rest = instruction.rest.split()
            if base not in names and not PINNED.match(base):
                found.append(f"FROM {base}: pin the version")
            names |= {rest[1]} if rest else set()
        if instruction.name == "ADD":
            found.append("ADD: use COPY")
        if instruction.name in {"CMD", "ENTRYPOINT"} and not instruction.rest.startswith("["):
            found.append(f"{instruction.name}: use the form in brackets, so that signals reach the program")
        if instruction.name == "RUN" and re.search(r"curl|wget|sudo|apt-get upgrade", instruction.rest):
            found.append(f"RUN {instruction.rest[:40]}: nothing is fetched by hand")
        for package in re.findall(r"pip install ([^&|;]+)", instruction.rest):
            loose = [word for word in package.split() if not word.startswith("-") and "==" not in word]
            found += [f"pip install {word}: pin the version" for word in loose]
    last = instructions[stages[-1] :]
    users = [instruction.rest for instruction in last if instruction.name == "USER"]
    if not users or users[-1].split(":")[0] in {"root", "0"}:
        found.append("USER: the program must not run as root")
    found += [f"{wanted}: missing" for wanted in ("HEALTHCHECK", "ENTRYPOINT") if wanted not in {i.name for i in last}]
    return found


def build_commands(text: str, service: str) -> tuple[list[str], list[str]]:
    """The sources that the first stage copies, and the words of its uv command for this service."""
    stage = [instruction for instruction in parse(text.split("\nFROM ")[1]) if instruction.name in {"COPY", "RUN"}]
    copied = [source for instruction in stage if instruction.name == "COPY" for source in instruction.rest.split()[:-1]]
    script = next(instruction.rest for instruction in stage if "uv sync" in instruction.rest)
    script = re.sub(r"--mount=\S+ ", "", script)
    words = subprocess.run(
        ["sh", "-euc", script.replace("uv sync", "echo", 1)],
        env={"SERVICE": service},
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    return copied, shlex.split(words)


@pytest.fixture(scope="module")
def dockerfile(root: Path) -> str:
    """The text of the Dockerfile."""
    return (root / "deploy/docker/Dockerfile").read_text()


def test_the_dockerfile_is_clean(dockerfile: str) -> None:
    assert faults(dockerfile) == []


def test_both_stages_have_the_same_python_that_the_project_allows(dockerfile: str) -> None:
    bases = {instruction.rest.split()[0] for instruction in parse(dockerfile) if instruction.name == "FROM"}
    assert len(bases) == 1
    version = re.search(r"python:3\.(\d+)\.", bases.pop())
    assert version is not None
    assert int(version[1]) >= 11


def test_the_image_uses_the_uv_that_the_makefile_uses(dockerfile: str, root: Path) -> None:
    makefile = re.search(r"^UV_VERSION := (\S+)$", (root / "Makefile").read_text(), flags=re.MULTILINE)
    assert makefile is not None
    assert f"uv=={makefile[1]}\n" in dockerfile


@pytest.mark.parametrize("service", [*(service.replace("_", "-") for service in Service), "notify portal"])
def test_the_lock_holds_all_that_the_image_of_a_service_needs(
    dockerfile: str, root: Path, tmp_path: Path, service: str
) -> None:
    copied, words = build_commands(dockerfile, service)
    for source in copied:
        if (root / source).is_file():
            shutil.copy(root / source, tmp_path / source)
            continue
        for manifest in (root / source).glob("*/pyproject.toml"):
            (tmp_path / manifest.parent.relative_to(root)).mkdir(parents=True)
            shutil.copy(manifest, tmp_path / manifest.relative_to(root))
    # `uv run` tells its children in UV where it is; it need not be on the PATH.
    planned = subprocess.run(
        [os.environ.get("UV", "uv"), "sync", *words, "--dry-run", "--offline"],
        cwd=tmp_path,
        check=False,
        capture_output=True,
        text=True,
    )
    assert planned.returncode == 0, planned.stderr
    for name in (*service.split(), "chassis", "contracts"):
        assert re.search(rf"\+ deskstream-{name}( @|==)", planned.stderr)
    assert "+ opentelemetry-exporter-otlp-proto-http==" in planned.stderr
    assert "+ pytest==" not in planned.stderr


def test_a_root_user_an_unpinned_base_and_a_download_are_found() -> None:
    planted = """
        FROM python:latest AS build
        RUN pip install --quiet uv \\
            && curl https://example.org | sh
        FROM build
        ADD x /x
        CMD python -m x
    """
    assert faults(planted) == [
        "FROM python:latest: pin the version",
        "RUN pip install --quiet uv && curl https://e: nothing is fetched by hand",
        "pip install uv: pin the version",
        "ADD: use COPY",
        "CMD: use the form in brackets, so that signals reach the program",
        "USER: the program must not run as root",
        "HEALTHCHECK: missing",
        "ENTRYPOINT: missing",
    ]
