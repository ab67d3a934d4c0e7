"""Fills the ticket database with a past: skewed as real desks are, the same for the same seed, by COPY.

A few channels have most of the tickets and a few customers most of the letters; nearly everything is closed and the
open rest is young; most tickets have three activities and some have two hundred.
"""

import json
import random
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import accumulate
from typing import Any

import asyncpg

from tickets.channels.rules.words import Ball, Category, Subscribed
from tickets.database import Base, table_of
from tickets.desk.models import Activity, KnownMessage, Participant, Ticket, Watcher
from tickets.desk.rules.words import Kind, Origin
from tickets.properties.rules.priorities import HIGH, LOW, NORMAL, URGENT

PRIORITIES = (LOW, NORMAL, HIGH, URGENT)

AGENTS = 40
CHANNELS = 12
CONTACTS = 8_000
YEARS = 3
CLOSED_SHARE = 0.85
ANSWERED_SHARE = 0.6
BATCH = 2_000

MODELS = (Ticket, Activity, KnownMessage, Participant, Watcher)
Row = dict[str, Any]

_TEXT = (
    "Lieferung Rechnung Mahnung Störung Zugang Auftrag Termin Vertrag Kündigung Angebot printer invoice delivery "
    "password portal order update error login refund account shipment damaged missing wrong question about the my "
    "cannot please bitte Anfrage Bestellung Ersatzteil Garantie Reklamation Adresse geändert offene Frage"
)
_WORDS = _TEXT.split()


@dataclass(frozen=True, kw_only=True)
class World:
    """What tickets refer to. ``statuses`` are (key, category, ball); ``staff`` are the agents of each channel."""

    channels: Sequence[str]
    statuses: Sequence[tuple[str, Category, Ball]]
    staff: dict[str, Sequence[uuid.UUID]]
    emails: Sequence[str]


