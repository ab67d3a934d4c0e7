"""What customers write in the portal: new tickets and answers (PX-02)."""

from collections.abc import Collection
from uuid import UUID

from chassis.database import Transaction
from contracts.portal import Author, ReplySubmitted, TicketSubmitted
from contracts.tickets import Actor, ActorKind, SubmissionFiled
from tickets.channels.queries import channel_facts, first_channel
from tickets.channels.rules.workflow import after_customer_wrote
from tickets.desk.journal import Journal, next_numbers
from tickets.desk.models import Submission, Ticket
from tickets.desk.records import NewActivity, NewTicket
from tickets.desk.rules.subjects import own_subject
from tickets.desk.rules.words import Kind, Origin
from tickets.desk.structure.families import lock_family
from tickets.properties.queries import default_priority

NOT_FOUND = "not_found"


async def file_new_ticket(tx: Transaction, submitted: TicketSubmitted, *, prefix: str) -> None:
    """A customer opens a ticket. In a channel that takes no tickets (any more) it goes to the first one (TC-07)."""
    if await _filed_before(tx, submitted.submission_id):
        return
    channels = await channel_facts(tx, [submitted.channel])
    if not any(channel.active for channel in channels.values()):
        fallback = await first_channel(tx)
        if fallback is None:
            raise LookupError("there is no channel that a ticket could go to; create one")
        channels = await channel_facts(tx, [fallback])
    (channel,) = channels.values()
    author, first = submitted.author, channel.flow.first
    ticket = NewTicket(
        number=(await next_numbers(tx, 1))[0],
        subject=own_subject(submitted.subject, prefix=prefix),
        origin=Origin.PORTAL,
        channel=channel.key,
        status=first.key,
        closed=first.closed,
        ball=first.ball,
        priority=await default_priority(tx),
        contact_id=author.contact_id,
        contact_name=author.name,
        contact_address=author.address,
        company_id=author.company_id,
        company_name=author.company_name,
        opened_at=submitted.submitted_at,
        changed_at=tx.now,
        last_activity_at=submitted.submitted_at,
        last_incoming_at=submitted.submitted_at,
        shown_at=submitted.submitted_at,
    )
    activity = _written(ticket.id, author, submitted)
    activity.subject = submitted.subject
    journal = Journal(tx, channels)
    journal.open(ticket, activity, actor=_actor(author), because=submitted)
    await journal.write()
    await _filed(tx, submitted.submission_id, ticket=ticket)


async def file_reply(tx: Transaction, submitted: ReplySubmitted) -> None:
    """A customer answers in a ticket. One that is not theirs is refused as if it were not there.

    In one that was merged the answer goes to the living ticket, and the customer hears of the number that they know.
    """
    if await _filed_before(tx, submitted.submission_id):
        return
    family = await lock_family(tx, submitted.number)
    theirs = next((one for one in family.members if one.number == submitted.number), None) if family else None
    if family is None or theirs is None or not is_theirs(theirs, submitted.contact_ids):
        await _filed(tx, submitted.submission_id, refusal=NOT_FOUND)
        return
    ticket = family.living
    journal = Journal(tx, await channel_facts(tx, [ticket.channel]))
    activity = _written(ticket.id, submitted.author, submitted)
    family.write_at_home(activity, theirs.id)
    ticket.last_incoming_at = max(ticket.last_incoming_at or submitted.submitted_at, submitted.submitted_at)
    journal.add(ticket, activity, actor=_actor(submitted.author), because=submitted)
    flow = journal.channel(ticket).flow
    journal.follow(ticket, after_customer_wrote(flow, journal.place(ticket)), because=submitted)
    await journal.write()
    await _filed(tx, submitted.submission_id, ticket=theirs)


def is_theirs(ticket: Ticket, contact_ids: Collection[UUID]) -> bool:
    """Whether customers with these contacts may see the ticket at all; an internal one nobody outside may (CW-11)."""
    return ticket.origin is not Origin.INTERNAL and ticket.contact_id in contact_ids


def _written(ticket_id: UUID, author: Author, submitted: TicketSubmitted | ReplySubmitted) -> NewActivity:
    return NewActivity(
        ticket_id=ticket_id,
        kind=Kind.INCOMING,
        at=submitted.submitted_at,
        author_kind=ActorKind.CONTACT,
        author_id=author.contact_id,
        author_name=author.name,
        text=submitted.text,
        shown_outside=True,
        explanation="It was written in the customer portal.",
    )


def _actor(author: Author) -> Actor:
    return Actor(kind=ActorKind.CONTACT, id=author.contact_id)


async def _filed_before(tx: Transaction, submission_id: UUID) -> bool:
    """Whether it was filed already; then the portal is told once more, because it may not have heard."""
    submission = await tx.session.get(Submission, submission_id)
    if submission is None:
        return False
    tx.emit(
        SubmissionFiled(
            submission_id=submission.id,
            ticket_id=submission.ticket_id,
            number=submission.number,
            refusal=submission.refusal,
        )
    )
    return True


async def _filed(
    tx: Transaction, submission_id: UUID, *, ticket: Ticket | NewTicket | None = None, refusal: str | None = None
) -> None:
    ticket_id, number = (ticket.id, ticket.number) if ticket else (None, None)
    tx.session.add(Submission(id=submission_id, ticket_id=ticket_id, number=number, refusal=refusal))
    tx.emit(SubmissionFiled(submission_id=submission_id, ticket_id=ticket_id, number=number, refusal=refusal))
