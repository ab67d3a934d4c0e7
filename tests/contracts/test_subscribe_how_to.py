"""The integrator's how-to, run as it stands against the real server."""

import asyncio
import json
import os
import re
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import nats.errors
import nats.js.errors
import pytest
from nats.aio.client import Client
from pydantic import SecretStr

from chassis import streams
from chassis.embedded.nats import EmbeddedNats
from chassis.testing import NatsServer
from contracts.envelope import headers_for
from contracts.messages import EventMeta, Service
from contracts.tickets import Actor, ActorKind, MailFiled, TicketChanged, TicketEvent, TicketOpened
from contracts.topology import inbox_prefix

ROOT = Path(__file__).resolve().parents[2]
SCRIPT = ROOT / "docs" / "how-to" / "subscribe.py"
PAGE = ROOT / "docs" / "how-to" / "subscribe.md"

Connect = Callable[[str], Awaitable[Any]]
"""The fixture of conftest.py: a `Connection` as the user of this name."""


def ticket(number: int, *, channel: str = "support", status: str = "new") -> dict[str, Any]:
    """The fields that every ticket event has."""
    return {
        "ticket_id": UUID(int=number),
        "number": number,
        "ticket_version": 1,
        "channel": channel,
        "status": status,
        "owner_id": None,
        "actor": Actor(kind=ActorKind.SYSTEM),
    }


def opened(number: int, *, channel: str = "support") -> TicketOpened:
    return TicketOpened(**ticket(number, channel=channel), origin="email", activity_id=UUID(int=1))


def answered(number: int) -> TicketChanged:
    return TicketChanged(**ticket(number, status="answered"), changed=("status",))


async def emit(client: Client, event: TicketEvent | MailFiled) -> None:
    """Publish as the relay of the ticket service does."""
    meta = EventMeta(id=uuid4(), time=datetime(2026, 3, 2, tzinfo=UTC), source="tickets", correlation_id="c")
    body = event.model_dump_json().encode()
    await client.jetstream().publish(event.bus_subject(), body, headers=headers_for(event, meta), stream="TICKETS")


@asynccontextmanager
async def running(server: NatsServer) -> AsyncIterator[Callable[[], Awaitable[str]]]:
    """The script as an integrator starts it; gives a function that waits for its next line."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        str(SCRIPT),
        env={**os.environ, "NATS_URL": server.url.replace("//", f"//integrator:{server.passwords['integrator']}@")},
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdout is not None
    lines = process.stdout

    async def next_line() -> str:
        return (await asyncio.wait_for(lines.readline(), timeout=20)).decode().rstrip()

    try:
        yield next_line
    finally:
        process.terminate()
        await asyncio.wait_for(process.wait(), timeout=10)


def test_the_script_is_twenty_lines_at_most_beside_its_docstring() -> None:
    docstring, *code = [line for line in SCRIPT.read_text().splitlines() if line.strip()]
    assert docstring.startswith('"""')
    assert docstring.endswith('"""')
    assert 5 < len(code) <= 20


async def test_it_prints_number_type_and_status_of_ticket_events_only(nats: NatsServer, connect: Connect) -> None:
    tickets = (await connect(Service.TICKETS)).client
    await emit(tickets, opened(10042))
    await emit(tickets, MailFiled(mail_id=UUID(int=2), outcome="machine"))
    async with running(nats) as next_line:
        assert await next_line() == "10042 tickets.evt.ticket_opened.v1 new"
        await emit(tickets, answered(10042))
        assert await next_line() == "10042 tickets.evt.ticket_changed.v1 answered"


async def test_it_goes_on_where_it_stopped(nats: NatsServer, connect: Connect) -> None:
    tickets, operator = (await connect(Service.TICKETS)).client, (await connect("operator")).client
    await emit(tickets, opened(10042))
    async with running(nats) as next_line:
        assert await next_line() == "10042 tickets.evt.ticket_opened.v1 new"
        for _ in range(100):
            if (await operator.jsm().consumer_info("TICKETS", "wallboard")).num_ack_pending == 0:
                break
            await asyncio.sleep(0.05)
    await emit(tickets, opened(10043))
    async with running(nats) as next_line:
        assert await next_line() == "10043 tickets.evt.ticket_opened.v1 new"


