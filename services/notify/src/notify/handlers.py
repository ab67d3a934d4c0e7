"""The door for events: every ticket event that somebody is told of."""

from collections.abc import Sequence

from chassis.bus import Bus
from chassis.database import Transaction
from contracts.tickets import ActivityAdded, ReminderDue, TicketChanged, TicketEnteredChannel, TicketEvent, TicketOpened
from notify.operations import tell


async def on_ticket_events(tx: Transaction, events: Sequence[TicketEvent]) -> None:
    """Tell whom the events name."""
    await tell(tx, events)


def register(bus: Bus) -> None:
    """Listen, many events at a time: this is on the way of every incoming mail."""
    for event in (TicketOpened, ActivityAdded, TicketChanged, TicketEnteredChannel, ReminderDue):
        bus.listen_many(event, on_ticket_events)
