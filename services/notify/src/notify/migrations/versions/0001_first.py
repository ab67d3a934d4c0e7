"""The first schema: notifications, preferences, the mails that bundle notices, and what every service has."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema forward."""
    op.create_table(
        "dead_letter",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=True),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("headers", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("error", sa.Text(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("failed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("retry_asked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("resolved_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(
        "dead_letter_open", "dead_letter", ["failed_at"], unique=False, postgresql_where=sa.text("resolved_at IS NULL")
    )
    op.create_table(
        "idempotency_key",
        sa.Column("actor_id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("fingerprint", sa.LargeBinary(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("body", sa.LargeBinary(), nullable=True),
        sa.Column("headers", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("actor_id", "key"),
    )
    op.create_index("idempotency_key_created", "idempotency_key", ["created_at"], unique=False, postgresql_using="brin")
    op.create_table(
        "inbox",
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("handled_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("event_id"),
    )
    op.create_index("inbox_handled", "inbox", ["handled_at"], unique=False, postgresql_using="brin")
    op.create_table(
        "notice_mail",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("agent_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(
        "notice_mail_done", "notice_mail", ["done_at"], unique=False, postgresql_where=sa.text("done_at IS NOT NULL")
    )
    op.create_index(
        "notice_mail_due", "notice_mail", ["due_at"], unique=False, postgresql_where=sa.text("done_at IS NULL")
    )
    op.create_index(
        "notice_mail_open", "notice_mail", ["agent_id"], unique=True, postgresql_where=sa.text("done_at IS NULL")
    )
    op.create_table(
        "notification",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("agent_id", sa.Uuid(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("ticket_id", sa.Uuid(), nullable=False),
        sa.Column("ticket_version", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("reasons", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("in_app", sa.Boolean(), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("mail_state", sa.Text(), nullable=False),
        sa.Column("mail_id", sa.Uuid(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("agent_id", "ticket_id", "ticket_version", name="notification_once_per_version"),
        sa.UniqueConstraint("event_id", "agent_id", name="notification_once_per_event"),
    )
    op.create_index("notification_created", "notification", ["created_at"], unique=False, postgresql_using="brin")
    op.create_index(
        "notification_mail_pending",
        "notification",
        ["agent_id", "created_at"],
        unique=False,
        postgresql_where=sa.text("mail_state = 'pending'"),
    )
    op.create_index(
        "notification_mine",
        "notification",
        ["agent_id", "id"],
        unique=False,
        postgresql_where=sa.text("in_app IS true"),
    )
    op.create_index(
        "notification_of_mail",
        "notification",
        ["mail_id"],
        unique=False,
        postgresql_where=sa.text("mail_id IS NOT NULL"),
    )
    op.create_index(
        "notification_unread",
        "notification",
        ["agent_id", "id", "ticket_id"],
        unique=False,
        postgresql_where=sa.text("in_app IS true AND read_at IS NULL"),
    )
    op.create_table(
        "outbox",
        sa.Column("seq", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("headers", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("stream_seq", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("seq"),
        sa.UniqueConstraint("id"),
    )
    op.create_index(
        "outbox_published",
        "outbox",
        ["published_at"],
        unique=False,
        postgresql_where=sa.text("published_at IS NOT NULL"),
    )
    op.create_index(
        "outbox_stream_seq", "outbox", ["stream_seq"], unique=False, postgresql_where=sa.text("stream_seq IS NOT NULL")
    )
    op.create_index("outbox_waiting", "outbox", ["seq"], unique=False, postgresql_where=sa.text("published_at IS NULL"))
    op.create_table(
        "preference",
        sa.Column("agent_id", sa.Uuid(), nullable=False),
        sa.Column("way", sa.Text(), nullable=False),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("agent_id", "way"),
    )
    op.create_table(
        "relay_state",
        sa.Column("stream", sa.Text(), nullable=False),
        sa.Column("stream_created", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_seq", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("stream"),
    )


def downgrade() -> None:
    """Take the change back."""
    op.drop_table("relay_state")
    op.drop_table("preference")
    op.drop_index("outbox_waiting", table_name="outbox", postgresql_where=sa.text("published_at IS NULL"))
    op.drop_index("outbox_stream_seq", table_name="outbox", postgresql_where=sa.text("stream_seq IS NOT NULL"))
    op.drop_index("outbox_published", table_name="outbox", postgresql_where=sa.text("published_at IS NOT NULL"))
    op.drop_table("outbox")
    op.drop_index(
        "notification_unread", table_name="notification", postgresql_where=sa.text("in_app IS true AND read_at IS NULL")
    )
    op.drop_index("notification_of_mail", table_name="notification", postgresql_where=sa.text("mail_id IS NOT NULL"))
    op.drop_index("notification_mine", table_name="notification", postgresql_where=sa.text("in_app IS true"))
    op.drop_index(
        "notification_mail_pending", table_name="notification", postgresql_where=sa.text("mail_state = 'pending'")
    )
    op.drop_index("notification_created", table_name="notification", postgresql_using="brin")
    op.drop_table("notification")
    op.drop_index("notice_mail_open", table_name="notice_mail", postgresql_where=sa.text("done_at IS NULL"))
    op.drop_index("notice_mail_due", table_name="notice_mail", postgresql_where=sa.text("done_at IS NULL"))
    op.drop_index("notice_mail_done", table_name="notice_mail", postgresql_where=sa.text("done_at IS NOT NULL"))
    op.drop_table("notice_mail")
    op.drop_index("inbox_handled", table_name="inbox", postgresql_using="brin")
    op.drop_table("inbox")
    op.drop_index("idempotency_key_created", table_name="idempotency_key", postgresql_using="brin")
    op.drop_table("idempotency_key")
    op.drop_index("dead_letter_open", table_name="dead_letter", postgresql_where=sa.text("resolved_at IS NULL"))
    op.drop_table("dead_letter")
