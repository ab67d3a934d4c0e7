"""The stage of lives: the desk, the model, and what the steps of a life have in common.

A step names its tickets, activities and agents by small numbers, so that a failing life can be shortened. It says what
it does in a line; hypothesis prints the lines of the shortest life that fails.
"""

import asyncio
from collections import Counter
from collections.abc import Coroutine, Mapping
from typing import Any, ClassVar, TypeVar

import httpx
from hypothesis import note
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition
from services.tickets.tests.life.comparing import Comparing
from services.tickets.tests.life.driving import AGENT_IDS, Driver
from services.tickets.tests.life.model import TRACE, Activity
from services.tickets.tests.life.restructuring import Life
from services.tickets.tests.life.world import AGENTS, CHANNELS, CUSTOMERS, STATUSES, TOM

T = TypeVar("T")

NUMBERS = st.integers(0, 7)
BY = st.sampled_from((*[None] * 12, *AGENTS))
"""Who does it; None is somebody who may."""
SELDOM = st.sampled_from((False, False, False, False, True))
CHANNEL = st.sampled_from((*["support", "backend"] * 3, *CHANNELS))
"""More often one of two that have much in common."""
CUSTOMER = st.sampled_from(CUSTOMERS)
SOME_CUSTOMER = st.sampled_from((None, None, *CUSTOMERS))
SOMEBODY = st.sampled_from((None, *AGENTS))
SOME_STATUS = st.sampled_from((None, None, None, *STATUSES))
ACTIVITY = st.one_of(st.none(), st.integers(0, 5))
"""An activity of the ticket, counted from the newest; None names none."""

some_tickets = precondition(lambda self: bool(self.model.tickets))


class Stage(RuleBasedStateMachine):
    """What every step uses. ``driver`` and ``loop`` are given by the test."""

    driver: ClassVar[Driver]
    loop: ClassVar[asyncio.AbstractEventLoop]
    lives: ClassVar[int] = 0
    steps: ClassVar[int] = 0
    outcomes: ClassVar[Counter[str]] = Counter()

    def __init__(self) -> None:
        super().__init__()
        self.model = Life()
        self.compare = Comparing(self.model, self.driver)
        self._tokens = 0
        type(self).lives += 1

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Do it now; only the comparison after it says that it was good."""
        self.compare.good = False
        return self.loop.run_until_complete(work)

    def say(self, line: str) -> None:
        """A line of the story."""
        note(f"    # {line}")

    def token(self) -> str:
        """A text that occurs nowhere else."""
        self._tokens += 1
        return f"tok{self._tokens}x"

    def ask(
        self, agent: str, method: str, path: str, body: object = None, *, version: int | None = None
    ) -> httpx.Response:
        """An agent's request."""
        return self.run(self.driver.ask(agent, method, path, body, version=version))

    def same(self, answer: httpx.Response, expected: int) -> None:
        """The desk answered as the model says."""
        last = answer.request.url.path.rsplit("/", 1)[-1]
        route = last if last.isalpha() or "-" in last[:7] else "one"
        self.outcomes[f"{answer.request.method} {route} {answer.status_code}"] += 1
        assert answer.status_code == expected, f"{answer.status_code}, not {expected}: {answer.text}"

    def key(self, ticket: int, *, old: bool = False) -> int:
        """The ticket with this number; unless it is to be an ``old`` number, the one that it is part of now."""
        key = ticket % len(self.model.tickets)
        return key if old else self.model.living(key).key

    def living(self, ticket: int) -> int | None:
        """The same, None where there is no ticket at all."""
        return self.key(ticket) if self.model.tickets else None

    def acts(self, key: int | None) -> list[Activity]:
        """The activities of a ticket."""
        return [] if key is None else self.model.of(key)

    def some_activity(self, key: int, which: int | None) -> str | None:
        """An activity of a ticket that says something."""
        said = [one for one in self.model.of(self.model.living(key).key) if one.kind != TRACE]
        return said[-1 - which % len(said)].token if said and which is not None else None

    def who(self, by: str | None, *keys: int) -> str:
        """The agent, or the first one who may change all of these."""
        if by is not None:
            return by
        able = (agent for agent in AGENTS if not any(self.model.refusal(agent, key) for key in keys))
        return next(able, TOM)

    def version(self, key: int, *, stale: bool) -> int:
        """The version that an agent has seen."""
        version = self.model.tickets[key].version
        return version if not stale else version - 1 or 2


def in_words(wanted: Mapping[str, str | None]) -> dict[str, str | None]:
    """Fields as the API has them."""
    names = {"owner": "owner_id", "responsible": "responsible_id", "watch": "agent_id"}
    return {
        names.get(name, name): str(AGENT_IDS[value]) if name in names and value else value
        for name, value in wanted.items()
    }
