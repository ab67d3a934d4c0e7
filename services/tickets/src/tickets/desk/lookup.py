"""What filing a batch of mails needs to know: read in a few statements, kept up to date while the batch goes on."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self
from uuid import UUID

import sqlalchemy as sa

from chassis.database import Transaction
from contracts.ingest import MailReceived
from tickets.channels.models import Channel
from tickets.database import is_any
from tickets.desk.models import KnownMessage, OwnAddress, Participant, Ticket
from tickets.desk.records import AnyTicket
from tickets.desk.rules.homes import home_of_mail
from tickets.desk.rules.recipients import is_own, without_tag
from tickets.desk.rules.subjects import numbers_in, reference
from tickets.desk.rules.threading import (
    Evidence,
    Filing,
    Known,
    Target,
    Verdict,
    digest,
    file_mail,
    own_key,
    past_reopening,
    referenced_ids,
    referenced_keys,
)
from tickets.desk.rules.tokens import Token, is_ours, tokens_in
from tickets.desk.signing.keys import believed_keys
from tickets.desk.structure.families import Family, families_of, lock_families


@dataclass(frozen=True, kw_only=True)
class SeenMessage:
    """A known message and the ticket that it was written in; one without ``digest`` was sent by us."""

    key: str
    digest: bytes | None
    ticket_id: UUID
    activity_id: UUID
    mail_id: UUID | None
    number: int


@dataclass(frozen=True, kw_only=True)
class Sender:
    """The contact behind a mail, as far as the contact service has said who it is."""

    contact_id: UUID | None = None
    contact_name: str | None = None
    company_id: UUID | None = None
    company_name: str | None = None


UNKNOWN = Sender()


@dataclass(frozen=True, kw_only=True)
class _Facts:
    """What is read from a mail once, because it is asked for several times."""

    own_key: str
    digest: bytes
    references: tuple[str, ...]
    numbers: tuple[int, ...]
    tokens: tuple[Token, ...]


class Lookup:
    """Known messages, tickets (locked with their families), participants and senders of a batch of mails."""

    def __init__(self, tx: Transaction, mails: Sequence[MailReceived], prefix: str) -> None:
        self.prefix = prefix
        self.tickets: dict[UUID, AnyTicket] = {}
        self.own: set[str] = set()
        self.new_own: set[str] = set()
        self._tx = tx
        self._facts = {mail.mail_id: _facts(mail, prefix) for mail in mails}
        self._seen: dict[str, list[SeenMessage]] = {}
        self._by_number: dict[int, AnyTicket] = {}
        self._families: dict[int, Family] = {}
        self._participants: set[tuple[UUID, str]] = set()
        self._senders: dict[UUID, Sender] = {}
        self._reopen_days: dict[str, int] = {}
        self._secrets: dict[str, bytes] = {}

    @classmethod
    async def load(cls, tx: Transaction, mails: Sequence[MailReceived], *, prefix: str) -> Self:
        """Read everything. The senders come first: their rows are what a match and a mail wait for each other with."""
        lookup = cls(tx, mails, prefix)
        facts = lookup._facts.values()
        await lookup._load_senders(sorted(lookup._facts))
        await lookup._load_messages({key for one in facts for key in (one.own_key, *one.references)})
        if any(one.tokens for one in facts):
            lookup._secrets = await believed_keys(tx)
        signed = {token.number for one in facts for token in lookup._signed(one)}
        await lookup._load_tickets(signed | {number for one in facts for number in one.numbers})
        await lookup._load_addresses(mails)
        return lookup

    def sender(self, mail: MailReceived) -> Sender:
        """The contact behind a mail."""
        return self._senders.get(mail.mail_id, UNKNOWN)

    def seen_before(self, mail: MailReceived) -> SeenMessage | None:
        """The same mail, if it was filed already, or our own one that came back to us (MT-03)."""
        facts = self._facts[mail.mail_id]
        ours = mail.sender is not None and self.is_own(mail.sender.address)
        for seen in self._seen.get(facts.own_key, ()):
            if seen.digest == facts.digest or (seen.digest is None and ours):
                return seen
        return None

    def opens(self, mail: MailReceived) -> bool:
        """Whether the mail opens a ticket, unless another mail of this batch changes that."""
        return self.seen_before(mail) is None and self.filing(mail).verdict is Verdict.OPEN

    def filing(self, mail: MailReceived) -> Filing:
        """Where the mail goes, by all that is known now."""
        facts = self._facts[mail.mail_id]
        known = {
            key: Known(ticket_id=seen[-1].ticket_id, sent=seen[-1].digest is None)
            for key in facts.references
            if (seen := self._seen.get(key))
        }
        signed = self._signed(facts)
        numbers = [*(token.number for token in signed), *facts.numbers]
        by_id = {found.ticket_id: self.tickets[found.ticket_id] for found in known.values()}
        by_number = {number: self._by_number[number] for number in numbers if number in self._by_number}
        evidence = Evidence(
            signed=signed,
            forged=any(token not in signed and token.key_id in self._secrets for token in facts.tokens),
            known=known,
            numbers=facts.numbers,
            by_id={ticket_id: self._target(ticket) for ticket_id, ticket in by_id.items()},
            by_number={number: self._target(ticket) for number, ticket in by_number.items()},
        )
        return file_mail(mail, evidence, takes_part=lambda ticket_id: self._home(mail, ticket_id) is not None)

    def _signed(self, facts: _Facts) -> list[Token]:
        return [token for token in facts.tokens if is_ours(token, self._secrets)]

    def is_own(self, address: str) -> bool:
        """Whether we receive at an address, with or without something behind a plus sign."""
        return is_own(address, self.own)

    def takes_part(self, ticket: AnyTicket, address: str) -> bool:
        """Whether an address (in lower case) takes part in a ticket."""
        return (ticket.id, address) in self._participants

    def family(self, ticket: AnyTicket) -> Family | None:
        """The family of a ticket that is a row already; one that this batch opens has none."""
        return self._families.get(ticket.number)

    def home(self, mail: MailReceived, matched: UUID) -> UUID:
        """Where a mail is written that belongs to the family of the ticket ``matched``."""
        return self._home(mail, matched) or matched

    def _home(self, mail: MailReceived, matched: UUID) -> UUID | None:
        family = self.family(self.tickets[matched])
        members = [one.id for one in family.members] if family else []
        return home_of_mail(matched, members, takes_part=lambda home: self._takes_part(mail, home))

    def sent_message(self, mail: MailReceived) -> SeenMessage | None:
        """The mail of ours that this one is about."""
        references = self._facts[mail.mail_id].references
        found = (seen for key in references for seen in self._seen.get(key, ()) if seen.digest is None)
        return next(found, None)

    def remember(self, mail: MailReceived, ticket: AnyTicket, activity_id: UUID, participants: set[str]) -> SeenMessage:
        """A mail was filed; the next one of the batch may refer to it."""
        facts = self._facts[mail.mail_id]
        message = SeenMessage(
            key=facts.own_key,
            digest=facts.digest,
            ticket_id=ticket.id,
            activity_id=activity_id,
            mail_id=mail.mail_id,
            number=ticket.number,
        )
        self.tickets[ticket.id] = self._by_number[ticket.number] = ticket
        self._seen.setdefault(message.key, []).append(message)
        self._participants |= {(ticket.id, address) for address in participants}
        return message

    def _target(self, ticket: AnyTicket) -> Target:
        family = self.family(ticket)
        living = family.living if family else ticket
        expired = past_reopening(
            closed_at=living.closed_at, reopen_days=self._reopen_days.get(living.channel), now=self._tx.now
        )
        return Target(ticket_id=ticket.id, reference=reference(self.prefix, ticket.number), expired=expired)

    def _takes_part(self, mail: MailReceived, ticket_id: UUID) -> bool:
        if mail.sender is None:
            return False
        contact_id = self.sender(mail).contact_id
        if contact_id is not None and contact_id == self.tickets[ticket_id].contact_id:
            return True
        return (ticket_id, mail.sender.address.lower()) in self._participants

    async def _load_senders(self, mail_ids: Sequence[UUID]) -> None:
        rows = await self._tx.session.execute(_RESERVE_SENDERS, {"mail_ids": mail_ids})
        self._senders = {
            row.mail_id: Sender(
                contact_id=row.contact_id,
                contact_name=row.contact_name,
                company_id=row.company_id,
                company_name=row.company_name,
            )
            for row in rows
            if row.outcome == "matched"
        }

    async def _load_messages(self, keys: set[str]) -> None:
        rows = await self._tx.session.execute(_MESSAGES, {"keys": [*keys]})
        for row in rows:
            self._seen.setdefault(row.key, []).append(SeenMessage(**row._mapping))  # noqa: SLF001  # SQLAlchemy's public name

    async def _load_tickets(self, numbers: set[int]) -> None:
        ids = {seen.ticket_id for messages in self._seen.values() for seen in messages}
        if not ids and not numbers:
            return
        found = await lock_families(self._tx, ids=ids, numbers=numbers)
        self._families = families_of(found)
        self.tickets = {ticket.id: ticket for ticket in found}
        self._by_number = {ticket.number: ticket for ticket in self.tickets.values()}
        self._reopen_days = {row.key: row.reopen_days for row in await self._tx.session.execute(_LIMITS)}

    async def _load_addresses(self, mails: Sequence[MailReceived]) -> None:
        senders = {mail.sender.address.lower() for mail in mails if mail.sender}
        everyone = {box.address.lower() for mail in mails for box in (*mail.to, *mail.cc)} | senders
        everyone |= {without_tag(address) for address in everyone}
        accounts = {mail.account_address.lower() for mail in mails if mail.account_address}
        stored = set(await self._tx.session.scalars(_OWN, {"addresses": [*(everyone | accounts)]}))
        self.new_own = accounts - stored
        self.own = accounts | stored
        if self.tickets:
            values = {"tickets": [*self.tickets], "addresses": [*everyone]}
            rows = await self._tx.session.execute(_PARTICIPANTS, values)
            self._participants = {(row.ticket_id, row.address) for row in rows}


def _facts(mail: MailReceived, prefix: str) -> _Facts:
    return _Facts(
        own_key=own_key(mail),
        digest=digest(mail),
        references=referenced_keys(mail),
        numbers=numbers_in(mail.subject, prefix=prefix),
        tokens=tokens_in(referenced_ids(mail), (*mail.delivered_to, *(box.address for box in (*mail.to, *mail.cc)))),
    )


_RESERVE_SENDERS = sa.text(
    "INSERT INTO mail_sender (mail_id, candidates)"
    " SELECT mail_id, '[]' FROM unnest(CAST(:mail_ids AS uuid[])) AS mail_id ORDER BY mail_id"
    " ON CONFLICT (mail_id) DO UPDATE SET mail_id = excluded.mail_id"
    " RETURNING mail_id, outcome, contact_id, contact_name, company_id, company_name"
)
"""Makes sure that each mail has its row, waits for a match that is being written, and reads what there is."""

_MESSAGES = (
    sa.select(
        KnownMessage.key,
        KnownMessage.digest,
        KnownMessage.ticket_id,
        KnownMessage.activity_id,
        KnownMessage.mail_id,
        Ticket.number,
    )
    .join(Ticket, Ticket.id == KnownMessage.ticket_id)
    .where(is_any(KnownMessage.key, "keys"))
    .order_by(KnownMessage.id)
)
_LIMITS = sa.select(Channel.key, Channel.reopen_days).where(Channel.reopen_days.is_not(None))
_OWN = sa.select(OwnAddress.address).where(is_any(OwnAddress.address, "addresses"))
_PARTICIPANTS = sa.select(Participant.ticket_id, Participant.address).where(
    is_any(Participant.ticket_id, "tickets"), is_any(Participant.address, "addresses")
)