@pytest.fixture
async def partner(tmp_path: Path) -> AsyncIterator[NatsServer]:
    """A server to which the operator added the page's user of one channel."""
    for name in ("nats.conf", "permissions.conf"):
        (tmp_path / name).write_text((ROOT / "deploy" / "nats" / name).read_text())
    (block,) = re.findall(r"```\n({\n  user: .*?)```", PAGE.read_text(), re.DOTALL)
    users, end, rest = (tmp_path / "permissions.conf").read_text().rpartition("  ]\n}\n")
    (tmp_path / "permissions.conf").write_text(f"{users}{block}{end}{rest}")
    passwords = {name: f"p-{name}" for name in (*Service, "operator", "integrator", "partner")}
    environment = {f"{name.upper()}_NATS_PASSWORD": password for name, password in passwords.items()}
    server = EmbeddedNats(
        tmp_path / "store", tmp_path / "nats.conf", environment={"NATS_HOST": "127.0.0.1", **environment}
    )
    server.start()
    operator = await streams.connect(
        streams.StreamSettings(nats_url=server.url, nats_password=SecretStr(passwords["operator"]))
    )
    await streams.declare(operator)
    await operator.close()
    try:
        yield NatsServer(server.url, passwords, server)
    finally:
        server.stop()


@pytest.fixture
async def login(partner: NatsServer) -> AsyncIterator[Callable[[str], Awaitable[Client]]]:
    """Connects to that server as a user; what it refuses shows by having no effect."""
    opened: list[Client] = []

    async def ignore(error: Exception) -> None:
        """Refusals, and the end of the connection where a test ends the server."""

    async def connect_as(user: str) -> Client:
        client = Client()
        password, prefix = partner.passwords[user], inbox_prefix(user).encode()
        await client.connect(
            partner.url, user=user, password=password, inbox_prefix=prefix, error_cb=ignore, allow_reconnect=False
        )
        opened.append(client)
        return client

    yield connect_as
    for client in opened:
        await client.close()


async def test_it_waits_for_a_server_that_is_away(
    partner: NatsServer, login: Callable[[str], Awaitable[Client]]
) -> None:
    tickets = await login("tickets")
    assert partner.embedded is not None
    async with running(partner) as next_line:
        await emit(tickets, opened(10042))
        assert await next_line() == "10042 tickets.evt.ticket_opened.v1 new"
        partner.embedded.kill()
        partner.embedded.start()
        await emit(await login("tickets"), opened(10043))
        assert await next_line() == "10043 tickets.evt.ticket_opened.v1 new"


ALLOWED = "tickets.evt.*.*.support"


@pytest.mark.parametrize(
    ("subject", "name"),
    [("tickets.evt.*.*.*", "partner"), ("tickets.evt.*.*.sales", "partner"), (ALLOWED, "notify"), (ALLOWED, "other")],
)
async def test_the_page_s_user_of_one_channel_gets_no_other_consumer(
    subject: str, name: str, login: Callable[[str], Awaitable[Client]]
) -> None:
    partner = await login("partner")
    with pytest.raises(nats.errors.TimeoutError):
        await partner.jetstream(timeout=0.5).pull_subscribe(subject, durable=name, stream="TICKETS")


@pytest.mark.parametrize("wider", [{"filter_subject": "tickets.evt.>"}, {"filter_subjects": ["tickets.evt.>"]}, {}])
async def test_the_page_s_user_of_one_channel_cannot_smuggle_another_filter_in_the_body(
    wider: dict[str, Any], login: Callable[[str], Awaitable[Client]]
) -> None:
    partner, operator = await login("partner"), await login("operator")
    config = {"name": "partner", "durable_name": "partner", "ack_policy": "explicit", **wider}
    body = json.dumps({"stream_name": "TICKETS", "config": config}).encode()
    answer = await partner.request(f"$JS.API.CONSUMER.CREATE.TICKETS.partner.{ALLOWED}", body, timeout=2)
    assert "error" in json.loads(answer.data)
    with pytest.raises(nats.js.errors.NotFoundError):
        await operator.jsm().consumer_info("TICKETS", "partner")


async def test_the_page_s_user_of_one_channel_reads_that_channel_only(
    login: Callable[[str], Awaitable[Client]],
) -> None:
    tickets, partner = await login("tickets"), await login("partner")
    await emit(tickets, opened(10042, channel="support"))
    await emit(tickets, opened(10043, channel="sales"))
    subscription = await partner.jetstream().pull_subscribe(ALLOWED, durable="partner", stream="TICKETS")
    messages = await subscription.fetch(10, timeout=1)
    assert [message.subject for message in messages] == ["tickets.evt.ticket_opened.v1.support"]
