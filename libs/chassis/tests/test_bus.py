"""The traps of FastStream and NATS (docs/bus.md), each against the real server."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from itertools import pairwise
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa
from nats.aio.client import Client
from pydantic import SecretStr

from chassis import streams, tables
from chassis.app import App
from chassis.bus import BUSY, PULL_TIMEOUT, SPACING, Refused
from chassis.database import Transaction
from chassis.listener import Unavailable
from chassis.testing import NatsServer
from contracts.messages import Problem, Reply, Service
from contracts.tickets import AgentCard, AgentCards, DescribeAgents, MailFiled, SubmissionFiled

MakeApp = Callable[..., Awaitable[App]]
RunBare = Callable[[App], Awaitable[None]]


async def eventually(condition: Callable[[], bool], *, seconds: float = 10) -> None:
    """Wait until the condition holds; fails the test after so many seconds."""
    async with asyncio.timeout(seconds):
        while not condition():
            await asyncio.sleep(0.02)


async def emit(app: App, *submissions: UUID) -> None:
    """Emit an event per submission, in one transaction."""
    async with app.database.transaction() as tx:
        for submission in submissions:
            tx.emit(SubmissionFiled(submission_id=submission))


async def count(app: App, table: sa.Table, *where: sa.ColumnElement[bool]) -> int:
    """How many rows a table has."""
    async with app.database.transaction() as tx:
        return await tx.session.scalar(sa.select(sa.func.count()).select_from(table).where(*where)) or 0


class Recorder:
    """A handler that keeps what it was given, after letting ``trouble`` have its say."""

    def __init__(self, trouble: Callable[[UUID], None] = lambda _id: None) -> None:
        self.seen: list[UUID] = []
        self.calls: list[tuple[float, UUID]] = []
        self._trouble = trouble

    async def __call__(self, _tx: Transaction, event: SubmissionFiled) -> None:
        """Handle one event."""
        self.calls.append((time.monotonic(), event.submission_id))
        self._trouble(event.submission_id)
        self.seen.append(event.submission_id)


async def test_a_lone_event_is_handled_at_once_and_not_when_the_batch_is_full(
    bare_app: MakeApp, run_bare: RunBare, nats: NatsServer
) -> None:
    portal, tickets, recorder = await bare_app(Service.PORTAL), await bare_app(Service.TICKETS), Recorder()
    portal.bus.listen(SubmissionFiled, recorder)
    await run_bare(portal)
    await run_bare(tickets)
    first, second = uuid4(), uuid4()
    await emit(tickets, first)
    await eventually(lambda: recorder.seen == [first])
    await emit(tickets, second)
    await eventually(lambda: recorder.seen == [first, second], seconds=PULL_TIMEOUT / 2)


async def test_while_many_events_come_their_batches_begin_at_a_distance(
    bare_app: MakeApp, run_bare: RunBare, nats: NatsServer
) -> None:
    portal, tickets = await bare_app(Service.PORTAL), await bare_app(Service.TICKETS)
    batches: list[tuple[float, int]] = []

    async def handle(_tx: Transaction, events: Sequence[SubmissionFiled]) -> None:
        batches.append((time.monotonic(), len(events)))

    portal.bus.listen_many(SubmissionFiled, handle)
    await run_bare(portal)
    await run_bare(tickets)
    for _ in range(20):
        await emit(tickets, *(uuid4() for _ in range(2 * BUSY)))
    await eventually(lambda: sum(size for _, size in batches) == 40 * BUSY)
    busy = [moment for moment, size in batches if size >= BUSY]
    assert busy
    assert len(busy) <= (busy[-1] - busy[0]) / SPACING + 3


async def test_nothing_is_emitted_when_the_transaction_fails(
    bare_app: MakeApp, run_bare: RunBare, nats: NatsServer
) -> None:
    tickets = await bare_app(Service.TICKETS)

    async def emit_and_fail() -> None:
        async with tickets.database.transaction() as tx:
            tx.emit(SubmissionFiled(submission_id=uuid4()))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await emit_and_fail()
    assert await count(tickets, tables.outbox) == 0


async def test_a_service_cannot_emit_the_event_of_another(bare_app: MakeApp, nats_server: NatsServer) -> None:
    portal = await bare_app(Service.PORTAL)
    with pytest.raises(ValueError, match="belongs to tickets"):
        await emit(portal, uuid4())


async def test_a_failed_event_comes_again_with_a_growing_delay_instead_of_being_dropped_or_burning(
    bare_app: MakeApp, run_bare: RunBare, nats: NatsServer
) -> None:
    failures = iter([ValueError("first"), ValueError("second"), ValueError("third")])

    def trouble(_id: UUID) -> None:
        if (error := next(failures, None)) is not None:
            raise error

    portal = await bare_app(Service.PORTAL, retry_delays=(0.2, 0.4, 0.8))
    tickets, recorder = await bare_app(Service.TICKETS), Recorder(trouble)
    portal.bus.listen(SubmissionFiled, recorder)
    await run_bare(portal)
    await run_bare(tickets)
    await emit(tickets, submission := uuid4())
    await eventually(lambda: recorder.seen == [submission])
    moments = [moment for moment, _ in recorder.calls]
    pauses = [later - earlier for earlier, later in pairwise(moments)]
    assert len(pauses) == 3
    assert all(pause >= least for pause, least in zip(pauses, (0.2, 0.4, 0.8), strict=True))


async def test_after_the_last_try_it_is_a_dead_letter_and_its_neighbours_are_done(
    bare_app: MakeApp, run_bare: RunBare, nats: NatsServer
) -> None:
    poison = uuid4()
    healed = False

    def trouble(submission: UUID) -> None:
        if submission == poison and not healed:
            raise ValueError("poison")

    portal = await bare_app(Service.PORTAL, retry_delays=(0.1, 0.1))
    tickets, recorder = await bare_app(Service.TICKETS), Recorder(trouble)
    portal.bus.listen(SubmissionFiled, recorder)
    await run_bare(tickets)
    neighbours = [uuid4() for _ in range(40)]
    await emit(tickets, *neighbours[:20], poison, *neighbours[20:])
    await run_bare(portal)
    await eventually(lambda: set(recorder.seen) >= set(neighbours))
    async with asyncio.timeout(10):
        while not await count(portal, tables.dead_letter):
            await asyncio.sleep(0.05)
    assert poison not in recorder.seen

    healed = True
    async with portal.database.transaction() as tx:
        await tx.session.execute(sa.update(tables.dead_letter).values(retry_asked_at=tx.now))
        tx.wake("dead-letters")
    await eventually(lambda: poison in recorder.seen)
    async with asyncio.timeout(5):
        while await count(portal, tables.dead_letter, tables.dead_letter.c.resolved_at.is_(None)):
            await asyncio.sleep(0.05)


async def test_what_is_no_event_becomes_a_dead_letter_at_once(
    bare_app: MakeApp, run_bare: RunBare, nats: NatsServer
) -> None:
    portal, recorder = await bare_app(Service.PORTAL), Recorder()
    portal.bus.listen(SubmissionFiled, recorder)
    await run_bare(portal)
    client = await streams.connect(
        streams.StreamSettings(
            nats_url=nats.url, nats_user="tickets", nats_password=SecretStr(nats.passwords["tickets"])
        )
    )
    try:
        await client.jetstream().publish(SubmissionFiled.type, b"{}", stream="TICKETS")
    finally:
        await client.close()
    async with asyncio.timeout(10):
        while not await count(portal, tables.dead_letter):
            await asyncio.sleep(0.05)
    assert recorder.seen == []


async def test_the_same_event_published_twice_is_handled_once(
    bare_app: MakeApp, run_bare: RunBare, nats: NatsServer
) -> None:
    portal, tickets, recorder = await bare_app(Service.PORTAL), await bare_app(Service.TICKETS), Recorder()
    portal.bus.listen(SubmissionFiled, recorder)
    await run_bare(portal)
    await run_bare(tickets)
    await emit(tickets, first := uuid4())
    await eventually(lambda: recorder.seen == [first])
    client = await connect(nats)
    try:
        await client.jsm().purge_stream("TICKETS")
        await client.jsm().delete_stream("TICKETS")
        await streams.declare(client)
    finally:
        await client.close()
    await emit(tickets, second := uuid4())
    await eventually(lambda: second in recorder.seen, seconds=20)
    assert recorder.seen == [first, second]


async def connect(nats: NatsServer, user: str = "operator") -> Client:
    """A connection of a NATS user."""
    return await streams.connect(
        streams.StreamSettings(nats_url=nats.url, nats_user=user, nats_password=SecretStr(nats.passwords[user]))
    )


async def test_after_the_stream_was_deleted_the_relay_publishes_everything_again(
    bare_app: MakeApp, run_bare: RunBare, nats: NatsServer
) -> None:
    tickets = await bare_app(Service.TICKETS)
    await run_bare(tickets)
    submissions = [uuid4() for _ in range(30)]
    await emit(tickets, *submissions)
    async with asyncio.timeout(10):
        while await count(tickets, tables.outbox, tables.outbox.c.published_at.is_(None)):
            await asyncio.sleep(0.05)
    client = await connect(nats)
    try:
        await client.jsm().delete_stream("TICKETS")
        await streams.declare(client)
        async with asyncio.timeout(20):
            while (await client.jsm().stream_info("TICKETS")).state.messages < len(submissions):
                await asyncio.sleep(0.05)
    finally:
        await client.close()


async def test_without_its_stream_an_event_waits_in_the_outbox_and_is_not_taken_for_published(
    bare_app: MakeApp, run_bare: RunBare, nats: NatsServer
) -> None:
    tickets = await bare_app(Service.TICKETS)
    client = await connect(nats)
    try:
        await client.jsm().delete_stream("TICKETS")
        await run_bare(tickets)
        await emit(tickets, uuid4())
        await asyncio.sleep(1)
        assert await count(tickets, tables.outbox, tables.outbox.c.published_at.is_(None)) == 1
        await streams.declare(client)
        async with asyncio.timeout(20):
            while await count(tickets, tables.outbox, tables.outbox.c.published_at.is_(None)):
                await asyncio.sleep(0.05)
        assert (await client.jsm().stream_info("TICKETS")).state.messages == 1
    finally:
        await client.close()


async def test_an_event_too_large_for_the_bus_does_not_hold_up_those_behind_it(
    bare_app: MakeApp, run_bare: RunBare, nats: NatsServer
) -> None:
    tickets = await bare_app(Service.TICKETS)
    async with tickets.database.transaction() as tx:
        tx.emit(SubmissionFiled(submission_id=uuid4(), refusal="x" * 5_000_000))
        tx.emit(SubmissionFiled(submission_id=uuid4()))
    await run_bare(tickets)
    async with asyncio.timeout(20):
        while await count(tickets, tables.outbox, tables.outbox.c.published_at.is_(None)):
            await asyncio.sleep(0.05)
    assert await count(tickets, tables.dead_letter) == 1


async def test_two_workers_share_the_events_and_each_is_handled_once(
    bare_app: MakeApp, run_bare: RunBare, nats: NatsServer
) -> None:
    portal = await bare_app(Service.PORTAL)
    twin = await bare_app(Service.PORTAL, url=portal.settings.database_url.get_secret_value())
    tickets = await bare_app(Service.TICKETS)
    shares: list[list[UUID]] = [[], []]
    for app, share in zip((portal, twin), shares, strict=True):

        async def take(_tx: Transaction, events: Sequence[SubmissionFiled], into: list[UUID] = share) -> None:
            into.extend(event.submission_id for event in events)
            await asyncio.sleep(0.01)

        app.bus.listen_many(SubmissionFiled, take)
        await run_bare(app)
    await run_bare(tickets)
    submissions = [uuid4() for _ in range(1500)]
    for start in range(0, len(submissions), 100):
        await emit(tickets, *submissions[start : start + 100])
    await eventually(lambda: sum(map(len, shares)) >= len(submissions), seconds=20)
    assert sorted(shares[0] + shares[1]) == sorted(submissions)
    assert all(shares)


async def test_a_request_is_answered_by_its_owner_and_not_by_a_stream(
    bare_app: MakeApp, run_bare: RunBare, nats: NatsServer
) -> None:
    agent = uuid4()

    async def describe(_tx: Transaction, request: DescribeAgents) -> Reply:
        if not request.agent_ids:
            return Problem(code="nobody", detail="Name at least one agent.")
        return AgentCards(
            agents=tuple(
                AgentCard(agent_id=one, name="Tom", email="tom@desk.example", language="de", active=True)
                for one in request.agent_ids
            )
        )

    tickets, notify = await bare_app(Service.TICKETS), await bare_app(Service.NOTIFY)
    tickets.bus.answer(DescribeAgents, describe)
    await run_bare(tickets)
    await run_bare(notify)
    await eventually(lambda: notify.bus.connected and tickets.bus.connected)
    cards: list[AgentCard] = []
    async with asyncio.timeout(10):
        while not cards:
            with suppress(Unavailable):
                cards.extend((await notify.bus.ask(DescribeAgents(agent_ids=(agent,)), seconds=1)).agents)
    assert [card.agent_id for card in cards] == [agent]
    with pytest.raises(Refused) as refused:
        await notify.bus.ask(DescribeAgents(agent_ids=()))
    assert refused.value.problem.code == "nobody"


async def test_a_request_that_nobody_answers_is_unavailable(
    bare_app: MakeApp, run_bare: RunBare, nats: NatsServer
) -> None:
    notify = await bare_app(Service.NOTIFY)
    await run_bare(notify)
    await eventually(lambda: notify.bus.connected)
    with pytest.raises(Unavailable):
        await notify.bus.ask(DescribeAgents(agent_ids=()), seconds=0.5)


async def test_a_service_may_only_ask_and_listen_to_what_the_topology_allows(
    bare_app: MakeApp, nats_server: NatsServer
) -> None:
    ingest = await bare_app(Service.INGEST)
    with pytest.raises(ValueError, match="does not let ingest ask"):
        await ingest.bus.ask(DescribeAgents(agent_ids=()))
    with pytest.raises(ValueError, match="does not let ingest listen"):
        ingest.bus.listen(SubmissionFiled, Recorder())


async def test_an_outage_never_counts_as_a_try(bare_app: MakeApp, run_bare: RunBare, nats: NatsServer) -> None:
    troubles = iter([ConnectionRefusedError("database"), Unavailable("tickets"), TimeoutError("slow")])

    def trouble(_id: UUID) -> None:
        if (error := next(troubles, None)) is not None:
            raise error

    ingest = await bare_app(Service.INGEST, retry_delays=())
    tickets = await bare_app(Service.TICKETS)
    done: list[UUID] = []

    async def on_mail_filed(_tx: Transaction, event: MailFiled) -> None:
        trouble(event.mail_id)
        done.append(event.mail_id)

    ingest.bus.listen(MailFiled, on_mail_filed)
    await run_bare(ingest)
    await run_bare(tickets)
    mail = uuid4()
    async with tickets.database.transaction() as tx:
        tx.emit(MailFiled(mail_id=mail, outcome="ticket"))
    await eventually(lambda: done == [mail], seconds=20)
    assert await count(ingest, tables.dead_letter) == 0
