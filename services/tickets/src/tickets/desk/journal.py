"""The journal of a transaction: what it writes about tickets, and the events that tell of it.

Rows are written together at the end, many at a time. The events come after them, so that all events of a transaction
carry the same version and the state that the ticket has when it commits.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa

from chassis.database import Transaction
from contracts.messages import Event
from contracts.tickets import (
    ActivityAdded,
    Actor,
    ActorKind,
    Addressee,
    ReminderDue,
    TicketChanged,
    TicketEnteredChannel,
    TicketEvent,
    TicketLeftChannel,
    TicketOpened,
)
from tickets.channels.queries import ChannelFacts
from tickets.channels.rules.told import roles_told
from tickets.channels.rules.words import Occasion
from tickets.channels.rules.workflow import Place
from tickets.database import is_any, table_of
from tickets.desk.models import Activity, Ticket, Watcher
from tickets.desk.reading.operations import own_words_are_read
from tickets.desk.records import AnyTicket, NewActivity, NewTicket, field_change, is_word_of_customer, set_status
from tickets.desk.reminder_models import CANCELLED_BY_REPLY
from tickets.desk.rules.audience import audience, of_activity, of_changes
from tickets.desk.rules.substitutes import who_acts, with_substitutes
from tickets.desk.rules.words import Kind
from tickets.staff.absences import substitutes_of

SYSTEM = Actor(kind=ActorKind.SYSTEM)
_MOVED = frozenset({Occasion.MOVED})
BY_AGENTS = frozenset({Kind.OUTGOING, Kind.NOTE, Kind.CALL, Kind.STATUS_CHANGE})


@dataclass(frozen=True, kw_only=True)
class _Told:
    """Something to be told at the end: ``kind`` with its own ``fields``. A ``quiet`` one has no audience."""

    kind: type[TicketEvent]
    ticket: AnyTicket
    fields: Mapping[str, object]
    actor: Actor
    because: Event | None
    quiet: bool
    occasions: frozenset[Occasion]


class Journal:
    """Collects and then writes; one for each transaction. ``channels`` holds the channels of all its tickets."""

    def __init__(self, tx: Transaction, channels: Mapping[str, ChannelFacts]) -> None:
        self._tx = tx
        self.channels = channels
        self._tickets: list[NewTicket] = []
        self._activities: list[NewActivity] = []
        self._touched: dict[UUID, AnyTicket] = {}
        self._told: list[_Told] = []
        self._first_watchers: dict[UUID, frozenset[UUID]] = {}
        self._answered: set[UUID] = set()
        self._read_before: dict[tuple[UUID, UUID], datetime] = {}

    def channel(self, ticket: AnyTicket) -> ChannelFacts:
        """The channel that the ticket is in."""
        return self.channels[ticket.channel]

    def place(self, ticket: AnyTicket) -> Place:
        """The status that the ticket has."""
        return self.channel(ticket).flow.same_or_first(ticket.status)

    def open(
        self,
        ticket: NewTicket,
        first: NewActivity,
        *,
        actor: Actor,
        because: Event | None = None,
        watchers: frozenset[UUID] = frozenset(),
    ) -> None:
        """A new ticket with its first activity, and with agents who watch it from the start."""
        self._tickets.append(ticket)
        if watchers:
            self._first_watchers[ticket.id] = watchers
        self._touched[ticket.id] = ticket
        self._write(ticket, first)
        self._tell(
            TicketOpened,
            ticket,
            {"origin": ticket.origin.value, "activity_id": first.id},
            actor=actor,
            because=because,
            occasions=frozenset({Occasion.OPENED}),
        )

    def add(
        self,
        ticket: AnyTicket,
        activity: NewActivity,
        *,
        actor: Actor,
        because: Event | None = None,
        quiet: bool = False,
    ) -> None:
        """One more activity of a ticket."""
        self._touch(ticket)
        self._write(ticket, activity)
        self._tell(
            ActivityAdded,
            ticket,
            {"activity_id": activity.id, "kind": activity.kind.value, "shown_outside": activity.shown_outside},
            actor=actor,
            because=because,
            quiet=quiet,
            occasions=of_activity(
                activity.kind, activity.author_kind, (change["field"] for change in activity.changes)
            ),
        )

    def change(
        self,
        ticket: AnyTicket,
        *changed: str,
        actor: Actor,
        because: Event | None = None,
        quiet: bool = False,
    ) -> None:
        """Fields of a ticket changed."""
        self._touch(ticket)
        occasions = of_changes(changed)
        fields = {"changed": changed}
        self._tell(TicketChanged, ticket, fields, actor=actor, because=because, quiet=quiet, occasions=occasions)

    def follow(self, ticket: AnyTicket, place: Place, *, because: Event | None = None) -> None:
        """The status that follows from what was just written: an activity of its own that nobody is told of."""
        before = self.place(ticket)
        if place == before:
            return
        set_status(ticket, place, self._tx.now)
        activity = NewActivity(
            ticket_id=ticket.id,
            kind=Kind.STATUS_CHANGE,
            at=self._tx.now,
            author_kind=ActorKind.SYSTEM,
            author_name="",
            text="",
            shown_outside=False,
            changes=[field_change("status", before=before.name, after=place.name)],
        )
        self.add(ticket, activity, actor=SYSTEM, because=because, quiet=True)
        self.change(ticket, "status", actor=SYSTEM, because=because, quiet=True)

    def moved(self, ticket: AnyTicket, *, left: str, actor: Actor) -> None:
        """A ticket went from the channel ``left`` into the one that it is in now."""
        self._touch(ticket)
        self._tell(TicketLeftChannel, ticket, {"channel": left}, actor=actor, quiet=True, occasions=_MOVED)
        self._tell(TicketEnteredChannel, ticket, {}, actor=actor, occasions=_MOVED)

    def adopt(self, ticket: NewTicket, activity_id: UUID, *, actor: Actor) -> None:
        """A new ticket whose first activity is there already: the caller moves it."""
        self._tickets.append(ticket)
        self._touched[ticket.id] = ticket
        fields: dict[str, object] = {"origin": ticket.origin.value, "activity_id": activity_id}
        self._tell(TicketOpened, ticket, fields, actor=actor, occasions=frozenset({Occasion.OPENED}))

    def restructured(self, kind: type[TicketEvent], ticket: AnyTicket, *, actor: Actor, **fields: UUID) -> None:
        """What belongs to a ticket changed: merged, unmerged or split, with the fields of that event."""
        self._touch(ticket)
        self._tell(kind, ticket, dict(fields), actor=actor, occasions=frozenset({Occasion.STATUS_CHANGED}))

    def remind(self, ticket: Ticket, agent_id: UUID) -> None:
        """A reminder of an agent came due; nobody else is told, and nothing is written into the history."""
        self._touch(ticket)
        told: dict[str, object] = {"audience": (Addressee(agent_id=agent_id, reasons=()),)}
        self._tell(ReminderDue, ticket, told, actor=SYSTEM, quiet=True, occasions=frozenset())

    async def write(self) -> None:
        """Store everything, and emit the events with the state as it is now."""
        session = self._tx.session
        if self._tickets:
            await session.execute(sa.insert(table_of(Ticket)), [vars(ticket) for ticket in self._tickets])
        if self._activities:
            await session.execute(sa.insert(table_of(Activity)), [vars(activity) for activity in self._activities])
        if self._first_watchers:
            rows = [
                {"ticket_id": ticket_id, "agent_id": agent_id}
                for ticket_id, agents in self._first_watchers.items()
                for agent_id in sorted(agents)
            ]
            await session.execute(sa.insert(table_of(Watcher)), rows)
        await own_words_are_read(
            self._tx,
            [(agent, ticket.id) for ticket in self._tickets if (agent := ticket.opened_by) is not None],
            self._read_before,
        )
        if self._answered:
            await session.execute(CANCELLED_BY_REPLY, {"tickets": sorted(self._answered)})
        watchers = await self._watchers() | self._first_watchers
        events = [self._event(told, watchers.get(told.ticket.id, frozenset())) for told in self._told]
        substitutes = await substitutes_of(self._tx, set().union(*(who_acts(event.audience) for event in events)))
        for told, event in zip(self._told, events, strict=True):
            self._tx.emit(self._stood_in_for(told, event, substitutes), because=told.because)

    def _stood_in_for(self, told: _Told, event: TicketEvent, substitutes: Mapping[UUID, UUID]) -> TicketEvent:
        """The event, told also to the substitutes of those who are away."""
        if not substitutes:
            return event
        everybody = with_substitutes(
            event.audience, substitutes, sees=self.channel(told.ticket).sees, actor_id=told.actor.id
        )
        return event.model_copy(update={"audience": everybody})

    def _touch(self, ticket: AnyTicket) -> None:
        if ticket.id not in self._touched:
            ticket.version += 1
            ticket.changed_at = self._tx.now
            self._touched[ticket.id] = ticket

    def _write(self, ticket: AnyTicket, activity: NewActivity) -> None:
        self._activities.append(activity)
        if isinstance(ticket, Ticket) and activity.author_kind is ActorKind.AGENT and activity.author_id is not None:
            self._read_before.setdefault((activity.author_id, ticket.id), ticket.last_activity_at)
        ticket.last_activity_at = max(ticket.last_activity_at, activity.at)
        if isinstance(ticket, Ticket) and is_word_of_customer(activity):
            self._answered.add(ticket.id)
        if activity.shown_outside and activity.written_in in {None, ticket.id}:
            ticket.shown_at = max(ticket.shown_at, activity.at)
        if activity.author_kind is ActorKind.AGENT and activity.kind in BY_AGENTS:
            ticket.handled_at = activity.at

    def _tell(
        self,
        kind: type[TicketEvent],
        ticket: AnyTicket,
        fields: Mapping[str, object],
        *,
        actor: Actor,
        occasions: frozenset[Occasion],
        because: Event | None = None,
        quiet: bool = False,
    ) -> None:
        self._told.append(
            _Told(
                kind=kind,
                ticket=ticket,
                fields=fields,
                actor=actor,
                because=because,
                quiet=quiet,
                occasions=occasions,
            )
        )

    async def _watchers(self) -> dict[UUID, frozenset[UUID]]:
        known = [ticket.id for ticket in self._touched.values() if isinstance(ticket, Ticket)]
        if not known:
            return {}
        found: dict[UUID, frozenset[UUID]] = {}
        for row in (await self._tx.session.execute(_WATCHERS, {"tickets": known})).all():
            found[row.ticket_id] = found.get(row.ticket_id, frozenset()) | {row.agent_id}
        return found

    def _event(self, told: _Told, watchers: frozenset[UUID]) -> TicketEvent:
        ticket = told.ticket
        state: dict[str, object] = {
            "ticket_id": ticket.id,
            "number": ticket.number,
            "ticket_version": ticket.version,
            "channel": ticket.channel,
            "status": ticket.status,
            "owner_id": ticket.owner_id,
            "responsible_id": ticket.responsible_id,
            "actor": told.actor,
            "audience": () if told.quiet else self._audience(told, watchers),
        }
        return told.kind.model_validate({**state, **told.fields})

    def _audience(self, told: _Told, watchers: frozenset[UUID]) -> tuple[Addressee, ...]:
        ticket, actor = told.ticket, told.actor
        channel = self.channel(ticket)
        return audience(
            owner_id=ticket.owner_id,
            responsible_id=ticket.responsible_id,
            watchers=watchers,
            standard=channel.standard,
            informal=channel.informal,
            actor_id=actor.id if actor.kind is ActorKind.AGENT else None,
            told=roles_told(channel.told, told.occasions),
        )


_WATCHERS = sa.select(Watcher.ticket_id, Watcher.agent_id).where(is_any(Watcher.ticket_id, "tickets"))
_NUMBERS = sa.select(sa.func.nextval("ticket_number")).select_from(
    sa.func.generate_series(1, sa.bindparam("count", type_=sa.Integer))
)


async def next_numbers(tx: Transaction, count: int) -> list[int]:
    """So many fresh ticket numbers, in order."""
    if not count:
        return []
    return sorted(await tx.session.scalars(_NUMBERS, {"count": count}))
