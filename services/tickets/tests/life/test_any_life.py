"""Whatever agents and customers do, the desk is as the model says (issue 3, item 2; TC-10, TS-02, TS-09, CV-05, LF-05).

The model (`life.model`) knows which activities a ticket shows, who sees what, what the counters count, how versions
grow, and that nothing from inside is ever in a mail. ``make model`` lives through many more lives than ``make test``.
"""

import asyncio
import os
import sys
from collections.abc import Iterator
from contextlib import AsyncExitStack
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test
from pydantic import SecretStr
from services.tickets.tests.conftest import Desk, DeskClock
from services.tickets.tests.life.driving import Driver
from services.tickets.tests.life.machine import DeskLife

from chassis.testing import NatsServer, TestDatabases
from contracts.messages import Service
from tickets import demo
from tickets.main import Settings, build
from tickets.staff.demo import AGENTS
from tickets.staff.operations import create_agent

SHORT = 12
"""Lives of a test run, the same ones each time; half a minute."""

STEPS = 50
LIVES = int(os.environ.get("DESKSTREAM_MODEL_LIVES", "0"))
"""Lives of ``make model``, other ones each time."""

SHRINK = os.environ.get("DESKSTREAM_MODEL_SHRINK", "1") == "1"
"""Whether a life that fails is shortened, which takes minutes."""


@pytest.fixture
def life(
    databases: TestDatabases, nats_server: NatsServer, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[type[DeskLife]]:
    """The machine on a desk of its own; it runs on a loop of its own, because hypothesis waits for nobody."""
    loop = asyncio.new_event_loop()
    stack = AsyncExitStack()
    blobs = tmp_path_factory.mktemp("blobs").as_uri()

    async def start() -> Driver:
        url = await databases.create(Service.TICKETS)
        stack.push_async_callback(databases.drop, url)
        servers: dict[str, Any] = {
            "database_url": SecretStr(url),
            "nats_url": nats_server.url,
            "nats_password": SecretStr(nats_server.passwords[Service.TICKETS]),
            "blobs_url": blobs,
        }
        clock = DeskClock()
        app = build(Settings(**servers, mail_domain="desk.example"), clock=clock)
        stack.push_async_callback(app.database.close)
        async with app.database.transaction() as tx:
            for agent_id, fields in AGENTS.items():
                await create_agent(tx, fields, password_hash=None, agent_id=agent_id)
            await demo.seed_channels(tx)
        driver = Driver(Desk(app, clock, stack))
        await driver.prepare()
        return driver

    DeskLife.loop = loop
    DeskLife.driver = loop.run_until_complete(start())
    yield DeskLife
    loop.run_until_complete(stack.aclose())
    loop.close()


def test_in_any_life_the_desk_is_as_the_model_says(life: type[DeskLife]) -> None:
    run_state_machine_as_test(
        life,
        settings=settings(
            max_examples=LIVES or SHORT,
            stateful_step_count=STEPS,
            derandomize=not LIVES,
            database=None,
            deadline=None,
            suppress_health_check=[*HealthCheck],
            phases=[Phase.generate, *([Phase.shrink] if SHRINK else [])],
            report_multiple_bugs=False,
            print_blob=bool(LIVES),
        ),
    )
    sys.stdout.write(f"\n{life.lives} lives, {life.steps} steps\n")
    sys.stdout.writelines(f"{outcome}: {times}\n" for outcome, times in sorted(life.outcomes.items()))
    assert life.lives >= (LIVES or SHORT)
