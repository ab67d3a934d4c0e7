"""What the real server refuses and allows each user, for every subject that the topology knows."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import nats.errors
import pytest
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.js import JetStreamManager

from chassis.testing import NatsServer
from contracts.envelope import headers_for, meta_from
from contracts.generate import EXAMPLES
from contracts.ingest import MailReceived
from contracts.messages import EVENTS, REQUESTS, Event, EventMeta, Service, load_all
from contracts.permissions import INTEGRATOR, OPERATOR, askers
from contracts.tickets import AccessRevoked, SubmissionFiled
from contracts.topology import ROLES, STREAMS, answers, consumers, emits, inbox_prefix

load_all()

ROOT = Path(__file__).resolve().parents[2]
ID = UUID("01a00000-0000-7000-8000-000000000001")

Connect = Callable[[str], Awaitable[Any]]
"""The fixture of conftest.py: a `Connection` as the user of this name."""


def example(name: str) -> bytes:
    """The first example of a message."""
    return min((ROOT / EXAMPLES / name).glob("*.json")).read_bytes()


def event_of(kind: type[Event]) -> Event:
    return kind.model_validate_json(example(kind.type))


async def publish(connection: Any, event: Event, *, event_id: UUID = ID) -> Any:  # noqa: ANN401 - PubAck
    """Publish as the relay does, and give the stream's acknowledgement."""
    meta = EventMeta(id=event_id, time=datetime(2026, 3, 2, tzinfo=UTC), source=event.owner, correlation_id="c")
    return await connection.client.jetstream().publish(
        event.bus_subject(),
        event.model_dump_json().encode(),
        headers=headers_for(event, meta),
        stream=STREAMS[Service(event.owner)].name,
    )


async def state(operator: Any) -> dict[str, Any]:  # noqa: ANN401 - a Connection
    """Everything that a forbidden act could change: the streams, their consumers, and how far these are."""
    manager = operator.client.jsm()
    found = {}
    for info in await manager.streams_info():
        readers = await manager.consumers_info(info.config.name)
        found[info.config.name] = (
            info.config.subjects,
            info.state.messages,
            info.state.last_seq,
            sorted((reader.name, reader.delivered.stream_seq, reader.ack_floor.stream_seq) for reader in readers),
        )
    return found


async def stored(manager: JetStreamManager, stream: str) -> int:
    """How many messages a stream ever took."""
    return int((await manager.stream_info(stream)).state.last_seq)


async def until(count: Callable[[], Awaitable[int]], wanted: int) -> None:
    """Wait at most 5 s for what the server does on its own."""
    for _ in range(100):
        if await count() == wanted:
            return
        await asyncio.sleep(0.05)
    assert await count() == wanted


def foreign_messages(service: Service) -> Iterator[str]:
    """Subjects of events and requests that are not this service's to send."""
    for kind in EVENTS.values():
        if kind.owner != service:
            yield event_of(kind).bus_subject()
    for other in Service:
        if other != service:
            yield f"{other}.evt.not_invented_yet.v1"
            yield f"{other}.rpc.not_invented_yet.v1"
    for request in REQUESTS.values():
        if request not in ROLES[service].asks:
            yield request.bus_subject
    for user in (*Service, OPERATOR, INTEGRATOR):
        if user != service and user not in askers(service):
            yield f"{inbox_prefix(user)}.guessed"


def administration(stream: str) -> Iterator[str]:
    """Subjects with which a stream or its content is changed, read past its consumers, or taken away."""
    for act in ("CREATE", "UPDATE", "DELETE", "PURGE", "MSG.GET", "MSG.DELETE", "SNAPSHOT", "RESTORE"):
        yield f"$JS.API.STREAM.{act}.{stream}"
    yield f"$JS.API.DIRECT.GET.{stream}"
    yield f"$JS.API.DIRECT.GET.{stream}.{stream.lower()}.evt.x.v1"
    yield f"$JS.API.STREAM.LEADER.STEPDOWN.{stream}"
    yield f"$JS.API.STREAM.PEER.REMOVE.{stream}"
    yield f"$JS.API.CONSUMER.CREATE.{stream}"
    yield f"$JS.API.CONSUMER.LIST.{stream}"
    yield f"$JS.API.CONSUMER.NAMES.{stream}"
    for name in (*Service, INTEGRATOR, "spy"):
        for act in ("CREATE", "DURABLE.CREATE", "DELETE", "PAUSE", "RESET", "UNPIN", "LEADER.STEPDOWN"):
            yield f"$JS.API.CONSUMER.{act}.{stream}.{name}"
        yield f"$JS.API.CONSUMER.CREATE.{stream}.{name}.{stream.lower()}.evt.x.v1"


