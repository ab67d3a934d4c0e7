"""What agents have on a ticket that becomes part of another one: their reminders go with it, and come back (DR-02).

An agent has one reminder of a ticket. Of two the earlier one counts; the other one rests at the ticket that was merged,
where nothing looks for it, until the merge is undone. Drafts need none of this: they name the ticket that they were
begun in, and are shown with the one that goes on.
"""

from collections.abc import Collection, Mapping
from uuid import UUID

import sqlalchemy as sa

from chassis.database import Transaction
from tickets.database import is_one_of
from tickets.desk.models import Ticket
from tickets.desk.reminder_models import Reminder

_SAID = ("at", "text", "if_customer_replies", "set_at", "came_due_at")

Taken = dict[str, str]
"""When the reminders that were taken along had been set, by agent."""


async def take_reminders(tx: Transaction, source: Ticket, target: Ticket, *, seeing: Collection[UUID]) -> Taken:
    """Give the target the reminders of agents who see it. Both tickets are locked, which everybody does first."""
    there = await _reminders(tx, target.id, seeing)
    taken: Taken = {}
    for agent_id, mine in (await _reminders(tx, source.id, seeing)).items():
        other = there.get(agent_id)
        if other is not None and other.at <= mine.at:
            continue
        taken[str(agent_id)] = mine.set_at.isoformat()
        if other is None:
            mine.ticket_id = target.id
        else:
            _swap(mine, other)
    await tx.session.flush()
    return taken


async def give_reminders_back(tx: Transaction, taken: Mapping[str, str], *, source: Ticket, target: Ticket) -> None:
    """Undo `take_reminders`; what an agent has said about their reminder since stays as they said it."""
    agents = [UUID(agent_id) for agent_id in taken]
    there, resting = await _reminders(tx, target.id, agents), await _reminders(tx, source.id, agents)
    for agent_id in agents:
        mine, rests = there.get(agent_id), resting.get(agent_id)
        same = mine is not None and mine.set_at.isoformat() == taken[str(agent_id)]
        match mine, rests:
            case Reminder(), None if same:
                mine.ticket_id = source.id
            case Reminder(), Reminder() if same:
                _swap(mine, rests)
            case None, Reminder():
                rests.ticket_id = target.id
            case Reminder(), Reminder():
                await tx.session.delete(rests)
            case _:
                pass
    await tx.session.flush()


async def _reminders(tx: Transaction, ticket_id: UUID, agents: Collection[UUID]) -> dict[UUID, Reminder]:
    theirs = sa.select(Reminder).where(Reminder.ticket_id == ticket_id, is_one_of(Reminder.agent_id, agents))
    return {one.agent_id: one for one in await tx.session.scalars(theirs.order_by(Reminder.agent_id).with_for_update())}


def _swap(one: Reminder, other: Reminder) -> None:
    for name in _SAID:
        mine, theirs = getattr(one, name), getattr(other, name)
        setattr(one, name, theirs)
        setattr(other, name, mine)
