"""The sender of the chaos tests and measurements behaves as a mail server does, against a real SMTP server."""

import asyncio
import random
from collections import Counter
from collections.abc import Awaitable, Callable
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

import pytest
from aiosmtpd.smtp import SMTP, Envelope, Session

from chassis.embedded import free_port
from chassis.embedded.ports import LOOPBACK
from deskstream_local.trial.desk import KILLABLE
from deskstream_local.trial.faults import plan
from deskstream_local.trial.letters import attachment_name, letters, tokens_in
from deskstream_local.trial.post import PostOffice, RefusedForGood

Answer = Callable[[SMTP], Awaitable[str]]


class Receiver:
    """Keeps what it gets; ``answers`` are used up before it says 250."""

    def __init__(self, *answers: str | None) -> None:
        self.kept: list[bytes] = []
        self._answers = list(answers)

    async def handle_DATA(self, server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802  # aiosmtpd
        answer = self._answers.pop(0) if self._answers else "250 kept"
        if answer is None:
            assert isinstance(server.transport, asyncio.WriteTransport)
            self.kept.append(envelope.original_content or b"")
            server.transport.abort()
            return "250 that nobody hears"
        if answer.startswith("250"):
            self.kept.append(envelope.original_content or b"")
        return answer


async def served(receiver: Receiver) -> tuple[asyncio.Server, int]:
    port = free_port()
    loop = asyncio.get_running_loop()
    return await loop.create_server(lambda: SMTP(receiver, loop=loop), LOOPBACK, port), port


def parsed(content: bytes) -> EmailMessage:
    message = message_from_bytes(content, policy=default)
    assert isinstance(message, EmailMessage)
    return message


async def test_every_letter_arrives_byte_for_byte_over_standing_connections() -> None:
    receiver = Receiver()
    server, port = await served(receiver)
    sent = list(letters(40, seed=7))
    post = PostOffice(port)

    async with server:
        await post.deliver(sent, connections=4)

    assert sorted(receiver.kept) == sorted(letter.content for letter in sent)
    assert Counter(receipt.letter.token for receipt in post.receipts) == Counter(letter.token for letter in sent)
    assert {receipt.tries for receipt in post.receipts} == {1}


async def test_a_letter_that_is_put_off_or_whose_250_is_lost_is_sent_again_unchanged() -> None:
    receiver = Receiver("451 4.3.0 not now", None)
    server, port = await served(receiver)
    [letter] = letters(1, seed=8)
    post = PostOffice(port)

    async with server:
        await post.deliver([letter], connections=1)

    assert receiver.kept == [letter.content, letter.content]
    assert [receipt.tries for receipt in post.receipts] == [3]


async def test_a_server_that_is_not_there_yet_is_waited_for() -> None:
    receiver = Receiver()
    server, port = await served(receiver)
    server.close()
    post = PostOffice(port)
    delivering = asyncio.create_task(post.deliver(letters(1, seed=9), connections=1))
    await asyncio.sleep(0.4)
    loop = asyncio.get_running_loop()

    async with await loop.create_server(lambda: SMTP(receiver, loop=loop), LOOPBACK, port):
        await delivering

    assert len(receiver.kept) == 1
    assert post.receipts[0].tries > 1


async def test_a_letter_that_is_refused_for_good_stops_the_delivery_and_has_no_receipt() -> None:
    receiver = Receiver("554 5.7.1 never")
    server, port = await served(receiver)
    [letter] = letters(1, seed=10)
    post = PostOffice(port)

    async with server:
        with pytest.raises(ExceptionGroup) as failure:
            await post.deliver([letter], connections=1)

    assert failure.group_contains(RefusedForGood)
    assert (post.receipts, post.attempted) == ([], {letter.token})


def test_a_letter_carries_its_token_in_subject_both_bodies_and_attachment_and_has_five_kilobytes() -> None:
    for letter in letters(50, seed=11, replies=0.3, senders=5):
        message = parsed(letter.content)
        plain, rich = message.get_body(("plain",)), message.get_body(("html",))
        [file] = message.iter_attachments()
        assert plain is not None
        assert rich is not None
        for text in (message["subject"], plain.get_content(), rich.get_content(), file.get_content()):
            assert tokens_in(text) == {letter.token}
        assert file.get_filename() == attachment_name(letter.token)
        assert 4_900 <= len(letter.content) <= 5_500


def test_replies_name_the_last_letter_of_the_same_sender() -> None:
    sent = list(letters(200, seed=12, replies=0.5, senders=10))
    last: dict[str, str] = {}
    answered = 0
    for letter in sent:
        before = parsed(letter.content)["in-reply-to"]
        if before is not None:
            answered += 1
            assert before == f"<{last[letter.sender]}>"
        last[letter.sender] = letter.message_id
    assert 60 <= answered <= 140


def test_a_plan_of_faults_is_repeatable_hits_every_part_and_deletes_the_store_once() -> None:
    for seed in range(50):
        faults = plan(random.Random(seed), seconds=30, kills=20, busy=[5, 17])
        assert faults == plan(random.Random(seed), seconds=30, kills=20, busy=[5, 17])
        assert {fault.target for fault in faults} == set(KILLABLE)
        assert [fault.at for fault in faults] == sorted(fault.at for fault in faults)
        [wipe] = [fault for fault in faults if fault.wipe]
        assert (wipe.target, 10 <= wipe.at <= 20) == ("nats", True)
