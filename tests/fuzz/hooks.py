"""What schemathesis does with each call of ours: loaded by `st`, which runs as a process of its own.

Calls that would end the caller's own access go to nobody instead. `sign_out` has no id to exchange, so it is left out of
the run (`test_apis.LEFT_OUT`); the tests of the sign-in call it.
"""

import os
from typing import Any
from uuid import UUID

import schemathesis
from schemathesis import Case, CheckContext, GenerationMode, HookContext, Response

OWN = frozenset(os.environ.get("DESKSTREAM_FUZZ_OWN", "").split(","))
NOBODY = str(UUID(int=0))
INVALID = 422


@schemathesis.hook
def before_call(_context: HookContext, case: Case, _kwargs: dict[str, Any]) -> None:
    """Spare the caller: another agent, another session and another token is as good."""
    for name, value in case.path_parameters.items():
        if str(value) in OWN:
            case.path_parameters[name] = NOBODY


@schemathesis.check
def refusal_names_the_field(_context: CheckContext, response: Response, case: Case) -> None:
    """A request that breaks the schema is told where (issue 3, "Bad input")."""
    if response.status_code != INVALID or case.meta is None or case.meta.generation.mode is not GenerationMode.NEGATIVE:
        return
    body = response.json()
    assert body["errors"], f"422 {body['code']} names no field: {body['detail']}"
