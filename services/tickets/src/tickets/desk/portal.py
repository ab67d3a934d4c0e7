"""What the desk tells customers: their own tickets, and only what was released to the outside (CV-09, PX-09)."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from chassis.database import Transaction
from chassis.paging import decode_cursor, encode_cursor
from contracts.tickets import ActorKind, PortalActivity, PortalTicket, PortalTicketHead, PortalTicketPage
from tickets.channels.models import Channel, Status
from tickets.database import AnyRow, is_one_of
from tickets.desk.models import Activity, Ticket, TicketMail
from tickets.desk.rules.subjects import reference
from tickets.desk.rules.words import Kind, Origin, Sending

MOST_ACTIVITIES = 500
MOST_BYTES = 2_000_000
"""Of all activities together; the bus takes messages of at most 4 MB (deploy/nats)."""

_Living = aliased(Ticket)

_HEADS = (
    sa.select(
        Ticket.id,
        _Living.id.label("living_id"),
        Ticket.number,
        Ticket.subject,
        _Living.closed,
        Ticket.opened_at,
        Ticket.shown_at,
        Status.customer_name,
    )
    .join(_Living, _Living.id == sa.func.coalesce(Ticket.merged_into, Ticket.id))
    .join(Channel, Channel.key == _Living.channel)
    .join(Status, (Status.workflow == Channel.workflow) & (Status.key == _Living.status))
    .where(Ticket.origin != Origin.INTERNAL)
)


"""A merged ticket keeps its number, subject and contact; how far it is says the ticket that it was merged into."""


def shown_in(home: UUID) -> sa.ColumnElement[bool]:
    """Activities that the contact of ``home`` sees: the SQL twin of `rules.homes.shown_to`."""
    written_in = sa.func.coalesce(Activity.written_in, Activity.ticket_id)
    return Activity.shown_outside.is_(True) & ((written_in == home) | Activity.also_shown_in.contains([str(home)]))


def heads_of(contact_ids: Sequence[UUID]) -> sa.Select[*tuple[Any, ...]]:
    """The tickets that customers with these contacts may see."""
    return _HEADS.where(is_one_of(Ticket.contact_id, contact_ids))


async def customer_tickets(
    tx: Transaction, contact_ids: Sequence[UUID], *, cursor: str | None, limit: int, prefix: str
) -> PortalTicketPage:
    """A page of these contacts' tickets, the newest change that they can see first. Raises `InvalidCursor`."""
    statement = heads_of(contact_ids).order_by(Ticket.shown_at.desc(), Ticket.number.desc()).limit(limit + 1)
    if cursor is not None:
        last = decode_cursor(cursor, datetime, int)
        statement = statement.where(sa.tuple_(Ticket.shown_at, Ticket.number) < sa.tuple_(*last))
    rows = (await tx.session.execute(statement)).all()
    more = len(rows) > limit
    return PortalTicketPage(
        tickets=tuple(_head(row, prefix) for row in rows[:limit]),
        next=encode_cursor(rows[limit - 1].shown_at, rows[limit - 1].number) if more else None,
    )


async def customer_ticket(
    tx: Transaction, contact_ids: Sequence[UUID], number: int, *, prefix: str
) -> PortalTicket | None:
    """One of these contacts' tickets with what they may see of it, the oldest first; None where it is not theirs."""
    row = (await tx.session.execute(heads_of(contact_ids).where(Ticket.number == number))).one_or_none()
    if row is None:
        return None
    shown = (
        sa.select(Activity)
        .where(
            Activity.ticket_id == row.living_id,
            shown_in(row.id),
            Activity.kind != Kind.STATUS_CHANGE,
            ~sa.exists()
            .where(  # a mail that can still be taken back
                TicketMail.activity_id == Activity.id, TicketMail.state == Sending.WAITING, TicketMail.due_at > tx.now
            )
            .where(TicketMail.tries == 0),
        )
        .order_by(Activity.id.desc())
        .limit(MOST_ACTIVITIES + 1)
    )
    found = [_activity(activity) for activity in (await tx.session.scalars(shown)).all()]
    newest = _within_limits(found)
    return PortalTicket(
        ticket_id=row.id,
        head=_head(row, prefix),
        activities=tuple(reversed(newest)),
        complete=len(newest) == len(found),
    )


def _within_limits(newest_first: Sequence[PortalActivity]) -> list[PortalActivity]:
    kept: list[PortalActivity] = []
    size = 0
    for activity in newest_first[:MOST_ACTIVITIES]:
        size += len(activity.model_dump_json().encode())
        if size > MOST_BYTES:
            break
        kept.append(activity)
    return kept


def _head(row: AnyRow, prefix: str) -> PortalTicketHead:
    return PortalTicketHead(
        number=row.number,
        reference=reference(prefix, row.number),
        subject=row.subject,
        status=row.customer_name,
        closed=row.closed,
        opened_at=row.opened_at,
        changed_at=row.shown_at,
    )


def _activity(activity: Activity) -> PortalActivity:
    return PortalActivity(
        activity_id=activity.id,
        kind="from_you" if activity.author_kind is ActorKind.CONTACT else "from_us",
        author=activity.author_name,
        at=activity.at,
        text=activity.text,
        html=activity.html,
    )
