"""Mails become tickets and activities: many at a time, in a handful of statements (hot path)."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Literal
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from chassis.database import Transaction
from chassis.ids import new_id
from contracts.ingest import MailKind, MailReceived
from contracts.tickets import Actor, ActorKind, MailFiled
from tickets.channels.queries import ChannelFacts, channel_facts, first_channel
from tickets.channels.rules.workflow import after_customer_wrote, after_undeliverable
from tickets.database import table_of
from tickets.desk.journal import SYSTEM, Journal, next_numbers
from tickets.desk.lookup import Lookup, SeenMessage, Sender
from tickets.desk.models import KnownMessage, OwnAddress, Participant, RecipientState
from tickets.desk.records import AnyTicket, NewActivity, NewTicket
from tickets.desk.rules.homes import also_shown_in
from tickets.desk.rules.subjects import own_subject
from tickets.desk.rules.threading import Filing, Verdict
from tickets.desk.rules.words import Delivery, Kind, Origin
from tickets.properties.queries import default_priority
from tickets.properties.rules.priorities import NORMAL


async def file_mails(tx: Transaction, mails: Sequence[MailReceived], *, prefix: str) -> None:
    """Put each mail where it belongs, and tell the mail service so that its ledger row can be closed (MT-02)."""
    lookup = await Lookup.load(tx, mails, prefix=prefix)
    wanted = {mail.channel for mail in mails} | {ticket.channel for ticket in lookup.tickets.values()}
    channels = await channel_facts(tx, wanted)
    opening = await _opening(tx, mails, channels)
    numbers = await next_numbers(tx, sum(map(lookup.opens, mails)))
    priority = await default_priority(tx) if numbers else NORMAL
    intake = _Intake(tx, lookup, Journal(tx, channels), opening, numbers, priority=priority)
    for mail in mails:
        intake.take(mail)
    await intake.write()


async def _opening(
    tx: Transaction, mails: Sequence[MailReceived], channels: dict[str, ChannelFacts]
) -> dict[str, ChannelFacts]:
    """Where new tickets of the mails' channels go: one that is missing or not active is replaced (TC-07, CF-02)."""
    named = {mail.channel for mail in mails}
    opening = {key: channels[key] for key in named if key in channels and channels[key].active}
    if missing := named - opening.keys():
        first = await first_channel(tx)
        if first is None:
            raise LookupError("there is no channel that a mail could go to; create one")
        if first not in channels:
            channels |= await channel_facts(tx, [first])
        opening |= dict.fromkeys(missing, channels[first])
    return opening


