"""What every door takes: bodies are `Input`s, and the document says which doors are open to all."""

import json
from collections.abc import Iterator
from inspect import isasyncgenfunction, iscoroutinefunction
from pathlib import Path
from typing import Any, get_args

from fastapi.dependencies.models import Dependant
from fastapi.routing import iter_route_contexts
from pydantic import BaseModel

from chassis.inputs import Input
from chassis.openapi import slices

OPEN_TO_ALL = {
    "staff": {"sign_in", "set_up", "ask_for_password_reset", "redeem_password_link"},
    "portal": {"request_sign_in_link", "create_session"},
}


def models(annotation: Any) -> Iterator[type[BaseModel]]:  # noqa: ANN401  # annotations are of any kind
    """The models that an annotation is made of."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for part in get_args(annotation):
        yield from models(part)


def test_every_body_is_an_input() -> None:
    lax: set[str] = set()
    for app in slices():
        for route in iter_route_contexts(app.api.routes):
            if field := getattr(route, "body_field", None):
                found = list(models(field.field_info.annotation))
                lax |= {f"{model.__module__}.{model.__name__}" for model in found if not issubclass(model, Input)}
    assert not lax, "derive these from chassis.inputs.Input: pydantic alone takes 1 for true and '5' for a number"


def test_the_documents_say_which_operations_need_no_sign_in(root: Path) -> None:
    for api, expected in OPEN_TO_ALL.items():
        document = json.loads((root / f"docs/api/{api}.openapi.json").read_text())
        operations = [operation for path in document["paths"].values() for operation in path.values()]
        assert {one["operationId"] for one in operations if one.get("security") == []} == expected


def calls(dependant: Dependant) -> Iterator[Any]:
    """What is called for a request to a route: the route itself and all that it depends on."""
    yield dependant.call
    for inner in dependant.dependencies:
        yield from calls(inner)


def test_no_request_is_handed_to_a_thread() -> None:
    handed = {
        f"{call.__module__}.{call.__name__}"
        for app in slices()
        for route in iter_route_contexts(app.api.routes)
        if (dependant := getattr(route, "dependant", None))
        for call in calls(dependant)
        if not (iscoroutinefunction(call) or isasyncgenfunction(call) or iscoroutinefunction(type(call).__call__))
    }
    assert not handed, "write these with async def: FastAPI runs a plain function in a thread, a wake-up per request"
