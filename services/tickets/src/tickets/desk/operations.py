"""What agents do with tickets: open, answer, note, change, take, watch."""

from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from chassis.database import Transaction
from contracts.crm_match import ContactCard
from contracts.ingest import Mailbox
from tickets.channels.queries import ChannelFacts, channel_facts, default_channel
from tickets.channels.rules.visibility import Access, Verb, Verdict, may
from tickets.channels.rules.workflow import after_work_began
from tickets.database import table_of
from tickets.desk.acting import Acting
from tickets.desk.changing import change_along
from tickets.desk.journal import Journal, next_numbers
from tickets.desk.models import Ticket, Watcher
from tickets.desk.posting import AT_ONCE, Leaving, Parent, chosen_recipients, home_of, last_home, parent_of_reply, post
from tickets.desk.properties import properties_of_new
from tickets.desk.queries import find_ticket
from tickets.desk.records import NewActivity, NewTicket
from tickets.desk.rules.homes import also_shown_in, home_of_reply
from tickets.desk.rules.subjects import outgoing_subject, own_subject
from tickets.desk.rules.words import Kind, Origin
from tickets.desk.shapes import NoteIn, ReplyIn, TicketIn
from tickets.desk.signing.keys import own_message_id
from tickets.desk.structure.families import Family, lock_families, lock_family
from tickets.desk.writing.guard import nothing_new
from tickets.desk.writing.leaving import leaving_of
from tickets.desk.writing.signatures import sign
from tickets.desk.writing.uploads import attach
from tickets.errors import ChannelIsReadOnly, InternalTicketCannotMail, UnknownReference
from tickets.settings import Settings

__all__ = ["Acting", "add_note", "open_ticket", "reply_to_ticket", "unwatch", "watch"]


