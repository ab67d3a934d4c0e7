"""Follows what happens and tells the open streams, in rounds: what came together is told together.

A round rests as long as it worked, so that many streams slow the stream down and not the rest of the process. Nothing
runs and no connection is held while nobody listens.
"""

import asyncio
import logging
import time
from contextlib import suppress
from datetime import datetime
from uuid import UUID

import asyncpg

from chassis.app import App
from chassis.database import OUTBOX, WAKE_CHANNEL, Transaction
from chassis.listener import is_outage
from chassis.problems import NotNow
from contracts.notify import AddedNotification, NotificationsAdded, NotificationsRead
from contracts.tickets import Authenticated
from tickets.desk.presence.operations import PRESENCE_CHANNEL
from tickets.desk.presence.queries import ended_between
from tickets.live import frames
from tickets.live.hub import Hub, Told, first_frames
from tickets.live.queries import valid_credentials
from tickets.live.rules.positions import Position, can_resume, read_position
from tickets.live.rules.triggers import triggers
from tickets.live.stream import Stream
from tickets.live.tail import Tail, events_behind
from tickets.live.telling import News, telling

log = logging.getLogger(__name__)

BEAT = 1.0
"""Seconds between two looks without a wake-up call: heartbeats, counters, and the safety net of NOTIFY."""

SHORTEST_REST = 0.02
LONGEST_REST = 1.0
LINGER = 10.0
"""Seconds for which the outbox is followed after the last stream was closed: a page that is loaded anew comes back."""

READY_WITHIN = 5.0
ABSENT_EVERY = 5.0
CREDENTIALS_EVERY = 60.0
MOST_HEARD = 10_000
"""Notifications that wait for the next round; beyond it everybody is told to read theirs anew."""


