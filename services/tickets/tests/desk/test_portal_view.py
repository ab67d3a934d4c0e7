"""What customers see of tickets, and what they write: only their own, only what was released (PX-02, PX-09, CV-09)."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from services.tickets.tests.conftest import Desk

from chassis.ids import new_id
from contracts.messages import Event, Problem
from contracts.portal import Author, ReplySubmitted, TicketSubmitted
from contracts.tickets import (
    ActivityAdded,
    PortalGetTicket,
    PortalListTickets,
    PortalTicket,
    PortalTicketPage,
    PortalViewer,
    SubmissionFiled,
    TicketOpened,
)
from tickets.desk.models import Submission, Ticket
from tickets.desk.portal import customer_ticket, customer_tickets
from tickets.staff.demo import ANNA, TOM

SABINE_ID, OTHER_ID = UUID(int=1), UUID(int=2)
AUTHOR = Author(contact_id=SABINE_ID, name="Sabine Schulz", address="sabine@schulz.example", company_name="Schulz")


def submitted(desk: Desk, **fields: Any) -> TicketSubmitted:
    """Sabine opens a ticket in the portal."""
    known: dict[str, Any] = {
        "submission_id": new_id(),
        "author": AUTHOR,
        "submitted_at": desk.clock(),
        "channel": "support",
        "subject": "Invoice received twice",
        "text": "Which one counts?",
    }
    return TicketSubmitted(**(known | fields))


def answered(desk: Desk, number: int, **fields: Any) -> ReplySubmitted:
    """Sabine answers in the portal."""
    known: dict[str, Any] = {
        "submission_id": new_id(),
        "author": AUTHOR,
        "contact_ids": (SABINE_ID,),
        "submitted_at": desk.clock(),
        "number": number,
        "text": "Thank you",
    }
    return ReplySubmitted(**(known | fields))


async def seen(desk: Desk, number: int, *contact_ids: UUID) -> PortalTicket | None:
    """The ticket as customers with these contacts see it."""
    async with desk.app.database.transaction() as tx:
        return await customer_ticket(tx, contact_ids or (SABINE_ID,), number, prefix="DS")


async def test_a_ticket_from_the_portal_is_a_ticket_like_any_other(desk: Desk) -> None:
    submission = submitted(desk)
    await desk.handle(submission)
    ticket = await desk.ticket(10_001)
    assert (ticket.origin, ticket.channel, ticket.status, ticket.contact_id) == ("portal", "support", "new", SABINE_ID)
    assert (ticket.contact_address, ticket.company_name) == ("sabine@schulz.example", "Schulz")
    opened, filed = await desk.events(Event)
    assert isinstance(opened, TicketOpened)
    assert isinstance(filed, SubmissionFiled)
    assert {addressee.agent_id for addressee in opened.audience} == {TOM, ANNA}
    assert (filed.submission_id, filed.number, filed.refusal) == (submission.submission_id, 10_001, None)
    reply = await desk.reply(TOM, 10_001)
    assert [mailbox["address"] for mailbox in reply.to] == ["sabine@schulz.example"]


async def test_a_submission_that_comes_twice_is_filed_once_and_told_twice(desk: Desk) -> None:
    submission = submitted(desk)
    await desk.handle(submission)
    await desk.handle(submission)
    told = [event.model_dump() for event in await desk.events(SubmissionFiled)]
    assert told[0] == told[1]
    assert (await desk.count(Ticket), await desk.count(Submission)) == (1, 1)


async def test_a_submission_for_a_channel_that_is_gone_goes_to_the_first_one(desk: Desk) -> None:
    await desk.handle(submitted(desk, channel="gone"))
    assert (await desk.ticket(10_001)).channel == "support"


async def test_an_answer_in_the_portal_reopens_the_ticket_and_is_told(desk: Desk) -> None:
    await desk.handle(submitted(desk))
    client = await desk.browser(TOM)
    await client.patch("/tickets/10001", json={"status": "successfully_closed"}, headers={"If-Match": '"1"'})
    await desk.events(Event)
    await desk.handle(answered(desk, 10_001))
    ticket = await desk.ticket(10_001)
    assert (ticket.status, ticket.closed) == ("in_progress", False)
    told = await desk.events(Event)
    added = next(event for event in told if isinstance(event, ActivityAdded))
    assert (added.kind, added.shown_outside, added.actor.id) == ("incoming", True, SABINE_ID)
    assert {addressee.agent_id for addressee in added.audience} == {TOM, ANNA}


async def test_an_answer_to_a_ticket_of_somebody_else_is_refused_as_if_there_were_none(desk: Desk) -> None:
    await desk.handle(submitted(desk))
    await desk.events(Event)
    await desk.handle(answered(desk, 10_001, contact_ids=(OTHER_ID,)))
    await desk.handle(answered(desk, 99_999))
    first, second = await desk.events(Event)
    assert isinstance(first, SubmissionFiled)
    assert isinstance(second, SubmissionFiled)
    assert (first.refusal, second.refusal) == ("not_found", "not_found")
    assert (first.number, second.number) == (None, None)
    assert len(await desk.activities(10_001)) == 1


async def test_a_customer_sees_what_was_released_and_nothing_else(desk: Desk) -> None:
    await desk.handle(submitted(desk))
    client = await desk.browser(TOM)
    await client.post("/tickets/10001/notes", json={"text": "SECRET note"})
    await client.post("/tickets/10001/calls", json={"text": "SECRET call"})
    await client.post("/tickets/10001/notes", json={"text": "A released note", "shown_outside": True})
    await client.patch(
        "/tickets/10001",
        json={"owner_id": str(TOM), "priority": "urgent", "reason": "SECRET reason"},
        headers={"If-Match": '"4"'},
    )
    await desk.reply(TOM, 10_001, text="The answer")
    await desk.reply(TOM, 10_001, text="SECRET reply", shown_outside=False)
    ticket = await seen(desk, 10_001)
    assert ticket is not None
    assert [(one.kind, one.author, one.text) for one in ticket.activities] == [
        ("from_you", "Sabine Schulz", "Which one counts?"),
        ("from_us", "Tom Kraus", "A released note"),
        ("from_us", "Tom Kraus", "The answer"),
    ]
    assert "SECRET" not in ticket.model_dump_json()
    assert (ticket.head.reference, ticket.head.status, ticket.head.closed) == ("DS-10001", "We have received it", False)


async def test_a_ticket_that_is_too_large_for_the_bus_loses_its_oldest_activities_and_says_so(desk: Desk) -> None:
    await desk.handle(submitted(desk))
    for number in range(30):
        await desk.handle(answered(desk, 10_001, text=f"{number:02} " + "ä" * 60_000))
    ticket = await seen(desk, 10_001)
    assert ticket is not None
    complete, size = ticket.complete, len(ticket.model_dump_json().encode())
    assert not complete
    assert size < 4_000_000
    texts = [activity.text[:2] for activity in ticket.activities]
    assert texts == [f"{number:02}" for number in range(30 - len(texts), 30)]
    assert len(texts) > 10


async def test_the_status_is_told_in_the_customers_words(desk: Desk) -> None:
    await desk.handle(submitted(desk))
    client = await desk.browser(TOM)
    for version, (status, words) in enumerate(
        {
            "in_progress": "We are working on it",
            "answered": "Waiting for you",
            "successfully_closed": "Done",
            "unsuccessfully_closed": "Closed",
        }.items(),
        start=1,
    ):
        await client.patch("/tickets/10001", json={"status": status}, headers={"If-Match": f'"{version}"'})
        ticket = await seen(desk, 10_001)
        assert ticket is not None
        assert (ticket.head.status, ticket.head.closed) == (words, "closed" in status)


async def test_what_happens_inside_does_not_move_the_time_that_the_customer_sees(desk: Desk) -> None:
    await desk.handle(submitted(desk))
    before = await seen(desk, 10_001)
    desk.clock.pass_by(timedelta(hours=1))
    client = await desk.browser(TOM)
    await client.post("/tickets/10001/notes", json={"text": "Inside"})
    await client.patch("/tickets/10001", json={"owner_id": str(TOM)}, headers={"If-Match": '"2"'})
    after = await seen(desk, 10_001)
    assert before is not None
    assert after is not None
    assert after.head.changed_at == before.head.changed_at
    await desk.reply(TOM, 10_001)
    answered_head = await seen(desk, 10_001)
    assert answered_head is not None
    assert answered_head.head.changed_at > before.head.changed_at


async def test_tickets_of_others_internal_ones_and_those_without_a_contact_do_not_exist(desk: Desk) -> None:
    await desk.handle(submitted(desk))
    await desk.receive()
    client = await desk.browser(TOM)
    await client.post("/tickets", json={"kind": "internal", "channel": "backend", "subject": "x", "text": "x"})
    async with desk.app.database.transaction() as tx:
        internal = sa.update(Ticket).where(Ticket.number == 10_003).values(contact_id=SABINE_ID)
        await tx.session.execute(internal)
    assert await seen(desk, 10_001, OTHER_ID) is None
    assert await seen(desk, 10_002) is None
    assert await seen(desk, 10_003) is None
    async with desk.app.database.transaction() as tx:
        page = await customer_tickets(tx, (SABINE_ID,), cursor=None, limit=50, prefix="DS")
    assert [ticket.number for ticket in page.tickets] == [10_001]
    await desk.handle(answered(desk, 10_003))
    assert (await desk.events(SubmissionFiled))[-1].refusal == "not_found"


async def test_the_customers_list_comes_page_by_page_the_newest_first(desk: Desk) -> None:
    for _ in range(5):
        await desk.handle(submitted(desk))
    await desk.reply(TOM, 10_002)
    numbers: list[int] = []
    cursor: str | None = None
    for _ in range(3):
        async with desk.app.database.transaction() as tx:
            page = await customer_tickets(tx, (SABINE_ID, OTHER_ID), cursor=cursor, limit=2, prefix="DS")
        numbers += [ticket.number for ticket in page.tickets]
        cursor = page.next
    assert (numbers, cursor) == ([10_002, 10_005, 10_004, 10_003, 10_001], None)


async def test_the_portal_is_answered_on_the_bus_and_nonsense_is_a_problem(desk: Desk) -> None:
    await desk.handle(submitted(desk))
    viewer = PortalViewer(contact_id=SABINE_ID, contact_ids=(SABINE_ID,))
    answers = desk.app.bus._answers
    async with desk.app.database.transaction() as tx:
        page = await answers[PortalListTickets](tx, PortalListTickets(viewer=viewer))
        ticket = await answers[PortalGetTicket](tx, PortalGetTicket(viewer=viewer, number=10_001))
        missing = await answers[PortalGetTicket](tx, PortalGetTicket(viewer=viewer, number=1))
        broken = await answers[PortalListTickets](tx, PortalListTickets(viewer=viewer, cursor="nonsense"))
    assert isinstance(page, PortalTicketPage)
    assert isinstance(ticket, PortalTicket)
    assert isinstance(missing, Problem)
    assert isinstance(broken, Problem)
    assert (missing.code, broken.code) == ("not_found", "invalid_cursor")
