"""Fills an empty desk with the demo data of every service: ``python -m deskstream_local.seed <file>``.

A service's ``demo.seed(tx, password=…)`` creates what is not there yet, so an interrupted run may be repeated. When all
of it is there, the file tells who can sign in.
"""

import asyncio
import os
import sys
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

from chassis.database import Database
from contracts.messages import Service, load_all
from deskstream_local.people import People, Person

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


def people() -> People:
    """Who can sign in now."""
    agents, contacts = import_module("tickets.demo").SIGN_INS, import_module("crm_match.demo").CONTACTS
    return People(
        agents=tuple(Person(name=name, email=email, role=role) for name, email, role in agents),
        customers=tuple(
            Person(name=contact.name, email=contact.addresses[0], role="customer") for contact in contacts.values()
        ),
    )


if __name__ == "__main__":
    asyncio.run(seed_all(password=os.environ[PASSWORD]))
    people().write(Path(sys.argv[1]))
