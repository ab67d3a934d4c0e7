"""The AsyncAPI documents: complete, consistent with the topology, and every reference inside them resolves."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
import yaml
from jsonschema import Draft7Validator, FormatChecker  # type: ignore[import-untyped]  # has no stubs

from contracts.generate import ASYNCAPI, REPOSITORY
from contracts.messages import EVENTS, Service, load_all
from contracts.schemas import JsonObject
from contracts.topology import ROLES, STREAMS, answers, emits

load_all()

KEYS = {"asyncapi", "info", "defaultContentType", "servers", "channels", "operations", "components"}
COMPONENT_KEY = re.compile(r"^[\w\d.\-_]+$")


@pytest.fixture(params=list(Service))
def service(request: pytest.FixtureRequest) -> Service:
    return Service(request.param)


@pytest.fixture
def document(service: Service) -> JsonObject:
    """The committed file, as a reader's tool loads it."""
    loaded = yaml.safe_load((REPOSITORY / ASYNCAPI / f"{service}.yaml").read_text())
    assert isinstance(loaded, dict)
    return loaded


def resolve(document: JsonObject, reference: str) -> Any:  # noqa: ANN401 - any part of a document
    """What a reference points at, references to references followed to the end."""
    node: Any = document
    for key in reference.removeprefix("#/").split("/"):
        node = node[key]
    return resolve(document, node["$ref"]) if isinstance(node, dict) and set(node) == {"$ref"} else node


def references(node: Any) -> Iterator[str]:  # noqa: ANN401 - any part of a document
    if isinstance(node, dict):
        if isinstance(node.get("$ref"), str):
            yield node["$ref"]
        for value in node.values():
            yield from references(value)
    elif isinstance(node, list):
        for value in node:
            yield from references(value)


def test_a_document_has_the_parts_of_asyncapi_3_and_every_reference_resolves(document: JsonObject) -> None:
    assert document.keys() == KEYS
    assert document["asyncapi"] == "3.0.0"
    assert {"title", "version"} <= document["info"].keys()
    assert all(server["protocol"] == "nats" for server in document["servers"].values())
    for group in document["components"].values():
        assert all(COMPONENT_KEY.match(key) for key in group)
    found = list(references(document))
    assert found
    assert all(reference.startswith("#/") for reference in found), "a document is complete in itself"
    for reference in found:
        resolve(document, reference)


def test_a_channel_declares_exactly_the_parameters_of_its_address(document: JsonObject) -> None:
    for channel in document["channels"].values():
        address = channel["address"] or ""
        assert set(re.findall(r"{(\w+)}", address)) == set(channel.get("parameters", ()))


def test_an_event_s_channel_is_the_subject_that_its_class_is_published_on(document: JsonObject) -> None:
    events = {name: channel for name, channel in document["channels"].items() if ".evt." in name}
    for name, channel in events.items():
        assert channel["address"].replace("{channel}", "*") == EVENTS[name].pattern()
        assert channel["x-stream"] == STREAMS[Service(EVENTS[name].owner)].name


def test_an_operation_speaks_of_messages_of_its_own_channel(document: JsonObject) -> None:
    for operation in document["operations"].values():
        assert operation["action"] in {"send", "receive"}
        for part in (operation, *([operation["reply"]] if "reply" in operation else [])):
            channel = part["channel"]["$ref"]
            assert part["messages"]
            assert all(message["$ref"].startswith(f"{channel}/messages/") for message in part["messages"])


def test_a_document_tells_exactly_what_the_topology_says(service: Service, document: JsonObject) -> None:
    role = ROLES[service]
    told = {
        (name, operation["action"], operation["channel"]["$ref"].removeprefix("#/channels/"))
        for name, operation in document["operations"].items()
    }
    assert told == {
        *((f"emit{event.__name__}", "send", event.type) for event in emits(service)),
        *((f"listenTo{event.__name__}", "receive", event.type) for event in role.listens),
        *((f"hear{event.__name__}", "receive", event.type) for event in role.hears),
        *((f"answer{request.__name__}", "receive", request.bus_subject) for request in answers(service)),
        *((f"ask{request.__name__}", "send", request.bus_subject) for request in role.asks),
    }


def test_a_request_is_answered_with_its_reply_or_a_problem_on_an_address_that_the_asker_chooses(
    document: JsonObject,
) -> None:
    exchanges = [operation for operation in document["operations"].values() if "reply" in operation]
    assert exchanges
    for operation in exchanges:
        question = operation["channel"]["$ref"].removeprefix("#/channels/")
        reply = resolve(document, operation["reply"]["channel"]["$ref"])
        assert reply["address"] is None
        assert reply["messages"].keys() == {f"{question}.reply", "problem"}


def test_every_example_is_valid_for_the_schema_beside_it(document: JsonObject) -> None:
    for message in document["components"]["messages"].values():
        schema = {**message["payload"], "components": document["components"]}
        Draft7Validator.check_schema(resolve(document, message["payload"]["$ref"]))
        assert message["examples"]
        for example in message["examples"]:
            Draft7Validator(schema, format_checker=FormatChecker()).validate(example["payload"])


def test_the_headers_of_an_event_are_those_that_are_sent(document: JsonObject) -> None:
    required = document["components"]["schemas"]["EventHeaders"]["required"]
    assert required == ["Nats-Msg-Id", "ce-specversion", "ce-id", "ce-source", "ce-type", "ce-time"]
    for name, message in document["components"]["messages"].items():
        if ".evt." in name:
            assert message["headers"]["allOf"][1]["properties"]["ce-type"] == {"const": name}
