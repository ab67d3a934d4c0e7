"""Fills the ticket database with a past: skewed as real desks are, the same for the same seed, by COPY.

A few channels have most of the tickets and a few customers most of the letters; nearly everything is closed and the
open rest is young; most tickets have four activities, some two hundred, and one two thousand. Words are as frequent as
Zipf's law has it: the commonest are in every third text, the rarest in one.

A million tickets take minutes, because indexes, foreign keys and triggers are put aside meanwhile, and what the
triggers would have written is written from texts whose words were taken apart once.
"""

import json
import random
import uuid
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import accumulate
from typing import Any

import asyncpg
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from tickets.channels.rules.words import Ball, Category, Subscribed
from tickets.database import Base, table_of
from tickets.desk.models import Activity, KnownMessage, Participant, Ticket, Watcher
from tickets.desk.rules.words import Kind, Origin
from tickets.properties.rules.priorities import HIGH, LOW, NORMAL, URGENT

AGENTS = 40
CHANNELS = 12
CONTACTS = 8_000
YEARS = 3
CLOSED_SHARE = 0.85
ANSWERED_SHARE = 0.6
BATCH = 2_000
BODIES = 20_000
VOCABULARY = 40_000
LONG_TICKET = 2_000
"""Activities of the one ticket that has the most."""
PRIORITIES = (LOW, NORMAL, HIGH, URGENT)

MODELS: tuple[type[Base], ...] = (Ticket, Activity, KnownMessage, Participant, Watcher)
FILLED = (*(table_of(model).name for model in MODELS), "activity_entry")
Row = dict[str, Any]

_TEXT = (
    "Lieferung Rechnung Mahnung Störung Zugang Auftrag Termin Vertrag Kündigung Angebot printer invoice delivery "
    "password portal order update error login refund account shipment damaged missing wrong question about the my "
    "cannot please bitte Anfrage Bestellung Ersatzteil Garantie Reklamation Adresse geändert offene Frage"
)
_WORDS = _TEXT.split()
_PARTS = (
    "ba be bi bo bu da de di do du fa fe fi ga ge gi ha he ho ka ke ki ko la le li lo ma me mi mo na ne ni no pa pe "
    "ra re ri ro sa se si so ta te ti to tu va ve wa we wi za ze zu schlag werk stell bruch kraft haus zeug port"
)
_SYLLABLES = _PARTS.split()


@dataclass(frozen=True, kw_only=True)
class World:
    """What tickets refer to. ``statuses`` are (key, category, ball); ``staff`` are the agents of each channel.

    ``words`` are the rarer words of the desk, the most frequent first.
    """

    channels: Sequence[str]
    statuses: Sequence[tuple[str, Category, Ball]]
    staff: dict[str, Sequence[uuid.UUID]]
    emails: Sequence[str]
    words: Sequence[str]


async def world(
    connection: asyncpg.Connection, *, seed: int, channels_wanted: int = CHANNELS, agents_wanted: int = AGENTS
) -> World:
    """Make the channels and agents that are missing; the agents have the password of the demo's."""
    rng = random.Random(seed)
    model = await connection.fetchrow("SELECT * FROM channel WHERE key = 'support'")
    tom = await connection.fetchrow("SELECT * FROM agent WHERE email = 'tom@desk.example'")
    assert model is not None
    assert tom is not None
    existing = [row["key"] for row in await connection.fetch("SELECT key FROM channel ORDER BY position, key")]
    channels = [*existing, *(f"team-{number}" for number in range(channels_wanted - len(existing)))]
    new_channels = [
        {**model, "key": key, "name": key.title(), "position": 100 + number}
        for number, key in enumerate(channels)
        if key not in existing
    ]
    agents = [
        {**tom, "id": _uuid7(tom["created_at"], rng), "name": f"Agent {number}", "email": f"agent{number}@desk.example"}
        for number in range(agents_wanted)
    ]
    subscriptions = [
        {"channel": channel, "agent_id": agent["id"], "kind": Subscribed.STANDARD if first else Subscribed.INFORMAL}
        for agent in agents
        for first, channel in zip((True, True, True, False, False), rng.sample(channels, 5), strict=True)
    ]
    await _copy(connection, "channel", new_channels)
    await _copy(connection, "agent", agents)
    await _copy(connection, "subscription", subscriptions)
    statuses = await connection.fetch(
        "SELECT key, category, ball FROM status WHERE workflow = $1 ORDER BY position", model["workflow"]
    )
    staff: dict[str, list[uuid.UUID]] = {}
    for row in subscriptions:
        staff.setdefault(row["channel"], []).append(row["agent_id"])
    return World(
        channels=channels,
        statuses=[(row["key"], Category(row["category"]), Ball(row["ball"])) for row in statuses],
        staff={channel: staff.get(channel) or [agents[0]["id"]] for channel in channels},
        emails=[agent["email"] for agent in agents],
        words=[_word(rng) for _ in range(VOCABULARY)],
    )


