"""The command line of the keys that sign our mails: ``tickets mail-keys list|rotate|retire``."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Annotated, TypeVar

import typer

from chassis.caller import COMMAND_LINE, caller
from chassis.database import Database, Transaction
from chassis.problems import Refusal
from contracts.messages import Service
from tickets.desk.signing import keys
from tickets.settings import Settings

Result = TypeVar("Result")

commands = typer.Typer(no_args_is_help=True, help="The keys that sign Message-IDs and reply addresses.")


@commands.command("list")
def list_keys() -> None:
    """Show every key; the first one that is in use signs."""

    async def work(tx: Transaction) -> list[str]:
        return [
            f"{key.id}  {key.made_at:%Y-%m-%d %H:%M}  "
            + ("in use" if key.retired_at is None else f"retired {key.retired_at:%Y-%m-%d %H:%M}")
            for key in await keys.all_keys(tx)
        ]

    lines = _run(work)
    typer.echo("\n".join(lines) if lines else "There is no key yet: the first mail makes one.")


@commands.command()
def rotate() -> None:
    """Sign with a new key from now on. Answers to earlier mails are still recognised until their key is retired."""
    typer.echo(f"{_run(keys.rotate).id} signs from now on.")


@commands.command()
def retire(key_id: Annotated[str, typer.Argument(help="As 'list' shows it.")]) -> None:
    """Believe a key no more; answers to what it signed are found by their references and numbers only."""

    async def work(tx: Transaction) -> None:
        await keys.retire(tx, key_id)

    _run(work)
    typer.echo(f"{key_id} is believed no more.")


def _run(work: Callable[[Transaction], Awaitable[Result]]) -> Result:
    async def run() -> Result:
        caller.set(COMMAND_LINE)
        database = Database(Settings().database_url.get_secret_value(), service=Service.TICKETS, pool=1)
        try:
            async with database.transaction() as tx:
                return await work(tx)
        finally:
            await database.close()

    try:
        return asyncio.run(run())
    except Refusal as refusal:
        typer.echo(refusal.detail, err=True)
        raise typer.Exit(1) from refusal
