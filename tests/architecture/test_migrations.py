"""Every service's database: the migrations lead from nothing to exactly what the models say, and back."""

import asyncio
from importlib import import_module
from typing import Any

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy.ext.asyncio import create_async_engine

from chassis import migrate
from chassis.testing import TestDatabases
from contracts.messages import Service


async def differences(url: str, metadata: sa.MetaData) -> list[Any]:
    """What the models say beyond the database, and the other way round."""

    def compare(connection: sa.Connection) -> list[Any]:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        return [change for change in compare_metadata(context, metadata) if "alembic_version" not in str(change)]

    engine = create_async_engine(url)
    try:
        async with engine.connect() as connection:
            return await connection.run_sync(compare)
    finally:
        await engine.dispose()


@pytest.mark.parametrize("service", list(Service))
async def test_migrations_lead_from_nothing_to_the_models_and_back(service: Service, databases: TestDatabases) -> None:
    url = await databases.empty(service)
    metadata: sa.MetaData = import_module(f"{service}.models").metadata
    try:
        await asyncio.to_thread(migrate.upgrade, service, url=url)
        assert await differences(url, metadata) == []
        await asyncio.to_thread(command.downgrade, migrate.config_for(service, url=url), "base")
        assert await differences(url, sa.MetaData()) == []
    finally:
        await databases.drop(url)


async def test_a_column_without_a_migration_is_noticed(databases: TestDatabases) -> None:
    url = await databases.empty(Service.NOTIFY)
    try:
        await asyncio.to_thread(migrate.upgrade, Service.NOTIFY, url=url)
        planted = sa.MetaData()
        for table in import_module("notify.models").metadata.tables.values():
            table.to_metadata(planted)
        planted.tables["outbox"].append_column(sa.Column("forgotten", sa.Text))
        changes = await differences(url, planted)
        assert [change[0] for change in changes] == ["add_column"]
    finally:
        await databases.drop(url)
