"""How failures are told apart and counted: an outage costs no try and no neighbour, a poison event only itself."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa
from asyncpg import exceptions as pg
from nats.aio.client import Client
from nats.js.api import ConsumerInfo
from pydantic import SecretStr

from chassis import listener, streams, tables
from chassis.app import App
from chassis.database import Transaction
from chassis.listener import Unavailable, is_outage
from chassis.telemetry import correlation_id
from chassis.testing import NatsServer
from chassis.testing.waiting import eventually
from contracts.messages import Reply, Service
from contracts.tickets import AgentCard, AgentCards, DescribeAgents, SubmissionFiled

MakeApp = Callable[..., Awaitable[App]]
RunBare = Callable[[App], Awaitable[None]]
Trouble = Callable[[Transaction, UUID], Awaitable[None]]


@pytest.fixture(autouse=True)
def quick_outages(monkeypatch: pytest.MonkeyPatch) -> None:
    """An outage is over sooner here."""
    monkeypatch.setattr(listener, "OUTAGE_DELAY", 0.1)


class Portal:
    """Listens to filed submissions; ``trouble`` has its say before one counts as seen."""

    def __init__(self, app: App, trouble: Trouble) -> None:
        self.app = app
        self.seen: list[UUID] = []
        self.calls: list[UUID] = []
        self._trouble = trouble
        app.bus.listen(SubmissionFiled, self)

    async def __call__(self, tx: Transaction, event: SubmissionFiled) -> None:
        """Handle one event."""
        self.calls.append(event.submission_id)
        await self._trouble(tx, event.submission_id)
        self.seen.append(event.submission_id)

    async def dead_letters(self) -> list[str]:
        """The errors of the events that were given up."""
        async with self.app.database.transaction() as tx:
            return list(await tx.session.scalars(sa.select(tables.dead_letter.c.error)))

    async def gave_up(self) -> bool:
        """Whether an event was given up."""
        return bool(await self.dead_letters())


@pytest.mark.parametrize(
    ("error", "outage"),
    [
        (pg.InternalClientError("cannot switch to state 12; another operation (2) is in progress"), True),
        (pg.AdminShutdownError("terminating connection"), True),
        (pg.CannotConnectNowError("the database system is starting up"), True),
        (pg.TooManyConnectionsError("sorry, too many clients already"), True),
        (pg.DeadlockDetectedError("deadlock detected"), True),
        (ConnectionRefusedError(), True),
        (Unavailable("tickets"), True),
        (pg.DataError("invalid input for query argument $1"), False),
        (pg.UniqueViolationError("duplicate key"), False),
        (KeyError("x"), False),
    ],
    ids=lambda value: type(value).__name__,
)
def test_what_an_outage_is_also_when_sqlalchemy_wraps_it(error: Exception, outage: bool) -> None:
    wrapped = sa.exc.DBAPIError("SELECT 1", None, ValueError("what SQLAlchemy makes of it"))
    assert wrapped.orig is not None
    wrapped.orig.__cause__ = error
    assert (is_outage(error), is_outage(wrapped)) == (outage, outage)


async def emit(app: App, *submissions: UUID) -> None:
    """Emit an event per submission, in one transaction."""
    async with app.database.transaction() as tx:
        for submission in submissions:
            tx.emit(SubmissionFiled(submission_id=submission))


@asynccontextmanager
async def connected(nats: NatsServer, user: str) -> AsyncIterator[Client]:
    """A connection of a NATS user."""
    client = await streams.connect(
        streams.StreamSettings(nats_url=nats.url, nats_user=user, nats_password=SecretStr(nats.passwords[user]))
    )
    try:
        yield client
    finally:
        await client.close()


async def test_an_event_that_waited_for_an_outage_still_has_all_its_tries(
    bare_app: MakeApp, run_bare: RunBare, nats: NatsServer
) -> None:
    troubles: list[Exception] = [*(Unavailable("tickets") for _ in range(6)), ValueError("first real failure")]

    async def trouble(_tx: Transaction, _submission: UUID) -> None:
        if troubles:
            raise troubles.pop(0)

    portal = Portal(await bare_app(Service.PORTAL, retry_delays=(0.1,)), trouble)
    tickets = await bare_app(Service.TICKETS)
    await run_bare(portal.app)
    await run_bare(tickets)
    await emit(tickets, submission := uuid4())
    await eventually(lambda: portal.seen == [submission])
    assert await portal.dead_letters() == []


async def test_events_that_alone_meet_an_outage_do_not_hold_up_their_neighbours(
    bare_app: MakeApp, run_bare: RunBare, nats: NatsServer
) -> None:
    cut_off = {uuid4() for _ in range(5)}

    async def trouble(_tx: Transaction, submission: UUID) -> None:
        if submission in cut_off:
            raise Unavailable("what only these events need")

    portal = Portal(await bare_app(Service.PORTAL), trouble)
    tickets = await bare_app(Service.TICKETS)
    await run_bare(tickets)
    neighbours = [uuid4() for _ in range(20)]
    await emit(tickets, *cut_off, *neighbours)
    await run_bare(portal.app)
    await eventually(lambda: set(portal.seen) == set(neighbours))
    assert await portal.dead_letters() == []


async def test_while_nothing_works_only_few_events_of_a_batch_are_tried(
    bare_app: MakeApp, run_bare: RunBare, nats: NatsServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listener, "OUTAGE_DELAY", 5.0)

    async def trouble(_tx: Transaction, _submission: UUID) -> None:
        raise Unavailable("everything")

    portal = Portal(await bare_app(Service.PORTAL), trouble)
    tickets = await bare_app(Service.TICKETS)
    await run_bare(tickets)
    await emit(tickets, *(uuid4() for _ in range(100)))
    await run_bare(portal.app)
    await eventually(lambda: len(portal.calls) > 1)
    await asyncio.sleep(1)
    assert len(portal.calls) < 20


async def test_a_value_that_the_database_cannot_take_is_no_outage(
    bare_app: MakeApp, run_bare: RunBare, nats: NatsServer
) -> None:
    async def trouble(tx: Transaction, _submission: UUID) -> None:
        await tx.session.execute(sa.select(sa.cast(sa.literal(2**70, sa.BigInteger), sa.BigInteger)))

    portal = Portal(await bare_app(Service.PORTAL, retry_delays=()), trouble)
    tickets = await bare_app(Service.TICKETS)
    await run_bare(portal.app)
    await run_bare(tickets)
    await emit(tickets, uuid4())
    await eventually(portal.gave_up)


async def test_a_database_connection_killed_in_the_middle_costs_no_try(
    bare_app: MakeApp, run_bare: RunBare, nats: NatsServer
) -> None:
    kills = iter([True, True])

    async def trouble(tx: Transaction, _submission: UUID) -> None:
        if next(kills, False):
            await tx.session.execute(sa.text("SELECT pg_terminate_backend(pg_backend_pid())"))

    portal = Portal(await bare_app(Service.PORTAL, retry_delays=()), trouble)
    tickets = await bare_app(Service.TICKETS)
    await run_bare(portal.app)
    await run_bare(tickets)
    await emit(tickets, submission := uuid4())
    await eventually(lambda: portal.seen == [submission])
    assert await portal.dead_letters() == []


async def test_an_event_is_given_up_whatever_its_error_says(
    bare_app: MakeApp, run_bare: RunBare, nats: NatsServer
) -> None:
    async def trouble(_tx: Transaction, _submission: UUID) -> None:
        raise ValueError("a mail with \x00 and half a character \udcff")

    portal = Portal(await bare_app(Service.PORTAL, retry_delays=()), trouble)
    tickets = await bare_app(Service.TICKETS)
    await run_bare(portal.app)
    await run_bare(tickets)
    await emit(tickets, uuid4())
    await eventually(portal.gave_up)
    assert "half a character" in (await portal.dead_letters())[0]
    async with portal.app.database.transaction() as tx:
        await tx.session.execute(sa.update(tables.dead_letter).values(retry_asked_at=tx.now))
        tx.wake("dead-letters")
    await eventually(lambda: len(portal.calls) == 2)

    async def no_longer_asked() -> bool:
        async with portal.app.database.transaction() as tx:
            return await tx.session.scalar(sa.select(tables.dead_letter.c.retry_asked_at)) is None

    await eventually(no_longer_asked)


async def test_a_handler_that_was_cancelled_from_inside_does_not_end_the_consumer(
    bare_app: MakeApp, run_bare: RunBare, nats: NatsServer
) -> None:
    cancellations = iter([True])

    async def trouble(_tx: Transaction, _submission: UUID) -> None:
        if next(cancellations, False):
            raise asyncio.CancelledError

    portal = Portal(await bare_app(Service.PORTAL, retry_delays=(0.1,)), trouble)
    tickets = await bare_app(Service.TICKETS)
    await run_bare(portal.app)
    await run_bare(tickets)
    await emit(tickets, first := uuid4())
    await eventually(lambda: portal.calls == [first])
    await emit(tickets, second := uuid4())
    await eventually(lambda: set(portal.seen) == {first, second})


async def test_an_event_without_a_handler_in_this_version_is_kept_and_not_acknowledged_away(
    bare_app: MakeApp, run_bare: RunBare, nats: NatsServer
) -> None:
    async def trouble(_tx: Transaction, _submission: UUID) -> None:
        """Nothing is wrong."""

    portal = Portal(await bare_app(Service.PORTAL, retry_delays=(0.1,)), trouble)
    tickets = await bare_app(Service.TICKETS)
    await run_bare(portal.app)
    portal.app.bus.listener(Service.TICKETS)._handlers.clear()
    await run_bare(tickets)
    await emit(tickets, uuid4())
    await eventually(portal.gave_up)
    assert "no handler" in (await portal.dead_letters())[0]


async def test_an_event_that_takes_longer_than_the_server_waits_is_not_delivered_to_another_meanwhile(
    bare_app: MakeApp, run_bare: RunBare, nats: NatsServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(streams, "ACK_WAIT", 1.0)

    async def trouble(_tx: Transaction, _submission: UUID) -> None:
        await asyncio.sleep(3)

    portal = Portal(await bare_app(Service.PORTAL), trouble)
    tickets = await bare_app(Service.TICKETS)
    async with connected(nats, "operator") as client:
        await streams.declare(client)
        await run_bare(portal.app)
        await run_bare(tickets)
        await emit(tickets, submission := uuid4())
        await eventually(lambda: portal.calls == [submission])
        most = 0
        while not portal.seen:
            info: ConsumerInfo = await client.jsm().consumer_info("TICKETS", "portal")
            most = max(most, info.num_redelivered or 0)
            await asyncio.sleep(0.1)
    assert most == 0


async def test_what_is_logged_and_emitted_for_an_event_goes_on_with_its_correlation_id(
    bare_app: MakeApp, run_bare: RunBare, nats: NatsServer
) -> None:
    noted: list[str] = []

    async def trouble(_tx: Transaction, _submission: UUID) -> None:
        noted.append(correlation_id())

    portal = Portal(await bare_app(Service.PORTAL), trouble)
    tickets = await bare_app(Service.TICKETS)
    await run_bare(tickets)
    await emit(tickets, *(uuid4() for _ in range(2)))
    await emit(tickets, uuid4())
    async with tickets.database.transaction() as tx:
        headers = await tx.session.scalars(sa.select(tables.outbox.c.headers).order_by(tables.outbox.c.seq))
        sent = [each["ce-correlationid"] for each in headers]
    await run_bare(portal.app)
    await eventually(lambda: noted == sent)


async def _cards(_tx: Transaction, request: DescribeAgents) -> Reply:
    """As many bytes as are asked for, roughly."""
    name = "x" * (5_000_000 if not request.agent_ids else 10)
    return AgentCards(
        agents=(AgentCard(agent_id=uuid4(), name=name, email="tom@desk.example", language="de", active=True),)
    )


async def test_an_answer_goes_only_to_a_reply_subject_and_never_into_a_stream(
    bare_app: MakeApp, run_bare: RunBare, nats: NatsServer
) -> None:
    tickets = await bare_app(Service.TICKETS)
    asked: list[DescribeAgents] = []

    async def describe(tx: Transaction, request: DescribeAgents) -> Reply:
        asked.append(request)
        return await _cards(tx, request)

    tickets.bus.answer(DescribeAgents, describe)
    await run_bare(tickets)
    question = DescribeAgents(agent_ids=(uuid4(),)).model_dump_json().encode()
    async with connected(nats, "notify") as client, connected(nats, "operator") as operator:

        async def answered() -> bool:
            answer = await client.request(DescribeAgents.bus_subject, question, timeout=2)
            return answer.data.startswith(b'{"agents"')

        await eventually(lambda: tickets.bus.connected)
        await asyncio.sleep(0.2)
        await eventually(answered)
        await client.publish(DescribeAgents.bus_subject, question, reply=SubmissionFiled.type)
        await eventually(answered)
        assert (await operator.jsm().stream_info("TICKETS")).state.messages == 0
    assert len(asked) == 2


async def test_a_request_too_large_for_the_bus_is_a_failure_and_no_outage(
    bare_app: MakeApp, run_bare: RunBare, nats: NatsServer
) -> None:
    notify = await bare_app(Service.NOTIFY)
    await run_bare(notify)
    await eventually(lambda: notify.bus.connected)
    with pytest.raises(ValueError, match="too many for the bus"):
        await notify.bus.ask(DescribeAgents(agent_ids=tuple(uuid4() for _ in range(120_000))))
    assert notify.bus.connected


async def test_an_answer_too_large_for_the_bus_is_refused_with_a_reason(
    bare_app: MakeApp, run_bare: RunBare, nats: NatsServer
) -> None:
    tickets = await bare_app(Service.TICKETS)
    tickets.bus.answer(DescribeAgents, _cards)
    await run_bare(tickets)
    question = DescribeAgents(agent_ids=()).model_dump_json().encode()
    async with connected(nats, "notify") as client:
        await eventually(lambda: tickets.bus.connected)
        await asyncio.sleep(0.2)
        answer = await client.request(DescribeAgents.bus_subject, question, timeout=3)
    assert b"too_large" in answer.data
