"""The staff app: built beside the start of the desk, once; a desk that cannot build it runs without it and says so."""

import asyncio
import logging
import subprocess
import sys
from pathlib import Path

from deskstream_local import logs
from deskstream_local.home import REPOSITORY

FOLDER = REPOSITORY / "web" / "dist" / "staff"
BUILD = REPOSITORY / "web" / "build.py"

logger = logging.getLogger(__name__)


def is_built() -> bool:
    """Whether there is an app to serve, of whatever age."""
    return (FOLDER / "index.html").is_file()


async def build(log: Path) -> None:
    """Build it unless nothing has changed. Where that fails, a warning says what to do: the desk works all the same."""
    with log.open("ab") as output:
        process = await asyncio.create_subprocess_exec(
            sys.executable, str(BUILD), stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT
        )
        try:
            code = await process.wait()
        except asyncio.CancelledError:
            process.terminate()
            raise
    if code != 0:
        what = "is an older one" if is_built() else "is missing"
        logger.warning(
            "The staff app could not be built and %s. Once it is mended: python3 web/build.py. It said:\n%s",
            what,
            logs.tail(log),
        )