class _Intake:
    """One batch on its way into the tables."""

    def __init__(
        self,
        tx: Transaction,
        lookup: Lookup,
        journal: Journal,
        opening: dict[str, ChannelFacts],
        numbers: Iterable[int],
        *,
        priority: str,
    ) -> None:
        self._priority = priority
        self._tx = tx
        self._lookup = lookup
        self._opening = opening
        self._numbers = iter(numbers)
        self._journal = journal
        self._messages: list[dict[str, object]] = []
        self._participants: set[tuple[UUID, str]] = set()
        self._bounced: list[dict[str, object]] = []
        self._filed: list[tuple[MailFiled, MailReceived]] = []

    def take(self, mail: MailReceived) -> None:
        """Decide about one mail; later mails of the batch see the result."""
        if seen := self._lookup.seen_before(mail):
            again = seen.mail_id == mail.mail_id
            self._tell(mail, "ticket" if again else "duplicate", seen)
            return
        filing = self._lookup.filing(mail)
        match filing.verdict:
            case Verdict.MACHINE:
                self._filed.append((MailFiled(mail_id=mail.mail_id, outcome="machine"), mail))
            case Verdict.ATTACH if filing.ticket_id is not None:
                self._attach(mail, filing, self._lookup.tickets[filing.ticket_id])
            case _:
                self._open(mail, filing)

    def _open(self, mail: MailReceived, filing: Filing) -> None:
        sender = self._lookup.sender(mail)
        channel = self._opening[mail.channel]
        first = channel.flow.first
        ticket = NewTicket(
            number=next(self._numbers),
            subject=own_subject(mail.subject, prefix=self._lookup.prefix),
            origin=Origin.EMAIL,
            channel=channel.key,
            status=first.key,
            closed=first.closed,
            ball=first.ball,
            priority=self._priority,
            contact_id=sender.contact_id,
            contact_name=sender.contact_name or (mail.sender.name if mail.sender else None) or None,
            contact_address=mail.sender.address if mail.sender else None,
            company_id=sender.company_id,
            company_name=sender.company_name,
            possible_follow_up_of=filing.ticket_id,
            opened_at=mail.received_at,
            changed_at=self._tx.now,
            last_activity_at=mail.received_at,
            last_incoming_at=mail.received_at,
            shown_at=mail.received_at,
        )
        activity = _activity(mail, ticket, sender, filing)
        self._journal.open(ticket, activity, actor=_actor(mail, sender), because=mail)
        self._remember(mail, ticket, activity, self._addresses(mail))

    def _attach(self, mail: MailReceived, filing: Filing, ticket: AnyTicket) -> None:
        sender = self._lookup.sender(mail)
        family, home = self._lookup.family(ticket), ticket
        if family is not None:
            home, ticket = family.home(self._lookup.home(mail, home.id)), family.living
        activity = _activity(mail, home, sender, filing)
        activity.ticket_id = ticket.id
        if family is not None and family.merged:
            openly = {mailbox.address.lower() for mailbox in (*mail.to, *mail.cc)}
            also = also_shown_in(home.id, family.homes, recipients=openly) if activity.shown_outside else ()
            family.write_at_home(activity, home.id, also=also)
        self._journal.add(ticket, activity, actor=_actor(mail, sender), because=mail)
        flow, place = self._journal.channel(ticket).flow, self._journal.place(ticket)
        if mail.kind is MailKind.HUMAN:
            ticket.last_incoming_at = max(ticket.last_incoming_at or mail.received_at, mail.received_at)
            self._journal.follow(ticket, after_customer_wrote(flow, place), because=mail)
        elif mail.kind is MailKind.BOUNCE:
            self._bounce(mail)
            self._journal.follow(ticket, after_undeliverable(flow, place), because=mail)
        addresses = self._addresses(mail)
        if not filing.proven:
            addresses = {address for address in addresses if self._lookup.takes_part(home, address)}
        self._remember(mail, home, activity, addresses, in_ticket=ticket)

    def _addresses(self, mail: MailReceived) -> set[str]:
        return {address for address in _participants(mail) if not self._lookup.is_own(address)}

    def _bounce(self, mail: MailReceived) -> None:
        sent = self._lookup.sent_message(mail)
        if sent is not None:
            self._bounced += [
                {"of_activity": sent.activity_id, "to_address": bounced.address.lower(), "because": bounced.reason}
                for bounced in mail.bounced
            ]

    def _remember(
        self,
        mail: MailReceived,
        ticket: AnyTicket,
        activity: NewActivity,
        addresses: set[str],
        *,
        in_ticket: AnyTicket | None = None,
    ) -> None:
        """Keep what later mails need at the ticket that this one was written in; it may be ``in_ticket`` by now.

        ``addresses`` take part in it from now on. A mail that has nothing but a number to show brings nobody along:
        else a forged From and a Cc were enough to read the next answer (MT-05, attack 2).
        """
        seen = self._lookup.remember(mail, ticket, activity.id, addresses)
        self._messages.append(
            {
                "id": new_id(),
                "key": seen.key,
                "digest": seen.digest,
                "ticket_id": seen.ticket_id,
                "activity_id": seen.activity_id,
                "mail_id": seen.mail_id,
            }
        )
        self._participants |= {(ticket.id, address) for address in addresses}
        now = in_ticket or ticket
        self._tell(mail, "ticket", replace(seen, ticket_id=now.id, number=now.number))

    def _tell(self, mail: MailReceived, outcome: Literal["ticket", "duplicate"], seen: SeenMessage) -> None:
        filed = MailFiled(
            mail_id=mail.mail_id,
            outcome=outcome,
            ticket_id=seen.ticket_id,
            number=seen.number,
            activity_id=seen.activity_id,
        )
        self._filed.append((filed, mail))

    async def write(self) -> None:
        """Store the batch, and tell."""
        session = self._tx.session
        await self._journal.write()
        for filed, mail in self._filed:
            self._tx.emit(filed, because=mail)
        if self._messages:
            await session.execute(sa.insert(table_of(KnownMessage)), self._messages)
        if self._participants:
            await session.execute(
                insert(table_of(Participant)).on_conflict_do_nothing(),
                [{"ticket_id": ticket_id, "address": address} for ticket_id, address in sorted(self._participants)],
            )
        if self._lookup.new_own:
            rows = [{"address": address} for address in sorted(self._lookup.new_own)]
            await session.execute(insert(table_of(OwnAddress)).on_conflict_do_nothing(), rows)
        if self._bounced:
            await session.execute(
                sa.update(table_of(RecipientState))
                .where(
                    RecipientState.activity_id == sa.bindparam("of_activity"),
                    RecipientState.address == sa.bindparam("to_address"),
                )
                .values(state=Delivery.BOUNCED, reason=sa.bindparam("because"), changed_at=self._tx.now),
                self._bounced,
            )