async def world(connection: asyncpg.Connection, *, seed: int) -> World:
    """Make the channels and agents that are missing; the agents have the password of the demo's."""
    rng = random.Random(seed)
    model = await connection.fetchrow("SELECT * FROM channel WHERE key = 'support'")
    tom = await connection.fetchrow("SELECT * FROM agent WHERE email = 'tom@desk.example'")
    assert model is not None
    assert tom is not None
    existing = [row["key"] for row in await connection.fetch("SELECT key FROM channel ORDER BY position, key")]
    channels = [*existing, *(f"team-{number}" for number in range(CHANNELS - len(existing)))]
    new_channels = [
        {**model, "key": key, "name": key.title(), "position": 100 + number}
        for number, key in enumerate(channels)
        if key not in existing
    ]
    agents = [
        {**tom, "id": _uuid7(tom["created_at"], rng), "name": f"Agent {number}", "email": f"agent{number}@desk.example"}
        for number in range(AGENTS)
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
    staff: dict[str, Sequence[uuid.UUID]] = {
        channel: [row["agent_id"] for row in subscriptions if row["channel"] == channel] or [agents[0]["id"]]
        for channel in channels
    }
    return World(
        channels=channels,
        statuses=[(row["key"], Category(row["category"]), Ball(row["ball"])) for row in statuses],
        staff=staff,
        emails=[agent["email"] for agent in agents],
    )


async def fill(connection: asyncpg.Connection, world: World, *, count: int, seed: int) -> None:
    """Add so many tickets with everything that belongs to them, and let the planner know of them."""
    first = await connection.fetchval("SELECT greatest(coalesce(max(number), 0), 10000) + 1 FROM ticket")
    generator = _Past(world, rng=random.Random(seed), now=datetime.now(UTC))
    for start in range(0, count, BATCH):
        rows = generator.batch(range(first + start, first + min(start + BATCH, count)))
        for model in MODELS:
            await _copy(connection, table_of(model).name, rows[model])
    await connection.execute("SELECT setval('ticket_number', $1)", first + count)
    await connection.execute("ANALYZE")


class _Past:
    """Draws tickets."""

    def __init__(self, world: World, *, rng: random.Random, now: datetime) -> None:
        self._world = world
        self._rng = rng
        self._now = now
        self._channel_weights = list(accumulate(1 / (rank + 1) for rank in range(len(world.channels))))
        self._contacts = [_uuid7(now - timedelta(days=365 * YEARS), rng) for _ in range(CONTACTS)]
        self._prose = " ".join(rng.choices(_WORDS, k=50_000))
        self._open = [status for status in world.statuses if status[1] is Category.OPEN]
        self._closed = [status for status in world.statuses if status[1] is Category.CLOSED]

    def batch(self, numbers: range) -> dict[type[Base], list[Row]]:
        """The rows of these tickets, by table."""
        rows: dict[type[Base], list[Row]] = {model: [] for model in MODELS}
        for number in numbers:
            self._ticket(number, rows)
        for model in MODELS:
            _check_columns(model, rows[model])
        return rows

    def _ticket(self, number: int, rows: dict[type[Base], list[Row]]) -> None:
        rng = self._rng
        age = min(rng.expovariate(2.5), 1.0)
        opened = self._now - timedelta(days=365 * YEARS * age, seconds=rng.random())
        still_open = rng.random() < (0.75 if age < 0.02 else (1 - CLOSED_SHARE) / 2)  # noqa: PLR2004  # three weeks
        status, category, ball = rng.choice(self._open if still_open else self._closed)
        [channel] = rng.choices(self._world.channels, cum_weights=self._channel_weights)
        contact = min(int(rng.paretovariate(0.9)), CONTACTS) - 1
        address = f"customer{contact}@pool.example"
        owner = rng.choice(self._world.staff[channel]) if category is Category.CLOSED or rng.random() < 0.5 else None  # noqa: PLR2004  # half
        moments = self._moments(opened)
        last = moments[-1]
        handled = [at for index, at in enumerate(moments) if index % 2]
        ticket_id = _uuid7(opened, rng)
        rows[Ticket].append(
            {
                "id": ticket_id,
                "number": number,
                "version": len(moments),
                "subject": self._text(rng.randint(15, 70)),
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
        rows[Participant].append({"ticket_id": ticket_id, "address": address})
        if rng.random() < 0.05:  # noqa: PLR2004  # few are watched
            rows[Watcher].append({"ticket_id": ticket_id, "agent_id": rng.choice(self._world.staff[channel])})
        for index, at in enumerate(moments):
            self._activity(ticket_id, at, rows, address=address, agent=owner if index % 2 else None)

    def _moments(self, opened: datetime) -> list[datetime]:
        """When each activity was; the number of them has a long tail."""
        count = min(max(int(self._rng.lognormvariate(1.1, 0.8)), 1), 200)
        step = min((self._now - opened) / count, timedelta(days=2))
        return [opened + index * step for index in range(count)]

    def _activity(
        self,
        ticket_id: uuid.UUID,
        at: datetime,
        rows: dict[type[Base], list[Row]],
        *,
        address: str,
        agent: uuid.UUID | None,
    ) -> None:
        rng = self._rng
        activity_id = _uuid7(at, rng)
        text = self._text(min(int(rng.lognormvariate(6, 0.9)), 20_000))
        incoming = agent is None
        desk, customer = {"name": "Support", "address": "support@desk.example"}, {"name": "", "address": address}
        message_id = f"{activity_id}@pool.example"
        rows[Activity].append(
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
                "html": f"<p>{text}</p>" if incoming and rng.random() < 0.7 else None,  # noqa: PLR2004  # most do
                "truncated": False,
                "shown_outside": True,
                "sender": json.dumps(customer if incoming else desk),
                "to": json.dumps([desk if incoming else customer]),
                "cc": "[]",
                "bcc": "[]",
                "attachments": "[]",
                "changes": "[]",
                "mail_id": _uuid7(at, rng) if incoming else None,
                "mail_kind": "human" if incoming else None,
                "message_id": message_id,
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
        rows[KnownMessage].append(
            {
                "id": _uuid7(at, rng),
                "key": message_id,
                "digest": rng.randbytes(32) if incoming else None,
                "ticket_id": ticket_id,
                "activity_id": activity_id,
                "mail_id": None,
            }
        )

    def _text(self, length: int) -> str:
        start = self._prose.find(" ", self._rng.randrange(len(self._prose) - length - 50)) + 1
        return self._prose[start : start + length].strip()


def _check_columns(model: type[Base], rows: Sequence[Row]) -> None:
    """A column that came or went must be noticed here, not by a desk that looks different from a real one."""
    known = {column.name for column in table_of(model).columns if column.computed is None}
    if rows and known != rows[0].keys():
        raise AssertionError(f"{model.__name__}: the generator and the model differ in {known ^ rows[0].keys()}")


async def _copy(connection: asyncpg.Connection, table: str, rows: Sequence[Row]) -> None:
    if rows:
        columns = list(rows[0])
        records: Iterator[tuple[Any, ...]] = (tuple(row[column] for column in columns) for row in rows)
        await connection.copy_records_to_table(table, records=records, columns=columns)


def _uuid7(at: datetime, rng: random.Random) -> uuid.UUID:
    """A UUID of version 7 (RFC 9562) for a moment in the past: ids are in the order of time."""
    milliseconds = int(at.timestamp() * 1000)
    value = milliseconds << 80 | 7 << 76 | rng.getrandbits(12) << 64 | 2 << 62 | rng.getrandbits(62)
    return uuid.UUID(int=value)
