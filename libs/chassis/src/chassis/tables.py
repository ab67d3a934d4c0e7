"""The tables that every service's database has beside its own: outbox, inbox, dead letters, idempotency keys."""

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB

metadata = sa.MetaData()

outbox = sa.Table(
    "outbox",
    metadata,
    sa.Column("seq", sa.BigInteger, sa.Identity(always=True), primary_key=True),
    sa.Column("id", sa.Uuid, nullable=False, unique=True),
    sa.Column("subject", sa.Text, nullable=False),
    sa.Column("headers", JSONB, nullable=False),
    sa.Column("body", sa.LargeBinary, nullable=False),
    sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("published_at", sa.DateTime(timezone=True)),
    sa.Column("stream_seq", sa.BigInteger),
)
sa.Index("outbox_waiting", outbox.c.seq, postgresql_where=outbox.c.published_at.is_(None))
sa.Index("outbox_published", outbox.c.published_at, postgresql_where=outbox.c.published_at.is_not(None))
sa.Index("outbox_stream_seq", outbox.c.stream_seq, postgresql_where=outbox.c.stream_seq.is_not(None))

inbox = sa.Table(
    "inbox",
    metadata,
    sa.Column("event_id", sa.Uuid, primary_key=True),
    sa.Column("handled_at", sa.DateTime(timezone=True), nullable=False),
)
sa.Index("inbox_handled", inbox.c.handled_at, postgresql_using="brin")

dead_letter = sa.Table(
    "dead_letter",
    metadata,
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("event_id", sa.Uuid),
    sa.Column("subject", sa.Text, nullable=False),
    sa.Column("headers", JSONB, nullable=False),
    sa.Column("body", sa.LargeBinary, nullable=False),
    sa.Column("error", sa.Text, nullable=False),
    sa.Column("tries", sa.Integer, nullable=False),
    sa.Column("failed_at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("retry_asked_at", sa.DateTime(timezone=True)),
    sa.Column("resolved_at", sa.DateTime(timezone=True)),
)
sa.Index("dead_letter_open", dead_letter.c.failed_at, postgresql_where=dead_letter.c.resolved_at.is_(None))

relay_state = sa.Table(
    "relay_state",
    metadata,
    sa.Column("stream", sa.Text, primary_key=True),
    sa.Column("stream_created", sa.DateTime(timezone=True), nullable=False),
    sa.Column("last_seq", sa.BigInteger, nullable=False),
)

idempotency_key = sa.Table(
    "idempotency_key",
    metadata,
    sa.Column("actor_id", sa.Uuid, primary_key=True),
    sa.Column("key", sa.Text, primary_key=True),
    sa.Column("fingerprint", sa.LargeBinary, nullable=False),
    sa.Column("status", sa.Integer),
    sa.Column("body", sa.LargeBinary),
    sa.Column("headers", JSONB),
    sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
)
sa.Index("idempotency_key_created", idempotency_key.c.created_at, postgresql_using="brin")


def add_tables(target: sa.MetaData) -> None:
    """Give a service's metadata these tables, so that its migrations create them."""
    for table in metadata.sorted_tables:
        table.to_metadata(target)
