"""The fixed world of the model: agents, channels with their subscribers, workflows and customers.

Plain values that name no rule of the service: what they mean is written down a second time in `life.model`.
"""

from collections.abc import Mapping
from dataclasses import dataclass

TOM, ANNA, VIKTOR, DORA, PETRA, ADA = AGENTS = ("tom", "anna", "viktor", "dora", "petra", "ada")
ADMINS = frozenset({ADA})
CUSTOMERS = ("carla", "cem", "cora")


@dataclass(frozen=True)
class Status:
    """A status; ``moves`` are those that an agent may choose from here, none means any."""

    key: str
    name: str
    ball: str
    closed: bool = False
    moves: tuple[str, ...] = ()


@dataclass(frozen=True)
class Workflow:
    """Statuses in their order."""

    statuses: tuple[Status, ...]

    @property
    def first(self) -> Status:
        """Where a ticket begins."""
        return self.statuses[0]

    @property
    def working(self) -> Status:
        """Where one of us works on it."""
        later = self.statuses[1:]
        return next((one for one in later if not one.closed and one.ball == "us"), self.first)

    @property
    def answered(self) -> Status | None:
        """Where it is the customer's turn."""
        return next((one for one in self.statuses if not one.closed and one.ball == "customer"), None)

    def get(self, key: str) -> Status | None:
        """The status with this key."""
        return next((one for one in self.statuses if one.key == key), None)

    def like(self, status: Status) -> Status:
        """What a ticket has here that comes with a status from elsewhere."""
        return self.get(status.key) or next(one for one in self.statuses if one.closed == status.closed)

    def may_follow(self, now: Status, wanted: Status) -> bool:
        """Whether an agent may go this way."""
        return now == wanted or not now.moves or wanted.key in now.moves


STANDARD = Workflow(
    (
        Status("new", "New", "us"),
        Status("in_progress", "In progress", "us"),
        Status("answered", "Answered", "customer"),
        Status("successfully_closed", "Successfully closed", "nobody", closed=True),
        Status("unsuccessfully_closed", "Unsuccessfully closed", "nobody", closed=True),
    )
)
REPAIR = Workflow(
    (
        Status("received", "Received", "us", moves=("in_progress", "parts", "scrapped")),
        Status("in_progress", "Received", "us"),  # two statuses of one name are allowed
        Status("parts", "Waiting for parts", "third_party"),
        Status("scrapped", "Scrapped", "nobody", closed=True, moves=("in_progress",)),
    )
)
"""Nobody ever waits for the customer here."""


@dataclass(frozen=True)
class Channel:
    """A channel; in a ``read_only`` one informal subscribers only look."""

    key: str
    name: str
    workflow: Workflow
    standard: frozenset[str]
    informal: frozenset[str] = frozenset()
    read_only: bool = False

    def sees(self, agent: str) -> bool:
        """Whether the agent subscribes to it."""
        return agent in self.standard or agent in self.informal


_ALL = (
    Channel("support", "Support", STANDARD, frozenset({TOM, ANNA}), frozenset({ADA})),
    Channel("sales", "Sales", STANDARD, frozenset({VIKTOR}), frozenset({ANNA, ADA}), read_only=True),
    Channel("backend", "Backend", STANDARD, frozenset({TOM, DORA}), frozenset({ADA})),
    Channel("recruitment", "Recruitment", STANDARD, frozenset({PETRA})),
    Channel("workshop", "Support", REPAIR, frozenset({TOM}), frozenset({VIKTOR})),  # the name of another channel
)
CHANNELS: Mapping[str, Channel] = {channel.key: channel for channel in _ALL}
STATUSES = tuple(dict.fromkeys(one.key for flow in (STANDARD, REPAIR) for one in flow.statuses))