async def fill(connection: asyncpg.Connection, world: World, *, count: int, seed: int) -> None:
    """Add so many tickets with everything that belongs to them, and let the planner know of them."""
    first = await connection.fetchval("SELECT greatest(coalesce(max(number), 0), 10000) + 1 FROM ticket")
    generator = _Past(world, rng=random.Random(seed), now=datetime.now(UTC), count=count)
    bar = (
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
    )
    await connection.execute("SET synchronous_commit = off; SET maintenance_work_mem = '512MB'")
    with Progress(*bar) as progress:
        task = progress.add_task(f"{count:,} tickets", total=count)
        async with _put_aside(connection, progress):
            await _prepare_bodies(connection, generator.bodies)
            for start in range(0, count, BATCH):
                rows = generator.batch(range(first + start, first + min(start + BATCH, count)))
                for model in MODELS:
                    await _copy(connection, table_of(model).name, rows.of[model])
                await connection.copy_records_to_table("bench_written", records=rows.bodies)
                await connection.execute(_ENTER)
                progress.advance(task, min(BATCH, count - start))
            await connection.execute(_TALLY)
            await connection.execute("DROP TABLE bench_body, bench_written")
    await connection.execute("SELECT setval('ticket_number', $1)", first + count)
    await connection.execute("ANALYZE")
    await connection.execute("RESET synchronous_commit; RESET maintenance_work_mem")


_ENTER = """
INSERT INTO activity_entry (activity_id, ticket_id, channel, kind, author_id, at, by_staff, words)
SELECT a.id, a.ticket_id, t.channel, a.kind, a.author_id, a.at, a.author_kind = 'agent' AND a.kind <> 'incoming',
    desk_document(t.subject, t.contact_name || ' ' || t.contact_address, '', '', t.channel, a.at) || b.words
FROM bench_written AS w JOIN activity AS a ON a.id = w.activity_id JOIN ticket AS t ON t.id = a.ticket_id
    JOIN bench_body AS b ON b.id = w.body;
TRUNCATE bench_written
"""

_TALLY = """
TRUNCATE ticket_tally;
INSERT INTO ticket_tally
SELECT channel, status, closed, ball, owner_id IS NOT NULL, count(*) FROM ticket GROUP BY 1, 2, 3, 4, 5
"""


async def _prepare_bodies(connection: asyncpg.Connection, bodies: Sequence[str]) -> None:
    """Take every text apart once; thousands of activities share it."""
    await connection.execute(
        "CREATE TEMPORARY TABLE bench_body (id int PRIMARY KEY, text text, words tsvector);"
        "CREATE TEMPORARY TABLE bench_written (activity_id uuid, body int)"
    )
    await connection.copy_records_to_table("bench_body", records=enumerate(bodies), columns=("id", "text"))
    await connection.execute("UPDATE bench_body SET words = desk_words(desk_plain(text)); ANALYZE bench_body")


@asynccontextmanager
async def _put_aside(connection: asyncpg.Connection, progress: Progress) -> AsyncIterator[None]:
    """Take indexes, foreign keys and triggers away, and put them back at the end."""
    indexes = await connection.fetch(
        "SELECT indexname, indexdef FROM pg_indexes WHERE tablename = ANY($1) AND indexname NOT LIKE '%_pkey'"
        " AND indexname NOT IN (SELECT conname FROM pg_constraint)",
        FILLED,
    )
    keys = await connection.fetch(
        "SELECT conrelid::regclass::text AS of, conname, pg_get_constraintdef(oid) AS definition FROM pg_constraint"
        " WHERE contype = 'f' AND conrelid::regclass::text = ANY($1)",
        FILLED,
    )
    for key in keys:
        await connection.execute(f"ALTER TABLE {key['of']} DROP CONSTRAINT {key['conname']}")
    for index in indexes:
        await connection.execute(f"DROP INDEX {index['indexname']}")
    for table in ("ticket", "activity"):
        await connection.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
    yield
    task = progress.add_task("indexes", total=len(indexes) + len(keys))
    for index in indexes:
        await connection.execute(index["indexdef"])
        progress.advance(task)
    for key in keys:
        await connection.execute(f"ALTER TABLE {key['of']} ADD CONSTRAINT {key['conname']} {key['definition']}")
        progress.advance(task)
    for table in ("ticket", "activity"):
        await connection.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")


