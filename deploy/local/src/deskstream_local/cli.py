"""The ``deskstream`` command: a whole desk on this machine."""

import asyncio
import logging
import shutil
import signal
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from enum import StrEnum
from typing import Annotated

import typer
from rich.console import Console

from chassis.embedded import ServerFailed
from deskstream_local.addresses import Ports, PortTaken
from deskstream_local.desk import Desk, StepFailed
from deskstream_local.home import AlreadyUp, Home
from deskstream_local.screen import Screen
from deskstream_local.supervisor import StartFailed

FAILED, REFUSED, ALREADY_UP = 1, 2, 3
"""Exit codes: something did not start; a setting is wrong or a port is taken; it runs already."""

app = typer.Typer(help="A whole Deskstream on this machine.", no_args_is_help=True, add_completion=False)


class PortChoice(StrEnum):
    """Which ports ``up`` takes."""

    FIXED = "fixed"
    FREE = "free"


@app.command()
def up(
    *,
    ports: Annotated[PortChoice, typer.Option(help="fixed: 8080, 2525 and 2526 or DESKSTREAM_*_PORT; free: any.")] = (
        PortChoice.FIXED
    ),
) -> None:
    """Start everything and keep it running until Ctrl-C."""
    home, screen = Home.from_environment(), Screen()
    with _refusals(screen), home.locked():
        chosen = Ports.free() if ports is PortChoice.FREE else Ports.from_environment()
        _log_to(home)
        asyncio.run(_keep_up(home, chosen, screen))


@app.command()
def demo() -> None:
    """Play the three scenes of everyday work on a desk of their own, and tell each step."""
    # Only this command speaks HTTP; the supervisor stays small without it.
    from deskstream_local.story.showing import show  # noqa: PLC0415

    with _refusals(Screen()):
        if not show(Console(highlight=False)):
            raise typer.Exit(FAILED)


@app.command()
def status() -> None:
    """Show the parts of the running desk, and who can sign in."""
    home, screen = Home.from_environment(), Screen()
    state = home.read_state()
    if state is None:
        screen.refuse(f"No desk runs on {home.root}. Start one: deskstream up")
        raise typer.Exit(FAILED)
    screen.processes(state)
    screen.sign_ins(home)


@app.command()
def migrate() -> None:
    """Bring the databases to the newest schema, while the desk is down (``up`` does it too)."""
    home, screen = Home.from_environment(), Screen()
    with _refusals(screen), home.locked():
        _log_to(home)
        desk = Desk(home, Ports.free(), step=screen.step)
        asyncio.run(_until_told(desk, desk.migrate))


@app.command()
def clean(*, yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False) -> None:
    """Remove all data of the desk."""
    home, screen = Home.from_environment(), Screen()
    if not home.root.exists():
        screen.say(f"There is nothing at {home.root}.")
        return
    with _refusals(screen), home.locked():
        if not yes:
            typer.confirm(f"Remove {home.root} with all tickets, mails and passwords in it?", abort=True)
        shutil.rmtree(home.root)
    screen.say(f"{home.root} is gone.")


async def _keep_up(home: Home, ports: Ports, screen: Screen) -> None:
    began = time.monotonic()
    desk = Desk(home, ports, step=screen.step)

    async def start_and_stay() -> None:
        await desk.start()
        screen.is_up(desk.state, home, seconds=time.monotonic() - began)
        await asyncio.Event().wait()

    await _until_told(desk, start_and_stay)
    screen.say("Stopped. The data stays.")


async def _until_told(desk: Desk, work: Callable[[], Awaitable[None]]) -> None:
    """Do the work until it is done or a signal says to end; a second signal makes the end a quick one."""
    told = asyncio.Event()

    def tell() -> None:
        if told.is_set():
            desk.supervisor.hurry()
        told.set()

    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(number, tell)
    working, waiting = asyncio.ensure_future(work()), asyncio.ensure_future(told.wait())
    try:
        await asyncio.wait({working, waiting}, return_when=asyncio.FIRST_COMPLETED)
        if working.done():
            working.result()
    finally:
        working.cancel()
        await asyncio.wait({working})
        await desk.stop()
        waiting.cancel()


@contextmanager
def _refusals(screen: Screen) -> Iterator[None]:
    """Say in plain words why it does not go on, and end with the exit code for that."""
    try:
        yield
    except AlreadyUp as refusal:
        screen.refuse(str(refusal))
        raise typer.Exit(ALREADY_UP) from None
    except (PortTaken, ValueError) as refusal:
        screen.refuse(str(refusal))
        raise typer.Exit(REFUSED) from None
    except (StartFailed, StepFailed, ServerFailed) as failure:
        screen.refuse(str(failure))
        raise typer.Exit(FAILED) from None


def _log_to(home: Home) -> None:
    file = home.log("supervisor")
    file.parent.mkdir(parents=True, exist_ok=True)
    logging.basicConfig(filename=file, level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    terminal = logging.StreamHandler()
    terminal.setLevel(logging.WARNING)
    terminal.setFormatter(logging.Formatter("! %(message)s"))
    logging.getLogger().addHandler(terminal)
