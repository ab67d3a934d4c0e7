"""One open stream: what waits for its client, and the response that sends it."""

import asyncio
import time
from collections import deque
from collections.abc import Callable, Iterable

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from chassis.http import EVENT_STREAM
from contracts.tickets import Authenticated, Permission
from tickets.live import frames

MOST_WAITING = 64 * 1024
"""Bytes that wait for a client that does not read; then it is told to read anew instead."""

HEADERS = (
    (b"content-type", EVENT_STREAM),
    (b"cache-control", b"no-store"),
    (b"x-accel-buffering", b"no"),
)
"""Nothing on the way may keep it, and a proxy like nginx hands it on at once."""


class Stream:
    """The stream of one browser tab. Whatever ends it calls `end`."""

    __slots__ = ("_bytes", "_ended", "_frames", "_wake", "counters_due", "opened_at", "sent_at", "served", "who")

    def __init__(self, who: Authenticated) -> None:
        self.who = who
        self.counters_due = False
        self.served = False
        self.opened_at = self.sent_at = time.monotonic()
        self._frames: deque[bytes] = deque()
        self._bytes = 0
        self._ended = False
        self._wake = asyncio.Event()

    @property
    def waiting(self) -> int:
        """Bytes that the client has not taken yet."""
        return self._bytes

    @property
    def ended(self) -> bool:
        """Whether nothing more will come."""
        return self._ended

    @property
    def told_notifications(self) -> bool:
        """Whether the agent may hear of their notifications here."""
        return Permission.NOTIFICATIONS_READ in self.who.permissions

    def begin(self, first: Iterable[bytes]) -> None:
        """Put these before everything that has come since the stream was opened."""
        self._frames.extendleft(reversed([*first]))
        self._bytes = sum(map(len, self._frames))

    def push(self, *told: bytes) -> None:
        """Send these as soon as the client takes them. Who takes too little is told to read anew instead."""
        if self._ended:
            return
        size = sum(map(len, told))
        if self._bytes + size > MOST_WAITING:
            self._frames.clear()
            self._bytes = 0
            # The last of them is where the client stands then, if it says so at all.
            told = (frames.resync("slow"), *(each for each in told[-1:] if each.startswith(b"id: ")))
            size = sum(map(len, told))
        self._frames.extend(told)
        self._bytes += size
        self._wake.set()

    def end(self, *last: bytes) -> None:
        """Send these and no more."""
        if not self._ended:
            self._frames.extend(last)
            self._ended = True
            self._wake.set()

    async def chunk(self) -> bytes | None:
        """All that waits, as soon as anything does; None at the end."""
        while not self._frames:
            if self._ended:
                return None
            self._wake.clear()
            await self._wake.wait()
        taken = b"".join(self._frames)
        self._frames.clear()
        self._bytes = 0
        return taken


class LiveResponse(Response):
    """Sends a stream until it ends or its client is gone; ``on_gone`` is called then."""

    media_type = "text/event-stream"

    def __init__(self, stream: Stream, *, on_gone: Callable[[Stream], None]) -> None:
        super().__init__()
        self._stream = stream
        self._on_gone = on_gone

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002  # as ASGI has it
        """Serve the client."""
        self._stream.served = True
        watching = asyncio.create_task(self._until_gone(receive))
        try:
            await send({"type": "http.response.start", "status": 200, "headers": [*HEADERS]})
            while (chunk := await self._stream.chunk()) is not None:
                self._stream.sent_at = time.monotonic()
                await send({"type": "http.response.body", "body": chunk, "more_body": True})
            await send({"type": "http.response.body", "body": b""})
        finally:
            self._on_gone(self._stream)
            watching.cancel()

    async def _until_gone(self, receive: Receive) -> None:
        while (await receive())["type"] != "http.disconnect":
            pass
        self._stream.end()
