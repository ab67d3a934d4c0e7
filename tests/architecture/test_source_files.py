"""Rules for single source files: docstrings, names, length, and nothing of the machine they were written on."""

import ast
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

SOURCE_FOLDERS = ("libs", "services", "deploy", "tests", "bench", "docs", "web")
FORBIDDEN_STEMS = frozenset({"utils", "util", "helpers", "helper", "common", "base", "manager", "misc"})
FORBIDDEN_CLASS = re.compile(r"^Abstract|(Impl|Manager|Helper|Helpers|Utils|Util)$")
MOST_LINES = 400
MACHINE_PATH = re.compile(r"(?<![\w./-])/(work|tmp|root|home/\w+|opt)/(?!\.\.\.)[\w.-]")
LICENCE = Path("LICENSE")


def modules(root: Path) -> Iterator[Path]:
    """Every Python file that is written by hand, relative to ``root``."""
    for folder in SOURCE_FOLDERS:
        for path in sorted((root / folder).rglob("*.py")):
            if not any(part.startswith(".") or part in {"node_modules", "__pycache__"} for part in path.parts):
                yield path.relative_to(root)


def without_docstring(root: Path) -> list[str]:
    """Modules that do not open with a docstring of at least one whole sentence."""
    found = []
    for path in modules(root):
        docstring = ast.get_docstring(ast.parse((root / path).read_text()))
        first = (docstring or "").strip().split("\n\n")[0]
        if not first.endswith((".", ":", "?", "!")):
            found.append(f"{path}: opens with {first[:40]!r}, not with a sentence that says what is in it")
    return found


def forbidden_names(root: Path) -> list[str]:
    """Files and classes whose name says nothing about what is in them."""
    found = []
    for path in modules(root):
        if path.stem in FORBIDDEN_STEMS:
            found.append(f"{path}: name the file after what it holds")
        for node in ast.walk(ast.parse((root / path).read_text())):
            if isinstance(node, ast.ClassDef) and FORBIDDEN_CLASS.search(node.name):
                found.append(f"{path}:{node.lineno}: name {node.name} after what it is")
    return found


def too_long(root: Path, *, most: int = MOST_LINES) -> list[str]:
    """Modules above the limit, the longest first."""
    lengths = [(len((root / path).read_text().splitlines()), path) for path in modules(root)]
    return [f"{path}: {length} lines" for length, path in sorted(lengths, reverse=True) if length > most]


def tracked(root: Path) -> list[Path]:
    """Every text file that git knows or would add, relative to ``root``."""
    listing = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=root,
        check=True,
        capture_output=True,
        text=True,
    )
    return [Path(name) for name in listing.stdout.split("\0") if name]


def machine_paths(root: Path, files: list[Path]) -> list[str]:
    """Places that name a folder of somebody's machine. Container paths are in deploy/docker and the compose file."""
    found = []
    for path in files:
        if path.name in {"Dockerfile", "docker-compose.yml", "uv.lock"} or not (root / path).is_file():
            continue
        try:
            text = (root / path).read_text()
        except UnicodeDecodeError:
            continue
        for number, line in enumerate(text.splitlines(), start=1):
            if match := MACHINE_PATH.search(line):
                found.append(f"{path}:{number}: {match.group()}…")
    return found


def test_every_module_opens_with_a_sentence(root: Path) -> None:
    assert without_docstring(root) == []


def test_no_file_and_no_class_has_a_name_that_says_nothing(root: Path) -> None:
    assert forbidden_names(root) == []


def test_no_module_is_longer_than_four_hundred_lines(root: Path) -> None:
    assert too_long(root) == []


def test_nothing_in_the_repository_names_a_folder_of_somebodys_machine(root: Path) -> None:
    assert machine_paths(root, tracked(root)) == []


def test_the_licence_is_the_whole_agpl(root: Path) -> None:
    text = (root / LICENCE).read_text()
    sections = [int(number) for number in re.findall(r"^  (\d+)\. ", text, flags=re.MULTILINE)]
    assert sections == list(range(18))
    assert text.splitlines()[0].strip() == "GNU AFFERO GENERAL PUBLIC LICENSE"
    assert "13. Remote Network Interaction" in text
    assert "END OF TERMS AND CONDITIONS" in text


@pytest.fixture
def planted(tmp_path: Path) -> Path:
    """A repository in which everything is wrong."""
    folder = tmp_path / "services" / "x" / "src" / "x"
    folder.mkdir(parents=True)
    (folder / "utils.py").write_text('"""no sentence"""\n\n\nclass TicketManager:\n    pass\n')
    (folder / "silent.py").write_text("x = 1\n" * 500)
    (folder / "long.py").write_text('"""Long, but allowed to be."""\n' + "x = 1\n" * 399)
    (tmp_path / "README.md").write_text(
        "Look into " + "/work" + "/main for it.\nNot in https://example.org/work/main.\n"
    )
    return tmp_path


def test_a_module_without_a_sentence_is_found(planted: Path) -> None:
    assert [line.split(":")[0] for line in without_docstring(planted)] == [
        "services/x/src/x/silent.py",
        "services/x/src/x/utils.py",
    ]


def test_a_file_called_utils_and_a_class_called_manager_are_found(planted: Path) -> None:
    assert len(forbidden_names(planted)) == 2


def test_a_module_of_five_hundred_lines_is_found_and_one_of_four_hundred_is_not(planted: Path) -> None:
    assert too_long(planted) == ["services/x/src/x/silent.py: 500 lines"]


def test_a_path_of_a_machine_is_found_and_a_web_address_is_not(planted: Path) -> None:
    assert machine_paths(planted, [Path("README.md")]) == ["README.md:1: " + "/work" + "/m…"]
