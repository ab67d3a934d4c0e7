"""The service on a real database, with stand-ins for the ticket core and the mail service on the real bus."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa
from nats.aio.client import Client

from chassis.app import App, Role
from chassis.testing import RunApp, SettingsFor, StandIn
from contracts.ingest import MailQueued, SendMail
from contracts.messages import EventMeta, Problem, Reply, Service
from contracts.tickets import (
    ActivityAdded,
    Actor,
    ActorKind,
    Addressee,
    AgentCard,
    AgentCards,
    DescribeAgents,
    DescribeTickets,
    Reason,
    TicketEvent,
    TicketHead,
    TicketHeads,
)
from notify.main import Settings, build
from notify.models import notification

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


class Time:
    """A clock that moves when the test says so."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
def pass_by(time: Time) -> Callable[[float], None]:
    """``pass_by(2)``: two seconds go by."""

    def move(seconds: float) -> None:
        time.now += timedelta(seconds=seconds)

    return move


@pytest.fixture
async def app(settings_for: SettingsFor, time: Time) -> AsyncIterator[App]:
    """The service with a fresh database; nothing of it runs until a test says so."""
    app = build(Settings(**await settings_for(Service.NOTIFY)), clock=time)
    yield app
    await app.database.close()


@pytest.fixture
def deliver(app: App) -> Callable[..., Awaitable[None]]:
    """``await deliver(event, …)``: the service handles these as one batch."""

    async def handle(*events: TicketEvent) -> None:
        await app.bus.listener(Service.TICKETS).handle(events)

    return handle


@pytest.fixture
def rows(app: App) -> Callable[[], Awaitable[Sequence[sa.Row[Any]]]]:
    """``await rows()``: every notification, in the order of their making."""

    async def read() -> Sequence[sa.Row[Any]]:
        async with app.database.transaction() as tx:
            return (await tx.session.execute(sa.select(notification).order_by(notification.c.id))).all()

    return read


@pytest.fixture
def make_event() -> Callable[..., TicketEvent]:
    """``make_event(TicketOpened, ticket_id, told=[tom], origin="email")``: a received event, subscribers told."""

    def make(event: type[TicketEvent], ticket_id: UUID, told: Sequence[UUID] = (), /, **fields: Any) -> TicketEvent:
        known: dict[str, Any] = {
            "ticket_id": ticket_id,
            "number": 10042,
            "ticket_version": 1,
            "channel": "support",
            "status": "new",
            "owner_id": None,
            "actor": Actor(kind=ActorKind.CONTACT),
            "audience": tuple(Addressee(agent_id=each, reasons=(Reason.SUBSCRIBER,)) for each in told),
        }
        if event is ActivityAdded:
            known |= {"activity_id": uuid4(), "kind": "incoming"}
        meta = EventMeta(id=uuid4(), time=START, source="/deskstream/tickets", correlation_id="test")
        return event(**{**known, **fields}).received_with(meta)

    return make


@pytest.fixture
def agents() -> dict[UUID, AgentCard]:
    """The agents that the ticket core knows."""
    return {}


@pytest.fixture
def tickets() -> dict[UUID, TicketHead]:
    """The tickets that the ticket core knows."""
    return {}


@pytest.fixture
def hidden() -> set[tuple[UUID, UUID]]:
    """Which agent may not see which ticket."""
    return set()


@pytest.fixture
def tom(agents: dict[UUID, AgentCard]) -> UUID:
    card = AgentCard(agent_id=uuid4(), name="Tom", email="tom@desk.example", language="en", active=True)
    agents[card.agent_id] = card
    return card.agent_id


@pytest.fixture
def anna(agents: dict[UUID, AgentCard]) -> UUID:
    card = AgentCard(agent_id=uuid4(), name="Anna", email="anna@desk.example", language="de", active=True)
    agents[card.agent_id] = card
    return card.agent_id


@pytest.fixture
def make_ticket(tickets: dict[UUID, TicketHead]) -> Callable[..., UUID]:
    """``make_ticket(10042, "Printer on fire")``: the id of a ticket in Support that the ticket core knows."""

    def make(number: int, subject: str = "Printer on fire") -> UUID:
        head = TicketHead(
            ticket_id=uuid4(),
            number=number,
            reference=f"DS-{number}",
            subject=subject,
            channel="support",
            channel_name="Support",
            status="new",
        )
        tickets[head.ticket_id] = head
        return head.ticket_id

    return make


@pytest.fixture
async def ticket_core(
    stand_in: StandIn,
    agents: dict[UUID, AgentCard],
    tickets: dict[UUID, TicketHead],
    hidden: set[tuple[UUID, UUID]],
) -> Client:
    """The ticket core, as far as this service asks it; closing it is its outage."""

    async def describe_agents(question: DescribeAgents) -> Reply:
        return AgentCards(agents=tuple(agents[each] for each in question.agent_ids if each in agents))

    async def describe_tickets(question: DescribeTickets) -> Reply:
        if len(question.ticket_ids) > 200:
            return Problem(code="too_many", detail="At most 200.")
        seen = [each for each in question.ticket_ids if (question.agent_id, each) not in hidden]
        return TicketHeads(tickets=tuple(tickets[each] for each in seen if each in tickets))

    return await stand_in(Service.TICKETS, {DescribeAgents: describe_agents, DescribeTickets: describe_tickets})


@pytest.fixture
def asked_to_send() -> list[SendMail]:
    """Every request that reached the mail service, repeated ones too."""
    return []


@pytest.fixture
def refusal() -> list[str]:
    """Put a code in, and the mail service refuses with it."""
    return []


@pytest.fixture
async def mail_service(stand_in: StandIn, asked_to_send: list[SendMail], refusal: list[str]) -> Client:
    """The mail service, as far as this service asks it; closing it is its outage."""

    async def send_mail(question: SendMail) -> Reply:
        if refusal:
            return Problem(code=refusal[0], detail="Refused by the test.")
        asked_to_send.append(question)
        return MailQueued(outgoing_id=question.outgoing_id)

    return await stand_in(Service.INGEST, {SendMail: send_mail})


@pytest.fixture
async def connected(app: App, run_app: RunApp, ticket_core: Client, mail_service: Client) -> App:
    """The service on the bus without its worker: the test itself runs the jobs."""
    await run_app(app, Role.API)
    async with asyncio.timeout(10):
        while not app.bus.connected:
            await asyncio.sleep(0.01)
    return app
