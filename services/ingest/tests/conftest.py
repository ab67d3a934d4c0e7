"""The mail service as its tests need it: built on real servers, with a free SMTP port and a scripted relay."""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import pytest
from chassis.app import App, Role
from chassis.embedded.ports import free_port
from chassis.testing import RunApp, SettingsFor
from contracts.messages import Service

from ingest import demo
from ingest.main import build
from ingest.settings import Settings

BuildApp = Callable[..., Awaitable[App]]


@pytest.fixture
async def build_app(settings_for: SettingsFor) -> BuildApp:
    """``await build_app(relay_port=…)``: the service with the demo's accounts, not running yet."""

    async def make(**changes: Any) -> App:
        values = {
            **await settings_for(Service.INGEST),
            "smtp_port": free_port(),
            "relay_port": free_port(),
            "smtp_hostname": "mx.desk.example",
            **changes,
        }
        app = build(Settings(**values))
        async with app.database.transaction() as tx:
            await demo.seed(tx, password="unused")
        return app

    return make