def reading(stream: str, durable: str) -> Iterator[str]:
    """Subjects with which a consumer is read."""
    yield f"$JS.API.CONSUMER.INFO.{stream}.{durable}"
    yield f"$JS.API.CONSUMER.MSG.NEXT.{stream}.{durable}"
    yield f"$JS.ACK.{stream}.{durable}.1.1.1.1.0"


def foreign_jetstream(service: Service) -> Iterator[str]:
    """Subjects of JetStream that no service, or not this one, may use."""
    yield from ("$JS.API.INFO", "$JS.API.STREAM.NAMES", "$JS.API.STREAM.LIST", "$JS.API.STREAM.CREATE.OWN")
    yield from ("$JS.API.META.LEADER.STEPDOWN", "$JS.API.ACCOUNT.PURGE.$G", "$KV.bucket.key", "$O.bucket.C.x")
    yield from ("$SYS.REQ.SERVER.PING", "$SYS.REQ.USER.INFO")
    own = {(consumer.stream.name, consumer.durable) for consumer in consumers(service)}
    for owner, stream in STREAMS.items():
        yield from administration(stream.name)
        if owner != service:
            yield f"$JS.API.STREAM.INFO.{stream.name}"
        for durable in (*Service, "spy"):
            if (stream.name, durable) not in own:
                yield from reading(stream.name, durable)


def foreign_subscriptions(service: Service) -> Iterator[str]:
    """Subjects on which this service would read what is not meant for it."""
    yield from (">", "*.>", "*.evt.>", "*.rpc.>", "_INBOX.>", "$JS.>", "$JS.API.>", "$JS.EVENT.>", "$SYS.>")
    for kind in EVENTS.values():
        if kind.owner != service and kind not in ROLES[service].hears:
            yield kind.pattern()
            yield event_of(kind).bus_subject()
    for other in Service:
        if other != service:
            yield f"{other}.>"
            yield f"{other}.evt.>"
            yield f"{other}.rpc.>"
    for request in REQUESTS.values():
        if request.owner != service:
            yield request.bus_subject
    for user in (*Service, OPERATOR, INTEGRATOR):
        if user != service:
            yield f"{inbox_prefix(user)}.>"


@pytest.mark.parametrize("service", Service)
async def test_the_server_refuses_what_is_not_this_service_s_to_publish(service: Service, connect: Connect) -> None:
    operator, connection = await connect(OPERATOR), await connect(service)
    before = await state(operator)
    subjects = [*foreign_messages(service), *foreign_jetstream(service)]
    assert [subject for subject in subjects if await connection.may_publish(subject)] == []
    assert await state(operator) == before


@pytest.mark.parametrize("service", Service)
async def test_the_server_refuses_what_is_not_this_service_s_to_read(service: Service, connect: Connect) -> None:
    connection = await connect(service)
    subjects = list(foreign_subscriptions(service))
    assert [subject for subject in subjects if await connection.may_subscribe(subject)] == []
    assert [subject for subject in subjects if await connection.may_subscribe(subject, queue=service)] == []


async def test_the_forbidden_subjects_are_real_ones_which_somebody_may_use(connect: Connect) -> None:
    operator = await connect(OPERATOR)
    tickets = await connect(Service.TICKETS)
    await publish(tickets, event_of(EVENTS["tickets.evt.access_revoked.v1"]))
    before = await state(operator)
    assert await operator.may_publish("$JS.API.STREAM.PURGE.TICKETS")
    assert await operator.may_publish("$JS.API.CONSUMER.DELETE.TICKETS.notify")
    assert await operator.may_publish("$JS.API.STREAM.DELETE.INGEST")
    after = await state(operator)
    assert before["TICKETS"][1] == 1
    assert after["TICKETS"][1] == 0
    assert {name for name, _, _ in before["TICKETS"][3]} - {name for name, _, _ in after["TICKETS"][3]} == {"notify"}
    assert before.keys() - after.keys() == {"INGEST"}


