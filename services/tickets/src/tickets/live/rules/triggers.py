"""What a batch of events is a reason to tell: the events say what to look at, the rows say what is so now."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from uuid import UUID

from contracts.messages import Event
from contracts.tickets import (
    AccessRevoked,
    ActivityAdded,
    SubscriptionsChanged,
    TicketChanged,
    TicketEnteredChannel,
    TicketEvent,
    TicketLeftChannel,
    TicketMerged,
    TicketOpened,
)


@dataclass
class Changed:
    """What happened to one ticket: which of its fields changed, in order, and which channels it left."""

    number: int
    fields: dict[str, None] = field(default_factory=dict)
    left: set[str] = field(default_factory=set)


@dataclass
class Triggers:
    """Everything that a batch of events says."""

    tickets: dict[UUID, Changed] = field(default_factory=dict)
    ended: set[UUID] = field(default_factory=set)
    resubscribed: set[UUID] = field(default_factory=set)


def triggers(events: Iterable[Event]) -> Triggers:
    """Several events about one ticket become one trigger: its browsers look once."""
    found = Triggers()
    for event in events:
        match event:
            case AccessRevoked():
                found.ended |= set(event.credential_ids)
            case SubscriptionsChanged():
                found.resubscribed |= set(event.agent_ids)
            case TicketEvent():
                changed = found.tickets.setdefault(event.ticket_id, Changed(event.number))
                changed.fields |= dict.fromkeys(_fields(event))
                if isinstance(event, TicketLeftChannel | TicketMerged):  # a merged ticket is nowhere any more
                    changed.left.add(event.channel)
            case _:
                pass
    return found


def _fields(event: TicketEvent) -> tuple[str, ...]:
    match event:
        case TicketOpened():
            return ("opened",)
        case ActivityAdded():
            return ("activities",)
        case TicketChanged():
            return event.changed
        case TicketEnteredChannel() | TicketLeftChannel():
            return ("channel",)
        case _:
            return (event.type.split(".")[2],)
