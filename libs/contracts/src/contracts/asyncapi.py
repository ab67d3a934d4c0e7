"""The AsyncAPI 3.0 document of one service: what it emits and answers, what it listens to and asks.

Written from the topology and the message classes (docs/adr/0005), complete in itself, so that it opens in any tool.
"""

from collections.abc import Iterable, Mapping
from importlib import import_module
from typing import Any

from contracts.envelope import PROBLEM_HEADER, REQUIRED, SPEC_VERSION
from contracts.messages import CHANNEL_KEY, Event, Problem, Request, Service, Shape, load_all
from contracts.schemas import PROBLEM, JsonObject, component_schemas
from contracts.topology import ROLES, STREAMS, answers, emits

Examples = Mapping[str, JsonObject]
"""The first example of every message, by the message's name."""

CHANNEL = "channel"


def document(service: Service, *, version: str, examples: Examples) -> JsonObject:
    """The whole document; ``version`` is that of the contracts."""
    load_all()
    role = ROLES[service]
    events: list[type[Event]] = _unique(emits(service), role.listens, role.hears)
    requests: list[type[Request[Any]]] = _unique(answers(service), role.asks)
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": f"Deskstream {service}",
            "version": version,
            "description": _description(service),
            "license": {"name": "AGPL-3.0-or-later"},
        },
        "defaultContentType": "application/json",
        "servers": {"bus": _server(service)},
        "channels": {
            **{event.type: _event_channel(event) for event in events},
            **{key: channel for request in requests for key, channel in _request_channels(request).items()},
        },
        "operations": _operations(service),
        "components": _components(events, requests, examples),
    }


def _operations(service: Service) -> JsonObject:
    role = ROLES[service]
    return {
        **{f"emit{event.__name__}": _emit(event) for event in emits(service)},
        **{f"listenTo{event.__name__}": _listen(event, service) for event in role.listens},
        **{f"hear{event.__name__}": _hear(event) for event in role.hears},
        **{f"answer{request.__name__}": _answer(request) for request in answers(service)},
        **{f"ask{request.__name__}": _ask(request) for request in role.asks},
    }


def _components(events: list[type[Event]], requests: list[type[Request[Any]]], examples: Examples) -> JsonObject:
    replies = [request.reply for request in requests]
    pointers, schemas = component_schemas([*events, *requests, *replies, Problem])
    return {
        "messages": {
            **{event.type: _event(event, pointers[event], examples) for event in events},
            **{key: message for request in requests for key, message in _exchange(request, pointers, examples).items()},
            PROBLEM: _problem(pointers[Problem], examples),
        },
        "schemas": {**schemas, **_header_schemas()},
        "securitySchemes": {"user": {"type": "userPassword", "description": "One NATS user per service."}},
    }


def _unique(*groups: Iterable[Any]) -> list[Any]:
    return list(dict.fromkeys(member for group in groups for member in group))


def _description(service: Service) -> str:
    return " ".join((import_module(f"contracts.{service}").__doc__ or "").split())


def _server(service: Service) -> JsonObject:
    return {
        "host": "localhost:4222",
        "protocol": "nats",
        "description": f"The NATS server of the installation; the user of this service is '{service}'.",
        "security": [{"$ref": "#/components/securitySchemes/user"}],
    }


def _event_channel(event: type[Event]) -> JsonObject:
    stream = STREAMS[Service(event.owner)]
    channel: JsonObject = {
        "address": event.type,
        "title": event.__name__,
        "messages": {event.type: _ref("components/messages", event.type)},
        "x-stream": stream.name,
        "x-stream-max-age-days": stream.max_age.days,
    }
    if event.pattern() != event.type:
        channel["address"] = f"{event.type}.{{{CHANNEL}}}"
        channel["parameters"] = {
            CHANNEL: {
                "description": f"The key of the ticket's channel ({CHANNEL_KEY.pattern}); `*` listens to all.",
                "location": "$message.payload#/channel",
                "examples": ["support"],
            }
        }
    return channel


def _request_channels(request: type[Request[Any]]) -> JsonObject:
    name = request.bus_subject
    reply = f"{name}.reply"
    return {
        name: {
            "address": name,
            "title": request.__name__,
            "messages": {name: _ref("components/messages", name)},
        },
        reply: {
            "address": None,
            "title": f"Answer to {request.__name__}",
            "description": "The reply subject of the request, below the asker's own `_INBOX_<user>`.",
            "messages": {key: _ref("components/messages", key) for key in (reply, PROBLEM)},
        },
    }


