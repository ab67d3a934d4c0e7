"""What a signed-in customer reads and writes, with the ticket core and without it."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
import sqlalchemy as sa
from nats.aio.client import Client

from chassis import tables
from chassis.app import App
from contracts.crm_match import ContactCard
from contracts.messages import EventMeta, Service
from contracts.portal import ReplySubmitted, TicketSubmitted
from contracts.tickets import SubmissionFiled
from portal.queries import Access

SignedIn = Callable[[ContactCard], Awaitable[httpx.AsyncClient]]


async def emitted(app: App) -> Sequence[sa.Row[Any]]:
    """What is in the outbox."""
    async with app.database.transaction() as tx:
        return (await tx.session.execute(sa.select(tables.outbox).order_by(tables.outbox.c.seq))).all()


async def filed(app: App, event: SubmissionFiled) -> None:
    """The ticket core tells that a submission reached its end."""
    meta = EventMeta(id=uuid4(), time=app.database.clock(), source="/deskstream/tickets", correlation_id="test")
    await app.bus.listener(Service.TICKETS).handle([event.received_with(meta)])


async def test_a_customer_sees_their_own_tickets_the_newest_change_first(
    customer: SignedIn, sabine: ContactCard, rudolf: ContactCard
) -> None:
    page = (await (await customer(sabine)).get("/tickets")).json()
    assert [ticket["reference"] for ticket in page["items"]] == ["DS-2", "DS-1"]
    assert page["next"] is None
    page = (await (await customer(rudolf)).get("/tickets")).json()
    assert [ticket["reference"] for ticket in page["items"]] == ["DS-3"]


async def test_pages_follow_each_other(customer: SignedIn, sabine: ContactCard) -> None:
    client = await customer(sabine)
    first = (await client.get("/tickets", params={"limit": 1})).json()
    second = (await client.get("/tickets", params={"limit": 1, "cursor": first["next"]})).json()
    assert [ticket["number"] for ticket in first["items"] + second["items"]] == [2, 1]
    assert second["next"] is None
    answer = await client.get("/tickets", params={"cursor": "nonsense"})
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_cursor")


async def test_a_customer_reads_a_ticket_with_what_was_released(customer: SignedIn, sabine: ContactCard) -> None:
    answer = await (await customer(sabine)).get("/tickets/1")
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    assert answer.json()["subject"] == "Ticket 1"
    assert [(said["kind"], said["text"]) for said in answer.json()["activities"]] == [("from_you", "It burns.")]


@pytest.mark.parametrize("number", [3, 4711, 2**62])
async def test_somebody_elses_ticket_is_as_unknown_as_one_that_does_not_exist(
    customer: SignedIn, connected: App, sabine: ContactCard, number: int
) -> None:
    client = await customer(sabine)
    for answer in (
        await client.get(f"/tickets/{number}"),
        await client.post(f"/tickets/{number}/replies", json={"text": "hello"}),
    ):
        assert (answer.status_code, answer.json()["code"]) == (404, "ticket_not_found")
        assert answer.json()["detail"] == "You have no ticket with this number."
    assert await emitted(connected) == []


@pytest.mark.parametrize("path", ["/session", "/tickets", "/tickets/1", "/channels", f"/submissions/{UUID(int=1)}"])
async def test_nobody_reads_without_signing_in(browser: Callable[[], Awaitable[httpx.AsyncClient]], path: str) -> None:
    client = await browser()
    assert (await client.get(path)).status_code == 401
    client.cookies.set("__Host-deskstream-portal", "A" * 43)
    assert (await client.get(path)).status_code == 401
    assert (await client.get(path, headers={"Authorization": "Bearer ds_x"})).status_code == 401


async def test_an_answer_is_stored_and_told_with_who_wrote_it(
    connected: App, customer: SignedIn, sabine: ContactCard
) -> None:
    client = await customer(sabine)
    answer = await client.post("/tickets/1/replies", json={"text": "It still burns.\r\nHelp!"})
    assert answer.status_code == 201
    sent = answer.json()
    assert (sent["kind"], sent["state"], sent["number"], sent["refusal"]) == ("reply", "submitted", 1, None)
    assert answer.headers["location"] == f"/portal/api/v1/submissions/{sent['id']}"
    [row] = await emitted(connected)
    event = ReplySubmitted.model_validate_json(row.body)
    assert row.subject == "portal.evt.reply_submitted.v1"
    assert (str(event.submission_id), event.number) == (sent["id"], 1)
    assert event.text == "It still burns.\nHelp!"
    assert event.contact_ids == (sabine.contact_id,)
    assert event.author.model_dump() == {
        "contact_id": sabine.contact_id,
        "name": "Sabine Schulz",
        "address": "sabine@schulz.example",
        "company_id": sabine.company_id,
        "company_name": "Familie Schulz",
    }


async def test_a_new_ticket_goes_to_a_channel_that_the_customer_may_use(
    connected: App, customer: SignedIn, sabine: ContactCard
) -> None:
    client = await customer(sabine)
    assert (await client.get("/channels")).json() == {"items": [{"key": "sales"}, {"key": "support"}]}
    answer = await client.post("/tickets", json={"channel": "support", "subject": " Fire ", "text": "It burns."})
    assert answer.status_code == 201
    assert (answer.json()["kind"], answer.json()["number"]) == ("ticket", None)
    [row] = await emitted(connected)
    event = TicketSubmitted.model_validate_json(row.body)
    assert (event.channel, event.subject, event.text) == ("support", "Fire", "It burns.")
    assert event.author.contact_id == sabine.contact_id


@pytest.mark.parametrize("channel", ["backend", "recruitment"])
async def test_a_channel_that_is_read_only_or_not_theirs_takes_no_ticket(
    connected: App, customer: SignedIn, sabine: ContactCard, channel: str
) -> None:
    client = await customer(sabine)
    answer = await client.post("/tickets", json={"channel": channel, "subject": "x", "text": "y"})
    assert (answer.status_code, answer.json()["code"]) == (422, "channel_not_usable")
    assert await emitted(connected) == []


async def test_a_submission_is_followed_to_its_ticket_or_its_refusal(
    connected: App, customer: SignedIn, sabine: ContactCard
) -> None:
    client = await customer(sabine)
    ticket = (await client.post("/tickets", json={"channel": "support", "subject": "x", "text": "y"})).json()
    reply = (await client.post("/tickets/1/replies", json={"text": "y"})).json()
    assert (await client.get(f"/submissions/{ticket['id']}")).json()["state"] == "submitted"
    end = SubmissionFiled(submission_id=ticket["id"], ticket_id=uuid4(), number=10042)
    await filed(connected, end)
    await filed(connected, SubmissionFiled(submission_id=reply["id"], refusal="ticket_not_found"))
    await filed(connected, SubmissionFiled(submission_id=uuid4(), number=1))
    await filed(connected, end.model_copy(update={"number": 7}))
    assert (await client.get(f"/submissions/{ticket['id']}")).json() == {**ticket, "state": "filed", "number": 10042}
    assert (await client.get(f"/submissions/{reply['id']}")).json() == {
        **reply,
        "state": "refused",
        "refusal": "ticket_not_found",
    }


async def test_another_customers_submission_is_not_found(
    customer: SignedIn, sabine: ContactCard, rudolf: ContactCard
) -> None:
    hers, his = await customer(sabine), await customer(rudolf)
    sent = (await hers.post("/tickets/1/replies", json={"text": "y"})).json()
    assert (await hers.get(f"/submissions/{sent['id']}")).status_code == 200
    answer = await his.get(f"/submissions/{sent['id']}")
    assert (answer.status_code, answer.json()["code"]) == (404, "submission_not_found")


async def test_without_the_ticket_core_reading_is_not_possible_and_writing_is(
    connected: App, customer: SignedIn, ticket_core: Client, sabine: ContactCard
) -> None:
    client = await customer(sabine)
    await ticket_core.close()
    for path in ("/tickets", "/tickets/1"):
        answer = await client.get(path)
        assert (answer.status_code, answer.json()["code"]) == (503, "tickets_not_readable")
        assert answer.headers["retry-after"] == "5"
        assert answer.headers["content-type"] == "application/problem+json"
    reply = await client.post("/tickets/1/replies", json={"text": "It still burns."})
    ticket = await client.post("/tickets", json={"channel": "support", "subject": "x", "text": "y"})
    assert (reply.status_code, ticket.status_code) == (201, 201)
    assert reply.json()["state"] == ticket.json()["state"] == "submitted"
    assert (await client.get(f"/submissions/{reply.json()['id']}")).json() == reply.json()
    assert [row.subject for row in await emitted(connected)] == [
        "portal.evt.reply_submitted.v1",
        "portal.evt.ticket_submitted.v1",
    ]


async def test_fifty_requests_with_one_key_are_one_answer(
    connected: App, customer: SignedIn, sabine: ContactCard, rudolf: ContactCard
) -> None:
    client = await customer(sabine)
    headers = {"Idempotency-Key": "a-key"}
    answers = await asyncio.gather(
        *(client.post("/tickets/1/replies", json={"text": "once"}, headers=headers) for _ in range(50))
    )
    assert {(answer.status_code, answer.content) for answer in answers} == {(201, answers[0].content)}
    assert len(await emitted(connected)) == 1
    other = await client.post("/tickets/1/replies", json={"text": "twice"}, headers=headers)
    assert other.status_code == 422
    his = await (await customer(rudolf)).post("/tickets/3/replies", json={"text": "mine"}, headers=headers)
    assert his.status_code == 201
    assert len(await emitted(connected)) == 2


NO_ANSWERS: list[dict[str, object]] = [
    {},
    {"text": ""},
    {"text": " \n\t "},
    {"text": "nul \x00"},
    {"text": "escape \x1b[2J"},
    {"text": "x" * 50_001},
    {"text": 5},
    {"text": "x", "channel": "support"},
]
NO_SUBJECTS = ["", "   ", "x" * 201, "a\r\nBcc: b@c.example", "nul \x00"]


async def test_an_answer_that_is_empty_too_long_or_no_text_is_refused(
    connected: App, customer: SignedIn, sabine: ContactCard
) -> None:
    client = await customer(sabine)
    for body in NO_ANSWERS:
        answer = await client.post("/tickets/1/replies", json=body)
        assert (answer.status_code, answer.json()["code"]) == (422, "invalid"), body
    assert await emitted(connected) == []


async def test_a_subject_is_one_line_of_text(customer: SignedIn, sabine: ContactCard) -> None:
    client = await customer(sabine)
    for subject in NO_SUBJECTS:
        answer = await client.post("/tickets", json={"channel": "support", "subject": subject, "text": "y"})
        assert answer.status_code == 422, subject


async def test_an_access_without_the_section_shows_no_tickets_and_takes_none(
    customer: SignedIn, administrator: httpx.AsyncClient, access: Access, sabine: ContactCard
) -> None:
    client = await customer(sabine)
    await administrator.patch(
        f"/api/v1/external-accesses/{access.id}", json={"sections": []}, headers={"If-Match": '"1"'}
    )
    body = {"channel": "support", "subject": "x", "text": "y"}
    for answer in (
        await client.get("/tickets"),
        await client.get("/tickets/1"),
        await client.get("/channels"),
        await client.post("/tickets/1/replies", json={"text": "y"}),
        await client.post("/tickets", json=body),
    ):
        assert (answer.status_code, answer.json()["code"]) == (403, "section_off")
    assert (await client.get("/session")).json()["sections"] == []


async def test_an_access_for_companies_shows_the_tickets_of_colleagues_while_they_are_colleagues(
    connected: App,
    customer: SignedIn,
    administrator: httpx.AsyncClient,
    access: Access,
    contacts: dict[UUID, ContactCard],
    sabine: ContactCard,
    rudolf: ContactCard,
) -> None:
    hers = await customer(sabine)
    await administrator.patch(
        f"/api/v1/external-accesses/{access.id}", json={"visibility": "company"}, headers={"If-Match": '"1"'}
    )
    assert (await hers.get("/tickets/3")).status_code == 404
    contacts[rudolf.contact_id] = rudolf.model_copy(update={"company_id": sabine.company_id})
    assert [ticket["number"] for ticket in (await hers.get("/tickets")).json()["items"]] == [3, 2, 1]
    assert (await hers.get("/tickets/3")).status_code == 200
    assert (await hers.post("/tickets/3/replies", json={"text": "For Rudolf."})).status_code == 201
    [row] = await emitted(connected)
    event = ReplySubmitted.model_validate_json(row.body)
    assert set(event.contact_ids) == {sabine.contact_id, rudolf.contact_id}
    contacts[rudolf.contact_id] = rudolf
    assert (await hers.get("/tickets/3")).status_code == 404


async def test_without_the_contact_service_an_access_for_companies_shows_nothing_and_others_go_on(
    customer: SignedIn,
    administrator: httpx.AsyncClient,
    access: Access,
    contact_service: Client,
    sabine: ContactCard,
) -> None:
    client = await customer(sabine)
    await contact_service.close()
    assert (await client.get("/tickets")).status_code == 200
    await administrator.patch(
        f"/api/v1/external-accesses/{access.id}", json={"visibility": "company"}, headers={"If-Match": '"1"'}
    )
    answer = await client.get("/tickets")
    assert (answer.status_code, answer.json()["code"]) == (503, "contacts_not_readable")
    ticket = await client.post("/tickets", json={"channel": "support", "subject": "x", "text": "y"})
    assert ticket.status_code == 201
