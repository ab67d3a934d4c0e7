"""The solution of a ticket: each state of it is an activity of its own, so that nothing of it is ever lost (AT-11)."""

from uuid import UUID

import sqlalchemy as sa

from chassis.database import Transaction
from tickets.channels.queries import channel_facts
from tickets.desk.acting import Acting
from tickets.desk.answers import ActivityOut
from tickets.desk.changing import unchanged_since
from tickets.desk.history import activity_out
from tickets.desk.journal import Journal
from tickets.desk.models import Activity, Ticket
from tickets.desk.records import NewActivity
from tickets.desk.rules.words import Form, Kind
from tickets.desk.shapes import Written
from tickets.desk.writing.uploads import attach
from tickets.errors import SolutionNotFound
from tickets.settings import Settings


async def current_solution(tx: Transaction, ticket_id: UUID) -> Activity | None:
    """The newest state of a ticket's solution; None where nobody has written one. A hidden state does not count."""
    states = sa.select(Activity).where(
        Activity.ticket_id == ticket_id, Activity.form == Form.SOLUTION.value, Activity.hidden_at.is_(None)
    )
    return await tx.session.scalar(states.order_by(Activity.id.desc()).limit(1))


async def solution_view(tx: Transaction, ticket_id: UUID) -> ActivityOut:
    """The newest state of a ticket's solution. Raises `SolutionNotFound`."""
    activity = await current_solution(tx, ticket_id)
    if activity is None:
        raise SolutionNotFound("Nobody has written a solution for this ticket yet.")
    return activity_out(activity, contact_id=None, deliveries=())


async def write_solution(
    tx: Transaction, acting: Acting, number: int, written: Written, *, expected: int, settings: Settings
) -> tuple[Ticket, NewActivity]:
    """The solution as it is from now on; its ``about`` is the state before.

    Raises what `find_ticket` does, `StaleVersion`, `UnknownReference`, `FilesTooLarge`.
    """
    ticket = await unchanged_since(tx, acting, number, expected, prefix=settings.ticket_prefix)
    before = await current_solution(tx, ticket.id)
    activity = acting.writes(ticket.id, Kind.NOTE, written, tx, shown=False)
    activity.form = Form.SOLUTION
    activity.about_id = before.id if before else None
    await attach(tx, activity, written.attachments, settings=settings, quoted=before.attachments if before else ())
    journal = Journal(tx, await channel_facts(tx, [ticket.channel]))
    journal.add(ticket, activity, actor=acting.actor)
    await journal.write()
    return ticket, activity
