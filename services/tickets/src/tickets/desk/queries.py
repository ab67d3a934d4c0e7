"""What the desk tells of tickets, to agents."""

from collections.abc import Iterable, Sequence
from typing import Any, Literal
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from chassis.database import Transaction
from chassis.paging import decode_cursor, encode_cursor
from tickets.channels.models import Channel, Status, Subscription
from tickets.channels.rules.visibility import Access, Verb, Verdict, may
from tickets.database import AnyRow, is_one_of
from tickets.desk.models import Activity, MailSender, RecipientState, Ticket, Watcher
from tickets.desk.rules.subjects import reference
from tickets.desk.rules.words import Origin
from tickets.desk.shapes import (
    ActivityOut,
    ActivityPage,
    AgentRef,
    AuthorOut,
    ChannelRef,
    ContactRef,
    DeliveryOut,
    FollowUpRef,
    StatusRef,
    TicketOut,
    TicketRow,
)
from tickets.errors import ChannelIsReadOnly, InternalTicketCannotMail, TicketNotFound
from tickets.staff.models import Agent

FIRST_PAGE = 20
"""Activities that come with a ticket."""

Order = Literal["newest", "oldest"]

_Owner = aliased(Agent)
_Responsible = aliased(Agent)

ROWS = (
    sa.select(
        Ticket.id,
        Ticket.number,
        Ticket.version,
        Ticket.subject,
        Ticket.origin,
        Ticket.channel,
        Channel.name.label("channel_name"),
        Ticket.status,
        Status.name.label("status_name"),
        Status.category,
        Status.ball,
        Ticket.priority,
        Ticket.owner_id,
        _Owner.name.label("owner_name"),
        Ticket.responsible_id,
        _Responsible.name.label("responsible_name"),
        Ticket.contact_id,
        Ticket.contact_name,
        Ticket.contact_address,
        Ticket.company_id,
        Ticket.company_name,
        Ticket.opened_at,
        Ticket.changed_at,
        Ticket.last_activity_at,
    )
    .join(Channel, Channel.key == Ticket.channel)
    .join(Status, (Status.workflow == Channel.workflow) & (Status.key == Ticket.status))
    .outerjoin(_Owner, _Owner.id == Ticket.owner_id)
    .outerjoin(_Responsible, _Responsible.id == Ticket.responsible_id)
)
"""Tickets as lists and details show them; whoever uses it says which."""


def subscribed(agent_id: UUID) -> sa.ColumnElement[bool]:
    """Tickets that an agent may see: the SQL twin of `channels.rules.visibility.may` for reading."""
    mine = sa.select(Subscription.channel).where(Subscription.agent_id == agent_id)
    return Ticket.channel.in_(mine)


def ticket_row(row: AnyRow, prefix: str) -> TicketRow:
    """A row of `ROWS` as the API shows it."""
    return TicketRow(**_row_fields(row, prefix))


def _row_fields(row: AnyRow, prefix: str) -> dict[str, Any]:
    nobody = row.contact_id is None and row.contact_name is None and row.contact_address is None
    return {
        "id": row.id,
        "number": row.number,
        "reference": reference(prefix, row.number),
        "version": row.version,
        "subject": row.subject,
        "origin": row.origin,
        "channel": ChannelRef(key=row.channel, name=row.channel_name),
        "status": StatusRef(key=row.status, name=row.status_name, category=row.category, ball=row.ball),
        "priority": row.priority,
        "owner": AgentRef(id=row.owner_id, name=row.owner_name) if row.owner_id else None,
        "responsible": AgentRef(id=row.responsible_id, name=row.responsible_name) if row.responsible_id else None,
        "contact": None
        if nobody
        else ContactRef(
            id=row.contact_id,
            name=row.contact_name,
            address=row.contact_address,
            company_id=row.company_id,
            company_name=row.company_name,
        ),
        "opened_at": row.opened_at,
        "changed_at": row.changed_at,
        "last_activity_at": row.last_activity_at,
    }


async def find_ticket(tx: Transaction, access: Access, number: int, verb: Verb = Verb.READ) -> Ticket:
    """The ticket with this number, locked where it is to be changed.

    Raises `TicketNotFound` (also where the agent may not see it), `ChannelIsReadOnly`, `InternalTicketCannotMail`.
    """
    statement = sa.select(Ticket).where(Ticket.number == number)
    if verb is not Verb.READ:
        statement = statement.with_for_update()
    ticket = await tx.session.scalar(statement)
    if ticket is None:
        raise TicketNotFound("There is no ticket with this number that you may see.")
    match may(access, verb, channel=ticket.channel, internal=ticket.origin is Origin.INTERNAL):
        case Verdict.HIDDEN:
            raise TicketNotFound("There is no ticket with this number that you may see.")
        case Verdict.READ_ONLY:
            raise ChannelIsReadOnly("Informal subscribers may only read in this channel. Ask for a standard one.")
        case Verdict.INTERNAL:
            raise InternalTicketCannotMail("An internal ticket sends no mail. Add a note, or open an e-mail ticket.")
        case Verdict.ALLOWED:
            return ticket


