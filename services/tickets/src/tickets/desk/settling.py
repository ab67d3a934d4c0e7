"""Tickets leave statuses that were deleted, a batch at a time (TC-12, CF-02)."""

import sqlalchemy as sa

from chassis.app import App
from chassis.database import Transaction
from contracts.tickets import ActorKind
from tickets.channels.models import Channel, Status
from tickets.channels.queries import channel_facts
from tickets.database import is_any
from tickets.desk.journal import SYSTEM, Journal
from tickets.desk.models import Ticket
from tickets.desk.records import NewActivity, field_change, set_status
from tickets.desk.rules.words import Kind

BATCH = 200
"""Tickets in a transaction: half a second of locks at the most."""

MOST = 50
"""Batches in a run, so that a stopping worker need not wait for a million tickets."""

_THEIRS = (
    sa.select(Ticket.id)
    .where(Ticket.channel == Channel.key, Ticket.status == Status.key)
    .correlate(Channel, Status)
    .order_by(Ticket.changed_at.desc(), Ticket.number.desc())  # that of the index of lists, or none is used
    .limit(BATCH)
    .lateral()
)
UNSETTLED = (
    sa.select(_THEIRS.c.id, Channel.key.label("channel"), Status.key.label("status"), Status.name)
    .select_from(Channel)
    .join(Status, Status.workflow == Channel.workflow)
    .join(_THEIRS, sa.true())
    .where(Status.successor.is_not(None))
    .limit(BATCH)
)
"""Tickets that have a deleted status, found by an index scan for each channel and deleted status."""

_LOCKED = sa.select(Ticket).where(is_any(Ticket.id, "ids")).with_for_update(skip_locked=True)


async def settle_statuses(app: App) -> int:
    """Give tickets of deleted statuses the successor; gives how many tickets were changed."""
    done = 0
    for _ in range(MOST):
        async with app.database.transaction() as tx:
            settled = await settle_batch(tx)
        done += settled
        if not settled:
            break
    return done


async def settle_batch(tx: Transaction) -> int:
    """One batch; nobody is told of it, but history, versions and events are as after any other change."""
    found = {row.id: row for row in await tx.session.execute(UNSETTLED)}
    locked = (await tx.session.scalars(_LOCKED, {"ids": [*found]})).all() if found else ()
    tickets = [one for one in locked if (one.channel, one.status) == (found[one.id].channel, found[one.id].status)]
    journal = Journal(tx, await channel_facts(tx, {ticket.channel for ticket in tickets}))
    for ticket in tickets:
        place = journal.place(ticket)
        set_status(ticket, place, tx.now)
        activity = NewActivity(
            ticket_id=ticket.id,
            kind=Kind.STATUS_CHANGE,
            at=tx.now,
            author_kind=ActorKind.SYSTEM,
            author_name="",
            text="",
            shown_outside=False,
            changes=[field_change("status", before=found[ticket.id].name, after=place.name)],
        )
        journal.add(ticket, activity, actor=SYSTEM, quiet=True)
        journal.change(ticket, "status", actor=SYSTEM, quiet=True)
    await journal.write()
    return len(tickets)
