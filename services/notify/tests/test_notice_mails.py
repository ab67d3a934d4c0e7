"""Mail notices on the real bus: one mail for what came together, never twice, never of what is out of sight."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa
from nats.aio.client import Client

from chassis.app import App
from chassis.testing import StandIn
from contracts.ingest import MailQueued, SendMail
from contracts.messages import Reply, Service
from contracts.tickets import (
    ActivityAdded,
    AgentCard,
    AgentCards,
    DescribeAgents,
    DescribeTickets,
    TicketChanged,
    TicketEvent,
    TicketHeads,
    TicketOpened,
)
from notify import operations
from notify.jobs import MailRoom
from notify.main import Settings

QUIET = 2
"""Seconds: the default of the setting."""


@dataclass(frozen=True)
class Desk:
    """The service with its mail room, and what happens around it."""

    app: App
    room: MailRoom
    deliver: Callable[..., Awaitable[None]]
    make_event: Callable[..., TicketEvent]
    make_ticket: Callable[..., UUID]
    pass_by: Callable[[float], None]
    rows: Callable[[], Awaitable[Sequence[sa.Row[Any]]]]
    sent: list[SendMail]
    """Every request that reached the mail service."""

    async def news(self, number: int, *told: UUID) -> UUID:
        """A customer writes on a ticket of this number, which is new to us; returns the ticket's id."""
        ticket = self.make_ticket(number)
        await self.deliver(self.make_event(ActivityAdded, ticket, told, number=number))
        return ticket

    async def mail(self) -> int:
        """It gets quiet, and the mail room does its work; returns how many mails left."""
        self.pass_by(QUIET)
        await self.room.bundle()
        return await self.room.send()

    async def states(self) -> list[str]:
        """How far the mail for each notice is, in the order of the notices."""
        return [row.mail_state for row in await self.rows()]


@pytest.fixture
def desk(
    connected: App,
    deliver: Callable[..., Awaitable[None]],
    make_event: Callable[..., TicketEvent],
    make_ticket: Callable[..., UUID],
    pass_by: Callable[[float], None],
    rows: Callable[[], Awaitable[Sequence[sa.Row[Any]]]],
    asked_to_send: list[SendMail],
) -> Desk:
    assert isinstance(connected.settings, Settings)
    room = MailRoom(connected, connected.settings)
    return Desk(connected, room, deliver, make_event, make_ticket, pass_by, rows, asked_to_send)


async def test_a_new_ticket_is_mailed_after_a_quiet_time_and_says_why(desk: Desk, tom: UUID) -> None:
    event = desk.make_event(TicketOpened, desk.make_ticket(10042), [tom], origin="email", activity_id=uuid4())
    await desk.deliver(event)
    assert await desk.room.bundle() == 0
    desk.pass_by(QUIET)
    assert await desk.room.bundle() == 1
    assert await desk.room.send() == 1
    [mail] = desk.sent
    assert [to.address for to in mail.to] == ["tom@desk.example"]
    assert mail.subject == "[DS-10042] New ticket: Printer on fire"
    assert "because you are a Standard subscriber of Support" in mail.text
    assert mail.automatic
    [row] = await desk.rows()
    assert mail.outgoing_id == row.mail_id == operations.bundle_id([row.id])
    assert row.mail_state == "sent"
    assert await desk.mail() == 0


async def test_what_comes_together_is_one_mail_for_each_agent_in_his_language(
    desk: Desk, tom: UUID, anna: UUID
) -> None:
    for number in (1, 2, 3):
        await desk.news(number, tom, anna)
    assert await desk.mail() == 2
    assert {mail.to[0].address: mail.subject for mail in desk.sent} == {
        "tom@desk.example": "3 notices on 3 tickets",
        "anna@desk.example": "3 Neuigkeiten zu 3 Tickets",
    }


async def test_a_stream_of_news_waits_for_quiet_but_not_for_ever(desk: Desk, tom: UUID) -> None:
    bundled_after = None
    for second in range(40):
        await desk.news(second, tom)
        if await desk.room.bundle():
            bundled_after = second
            break
        desk.pass_by(1)
    assert bundled_after == 30
    assert await desk.room.send() == 1


async def test_what_an_agent_may_not_see_any_more_is_dropped(
    desk: Desk, hidden: set[tuple[UUID, UUID]], tom: UUID, anna: UUID
) -> None:
    secret = await desk.news(1, tom, anna)
    harmless = await desk.news(2, anna)
    desk.pass_by(QUIET)
    await desk.room.bundle()
    hidden |= {(tom, secret), (anna, secret)}
    await desk.room.send()
    [mail] = desk.sent
    assert mail.to[0].address == "anna@desk.example"
    assert "DS-2" in mail.subject
    assert "DS-1" not in mail.subject + mail.text
    states = {(row.agent_id, row.ticket_id): row.mail_state for row in await desk.rows()}
    assert states == {(tom, secret): "dropped", (anna, secret): "dropped", (anna, harmless): "sent"}


async def test_an_agent_who_left_or_is_unknown_gets_no_mail(
    desk: Desk, agents: dict[UUID, AgentCard], tom: UUID
) -> None:
    agents[tom] = agents[tom].model_copy(update={"active": False})
    await desk.news(1, tom, uuid4())
    await desk.mail()
    assert desk.sent == []
    assert set(await desk.states()) == {"dropped"}


