"""The whole portal on the real bus: ask for a link, sign in, answer, and learn that the answer is filed."""

import asyncio
from uuid import uuid4

import httpx
from nats.aio.client import Client

from chassis.app import App, Role
from chassis.http import with_edge
from chassis.testing import RunApp
from contracts.crm_match import ContactCard
from contracts.envelope import headers_for
from contracts.ingest import SendMail
from contracts.messages import EventMeta, Service
from contracts.portal import ReplySubmitted
from contracts.tickets import SubmissionFiled
from portal.queries import Access


async def test_a_customer_signs_in_by_mail_and_their_answer_travels_to_the_ticket_core(
    app: App,
    access: Access,
    run_app: RunApp,
    contact_service: Client,
    mail_service: Client,
    ticket_core: Client,
    mails: list[SendMail],
    sabine: ContactCard,
) -> None:
    await run_app(app, Role.ALL)
    edge = with_edge(app.api, service="portal", body_limit=app.settings.body_limit)
    transport = httpx.ASGITransport(edge)
    headers = {"X-Deskstream-Client": "test"}
    async with httpx.AsyncClient(
        transport=transport, base_url="https://desk.example/portal/api/v1", headers=headers
    ) as client:
        await client.post("/sign-in-links", json={"email": "sabine@schulz.example"})
        async with asyncio.timeout(15):
            while not mails:
                await asyncio.sleep(0.05)
        token = mails[0].text.split("#")[1].split()[0]
        assert (await client.post("/session", json={"token": token})).status_code == 201
        sent = (await client.post("/tickets/1/replies", json={"text": "It still burns."})).json()

        stream = ticket_core.jetstream()
        reader = await stream.pull_subscribe_bind(durable=str(Service.TICKETS), stream="PORTAL")
        [message] = await reader.fetch(1, timeout=15)
        event = ReplySubmitted.model_validate_json(message.data)
        assert (str(event.submission_id), event.author.contact_id) == (sent["id"], sabine.contact_id)

        filed = SubmissionFiled(submission_id=event.submission_id, ticket_id=uuid4(), number=1)
        meta = EventMeta(id=uuid4(), time=app.database.clock(), source="/deskstream/tickets", correlation_id="test")
        await stream.publish(filed.bus_subject(), filed.model_dump_json().encode(), headers=headers_for(filed, meta))
        async with asyncio.timeout(15):
            while (await client.get(f"/submissions/{sent['id']}")).json()["state"] != "filed":
                await asyncio.sleep(0.05)
