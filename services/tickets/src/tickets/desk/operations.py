"""What agents do with tickets: open, answer, note, change, take, watch."""

from dataclasses import dataclass
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from chassis.database import Transaction
from contracts.crm_match import ContactCard
from contracts.ingest import Mailbox
from contracts.tickets import Actor, ActorKind, Authenticated
from tickets.channels.queries import ChannelFacts, channel_facts, default_channel
from tickets.channels.rules.visibility import Access, Verb, Verdict, may
from tickets.channels.rules.workflow import after_work_began
from tickets.database import table_of
from tickets.desk.journal import Journal, next_numbers
from tickets.desk.models import Ticket, Watcher
from tickets.desk.posting import Parent, chosen_recipients, new_message_id, parent_of_reply, post
from tickets.desk.queries import find_ticket
from tickets.desk.records import NewActivity, NewTicket
from tickets.desk.rules.sanitise import sanitise
from tickets.desk.rules.subjects import outgoing_subject, own_subject
from tickets.desk.rules.words import Kind, Origin
from tickets.desk.shapes import NoteIn, ReplyIn, TicketIn, Written
from tickets.errors import ChannelIsReadOnly, UnknownReference
from tickets.settings import Settings


@dataclass(frozen=True, kw_only=True)
class Acting:
    """The agent who does it, and what they have access to."""

    who: Authenticated
    access: Access

    @property
    def actor(self) -> Actor:
        """The agent, as events name who caused them."""
        return Actor(kind=ActorKind.AGENT, id=self.who.agent_id)

    def writes(self, ticket_id: UUID, kind: Kind, written: Written, tx: Transaction, *, shown: bool) -> NewActivity:
        """A new activity by this agent."""
        return NewActivity(
            ticket_id=ticket_id,
            kind=kind,
            at=tx.now,
            author_kind=ActorKind.AGENT,
            author_id=self.who.agent_id,
            author_name=self.who.name,
            text=written.text,
            html=sanitise(written.html) if written.html else None,
            shown_outside=shown,
        )


async def open_ticket(
    tx: Transaction, acting: Acting, new: TicketIn, *, contact: ContactCard | None, settings: Settings
) -> NewTicket:
    """Open a ticket; one of the kind ``email`` sends its text at once (CW-04), the others send nothing.

    Raises `UnknownReference`, `ChannelIsReadOnly`.
    """
    channel = await _usable_channel(tx, acting.access, new.channel or await default_channel(tx))
    status = channel.flow.first if new.status is None else channel.flow.get(new.status)
    if status is None:
        raise UnknownReference(f"The channel '{channel.key}' has no status '{new.status}'.")
    for agent_id in (new.owner_id, new.responsible_id):
        _sees(channel, agent_id)
    address = contact.addresses[0] if contact and contact.addresses else None
    ticket = NewTicket(
        number=(await next_numbers(tx, 1))[0],
        subject=own_subject(new.subject, prefix=settings.ticket_prefix),
        origin=Origin(new.kind),
        channel=channel.key,
        status=status.key,
        closed=status.closed,
        ball=status.ball,
        priority=new.priority,
        owner_id=new.owner_id,
        responsible_id=new.responsible_id,
        opened_by=acting.who.agent_id,
        contact_id=contact.contact_id if contact else None,
        contact_name=contact.name if contact else None,
        contact_address=address or next((mailbox.address for mailbox in new.to), None),
        company_id=contact.company_id if contact else None,
        company_name=contact.company_name if contact else None,
        opened_at=tx.now,
        changed_at=tx.now,
        last_activity_at=tx.now,
        shown_at=tx.now,
        closed_at=tx.now if status.closed else None,
    )
    activity = acting.writes(ticket.id, _FIRST_KIND[new.kind], new, tx, shown=new.kind == "email")
    journal = Journal(tx, {channel.key: channel})
    if new.kind == "email":
        to = [mailbox.as_mailbox() for mailbox in new.to] or None
        _address_mail(ticket, activity, channel, settings, Parent(), reply=False, to=to, new=new)
    journal.open(ticket, activity, actor=acting.actor)
    await journal.write()
    if new.kind == "email":
        await post(tx, ticket, activity, channel)
    return ticket


_FIRST_KIND = {"email": Kind.OUTGOING, "enquiry": Kind.INCOMING, "internal": Kind.NOTE}


async def reply_to_ticket(
    tx: Transaction, acting: Acting, number: int, reply: ReplyIn, *, settings: Settings
) -> tuple[Ticket, NewActivity]:
    """Answer the customer by mail (AT-02). The status follows when the mail was accepted (MT-08).

    Raises what `find_ticket` does, and `NoRecipient`.
    """
    ticket = await find_ticket(tx, acting.access, number, Verb.MAIL)
    channel = (await channel_facts(tx, [ticket.channel]))[ticket.channel]
    activity = acting.writes(ticket.id, Kind.OUTGOING, reply, tx, shown=reply.shown_outside)
    parent = await parent_of_reply(tx, ticket.id)
    to = None if reply.to is None else [mailbox.as_mailbox() for mailbox in reply.to]
    _address_mail(ticket, activity, channel, settings, parent, reply=True, to=to, new=reply)
    journal = Journal(tx, {channel.key: channel})
    journal.add(ticket, activity, actor=acting.actor)
    await journal.write()
    await post(tx, ticket, activity, channel)
    return ticket, activity


