"""Class name, file, subject, stream and owner say the same; nobody waits for what nobody sends."""

import re
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from contracts import messages
from contracts.messages import CHANNEL_KEY, EVENTS, REQUESTS, Event, Reply, Request, Service, load_all
from contracts.tickets import AccessRevoked, Actor, ActorKind, TicketChanged, TicketEvent
from contracts.topology import ROLES, STREAMS, answers, consumers, emits

load_all()

SUBJECT = re.compile(r"(?P<owner>[a-z][a-z_]*)\.(?P<kind>evt|rpc)\.(?P<name>[a-z][a-z0-9_]*)\.v(?P<version>[1-9]\d*)")
SOURCES = Path(messages.__file__).parent


def camel(name: str) -> str:
    return "".join(part.capitalize() for part in name.split("_"))


@pytest.mark.parametrize("kind", [*EVENTS.values(), *REQUESTS.values()], ids=lambda kind: kind.__name__)
def test_class_name_file_and_owner_are_in_the_subject(kind: type[Event] | type[Request[Any]]) -> None:
    subject = kind.type if issubclass(kind, Event) else kind.bus_subject
    parts = SUBJECT.fullmatch(subject)
    assert parts is not None, subject
    assert parts["kind"] == ("evt" if issubclass(kind, Event) else "rpc")
    assert int(parts["version"]) == kind.version
    assert kind.__name__ == camel(parts["name"]) + ("" if kind.version == 1 else f"V{kind.version}")
    assert parts["owner"] == kind.owner == Path(SOURCES / f"{parts['owner']}.py").stem
    assert f"class {kind.__name__}(" in (SOURCES / f"{kind.owner}.py").read_text()
    assert kind.owner in set(Service)


@pytest.mark.parametrize("kind", EVENTS.values(), ids=lambda kind: kind.__name__)
def test_every_event_is_kept_by_exactly_the_stream_of_its_owner(kind: type[Event]) -> None:
    catching = [stream for stream in STREAMS.values() if kind.type.startswith(stream.subject.removesuffix(">"))]
    assert [stream.owner for stream in catching] == [kind.owner]
    assert catching[0].name == kind.owner.upper()
    assert kind.pattern() in {kind.type, f"{kind.type}.*"}


def test_a_stream_exists_only_for_a_service_that_emits_and_catches_no_request() -> None:
    for service, stream in STREAMS.items():
        assert stream.owner == service
        assert emits(service)
        assert not [name for name in REQUESTS if name.startswith(stream.subject.removesuffix(">"))]


@pytest.mark.parametrize("service", Service)
def test_a_service_listens_and_asks_only_for_what_others_emit_and_answer(service: Service) -> None:
    role = ROLES[service]
    assert {event.type for event in (*role.listens, *role.hears)} <= EVENTS.keys()
    assert all(request in answers(Service(request.owner)) for request in role.asks)
    assert not [event for event in role.listens if event.owner == service], "a service does not read its own stream"
    assert len({*role.listens, *role.hears}) == len(role.listens) + len(role.hears)


def test_every_request_is_asked_by_someone_and_answered_with_a_reply() -> None:
    asked = {request for role in ROLES.values() for request in role.asks}
    assert asked == set(REQUESTS.values())
    assert all(issubclass(request.reply, Reply) for request in asked)


@pytest.mark.parametrize("service", Service)
def test_the_consumers_of_a_service_read_exactly_what_it_listens_to(service: Service) -> None:
    reads = [event for consumer in consumers(service) for event in consumer.events]
    assert sorted(event.type for event in reads) == sorted(event.type for event in ROLES[service].listens)
    assert all(consumer.stream.owner == event.owner for consumer in consumers(service) for event in consumer.events)


def test_only_ticket_events_carry_the_channel_in_their_subject_and_it_must_be_a_key() -> None:
    assert {kind for kind in EVENTS.values() if kind.pattern() != kind.type} == set(TicketEvent.__subclasses__())
    moved = TicketChanged(
        ticket_id=UUID(int=1),
        number=1,
        ticket_version=1,
        channel="support",
        status="new",
        owner_id=None,
        actor=Actor(kind=ActorKind.SYSTEM),
        changed=("status",),
    )
    assert moved.bus_subject() == "tickets.evt.ticket_changed.v1.support"
    for channel in ("", "a.b", "*", ">", "Support", "a b", "-a", "a" * 41, "support\n"):
        assert not CHANNEL_KEY.fullmatch(channel)
        with pytest.raises(ValueError, match="cannot be a channel key"):
            moved.model_copy(update={"channel": channel}).bus_subject()


def test_a_second_version_stands_beside_the_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(messages, "EVENTS", {})
    monkeypatch.setattr(messages, "REQUESTS", {})

    class Counted(Event):
        """The first version."""

        __module__ = "contracts.shop"

    class CountedV2(Event):
        """The second."""

        __module__ = "contracts.shop"
        version = 2

    class CountV2(Request[Reply], reply=Reply):
        """A request of the second version."""

        __module__ = "contracts.shop"
        version = 2

    assert {"shop.evt.counted.v1": Counted, "shop.evt.counted.v2": CountedV2} == messages.EVENTS
    assert {"shop.rpc.count.v2": CountV2} == messages.REQUESTS


def test_an_event_that_was_not_received_has_no_headers() -> None:
    with pytest.raises(LookupError, match="AccessRevoked was not received"):
        _ = AccessRevoked(credential_ids=()).meta
