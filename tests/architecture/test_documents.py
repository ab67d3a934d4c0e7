"""Rules for documents: links resolve, decisions have their five headings, every command is listed and real."""

import re
import subprocess
from pathlib import Path

import pytest

from contracts.messages import Service, load_all
from contracts.topology import ROLES, answers, emits

ADR_HEADINGS = ["Status", "Context", "Decision", "Consequences", "Reopen when"]
LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)|!\[[^\]]*\]\(([^)\s]+)\)")
HEADING = re.compile(r"^#{1,6} +(.+?) *$", re.MULTILINE)
FENCE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
TARGET = re.compile(r"^([a-z][a-z0-9_-]*):(?!=)(.*)$", re.MULTILINE)
MAKE = re.compile(r"\bmake ([a-z][a-z0-9-]*)\b")
README_LINES = 150
WEB_APP = Path("web/apps/staff")


def documents(root: Path) -> list[Path]:
    """Every Markdown file of the project."""
    skipped = {"node_modules", "test-results"}
    return [
        path
        for path in sorted(root.rglob("*.md"))
        if not any(part.startswith(".") or part in skipped for part in path.relative_to(root).parts)
    ]


def anchors(path: Path) -> set[str]:
    """The anchors of a document's headings, as GitHub makes them."""
    text = FENCE.sub("", path.read_text())
    return {re.sub(r"[^\w\- ]", "", title.lower()).strip().replace(" ", "-") for title in HEADING.findall(text)}


def screen_paths(root: Path) -> set[str]:
    """The addresses within the web app that a help page may name."""
    sections = (root / WEB_APP / "screens/config/sections.ts").read_text()
    return {"/profile", *(f"/config/{key}" for key in re.findall(r"\bkey: '([\w-]+)'", sections, re.MULTILINE))}


def broken_links(root: Path) -> list[str]:
    """Links that lead nowhere: to a missing file or heading, or from a help page to a screen that is not there."""
    found, screens = [], screen_paths(root)
    for document in documents(root):
        for groups in LINK.findall(FENCE.sub("", document.read_text())):
            link = groups[0] or groups[1]
            if re.match(r"[a-z]+:", link):
                continue
            if link.startswith("/") and root / WEB_APP in document.parents:
                found += [] if link in screens else [f"{document.relative_to(root)}: {link} is no screen"]
                continue
            name, _, anchor = link.partition("#")
            target = (document.parent / name).resolve() if name else document
            where = document.relative_to(root)
            if not target.exists():
                found.append(f"{where}: {link} does not exist")
            elif anchor and target.suffix == ".md" and anchor not in anchors(target):
                found.append(f"{where}: {link} has no such heading")
    return found


def incomplete_decisions(root: Path) -> list[str]:
    """Decision records that lack a heading, have them in another order, or are numbered with a gap."""
    found = []
    for expected, path in enumerate(sorted((root / "docs" / "adr").glob("*.md")), start=1):
        text = path.read_text()
        if not path.name.startswith(f"{expected:04d}-") or not text.startswith(f"# {expected}. "):
            found.append(f"{path.name}: expected number {expected} in its name and title")
        headings = re.findall(r"^## (.+)$", text, flags=re.MULTILINE)
        if headings != ADR_HEADINGS:
            found.append(f"{path.name}: has {headings}, expected {ADR_HEADINGS}")
    return found


def unlisted_targets(makefile: str) -> list[str]:
    """Targets that `make help` does not list because they have no ``## text``."""
    return [name for name, rest in TARGET.findall(makefile) if "## " not in rest]


def unknown_commands(root: Path) -> list[str]:
    """`make …` in a document or a message of the code, for a target that the Makefile does not have."""
    known = {name for name, _ in TARGET.findall((root / "Makefile").read_text())}
    found = []
    for document in documents(root):
        for span in re.findall(r"`[^`\n]+`|^```.*?^```", document.read_text(), flags=re.MULTILINE | re.DOTALL):
            found += [f"{document.relative_to(root)}: make {name}" for name in MAKE.findall(span) if name not in known]
    return found


