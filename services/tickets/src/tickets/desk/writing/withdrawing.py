"""Taking a mail back before it leaves: it becomes a draft again, and the ticket keeps only that this happened.

Two may want the mail at the same moment, the agent and the job that sends it. Whoever locks its row first has it. The
job never touches a mail before its time, and afterwards nobody can tell for sure that the mail service has not got it;
so it can be taken back only before its time, and only if nobody else has had the row in between.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB

from chassis.database import Transaction
from contracts.ingest import MailKind
from tickets.channels.queries import ChannelFacts, channel_facts
from tickets.channels.rules.visibility import Verb
from tickets.database import is_one_of, table_of
from tickets.desk.acting import Acting
from tickets.desk.changing import change_along
from tickets.desk.journal import Journal
from tickets.desk.models import Activity, KnownMessage, Participant, RecipientState, Ticket, TicketMail
from tickets.desk.queries import find_ticket
from tickets.desk.rules.words import DraftKind, Mode, Sending
from tickets.desk.shapes import ThenIn
from tickets.desk.writing.drafts import recover
from tickets.desk.writing.models import Draft
from tickets.errors import ActivityNotFound, AlreadySent, AlreadyWithdrawn, NotTheAuthor


@dataclass(frozen=True, kw_only=True)
class TakenBack:
    """What a withdrawal leaves."""

    ticket: Ticket
    draft: Draft


async def withdraw(tx: Transaction, acting: Acting, number: int, activity_id: UUID) -> TakenBack:
    """Take a mail back before it leaves. A ticket that it opened stays, and its draft becomes the first mail anew.

    Raises what `find_ticket` does, `ActivityNotFound`, `NotTheAuthor`, `AlreadySent`, `AlreadyWithdrawn`.
    """
    ticket = await find_ticket(tx, acting.access, number)
    activity = await tx.session.get(Activity, activity_id)
    if activity is None or activity.ticket_id != ticket.id:
        raise ActivityNotFound("This ticket has no activity with this id.")
    if activity.author_id != acting.who.agent_id:
        raise NotTheAuthor("Only its author can take a mail back, because the text returns as their draft.")
    mail = await _claim(tx, activity_id)
    await tx.session.refresh(ticket, with_for_update=True)
    await find_ticket(tx, acting.access, number, Verb.MAIL)
    kept = mail.kept or {}
    content = dict(kept.get("content", {}))
    kind = DraftKind.FOLLOW_UP if content.get("mode") == Mode.FOLLOW_UP else DraftKind.REPLY
    draft = recover(tx, acting.who.agent_id, activity.written_in or ticket.id, kind, content)
    await _empty(tx, activity, mail)
    channels = await channel_facts(tx, [ticket.channel])
    journal = Journal(tx, channels)
    journal.change(ticket, "activities", actor=acting.actor, quiet=True)
    if back := _back(ticket, channels[ticket.channel], content.get("then") or {}, kept.get("before") or {}):
        await change_along(tx, acting, ticket, back, journal, back=True)
    await journal.write()
    await tx.session.flush()
    return TakenBack(ticket=ticket, draft=draft)


async def _claim(tx: Transaction, activity_id: UUID) -> TicketMail:
    """The mail, locked, if it can still be taken back. Raises `ActivityNotFound`, `AlreadySent`, `AlreadyWithdrawn`."""
    theirs = sa.select(TicketMail).where(TicketMail.activity_id == activity_id)
    free = await tx.session.scalar(theirs.with_for_update(skip_locked=True))
    mail = free or await tx.session.scalar(theirs.with_for_update())
    if mail is None:
        raise ActivityNotFound("This activity is no mail of yours that could be taken back.")
    if mail.state is Sending.WITHDRAWN:
        raise AlreadyWithdrawn("This mail was taken back before. Its text is among your drafts.")
    if free is None or mail.state is not Sending.WAITING or mail.tries or mail.due_at <= tx.now:
        raise AlreadySent("The mail has left already, or is leaving right now. Send a follow-up instead.")
    return mail


async def _empty(tx: Transaction, activity: Activity, mail: TicketMail) -> None:
    """Let nothing remain of a mail that never left but who wrote it, and when it was taken back."""
    await tx.session.execute(sa.delete(table_of(KnownMessage)).where(KnownMessage.activity_id == activity.id))
    await tx.session.execute(sa.delete(table_of(RecipientState)).where(RecipientState.activity_id == activity.id))
    activity.withdrawn_at = tx.now
    activity.shown_outside = False
    activity.subject, activity.text, activity.html, activity.message_id = None, "", None, None
    activity.to, activity.cc, activity.bcc = [], [], []
    activity.attachments, activity.thread = [], []
    await _forget_participants(tx, activity.written_in or activity.ticket_id, mail.added or [])
    mail.state, mail.kept, mail.added = Sending.WITHDRAWN, None, None


async def _forget_participants(tx: Transaction, ticket_id: UUID, addresses: list[str]) -> None:
    """Those who were added for this mail take no part, unless another mail went to them or came from them (MT-05).

    A customer's mail counts that went to us and to them.
    """
    written_there = (Activity.written_in == ticket_id) | (
        (Activity.ticket_id == ticket_id) & Activity.written_in.is_(None)
    )
    reached = sa.exists().where(
        written_there,
        RecipientState.activity_id == Activity.id,
        RecipientState.address == Participant.address,
    )
    wrote = sa.exists().where(written_there, sa.func.lower(Activity.sender["address"].astext) == Participant.address)
    mailbox = sa.func.jsonb_array_elements(Activity.to.op("||")(Activity.cc)).table_valued("value", name="mailbox")
    copied = sa.exists(
        sa.select(sa.literal(1))
        .select_from(table_of(Activity).join(mailbox, sa.true()))
        .where(
            written_there,
            Activity.mail_kind.not_in([MailKind.BOUNCE.value, MailKind.AUTO_REPLY.value]),
            sa.func.lower(sa.cast(mailbox.c.value, JSONB)["address"].astext) == Participant.address,
        )
        .correlate(table_of(Participant))
    )
    theirs = (Participant.ticket_id == ticket_id, is_one_of(Participant.address, addresses))
    await tx.session.execute(sa.delete(table_of(Participant)).where(*theirs, ~reached, ~wrote, ~copied))


def _back(ticket: Ticket, channel: ChannelFacts, then: Mapping[str, Any], before: Mapping[str, Any]) -> ThenIn | None:
    """The status and the owner from before the mail, where nobody has changed them since (AT-06)."""
    fields: dict[str, Any] = {}
    if "status" in then and ticket.status == then["status"] and channel.flow.get(before.get("status", "")):
        fields["status"] = before["status"]
    if "owner_id" in then and ticket.owner_id == (UUID(then["owner_id"]) if then["owner_id"] else None):
        owner = before.get("owner_id")
        if owner is None or channel.sees(UUID(owner)):
            fields["owner_id"] = owner
    return ThenIn(**fields) if fields else None
