"""The floor of the intake: the least work with the same promises, in one process and without any framework.

Parse with the standard library, insert with asyncpg and wait for the fsynced commit, publish and wait for the
stream's acknowledgement. On servers that are started as the desk starts its own, with the same settings.
"""

import asyncio
import json
import os
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from email import message_from_bytes
from email.header import decode_header, make_header
from pathlib import Path
from typing import Any

import asyncpg
import nats
from nats.js import JetStreamContext
from pydantic import SecretStr

from chassis import streams
from chassis.embedded import EmbeddedNats, EmbeddedPostgres
from chassis.ids import new_id
from chassis.testing.servers import NATS_CONFIG, nats_environment, nats_passwords, repository
from deskstream_local.trial.letters import Letter

AT_ONCE = 16
"""Mails under way at the same time, each with a database connection; more of them change nothing on two cores."""

BATCH = 100
SUBJECT = "ingest.evt.mail_received.v1"
STREAM = "INGEST"

TABLE = """
CREATE TABLE floor_mail (
    id uuid PRIMARY KEY, message_id text UNIQUE, sender text, subject text, body text, html text, files jsonb,
    raw bytea, received_at timestamptz DEFAULT now()
)
"""
INSERT = (
    "INSERT INTO floor_mail (id, message_id, sender, subject, body, html, files, raw)"
    " VALUES ($1, $2, $3, $4, $5, $6, $7, $8)"
)

Row = tuple[Any, ...]


@dataclass(frozen=True, kw_only=True)
class Servers:
    """A PostgreSQL and a NATS of our own."""

    dsn: str
    nats_url: str


@contextmanager
def servers() -> Iterator[Servers]:
    """Start both, with streams declared as for a desk; they end with the block."""
    with tempfile.TemporaryDirectory(prefix="deskstream-bench-") as folder:
        postgres = EmbeddedPostgres(Path(folder) / "postgres")
        bus = EmbeddedNats(Path(folder) / "nats", repository() / NATS_CONFIG, environment=nats_environment())
        postgres.start()
        try:
            bus.start()
            try:
                yield Servers(dsn=postgres.admin_dsn, nats_url=bus.url)
            finally:
                bus.stop()
        finally:
            postgres.stop()


@dataclass(frozen=True, kw_only=True)
class Floor:
    """Mails per second, and CPU milliseconds of our process per mail (the servers' come on top)."""

    each: float
    batched: float
    own_cpu_ms: float


async def declare_streams(servers: Servers) -> None:
    """Make the streams, as `deskstream up` does."""
    settings = streams.StreamSettings(nats_url=servers.nats_url, nats_password=SecretStr(nats_passwords()["operator"]))
    operator = await streams.connect(settings)
    await streams.declare(operator)
    await operator.close()


async def measure(servers: Servers, letters: Sequence[Letter]) -> Floor:
    """Twice: with a commit and an awaited acknowledgement for each mail, and with those shared by a hundred."""
    await declare_streams(servers)
    client = await nats.connect(
        servers.nats_url, user="ingest", password=nats_passwords()["ingest"], inbox_prefix=b"_INBOX_ingest"
    )
    pool = await asyncpg.create_pool(servers.dsn, min_size=AT_ONCE, max_size=AT_ONCE)
    try:
        await pool.execute(TABLE)
        raws = [letter.content for letter in letters]
        cpu = time.process_time()
        each = await _each(pool, client.jetstream(), raws)
        own = time.process_time() - cpu
        await pool.execute("TRUNCATE floor_mail")
        batched = await _batched(pool, client.jetstream(), raws)
    finally:
        await pool.close()
        await client.close()
    return Floor(each=len(raws) / each, batched=len(raws) / batched, own_cpu_ms=own / len(raws) * 1000)


async def _each(pool: asyncpg.Pool, bus: JetStreamContext, raws: Sequence[bytes]) -> float:
    """Seconds for all of them, one commit and one acknowledgement for each."""
    waiting = iter(raws)

    async def work() -> None:
        async with pool.acquire() as connection:
            insert = await connection.prepare(INSERT)
            for raw in waiting:
                row, event = _parse(raw)
                await insert.fetch(*row)
                await bus.publish(SUBJECT, event, stream=STREAM, headers={"Nats-Msg-Id": str(row[0])})

    start = time.perf_counter()
    async with asyncio.TaskGroup() as group:
        for _ in range(AT_ONCE):
            group.create_task(work())
    return time.perf_counter() - start


async def _batched(pool: asyncpg.Pool, bus: JetStreamContext, raws: Sequence[bytes]) -> float:
    """Seconds for all of them, a hundred in a transaction and their acknowledgements awaited together."""
    start = time.perf_counter()
    async with pool.acquire() as connection:
        for first in range(0, len(raws), BATCH):
            parsed = [_parse(raw) for raw in raws[first : first + BATCH]]
            await connection.executemany(INSERT, [row for row, _ in parsed])
            published = [await bus.publish_async(SUBJECT, event, stream=STREAM) for _, event in parsed]
            await asyncio.gather(*published)
    return time.perf_counter() - start


def _parse(raw: bytes) -> tuple[Row, bytes]:
    """The row to insert and the event to publish.

    With the old API of the email package: the new one (``policy.default``) parses every address and costs 15 times
    as much, and a floor that wastes time would flatter us.
    """
    message = message_from_bytes(raw)
    fields = {name: _decoded(message[name]) for name in ("message-id", "from", "to", "subject", "date")}
    texts = {"plain": "", "html": ""}
    files: list[dict[str, object]] = []
    for part in message.walk():
        if part.is_multipart():
            continue
        content = part.get_payload(decode=True)
        data = content if isinstance(content, bytes) else b""
        if (filename := part.get_filename()) is not None:
            files.append({"name": filename, "type": part.get_content_type(), "size": len(data)})
        else:
            texts[part.get_content_subtype()] = data.decode(part.get_content_charset() or "utf-8", errors="replace")
    mail_id = new_id()
    row = (
        mail_id,
        fields["message-id"],
        fields["from"],
        fields["subject"],
        texts["plain"],
        texts["html"],
        json.dumps(files),
        raw,
    )
    event = {"mail_id": str(mail_id), **fields, "text": texts["plain"], "html": texts["html"], "attachments": files}
    return row, json.dumps(event).encode()


def _decoded(header: object) -> str | None:
    return None if header is None else str(make_header(decode_header(str(header))))


if __name__ == "__main__":
    from deskstream_local.trial.letters import letters as generated

    with servers() as started:
        print(asyncio.run(measure(started, list(generated(1000, seed=os.getpid())))))