class Broadcast:
    """Tells the streams of a `Hub` what happens."""

    def __init__(self, app: App, hub: Hub) -> None:
        self.hub = hub
        self._app = app
        self._tail = Tail()
        self._following = False
        self._ready = asyncio.Event()
        self._signal = asyncio.Event()
        self._rest = SHORTEST_REST
        self._presence: set[UUID] = set()
        self._added: list[AddedNotification] = []
        self._read: list[NotificationsRead] = []
        self._absent_until: datetime | None = None
        self._credentials_at = self._absent_at = 0.0
        self._bus_connections: int | None = None

    async def admit(self, who: Authenticated, last_event_id: str | None) -> Stream:
        """A stream from where the client stands; raises what `Hub.open` does, and `NotNow`."""
        stream = self.hub.open(who)
        try:
            async with asyncio.timeout(READY_WITHIN):
                await self._ready.wait()
            stream.begin(await self._first(who.agent_id, last_event_id))
        except BaseException as error:
            self.hub.close(stream)
            if isinstance(error, TimeoutError):
                raise NotNow("The database cannot be followed now. Connect again.") from error
            raise
        return stream

    async def _first(self, agent_id: UUID, last_event_id: str | None) -> list[bytes]:
        """The beginning of a stream. It hears what is told meanwhile, too: an event comes twice rather than never."""
        here = self._here
        if not last_event_id:
            return first_frames(here, resumed=False)
        position = read_position(last_event_id)
        kept = self._app.settings.outbox_retention
        if position and can_resume(position, now=here.at, newest=self._tail.newest, kept=kept):
            async with self._app.database.transaction() as tx:
                events = await events_behind(tx, position.number)
                if events is not None:
                    told = await telling(tx, News(triggers=triggers(events)), [agent_id])
                    missed = [frame for mine in told.values() for frame in mine.frames]
                    return first_frames(here, resumed=True, missed=[*missed, frames.COUNTERS])
        return first_frames(here, resumed=False, missed=[frames.resync("gap")])

    @property
    def _here(self) -> Position:
        return Position(self._tail.position, self._app.database.clock())

    def hear_added(self, event: NotificationsAdded) -> None:
        """Agents were told something."""
        if self._following:
            mine = frozenset(self.hub.agents)
            self._added += [added for added in event.notifications if added.agent_id in mine]
            if len(self._added) > MOST_HEARD:
                self._added.clear()
                self.hub.tell_all(frames.resync("bus"))
            self._signal.set()

    def hear_read(self, event: NotificationsRead) -> None:
        """An agent has read something."""
        if self._following and event.agent_id in self.hub.agents:
            self._read.append(event)
            self._signal.set()

    def stop(self) -> None:
        """End every stream, and then the following."""
        self.hub.end_all()
        self._signal.set()

    async def run(self) -> None:
        """Work until `stop`. A lost database is waited for; no event is missed meanwhile."""
        while not self.hub.closing:
            await self.hub.wanted.wait()
            try:
                if not self.hub.closing:
                    await self._follow()
            except Exception as error:
                if not is_outage(error):
                    raise
                log.warning("live stream: the database cannot be reached: %s: %s", type(error).__name__, error)
                await asyncio.sleep(BEAT)

    async def _follow(self) -> None:
        connection = await self._app.database.connect_alone()
        try:
            await connection.add_listener(WAKE_CHANNEL, self._woken)
            await connection.add_listener(PRESENCE_CHANNEL, self._woken)
            if self._following:  # after an outage: calls were missed, of which nothing else remembers
                self.hub.tell_all(frames.resync("bus"))
            else:
                await self._tail.start(connection)
                self._following = True
            self._ready.set()
            used_at = time.monotonic()
            while not self.hub.closing and time.monotonic() - used_at < LINGER:
                with suppress(TimeoutError):
                    async with asyncio.timeout(BEAT):
                        await self._signal.wait()
                        await asyncio.sleep(self._rest)
                self._signal.clear()
                await self._round(connection)
                if len(self.hub):
                    used_at = time.monotonic()
            self._following = False
            self._presence.clear()
            if not len(self.hub):
                self.hub.wanted.clear()
        finally:
            self._ready.clear()
            with suppress(Exception):  # a connection that is lost cannot be closed in good order
                await connection.close(timeout=2)

    def _woken(self, _connection: object, _pid: int, channel: str, payload: object) -> None:
        if channel == PRESENCE_CHANNEL:
            with suppress(ValueError):
                self._presence.add(UUID(str(payload)))
        elif payload != OUTBOX:
            return
        self._signal.set()

    async def _round(self, connection: asyncpg.Connection) -> None:
        """Look, decide, tell. What was looked at counts only when it has been told."""
        began = time.perf_counter()
        found = await self._tail.look(connection)
        news = News(triggers=triggers(found.events), presence=self._presence, added=self._added, read=self._read)
        self._presence, self._added, self._read = set(), [], []
        agents = self.hub.agents
        told: dict[UUID, Told] = {}
        try:
            if agents and (news or self._something_is_due):
                async with self._app.database.transaction() as tx:
                    await self._add_ended(tx, news)
                    told = await telling(tx, news, agents)
        except Exception:
            self._presence |= news.presence
            self._added[:0], self._read[:0] = news.added, news.read
            raise
        # No waiting from here on: what is told, and where the clients stand then, belong together.
        self._tail.accept(found)
        self.hub.end_credentials(news.triggers.ended)
        self.hub.tell(told, self._here)
        self._notice_the_bus()
        self.hub.beat(self._here)
        self._rest = min(max(time.perf_counter() - began, SHORTEST_REST), LONGEST_REST)
        if found.more:
            self._signal.set()

    @property
    def _something_is_due(self) -> bool:
        now = time.monotonic()
        return now - self._absent_at >= ABSENT_EVERY or now - self._credentials_at >= CREDENTIALS_EVERY

    async def _add_ended(self, tx: Transaction, news: News) -> None:
        """What ends by the clock and without a word: presence, sessions and tokens."""
        now = time.monotonic()
        if now - self._absent_at >= ABSENT_EVERY:
            if self._absent_until is not None:
                news.presence.update(await ended_between(tx, self._absent_until, tx.now))
            self._absent_at, self._absent_until = now, tx.now
        if now - self._credentials_at >= CREDENTIALS_EVERY:
            known = {stream.who.credential_id for stream in self.hub}
            news.triggers.ended.update(known - await valid_credentials(tx, known))
            self._credentials_at = now

    def _notice_the_bus(self) -> None:
        """A bus that was away and is back may have told notifications meanwhile."""
        client = self._app.bus.client
        if client is None or not client.is_connected:
            return
        connections = client.stats["reconnects"]
        if self._bus_connections not in {None, connections}:
            self.hub.tell_all(frames.resync("bus"))
        self._bus_connections = connections
