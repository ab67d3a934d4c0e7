"""The desk on the real bus: from the mail to the events, and the requests that it answers and asks."""

import asyncio
from uuid import UUID

import pytest
from nats.aio.client import Client
from pydantic import SecretStr
from services.tickets.tests.conftest import Desk

from chassis import streams
from chassis.app import Role
from chassis.ids import new_id
from chassis.testing import NatsServer, RunApp, StandIn
from chassis.testing.waiting import eventually
from contracts.crm_match import ContactCard, ContactFound, GetContact
from contracts.envelope import headers_for
from contracts.ingest import MailQueued, SendMail
from contracts.messages import Event, EventMeta, Problem, Reply, Service
from contracts.tickets import DescribeTickets, TicketHeads
from tickets.desk.models import Ticket
from tickets.staff.demo import ANNA, PETRA, TOM, VIKTOR

RUDOLF, RIESE = UUID(int=1), UUID(int=2)
CARD = ContactCard(
    contact_id=RUDOLF,
    name="Rudolf Riese",
    addresses=("rudolf@riese.example", "office@riese.example"),
    language="de",
    company_id=RIESE,
    company_name="Riese GmbH",
)


@pytest.fixture
def sent() -> list[SendMail]:
    """What the mail service was asked to send."""
    return []


@pytest.fixture
async def running(desk: Desk, run_app: RunApp, stand_in: StandIn, sent: list[SendMail]) -> Desk:
    """The desk in all its roles, with a mail service and a contact service beside it."""

    async def queue(mail: SendMail) -> Reply:
        sent.append(mail)
        return MailQueued(outgoing_id=mail.outgoing_id)

    async def contact(asked: GetContact) -> Reply:
        if asked.contact_id != RUDOLF:
            return Problem(code="not_found", detail="There is no such contact.")
        return ContactFound(contact=CARD)

    await stand_in(Service.INGEST, {SendMail: queue})
    await stand_in(Service.CRM_MATCH, {GetContact: contact})
    await run_app(desk.app, Role.ALL)
    await eventually(lambda: desk.app.bus.connected)
    return desk


async def client_of(server: NatsServer, service: Service) -> Client:
    """A connection of another service."""
    user = str(service)
    return await streams.connect(
        streams.StreamSettings(nats_url=server.url, nats_user=user, nats_password=SecretStr(server.passwords[user]))
    )


async def publish(client: Client, desk: Desk, event: Event) -> None:
    """Emit an event as its owner does."""
    meta = EventMeta(id=new_id(), time=desk.clock(), source="/test", correlation_id=str(new_id()))
    await client.jetstream().publish(
        event.bus_subject(), event.model_dump_json().encode(), headers=headers_for(event, meta)
    )


async def test_a_mail_on_the_bus_becomes_a_ticket_and_its_event_reaches_whoever_listens(
    running: Desk, nats_server: NatsServer
) -> None:
    ingest = await client_of(nats_server, Service.INGEST)
    notify = await client_of(nats_server, Service.NOTIFY)
    try:
        await publish(ingest, running, running.mail())
        subscription = await notify.jetstream().pull_subscribe_bind(durable="notify", stream="TICKETS")
        (message,) = await subscription.fetch(1, timeout=10)
        assert message.subject == "tickets.evt.ticket_opened.v1.support"
        await message.ack()
    finally:
        await ingest.close()
        await notify.close()
    assert await running.count(Ticket) == 1


async def test_a_reply_leaves_without_waiting_for_the_clock(running: Desk, sent: list[SendMail]) -> None:
    await running.receive()
    await running.reply(TOM, 10_001)
    await eventually(lambda: len(sent) == 1, seconds=5)


async def test_a_notice_may_describe_only_what_its_reader_sees(running: Desk, nats_server: NatsServer) -> None:
    ticket = await running.receive()
    notify = await client_of(nats_server, Service.NOTIFY)
    try:
        found: dict[UUID, TicketHeads] = {}
        for agent_id in (TOM, PETRA):
            asked = DescribeTickets(agent_id=agent_id, ticket_ids=(ticket.id, UUID(int=9)))
            answer = await notify.request(asked.bus_subject, asked.model_dump_json().encode(), timeout=5)
            found[agent_id] = TicketHeads.model_validate_json(answer.data)
    finally:
        await notify.close()
    (head,) = found[TOM].tickets
    assert (head.reference, head.channel_name, head.status) == ("DS-10001", "Support", "New")
    assert found[PETRA].tickets == ()


async def test_an_enquiry_takes_its_contact_from_the_contact_service(running: Desk, sent: list[SendMail]) -> None:
    client = await running.browser(ANNA)
    body = {
        "kind": "enquiry",
        "channel": "sales",
        "subject": "Quote",
        "text": "20 licences, please.",
        "contact_id": str(RUDOLF),
        "owner_id": str(VIKTOR),
    }
    ticket = (await client.post("/tickets", json=body)).json()
    assert ticket["contact"] == {
        "id": str(RUDOLF),
        "name": "Rudolf Riese",
        "address": "rudolf@riese.example",
        "company_id": str(RIESE),
        "company_name": "Riese GmbH",
    }
    await running.reply(VIKTOR, 10_001)
    await eventually(lambda: len(sent) == 1)
    assert [mailbox.address for mailbox in sent[0].to] == ["rudolf@riese.example"]
    unknown = await client.post("/tickets", json=body | {"contact_id": str(RIESE)})
    assert (unknown.status_code, unknown.json()["code"]) == (422, "unknown_reference")


async def test_a_contact_can_be_given_and_taken_away(running: Desk) -> None:
    await running.receive()
    client = await running.browser(TOM)
    headers = {"If-Match": '"1"'}
    given = await client.patch("/tickets/10001", json={"contact_id": str(RUDOLF)}, headers=headers)
    assert given.json()["contact"]["company_name"] == "Riese GmbH"
    assert given.json()["activities"]["items"][0]["changes"] == [
        {"field": "contact", "from": "Sabine Schulz", "to": "Rudolf Riese"}
    ]
    taken = await client.patch("/tickets/10001", json={"contact_id": None}, headers={"If-Match": '"2"'})
    assert taken.json()["contact"] is None


async def test_a_contact_service_that_is_away_is_told_in_plain_words(desk: Desk, run_app: RunApp) -> None:
    await run_app(desk.app, Role.API)
    await eventually(lambda: desk.app.bus.connected)
    client = await desk.browser(ANNA)
    body = {"kind": "enquiry", "channel": "sales", "subject": "x", "text": "x", "contact_id": str(RUDOLF)}
    async with asyncio.timeout(10):
        response = await client.post("/tickets", json=body)
    assert (response.status_code, response.json()["code"]) == (503, "unavailable")
    assert await desk.count(Ticket) == 0
