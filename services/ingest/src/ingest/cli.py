"""The command line of the service: ``ingest parse FILE…`` shows what we read in mails.

Each mail is parsed in a worker process with little memory and little time (MT-13), so that a hostile one ends in an
error of its own line and the next goes on.
"""

import multiprocessing
import os
import resource
import sys
from collections.abc import Iterator
from contextlib import suppress
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Annotated, Any

import orjson
import typer

from ingest.parse import empty, parse_bytes
from ingest.rules.limits import MAX_SIZE

SECONDS = 10.0
"""How long one mail may take."""

MEMORY = 512 * 1024 * 1024
"""Bytes of address space that a worker may take on top of what it begins with."""

_AHEAD = 8
"""Mails given to the worker before the first answer, so that it never waits for us."""

commands = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)


@commands.callback()
def ingest() -> None:
    """Mail service of Deskstream."""


@commands.command()
def parse(
    files: Annotated[list[str], typer.Argument(help="Mails as files; - is the standard input.", metavar="FILE…")],
    *,
    reasons: Annotated[
        bool, typer.Option("--reasons", help="Also say why a mail is of its kind, and why spam.")
    ] = False,
) -> None:
    """Print what is read in each mail, one JSON object per line, in the order of the files."""
    out = sys.stdout.buffer
    for line in lines(files, reasons=reasons):
        out.write(line)
    out.flush()


def lines(files: list[str], *, reasons: bool = False) -> Iterator[bytes]:
    """One JSON object per file, each ended by a line feed."""
    worker = _Worker(reasons=reasons)
    waiting = iter(files)
    asked: list[str] = []
    try:
        while True:
            while len(asked) < _AHEAD and (name := next(waiting, None)) is not None:
                asked.append(name)
                worker.ask(name)
            if not asked:
                return
            answer = worker.answer()
            name = asked.pop(0)
            if isinstance(answer, str):
                worker.stop()
                worker = _Worker(reasons=reasons)
                for other in asked:
                    worker.ask(other)
                answer = _line(name, empty(answer))
            yield answer
    finally:
        worker.stop()


class _Worker:
    """A process that parses file by file until it is stopped."""

    def __init__(self, *, reasons: bool) -> None:
        self._stdin = os.dup(0)  # multiprocessing closes the original in the worker
        context = multiprocessing.get_context("fork")
        self._ours, theirs = context.Pipe()
        self._process = context.Process(target=_work, args=(theirs, reasons, self._stdin), daemon=True)
        self._process.start()
        theirs.close()

    def ask(self, name: str) -> None:
        """Have a file parsed; a worker that died tells it when it is asked for the answer."""
        with suppress(OSError):
            self._ours.send(name)

    def answer(self) -> bytes | str:
        """The line about the oldest file asked for, or why there is none. Then only `stop` may follow."""
        try:
            if not self._ours.poll(SECONDS):
                return f"parsing this mail took longer than {SECONDS:.0f} seconds"
            return self._ours.recv_bytes()
        except (EOFError, OSError):
            return "parsing this mail ended its process"

    def stop(self) -> None:
        self._process.kill()
        self._process.join()
        self._ours.close()
        os.close(self._stdin)


def _work(asked: Connection, reasons: bool, stdin: int) -> None:
    """Answer until nobody asks any more."""
    used = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    with suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_AS, (used * 4 + MEMORY, resource.RLIM_INFINITY))
    with suppress(EOFError, OSError, KeyboardInterrupt):
        while True:
            name = asked.recv()
            asked.send_bytes(_line(name, _parsed(name, reasons=reasons, stdin=stdin)))


def _parsed(name: str, *, reasons: bool, stdin: int) -> dict[str, Any]:
    try:
        raw = _read(stdin if name == "-" else Path(name))
    except OSError as error:
        return empty(f"the file cannot be read: {error.strerror or error}")
    except ValueError as error:
        return empty(f"the file cannot be read: {error}")
    return parse_bytes(raw, reasons=reasons)


def _read(file_or_number: Path | int) -> bytes:
    with open(file_or_number, "rb", closefd=isinstance(file_or_number, Path)) as file:  # or a descriptor
        return file.read(MAX_SIZE + 1)


def _line(name: str, values: dict[str, Any]) -> bytes:
    shown = name.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    return orjson.dumps({"file": shown} | values, option=orjson.OPT_APPEND_NEWLINE)
