"""Coming back: what was missed is told, or that something was missed; never silence (issue 3, item 6)."""

import asyncio
import gc
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from datetime import timedelta
from urllib.parse import urlsplit
from uuid import uuid4

import httpx
import pytest
import sqlalchemy as sa
from services.tickets.tests.conftest import Desk
from services.tickets.tests.live.conftest import LiveDesk, Serve

from chassis import tables
from chassis.app import App
from chassis.auth import SESSION_COOKIE
from chassis.embedded.ports import free_port
from contracts.tickets import Actor, ActorKind, TicketChanged
from tickets.desk.models import Ticket
from tickets.live import tail
from tickets.live.stream import MOST_WAITING, Stream
from tickets.main import Settings, build
from tickets.staff.demo import PETRA, TOM


def again(desk: Desk) -> App:
    """Another process of the same desk."""
    return build(Settings(**desk.app.settings.model_dump()), clock=desk.clock)


def changed(ticket: Ticket) -> TicketChanged:
    """An event of a ticket as it is."""
    return TicketChanged(
        ticket_id=ticket.id,
        number=ticket.number,
        ticket_version=ticket.version,
        channel=ticket.channel,
        status=ticket.status,
        owner_id=ticket.owner_id,
        actor=Actor(kind=ActorKind.SYSTEM),
        changed=("priority",),
    )


async def test_what_happened_between_two_connections_is_told_after_the_second(live: LiveDesk) -> None:
    tom = await live.listen(TOM)
    await live.desk.receive()
    await tom.until_true(lambda: bool(tom.named("ticket")))
    await tom.close()
    await live.desk.receive(subject="Missed")
    await live.desk.receive(subject="Not Tom's", channel="recruitment")
    back = await live.listen(TOM, last_event_id=tom.last_event_id)
    assert back.named("ready")[0]["resumed"] is True
    assert 10_002 in [ticket["number"] for ticket in await back.until("ticket")]
    assert 10_003 not in [ticket["number"] for ticket in back.named("ticket")]
    assert back.named("resync") == []
    await live.desk.receive(subject="Live again")
    await back.until_true(lambda: 10_004 in [ticket["number"] for ticket in back.named("ticket")])


@asynccontextmanager
async def process(live: LiveDesk) -> AsyncIterator[tuple[LiveDesk, asyncio.subprocess.Process]]:
    """Another process of the desk, started as in production, on the clock of this machine."""
    settings, port = live.app.settings, free_port()
    secrets = {
        "TICKETS_DATABASE_URL": settings.database_url.get_secret_value(),
        "TICKETS_NATS_PASSWORD": settings.nats_password.get_secret_value(),
        "TICKETS_NATS_URL": settings.nats_url,
        "TICKETS_BLOBS_URL": settings.blobs_url,
        "TICKETS_PORT": str(port),
    }
    command = (sys.executable, "-m", "chassis.run", "tickets", "--role", "api")
    started = await asyncio.create_subprocess_exec(*command, env=os.environ | secrets)
    other = replace(live, url=f"http://127.0.0.1:{port}")
    try:
        async with asyncio.timeout(30), httpx.AsyncClient(trust_env=False) as client:
            while True:
                with suppress(httpx.TransportError):
                    if (await client.get(f"{other.url}/health/live")).status_code < 500:
                        break
                await asyncio.sleep(0.1)
        yield other, started
    finally:
        if started.returncode is None:
            started.kill()
        await started.wait()


async def test_what_a_killed_process_did_not_tell_is_told_by_the_next_one(live: LiveDesk) -> None:
    secret = await live.secret(TOM)
    async with live.app.database.transaction() as tx:
        await tx.session.execute(sa.text("UPDATE session SET seen_at = now(), created_at = now()"))
    async with process(live) as (first, started):
        tom = await first.listen(TOM, client=await first.client(TOM, secret=secret))
        started.kill()
        await tom.until_over()
    await live.desk.receive(subject="Nobody was there to tell")
    async with process(live) as (second, started):
        browser = await second.client(TOM, secret=secret)
        back = await second.listen(TOM, last_event_id=tom.last_event_id, client=browser)
        assert [ticket["number"] for ticket in await back.until("ticket")] == [10_001]
        began = asyncio.get_running_loop().time()
        started.terminate()
        assert await started.wait() in {0, -signal.SIGTERM}
        assert asyncio.get_running_loop().time() - began < 8, "an open stream keeps the process from stopping"
        await back.until_over()