@dataclass
class _Rows:
    """A batch: the rows of each table, and which text each activity has."""

    of: dict[type[Base], list[Row]] = field(default_factory=lambda: {model: [] for model in MODELS})
    bodies: list[tuple[uuid.UUID, int]] = field(default_factory=list)


class _Past:
    """Draws tickets."""

    def __init__(self, world: World, *, rng: random.Random, now: datetime, count: int) -> None:
        self._world = world
        self._rng = rng
        self._now = now
        self._channel_weights = list(accumulate(1 / (rank + 1) for rank in range(len(world.channels))))
        self._contacts = [_uuid7(now - timedelta(days=365 * YEARS), rng) for _ in range(CONTACTS)]
        self._open = [status for status in world.statuses if status[1] is Category.OPEN]
        self._closed = [status for status in world.statuses if status[1] is Category.CLOSED]
        self._longest = rng.randrange(count)
        self._count = count
        self._drawn = 0
        self._vocabulary = [*_WORDS, *world.words]
        self._word_weights = list(accumulate(1 / (rank + 8) for rank in range(len(self._vocabulary))))
        self.bodies = [self._text(int(rng.lognormvariate(4, 0.8)) + 3) for _ in range(BODIES)]

    def batch(self, numbers: range) -> _Rows:
        """The rows of these tickets."""
        rows = _Rows()
        for number in numbers:
            self._ticket(number, rows)
        for model in MODELS:
            _check_columns(model, rows.of[model])
        return rows

    def _age(self) -> float:
        """Of the next ticket, from 1 for three years to 0 for now: numbers are in the order of time, a desk grows."""
        share = self._drawn / self._count
        self._drawn += 1
        return float((1 - share) ** 1.3)

    def _ticket(self, number: int, rows: _Rows) -> None:
        rng = self._rng
        age = self._age()
        opened = self._now - timedelta(days=365 * YEARS * age, seconds=60 + rng.random())
        still_open = rng.random() < (0.75 if age < 0.02 else (1 - CLOSED_SHARE) / 4)  # noqa: PLR2004  # three weeks
        status, category, ball = rng.choice(self._open if still_open else self._closed)
        [channel] = rng.choices(self._world.channels, cum_weights=self._channel_weights)
        contact = min(int(rng.paretovariate(0.9)), CONTACTS) - 1
        address = f"customer{contact}@pool.example"
        owner = rng.choice(self._world.staff[channel]) if category is Category.CLOSED or rng.random() < 0.5 else None  # noqa: PLR2004  # half
        moments = self._moments(opened, longest=self._drawn - 1 == self._longest)
        last = moments[-1]
        handled = [at for index, at in enumerate(moments) if index % 2]
        ticket_id = _uuid7(opened, rng)
        rows.of[Ticket].append(
            {
                "id": ticket_id,
                "number": number,
                "version": len(moments),
                "subject": f"{self._text(rng.randint(3, 9))} A{number:07}",
                "origin": Origin.EMAIL if rng.random() < 0.9 else rng.choice(list(Origin)),  # noqa: PLR2004  # most
                "channel": channel,
                "status": status,
                "closed": category is Category.CLOSED,
                "ball": ball,
                "priority": rng.choices(PRIORITIES, weights=(1, 12, 2, 1))[0],
                "owner_id": owner,
                "responsible_id": None,
                "opened_by": None,
                "contact_id": self._contacts[contact],
                "contact_name": f"Customer {contact}",
                "contact_address": address,
                "company_id": None,
                "company_name": None,
                "possible_follow_up_of": None,
                "merged_into": None,
                "opened_at": opened,
                "changed_at": last,
                "last_activity_at": last,
                "last_incoming_at": opened,
                "handled_at": handled[-1] if handled else None,
                "shown_at": last,
                "closed_at": last if category is Category.CLOSED else None,
                "marker_id": None,
                "tags": [],
                "fields": "{}",
            }
        )
        rows.of[Participant].append({"ticket_id": ticket_id, "address": address})
        if rng.random() < 0.05:  # noqa: PLR2004  # few are watched
            rows.of[Watcher].append({"ticket_id": ticket_id, "agent_id": rng.choice(self._world.staff[channel])})
        for index, at in enumerate(moments):
            self._activity(ticket_id, at, rows, address=address, agent=owner if index % 2 else None)

    def _moments(self, opened: datetime, *, longest: bool) -> list[datetime]:
        """When each activity was; the number of them has a long tail."""
        count = LONG_TICKET if longest else min(max(int(self._rng.lognormvariate(1.55, 0.8)), 1), 200)
        step = min((self._now - opened) / count, timedelta(days=2))
        return [opened + index * step for index in range(count)]

    def _activity(
        self, ticket_id: uuid.UUID, at: datetime, rows: _Rows, *, address: str, agent: uuid.UUID | None
    ) -> None:
        rng = self._rng
        activity_id = _uuid7(at, rng)
        body = int(rng.random() * BODIES)
        text = self.bodies[body]
        incoming = agent is None
        customer = json.dumps([{"name": "", "address": address}])
        rows.bodies.append((activity_id, body))
        rows.of[Activity].append(
            {
                "id": activity_id,
                "ticket_id": ticket_id,
                "kind": Kind.INCOMING if incoming else Kind.OUTGOING if rng.random() < ANSWERED_SHARE else Kind.NOTE,
                "at": at,
                "author_kind": "contact" if incoming else "agent",
                "author_id": agent,
                "author_name": address if incoming else "Agent",
                "subject": text[:60],
                "text": text,
                "html": f"<p>{text}</p>" if incoming and rng.random() < 0.3 else None,  # noqa: PLR2004  # some do
                "truncated": False,
                "shown_outside": True,
                "sender": customer[1:-1] if incoming else _DESK[1:-1],
                "to": _DESK if incoming else customer,
                "cc": "[]",
                "bcc": "[]",
                "attachments": "[]",
                "changes": "[]",
                "mail_id": _uuid7(at, rng) if incoming else None,
                "mail_kind": "human" if incoming else None,
                "message_id": f"{activity_id}@pool.example",
                "thread": "[]",
                "explanation": None,
                "written_in": None,
                "also_shown_in": None,
                "hidden_at": None,
                "hidden_by": None,
                "hidden_by_name": None,
                "withdrawn_at": None,
                "about_id": None,
                "form": None,
            }
        )
        if incoming:
            rows.of[KnownMessage].append(
                {
                    "id": _uuid7(at, rng),
                    "key": f"{activity_id}@pool.example",
                    "digest": rng.randbytes(32),
                    "ticket_id": ticket_id,
                    "activity_id": activity_id,
                    "mail_id": None,
                }
            )

    def _text(self, words: int) -> str:
        return " ".join(self._rng.choices(self._vocabulary, cum_weights=self._word_weights, k=words))


