"""The command line of the service: ``tickets create-admin --email … --name …``, ``tickets audit verify`` and others.

There is no page for the first administrator that somebody else could open first. The password is asked for; settings
come from the environment as for the service.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Annotated, TypeVar

import sqlalchemy as sa
import typer

from chassis.caller import COMMAND_LINE, caller
from chassis.database import Database, Transaction
from chassis.problems import Refusal
from contracts.messages import Service
from tickets.audit import cli as audit
from tickets.settings import Settings
from tickets.staff import access, links, operations
from tickets.staff.models import Agent
from tickets.staff.operations import AgentFields
from tickets.staff.passwords import Passwords
from tickets.staff.rules.emails import clean_email, email_key
from tickets.staff.rules.links import LIFETIME, Purpose, url_of
from tickets.staff.rules.passwords import password_fault
from tickets.staff.rules.permissions import Role

Result = TypeVar("Result")

commands = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
commands.add_typer(audit.commands, name="audit")

Email = Annotated[str, typer.Option(help="The address to sign in with.")]


@commands.command()
def create_admin(
    email: Email,
    name: Annotated[str, typer.Option(help="As colleagues and customers shall see it.")],
    language: Annotated[str, typer.Option(help="ISO 639-1: en, de …")] = "en",
) -> None:
    """Create an agent who may do everything, and ask for the password."""
    try:
        fields = AgentFields(name=name, email=clean_email(email), language=language, role=Role.ADMIN)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from error
    settings = Settings()
    password = _ask_for_password(fields.email)

    async def work(tx: Transaction) -> None:
        await operations.create_agent(tx, fields, password_hash=await _hash(settings, password))

    _run(settings, work)
    typer.echo(f"{fields.name} can sign in with {fields.email} at {settings.public_url}.")


@commands.command()
def set_password(email: Email) -> None:
    """Set the password of an agent who lost it, and end their sessions."""
    settings = Settings()
    password = _ask_for_password(email_key(email))

    async def work(tx: Transaction) -> bool:
        agent_id = await tx.session.scalar(sa.select(Agent.id).where(Agent.email == email_key(email)))
        if agent_id is None:
            return False
        await operations.set_password(tx, agent_id, password_hash=await _hash(settings, password), by="operator")
        await access.forgive_account(tx, email=email_key(email))
        return True

    if not _run(settings, work):
        typer.echo(f"No agent signs in with {email}.", err=True)
        raise typer.Exit(1)
    typer.echo("The password is set; every session of the agent has ended.")


@commands.command()
def setup_link() -> None:
    """Print a link with which the first administrator sets the desk up in the browser; an earlier one ends."""
    settings = Settings()
    secret = _run(settings, links.make_setup_link)
    hours = LIFETIME[Purpose.SETUP].total_seconds() / 3600
    typer.echo(url_of(Purpose.SETUP, secret, public_url=settings.public_url))
    typer.echo(f"It works once, for {hours:.0f} hours, and only while there is no administrator.", err=True)


def _ask_for_password(email: str) -> str:
    password: str = typer.prompt("Password", hide_input=True, confirmation_prompt=True)
    if fault := password_fault(password, email=email):
        raise typer.BadParameter(fault)
    return password


async def _hash(settings: Settings, password: str) -> str:
    return await Passwords(settings.password_cost).hash(password)


def _run(settings: Settings, work: Callable[[Transaction], Awaitable[Result]]) -> Result:
    async def run() -> Result:
        caller.set(COMMAND_LINE)
        database = Database(settings.database_url.get_secret_value(), service=Service.TICKETS, pool=1)
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


if __name__ == "__main__":
    commands()
