"""The open streams of this process: who listens, what they are told, and when they end."""

import asyncio
import random
import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from chassis.problems import NotNow
from contracts.tickets import Authenticated
from tickets.errors import TooManyStreams
from tickets.live import frames
from tickets.live.metrics import STREAMS
from tickets.live.rules.positions import Position
from tickets.live.stream import Stream

HEARTBEAT = 15.0
"""Seconds after which a client that heard nothing hears that the connection is alive."""

SERVED_WITHIN = 30.0
"""Seconds after which a stream that no response took over is forgotten."""


@dataclass
class Told:
    """What one agent is told: ``notifications`` go to the streams that may hear of them."""

    frames: list[bytes] = field(default_factory=list)
    notifications: list[bytes] = field(default_factory=list)
    counters: bool = False


class Hub:
    """The streams by their agent. ``most`` and ``most_of_agent`` are how many there can be."""

    def __init__(self, *, most: int, most_of_agent: int) -> None:
        self._most = most
        self._most_of_agent = most_of_agent
        self._by_agent: dict[UUID, set[Stream]] = {}
        self.wanted = asyncio.Event()
        self.closing = False

    def __len__(self) -> int:
        return sum(map(len, self._by_agent.values()))

    def __iter__(self) -> Iterator[Stream]:
        return iter([stream for mine in self._by_agent.values() for stream in mine])

    @property
    def agents(self) -> Collection[UUID]:
        """Everybody who has a stream."""
        return tuple(self._by_agent)

    def open(self, who: Authenticated) -> Stream:
        """A stream for this agent; it hears from now on. Raises `TooManyStreams` and `NotNow`."""
        if self.closing:
            raise NotNow("This process is about to stop. Connect again.", headers={"Retry-After": "1"})
        if len(self) >= self._most:
            raise NotNow("This process serves as many live streams as it can. Connect again.", headers=_LATER)
        mine = self._by_agent.setdefault(who.agent_id, set())
        if len(mine) >= self._most_of_agent:
            raise TooManyStreams(
                f"You have {len(mine)} live streams open. Close some windows, or let them share one.", headers=_LATER
            )
        stream = Stream(who)
        mine.add(stream)
        self.wanted.set()
        STREAMS.set(len(self))
        return stream

    def close(self, stream: Stream) -> None:
        """The client is gone."""
        stream.end()
        mine = self._by_agent.get(stream.who.agent_id, set())
        mine.discard(stream)
        if not mine:
            self._by_agent.pop(stream.who.agent_id, None)
        STREAMS.set(len(self))

    def tell(self, told: Mapping[UUID, Told], at: Position) -> None:
        """Send each agent what is for them, and then where they stand."""
        position = frames.position(at)
        for agent_id, mine in told.items():
            for stream in self._by_agent.get(agent_id, ()):
                stream.counters_due |= mine.counters
                wanted = [*mine.frames, *mine.notifications] if stream.told_notifications else mine.frames
                if wanted:
                    stream.push(*wanted, position)

    def tell_all(self, frame: bytes) -> None:
        """Send everybody the same."""
        for stream in self:
            stream.push(frame)

    def end_credentials(self, ended: Collection[UUID]) -> None:
        """End the streams that were opened with these sessions and tokens."""
        if ended:
            for stream in self:
                if stream.who.credential_id in ended:
                    stream.end(frames.ENDED)

    def end_all(self) -> None:
        """The process stops: every client comes back, to another process or to this one when it runs again."""
        self.closing = True
        self.wanted.set()
        for stream in self:
            stream.end()

    def beat(self, at: Position) -> None:
        """Called every second or so: counters that may have changed, and signs of life."""
        now = time.monotonic()
        heartbeat = (frames.HEARTBEAT, frames.position(at))
        for stream in self:
            if stream.counters_due:
                stream.counters_due = False
                stream.push(frames.COUNTERS)
            elif now - stream.sent_at >= HEARTBEAT and not stream.waiting:
                stream.push(*heartbeat)
            if not stream.served and now - stream.opened_at > SERVED_WITHIN:
                self.close(stream)


def first_frames(at: Position, *, resumed: bool, missed: Sequence[bytes] = ()) -> list[bytes]:
    """How a stream begins: when to come back, that nothing is missed from here on, what was missed, where it stands."""
    wait = random.randint(*frames.RETRY_MS)  # noqa: S311  # so that not all come back at once
    ready = frames.ready({"resumed": resumed, "heartbeat_seconds": round(HEARTBEAT)})
    return [frames.retry(wait), ready, *missed, frames.position(at)]


_LATER = {"Retry-After": "30"}
