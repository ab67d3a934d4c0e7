"""What the desk tells of tickets, to agents."""

from collections.abc import Sequence
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from chassis.database import Transaction
from tickets.channels.models import Channel, Status, Subscription
from tickets.channels.queries import OPENED, flow_of
from tickets.channels.rules.visibility import Access, Verb, Verdict, may
from tickets.database import AnyRow, is_one_of
from tickets.desk.answers import ContactRef, FollowUpRef, StatusRef, TicketOut, TicketRow
from tickets.desk.history import activity_page
from tickets.desk.models import Activity, MailSender, Ticket, Watcher
from tickets.desk.presence.models import Presence
from tickets.desk.presence.queries import present_in
from tickets.desk.reading.models import ReadMark
from tickets.desk.rules.subjects import reference
from tickets.desk.rules.words import Origin
from tickets.desk.structure.relations import HAS_CHANGES, HAS_LINKS, related
from tickets.desk.tag_names import TAG_NAMES
from tickets.errors import ChannelIsReadOnly, InternalTicketCannotMail, TicketIsMerged, TicketMoved, TicketNotFound
from tickets.properties.models import ColourMarker
from tickets.properties.queries import shown_values
from tickets.staff.models import Agent

FIRST_PAGE = 20
"""Activities that come with a ticket."""

_Owner = aliased(Agent)
_Responsible = aliased(Agent)

_ME = sa.bindparam("me", type_=sa.Uuid)

UNREAD = sa.case(
    (ReadMark.agent_id.is_(None), ~Ticket.closed),
    else_=sa.func.coalesce(Ticket.last_activity_at > ReadMark.until, sa.true()),
)
"""Whether a ticket is unread to the agent ``me``: something came since, or they never read it and it is open."""

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
        Ticket.marker_id,
        ColourMarker.name.label("marker_name"),
        ColourMarker.colour.label("marker_colour"),
        TAG_NAMES.label("tag_names"),
        UNREAD.label("unread"),
    )
    .join(Channel, Channel.key == Ticket.channel)
    .join(Status, (Status.workflow == Channel.workflow) & (Status.key == Ticket.status))
    .outerjoin(_Owner, _Owner.id == Ticket.owner_id)
    .outerjoin(_Responsible, _Responsible.id == Ticket.responsible_id)
    .outerjoin(ColourMarker, ColourMarker.id == Ticket.marker_id)
    .outerjoin(ReadMark, (ReadMark.ticket_id == Ticket.id) & (ReadMark.agent_id == _ME))
    .where(Ticket.merged_into.is_(None))
)
"""Living tickets as lists and details show them to the agent ``me``; whoever uses it says which."""

SEEN = Ticket.channel.in_(sa.select(Subscription.channel).where(Subscription.agent_id == _ME))
"""Tickets that lists, counters and search show the agent ``me``: the SQL twin of `channels.rules.visibility.may`."""

REACHED = SEEN | Ticket.id.in_(OPENED)
"""Tickets that the agent ``me`` may open ``now``: those of `SEEN`, and those that break-glass holds open (CV-11)."""

