"""The command line of the keys that sign our mails, as an operator runs it (MT-04)."""

import asyncio

import pytest
from services.tickets.tests.conftest import Desk
from typer.testing import CliRunner, Result

from tickets.cli import commands
from tickets.settings import Settings
from tickets.staff.demo import TOM


async def test_a_key_is_made_shown_replaced_and_retired(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = desk.app.settings
    assert isinstance(settings, Settings)
    for name, value in {
        "TICKETS_DATABASE_URL": settings.database_url.get_secret_value(),
        "TICKETS_NATS_URL": settings.nats_url,
        "TICKETS_NATS_PASSWORD": "unused",
        "TICKETS_BLOBS_URL": settings.blobs_url,
    }.items():
        monkeypatch.setenv(name, value)

    async def run(*arguments: str) -> Result:
        return await asyncio.to_thread(lambda: CliRunner().invoke(commands, ["mail-keys", *arguments]))

    assert "no key yet" in (await run("list")).output
    await desk.receive()
    sent = await desk.reply(TOM, 10_001)
    first = str(sent.message_id).split(".")[2]
    assert (await run("list")).output.startswith(f"{first}  ")
    refused = await run("retire", first)
    assert (refused.exit_code, "signs now" in refused.output) == (1, True)
    rotated = await run("rotate")
    assert rotated.output.endswith(" signs from now on.\n")
    sent = await desk.reply(TOM, 10_001)
    assert str(sent.message_id).split(".")[2] == rotated.output[:4] != first
    assert (await run("retire", first)).exit_code == 0
    assert f"{first}  " in (listed := (await run("list")).output)
    assert "retired" in listed
    assert (await run("retire", "none")).exit_code == 1
