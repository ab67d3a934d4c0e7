"""The demo desk: agents, four channels with their subscribers, and one ticket of each kind (TC-01)."""

from dataclasses import dataclass
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from chassis.database import Transaction
from contracts.tickets import Actor, ActorKind
from tickets.channels import effective
from tickets.channels.models import Channel
from tickets.channels.models_groups import DirectSubscription
from tickets.channels.queries import channel_facts
from tickets.channels.rules.words import SubjectNumber, Subscribed
from tickets.database import table_of
from tickets.desk.journal import Journal, next_numbers
from tickets.desk.models import Participant, Ticket
from tickets.desk.records import NewActivity, NewTicket
from tickets.desk.rules.words import Kind, Origin, Priority
from tickets.staff import demo as staff
from tickets.staff.demo import ADA, ANNA, DORA, PETRA, TOM, VIKTOR

CHANNELS = {"support": "Support", "sales": "Sales", "backend": "Backend", "recruitment": "Recruitment"}
SUBSCRIPTIONS = {
    "support": {TOM: Subscribed.STANDARD, ANNA: Subscribed.STANDARD, ADA: Subscribed.INFORMAL},
    "sales": {VIKTOR: Subscribed.STANDARD, ANNA: Subscribed.INFORMAL, ADA: Subscribed.INFORMAL},
    "backend": {TOM: Subscribed.STANDARD, DORA: Subscribed.STANDARD, ADA: Subscribed.INFORMAL},
    "recruitment": {PETRA: Subscribed.STANDARD},
}
SIGN_INS: tuple[tuple[str, str, str], ...] = tuple(
    (agent.name, agent.email, str(agent.role)) for agent in staff.AGENTS.values()
)
"""Name, address and role of each agent who can sign in."""

RUDOLF_RIESE = UUID("01900000-0000-7000-8000-0000000c1002")
RIESE_GMBH = UUID("01900000-0000-7000-8000-0000000c0002")


@dataclass(frozen=True, kw_only=True)
class _Sample:
    """A ticket of the demo; ``agent`` is who opened it, None for the customer's own mail."""

    id: UUID
    channel: str
    origin: Origin
    subject: str
    text: str
    agent: UUID | None = None
    owner: UUID | None = None
    priority: Priority = Priority.NORMAL
    contact_id: UUID | None = None
    contact_name: str | None = None
    contact_address: str | None = None
    company_id: UUID | None = None
    company_name: str | None = None


SAMPLES = (
    _Sample(
        id=UUID("01900000-0000-7000-8000-0000000d0001"),
        channel="support",
        origin=Origin.EMAIL,
        subject="Invoice received twice",
        text="Hello,\n\nwe have got invoice 2026-118 twice. Which one counts?\n\nKind regards\nFrieda Fröhlich\n",
        contact_name="Frieda Fröhlich",
        contact_address="frieda@froehlich.example",
    ),
    _Sample(
        id=UUID("01900000-0000-7000-8000-0000000d0002"),
        channel="recruitment",
        origin=Origin.EMAIL,
        subject="Application as a service technician",
        text="Dear Ms Personal,\n\nplease find my application below.\n\nKind regards\nBen Bewerber\n",
        contact_name="Ben Bewerber",
        contact_address="ben@bewerber.example",
    ),
    _Sample(
        id=UUID("01900000-0000-7000-8000-0000000d0003"),
        channel="backend",
        origin=Origin.INTERNAL,
        subject="Error 500 when an invoice is exported",
        text="The export ends with error 500 for invoices of more than 200 lines. It began with the last release.",
        agent=TOM,
        owner=DORA,
        priority=Priority.HIGH,
    ),
    _Sample(
        id=UUID("01900000-0000-7000-8000-0000000d0004"),
        channel="sales",
        origin=Origin.ENQUIRY,
        subject="Quote for 20 more licences",
        text="Mr Riese called. He needs a quote for 20 more licences before the end of the month.",
        agent=ANNA,
        owner=VIKTOR,
        contact_id=RUDOLF_RIESE,
        contact_name="Rudolf Riese",
        contact_address="rudolf@riese.example",
        company_id=RIESE_GMBH,
        company_name="Riese GmbH",
    ),
)


async def seed(tx: Transaction, *, password: str) -> None:
    """Create what is not there yet; channels that were changed stay as they are."""
    await staff.seed(tx, password=password)
    await seed_channels(tx)
    there = set(await tx.session.scalars(sa.select(Ticket.id).where(Ticket.id.in_([one.id for one in SAMPLES]))))
    missing = [sample for sample in SAMPLES if sample.id not in there]
    numbers = await next_numbers(tx, len(missing))
    journal = Journal(tx, await channel_facts(tx, CHANNELS))
    for sample, number in zip(missing, numbers, strict=True):
        _open(tx, journal, sample, number)
    await journal.write()
    participants = [
        {"ticket_id": sample.id, "address": sample.contact_address} for sample in missing if sample.contact_address
    ]
    if participants:
        await tx.session.execute(sa.insert(table_of(Participant)), participants)


async def seed_channels(tx: Transaction) -> None:
    """Create the channels that are not there yet, with their subscribers."""
    rows = [
        {
            "key": key,
            "name": name,
            "workflow": "standard",
            "subject_number": SubjectNumber.PREFIX,
            "informal_read_only": False,
            "position": position,
            "version": 1,
        }
        for position, (key, name) in enumerate(CHANNELS.items())
    ]
    made = insert(table_of(Channel)).values(rows).on_conflict_do_nothing().returning(table_of(Channel).c.key)
    new = set(await tx.session.scalars(made))
    subscriptions = [
        {"channel": channel, "agent_id": agent_id, "kind": kind}
        for channel, agents in SUBSCRIPTIONS.items()
        if channel in new
        for agent_id, kind in agents.items()
    ]
    if subscriptions:
        await tx.session.execute(sa.insert(table_of(DirectSubscription)), subscriptions)
        await effective.derive(tx, channels=new)


def _open(tx: Transaction, journal: Journal, sample: _Sample, number: int) -> None:
    first = journal.channels[sample.channel].flow.first
    ticket = NewTicket(
        id=sample.id,
        number=number,
        subject=sample.subject,
        origin=sample.origin,
        channel=sample.channel,
        status=first.key,
        closed=first.closed,
        ball=first.ball,
        priority=sample.priority,
        owner_id=sample.owner,
        opened_by=sample.agent,
        contact_id=sample.contact_id,
        contact_name=sample.contact_name,
        contact_address=sample.contact_address,
        company_id=sample.company_id,
        company_name=sample.company_name,
        opened_at=tx.now,
        changed_at=tx.now,
        last_activity_at=tx.now,
        last_incoming_at=None if sample.agent else tx.now,
        shown_at=tx.now,
    )
    by_agent = sample.agent is not None
    author = staff.AGENTS[sample.agent].name if sample.agent else sample.contact_name or ""
    activity = NewActivity(
        ticket_id=ticket.id,
        kind=Kind.NOTE if sample.origin is Origin.INTERNAL else Kind.INCOMING,
        at=tx.now,
        author_kind=ActorKind.AGENT if by_agent else ActorKind.CONTACT,
        author_id=sample.agent,
        author_name=author,
        subject=sample.subject,
        text=sample.text,
        shown_outside=not by_agent,
        sender=None if by_agent else {"name": sample.contact_name, "address": sample.contact_address},
        mail_kind=None if by_agent else "human",
    )
    actor = Actor(kind=ActorKind.AGENT, id=sample.agent) if by_agent else Actor(kind=ActorKind.CONTACT)
    journal.open(ticket, activity, actor=actor)
