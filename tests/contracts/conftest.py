"""Connections to the real server as its users, which remember what the server refused."""

import re
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field

import pytest
from nats.aio.client import Client

from chassis.testing import NatsServer
from contracts.topology import inbox_prefix

REFUSAL = re.compile(r'permissions violation for (publish|subscription) to "([^"]+)"')


@dataclass(frozen=True, kw_only=True)
class Connection:
    """A user's connection; ``refusals`` are the (action, subject in lower case) that the server refused."""

    user: str
    client: Client = field(default_factory=Client)
    refusals: list[tuple[str, str]] = field(default_factory=list)

    async def remember(self, error: Exception) -> None:
        """Called for every error that the server reports."""
        found = REFUSAL.search(str(error))
        assert found is not None, f"the server reports something else than a refusal: {error}"
        self.refusals.append((found[1], found[2]))

    async def settle(self) -> None:
        """Wait until the server has judged all that was sent.

        One flush is not enough: the PING of nats-py 2.16 overtakes what waits in its own buffer.
        """
        await self.client.flush()
        await self.client.flush()

    def was_refused(self, action: str, subject: str) -> bool:
        """Whether the server refused this; nats-py gives its errors in lower case."""
        return (action, subject.lower()) in self.refusals

    async def may_publish(self, subject: str, payload: bytes = b"") -> bool:
        """Publish, and tell whether the server let it through."""
        await self.client.publish(subject, payload)
        await self.settle()
        return not self.was_refused("publish", subject)

    async def may_subscribe(self, subject: str, queue: str = "") -> bool:
        """Subscribe, and tell whether the server let it; ends the subscription."""
        subscription = await self.client.subscribe(subject, queue=queue)
        await self.settle()
        refused = self.was_refused("subscription", subject)
        if not refused:
            await subscription.unsubscribe()
        return not refused


Connect = Callable[[str], Awaitable[Connection]]


@pytest.fixture
async def connect(nats: NatsServer) -> AsyncIterator[Connect]:
    """``await connect("tickets")``: a connection as this user, closed after the test."""
    opened: list[Connection] = []

    async def open_connection(user: str) -> Connection:
        connection = Connection(user=user)
        await connection.client.connect(
            nats.url,
            user=user,
            password=nats.passwords[user],
            inbox_prefix=inbox_prefix(user).encode(),
            error_cb=connection.remember,
            allow_reconnect=False,
        )
        opened.append(connection)
        return connection

    yield open_connection
    for connection in opened:
        await connection.client.close()
