"""Mails that can be taken back: before their time they become drafts, afterwards they have left (item 3)."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest
import sqlalchemy as sa
from services.tickets.tests.conftest import SABINE, Desk

from chassis.app import Role
from chassis.testing import RunApp, StandIn
from contracts.ingest import Mailbox, MailQueued, SendMail
from contracts.messages import Event, Reply, Service
from contracts.tickets import TicketChanged
from tickets.desk.jobs import send_mail
from tickets.desk.models import KnownMessage, Participant, RecipientState, TicketMail
from tickets.desk.portal import customer_ticket
from tickets.staff.demo import ANNA, TOM, VIKTOR

ANSWER = {"text": "Number one counts.", "html": "<p>Number one counts.</p>", "undo_seconds": 10}


async def answered(client: httpx.AsyncClient, **fields: Any) -> dict[str, Any]:
    """A reply that can be taken back."""
    response = await client.post("/tickets/10001/replies", json=ANSWER | fields)
    assert response.status_code == 201, response.text
    activity: dict[str, Any] = response.json()
    return activity


async def take_back(client: httpx.AsyncClient, activity_id: str, number: int = 10_001) -> httpx.Response:
    return await client.post(f"/tickets/{number}/activities/{activity_id}/withdraw")


async def history(client: httpx.AsyncClient, number: int = 10_001) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = (await client.get(f"/tickets/{number}")).json()["activities"]["items"]
    return items


@pytest.fixture
def outbox() -> list[SendMail]:
    return []


@pytest.fixture
async def connected(desk: Desk, outbox: list[SendMail], stand_in: StandIn, run_app: RunApp) -> Desk:
    """A desk on the bus, with a mail service beside it that only remembers."""

    async def queue(mail: SendMail) -> Reply:
        outbox.append(mail)
        return MailQueued(outgoing_id=mail.outgoing_id)

    await stand_in(Service.INGEST, {SendMail: queue})
    await run_app(desk.app, Role.API)
    async with asyncio.timeout(10):
        while not desk.app.bus.connected:
            await asyncio.sleep(0.01)
    return desk


async def test_a_mail_waits_for_its_time_and_leaves_then(connected: Desk, outbox: list[SendMail]) -> None:
    await connected.receive()
    client = await connected.browser(TOM)
    activity = await answered(client)
    assert activity["undo_until"] is not None
    assert await send_mail(connected.app) == 0
    connected.clock.pass_by(timedelta(seconds=11))
    assert await send_mail(connected.app) == 1
    assert [mail.text for mail in outbox] == ["Number one counts."]
    refused = await take_back(client, activity["id"])
    assert (refused.status_code, refused.json()["code"]) == (409, "already_sent")
    assert await connected.count(RecipientState) == 1


async def test_a_mail_that_is_taken_back_never_leaves_and_is_a_draft_again(
    connected: Desk, outbox: list[SendMail]
) -> None:
    await connected.receive()
    client = await connected.browser(TOM)
    activity = await answered(client, cc=[{"address": "max@schulz.example"}])
    await connected.events(Event)
    back = await take_back(client, activity["id"])
    assert back.status_code == 200, back.text
    draft = back.json()["draft"]
    assert (draft["kind"], draft["recovered"], draft["ticket"]["number"]) == ("reply", True, 10_001)
    assert (draft["content"]["text"], draft["content"]["html"]) == (ANSWER["text"], ANSWER["html"])
    assert draft["content"]["cc"] == [{"name": "", "address": "max@schulz.example"}]
    (event,) = await connected.events(Event)
    assert isinstance(event, TicketChanged)
    assert (event.changed, event.ticket_version, event.audience) == (("activities",), 3, ())
    connected.clock.pass_by(timedelta(minutes=1))
    assert await send_mail(connected.app) == 0
    assert outbox == []


async def test_of_a_mail_that_was_taken_back_only_the_fact_remains(desk: Desk) -> None:
    await desk.receive()
    client = await desk.browser(TOM)
    activity = await answered(client, to=[{"address": "wrong@elsewhere.example"}])
    await take_back(client, activity["id"])
    (stub, _) = await history(client)
    assert stub["withdrawn_at"] is not None
    assert (stub["text"], stub["html"], stub["to"], stub["deliveries"]) == ("", None, [], [])
    assert stub["shown_outside"] is False
    assert (await desk.count(RecipientState), await desk.count(KnownMessage)) == (0, 1)
    again = await take_back(client, activity["id"])
    assert (again.status_code, again.json()["code"]) == (409, "already_withdrawn")


async def test_who_was_written_to_by_mistake_takes_no_part_in_the_ticket(desk: Desk) -> None:
    """MT-05: only participants' mails are added to a ticket."""
    await desk.receive()
    client = await desk.browser(TOM)
    both = [{"address": "wrong@elsewhere.example"}, {"address": SABINE.address}]
    activity = await answered(client, to=both)
    assert await desk.count(Participant) == 2
    await take_back(client, activity["id"])
    stranger = await desk.receive(
        sender=Mailbox(name="", address="wrong@elsewhere.example"), subject="RE: [DS-10001] Invoice"
    )
    assert stranger.number != 10_001
    assert (await desk.receive(subject="RE: [DS-10001] Invoice")).number == 10_001