def missing_rows(readme: str) -> list[str]:
    """Rows that the README's table *service × owns / listens / emits / answers* lacks, judged by the topology."""
    load_all()
    missing = []
    for service in Service:
        cells = (
            [event.__name__ for event in ROLES[service].listens],
            [event.__name__ for event in emits(service)],
            [request.__name__ for request in answers(service)],
        )
        folder = service.replace("_", "-")
        link = f"| [`{folder}`](services/{folder}) | "
        columns = " | ".join(", ".join(names) or "–" for names in cells)
        if not re.search(rf"^{re.escape(link)}[^|]+ \| {re.escape(columns)} \|$", readme, flags=re.MULTILINE):
            missing.append(f"{link}(what it owns) | {columns} |")
    return missing


def test_every_link_in_every_document_leads_somewhere(root: Path) -> None:
    assert broken_links(root) == []


def test_every_decision_has_its_five_headings(root: Path) -> None:
    assert incomplete_decisions(root) == []


def test_make_help_lists_every_target(root: Path) -> None:
    makefile = (root / "Makefile").read_text()
    assert unlisted_targets(makefile) == []
    shown = subprocess.run(["make", "help"], cwd=root, check=True, capture_output=True, text=True).stdout
    assert [name for name, _ in TARGET.findall(makefile) if f"make {name} " not in shown] == []


def test_documents_name_only_commands_that_exist(root: Path) -> None:
    assert unknown_commands(root) == []


def test_the_readme_fits_on_a_few_screens(root: Path) -> None:
    assert len((root / "README.md").read_text().splitlines()) < README_LINES


def test_the_readme_tells_of_each_service_what_the_topology_says(root: Path) -> None:
    missing = missing_rows((root / "README.md").read_text())
    assert not missing, "README.md lacks these rows of its service table:\n" + "\n".join(missing)


def test_a_row_that_lacks_one_event_is_found(root: Path) -> None:
    readme = (root / "README.md").read_text().replace("SubmissionFiled |", "|", 1)
    assert [row.split("`")[1] for row in missing_rows(readme)] == ["portal"]


@pytest.fixture
def planted(tmp_path: Path) -> Path:
    """A folder of documents in which everything is wrong."""
    adr = tmp_path / "docs" / "adr"
    adr.mkdir(parents=True)
    headings = "".join(f"\n## {heading}\n" for heading in ADR_HEADINGS)
    (adr / "0001-good.md").write_text(f"# 1. Good\n{headings}")
    (adr / "0003-gap.md").write_text(f"# 3. Gap\n{headings}")
    (adr / "0004-short.md").write_text("# 3. Short\n\n## Context\n")
    (tmp_path / "Makefile").write_text("help: ## List\n\t@true\nhidden: help\n\t@true\nX := 1\n")
    (tmp_path / "README.md").write_text(
        "[a](docs/adr/0001-good.md#decision) [b](docs/none.md) [c](docs/adr/0001-good.md#none) [d](https://example.org)"
        "\n\n```\n[not a link](nowhere.md)\nmake everything\n```\n\nThis will make sense; run `make help`.\n"
    )
    screens = tmp_path / WEB_APP / "screens"
    (screens / "config").mkdir(parents=True)
    (screens / "config/sections.ts").write_text("  {\n    key: 'tags',\n  },\n  { key: 'audit', word: 'audit' },\n")
    (screens / "help.md").write_text("[a](/config/tags) [b](/config/audit) [c](/profile) [d](/config/tag) [e](/none)")
    return tmp_path


def test_a_link_to_a_missing_file_or_heading_is_found(planted: Path) -> None:
    assert broken_links(planted) == [
        "README.md: docs/none.md does not exist",
        "README.md: docs/adr/0001-good.md#none has no such heading",
        "web/apps/staff/screens/help.md: /config/tag is no screen",
        "web/apps/staff/screens/help.md: /none is no screen",
    ]


def test_a_decision_with_a_gap_in_its_number_or_without_headings_is_found(planted: Path) -> None:
    assert [line.split(":")[0] for line in incomplete_decisions(planted)] == [
        "0003-gap.md",
        "0004-short.md",
        "0004-short.md",
    ]


def test_a_target_without_a_text_is_found(planted: Path) -> None:
    assert unlisted_targets((planted / "Makefile").read_text()) == ["hidden"]


def test_a_command_that_does_not_exist_is_found_in_code_and_not_in_prose(planted: Path) -> None:
    assert unknown_commands(planted) == ["README.md: make everything"]