async def ticket_view(tx: Transaction, access: Access, number: int, *, prefix: str) -> TicketOut:
    """A ticket with everything that it carries. Raises `TicketNotFound`."""
    row = (
        await tx.session.execute(ROWS.add_columns(Ticket.possible_follow_up_of).where(Ticket.number == number))
    ).one_or_none()
    if row is None or row.channel not in access.channels:
        raise TicketNotFound("There is no ticket with this number that you may see.")
    return TicketOut(
        **_row_fields(row, prefix),
        watchers=await watchers(tx, row.id),
        activities=await activity_page(tx, row.id, limit=FIRST_PAGE),
        possible_follow_up_of=await _follow_up(tx, access, row.possible_follow_up_of, prefix),
        contact_candidates=await _candidates(tx, row.id) if row.contact_id is None else [],
    )


async def watchers(tx: Transaction, ticket_id: UUID) -> list[AgentRef]:
    """Who watches a ticket, by name."""
    rows = await tx.session.execute(
        sa.select(Agent.id, Agent.name)
        .join(Watcher, Watcher.agent_id == Agent.id)
        .where(Watcher.ticket_id == ticket_id)
        .order_by(Agent.name, Agent.id)
    )
    return [AgentRef(id=row.id, name=row.name) for row in rows]


async def _follow_up(tx: Transaction, access: Access, ticket_id: UUID | None, prefix: str) -> FollowUpRef | None:
    if ticket_id is None:
        return None
    ticket = await tx.session.get_one(Ticket, ticket_id)
    if ticket.channel not in access.channels:
        return None
    return FollowUpRef(number=ticket.number, reference=reference(prefix, ticket.number), subject=ticket.subject)


async def _candidates(tx: Transaction, ticket_id: UUID) -> list[UUID]:
    """Contacts that share the address of the first mail."""
    first = (
        sa.select(Activity.mail_id)
        .where(Activity.ticket_id == ticket_id)
        .order_by(Activity.id)
        .limit(1)
        .scalar_subquery()
    )
    found = await tx.session.scalar(sa.select(MailSender.candidates).where(MailSender.mail_id == first))
    return [UUID(candidate) for candidate in found or ()]


async def activity_page(
    tx: Transaction, ticket_id: UUID, *, limit: int, order: Order = "newest", cursor: str | None = None
) -> ActivityPage:
    """A page of a ticket's activities. Raises `InvalidCursor`."""
    statement = (
        sa.select(Activity, MailSender.contact_id)
        .outerjoin(MailSender, MailSender.mail_id == Activity.mail_id)
        .where(Activity.ticket_id == ticket_id)
        .order_by(Activity.id.desc() if order == "newest" else Activity.id)
        .limit(limit + 1)
    )
    if cursor is not None:
        (last,) = decode_cursor(cursor, UUID)
        statement = statement.where(Activity.id < last if order == "newest" else Activity.id > last)
    rows = (await tx.session.execute(statement)).all()
    deliveries = await _deliveries(tx, [row.Activity.id for row in rows[:limit]])
    return ActivityPage(
        items=[
            activity_out(row.Activity, contact_id=row.contact_id, deliveries=deliveries.get(row.Activity.id, ()))
            for row in rows[:limit]
        ],
        next=encode_cursor(rows[limit - 1].Activity.id) if len(rows) > limit else None,
    )


def activity_out(activity: Activity, *, contact_id: UUID | None, deliveries: Sequence[RecipientState]) -> ActivityOut:
    """An activity as the API shows it; the contact may have become known after it was written."""
    return ActivityOut.model_validate(
        {
            "id": activity.id,
            "kind": activity.kind,
            "at": activity.at,
            "author": AuthorOut(
                kind=activity.author_kind, id=activity.author_id or contact_id, name=activity.author_name
            ),
            "subject": activity.subject,
            "text": activity.text,
            "html": activity.html,
            "truncated": activity.truncated,
            "shown_outside": activity.shown_outside,
            "sender": activity.sender,
            "to": activity.to,
            "cc": activity.cc,
            "bcc": activity.bcc,
            "attachments": activity.attachments,
            "changes": activity.changes,
            "deliveries": [
                DeliveryOut(address=state.address, state=state.state, reason=state.reason, changed_at=state.changed_at)
                for state in deliveries
            ],
            "mail_id": activity.mail_id,
            "mail_kind": activity.mail_kind,
            "explanation": activity.explanation,
        }
    )


async def _deliveries(tx: Transaction, activity_ids: Iterable[UUID]) -> dict[UUID, list[RecipientState]]:
    statement = (
        sa.select(RecipientState)
        .where(is_one_of(RecipientState.activity_id, activity_ids))
        .order_by(RecipientState.activity_id, RecipientState.address)
    )
    found: dict[UUID, list[RecipientState]] = {}
    for state in (await tx.session.scalars(statement)).all():
        found.setdefault(state.activity_id, []).append(state)
    return found


async def attachment_of(tx: Transaction, ticket_id: UUID, sha256: str) -> dict[str, Any] | None:
    """The file with these bytes among a ticket's activities."""
    holds = Activity.attachments.contains([{"sha256": sha256}])
    lists = await tx.session.scalars(
        sa.select(Activity.attachments).where(Activity.ticket_id == ticket_id, holds).order_by(Activity.id).limit(1)
    )
    return next((file for files in lists for file in files if file["sha256"] == sha256), None)


async def heads_for(tx: Transaction, agent_id: UUID, ticket_ids: Sequence[UUID]) -> Sequence[AnyRow]:
    """Rows of `ROWS` for those of the tickets that the agent may see."""
    return (await tx.session.execute(ROWS.where(is_one_of(Ticket.id, ticket_ids), subscribed(agent_id)))).all()
