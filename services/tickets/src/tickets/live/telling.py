"""What news is told to whom: every line passes the authorisation function at the moment at which it is made."""

from collections.abc import Collection
from dataclasses import dataclass, field
from uuid import UUID

from chassis.database import Transaction
from contracts.notify import AddedNotification, NotificationsRead
from tickets.desk.presence.queries import present_in
from tickets.live import frames
from tickets.live.hub import Told
from tickets.live.queries import Sight, sights, subscribers
from tickets.live.rules.triggers import Changed, Triggers


@dataclass(frozen=True, kw_only=True)
class News:
    """What may be told: changes, tickets in which somebody came or went, and notifications."""

    triggers: Triggers = field(default_factory=Triggers)
    presence: set[UUID] = field(default_factory=set)
    added: list[AddedNotification] = field(default_factory=list)
    read: list[NotificationsRead] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.tickets or self.read or self.triggers.resubscribed)

    @property
    def tickets(self) -> set[UUID]:
        """Every ticket that the news is about."""
        notified = {notification.ticket_id for notification in self.added}
        return {*self.triggers.tickets, *self.presence, *notified}


async def telling(tx: Transaction, news: News, agents: Collection[UUID]) -> dict[UUID, Told]:
    """What each of these agents is told."""
    told = {agent_id: Told() for agent_id in agents}
    seen = await sights(tx, news.tickets, agents)
    for agent_id in news.triggers.resubscribed & told.keys():
        told[agent_id].frames.append(frames.resync("access"))
        told[agent_id].counters = True
    for ticket_id, changed in news.triggers.tickets.items():
        if sight := seen.get(ticket_id):
            _tell_change(told, sight, changed)
    await _tell_left(tx, told, news, seen)
    await _tell_presence(tx, told, news, seen)
    _tell_notifications(told, news, seen)
    return {agent_id: mine for agent_id, mine in told.items() if mine != _NOTHING}


_NOTHING = Told()


def _tell_change(told: dict[UUID, Told], sight: Sight, changed: Changed) -> None:
    frame = frames.ticket({**sight.state, "changed": [*changed.fields]})
    for agent_id in sight.seen_by:
        told[agent_id].frames.append(frame)
        told[agent_id].counters = True


async def _tell_left(tx: Transaction, told: dict[UUID, Told], news: News, seen: dict[UUID, Sight]) -> None:
    """Whoever sees a channel hears which tickets left it, unless they see them where they are now."""
    left = {ticket_id: changed for ticket_id, changed in news.triggers.tickets.items() if changed.left}
    subscribed = await subscribers(tx, {key for changed in left.values() for key in changed.left}, told.keys())
    for ticket_id, changed in left.items():
        before = {agent_id for key in changed.left for agent_id in subscribed.get(key, ())}
        now = seen[ticket_id].seen_by if ticket_id in seen else frozenset()
        for agent_id in before - now:
            told[agent_id].frames.append(frames.ticket_left({"number": changed.number}))
            told[agent_id].counters = True


async def _tell_presence(tx: Transaction, told: dict[UUID, Told], news: News, seen: dict[UUID, Sight]) -> None:
    watched = {ticket_id: seen[ticket_id] for ticket_id in news.presence if ticket_id in seen}
    present = await present_in(tx, watched) if watched else {}
    for ticket_id, sight in watched.items():
        frame = frames.presence({"number": sight.state["number"], "agents": present.get(ticket_id, [])})
        for agent_id in sight.seen_by:
            told[agent_id].frames.append(frame)


def _tell_notifications(told: dict[UUID, Told], news: News, seen: dict[UUID, Sight]) -> None:
    for added in news.added:
        if added.agent_id in told and added.ticket_id in seen and added.agent_id in seen[added.ticket_id].seen_by:
            told[added.agent_id].notifications.append(
                frames.notification(
                    {
                        "id": added.notification_id,
                        "ticket_number": added.number,
                        "kind": added.kind,
                        "reasons": [*added.reasons],
                    }
                )
            )
    for read in news.read:
        if read.agent_id in told:
            told[read.agent_id].notifications.append(
                frames.notifications_read({"id": read.notification_id, "older": read.older})
            )
