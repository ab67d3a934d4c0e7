"""Who sees an activity: the customer too, agents only, or nobody until it is shown again (CV-09)."""

from uuid import UUID

from chassis.database import Transaction
from contracts.tickets import ActorKind
from tickets.channels.queries import channel_facts
from tickets.desk.acting import Acting
from tickets.desk.changing import unchanged_since
from tickets.desk.journal import Journal
from tickets.desk.models import Activity, Ticket
from tickets.desk.records import NewActivity, field_change
from tickets.desk.rules.words import ActivityVisibility, Kind, Origin
from tickets.desk.shapes import VisibilityPatch
from tickets.errors import ActivityNotFound, InternalTicketCannotMail, VisibilityIsFixed
from tickets.settings import Settings


def visibility_of(activity: Activity) -> ActivityVisibility:
    """Who sees an activity now."""
    if activity.hidden_at is not None:
        return ActivityVisibility.HIDDEN
    return ActivityVisibility.OUTSIDE if activity.shown_outside else ActivityVisibility.INSIDE


async def change_visibility(
    tx: Transaction,
    acting: Acting,
    number: int,
    activity_id: UUID,
    patch: VisibilityPatch,
    *,
    expected: int,
    settings: Settings,
) -> Ticket:
    """Show or hide an activity; that it was done is an activity of its own.

    Raises what `find_ticket` does, `StaleVersion`, `ActivityNotFound`, `VisibilityIsFixed`, `InternalTicketCannotMail`.
    """
    ticket = await unchanged_since(tx, acting, number, expected, prefix=settings.ticket_prefix)
    activity = await tx.session.get(Activity, activity_id)
    if activity is None or activity.ticket_id != ticket.id:
        raise ActivityNotFound("This ticket has no activity with this id.")
    before, after = visibility_of(activity), patch.visibility
    if before is after:
        return ticket
    home = await tx.session.get_one(Ticket, activity.written_in or ticket.id)
    _refuse_impossible(home, activity, after)
    journal = Journal(tx, await channel_facts(tx, [ticket.channel]))
    _apply(tx, acting, activity, after)
    record = NewActivity(
        ticket_id=ticket.id,
        kind=Kind.STATUS_CHANGE,
        at=tx.now,
        author_kind=ActorKind.AGENT,
        author_id=acting.who.agent_id,
        author_name=acting.who.name,
        text=patch.reason,
        shown_outside=False,
        changes=[field_change("visibility", before=before, after=after)],
        about_id=activity.id,
    )
    journal.add(ticket, record, actor=acting.actor, quiet=True)
    journal.change(ticket, "activities", actor=acting.actor, quiet=True)
    if ActivityVisibility.OUTSIDE in (before, after):
        ticket.shown_at = tx.now
    await journal.write()
    return ticket


def _refuse_impossible(home: Ticket, activity: Activity, after: ActivityVisibility) -> None:
    if activity.withdrawn_at is not None:
        raise VisibilityIsFixed("This mail was taken back; nothing of it is left that could be shown or hidden.")
    if activity.kind is Kind.STATUS_CHANGE:
        raise VisibilityIsFixed("A change of the ticket is always seen by agents, and by nobody else.")
    if after is ActivityVisibility.OUTSIDE and home.origin is Origin.INTERNAL:
        raise InternalTicketCannotMail("Nothing of an internal ticket is shown to the outside.")


def _apply(tx: Transaction, acting: Acting, activity: Activity, after: ActivityVisibility) -> None:
    hidden = after is ActivityVisibility.HIDDEN
    activity.shown_outside = after is ActivityVisibility.OUTSIDE
    activity.hidden_at = tx.now if hidden else None
    activity.hidden_by = acting.who.agent_id if hidden else None
    activity.hidden_by_name = acting.who.name if hidden else None
