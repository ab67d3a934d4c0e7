"""A small model of the desk: which activities a ticket shows, who sees what, and what the lists count.

It is written from the requirements, in plain Python, and imports nothing of the service. `life.acting` says what each
step does to it; here is what it holds and what can be read from it.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from services.tickets.tests.life.world import ADMINS, CHANNELS, Channel, Status

TRACE = "status_change"
MAILS = frozenset({"incoming", "outgoing"})


@dataclass
class Activity:
    """Something in a ticket: ``lives`` in that one, and was written in ``home``.

    ``token`` is its text and occurs nowhere else. ``tick`` orders it, ``day`` is when it was. ``by`` is an agent or a
    customer, None for the system. ``also`` are other homes whose customers got it openly.
    """

    token: str
    kind: str
    tick: int
    day: int
    by: str | None
    lives: int
    home: int
    mail: bool = False
    from_customer: bool = False
    shown: bool = False
    hidden: bool = False
    to: tuple[str, ...] = ()
    also: frozenset[int] = frozenset()
    withdrawn: bool = False

    @property
    def handles(self) -> bool:
        """Whether it makes its ticket a handled one: agents' work, as long as it is not hidden."""
        return self.by is not None and not self.from_customer and self.kind != "incoming" and not self.hidden


@dataclass
class Ticket:
    """A ticket; ``address`` and ``contact`` are the customer's, the first without the second if nobody knows whose."""

    key: int
    origin: str
    channel: str
    status: str
    opened_by: str | None
    version: int = 1
    owner: str | None = None
    responsible: str | None = None
    watchers: set[str] = field(default_factory=set)
    contact: str | None = None
    address: str | None = None
    participants: set[str] = field(default_factory=set)
    merged_into: int | None = None
    closed_at: int | None = None

    @property
    def place(self) -> Status:
        """Its status."""
        found = CHANNELS[self.channel].workflow.get(self.status)
        assert found is not None
        return found

    @property
    def closed(self) -> bool:
        """Whether it is done; a merged one is in any case."""
        return self.merged_into is not None or self.place.closed

    @property
    def ball(self) -> str:
        """Whose turn it is."""
        return "nobody" if self.merged_into is not None else self.place.ball


@dataclass
class Change:
    """A merge or a split that can be undone, with what an undo needs."""

    kind: str
    ticket: int
    other: int
    tick: int
    homes: tuple[int, ...] = ()
    watchers: frozenset[str] = frozenset()
    before: tuple[str, int | None, str | None] = ("", None, None)
    after: tuple[str, int | None, str | None] = ("", None, None)
    activity: str = ""
    home: int = 0
    shown: bool = False
    shown_there: bool = False
    also: frozenset[int] = frozenset()
    undone: bool = False


@dataclass
class Held:
    """A mail that can be taken back: whom it made participants, and the status before and after it."""

    added: frozenset[str]
    before: str
    then: str | None


class Model:
    """Everything that the desk should hold."""

    def __init__(self) -> None:
        self.tick = 0
        self.day = 0
        self.tickets: dict[int, Ticket] = {}
        self.activities: dict[str, Activity] = {}
        self.changes: list[Change] = []
        self.glass: set[tuple[str, int]] = set()
        self.waiting: list[str] = []
        self.held: dict[str, Held] = {}
        self.leaving: list[str] = []
        self.accepted: set[str] = set()
        self.inside: set[str] = set()

    def next_tick(self) -> int:
        """The time of what happens next."""
        self.tick += 1
        return self.tick

    def living(self, key: int) -> Ticket:
        """The ticket that goes on under a number."""
        ticket = self.tickets[key]
        return ticket if ticket.merged_into is None else self.tickets[ticket.merged_into]

    def family(self, key: int) -> list[Ticket]:
        """The living ticket, then those that were merged into it."""
        head = self.living(key)
        return [head, *(one for one in self.tickets.values() if one.merged_into == head.key)]

    def of(self, key: int) -> list[Activity]:
        """The activities that a ticket shows to agents, the oldest first."""
        return sorted((one for one in self.activities.values() if one.lives == key), key=lambda one: one.tick)

    def channel(self, key: int) -> Channel:
        """The channel of a ticket."""
        return CHANNELS[self.tickets[key].channel]

    def living_ones(self) -> Iterator[Ticket]:
        """Every ticket that was not merged."""
        return (ticket for ticket in self.tickets.values() if ticket.merged_into is None)

    # Who may what

    def lists_it(self, agent: str, key: int) -> bool:
        """Whether lists, counters and search show it to the agent."""
        return self.tickets[key].merged_into is None and self.channel(key).sees(agent)

    def reaches(self, agent: str, key: int) -> bool:
        """Whether the agent may open it by its number."""
        return self.channel(key).sees(agent) or (agent in ADMINS and (agent, key) in self.glass)

    def refusal(self, agent: str, key: int, *, changes: bool = True, mails: bool = False) -> int | None:
        """The status that refuses an agent who wants to read, change or answer a ticket."""
        ticket = self.tickets[key]
        if ticket.merged_into is not None:
            return 409 if self.reaches(agent, ticket.merged_into) else 404
        if not self.reaches(agent, key):
            return 404
        channel = CHANNELS[ticket.channel]
        if changes and not (agent in channel.standard or (agent in channel.informal and not channel.read_only)):
            return 403
        return 409 if mails and ticket.origin == "internal" else None

    def opening(self, agent: str, key: int) -> int:
        """What opening a ticket by its number answers."""
        if not self.reaches(agent, self.living(key).key):
            return 404
        return 200 if self.tickets[key].merged_into is None else 308

    def undoable(self, change: Change) -> bool:
        """Whether nothing holds that was built upon it."""
        touched = {change.ticket, change.other}
        later = self.changes[self.changes.index(change) + 1 :]
        return not change.undone and not any(
            not other.undone and touched & {other.ticket, other.other} for other in later
        )

    def customer_reads(self, customer: str, key: int) -> list[str] | None:
        """What a customer reads of a ticket in the portal; None where it is not theirs."""
        ticket = self.tickets[key]
        if ticket.contact != customer or ticket.origin == "internal":
            return None
        head = self.living(key).key
        return [
            one.token
            for one in self.of(head)
            if one.shown
            and not one.hidden
            and one.token not in self.held
            and one.kind != TRACE
            and (one.home == key or key in one.also)
        ]

    # Lists and counters

    def listed(self, agent: str, name: str) -> set[int]:
        """The tickets of a list or a pre-filter."""
        return {ticket.key for ticket in self.living_ones() if self._listed(agent, ticket, name)}

    def _listed(self, agent: str, ticket: Ticket, name: str) -> bool:
        if not self.lists_it(agent, ticket.key):
            return False
        channel, open_ = CHANNELS[ticket.channel], not ticket.closed
        standard, mine, nobodys = agent in channel.standard, ticket.owner == agent, ticket.owner is None
        watched = agent in ticket.watchers
        belongs = {
            "overview": True,
            "open": open_,
            "my_tickets": standard or mine or ticket.opened_by == agent or watched,
            "mine": mine and open_,
            "watched": watched,
            "no_owner": nobodys and open_,
            "new": standard and open_ and ticket.place == channel.workflow.first,
            "action_required": open_ and ticket.ball == "us" and (mine or (nobodys and standard)),
            "handled_today": self._handled(ticket.key, self.day),
            "handled_yesterday": self._handled(ticket.key, self.day - 1),
        }
        return belongs.get(name, ticket.channel == name and open_)

    def _handled(self, key: int, day: int) -> bool:
        return any(one.handles and one.day == day for one in self.of(key))