async def test_only_its_author_takes_a_mail_back(desk: Desk) -> None:
    await desk.receive()
    activity = await answered(await desk.browser(TOM))
    refused = await take_back(await desk.browser(ANNA), activity["id"])
    assert (refused.status_code, refused.json()["code"]) == (403, "not_the_author")
    hidden = await take_back(await desk.browser(VIKTOR), activity["id"])
    assert (hidden.status_code, hidden.json()["code"]) == (404, "ticket_not_found")


async def test_a_mail_without_undo_cannot_be_taken_back(desk: Desk) -> None:
    await desk.receive()
    client = await desk.browser(TOM)
    activity = await answered(client, undo_seconds=0)
    assert activity["undo_until"] is None
    assert (await take_back(client, activity["id"])).json()["code"] == "already_sent"


async def test_what_an_agent_prefers_counts_where_the_request_says_nothing(desk: Desk) -> None:
    await desk.receive()
    client = await desk.browser(TOM)
    assert (await client.get("/writing-preferences")).json() == {"undo_seconds": None}
    plain = await client.post("/tickets/10001/replies", json={"text": "At once."})
    assert plain.json()["undo_until"] is None
    await client.put("/writing-preferences", json={"undo_seconds": 30})
    later = (await client.post("/tickets/10001/replies", json={"text": "Later."})).json()
    assert (await take_back(client, later["id"])).status_code == 200
    refused = await client.put("/writing-preferences", json={"undo_seconds": 61})
    assert refused.status_code == 422


async def test_status_and_owner_that_came_with_the_mail_go_back_with_it(desk: Desk) -> None:
    await desk.receive()
    client = await desk.browser(TOM)
    activity = await answered(client, then={"status": "successfully_closed", "owner_id": str(TOM)})
    ticket = await desk.ticket(10_001)
    assert (ticket.status, ticket.owner_id, ticket.version) == ("successfully_closed", TOM, 2)
    await take_back(client, activity["id"])
    ticket = await desk.ticket(10_001)
    assert (ticket.status, ticket.owner_id, ticket.version, ticket.closed_at) == ("new", None, 3, None)


async def test_a_status_that_somebody_changed_since_stays(desk: Desk) -> None:
    await desk.receive()
    client = await desk.browser(TOM)
    activity = await answered(client, then={"status": "successfully_closed"})
    await client.patch("/tickets/10001", json={"status": "in_progress"}, headers={"If-Match": '"2"'})
    await take_back(client, activity["id"])
    assert (await desk.ticket(10_001)).status == "in_progress"


