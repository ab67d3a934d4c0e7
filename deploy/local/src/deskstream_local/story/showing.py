"""Shows the story on the terminal: a desk of its own, every step with what happened and where, and how it ended."""

import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from deskstream_local.story.doors import Desk
from deskstream_local.story.scenes import scenes
from deskstream_local.story.telling import Scene, play
from deskstream_local.trial.desk import TrialDesk

OWN = {"DESKSTREAM_PUBLIC_URL": ""}
"""The links in this desk's mails lead to itself, wherever those of the user's own desk lead."""


def show(console: Console) -> bool:
    """Start a desk, play all scenes on it, end it; True when every step went well.

    The desk has its own folder and ports, so one that runs already is not disturbed. Where a step failed the folder
    stays, with the logs. Raises `chassis.embedded.ServerFailed` when the desk does not start.
    """
    began = time.monotonic()
    root = Path(tempfile.mkdtemp(prefix="deskstream-demo-"))
    keep = True
    try:
        with _desk(console, root) as desk:
            well = _play_all(console, desk)
        keep = not well
    except KeyboardInterrupt:
        keep = False
        raise
    finally:
        if keep:
            console.print(f"The logs of this desk are in {root / 'home' / 'logs'}", soft_wrap=True)
        else:
            shutil.rmtree(root)
    if well:
        console.print(f"\n[bold green]All three scenes went well[/] [dim]in {time.monotonic() - began:.0f} s[/]")
    return well


@contextmanager
def _desk(console: Console, root: Path) -> Iterator[Desk]:
    trial = TrialDesk(root / "home", environment=OWN)
    began = time.monotonic()
    try:
        with console.status("Starting a desk for this demo, in a folder of its own …"):
            trial.start()
        seconds = time.monotonic() - began
        console.print(f"[green]✓[/] A desk for this demo runs at {trial.state.url} [dim]{seconds:.1f} s[/]")
        with Desk.of(trial) as desk:
            yield desk
    finally:
        with console.status("Stopping the desk …"):
            trial.stop()


def _play_all(console: Console, desk: Desk) -> bool:
    failed = 0
    for number, scene in enumerate(scenes(desk), start=1):
        console.print(f"\n[bold]Scene {number}: {escape(scene.title)}[/] [dim]({scene.requirement})[/]")
        failed += not play_aloud(console, scene)
    if failed:
        console.print(f"\n[bold red]{failed} of the scenes failed.[/]")
    return not failed


def play_aloud(console: Console, scene: Scene) -> bool:
    """Play a scene and write down each step as it ends; True when all went well."""
    well = True
    with console.status("") as status:
        for told in play(scene, begins=lambda title: status.update(f"{escape(title)} …")):
            mark, style = ("[green]✓[/]", "dim") if told.well else ("[red]✗[/]", "red")
            lines = Table.grid(padding=(0, 1))
            lines.add_row(mark, f"{escape(told.title)} [dim]{told.seconds:.1f} s[/]")
            lines.add_row("", f"[{style}]{escape(told.text)}[/]")
            console.print(lines)
            well = told.well
    return well
