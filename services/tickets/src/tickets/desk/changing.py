"""Changing a ticket's fields: one activity names all that changed, and a move shows it to others (CV-02)."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from chassis.database import Transaction
from chassis.versions import StaleVersion
from contracts.crm_match import ContactCard
from contracts.tickets import ActorKind
from tickets.channels.queries import ChannelFacts, channel_facts
from tickets.channels.rules.visibility import Verb
from tickets.channels.rules.workflow import Flow, Place, after_work_began
from tickets.database import is_one_of
from tickets.desk.acting import Acting
from tickets.desk.journal import Journal
from tickets.desk.models import Ticket
from tickets.desk.properties import Given, given_properties
from tickets.desk.queries import find_ticket, ticket_view
from tickets.desk.records import NewActivity, field_change, set_status
from tickets.desk.rules.subjects import own_subject
from tickets.desk.rules.words import Kind
from tickets.desk.shapes import ThenIn, TicketPatch
from tickets.desk.writing.guard import nothing_new
from tickets.errors import StatusNotAllowed, UnknownReference
from tickets.settings import Settings
from tickets.staff.models import Agent

Known = tuple[UUID | None, str | None, str | None, UUID | None, str | None]
"""A contact with its name, address, company and the company's name; without an id only an address that wrote."""


@dataclass(frozen=True)
class Named:
    """A channel or a status. Names need not be unique: another key is a change, whatever it is called."""

    key: str
    name: str


Value = UUID | Known | Named | str | None
"""What a field holds: an agent, a contact, a channel or a status, a word, or nothing."""

TOLD = frozenset({"status", "channel", "owner", "responsible"})
"""Changes that people are told of; the rest is only kept."""


async def change_ticket(
    tx: Transaction,
    acting: Acting,
    number: int,
    patch: TicketPatch,
    *,
    expected: int,
    contact: ContactCard | None,
    settings: Settings,
) -> Ticket:
    """Change fields of a ticket.

    Raises what `find_ticket` and `given_properties` do, `StaleVersion` and `NewActivities`.
    """
    ticket = await unchanged_since(tx, acting, number, expected, prefix=settings.ticket_prefix)
    await nothing_new(tx, ticket, acting.who.agent_id, since=patch.last_seen_activity)
    channels = await channels_for_move(tx, ticket.channel, patch.channel or ticket.channel)
    change = _Change(tx, acting, ticket, channels)
    given = patch.model_fields_set
    if patch.channel is not None:
        change.move(patch.channel)
    if "owner_id" in given:
        change.owner(patch.owner_id)
    if "responsible_id" in given:
        change.responsible(patch.responsible_id)
    if patch.status is not None:
        change.status(patch.status)
    if patch.subject is not None:
        change.put("subject", own_subject(patch.subject, prefix=settings.ticket_prefix))
    if "contact_id" in given:
        change.contact(contact)
    for property_ in await given_properties(tx, ticket, patch):
        change.give(property_)
    await change.write(patch.reason)
    return ticket


async def take_ownership(tx: Transaction, acting: Acting, number: int, *, expected: int, settings: Settings) -> Ticket:
    """Become the owner; a new ticket is in progress then (C6). Raises what `change_ticket` does."""
    ticket = await unchanged_since(tx, acting, number, expected, prefix=settings.ticket_prefix)
    change = _Change(tx, acting, ticket, await channel_facts(tx, [ticket.channel]))
    change.owner(acting.who.agent_id)
    change.begin_work()
    await change.write("")
    return ticket


async def change_along(
    tx: Transaction, acting: Acting, ticket: Ticket, then: ThenIn, journal: Journal, *, back: bool = False
) -> None:
    """Change status and owner together with an activity that ``journal`` holds already.

    ``back`` takes such a change back, which needs no way in the workflow. Raises `UnknownReference`,
    `StatusNotAllowed`.
    """
    change = _Change(tx, acting, ticket, journal.channels)
    if "owner_id" in then.model_fields_set:
        change.owner(then.owner_id)
    if then.status is not None:
        change.status(then.status, back=back)
    await change.note_in(journal, "")