def _activity(mail: MailReceived, ticket: AnyTicket, sender: Sender, filing: Filing) -> NewActivity:
    machine = mail.kind in {MailKind.BOUNCE, MailKind.AUTO_REPLY}
    return NewActivity(
        ticket_id=ticket.id,
        kind=Kind.INCOMING,
        at=mail.received_at,
        author_kind=ActorKind.SYSTEM if mail.kind is MailKind.BOUNCE else ActorKind.CONTACT,
        author_id=sender.contact_id,
        author_name=(mail.sender.name or mail.sender.address) if mail.sender else "",
        subject=mail.subject,
        text=mail.text,
        html=mail.html,
        truncated=mail.truncated,
        shown_outside=not machine and _contact_knows(mail, ticket.contact_address),
        sender=mail.sender.model_dump() if mail.sender else None,
        to=[mailbox.model_dump() for mailbox in mail.to],
        cc=[mailbox.model_dump() for mailbox in mail.cc],
        attachments=[attachment.model_dump() for attachment in mail.attachments],
        mail_id=mail.mail_id,
        mail_kind=mail.kind.value,
        message_id=mail.message_id,
        thread=[*(mail.references or mail.in_reply_to[:1])],
        explanation=filing.explanation,
    )


def _contact_knows(mail: MailReceived, contact_address: str | None) -> bool:
    """Whether the ticket's contact wrote the mail or got it: another participant's mail is not theirs to read."""
    if contact_address is None:
        return False
    known = {mailbox.address.lower() for mailbox in (mail.sender, *mail.to, *mail.cc) if mailbox}
    return contact_address.lower() in known


def _participants(mail: MailReceived) -> set[str]:
    """Who takes part in a ticket because of a mail: whoever wrote it or got it (MT-05). A machine does not."""
    if mail.kind in {MailKind.BOUNCE, MailKind.AUTO_REPLY}:
        return set()
    return {mailbox.address.lower() for mailbox in (mail.sender, *mail.to, *mail.cc) if mailbox}


def _actor(mail: MailReceived, sender: Sender) -> Actor:
    if mail.kind is MailKind.BOUNCE:
        return SYSTEM
    return Actor(kind=ActorKind.CONTACT, id=sender.contact_id)
