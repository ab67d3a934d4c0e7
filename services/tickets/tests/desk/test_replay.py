"""Whoever replays the events from the start ends with the state of the database, merged tickets included (TS-09)."""

import random
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import httpx
import pytest
import sqlalchemy as sa
from services.tickets.tests.conftest import Desk
from services.tickets.tests.desk.test_merging import BEN, BEN_ID, SABINE_ID, mail
from services.tickets.tests.desk.test_portal_view import seen

from contracts.ingest import Mailbox
from contracts.tickets import TicketEvent, TicketMerged, TicketUnmerged
from tickets.desk.models import Activity, Ticket
from tickets.desk.portal import customer_tickets
from tickets.staff.demo import ANNA, TOM

SABINE = Mailbox(name="Sabine Schulz", address="sabine@schulz.example")
STEPS = 50
PATCHES: list[dict[str, Any]] = [
    *({"status": status} for status in ("new", "in_progress", "answered", "successfully_closed")),
    *({"owner_id": owner} for owner in (str(TOM), str(ANNA), None)),
    *({"channel": channel} for channel in ("support", "backend")),
]


@dataclass
class Consumer:
    """What a consumer keeps of each ticket, by the rule of the contracts: an event that is not newer is ignored."""

    tickets: dict[UUID, tuple[int, str, str, UUID | None, int]] = field(default_factory=dict)
    merged_into: dict[UUID, UUID] = field(default_factory=dict)

    def hear(self, event: TicketEvent) -> None:
        """One event of the stream."""
        known = self.tickets.get(event.ticket_id)
        if known is None or event.ticket_version > known[-1]:
            state = (event.number, event.channel, event.status, event.owner_id, event.ticket_version)
            self.tickets[event.ticket_id] = state
        if isinstance(event, TicketMerged):
            self.merged_into[event.ticket_id] = event.into_ticket_id
        if isinstance(event, TicketUnmerged):
            del self.merged_into[event.ticket_id]

    def living(self, ticket_id: UUID) -> UUID | None:
        """Where a merged ticket ended, None: it lives."""
        target = self.merged_into.get(ticket_id)
        return (self.living(target) or target) if target else None


async def step(desk: Desk, client: httpx.AsyncClient, dice: random.Random) -> None:
    """One thing that an agent or a customer does; what is refused is refused."""
    async with desk.app.database.transaction() as tx:
        tickets = (await tx.session.scalars(sa.select(Ticket).order_by(Ticket.number))).all()
    ticket, other = dice.choice(tickets), dice.choice(tickets)
    headers = {"If-Match": f'"{ticket.version}"'}
    path = f"/tickets/{ticket.number}"

    async def do(method: str, tail: str = "", **body: Any) -> None:
        response = await client.request(method, path + tail, json=body, headers=headers)
        assert response.status_code < 500, response.text

    match dice.randrange(9):
        case 0:
            sender, contact = dice.choice([(SABINE, SABINE_ID), (BEN, BEN_ID)])
            await mail(desk, sender, contact, text=sender.address, subject=f"RE: [DS-{ticket.number}] x")
        case 1 | 2 | 3:
            await do("PATCH", **dice.choice(PATCHES))
        case 4:
            await do("POST", "/notes", text="note")
        case 5 | 6:
            await do("POST", "/merge", into=other.number, into_version=other.version)
        case 7:
            activities = await desk.activities(ticket.number)
            if activities:
                await do("POST", f"/activities/{dice.choice(activities).id}/split")
        case _:
            shown = await client.get(path)
            if shown.status_code == 200 and shown.json()["undoable"]:
                await do("POST", "/undo", change_id=shown.json()["undoable"][0]["id"])


@pytest.mark.parametrize("seed", range(4))
async def test_a_replay_of_a_random_history_ends_with_the_state_of_the_database(desk: Desk, seed: int) -> None:
    dice = random.Random(seed)  # a history that can be repeated, no secret
    await mail(desk, SABINE, SABINE_ID, text=SABINE.address)
    await mail(desk, BEN, BEN_ID, text=BEN.address)
    client = await desk.browser(TOM)
    for _ in range(STEPS):
        await step(desk, client, dice)
    consumer = Consumer()
    events = await desk.events(TicketEvent)
    for event in events:
        consumer.hear(event)
    async with desk.app.database.transaction() as tx:
        tickets = (await tx.session.scalars(sa.select(Ticket))).all()
        activities = (await tx.session.scalars(sa.select(Activity))).all()
    assert consumer.tickets == {
        ticket.id: (ticket.number, ticket.channel, ticket.status, ticket.owner_id, ticket.version) for ticket in tickets
    }
    assert {ticket.id: ticket.merged_into for ticket in tickets} == {
        ticket.id: consumer.living(ticket.id) for ticket in tickets
    }
    assert any(isinstance(event, TicketMerged) for event in events), "the history had no merge"
    merged = {ticket.id for ticket in tickets if ticket.merged_into}
    assert not merged & {activity.ticket_id for activity in activities}, "a merged ticket holds nothing itself"
    assert len({activity.id for activity in activities}) == len(activities)
    for contact_id, address in ((SABINE_ID, SABINE.address), (BEN_ID, BEN.address)):
        async with desk.app.database.transaction() as tx:
            page = await customer_tickets(tx, (contact_id,), cursor=None, limit=200, prefix="DS")
        for head in page.tickets:
            ticket = await seen(desk, head.number, contact_id)
            assert ticket is not None
            assert {activity.text for activity in ticket.activities} <= {address}, "somebody else's mail is shown"
