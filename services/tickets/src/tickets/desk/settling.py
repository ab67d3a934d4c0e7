"""Tickets leave statuses that were deleted, a batch at a time (TC-12, CF-02)."""

import sqlalchemy as sa

from chassis.app import App
from chassis.database import Transaction
from contracts.tickets import ActorKind
from tickets.channels.models import Channel, Status
from tickets.channels.queries import channel_facts
from tickets.desk.journal import SYSTEM, Journal
from tickets.desk.models import Ticket
from tickets.desk.records import NewActivity, field_change, set_status
from tickets.desk.rules.words import Kind

BATCH = 200
"""Tickets in a transaction: half a second of locks at the most."""

MOST = 50
"""Batches in a run, so that a stopping worker need not wait for a million tickets."""

UNSETTLED = (
    sa.select(Ticket, Status.name)
    .join(Channel, Channel.key == Ticket.channel)
    .join(Status, (Status.workflow == Channel.workflow) & (Status.key == Ticket.status))
    .where(Status.successor.is_not(None))
    .limit(BATCH)
    .with_for_update(of=Ticket, skip_locked=True)
)


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
    rows = (await tx.session.execute(UNSETTLED)).all()
    journal = Journal(tx, await channel_facts(tx, {row.Ticket.channel for row in rows}))
    for ticket, name in rows:
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
            changes=[field_change("status", before=name, after=place.name)],
        )
        journal.add(ticket, activity, actor=SYSTEM, quiet=True)
        journal.change(ticket, "status", actor=SYSTEM, quiet=True)
    await journal.write()
    return len(rows)
