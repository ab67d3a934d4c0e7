"""Figures and what they are held against: a table for people, and a JSON file for comparisons."""

import json
import math
import os
import platform
import subprocess
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

from rich.console import Console
from rich.table import Table

RESULTS = Path(__file__).parent / "results"


@dataclass(frozen=True, kw_only=True)
class Target:
    """The bound that a figure must keep."""

    bound: float
    direction: Literal["at least", "at most"]

    def holds(self, measured: float) -> bool:
        """Whether the figure keeps it."""
        return measured >= self.bound if self.direction == "at least" else measured <= self.bound


def at_least(bound: float) -> Target:
    """More is better."""
    return Target(bound=bound, direction="at least")


def at_most(bound: float) -> Target:
    """Less is better."""
    return Target(bound=bound, direction="at most")


@dataclass(frozen=True, kw_only=True)
class Figure:
    """One measured value; most have no target and are there to explain those that have one."""

    name: str
    measured: float
    unit: str
    target: Target | None = None
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class Report:
    """What one measurement found. ``load`` is the load average of the last minute, before and after."""

    name: str
    figures: Sequence[Figure]
    load: tuple[float, float]
    details: dict[str, Any]


def quantile(values: Sequence[float], share: float) -> float:
    """The smallest value that at least this share of the values does not exceed (nearest rank)."""
    ordered = sorted(values)
    return ordered[max(math.ceil(share * len(ordered)), 1) - 1]


def load_now() -> float:
    """How many processes wanted to run, averaged over the last minute."""
    return os.getloadavg()[0]


def show(report: Report) -> None:
    """Print the table."""
    table = Table("", "measured", "target", "", title=report.name, title_justify="left", box=None, padding=(0, 2))
    for figure in report.figures:
        bound, verdict = "", ""
        if figure.target is not None:
            bound = f"{figure.target.direction} {_number(figure.target.bound)}"
            verdict = "[green]kept[/]" if figure.target.holds(figure.measured) else "[red]missed[/]"
        note = f"[dim]{figure.note}[/]" if figure.note else ""
        table.add_row(figure.name, f"{_number(figure.measured)} {figure.unit}", bound, f"{verdict} {note}".strip())
    console = Console(highlight=False, width=150)
    console.print()
    console.print(table)
    console.print(f"[dim]load average {report.load[0]:.2f} before, {report.load[1]:.2f} after[/]")


def write(report: Report) -> Path:
    """Store it as ``results/<name>-<time>.json``."""
    RESULTS.mkdir(exist_ok=True)
    now = datetime.now(UTC)
    file = RESULTS / f"{report.name.split(':')[0].replace(' ', '-')}-{now:%Y%m%dT%H%M%SZ}.json"
    content = {**asdict(report), "at": now.isoformat(), "machine": machine()}
    file.write_text(json.dumps(content, indent=1, default=str))
    return file


def machine() -> dict[str, Any]:
    """Where it was measured, and which commit."""
    commit = subprocess.run(
        ["git", "describe", "--always", "--dirty"],
        cwd=Path(__file__).parent,
        capture_output=True,
        text=True,
        check=False,
    )
    models = {
        line.partition(":")[2].strip()
        for line in Path("/proc/cpuinfo").read_text().splitlines()
        if line.startswith("model name")
    }
    return {
        "cores": os.cpu_count(),
        "processor": ", ".join(sorted(models)),
        "kernel": platform.release(),
        "python": platform.python_version(),
        "commit": commit.stdout.strip(),
    }


def _number(value: float) -> str:
    if value == 0 or abs(value) >= 100:  # noqa: PLR2004  # three digits are enough
        return f"{value:,.0f}"
    return f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}"  # noqa: PLR2004  # the same
