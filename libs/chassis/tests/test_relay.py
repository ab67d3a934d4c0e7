"""The relay under attack: rows that cannot be sent, streams that lose their tail, servers that come and go."""

import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from uuid import UUID, uuid4

import asyncpg
import pytest
import sqlalchemy as sa
from nats.aio.client import Client
from pydantic import SecretStr

from chassis import relay, streams, tables
from chassis.app import App
from chassis.embedded.nats import EmbeddedNats
from chassis.testing import NatsServer
from chassis.testing.servers import NATS_CONFIG, nats_environment, nats_passwords, repository
from chassis.testing.waiting import eventually
from contracts.messages import Service
from contracts.tickets import SubmissionFiled

MakeApp = Callable[..., Awaitable[App]]
RunBare = Callable[[App], Awaitable[None]]

MAX_PAYLOAD = 4 * 1024 * 1024
"""``max_payload`` in deploy/nats/nats.conf."""


async def emit(app: App, *submissions: UUID, refusal: str | None = None) -> None:
    """Emit an event per submission, in one transaction."""
    async with app.database.transaction() as tx:
        for submission in submissions:
            tx.emit(SubmissionFiled(submission_id=submission, refusal=refusal))


async def waiting(app: App) -> int:
    """How many events wait for their publication."""
    async with app.database.transaction() as tx:
        query = sa.select(sa.func.count()).select_from(tables.outbox).where(tables.outbox.c.published_at.is_(None))
        return await tx.session.scalar(query) or 0


async def drained(app: App) -> None:
    """Wait until every event is published."""

    async def none_waits() -> bool:
        return await waiting(app) == 0

    await eventually(none_waits, seconds=20)


@asynccontextmanager
async def operator(url: str) -> AsyncIterator[Client]:
    """A connection of the operator."""
    client = await streams.connect(
        streams.StreamSettings(nats_url=url, nats_password=SecretStr(nats_passwords()["operator"]))
    )
    try:
        yield client
    finally:
        await client.close()


async def stored(url: str) -> int:
    """How many events the stream of the ticket core holds."""
    async with operator(url) as client:
        return (await client.jsm().stream_info("TICKETS")).state.messages


async def test_a_relay_that_publishes_often_does_not_collect_subscriptions(
    bare_app: MakeApp, run_bare: RunBare, nats: NatsServer
) -> None:
    tickets = await bare_app(Service.TICKETS)
    await run_bare(tickets)
    await emit(tickets, uuid4())
    await drained(tickets)
    assert tickets.bus.client is not None
    before = len(tickets.bus.client._subs)
    for _ in range(5):
        await emit(tickets, uuid4())
        await drained(tickets)
    assert len(tickets.bus.client._subs) == before


async def test_an_event_that_only_its_headers_make_too_large_is_given_up_and_the_connection_lives(
    bare_app: MakeApp, run_bare: RunBare, nats: NatsServer
) -> None:
    tickets = await bare_app(Service.TICKETS)
    empty = len(SubmissionFiled(submission_id=uuid4(), refusal="").model_dump_json())
    await emit(tickets, uuid4(), refusal="x" * (MAX_PAYLOAD - empty - 20))
    await emit(tickets, uuid4())
    await run_bare(tickets)
    await drained(tickets)
    assert await stored(nats.url) == 1
    assert tickets.bus.connected


async def test_a_row_that_no_client_can_send_becomes_a_dead_letter_and_those_behind_it_are_published(
    bare_app: MakeApp, run_bare: RunBare, nats: NatsServer
) -> None:
    tickets = await bare_app(Service.TICKETS)
    for odd in ({"headers": {"no header name": "x"}}, {"subject": "tickets.evt.two words.v1"}):
        await emit(tickets, uuid4())
        async with tickets.database.transaction() as tx:
            newest = sa.select(sa.func.max(tables.outbox.c.seq)).scalar_subquery()
            await tx.session.execute(sa.update(tables.outbox).where(tables.outbox.c.seq == newest).values(odd))
    await emit(tickets, uuid4())
    await run_bare(tickets)
    await drained(tickets)
    assert await stored(nats.url) == 1
    async with tickets.database.transaction() as tx:
        assert await tx.session.scalar(sa.select(sa.func.count()).select_from(tables.dead_letter)) == 2


async def test_large_events_are_published_in_windows_that_fit_the_memory_and_in_their_order(
    bare_app: MakeApp, run_bare: RunBare, nats: NatsServer
) -> None:
    tickets = await bare_app(Service.TICKETS)
    submissions = [uuid4() for _ in range(7)]
    await emit(tickets, *submissions, refusal="x" * 3_000_000)
    await run_bare(tickets)
    await drained(tickets)
    async with operator(nats.url) as client:
        messages = [await client.jsm().get_msg("TICKETS", seq) for seq in range(1, 8)]
    kept = [SubmissionFiled.model_validate_json(message.data or b"").submission_id for message in messages]
    assert kept == submissions


async def test_events_lost_with_the_tail_of_a_stream_are_published_again_though_new_ones_took_their_numbers(
    bare_app: MakeApp, run_bare: RunBare, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(relay, "STREAM_CHECK", 3600.0)
    store = tmp_path / "store"

    def server(port: int | None = None) -> EmbeddedNats:
        made = EmbeddedNats(store, repository() / NATS_CONFIG, port=port, environment=nats_environment())
        made.start()
        return made

    first = server()
    try:
        async with operator(first.url) as client:
            await streams.declare(client)
        tickets = await bare_app(Service.TICKETS, nats_url=first.url)
        await run_bare(tickets)
        await emit(tickets, *(uuid4() for _ in range(5)))
        await drained(tickets)
        first.stop()
        shutil.copytree(store, tmp_path / "backup")
        first = server(first.port)
        await emit(tickets, *(uuid4() for _ in range(5)))
        await drained(tickets)
        first.kill()
        shutil.rmtree(store)
        shutil.copytree(tmp_path / "backup", store)
        first = server(first.port)
        await emit(tickets, *(uuid4() for _ in range(7)))
        await drained(tickets)

        async def whole() -> bool:
            return await stored(first.url) == 17

        await eventually(whole, seconds=15)
    finally:
        first.stop()


async def test_a_database_url_with_options_serves_the_relay_too(
    bare_app: MakeApp, run_bare: RunBare, nats: NatsServer
) -> None:
    plain = await bare_app(Service.TICKETS)
    url = plain.settings.database_url.get_secret_value()
    tickets = await bare_app(Service.TICKETS, url=f"{url}?ssl=prefer")
    await run_bare(tickets)
    await emit(tickets, uuid4())
    await drained(tickets)


async def test_a_relay_whose_connection_was_killed_leads_again(
    bare_app: MakeApp, run_bare: RunBare, nats: NatsServer
) -> None:
    tickets = await bare_app(Service.TICKETS)
    await run_bare(tickets)
    await emit(tickets, uuid4())
    await drained(tickets)
    plain = tickets.settings.database_url.get_secret_value().replace("+asyncpg", "")
    killer = await asyncpg.connect(plain)
    try:
        await killer.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
    finally:
        await killer.close()
    with pytest.raises(sa.exc.DBAPIError):
        await emit(tickets, uuid4())
    await emit(tickets, uuid4())
    await drained(tickets)
    assert await stored(nats.url) == 2
