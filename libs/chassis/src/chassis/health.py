"""What a process tells about itself: alive, ready, and its metrics. Open to the inside only; the edge routes none."""

import asyncio
from collections.abc import Awaitable
from typing import TYPE_CHECKING

import orjson
import sqlalchemy as sa
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from chassis import tables

if TYPE_CHECKING:
    from chassis.app import App

MAX_RELAY_LAG = 30.0
"""Seconds that an event may wait for its publication before the service calls itself not ready."""

CHECK_TIMEOUT = 3.0


async def check(app: "App") -> dict[str, str]:
    """Each part of the process and its state: ``ok``, or what is wrong in plain words.

    Events that wait are the worker's trouble: an API that answers must not be taken away because of them.
    """
    parts = {
        "database": await _tried(app.database.ping()),
        "bus": "ok" if app.bus.connected else "the NATS server cannot be reached",
    }
    return parts if app.role == "api" else {**parts, "relay": await _tried(_relay(app))}


async def _relay(app: "App") -> None:
    async with app.database.transaction() as tx:
        waiting = sa.select(tables.outbox.c.created_at).where(tables.outbox.c.published_at.is_(None))
        oldest = await tx.session.scalar(waiting.order_by(tables.outbox.c.seq).limit(1))
    if oldest is not None and (waiting := (tx.now - oldest).total_seconds()) > MAX_RELAY_LAG:
        raise TimeoutError(f"the oldest event waits {waiting:.0f} s for its publication")


async def _tried(work: Awaitable[None]) -> str:
    try:
        await asyncio.wait_for(work, CHECK_TIMEOUT)
    except Exception as error:  # noqa: BLE001  # whatever it is, it is the answer
        return f"{type(error).__name__}: {error}"[:300]
    return "ok"


def operations(app: "App") -> Starlette:
    """``/health/live``, ``/health/ready`` and ``/metrics``."""

    async def live(_request: Request) -> Response:
        return Response(b'{"status":"ok"}', media_type="application/json")

    async def ready(_request: Request) -> Response:
        parts = await check(app)
        well = all(state == "ok" for state in parts.values())
        body = orjson.dumps({"status": "ok" if well else "not ready", "parts": parts})
        return Response(body, status_code=200 if well else 503, media_type="application/json")

    async def metrics(_request: Request) -> Response:
        return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)

    return Starlette(routes=[Route("/health/live", live), Route("/health/ready", ready), Route("/metrics", metrics)])