async def test_an_event_that_commits_after_a_later_one_is_told_and_told_again_to_who_comes_back(
    live: LiveDesk,
) -> None:
    """The number of an event is given before its commit: the position must stay below what may still come."""
    early, late = await live.desk.receive(), await live.desk.receive(subject="Another")
    tom = await live.listen(TOM)
    database = live.app.database
    async with database.transaction() as slow:
        slow.emit(changed(early))
        await slow.write_outbox()
        async with database.transaction() as quick:
            quick.emit(changed(late))
        await tom.until("ticket")
        assert [ticket["number"] for ticket in tom.named("ticket")] == [late.number]
        await tom.close()
        meanwhile = await live.listen(TOM, last_event_id=tom.last_event_id)
        await meanwhile.until("ticket")
        await meanwhile.close()
    back = await live.listen(TOM, last_event_id=meanwhile.last_event_id)
    await back.until_true(lambda: early.number in [ticket["number"] for ticket in back.named("ticket")])
    still_open = [ticket["number"] for ticket in back.named("ticket")]
    assert set(still_open) == {early.number, late.number}


async def test_an_event_that_commits_late_reaches_streams_that_stayed_open(live: LiveDesk) -> None:
    early, late = await live.desk.receive(), await live.desk.receive(subject="Another")
    tom = await live.listen(TOM)
    async with live.app.database.transaction() as slow:
        slow.emit(changed(early))
        await slow.write_outbox()
        async with live.app.database.transaction() as quick:
            quick.emit(changed(late))
        await tom.until("ticket")
        await asyncio.sleep(1.5)
    assert [ticket["number"] for ticket in await tom.until("ticket", count=2)] == [late.number, early.number]


async def test_who_was_away_for_long_is_told_to_read_anew(live: LiveDesk) -> None:
    tom = await live.listen(TOM)
    await tom.close()
    live.desk.clock.pass_by(timedelta(hours=2))
    async with live.app.database.transaction() as tx:
        await tx.session.execute(sa.text("UPDATE session SET seen_at = :now, created_at = :now"), {"now": tx.now})
    back = await live.listen(TOM, last_event_id=tom.last_event_id)
    assert back.named("ready")[0]["resumed"] is False
    assert [told["reason"] for told in await back.until("resync")] == ["gap"]
    await live.desk.receive()
    await back.until("ticket")


@pytest.mark.parametrize("nonsense", ["0", "hello", "99999999999-1764087600", "-1", "1-99999999999"])
async def test_a_position_that_is_not_ours_is_no_error_but_a_resync(live: LiveDesk, nonsense: str) -> None:
    """A browser gives up for ever on any answer but 200."""
    tom = await live.listen(TOM, last_event_id=nonsense)
    await tom.until("resync")