_TICKET = ROWS.add_columns(
    Ticket.possible_follow_up_of,
    Ticket.fields,
    HAS_LINKS.label("has_links"),
    HAS_CHANGES.label("has_changes"),
    sa.exists().where(Watcher.ticket_id == Ticket.id).label("has_watchers"),
    sa.exists().where(Presence.ticket_id == Ticket.id).label("has_presence"),
).where(Ticket.number == sa.bindparam("number", type_=sa.BigInteger), REACHED)
_Merged = aliased(Ticket)
_TARGET = (
    sa.select(Ticket.number)
    .join(_Merged, _Merged.merged_into == Ticket.id)
    .where(_Merged.number == sa.bindparam("number", type_=sa.BigInteger), REACHED)
)
_followed = sa.select(sa.func.coalesce(_Merged.merged_into, _Merged.id)).where(
    _Merged.id == sa.bindparam("ticket_id", type_=sa.Uuid)
)
_FOLLOW_UP = sa.select(Ticket.number, Ticket.subject).where(Ticket.id == _followed.scalar_subquery(), SEEN)
_STATUSES = (
    sa.select(Status)
    .join(Channel, Channel.workflow == Status.workflow)
    .where(Channel.key == sa.bindparam("channel", type_=sa.Text))
    .order_by(Status.position)
)
_WATCHERS = (
    sa.select(Agent.id, Agent.name)
    .join(Watcher, Watcher.agent_id == Agent.id)
    .where(Watcher.ticket_id == sa.bindparam("ticket_id", type_=sa.Uuid))
    .order_by(Agent.name, Agent.id)
)
_FIRST_MAIL = sa.select(Activity.mail_id).where(
    Activity.ticket_id == sa.bindparam("ticket_id", type_=sa.Uuid), Activity.written_in.is_(None)
)
_CANDIDATES = sa.select(MailSender.candidates).where(
    MailSender.mail_id == _FIRST_MAIL.order_by(Activity.id).limit(1).scalar_subquery()
)


def ticket_row(row: AnyRow, prefix: str) -> TicketRow:
    """A row of `ROWS`, whatever stands behind its columns, as the API shows it.

    The row is taken apart at once: reading it column by column by name costs more than the rest of a page.
    """
    (
        id_, number, version, subject, origin,
        channel, channel_name, status, status_name, category, ball, priority,
        owner_id, owner_name, responsible_id, responsible_name,
        contact_id, contact_name, contact_address, company_id, company_name,
        opened_at, changed_at, last_activity_at,
        marker_id, marker_name, marker_colour, tags, unread,
    ) = row[:29]  # fmt: skip
    contact: ContactRef = {
        "id": contact_id,
        "name": contact_name,
        "address": contact_address,
        "company_id": company_id,
        "company_name": company_name,
    }
    return {
        "id": id_,
        "number": number,
        "reference": reference(prefix, number),
        "version": version,
        "subject": subject,
        "origin": origin,
        "channel": {"key": channel, "name": channel_name},
        "status": {"key": status, "name": status_name, "category": category, "ball": ball},
        "priority": priority,
        "owner": {"id": owner_id, "name": owner_name} if owner_id else None,
        "responsible": {"id": responsible_id, "name": responsible_name} if responsible_id else None,
        "contact": contact if contact_id or contact_name or contact_address else None,
        "opened_at": opened_at,
        "changed_at": changed_at,
        "last_activity_at": last_activity_at,
        "marker": {"id": marker_id, "name": marker_name, "colour": marker_colour} if marker_id else None,
        "tags": tags,
        "unread": unread,
    }


async def find_ticket(
    tx: Transaction, access: Access, number: int, verb: Verb = Verb.READ, *, follow: bool = False
) -> Ticket:
    """The ticket with this number, locked where it is to be changed. ``follow`` reads on where it was merged.

    Raises `TicketNotFound` (also where the agent may not see it), `ChannelIsReadOnly`, `InternalTicketCannotMail`,
    and `TicketIsMerged` for one that was merged.
    """
    statement = sa.select(Ticket).where(Ticket.number == number)
    if verb is not Verb.READ:
        statement = statement.with_for_update()
    ticket = await tx.session.scalar(statement)
    if ticket is None:
        raise TicketNotFound("There is no ticket with this number that you may see.")
    if ticket.merged_into is not None:
        target = authorised(access, Verb.READ, await tx.session.get_one(Ticket, ticket.merged_into))
        if follow:
            return target
        raise TicketIsMerged(
            f"The ticket was merged into number {target.number}. Go on there.", current={"number": target.number}
        )
    return authorised(access, verb, ticket)


