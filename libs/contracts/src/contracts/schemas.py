"""JSON Schemas (draft 2020-12) of everything that travels on the bus, as readers see it.

A field with a default is not required: an older sender may not know it. Unknown fields are allowed: a newer sender
may know more.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from pydantic.json_schema import GenerateJsonSchema, models_json_schema

from contracts.messages import EVENTS, REQUESTS, Problem, Shape, load_all

JsonObject = dict[str, Any]

DIALECT = "https://json-schema.org/draft/2020-12/schema"
COMPONENTS = "#/components/schemas/"
PROBLEM = "problem"


class Kind(StrEnum):
    """What a message is on the bus."""

    EVENT = "event"
    REQUEST = "request"
    REPLY = "reply"


@dataclass(frozen=True, kw_only=True)
class Message:
    """Something that travels. ``name`` is the subject without the channel, with ``.reply`` behind it for an answer."""

    name: str
    kind: Kind
    model: type[Shape]

    @property
    def id(self) -> str:
        """The ``$id`` of its schema."""
        return f"urn:deskstream:{self.name}"


def messages() -> tuple[Message, ...]:
    """Every event, every request with its reply, and the `Problem` that may take the place of any reply."""
    load_all()
    return tuple(_messages())


def _messages() -> Iterator[Message]:
    for name, event in sorted(EVENTS.items()):
        yield Message(name=name, kind=Kind.EVENT, model=event)
    for name, request in sorted(REQUESTS.items()):
        yield Message(name=name, kind=Kind.REQUEST, model=request)
        yield Message(name=f"{name}.reply", kind=Kind.REPLY, model=request.reply)
    yield Message(name=PROBLEM, kind=Kind.REPLY, model=Problem)


def schema_of(message: Message) -> JsonObject:
    """The schema of one message, complete in itself."""
    schema = message.model.model_json_schema(schema_generator=_Plain)
    head = {"$schema": DIALECT, "$id": message.id, "title": schema.pop("title")}
    definitions = {"$defs": schema.pop("$defs")} if "$defs" in schema else {}
    return _unwrapped({**head, "description": schema.pop("description"), **schema, **definitions})


def component_schemas(models: list[type[Shape]]) -> tuple[dict[type[Shape], str], JsonObject]:
    """Where each model's schema is within an AsyncAPI document, and the document's ``components.schemas``."""
    references, schemas = models_json_schema(
        [(model, "validation") for model in models],
        ref_template=COMPONENTS + "{model}",
        schema_generator=_Plain,
    )
    pointers = {model: references[model, "validation"]["$ref"] for model in models}
    return pointers, _unwrapped(schemas.get("$defs", {}))


class _Plain(GenerateJsonSchema):
    """Without the titles that pydantic makes from field names: they repeat the name and say nothing."""

    def field_title_should_be_set(self, schema: Any) -> bool:  # noqa: ANN401, ARG002 - the signature of pydantic
        return False


def _unwrapped(schema: JsonObject) -> JsonObject:
    """The same schema with each paragraph of a description on one line."""
    return {key: _unwrapped_value(key, value) for key, value in schema.items()}


def _unwrapped_value(key: str, value: Any) -> Any:  # noqa: ANN401 - any JSON value
    match value:
        case dict():
            return _unwrapped(value)
        case list():
            return [_unwrapped_value("", item) for item in value]
        case str() if key == "description":
            return re.sub(r"(?<!\n)\n(?!\n)", " ", value)
        case _:
            return value
