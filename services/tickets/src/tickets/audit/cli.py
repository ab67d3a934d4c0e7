"""The command line of the audit log: ``tickets audit verify``."""

import asyncio
import re
from typing import Annotated

import typer

from chassis.database import Database
from contracts.messages import Service
from tickets.audit import queries
from tickets.audit.queries import Verification
from tickets.settings import Settings

_ANCHOR = re.compile(r"(?P<seq>[1-9]\d{0,17}):(?P<hash>[0-9a-f]{64})")

commands = typer.Typer(no_args_is_help=True, help="The audit log.")


@commands.callback()
def _audit() -> None:
    """Keep `verify` a command of its own: typer would leave out the name of a single one."""


@commands.command()
def verify(
    anchor: Annotated[
        str | None,
        typer.Option(help="What an earlier run gave as 'head', kept elsewhere: shows that the past is still the same."),
    ] = None,
) -> None:
    """Compute the hash chain of the audit log anew; exit code 1 if it is not what was written (TS-11)."""
    noted = _ANCHOR.fullmatch(anchor) if anchor is not None else None
    if anchor is not None and noted is None:
        raise typer.BadParameter("An anchor looks like 120:<64 hexadecimal digits>.")
    found, hash_there = asyncio.run(_verify(int(noted["seq"]) if noted else None))
    fault = _fault(found)
    if fault is None and noted is not None and (hash_there is None or hash_there.hex() != noted["hash"]):
        fault = f"The log was written anew: entry {noted['seq']} is not the one that the anchor names."
    typer.echo(f"{found.right} entries are right.")
    if fault is not None:
        typer.echo(fault, err=True)
        raise typer.Exit(1)
    typer.echo(f"head {found.last.count}:{found.last.hash.hex()}")


def _fault(found: Verification) -> str | None:
    if found.broken is not None:
        return f"Entry {found.broken} is broken: it, or an entry before it, was changed, removed or put in."
    if found.cut:
        return f"The end was cut off or put on: the log had {found.head.count} entries, there are {found.last.count}."
    return None


async def _verify(seq: int | None) -> tuple[Verification, bytes | None]:
    database = Database(Settings().database_url.get_secret_value(), service=Service.TICKETS, pool=1)
    try:
        async with database.transaction() as tx:
            found = await queries.verify(tx)
            return found, await queries.hash_at(tx, seq) if seq is not None else None
    finally:
        await database.close()