async def test_who_missed_too_much_is_told_to_read_anew(live: LiveDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    ticket = await live.desk.receive()
    tom = await live.listen(TOM)
    await tom.close()
    async with live.app.database.transaction() as tx:
        for _ in range(tail.MOST_REPLAYED + 1):
            tx.emit(changed(ticket))
    back = await live.listen(TOM, last_event_id=tom.last_event_id)
    await back.until("resync")
    assert back.named("ticket") == []


async def test_a_thousand_events_about_one_ticket_are_told_as_few(live: LiveDesk) -> None:
    ticket = await live.desk.receive()
    tom = await live.listen(TOM)
    async with live.app.database.transaction() as tx:
        for _ in range(2_500):
            tx.emit(changed(ticket))
    await tom.until("ticket")
    await asyncio.sleep(1)
    assert len(tom.named("ticket")) <= 3


async def test_after_a_lost_database_connection_nothing_is_missing(live: LiveDesk) -> None:
    tom = await live.listen(TOM)
    async with live.app.database.transaction() as tx:
        ended = await tx.session.scalar(
            sa.text(
                "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid() AND query ILIKE '%outbox%'"
            )
        )
    assert ended
    async with asyncio.timeout(10):
        while True:
            try:
                await live.desk.receive(subject="During the outage")
                break
            except Exception:  # noqa: BLE001, S112  # the pool's own connection was ended, too
                continue
    await tom.until("ticket")
    assert tom.named("ready") == [{"resumed": False, "heartbeat_seconds": 15}]


async def test_a_fresh_stream_hears_what_commits_after_it_is_ready_even_with_a_lower_number(
    serve: Serve, desk: Desk
) -> None:
    early, late = await desk.receive(), await desk.receive(subject="Another")
    async with desk.app.database.transaction() as slow:
        slow.emit(changed(early))
        await slow.write_outbox()
        async with desk.app.database.transaction() as quick:
            quick.emit(changed(late))
        live = await serve(again(desk))
        tom = await live.listen(TOM)
    assert [ticket["number"] for ticket in await tom.until("ticket")] == [early.number]


async def test_the_outbox_of_a_rolled_back_transaction_holds_nobody_up(live: LiveDesk) -> None:
    ticket = await live.desk.receive()
    tom = await live.listen(TOM)
    with suppress(ZeroDivisionError):
        async with live.app.database.transaction() as tx:
            tx.emit(changed(ticket))
            await tx.write_outbox()
            raise ZeroDivisionError
    async with live.app.database.transaction() as tx:
        tx.emit(changed(ticket))
        await tx.write_outbox()
        newest = await tx.session.scalar(sa.select(sa.func.max(tables.outbox.c.seq)))
    await tom.until("ticket")

    async def caught_up() -> bool:
        async with live.app.database.transaction() as tx:
            tx.emit(changed(ticket))
        await asyncio.sleep(0.3)
        return int(tom.last_event_id.partition("-")[0]) >= int(newest or 0)

    await _eventually(caught_up)


async def _eventually(condition: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(10):
        while not await condition():
            await asyncio.sleep(0.05)


async def test_a_client_that_does_not_read_costs_a_bounded_memory_and_is_told_to_read_anew(live: LiveDesk) -> None:
    ticket = await live.desk.receive()
    secret = await live.secret(TOM)
    slow = live.stack.enter_context(socket.socket())
    slow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    slow.setblocking(False)  # noqa: FBT003  # the socket's own signature
    loop = asyncio.get_running_loop()
    where = urlsplit(live.url)
    await loop.sock_connect(slow, (where.hostname, where.port))
    await loop.sock_sendall(
        slow, f"GET /api/v1/live HTTP/1.1\r\nHost: x\r\nCookie: {SESSION_COOKIE}={secret}\r\n\r\n".encode()
    )
    received = await loop.sock_recv(slow, 300)
    assert b"200 OK" in received
    (stream,) = [each for each in gc.get_objects() if isinstance(each, Stream) and not each.ended]
    async with asyncio.timeout(20):
        while stream.waiting < MOST_WAITING / 2:  # the kernel's buffers are full now, and the client has not read
            stream.push(b"event: filler\ndata: %b\n\n" % (b"x" * 20_000))
            await asyncio.sleep(0)
    for _ in range(100):
        stream.push(b"event: filler\ndata: %b\n\n" % (b"x" * 20_000))
        assert stream.waiting <= MOST_WAITING
    other = await live.listen(PETRA)
    await live.desk.receive(channel="recruitment")
    await other.until("ticket")
    async with live.app.database.transaction() as tx:
        tx.emit(changed(ticket))
    taken = b""
    async with asyncio.timeout(20):
        while b"event: ticket\n" not in taken[-5_000:]:
            taken = taken[-5_000:] + await loop.sock_recv(slow, 1_000_000)
            if b"event: resync" in taken:
                break
    assert b'"reason":"slow"' in taken


def test_a_stream_that_overflows_keeps_where_its_client_stands() -> None:
    from contracts.tickets import Authenticated  # noqa: PLC0415

    who = Authenticated(
        agent_id=uuid4(), credential_id=uuid4(), kind="session", name="T", role="agent", permissions=frozenset()
    )

    async def run() -> None:
        stream = Stream(who)
        for number in range(100):
            stream.push(b"event: x\ndata: %b\n\n" % (b"x" * 3_000), b"id: %d-1\n\n" % number)
        chunk = await stream.chunk()
        assert chunk is not None
        assert chunk.startswith(b"event: resync")
        assert chunk.endswith(b"id: 99-1\n\n")
        assert stream.waiting == 0

    asyncio.run(run())
