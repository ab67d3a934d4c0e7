"""Reminders of agents: set, removed, and shown again when their time has come (DR-02)."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from chassis.database import Transaction
from chassis.paging import decode_cursor, encode_cursor
from tickets.channels.queries import access_of, channel_facts
from tickets.database import AnyRow, table_of
from tickets.desk.journal import Journal
from tickets.desk.models import Ticket
from tickets.desk.operations import Acting
from tickets.desk.queries import SEEN, find_ticket
from tickets.desk.reminder_models import Reminder
from tickets.desk.shapes import ReminderIn
from tickets.desk.structure.families import lock_families
from tickets.errors import ReminderNotFound, ReminderTooFarOrPast, TicketNotFound

SHOW_REMINDERS = "show-reminders"
"""The job that shows due reminders."""

FURTHEST = timedelta(days=3_660)


async def set_reminder(tx: Transaction, acting: Acting, number: int, wanted: ReminderIn) -> Reminder:
    """Set the agent's reminder of a ticket, or set it anew.

    Raises what `find_ticket` does, and `ReminderTooFarOrPast`.
    """
    await lock_families(tx, numbers=[number])  # a ticket that is being merged: its reminders have gone already
    ticket = await find_ticket(tx, acting.access, number)
    if not tx.now < wanted.at < tx.now + FURTHEST:
        raise ReminderTooFarOrPast("Choose a time that is still to come, within ten years.")
    values = {
        "at": wanted.at,
        "text": wanted.text,
        "if_customer_replies": wanted.if_customer_replies,
        "set_at": tx.now,
        "came_due_at": None,
    }
    row = {"ticket_id": ticket.id, "agent_id": acting.who.agent_id, **values}
    written = insert(table_of(Reminder)).values(row)
    await tx.session.execute(written.on_conflict_do_update(index_elements=["ticket_id", "agent_id"], set_=values))
    return await tx.session.get_one(Reminder, (ticket.id, acting.who.agent_id), populate_existing=True)


async def remove_reminder(tx: Transaction, acting: Acting, number: int) -> None:
    """Remove the agent's reminder of a ticket, waiting or due. Raises what `find_ticket` does."""
    ticket = await find_ticket(tx, acting.access, number)
    theirs = (Reminder.ticket_id == ticket.id) & (Reminder.agent_id == acting.who.agent_id)
    await tx.session.execute(sa.delete(table_of(Reminder)).where(theirs))


async def get_reminder(tx: Transaction, acting: Acting, number: int) -> Reminder:
    """The agent's reminder of a ticket. Raises what `find_ticket` does, and `ReminderNotFound`."""
    ticket = await find_ticket(tx, acting.access, number)
    reminder = await tx.session.get(Reminder, (ticket.id, acting.who.agent_id))
    if reminder is None:
        raise ReminderNotFound("You have no reminder of this ticket.")
    return reminder


_MINE = (
    sa.select(Reminder, Ticket.number, Ticket.subject)
    .join(Ticket, Ticket.id == Reminder.ticket_id)
    .where(Reminder.agent_id == sa.bindparam("me", type_=sa.Uuid), Ticket.merged_into.is_(None), SEEN)
    .order_by(Reminder.at, Reminder.ticket_id)
    .limit(sa.bindparam("rows", type_=sa.Integer))
)


async def reminder_page(
    tx: Transaction, agent_id: UUID, *, cursor: str | None, limit: int
) -> tuple[Sequence[AnyRow], str | None]:
    """A page of the agent's reminders of tickets that they may see, the earliest first. Raises `InvalidCursor`."""
    statement = _MINE
    if cursor is not None:
        at, ticket_id = decode_cursor(cursor, datetime, UUID)
        behind = sa.tuple_(Reminder.at, Reminder.ticket_id) > sa.tuple_(sa.literal(at), sa.literal(ticket_id))
        statement = statement.where(behind)
    rows = (await tx.session.execute(statement, {"me": agent_id, "rows": limit + 1})).all()
    if len(rows) <= limit:
        return rows, None
    last: Reminder = rows[limit - 1].Reminder
    return rows[:limit], encode_cursor(last.at, last.ticket_id)


async def show_next_due(tx: Transaction) -> bool:
    """Show one reminder whose time has come; False if there is none that no other worker is at.

    The ticket is locked first, as everybody does, so the reminder is read once more behind that lock.
    """
    waiting = sa.select(Reminder.ticket_id, Reminder.agent_id).where(
        Reminder.came_due_at.is_(None), Reminder.at <= tx.now
    )
    found = (
        await tx.session.execute(
            waiting.join(Ticket, Ticket.id == Reminder.ticket_id)
            .where(Ticket.merged_into.is_(None))
            .order_by(Reminder.at)
            .limit(1)
            .with_for_update(of=Ticket, skip_locked=True)
        )
    ).one_or_none()
    if found is None:
        return False
    reminder = await tx.session.get(Reminder, (found.ticket_id, found.agent_id), with_for_update=True)
    if reminder is None or reminder.came_due_at is not None or reminder.at > tx.now:
        return True
    reminder.came_due_at = tx.now
    number = await tx.session.scalar(sa.select(Ticket.number).where(Ticket.id == reminder.ticket_id)) or 0
    try:
        ticket = await find_ticket(tx, await access_of(tx, reminder.agent_id), number)
    except TicketNotFound:
        return True
    journal = Journal(tx, await channel_facts(tx, [ticket.channel]))
    journal.remind(ticket, reminder.agent_id)
    await journal.write()
    return True
