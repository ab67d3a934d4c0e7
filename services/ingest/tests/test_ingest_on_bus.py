"""The whole service on the real bus: SMTP goes in, an event comes out; a request goes in, SMTP comes out."""

from collections.abc import Awaitable, Callable, Sequence
from uuid import UUID, uuid4

import aiosmtplib
import pytest
import sqlalchemy as sa
from nats.aio.client import Client

from chassis.app import App
from chassis.ids import new_id
from chassis.testing import StandIn
from chassis.testing.waiting import eventually
from contracts.envelope import PROBLEM_HEADER, headers_for
from contracts.ingest import Mailbox, MailQueued, MailReceived, SendMail, SentReference
from contracts.messages import EventMeta, Problem, Service
from contracts.tickets import MailFiled
from ingest.models import mail, outgoing_mail
from ingest.settings import Settings
from ingest.testing import ScriptedRelay

BuildApp = Callable[..., Awaitable[App]]
Start = Callable[[App], Awaitable[None]]
Rows = Callable[[App, sa.Table], Awaitable[Sequence[sa.RowMapping]]]

MAIL = b"From: Sabine <sabine@schulz.example>\r\nSubject: Hello\r\nMessage-ID: <1@schulz.example>\r\n\r\nHello.\r\n"


@pytest.fixture
async def app(build_app: BuildApp, start: Start, relay: ScriptedRelay) -> App:
    app = await build_app(relay_port=relay.port)
    await start(app)
    return app


async def test_a_mail_by_smtp_becomes_an_event_and_the_answer_closes_its_row(
    app: App, stand_in: StandIn, rows: Rows
) -> None:
    ticket_core = await stand_in(Service.TICKETS, {})
    stream = ticket_core.jetstream()
    assert isinstance(app.settings, Settings)
    async with aiosmtplib.SMTP(hostname="127.0.0.1", port=app.settings.smtp_port) as session:
        await session.sendmail("sabine@schulz.example", ["support@desk.example"], MAIL)
    consumer = await stream.pull_subscribe_bind(durable="tickets", stream="INGEST")
    [message] = await consumer.fetch(1, timeout=10)
    await message.ack()
    event = MailReceived.model_validate_json(message.data)
    assert (event.subject, event.text.strip()) == ("Hello", "Hello.")
    filed = MailFiled(mail_id=event.mail_id, outcome="ticket", ticket_id=uuid4(), number=10042)
    meta = EventMeta(id=new_id(), time=event.received_at, source="/deskstream/tickets", correlation_id="test")
    await stream.publish(filed.bus_subject(), filed.model_dump_json().encode(), headers=headers_for(filed, meta))

    async def closed() -> bool:
        return [(row["state"], row["ticket_number"]) for row in await rows(app, mail)] == [("ticket", 10042)]

    await eventually(closed)


async def ask(client: Client, question: SendMail) -> Problem | UUID:
    """Ask over the bus, as another service does."""
    message = await client.request(question.bus_subject, question.model_dump_json().encode(), timeout=5)
    if PROBLEM_HEADER in (message.headers or {}):
        return Problem.model_validate_json(message.data)
    return MailQueued.model_validate_json(message.data).outgoing_id


async def test_a_request_to_send_is_answered_at_once_and_the_mail_leaves(
    app: App, stand_in: StandIn, relay: ScriptedRelay, rows: Rows
) -> None:
    ticket_core = await stand_in(Service.TICKETS, {})
    question = SendMail(
        outgoing_id=uuid4(),
        reference=SentReference(kind="activity", id=uuid4()),
        to=(Mailbox(name="Rudolf", address="rudolf@riese.example"),),
        subject="The gate",
        text="oiled",
        message_id="gate@desk.example",
    )
    assert await ask(ticket_core, question) == question.outgoing_id
    await eventually(lambda: len(relay.mails) == 1)
    assert await ask(ticket_core, question) == question.outgoing_id

    async def accepted() -> bool:
        return [row["state"] for row in await rows(app, outgoing_mail)] == ["accepted"]

    await eventually(accepted)
    refused = await ask(ticket_core, question.model_copy(update={"outgoing_id": uuid4(), "to": ()}))
    assert isinstance(refused, Problem)
    assert refused.code == "invalid_recipient"
    consumer = await ticket_core.jetstream().pull_subscribe_bind(durable="tickets", stream="INGEST")
    [message] = await consumer.fetch(1, timeout=10)
    assert message.subject == "ingest.evt.mail_accepted.v1"
    assert len(relay.mails) == 1