def authorised(access: Access, verb: Verb, ticket: Ticket) -> Ticket:
    """The ticket, if the agent may do this with it. Raises what `find_ticket` does."""
    internal = ticket.origin is Origin.INTERNAL
    match may(access, verb, channel=ticket.channel, internal=internal, ticket_id=ticket.id):
        case Verdict.HIDDEN:
            raise TicketNotFound("There is no ticket with this number that you may see.")
        case Verdict.READ_ONLY:
            if ticket.channel not in access.channels:
                raise ChannelIsReadOnly(
                    "Break-glass only lets you read. Subscribe to the channel to work on the ticket."
                )
            raise ChannelIsReadOnly("Informal subscribers may only read in this channel. Ask for a standard one.")
        case Verdict.INTERNAL:
            raise InternalTicketCannotMail("An internal ticket sends no mail. Add a note, or open an e-mail ticket.")
        case Verdict.ALLOWED:
            return ticket


async def ticket_view(tx: Transaction, agent_id: UUID, number: int, *, prefix: str) -> TicketOut:
    """A ticket with everything that it carries, as this agent may see it. Raises `TicketNotFound`, `TicketMoved`."""
    viewer = {"number": number, "me": agent_id, "now": tx.now}
    row = (await tx.session.execute(_TICKET, viewer)).one_or_none()
    if row is None:
        if moved_to := await tx.session.scalar(_TARGET, viewer):
            raise TicketMoved(
                f"The ticket was merged into number {moved_to}.",
                current={"number": moved_to},
                headers={"Location": f"/api/v1/tickets/{moved_to}"},
            )
        raise TicketNotFound("There is no ticket with this number that you may see.")
    watchers = await tx.session.execute(_WATCHERS, {"ticket_id": row.id}) if row.has_watchers else ()
    return {
        **ticket_row(row, prefix),
        "fields": await shown_values(tx, row.channel, row.fields),
        "watchers": [{"id": watcher.id, "name": watcher.name} for watcher in watchers],
        "presence": (await present_in(tx, [row.id])).get(row.id, []) if row.has_presence else [],
        "activities": await activity_page(tx, row.id, limit=FIRST_PAGE),
        **await related(tx, row, agent_id, seen=SEEN, prefix=prefix),
        "possible_follow_up_of": await _follow_up(tx, agent_id, row.possible_follow_up_of, prefix),
        "contact_candidates": await _candidates(tx, row.id) if row.contact_id is None else [],
        "next_statuses": await next_statuses(tx, row.channel, row.status),
    }


async def watcher_ids(tx: Transaction, ticket_id: UUID) -> Sequence[UUID]:
    """Who watches a ticket."""
    return (await tx.session.scalars(sa.select(Watcher.agent_id).where(Watcher.ticket_id == ticket_id))).all()


async def next_statuses(tx: Transaction, channel: str, status: str) -> list[StatusRef]:
    """Where an agent may put a ticket of this channel that has this status (TC-12)."""
    flow = flow_of((await tx.session.scalars(_STATUSES, {"channel": channel})).all())
    return [
        {"key": place.key, "name": place.name, "category": place.category, "ball": place.ball}
        for place in flow.next_of(flow.same_or_first(status))
    ]


async def _follow_up(tx: Transaction, agent_id: UUID, ticket_id: UUID | None, prefix: str) -> FollowUpRef | None:
    if ticket_id is None:
        return None
    row = (await tx.session.execute(_FOLLOW_UP, {"ticket_id": ticket_id, "me": agent_id})).one_or_none()
    if row is None:
        return None
    return {"number": row.number, "reference": reference(prefix, row.number), "subject": row.subject}


async def _candidates(tx: Transaction, ticket_id: UUID) -> list[UUID]:
    """Contacts that share the address of the first mail."""
    found = await tx.session.scalar(_CANDIDATES, {"ticket_id": ticket_id})
    return [UUID(candidate) for candidate in found or ()]


async def heads_for(tx: Transaction, agent_id: UUID, ticket_ids: Sequence[UUID]) -> Sequence[AnyRow]:
    """Rows of `ROWS` for those of the tickets that the agent may see."""
    return (await tx.session.execute(ROWS.where(is_one_of(Ticket.id, ticket_ids), SEEN), {"me": agent_id})).all()