async def open_ticket(
    tx: Transaction, acting: Acting, new: TicketIn, *, contact: ContactCard | None, settings: Settings
) -> NewTicket:
    """Open a ticket; one of the kind ``email`` sends its text at once (CW-04), the others send nothing.

    Raises `UnknownReference`, `ChannelIsReadOnly`, `InvalidFields`.
    """
    channel = await usable_channel(tx, acting.access, new.channel or await default_channel(tx))
    status = channel.flow.first if new.status is None else channel.flow.get(new.status)
    if status is None:
        raise UnknownReference(f"The channel '{channel.key}' has no status '{new.status}'.")
    for agent_id in (new.owner_id, new.responsible_id, *new.watchers):
        check_sees(channel, agent_id)
    address = contact.addresses[0] if contact and contact.addresses else None
    ticket = NewTicket(
        number=(await next_numbers(tx, 1))[0],
        subject=own_subject(new.subject, prefix=settings.ticket_prefix),
        origin=Origin(new.kind),
        channel=channel.key,
        status=status.key,
        closed=status.closed,
        ball=status.ball,
        **await properties_of_new(tx, new, channel=channel.key),
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
    leaving = AT_ONCE
    if new.kind == "email":
        leaving = await leaving_of(tx, acting.who.agent_id, new)
        await sign(tx, acting.who, activity, channel.key, wanted=new.signature)
        to = [mailbox.as_mailbox() for mailbox in new.to] or None
        _address_mail(ticket, activity, channel, settings, Parent(), reply=False, to=to, new=new)
        activity.message_id = await own_message_id(tx, ticket.number, settings)
    await attach(tx, activity, new.attachments, settings=settings)
    journal.open(ticket, activity, actor=acting.actor, watchers=frozenset(new.watchers))
    await journal.write()
    if new.kind == "email":
        await post(tx, ticket, activity, channel, leaving)
    return ticket


_FIRST_KIND = {"email": Kind.OUTGOING, "enquiry": Kind.INCOMING, "internal": Kind.NOTE}


async def reply_to_ticket(
    tx: Transaction, acting: Acting, number: int, reply: ReplyIn, *, settings: Settings, begun_in: UUID | None = None
) -> tuple[Ticket, NewActivity, Leaving]:
    """Answer the customer by mail (AT-02). The status follows when the mail was accepted (MT-08).

    ``begun_in`` is the ticket that the reply was begun in, which may have been merged since: who was meant then is
    written to, unless the reply says who. Raises what `find_ticket` does, `NoRecipient`, `NewActivities`,
    `ActivityNotFound`, `CannotBeAnswered`.
    """
    family = await lock_family(tx, number)
    ticket = await find_ticket(tx, acting.access, number, Verb.MAIL)
    await nothing_new(tx, ticket, acting.who.agent_id, since=reply.last_seen_activity)
    channel = (await channel_facts(tx, [ticket.channel]))[ticket.channel]
    activity = acting.writes(ticket.id, Kind.OUTGOING, reply, tx, shown=reply.shown_outside)
    family = family or Family(ticket)
    home = await _home_of_reply(tx, family, reply, begun_in) if family.merged else ticket
    parent = await parent_of_reply(
        tx,
        ticket.id,
        home=home.id if family.merged else None,
        activity_id=reply.activity_id,
        mode=reply.mode,
    )
    leaving = await leaving_of(tx, acting.who.agent_id, reply, ticket=ticket)
    await sign(tx, acting.who, activity, channel.key, wanted=reply.signature)
    to = None if reply.to is None else [mailbox.as_mailbox() for mailbox in reply.to]
    # The first mail of a ticket that an agent opened by mail was taken back: this one takes its place.
    is_answer = parent.activity is not None or home.origin is not Origin.EMAIL
    _address_mail(home, activity, channel, settings, parent, reply=is_answer, to=to, new=reply)
    activity.message_id = await own_message_id(tx, home.number, settings)
    await attach(tx, activity, reply.attachments, settings=settings, quoted=parent.files)
    openly = {mailbox["address"].lower() for mailbox in (*activity.to, *activity.cc)}
    family.write_at_home(activity, home.id, also=also_shown_in(home.id, family.homes, recipients=openly))
    journal = Journal(tx, {channel.key: channel})
    journal.add(ticket, activity, actor=acting.actor)
    if reply.then is not None:
        await change_along(tx, acting, ticket, reply.then, journal)
    await journal.write()
    await post(tx, home, activity, channel, leaving)
    return ticket, activity, leaving


async def _home_of_reply(tx: Transaction, family: Family, reply: ReplyIn, begun_in: UUID | None) -> Ticket:
    """The ticket of the family that the reply is written in: its number, subject and thread are in the mail."""
    if begun_in is not None and begun_in != family.living.id and reply.to is None and reply.activity_id is None:
        return family.home(begun_in)
    chosen = None if reply.to is None else {mailbox.address.lower() for mailbox in (*reply.to, *(reply.cc or ()))}
    answered = reply.activity_id
    last = await home_of(tx, answered) if answered else None
    last = last or await last_home(tx, family.living.id)
    return family.home(home_of_reply(last, family.homes, recipients=chosen))


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
    """Give an outgoing activity its subject, recipients and references."""
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
    activity.thread = [*parent.references]


async def add_note(
    tx: Transaction, acting: Acting, number: int, note: NoteIn, *, kind: Kind, settings: Settings
) -> tuple[Ticket, NewActivity]:
    """Add a note or a call.

    The owner's first one moves the ticket into work, unless it says what happens then or the channel does not want
    that (C6). Raises what `find_ticket` does, `NewActivities`, `InternalTicketCannotMail`, `UnknownReference`.
    """
    ticket = await find_ticket(tx, acting.access, number, Verb.CHANGE)
    if note.shown_outside and ticket.origin is Origin.INTERNAL:
        raise InternalTicketCannotMail("Nothing of an internal ticket is shown to the outside.")
    await nothing_new(tx, ticket, acting.who.agent_id, since=note.last_seen_activity)
    channel = (await channel_facts(tx, [ticket.channel]))[ticket.channel]
    activity = acting.writes(ticket.id, kind, note, tx, shown=note.shown_outside)
    await attach(tx, activity, note.attachments, settings=settings)
    journal = Journal(tx, {channel.key: channel})
    journal.add(ticket, activity, actor=acting.actor)
    if note.then is not None:
        await change_along(tx, acting, ticket, note.then, journal)
    elif ticket.owner_id == acting.who.agent_id and channel.owner_starts_work:
        journal.follow(ticket, after_work_began(channel.flow, journal.place(ticket)))
    await journal.write()
    return ticket, activity


async def watch(tx: Transaction, acting: Acting, number: int, agent_id: UUID) -> None:
    """Let an agent be told of each new activity. Raises what `find_ticket` does, and `UnknownReference`."""
    await lock_families(tx, numbers=[number])  # a watcher refers to the ticket: its row would be locked a little first
    ticket = await find_ticket(tx, acting.access, number, Verb.READ if _own(acting, agent_id) else Verb.CHANGE)
    channel = (await channel_facts(tx, [ticket.channel]))[ticket.channel]
    check_sees(channel, agent_id)
    row = {"ticket_id": ticket.id, "agent_id": agent_id}
    added = insert(table_of(Watcher)).values(row).on_conflict_do_nothing().returning(sa.literal(1))
    if (await tx.session.execute(added)).first() is not None:
        await _watchers_changed(tx, ticket, channel, acting)


async def unwatch(tx: Transaction, acting: Acting, number: int, agent_id: UUID) -> None:
    """Let an agent not be told any more as a watcher. Raises what `find_ticket` does."""
    await lock_families(tx, numbers=[number])  # a watcher refers to the ticket: its row would be locked a little first
    ticket = await find_ticket(tx, acting.access, number, Verb.READ if _own(acting, agent_id) else Verb.CHANGE)
    mine = (Watcher.ticket_id == ticket.id) & (Watcher.agent_id == agent_id)
    removed = sa.delete(table_of(Watcher)).where(mine).returning(sa.literal(1))
    if (await tx.session.execute(removed)).first() is not None:
        channel = (await channel_facts(tx, [ticket.channel]))[ticket.channel]
        await _watchers_changed(tx, ticket, channel, acting)


async def _watchers_changed(tx: Transaction, ticket: Ticket, channel: ChannelFacts, acting: Acting) -> None:
    journal = Journal(tx, {channel.key: channel})
    journal.change(ticket, "watchers", actor=acting.actor, quiet=True)
    await journal.write()


def _own(acting: Acting, agent_id: UUID) -> bool:
    return agent_id == acting.who.agent_id


async def usable_channel(tx: Transaction, access: Access, key: str | None) -> ChannelFacts:
    """The channel, if the agent may open tickets in it. Raises `UnknownReference`, `ChannelIsReadOnly`."""
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


def check_sees(channel: ChannelFacts, agent_id: UUID | None) -> None:
    """Raises `UnknownReference` for an agent who does not subscribe to the channel."""
    if agent_id is not None and not channel.sees(agent_id):
        raise UnknownReference(f"The agent {agent_id} does not subscribe to the channel '{channel.key}'.")