_DESK = json.dumps([{"name": "Support", "address": "support@desk.example"}])


def _word(rng: random.Random) -> str:
    return "".join(rng.choices(_SYLLABLES, k=rng.randint(2, 4)))


def _check_columns(model: type[Base], rows: Sequence[Row]) -> None:
    """A column that came or went must be noticed here, not by a desk that looks different from a real one."""
    known = {column.name for column in table_of(model).columns if column.computed is None}
    if rows and known != rows[0].keys():
        raise AssertionError(f"{model.__name__}: the generator and the model differ in {known ^ rows[0].keys()}")


async def _copy(connection: asyncpg.Connection, table: str, rows: Sequence[Row]) -> None:
    if rows:
        columns = list(rows[0])
        records: Iterator[tuple[Any, ...]] = (tuple(row.values()) for row in rows)
        await connection.copy_records_to_table(table, records=records, columns=columns)


def _uuid7(at: datetime, rng: random.Random) -> uuid.UUID:
    """A UUID of version 7 (RFC 9562) for a moment in the past: ids are in the order of time."""
    milliseconds = int(at.timestamp() * 1000)
    value = milliseconds << 80 | 7 << 76 | rng.getrandbits(12) << 64 | 2 << 62 | rng.getrandbits(62)
    return uuid.UUID(int=value)
