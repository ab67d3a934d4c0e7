"""A desk on a database of its own: the demo's agents and channels, mails that arrive, and browsers of agents."""

import json
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar
from uuid import UUID

import httpx
import pytest
import sqlalchemy as sa

from chassis import tables
from chassis.app import App
from chassis.auth import SESSION_COOKIE
from chassis.ids import new_id
from chassis.testing import SettingsFor
from contracts.envelope import meta_from
from contracts.ingest import MailAccepted, Mailbox, MailKind, MailReceived, SentReference
from contracts.messages import EVENTS, Event, EventMeta, Service
from tickets import demo
from tickets.desk.models import Activity, Ticket, TicketMail
from tickets.main import Settings, build
from tickets.staff import access
from tickets.staff.demo import AGENTS
from tickets.staff.operations import create_agent

E = TypeVar("E", bound=Event)

SABINE = Mailbox(name="Sabine Schulz", address="sabine@schulz.example")
SUPPORT = Mailbox(name="", address="support@desk.example")


class DeskClock:
    """The time of a desk: it moves on by a millisecond whenever somebody looks, and by more when a test says so."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        self.now += timedelta(milliseconds=1)
        return self.now

    def pass_by(self, time: timedelta) -> None:
        self.now += time


@dataclass
class Desk:
    """The service, not running, and what a test does with it."""

    app: App
    clock: DeskClock
    stack: AsyncExitStack
    _read: int = field(default=0)

    def mail(self, **fields: Any) -> MailReceived:
        """A mail of Sabine's to Support; ``fields`` say what is different."""
        mail_id = fields.pop("mail_id", None) or new_id()
        text = fields.pop("text", f"Hello {mail_id}")
        known: dict[str, Any] = {
            "mail_id": mail_id,
            "account": "support",
            "account_address": "support@desk.example",
            "channel": "support",
            "received_at": self.clock(),
            "kind": MailKind.HUMAN,
            "kind_reason": "no header says otherwise",
            "message_id": f"{mail_id}@schulz.example",
            "sender": SABINE,
            "to": (SUPPORT,),
            "subject": "Invoice received twice",
            "sent_at": None,
            "text": text,
            "raw_sha256": mail_id.hex * 2,
        }
        return MailReceived(**(known | fields))

    async def handle(self, *events: Event) -> None:
        """Deliver events, as one batch of their stream."""
        for event in events:
            event.received_with(
                EventMeta(id=new_id(), time=self.clock.now, source="/test", correlation_id=str(new_id()))
            )
        await self.app.bus.listener(Service(events[0].owner)).handle(events)

    async def receive(self, **fields: Any) -> Ticket:
        """A mail arrives; gives the ticket that it is in."""
        mail = self.mail(**fields)
        await self.handle(mail)
        return await self.ticket_of(mail)

    async def ticket_of(self, mail: MailReceived) -> Ticket:
        """The ticket that a mail was filed in."""
        async with self.app.database.transaction() as tx:
            statement = sa.select(Ticket).join(Activity, Activity.ticket_id == Ticket.id)
            return (await tx.session.scalars(statement.where(Activity.mail_id == mail.mail_id))).one()

    async def ticket(self, number: int) -> Ticket:
        """The ticket as it is now."""
        async with self.app.database.transaction() as tx:
            return (await tx.session.scalars(sa.select(Ticket).where(Ticket.number == number))).one()

    async def activities(self, number: int) -> Sequence[Activity]:
        """Its activities, the oldest first."""
        async with self.app.database.transaction() as tx:
            statement = sa.select(Activity).join(Ticket, Activity.ticket_id == Ticket.id)
            return (await tx.session.scalars(statement.where(Ticket.number == number).order_by(Activity.id))).all()

    async def count(self, model: type[Any]) -> int:
        """How many rows of a model there are."""
        async with self.app.database.transaction() as tx:
            return await tx.session.scalar(sa.select(sa.func.count()).select_from(model)) or 0

    async def events(self, kind: type[E]) -> list[E]:
        """The events of a class that were emitted since the last call; `Event` stands for all classes."""
        async with self.app.database.transaction() as tx:
            rows = (
                await tx.session.execute(
                    sa.select(tables.outbox).where(tables.outbox.c.seq > self._read).order_by(tables.outbox.c.seq)
                )
            ).all()
        self._read = max((row.seq for row in rows), default=self._read)
        events = [
            EVENTS[".".join(row.subject.split(".")[:4])]
            .model_validate(json.loads(row.body))
            .received_with(meta_from(row.headers))
            for row in rows
        ]
        return [event for event in events if isinstance(event, kind)]

    async def browser(self, agent_id: UUID) -> httpx.AsyncClient:
        """A browser in which the agent is signed in."""
        async with self.app.database.transaction() as tx:
            account = access.Account(agent_id=agent_id, active=True, password_hash=None)
            secret = await access.start_session(
                tx, account, browser=access.Browser(user_agent="test", address="192.0.2.7")
            )
        client = httpx.AsyncClient(
            transport=httpx.ASGITransport(self.app.api, raise_app_exceptions=False, client=("192.0.2.7", 40_000)),
            base_url="https://desk.example/api/v1",
            headers={"Sec-Fetch-Site": "same-origin", "Cookie": f"{SESSION_COOKIE}={secret}"},
        )
        return await self.stack.enter_async_context(client)

    async def reply(self, agent_id: UUID, number: int, **fields: Any) -> Activity:
        """An agent answers; gives the activity."""
        client = await self.browser(agent_id)
        response = await client.post(f"/tickets/{number}/replies", json={"text": "An answer"} | fields)
        assert response.status_code == 201, response.text
        async with self.app.database.transaction() as tx:
            return await tx.session.get_one(Activity, UUID(response.json()["id"]))

    async def accept(self, activity: Activity, *recipients: str) -> None:
        """A mail server takes an activity's mail over."""
        addresses = recipients or tuple(mailbox["address"] for mailbox in (*activity.to, *activity.cc))
        await self.handle(
            MailAccepted(
                outgoing_id=await self.outgoing_id(activity),
                reference=SentReference(kind="activity", id=activity.id),
                message_id=activity.message_id or "",
                recipients=addresses,
            )
        )

    async def outgoing_id(self, activity: Activity) -> UUID:
        """How the mail service knows an activity's mail."""
        async with self.app.database.transaction() as tx:
            statement = sa.select(TicketMail.id).where(TicketMail.activity_id == activity.id)
            return (await tx.session.scalars(statement)).one()


@pytest.fixture
async def desk(settings_for: SettingsFor) -> AsyncIterator[Desk]:
    """A desk with the demo's agents and channels, and without tickets."""
    clock = DeskClock()
    app = build(Settings(**await settings_for(Service.TICKETS), mail_domain="desk.example"), clock=clock)
    async with app.database.transaction() as tx:
        for agent_id, fields in AGENTS.items():
            await create_agent(tx, fields, password_hash=None, agent_id=agent_id)
        await demo.seed_channels(tx)
    async with AsyncExitStack() as stack:
        desk = Desk(app, clock, stack)
        await desk.events(Event)  # what the demo's channels and subscriptions told is no test's
        yield desk
    await app.database.close()