@pytest.mark.parametrize("kind", EVENTS.values(), ids=lambda kind: kind.type)
async def test_an_event_of_its_own_is_acknowledged_by_the_stream_of_its_owner(
    kind: type[Event], connect: Connect
) -> None:
    owner = await connect(kind.owner)
    acknowledgement = await publish(owner, event_of(kind))
    assert acknowledgement.stream == STREAMS[Service(kind.owner)].name
    assert (await publish(owner, event_of(kind))).duplicate, "the same id is kept once"
    assert (await owner.client.jsm().stream_info(acknowledgement.stream)).state.last_seq == acknowledgement.seq
    assert owner.refusals == []


@pytest.mark.parametrize("service", [service for service in Service if consumers(service)])
async def test_a_service_reads_and_acknowledges_what_it_listens_to_and_nothing_else(
    service: Service, connect: Connect
) -> None:
    reader = await connect(service)
    for consumer in consumers(service):
        owner = await connect(consumer.stream.owner)
        for number, kind in enumerate(emits(consumer.stream.owner)):
            await publish(owner, event_of(kind), event_id=UUID(int=number))
        stream = reader.client.jetstream()
        subscription = await stream.pull_subscribe("", durable=consumer.durable, stream=consumer.stream.name)
        messages = await subscription.fetch(100, timeout=1)
        assert {message.headers["ce-type"] for message in messages} == {kind.type for kind in consumer.events}
        for message in messages:
            await message.ack_sync()
        info = await subscription.consumer_info()
        assert (info.num_pending, info.num_ack_pending) == (0, 0)
    assert reader.refusals == []


@pytest.mark.parametrize(
    ("asker", "subject"),
    [(asker, request.bus_subject) for asker in Service for request in ROLES[asker].asks],
)
async def test_a_request_reaches_its_owner_and_the_answer_its_asker(
    asker: Service, subject: str, connect: Connect
) -> None:
    asking, owner = await connect(asker), await connect(REQUESTS[subject].owner)

    async def answer(message: Msg) -> None:
        assert message.data == example(subject)
        await message.respond(example(f"{subject}.reply"))

    await owner.client.subscribe(subject, queue=owner.user, cb=answer)
    await owner.settle()
    reply = await asking.client.request(subject, example(subject), timeout=2)
    assert reply.data == example(f"{subject}.reply")
    assert asking.refusals == owner.refusals == []


@pytest.mark.parametrize(
    ("hearer", "kind"),
    [(hearer, kind) for hearer in Service for kind in ROLES[hearer].hears],
    ids=lambda value: str(getattr(value, "type", value)),
)
async def test_a_broadcast_is_heard_by_those_who_run(hearer: Service, kind: type[Event], connect: Connect) -> None:
    hearing, owner = await connect(hearer), await connect(kind.owner)
    subscription = await hearing.client.subscribe(kind.pattern())
    await hearing.settle()
    await publish(owner, event_of(kind))
    message = await subscription.next_msg(timeout=2)
    assert json.loads(message.data) == json.loads(event_of(kind).model_dump_json())
    assert hearing.refusals == []


@pytest.mark.parametrize("service", [service for service in Service if answers(service)])
async def test_an_asker_cannot_have_the_answer_published_where_it_may_not_publish_itself(
    service: Service, connect: Connect
) -> None:
    request = answers(service)[0]
    asking = await connect(next(asker for asker in askers(service) if request in ROLES[asker].asks))
    owner, operator = await connect(service), await connect(OPERATOR)
    subscription = await owner.client.subscribe(request.bus_subject, queue=service)
    await owner.settle()
    before = await state(operator)
    targets = [event_of(kind).bus_subject() for kind in EVENTS.values() if kind.owner != service]
    targets += [f"$JS.API.STREAM.PURGE.{stream.name}" for stream in STREAMS.values()]
    for target in targets:
        await asking.client.publish(request.bus_subject, example(request.bus_subject), reply=target)
        await (await subscription.next_msg(timeout=2)).respond(b"{}")
    await owner.settle()
    assert owner.refusals == [("publish", target.lower()) for target in targets]
    assert await state(operator) == before