def _address_mail(
    ticket: NewTicket | Ticket,
    activity: NewActivity,
    channel: ChannelFacts,
    settings: Settings,
    parent: Parent,
    *,
    reply: bool,
    to: list[Mailbox] | None,
    new: TicketIn | ReplyIn,
) -> None:
    """Give an outgoing activity its subject, recipients and threading."""
    recipients = chosen_recipients(
        to=to,
        cc=None if new.cc is None else [mailbox.as_mailbox() for mailbox in new.cc],
        bcc=[mailbox.as_mailbox() for mailbox in new.bcc],
        parent=parent,
        ticket=ticket,
    )
    activity.subject = outgoing_subject(
        ticket.subject,
        prefix=settings.ticket_prefix,
        number=ticket.number,
        place=channel.subject_number,
        reply=reply,
    )
    activity.to = [mailbox.model_dump() for mailbox in recipients.to]
    activity.cc = [mailbox.model_dump() for mailbox in recipients.cc]
    activity.bcc = [mailbox.model_dump() for mailbox in recipients.bcc]
    activity.message_id = new_message_id(ticket.number, settings.message_domain)
    activity.thread = [*parent.references]


async def add_note(
    tx: Transaction, acting: Acting, number: int, note: NoteIn, *, kind: Kind
) -> tuple[Ticket, NewActivity]:
    """Add a note or a call. Raises what `find_ticket` does.

    The owner's first one moves the ticket into work, unless the channel does not want that (C6).
    """
    ticket = await find_ticket(tx, acting.access, number, Verb.CHANGE)
    channel = (await channel_facts(tx, [ticket.channel]))[ticket.channel]
    activity = acting.writes(ticket.id, kind, note, tx, shown=note.shown_outside)
    journal = Journal(tx, {channel.key: channel})
    journal.add(ticket, activity, actor=acting.actor)
    if ticket.owner_id == acting.who.agent_id and channel.owner_starts_work:
        journal.follow(ticket, after_work_began(channel.flow, journal.place(ticket)))
    await journal.write()
    return ticket, activity


async def watch(tx: Transaction, acting: Acting, number: int, agent_id: UUID) -> None:
    """Let an agent be told of each new activity. Raises what `find_ticket` does, and `UnknownReference`."""
    ticket = await find_ticket(tx, acting.access, number, Verb.READ if _own(acting, agent_id) else Verb.CHANGE)
    channel = (await channel_facts(tx, [ticket.channel]))[ticket.channel]
    _sees(channel, agent_id)
    row = {"ticket_id": ticket.id, "agent_id": agent_id}
    added = insert(table_of(Watcher)).values(row).on_conflict_do_nothing().returning(sa.literal(1))
    if (await tx.session.execute(added)).first() is not None:
        await _watchers_changed(tx, ticket, channel, acting)


async def unwatch(tx: Transaction, acting: Acting, number: int, agent_id: UUID) -> None:
    """Let an agent not be told any more as a watcher. Raises what `find_ticket` does."""
    ticket = await find_ticket(tx, acting.access, number, Verb.READ if _own(acting, agent_id) else Verb.CHANGE)
    mine = (Watcher.ticket_id == ticket.id) & (Watcher.agent_id == agent_id)
    removed = sa.delete(table_of(Watcher)).where(mine).returning(sa.literal(1))
    if (await tx.session.execute(removed)).first() is not None:
        channel = (await channel_facts(tx, [ticket.channel]))[ticket.channel]
        await _watchers_changed(tx, ticket, channel, acting)


async def _watchers_changed(tx: Transaction, ticket: Ticket, channel: ChannelFacts, acting: Acting) -> None:
    await tx.session.refresh(ticket, with_for_update=True)
    journal = Journal(tx, {channel.key: channel})
    journal.change(ticket, "watchers", actor=acting.actor, quiet=True)
    await journal.write()


def _own(acting: Acting, agent_id: UUID) -> bool:
    return agent_id == acting.who.agent_id


async def _usable_channel(tx: Transaction, access: Access, key: str | None) -> ChannelFacts:
    """The channel of a new ticket; it never goes without one (TC-07)."""
    if key is None:
        raise UnknownReference("Name a channel: this installation has no default channel for tickets without one.")
    match may(access, Verb.CHANGE, channel=key, internal=False):
        case Verdict.HIDDEN:
            raise UnknownReference(f"You subscribe to no channel '{key}', so you cannot open tickets in it.")
        case Verdict.READ_ONLY:
            raise ChannelIsReadOnly("Informal subscribers may only read in this channel. Ask for a standard one.")
        case _:
            channel = (await channel_facts(tx, [key]))[key]
    if not channel.active:
        raise UnknownReference(f"The channel '{key}' takes no new tickets any more. Choose another one.")
    return channel


def _sees(channel: ChannelFacts, agent_id: UUID | None) -> None:
    if agent_id is not None and not channel.sees(agent_id):
        raise UnknownReference(f"The agent {agent_id} does not subscribe to the channel '{channel.key}'.")
