"""A desk that serves HTTP on a port of its own, and browsers that hold live streams open."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import httpx
import pytest
import uvicorn
from services.tickets.tests.conftest import Desk

from chassis.app import App, Role
from chassis.auth import SESSION_COOKIE
from chassis.embedded.ports import free_port
from chassis.run import Server, process_app
from tickets.staff import access


@dataclass
class Told:
    """An event of a stream: its name and its data."""

    name: str
    data: dict[str, Any]


@dataclass
class Listener:
    """A browser's stream: what it was told, and where it stands."""

    response: httpx.Response
    task: "asyncio.Task[None]"
    told: list[Told] = field(default_factory=list)
    last_event_id: str = ""
    retry: int = 0
    comments: int = 0
    over: bool = False
    _news: asyncio.Event = field(default_factory=asyncio.Event)

    def named(self, name: str) -> list[dict[str, Any]]:
        """The data of all events with this name."""
        return [told.data for told in self.told if told.name == name]

    async def until(self, name: str, *, count: int = 1, seconds: float = 10) -> list[dict[str, Any]]:
        """Wait for so many events with this name. Raises TimeoutError."""
        await self.until_true(lambda: len(self.named(name)) >= count, seconds=seconds)
        return self.named(name)

    async def until_true(self, condition: Callable[[], bool], *, seconds: float = 10) -> None:
        """Wait until what was told makes this true. Raises TimeoutError."""
        async with asyncio.timeout(seconds):
            while not condition():
                self._news.clear()
                await self._news.wait()

    async def until_over(self, *, seconds: float = 10) -> None:
        """Wait until the server has ended the stream. Raises TimeoutError."""
        await self.until_true(lambda: self.over, seconds=seconds)

    async def close(self) -> None:
        """Close the tab."""
        self.task.cancel()
        with suppress(asyncio.CancelledError):
            await self.task

    async def read(self) -> None:
        """Take the stream apart as a browser does (HTML standard, §9.2.6)."""
        name = ""
        data: list[str] = []
        try:
            async for line in self.response.aiter_lines():
                head, _, value = line.partition(": ")
                if not line:
                    if data:
                        self.told.append(Told(name or "message", json.loads("\n".join(data))))
                    name, data = "", []
                elif head == "event":
                    name = value
                elif head == "data":
                    data.append(value)
                elif head == "id":
                    self.last_event_id = value
                elif head == "retry":
                    self.retry = int(value)
                else:
                    assert line.startswith(":"), line
                    self.comments += 1
                self._news.set()
        except httpx.HTTPError:
            pass
        finally:
            self.over = True
            self._news.set()
            await self.response.aclose()


@dataclass
class LiveDesk:
    """A process of the desk, and the browsers at it."""

    desk: Desk
    app: App
    server: Server
    url: str
    serving: "asyncio.Task[None]"
    stack: AsyncExitStack

    async def secret(self, agent_id: UUID) -> str:
        """Sign an agent in."""
        async with self.app.database.transaction() as tx:
            account = access.Account(agent_id=agent_id, active=True, password_hash=None)
            browser = access.Browser(user_agent="test", address="192.0.2.7")
            secret = await access.start_session(tx, account, browser=browser)
        assert secret is not None
        return secret

    async def client(self, agent_id: UUID, *, secret: str | None = None) -> httpx.AsyncClient:
        """A browser of an agent over a real connection."""
        cookie = f"{SESSION_COOKIE}={secret or await self.secret(agent_id)}"
        client = httpx.AsyncClient(
            base_url=f"{self.url}/api/v1",
            headers={"Sec-Fetch-Site": "same-origin", "Cookie": cookie},
            timeout=30,
            trust_env=False,
            limits=httpx.Limits(max_connections=None),
        )
        return await self.stack.enter_async_context(client)

    async def listen(
        self,
        agent_id: UUID,
        *,
        last_event_id: str | None = None,
        client: httpx.AsyncClient | None = None,
        ready: bool = True,
    ) -> Listener:
        """Open a stream and wait until it is ready."""
        client = client or await self.client(agent_id)
        headers = {} if last_event_id is None else {"Last-Event-ID": last_event_id}
        response = await client.send(client.build_request("GET", "/live", headers=headers), stream=True)
        assert response.status_code == 200, await response.aread()
        listener = Listener(response, asyncio.create_task(asyncio.sleep(0)))
        listener.task = asyncio.create_task(listener.read())
        self.stack.push_async_callback(listener.close)
        if ready:
            await listener.until_true(lambda: bool(listener.named("ready") and listener.last_event_id))
        return listener

    async def stop(self) -> None:
        """Stop the process as SIGTERM does."""
        self.server.should_exit = True
        await asyncio.wait([self.serving], timeout=20)
        assert self.serving.done(), "the process does not stop while streams are open"


Serve = Callable[..., Awaitable[LiveDesk]]


@pytest.fixture
async def serve(desk: Desk) -> AsyncIterator[Serve]:
    """``await serve(app)``: a process of the service that serves HTTP."""
    async with AsyncExitStack() as stack:

        async def start(app: App | None = None, role: Role = Role.API) -> LiveDesk:
            serving = app or desk.app
            port = free_port()
            config = uvicorn.Config(
                process_app(serving, role), port=port, log_config=None, lifespan="on", timeout_graceful_shutdown=15
            )
            server = Server(config, serving)
            task = asyncio.create_task(server._serve())
            live = LiveDesk(desk, serving, server, f"http://127.0.0.1:{port}", task, stack)
            stack.push_async_callback(live.stop)
            async with asyncio.timeout(10):
                while not server.started:
                    await asyncio.sleep(0.01)
            return live

        yield start


@pytest.fixture
async def live(serve: Serve) -> LiveDesk:
    """One process."""
    return await serve()