async def test_an_answer_of_jetstream_that_was_directed_at_a_foreign_stream_is_no_event(connect: Connect) -> None:
    portal, operator = await connect(Service.PORTAL), await connect(OPERATOR)
    await portal.client.publish("$JS.API.CONSUMER.INFO.TICKETS.portal", reply=MailReceived.type)
    manager = operator.client.jsm()
    await until(lambda: stored(manager, "INGEST"), 1)
    message = await manager.get_msg("INGEST", 1)
    with pytest.raises(ValueError, match="not an event"):
        meta_from(message.headers or {}, expected=MailReceived)


async def test_an_event_that_its_reader_directed_at_a_foreign_broadcast_is_recognised(connect: Connect) -> None:
    portal, notify = await connect(Service.PORTAL), await connect(Service.NOTIFY)
    heard = await notify.client.subscribe(AccessRevoked.type)
    await notify.settle()
    await publish(await connect(Service.TICKETS), event_of(SubmissionFiled))
    await portal.client.publish("$JS.API.CONSUMER.MSG.NEXT.TICKETS.portal", b"1", reply=AccessRevoked.type)
    message = await heard.next_msg(timeout=2)
    with pytest.raises(ValueError, match=f"this is {SubmissionFiled.type}, not {AccessRevoked.type}"):
        meta_from(message.headers or {}, expected=AccessRevoked)


def forbidden_to_integrators() -> Iterator[str]:
    """What an integrator may not publish: everything but the reading of consumers of its own on TICKETS."""
    for kind in EVENTS.values():
        yield event_of(kind).bus_subject()
    yield from REQUESTS
    for user in (*Service, OPERATOR):
        yield f"{inbox_prefix(user)}.guessed"
    for stream in STREAMS.values():
        own = stream.owner == Service.TICKETS
        allowed = (f"$JS.API.CONSUMER.CREATE.{stream.name}.", f"$JS.API.CONSUMER.DELETE.{stream.name}.")
        services = tuple(f".{stream.name}.{service}" for service in Service)
        for subject in administration(stream.name):
            if not own or not subject.startswith(allowed) or any(name in subject for name in services):
                yield subject
        if not own:
            yield f"$JS.API.STREAM.INFO.{stream.name}"
            yield from reading(stream.name, INTEGRATOR)
        for service in Service:
            yield from reading(stream.name, service)


async def test_an_integrator_can_neither_write_nor_touch_what_belongs_to_the_services(connect: Connect) -> None:
    operator, integrator = await connect(OPERATOR), await connect(INTEGRATOR)
    before = await state(operator)
    assert [subject for subject in forbidden_to_integrators() if await integrator.may_publish(subject)] == []
    foreign = [f"{service}.{kind}.>" for service in Service for kind in ("evt", "rpc")]
    foreign += [f"{inbox_prefix(user)}.>" for user in (*Service, OPERATOR)]
    foreign += [">", "*.evt.>", "_INBOX.>", "$JS.>", "$SYS.>"]
    assert [subject for subject in foreign if await integrator.may_subscribe(subject)] == ["tickets.evt.>"]
    assert await state(operator) == before


async def test_an_integrator_reads_ticket_events_with_a_consumer_of_its_own_and_removes_it(connect: Connect) -> None:
    integrator, tickets = await connect(INTEGRATOR), await connect(Service.TICKETS)
    event = event_of(EVENTS["tickets.evt.ticket_opened.v1"])
    await publish(tickets, event)
    subscription = await integrator.client.jetstream().pull_subscribe(
        "tickets.evt.*.*.support", durable="wallboard", stream="TICKETS"
    )
    (message,) = await subscription.fetch(1, timeout=2)
    assert message.subject == event.bus_subject()
    await message.ack_sync()
    assert await integrator.client.jsm().delete_consumer("TICKETS", "wallboard")
    assert integrator.refusals == []


@pytest.mark.parametrize(("user", "password"), [(None, None), ("tickets", "wrong"), ("admin", "")])
async def test_nobody_enters_without_the_password_of_a_user(
    nats_server: NatsServer, user: str | None, password: str | None
) -> None:
    async def ignore(error: Exception) -> None:
        """The refusal comes as the exception, too."""

    client = Client()
    with pytest.raises(nats.errors.Error, match=r"(?i)authorization violation"):
        await client.connect(
            nats_server.url, user=user, password=password, allow_reconnect=False, error_cb=ignore, connect_timeout=2
        )
    await client.close()
