"""What schemathesis does with each call of ours: loaded by `st`, which runs as a process of its own.

Three of four calls get real ids, keys, numbers and versions where schemathesis made up valid ones, so that they come
further than to a 404. No call may end the caller's own access: it goes to nobody instead. Which of the values a call
gets depends on nothing but its place in the run.
"""

import itertools
import json
import os
from typing import Any
from uuid import UUID

import schemathesis
from schemathesis import Case, CheckContext, GenerationMode, HookContext, Response
from schemathesis.core.parameters import ParameterLocation

KNOWN: dict[str, Any] = json.loads(os.environ["DESKSTREAM_FUZZ_KNOWN"])
EVERYWHERE: dict[str, list[Any]] = KNOWN["everywhere"]
BELOW: dict[str, dict[str, list[Any]]] = KNOWN["below"]
OWN = frozenset(KNOWN["own"])
NOBODY = str(UUID(int=0))
VERSIONS = ['"1"', '"2"', '"3"']
CONFLICT, INVALID = 409, 422
ONE_OF = 4
"""One of so many calls is sent as it was made up."""

calls = itertools.count()
versions: dict[str, str] = {}


@schemathesis.hook
def before_call(_context: HookContext, case: Case[Any], _kwargs: dict[str, Any]) -> None:
    """Aim the call at what is there, and spare the caller."""
    turn = next(calls)
    if turn % ONE_OF and case.meta is not None and case.meta.phase.name.value != "stateful":  # chains have their own
        valid = {
            str(location.value)
            for location, part in case.meta.components.items()
            if part.mode is GenerationMode.POSITIVE
        }
        _aim(case, valid, turn)
    for name, value in case.path_parameters.items():
        if str(value) in OWN:
            case.path_parameters[name] = NOBODY


@schemathesis.hook
def after_call(_context: HookContext, case: Case[Any], response: Response) -> None:
    """Remember which version there is now."""
    if etag := response.headers.get("etag"):
        versions[_address(case)] = etag[0]
    elif response.status_code == CONFLICT and (current := response.json().get("current")):
        versions[_address(case)] = f'"{current.get("version", 1)}"'


def _address(case: Case[Any]) -> str:
    # What lies below a ticket has the ticket's version.
    return case.formatted_path.partition("/activities")[0]


def _aim(case: Case[Any], valid: set[str], turn: int) -> None:
    if "path" in valid:
        named = next((known for prefix, known in BELOW.items() if case.operation.path.startswith(prefix)), {})
        for name in case.path_parameters:
            if values := named.get(name) or EVERYWHERE.get(name):
                case.path_parameters[name] = values[turn % len(values)]
    # Schemathesis has no good value for If-Match itself, so `valid` may lack a header that nothing was done to.
    if getattr(case.meta and case.meta.phase.data, "parameter_location", None) is not ParameterLocation.HEADER:
        if "If-Match" in case.headers:
            case.headers["If-Match"] = versions.get(_address(case), VERSIONS[turn % len(VERSIONS)])
        if "Idempotency-Key" in case.headers:
            case.headers["Idempotency-Key"] = f"call-{turn}"
    if "body" in valid:
        _aim_body(case.body, turn)


def _aim_body(part: object, turn: int) -> None:
    match part:
        case dict():
            for name, value in part.items():
                values = EVERYWHERE.get(name)
                if values and type(value) is type(values[0]):
                    part[name] = values[turn % len(values)]
                else:
                    _aim_body(value, turn)
        case list():
            for inner in part:
                _aim_body(inner, turn)
        case _:
            pass


@schemathesis.check
def refusal_names_the_field(_context: CheckContext, response: Response, case: Case[Any]) -> None:
    """A request that breaks the schema is told where (issue 3, "Bad input"); other rules have codes of their own."""
    if response.status_code != INVALID or case.meta is None or case.meta.generation.mode is not GenerationMode.NEGATIVE:
        return
    body = response.json()
    assert body["errors"] or body["code"] != "invalid", f"422 names no field: {body['detail']}"
