"""The dialogue with the relay: what each answer means for the mail, and when the relay is no use at all."""

import asyncio
from collections.abc import AsyncIterator, Callable

import pytest
from pydantic import SecretStr

from ingest.models import SendState
from ingest.sending.smtp_client import Relay, Unreachable, Verdict
from ingest.settings import Settings
from ingest.testing import ScriptedRelay

ONE, TWO = "one@riese.example", "two@riese.example"
RAW = b"Subject: The gate\r\n\r\noiled\r\n"
TAKEN = Verdict(SendState.ACCEPTED, "250 2.0.0 taken")

Connect = Callable[[int], Relay]


@pytest.fixture
async def connect() -> AsyncIterator[Connect]:
    """``connect(port)``: our side of the dialogue with the relay on this port."""
    relays: list[Relay] = []

    def make(port: int) -> Relay:
        relays.append(
            Relay(
                Settings(
                    database_url=SecretStr("postgresql+asyncpg://nobody@localhost/nothing"),
                    nats_url="nats://localhost",
                    nats_password=SecretStr(""),
                    blobs_url="memory:///",
                    relay_port=port,
                    relay_timeout=0.5,
                )
            )
        )
        return relays[-1]

    yield make
    for relay in relays:
        await relay.close()


async def test_one_connection_carries_many_mails_also_after_refusals(relay: ScriptedRelay, connect: Connect) -> None:
    ours = connect(relay.port)
    relay.answer("RCPT", "550 gone", about=TWO)
    relay.answer("DATA", "554 no", times=1)
    assert await ours.send(RAW, sender="", recipients=[ONE]) == {ONE: Verdict(SendState.FAILED, "554 no")}
    assert await ours.send(RAW, sender="", recipients=[TWO]) == {TWO: Verdict(SendState.FAILED, "550 gone")}
    for _ in range(3):
        assert await ours.send(RAW, sender="a@b.example", recipients=[ONE]) == {ONE: TAKEN}
    assert len(relay.mails) == 3
    assert relay.sessions == 1


@pytest.mark.parametrize(
    ("verb", "answer", "state"),
    [
        ("RCPT", "450 4.2.1 full", SendState.QUEUED),
        ("RCPT", "452 4.5.3 too many recipients", SendState.QUEUED),
        ("RCPT", "552 too many recipients", SendState.QUEUED),
        ("RCPT", "550 5.1.1 gone", SendState.FAILED),
        ("MAIL", "451 later", SendState.QUEUED),
        ("MAIL", "552 too large", SendState.FAILED),
        ("DATA", "451 later", SendState.QUEUED),
        ("DATA", "554 spam", SendState.FAILED),
    ],
)
async def test_the_first_digit_tells_whether_it_is_worth_another_try(
    relay: ScriptedRelay, connect: Connect, verb: str, answer: str, state: SendState
) -> None:
    relay.answer(verb, answer)
    assert await connect(relay.port).send(RAW, sender="", recipients=[ONE]) == {ONE: Verdict(state, answer)}


@pytest.mark.parametrize("answer", ["421 closing", "530 authenticate first", "535 wrong password"])
async def test_answers_about_us_are_not_held_against_the_mail(
    relay: ScriptedRelay, connect: Connect, answer: str
) -> None:
    relay.answer("MAIL", answer)
    with pytest.raises(Unreachable, match=answer):
        await connect(relay.port).send(RAW, sender="", recipients=[ONE])


@pytest.mark.parametrize("greeting", [b"554 5.7.1 Go away\r\n", b"220 relay.example\r\n"])
async def test_a_relay_that_will_not_talk_to_us_is_unreachable(connect: Connect, greeting: bytes) -> None:
    done = asyncio.Event()

    async def refuse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(greeting)
        while await reader.readline():
            writer.write(b"550 5.7.1 Go away\r\n")
        writer.close()
        done.set()

    server = await asyncio.start_server(refuse, "127.0.0.1", 0)
    with pytest.raises(Unreachable, match=r"5\.7\.1 Go away"):
        await connect(server.sockets[0].getsockname()[1]).send(RAW, sender="", recipients=[ONE])
    await asyncio.wait_for(done.wait(), 5)
    server.close()


async def test_a_line_of_dots_arrives_as_it_was(relay: ScriptedRelay, connect: Connect) -> None:
    dotted = b"Subject: x\r\n\r\n.\r\n..\r\n.end\r\n"
    await connect(relay.port).send(dotted, sender="", recipients=[ONE])
    assert relay.mails[0].raw == dotted
