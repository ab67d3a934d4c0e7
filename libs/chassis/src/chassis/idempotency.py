"""Idempotency keys: a creation that is sent twice happens once, and both get the same answer.

The key's row is inserted first, so a second request waits for the first one's transaction and then finds its answer.
A refusal rolls the row back: the same key may be used again after the input was mended.
"""

import hashlib
from collections.abc import Awaitable, Callable, Mapping
from typing import Annotated, Any
from uuid import UUID

import orjson
import sqlalchemy as sa
from fastapi import Header, Request, Response
from fastapi.encoders import jsonable_encoder
from pydantic import BaseModel
from sqlalchemy.dialects.postgresql import insert

from chassis import tables
from chassis.database import Transaction
from chassis.problems import FieldError, Invalid

IdempotencyKey = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        min_length=1,
        max_length=255,
        description="Any unique text, a UUID for example. A repeated request with the same key has no second effect.",
    ),
]

KEPT_DAYS = 2


async def once(
    tx: Transaction,
    request: Request,
    *,
    key: str | None,
    actor_id: UUID,
    work: Callable[[], Awaitable[BaseModel | Mapping[str, object]]],
    location: Callable[[Any], str],
) -> Response:
    """Do the work unless this actor's key has done it; the answer is 201 with ``Location`` either way.

    Raises `Invalid` where the key was used for another request.
    """
    fingerprint = hashlib.sha256(
        b"\n".join((request.method.encode(), f"{request.url.path}?{request.url.query}".encode(), await request.body()))
    ).digest()
    if key is not None:
        row = {"actor_id": actor_id, "key": key, "fingerprint": fingerprint, "created_at": tx.now}
        fresh = await tx.session.scalar(
            insert(tables.idempotency_key).values(row).on_conflict_do_nothing().returning(tables.idempotency_key.c.key)
        )
        if fresh is None:
            return await _replay(tx, key=key, actor_id=actor_id, fingerprint=fingerprint)
    result = await work()
    body = orjson.dumps(jsonable_encoder(result))
    headers = {"Location": location(result)}
    if key is not None:
        await tx.session.execute(
            sa.update(tables.idempotency_key)
            .where(tables.idempotency_key.c.actor_id == actor_id, tables.idempotency_key.c.key == key)
            .values(status=201, body=body, headers=headers)
        )
    return Response(body, status_code=201, media_type="application/json", headers=headers)


async def _replay(tx: Transaction, *, key: str, actor_id: UUID, fingerprint: bytes) -> Response:
    stored = (
        await tx.session.execute(
            sa.select(tables.idempotency_key).where(
                tables.idempotency_key.c.actor_id == actor_id, tables.idempotency_key.c.key == key
            )
        )
    ).one()
    if stored.fingerprint != fingerprint:
        raise Invalid(
            "This Idempotency-Key was used for another request. Take a new key for a new request.",
            errors=[FieldError(field="header.Idempotency-Key", detail="used for another request")],
        )
    return Response(
        stored.body,
        status_code=stored.status,
        media_type="application/json",
        headers={**stored.headers, "Idempotent-Replay": "true"},
    )
