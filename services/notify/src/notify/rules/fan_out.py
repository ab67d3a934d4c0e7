"""Whom an event is told, as what, and by which way: one notice for an agent and a version of a ticket (CV-07)."""

from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from contracts.tickets import (
    ActivityAdded,
    Reason,
    ReminderDue,
    TicketChanged,
    TicketEnteredChannel,
    TicketEvent,
    TicketOpened,
)


class NoticeKind(StrEnum):
    """What a notice is about, the most telling first: of several in one version, the first is told."""

    REMINDER = "reminder"
    OPENED = "opened"
    ENTERED = "entered"
    ASSIGNED = "assigned"
    INCOMING = "incoming"
    OUTGOING = "outgoing"
    CALL = "call"
    NOTE = "note"
    STATUS_CHANGE = "status_change"
    CHANGED = "changed"


RANKED = tuple(NoticeKind)


class Way(StrEnum):
    """How an agent is told."""

    IN_APP = "in_app"
    MAIL = "mail"


class MailState(StrEnum):
    """How far the mail for a notice is. ``off``: the agent wants none; ``dropped``: no longer theirs to see."""

    OFF = "off"
    PENDING = "pending"
    BUNDLED = "bundled"
    SENT = "sent"
    DROPPED = "dropped"


@dataclass(frozen=True, kw_only=True)
class Notice:
    """One line for one agent. ``ways`` has at least one member; a reminder has no reasons beside its kind."""

    agent_id: UUID
    event_id: UUID
    ticket_id: UUID
    ticket_version: int
    number: int
    kind: NoticeKind
    reasons: tuple[Reason, ...]
    at: datetime
    ways: frozenset[Way]


def kind_of(event: TicketEvent, agent_id: UUID) -> NoticeKind:
    """What the event is to this agent. Raises TypeError for an event that nobody is told of."""
    match event:
        case ReminderDue():
            return NoticeKind.REMINDER
        case TicketOpened():
            return NoticeKind.OPENED
        case TicketEnteredChannel():
            return NoticeKind.ENTERED
        case ActivityAdded(kind=kind):
            return NoticeKind(kind)
        case TicketChanged(changed=changed) if event.owner_id == agent_id and not {"owner", "owner_id"}.isdisjoint(
            changed
        ):
            return NoticeKind.ASSIGNED
        case TicketChanged():
            return NoticeKind.CHANGED
        case _:
            raise TypeError(f"{type(event).__name__} is told to nobody")


def fan_out(events: Iterable[TicketEvent], *, muted: Container[tuple[UUID, Way]]) -> Sequence[Notice]:
    """The notices of these events, sorted by their key, without those who muted every way and without the actors."""
    found: dict[tuple[UUID, UUID, int], Notice] = {}
    for event in events:
        for addressee in event.audience:
            ways = frozenset(way for way in Way if (addressee.agent_id, way) not in muted)
            if addressee.agent_id == event.actor.id or not ways:
                continue
            notice = Notice(
                agent_id=addressee.agent_id,
                event_id=event.meta.id,
                ticket_id=event.ticket_id,
                ticket_version=event.ticket_version,
                number=event.number,
                kind=kind_of(event, addressee.agent_id),
                reasons=addressee.reasons,
                at=event.meta.time,
                ways=ways,
            )
            key = (notice.agent_id, notice.ticket_id, notice.ticket_version)
            if key not in found or RANKED.index(notice.kind) < RANKED.index(found[key].kind):
                found[key] = notice
    return [found[key] for key in sorted(found)]