async def unchanged_since(tx: Transaction, acting: Acting, number: int, expected: int, *, prefix: str) -> Ticket:
    ticket = await find_ticket(tx, acting.access, number, Verb.CHANGE)
    await refuse_stale(tx, acting, ticket, expected, prefix=prefix)
    return ticket


async def refuse_stale(tx: Transaction, acting: Acting, ticket: Ticket, expected: int, *, prefix: str) -> None:
    """Raises `StaleVersion` with the state as it is now, unless the ticket has the expected version."""
    if ticket.version != expected:
        now = await ticket_view(tx, acting.who.agent_id, ticket.number, prefix=prefix)
        raise StaleVersion(
            f"The ticket is at version {ticket.version} by now. Read it again, then repeat your change.",
            current={name: value for name, value in now.items() if name != "activities"},
        )


async def channels_for_move(tx: Transaction, now: str, wanted: str) -> dict[str, ChannelFacts]:
    """The channel of a ticket and the one where it shall be. Raises `UnknownReference` where it cannot go."""
    channels = await channel_facts(tx, [now, wanted])
    if wanted not in channels:
        raise UnknownReference(f"There is no channel '{wanted}'.")
    if wanted != now and not channels[wanted].active:
        raise UnknownReference(f"The channel '{wanted}' takes no tickets any more. Choose another one.")
    return channels


