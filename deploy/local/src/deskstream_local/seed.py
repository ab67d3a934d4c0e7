"""Fills an empty desk with the demo data of every service: ``python -m deskstream_local.seed``.

A service's ``demo.seed(tx, password=…)`` creates what is not there yet, so an interrupted run may be repeated.
"""

import asyncio
import os
from importlib import import_module
from importlib.util import find_spec

from chassis.database import Database
from contracts.messages import Service, load_all

PASSWORD = "DESKSTREAM_DEMO_PASSWORD"  # noqa: S105  # the name of the variable


async def seed(service: Service, *, password: str) -> None:
    """Fill the database of one service, in one transaction."""
    settings = import_module(f"{service}.settings").Settings()
    database = Database(settings.database_url.get_secret_value(), service=service, pool=1)
    try:
        async with database.transaction() as tx:
            await import_module(f"{service}.demo").seed(tx, password=password)
    finally:
        await database.close()


async def seed_all(*, password: str) -> None:
    """Fill the databases of all services that have demo data."""
    load_all()
    for service in Service:
        if find_spec(f"{service}.demo") is not None:
            await seed(service, password=password)


if __name__ == "__main__":
    asyncio.run(seed_all(password=os.environ[PASSWORD]))
