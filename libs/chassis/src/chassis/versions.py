"""Versions of what is changed over HTTP: ``ETag`` on reads, ``If-Match`` on changes; no update is lost (TS-02)."""

import re
from typing import Annotated

from fastapi import Depends, Header
from pydantic import WithJsonSchema

from chassis.problems import Conflict, FieldError, Invalid, PreconditionRequired

_VERSION = re.compile(r'(?:W/)?"(\d{1,9})"')


class StaleVersion(Conflict):
    """Somebody else changed it in the meantime; ``current`` shows it as it is now."""

    code, title = "stale_version", "Changed in the meantime"


def etag(version: int) -> str:
    """The value of the header ``ETag`` for a version: the number in quotation marks (RFC 9110 §8.8.3)."""
    return f'"{version}"'


async def expected_version(
    if_match: Annotated[
        str | None,
        Header(
            alias="If-Match",
            max_length=40,
            description='The version that the change is based on, as its ETag said: "3".',
        ),
        WithJsonSchema({"type": "string", "pattern": r'^"\d{1,9}"$'}),
    ] = None,
) -> int:
    """The version in ``If-Match``. Raises `PreconditionRequired` without one and `Invalid` for anything else.

    A weak tag counts, because a proxy that compresses may have weakened ours.
    """
    if if_match is None:
        raise PreconditionRequired('Send the header If-Match with the ETag of what you read, for example "3".')
    found = _VERSION.fullmatch(if_match.strip())
    if found is None:
        raise Invalid(
            'The header If-Match holds the version in quotation marks, for example "3".',
            errors=[FieldError(field="header.If-Match", detail="no version in quotation marks")],
        )
    return int(found[1])


IfMatch = Annotated[int, Depends(expected_version)]
"""The version that a change is based on."""