async def test_a_ticket_that_the_mail_opened_stays_and_its_draft_becomes_its_first_mail(desk: Desk) -> None:
    """CW-04: the number is given, so the ticket stays."""
    client = await desk.browser(VIKTOR)
    new = {
        "kind": "email",
        "channel": "sales",
        "subject": "Your quote",
        "text": "Here it is.",
        "to": [{"address": "rudolf@riese.example"}],
        "undo_seconds": 20,
    }
    ticket = (await client.post("/tickets", json=new)).json()
    back = await take_back(client, ticket["activities"]["items"][0]["id"])
    draft = back.json()["draft"]
    assert draft["content"]["to"][0]["address"] == "rudolf@riese.example"
    sent = await client.post(f"/drafts/{draft['id']}/send", headers={"If-Match": '"1"'})
    assert sent.status_code == 201, sent.text
    mails = await history(client)
    assert [mail["subject"] for mail in mails] == ["[DS-10001] Your quote", None]
    assert mails[0]["to"] == [{"name": "", "address": "rudolf@riese.example"}]


async def test_a_customer_sees_an_answer_in_the_portal_only_when_it_cannot_be_taken_back(desk: Desk) -> None:
    ticket = await desk.receive()
    contact = UUID("01900000-0000-7000-8000-0000000c1001")
    async with desk.app.database.transaction() as tx:
        (await tx.session.get_one(type(ticket), ticket.id)).contact_id = contact

    async def shown() -> int:
        async with desk.app.database.transaction() as tx:
            found = await customer_ticket(tx, [contact], 10_001, prefix="DS")
            assert found is not None
            return len(found.activities)

    client = await desk.browser(TOM)
    await answered(client)
    assert await shown() == 1
    desk.clock.pass_by(timedelta(seconds=11))
    assert await shown() == 2


async def test_of_many_who_take_a_mail_back_one_gets_it_and_one_draft_is_made(desk: Desk) -> None:
    await desk.receive()
    client = await desk.browser(TOM)
    activity = await answered(client)
    answers = await asyncio.gather(*(take_back(client, activity["id"]) for _ in range(6)))
    assert sorted(answer.status_code for answer in answers) == [200] + [409] * 5
    assert len((await client.get("/drafts")).json()["items"]) == 1
    assert (await desk.ticket(10_001)).version == 3


async def test_between_the_job_and_the_agent_exactly_one_wins(connected: Desk, outbox: list[SendMail]) -> None:
    """The time runs out while both reach for the mail, again and again."""
    await connected.receive()
    client = await connected.browser(TOM)
    outcomes = set()
    for round_ in range(12):
        outbox.clear()
        activity = await answered(client, undo_seconds=1)
        connected.clock.pass_by(timedelta(milliseconds=980))

        async def job() -> None:
            for _ in range(40):
                await send_mail(connected.app)

        async def agent(wait: float, activity_id: str) -> httpx.Response:
            await asyncio.sleep(wait)
            return await take_back(client, activity_id)

        _, response = await asyncio.gather(job(), agent(round_ * 0.004, activity["id"]))
        connected.clock.pass_by(timedelta(seconds=2))
        await send_mail(connected.app)
        left = len(outbox)
        assert (response.status_code, left) in {(200, 0), (409, 1)}, (round_, response.text, left)
        outcomes.add(response.status_code)
    assert outcomes == {200, 409}


async def test_a_mail_that_may_have_been_handed_over_cannot_be_taken_back(desk: Desk) -> None:
    """A job had the mail locked and ended without a word: nobody knows whether the mail service has it."""
    await desk.receive()
    client = await desk.browser(TOM)
    activity = await answered(client)
    async with desk.app.database.transaction() as tx:
        theirs = TicketMail.activity_id == UUID(activity["id"])
        await tx.session.execute(sa.select(TicketMail.id).where(theirs).with_for_update())
        pending = asyncio.create_task(take_back(client, activity["id"]))
        await asyncio.sleep(0.3)
    assert (await pending).json()["code"] == "already_sent"
