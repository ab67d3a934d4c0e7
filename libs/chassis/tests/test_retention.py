"""What is forgotten, and when."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from uuid import uuid4

import sqlalchemy as sa

from chassis import tables
from chassis.app import App
from chassis.database import utc_now
from chassis.ids import first_id, new_id
from contracts.messages import Service
from contracts.tickets import SubmissionFiled

MakeApp = Callable[..., Awaitable[App]]


async def left(app: App, table: sa.Table) -> int:
    """How many rows a table has."""
    async with app.database.transaction() as tx:
        return await tx.session.scalar(sa.select(sa.func.count()).select_from(table)) or 0


async def test_an_event_that_every_lost_stream_published_again_goes_at_last(bare_app: MakeApp) -> None:
    app = await bare_app(Service.TICKETS)
    async with app.database.transaction() as tx:
        tx.emit(SubmissionFiled(submission_id=uuid4()))
    for days, expected in ((6, 1), (12, 1), (15, 0)):
        later = utc_now() + timedelta(days=days)
        app.database.clock = partial(datetime.fromtimestamp, later.timestamp(), UTC)
        async with app.database.transaction() as tx:
            await tx.session.execute(sa.update(tables.outbox).values(published_at=later - timedelta(hours=1)))
        await app._clean()
        assert await left(app, tables.outbox) == expected


async def test_an_event_that_still_waits_is_never_forgotten(bare_app: MakeApp) -> None:
    app = await bare_app(Service.TICKETS)
    async with app.database.transaction() as tx:
        tx.emit(SubmissionFiled(submission_id=uuid4()))
    app.database.clock = lambda: utc_now() + timedelta(days=100)
    await app._clean()
    assert await left(app, tables.outbox) == 1


async def test_a_resolved_dead_letter_goes_and_an_open_one_stays(bare_app: MakeApp) -> None:
    app = await bare_app(Service.TICKETS)
    letter = {"subject": "s", "headers": {}, "body": b"", "error": "e", "tries": 1, "failed_at": utc_now()}
    async with app.database.transaction() as tx:
        for resolved_at in (None, utc_now()):
            row = {**letter, "id": uuid4(), "resolved_at": resolved_at}
            await tx.session.execute(sa.insert(tables.dead_letter).values(row))
    app.database.clock = lambda: utc_now() + timedelta(days=8)
    await app._clean()
    assert await left(app, tables.dead_letter) == 1


def test_the_first_id_of_a_moment_comes_before_every_id_of_it_and_after_those_of_the_one_before() -> None:
    made = new_id()
    moment = utc_now()
    assert first_id(moment - timedelta(seconds=1)) < made < first_id(moment + timedelta(milliseconds=2))
    assert first_id(moment).version == 7