class _Change:
    """The changes of one request, applied one after the other and written as one activity."""

    def __init__(self, tx: Transaction, acting: Acting, ticket: Ticket, channels: Mapping[str, ChannelFacts]) -> None:
        self._tx = tx
        self._acting = acting
        self._ticket = ticket
        self._channels = channels
        self._left: str | None = None
        self._lines: dict[str, dict[str, Any]] = {}
        self._before: dict[str, Value] = {}
        self._after: dict[str, Value] = {}

    @property
    def _channel(self) -> ChannelFacts:
        return self._channels[self._ticket.channel]

    @property
    def _place(self) -> Place:
        return self._channel.flow.same_or_first(self._ticket.status)

    def move(self, key: str) -> None:
        """Into another channel: the status stays if it exists there, agents who cannot see it there are released."""
        if key == self._ticket.channel:
            return
        before, place = self._channel, self._place
        self._left, self._ticket.channel = before.key, key
        self._note("channel", Named(before.key, before.name), Named(key, self._channel.name))
        self._go(place, self._channel.flow.same_or_like(place))
        if self._ticket.owner_id and not self._channel.sees(self._ticket.owner_id):
            self.owner(None)
        if self._ticket.responsible_id and not self._channel.sees(self._ticket.responsible_id):
            self.responsible(None)

    def owner(self, agent_id: UUID | None) -> None:
        """Another owner, or none."""
        before, self._ticket.owner_id = self._ticket.owner_id, self._seeing(agent_id)
        self._note("owner", before, agent_id)

    def responsible(self, agent_id: UUID | None) -> None:
        """Another responsible person, or none."""
        before, self._ticket.responsible_id = self._ticket.responsible_id, self._seeing(agent_id)
        self._note("responsible", before, agent_id)

    def status(self, key: str, *, back: bool = False) -> None:
        """Another status of the channel's workflow; ``back`` to one that it had."""
        place = self._channel.flow.get(key)
        if place is None:
            raise UnknownReference(f"The channel '{self._channel.key}' has no status '{key}'.")
        if not back:
            refuse_status(self._channel.flow, self._place, place)
        self._go(self._place, place)

    def begin_work(self) -> None:
        """What taking a new ticket does to its status."""
        self._go(self._place, after_work_began(self._channel.flow, self._place))

    def put(self, field: str, value: str) -> None:
        """A field that stands for itself."""
        before = getattr(self._ticket, field)
        setattr(self._ticket, field, value)
        self._note(field, str(before), str(value))

    def contact(self, contact: ContactCard | None) -> None:
        """Another contact with its company and preferred address, or none."""
        before = _contact_of(self._ticket)
        ticket = self._ticket
        ticket.contact_id = contact.contact_id if contact else None
        ticket.contact_name = contact.name if contact else None
        ticket.contact_address = contact.addresses[0] if contact and contact.addresses else None
        ticket.company_id = contact.company_id if contact else None
        ticket.company_name = contact.company_name if contact else None
        self._note("contact", before, _contact_of(ticket))

    def give(self, given: Given) -> None:
        """A property; the history has its lines as they are."""
        setattr(self._ticket, given.column, given.value)
        for line in given.lines:
            self._lines[line["field"]] = line
            self._note(line["field"], line["from"], line["to"])

    async def write(self, reason: str) -> None:
        """Write and tell, if anything changed at all."""
        journal = Journal(self._tx, self._channels)
        await self.note_in(journal, reason)
        await journal.write()

    async def note_in(self, journal: Journal, reason: str) -> None:
        """Add to a journal that somebody else writes, if anything changed at all."""
        fields = tuple(name for name in self._after if name in self._lines or self._before[name] != self._after[name])
        if not fields:
            return
        names = await self._names(fields)
        activity = NewActivity(
            ticket_id=self._ticket.id,
            kind=Kind.STATUS_CHANGE,
            at=self._tx.now,
            author_kind=ActorKind.AGENT,
            author_id=self._acting.who.agent_id,
            author_name=self._acting.who.name,
            text=reason,
            shown_outside=False,
            changes=[
                self._lines.get(name)
                or field_change(name, before=_shown(self._before[name], names), after=_shown(self._after[name], names))
                for name in fields
            ],
        )
        quiet = TOLD.isdisjoint(fields)
        journal.add(self._ticket, activity, actor=self._acting.actor, quiet=quiet)
        journal.change(self._ticket, *fields, actor=self._acting.actor, quiet=quiet)
        if self._left is not None:
            journal.moved(self._ticket, left=self._left, actor=self._acting.actor)

    def _go(self, before: Place, place: Place) -> None:
        if before != place:
            set_status(self._ticket, place, self._tx.now)
        self._note("status", Named(before.key, before.name), Named(place.key, place.name))

    def _note(self, field: str, before: Value, after: Value) -> None:
        self._before.setdefault(field, before)
        self._after[field] = after

    def _seeing(self, agent_id: UUID | None) -> UUID | None:
        if agent_id is not None and not self._channel.sees(agent_id):
            raise UnknownReference(f"The agent {agent_id} does not subscribe to the channel '{self._channel.key}'.")
        return agent_id

    async def _names(self, fields: Collection[str]) -> dict[UUID, str]:
        ids = {value for name in fields for value in (self._before[name], self._after[name]) if isinstance(value, UUID)}
        rows = await self._tx.session.execute(sa.select(Agent.id, Agent.name).where(is_one_of(Agent.id, ids)))
        return {row.id: row.name for row in rows}


def _contact_of(ticket: Ticket) -> Known | None:
    known = (
        ticket.contact_id,
        ticket.contact_name,
        ticket.contact_address,
        ticket.company_id,
        ticket.company_name,
    )
    return known if any(known) else None


def refuse_status(flow: Flow, now: Place, wanted: Place) -> None:
    """Raises `StatusNotAllowed` where the workflow does not let an agent go this way (TC-12)."""
    if flow.may_follow(now, wanted):
        return
    allowed = flow.next_of(now)
    names = ", ".join(f"'{place.name}'" for place in allowed)
    raise StatusNotAllowed(
        f"From '{now.name}' a ticket cannot go to '{wanted.name}', only to {names}.",
        current={"status": now.key, "next_statuses": [place.key for place in allowed]},
    )


def _shown(value: Value, names: dict[UUID, str]) -> str | None:
    """A field's value in words."""
    match value:
        case UUID():
            return names.get(value)
        case (_, name, address, _, _):
            return name or address
        case Named(name=name):
            return name
        case _:
            return value
