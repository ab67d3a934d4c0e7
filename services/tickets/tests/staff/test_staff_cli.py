"""The command line that makes the first administrator, as an operator runs it."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest
import sqlalchemy as sa
from typer.testing import CliRunner, Result

from chassis.app import App
from tickets.settings import Settings
from tickets.staff.cli import commands
from tickets.staff.models import Agent, Session

PASSWORD = "correct horse battery"

Run = Callable[..., Awaitable[Result]]


@pytest.fixture
def run(app: App, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs a command in the environment of the service; ``typed`` is what the operator types."""
    settings = app.settings
    assert isinstance(settings, Settings)
    environment = {
        "TICKETS_DATABASE_URL": settings.database_url.get_secret_value(),
        "TICKETS_NATS_URL": settings.nats_url,
        "TICKETS_NATS_PASSWORD": "unused",
        "TICKETS_BLOBS_URL": settings.blobs_url,
        "TICKETS_PASSWORD_MEMORY_KIB": "64",
        "TICKETS_PASSWORD_PASSES": "1",
    }
    for name, value in environment.items():
        monkeypatch.setenv(name, value)

    async def invoke(*arguments: str, typed: str = f"{PASSWORD}\n{PASSWORD}\n") -> Result:
        return await asyncio.to_thread(lambda: CliRunner().invoke(commands, arguments, input=typed))

    return invoke


async def count(app: App, table: type[Agent] | type[Session]) -> int:
    """Rows of a table."""
    async with app.database.transaction() as tx:
        return await tx.session.scalar(sa.select(sa.func.count()).select_from(table)) or 0


async def test_the_first_administrator_is_made_with_a_password_that_is_typed_twice_and_never_shown(
    run: Run, app: App
) -> None:
    result = await run("create-admin", "--email", "Root@Desk.Example", "--name", "Root")
    assert result.exit_code == 0, result.output
    assert "root@desk.example" in result.output
    assert PASSWORD not in result.output
    async with app.database.transaction() as tx:
        agent = (await tx.session.scalars(sa.select(Agent).where(Agent.email == "root@desk.example"))).one()
    assert (agent.role, agent.active) == ("admin", True)
    assert str(agent.password_hash).startswith("$argon2id$")


@pytest.mark.parametrize(
    ("email", "typed", "said"),
    [
        ("not an address", f"{PASSWORD}\n{PASSWORD}\n", "not a mail address"),
        ("root@desk.example", "short\nshort\n", "at least 10"),
        ("tom@desk.example", f"{PASSWORD}\n{PASSWORD}\n", "Another agent"),
    ],
)
async def test_bad_input_makes_no_administrator(run: Run, app: App, email: str, typed: str, said: str) -> None:
    before = await count(app, Agent)
    result = await run("create-admin", "--email", email, "--name", "Root", typed=typed)
    assert result.exit_code != 0
    assert said in result.output
    assert await count(app, Agent) == before


async def test_an_agent_who_lost_the_password_gets_a_new_one_and_every_session_ends(
    run: Run, app: App, sign_in: Callable[[str], Awaitable[object]]
) -> None:
    await sign_in("tom")
    result = await run("set-password", "--email", "tom@desk.example", typed="another horse\nanother horse\n")
    assert result.exit_code == 0, result.output
    assert await count(app, Session) == 0


async def test_the_password_of_nobody_cannot_be_set(run: Run) -> None:
    result = await run("set-password", "--email", "nobody@desk.example")
    assert result.exit_code == 1
    assert "No agent" in result.output
