"""The generated files are what the code says, and the check says so where they are not."""

import shutil
from pathlib import Path

import pytest

from contracts.generate import ASYNCAPI, BASELINE, COMMAND, EXAMPLES, PACKAGE, REPOSITORY, SCHEMAS, generated, main


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A repository with nothing but what the generator reads, freshly generated."""
    shutil.copytree(REPOSITORY / EXAMPLES, tmp_path / EXAMPLES)
    shutil.copy(REPOSITORY / PACKAGE / "pyproject.toml", tmp_path / PACKAGE)
    assert main(["--root", str(tmp_path)]) == 0
    return tmp_path


def test_the_committed_files_are_what_the_code_says(capsys: pytest.CaptureFixture[str]) -> None:
    status = main(["--check"])
    assert status == 0, capsys.readouterr().out


def test_writing_makes_the_check_pass_and_a_second_writing_changes_nothing(
    copy: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--root", str(copy), "--check"]) == 0
    capsys.readouterr()
    assert main(["--root", str(copy)]) == 0
    assert capsys.readouterr().out == ""
    assert all((copy / path).read_text() == text for path, text in generated(REPOSITORY).items())


def test_a_changed_a_missing_and_a_superfluous_file_are_named_with_the_command_that_refreshes(
    copy: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    changed, missing, extra = ASYNCAPI / "tickets.yaml", SCHEMAS / "problem.json", SCHEMAS / "gone.evt.away.v1.json"
    (copy / changed).write_text("asyncapi: 2.6.0\n")
    (copy / missing).unlink()
    (copy / extra).write_text("{}\n")
    capsys.readouterr()
    assert main(["--root", str(copy), "--check"]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert set(lines[:-1]) == {f"stale: {path}" for path in (changed, missing, extra)}
    assert lines[-1].endswith(COMMAND)
    assert main(["--root", str(copy)]) == 0
    assert main(["--root", str(copy), "--check"]) == 0
    assert not (copy / extra).exists()


def test_a_release_is_what_the_next_change_is_compared_with(copy: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--root", str(copy), "--release"]) == 0
    released = copy / BASELINE / "schemas" / "problem.json"
    assert released.read_text() == (copy / SCHEMAS / "problem.json").read_text()
    released.write_text(released.read_text().replace('"detail"', '"explanation"'))
    assert main(["--root", str(copy), "--release"]) == 1
    told = capsys.readouterr().out
    assert "problem.explanation: the field was removed" in told
    assert "add a new one beside it" in told
    assert '"explanation"' in released.read_text(), "a refused release leaves the last one as it was"