def _emit(event: type[Event]) -> JsonObject:
    return {**_operation("send", event.type), "summary": "Emits, in its own stream, with an acknowledgement."}


def _listen(event: type[Event], service: Service) -> JsonObject:
    summary = f"Reads it with the durable pull consumer '{service}'."
    return {**_operation("receive", event.type), "summary": summary, "x-consumer": str(service)}


def _hear(event: type[Event]) -> JsonObject:
    return {**_operation("receive", event.type), "summary": "Every running process hears it once; nobody replays it."}


def _answer(request: type[Request[Any]]) -> JsonObject:
    return {
        **_operation("receive", request.bus_subject),
        "summary": "Answers, one process of the queue group each.",
        "reply": _reply(request),
        "bindings": {"nats": {"queue": request.owner, "bindingVersion": "0.1.0"}},
    }


def _ask(request: type[Request[Any]]) -> JsonObject:
    return {**_operation("send", request.bus_subject), "summary": "Asks its owner.", "reply": _reply(request)}


def _operation(action: str, channel: str) -> JsonObject:
    return {
        "action": action,
        "channel": _ref("channels", channel),
        "messages": [_ref(f"channels/{channel}/messages", channel)],
    }


def _reply(request: type[Request[Any]]) -> JsonObject:
    channel = f"{request.bus_subject}.reply"
    return {
        "channel": _ref("channels", channel),
        "messages": [_ref(f"channels/{channel}/messages", key) for key in (channel, PROBLEM)],
    }


def _event(event: type[Event], pointer: str, examples: Examples) -> JsonObject:
    headers = {
        "type": "object",
        "allOf": [
            _ref("components/schemas", "EventHeaders"),
            {"properties": {"ce-type": {"const": event.type}}},
        ],
    }
    return {**_message(event, event.type, pointer, examples), "headers": headers}


def _exchange(request: type[Request[Any]], pointers: Mapping[type[Shape], str], examples: Examples) -> JsonObject:
    name = request.bus_subject
    question = _message(request, name, pointers[request], examples)
    answer = _message(request.reply, f"{name}.reply", pointers[request.reply], examples)
    return {
        name: {**question, "headers": _ref("components/schemas", "RequestHeaders")},
        f"{name}.reply": answer,
    }


def _problem(pointer: str, examples: Examples) -> JsonObject:
    headers = _ref("components/schemas", "ProblemHeaders")
    return {**_message(Problem, PROBLEM, pointer, examples), "headers": headers}


def _message(model: type[Shape], name: str, pointer: str, examples: Examples) -> JsonObject:
    """One message; its documentation is with its schema, where each field is, too."""
    message: JsonObject = {"name": name, "title": model.__name__, "payload": {"$ref": pointer}}
    if name in examples:
        message["examples"] = [{"name": "example", "payload": examples[name]}]
    return message


def _header_schemas() -> JsonObject:
    text = {"type": "string"}
    trace = {"type": "string", "description": "W3C Trace Context."}
    return {
        "EventHeaders": {
            "type": "object",
            "description": "CloudEvents 1.0 in binary mode (NATS protocol binding 1.0.3); values are percent-encoded.",
            "required": ["Nats-Msg-Id", *REQUIRED],
            "properties": {
                "Nats-Msg-Id": {**text, "description": "The event's id, so that the stream keeps it once."},
                "ce-specversion": {"const": SPEC_VERSION},
                "ce-id": {"type": "string", "format": "uuid", "description": "The same for every delivery."},
                "ce-source": {**text, "description": "The service that emitted it."},
                "ce-type": text,
                "ce-time": {"type": "string", "format": "date-time"},
                "ce-datacontenttype": {"const": "application/json"},
                "ce-correlationid": {**text, "description": "The same for everything that one cause led to."},
                "traceparent": trace,
            },
        },
        "RequestHeaders": {
            "type": "object",
            "properties": {"correlation_id": text, "traceparent": trace},
        },
        "ProblemHeaders": {
            "type": "object",
            "required": [PROBLEM_HEADER],
            "properties": {PROBLEM_HEADER: {**text, "description": "The problem's code; tells it from a reply."}},
        },
    }


def _ref(where: str, name: str) -> JsonObject:
    return {"$ref": f"#/{where}/{name}"}
