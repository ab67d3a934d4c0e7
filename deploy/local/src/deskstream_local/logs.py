"""Logs of bounded size: the processes write straight into their files, and long files are cut here."""

import asyncio
import shutil
from pathlib import Path

MAX_BYTES = 5 * 1024 * 1024
"""A log is at most this long, and one earlier piece of it (``.1``) is kept."""

LOOK_SECONDS = 10.0


def tail(log: Path, *, lines: int = 12) -> str:
    """The last lines of a log."""
    return "\n".join(log.read_text(errors="replace").splitlines()[-lines:]) if log.exists() else ""


def rotate(log: Path, *, max_bytes: int = MAX_BYTES) -> bool:
    """Move what is written to ``<log>.1`` if it is too long.

    The file itself stays, because its process holds it open (for appending, so it goes on at the new end). A line that
    is written between the copy and the cut is lost, which a log may.
    """
    if not log.exists() or log.stat().st_size <= max_bytes:
        return False
    shutil.copyfile(log, log.with_name(f"{log.name}.1"))
    with log.open("r+b") as file:
        file.truncate(0)
    return True


def rotate_all(folder: Path) -> None:
    """Rotate every log of this folder that is too long."""
    for log in folder.glob("*.log"):
        rotate(log)


async def keep_short(folder: Path) -> None:
    """Rotate the logs of this folder until cancelled."""
    while True:
        rotate_all(folder)
        await asyncio.sleep(LOOK_SECONDS)