async def test_a_crash_between_sending_and_marking_sends_the_same_mail_and_later_news_another(
    desk: Desk, stand_in: StandIn, mail_service: Client, tom: UUID
) -> None:
    """The mail service stores the mail and its answer is lost: to us that is a crash before the mark."""
    await mail_service.close()

    async def store_and_say_nothing(question: SendMail) -> Reply:
        desk.sent.append(question)
        raise ConnectionResetError

    silent = await stand_in(Service.INGEST, {SendMail: store_and_say_nothing})
    await desk.news(1, tom)
    assert await desk.mail() == 0
    await silent.close()
    await stand_in(Service.INGEST, {SendMail: storing(desk.sent)})
    await desk.news(2, tom)
    assert await desk.mail() == 1
    assert await desk.mail() == 1
    first, repeated, later = desk.sent
    assert first.model_dump() == repeated.model_dump()
    assert first.outgoing_id != later.outgoing_id
    assert ("DS-1" in first.subject, "DS-2" in later.subject) == (True, True)
    assert await desk.states() == ["sent", "sent"]


async def test_mails_of_a_worker_that_died_are_taken_over_after_the_lease(desk: Desk, tom: UUID) -> None:
    await desk.news(1, tom)
    desk.pass_by(QUIET)
    await desk.room.bundle()
    async with desk.app.database.transaction() as tx:
        assert len(await operations.claim_mails(tx)) == 1
    assert await desk.room.send() == 0
    desk.pass_by(60)
    assert await desk.room.send() == 1
    assert len(desk.sent) == 1


async def test_an_hour_without_the_mail_service_ends_in_two_mails_and_loses_nothing(
    desk: Desk, mail_service: Client, stand_in: StandIn, tom: UUID
) -> None:
    await mail_service.close()
    for number in range(1, 31):
        await desk.news(number, tom)
        desk.pass_by(118)
        assert await desk.mail() == 0
    await stand_in(Service.INGEST, {SendMail: storing(desk.sent)})
    desk.pass_by(60)
    assert await desk.room.send() == 1
    assert await desk.mail() == 1
    assert [mail.subject for mail in desk.sent] == [
        "[DS-1] The customer wrote: Printer on fire",
        "29 notices on 29 tickets",
    ]
    assert await desk.states() == ["sent"] * 30


async def test_without_the_ticket_core_mails_wait(
    desk: Desk, ticket_core: Client, stand_in: StandIn, agents: dict[UUID, AgentCard], tom: UUID
) -> None:
    await ticket_core.close()
    await desk.news(1, tom)
    assert await desk.mail() == 0
    assert await desk.states() == ["bundled"]

    async def describe_agents(_question: DescribeAgents) -> Reply:
        return AgentCards(agents=tuple(agents.values()))

    async def describe_nothing(_question: DescribeTickets) -> Reply:
        return TicketHeads(tickets=())

    await stand_in(Service.TICKETS, {DescribeAgents: describe_agents, DescribeTickets: describe_nothing})
    desk.pass_by(60)
    assert await desk.room.send() == 1
    assert await desk.states() == ["dropped"]


async def test_a_refused_address_is_given_up_at_once(desk: Desk, refusal: list[str], tom: UUID) -> None:
    refusal.append("invalid_recipient")
    await desk.news(1, tom)
    await desk.mail()
    assert await desk.states() == ["dropped"]


async def test_another_refusal_is_tried_for_a_day(desk: Desk, refusal: list[str], tom: UUID) -> None:
    refusal.append("no_account")
    await desk.news(1, tom)
    for hours in (0, 12):
        desk.pass_by(hours * 3600)
        await desk.mail()
        assert await desk.states() == ["bundled"]
    desk.pass_by(12.1 * 3600)
    await desk.mail()
    assert await desk.states() == ["dropped"]


async def test_a_second_event_of_a_version_that_was_mailed_is_no_second_mail(desk: Desk, tom: UUID) -> None:
    ticket = await desk.news(1, tom)
    await desk.mail()
    await desk.deliver(desk.make_event(TicketChanged, ticket, [tom], changed=("status",)))
    assert await desk.mail() == 0
    assert len(desk.sent) == 1


async def test_old_notifications_are_forgotten_with_their_mails(desk: Desk, tom: UUID) -> None:
    await desk.news(1, tom)
    await desk.mail()
    desk.pass_by(179 * 86400)
    await desk.news(2, tom)
    assert await desk.room.forget() == 0
    desk.pass_by(2 * 86400)
    assert await desk.room.forget() == 1
    assert [row.number for row in await desk.rows()] == [2]
    async with desk.app.database.transaction() as tx:
        assert await tx.session.scalar(sa.text("SELECT count(*) FROM notice_mail")) == 0


def storing(sent: list[SendMail]) -> Callable[[SendMail], Awaitable[Reply]]:
    """A mail service that is well again."""

    async def store(question: SendMail) -> Reply:
        sent.append(question)
        return MailQueued(outgoing_id=question.outgoing_id)

    return store
