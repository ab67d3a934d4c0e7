"""The first schema: accounts, ledger, outgoing mails."""

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
        sa.PrimaryKeyConstraint("id", name=op.f("dead_letter_pkey")),
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
        sa.PrimaryKeyConstraint("actor_id", "key", name=op.f("idempotency_key_pkey")),
    )
    op.create_index("idempotency_key_created", "idempotency_key", ["created_at"], unique=False, postgresql_using="brin")
    op.create_table(
        "inbox",
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("handled_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("event_id", name=op.f("inbox_pkey")),
    )
    op.create_index("inbox_handled", "inbox", ["handled_at"], unique=False, postgresql_using="brin")
    op.create_table(
        "mail_account",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("from_name", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("is_default", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("mail_account_pkey")),
        sa.UniqueConstraint("key", name=op.f("mail_account_key_key")),
    )
    op.create_index("mail_account_address", "mail_account", [sa.literal_column("lower(address)")], unique=True)
    op.create_index(
        "mail_account_default", "mail_account", ["is_default"], unique=True, postgresql_where=sa.text("is_default")
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
        sa.PrimaryKeyConstraint("seq", name=op.f("outbox_pkey")),
        sa.UniqueConstraint("id", name=op.f("outbox_id_key")),
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
        "relay_state",
        sa.Column("stream", sa.Text(), nullable=False),
        sa.Column("stream_created", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_seq", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("stream", name=op.f("relay_state_pkey")),
    )
    op.create_table(
        "mail",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("source_id", sa.Text(), nullable=False),
        sa.Column("client_address", sa.Text(), nullable=False),
        sa.Column("client_name", sa.Text(), nullable=False),
        sa.Column("envelope_sender", sa.Text(), nullable=False),
        sa.Column("envelope_recipients", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("raw_sha256", sa.Text(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("claimed_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("message_id", sa.Text(), nullable=True),
        sa.Column("sender_name", sa.Text(), nullable=True),
        sa.Column("sender_address", sa.Text(), nullable=True),
        sa.Column("subject", sa.Text(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=True),
        sa.Column("parsed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ticket_id", sa.Uuid(), nullable=True),
        sa.Column("ticket_number", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["mail_account.id"], name=op.f("mail_account_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("mail_pkey")),
        sa.UniqueConstraint("source_id", name=op.f("mail_source_id_key")),
    )
    op.create_index("mail_by_account", "mail", ["account_id", "id"], unique=False)
    op.create_index(
        "mail_by_state", "mail", ["state", "id"], unique=False, postgresql_where=sa.text("state != 'ticket'")
    )
    op.create_table(
        "outgoing_mail",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("reference_kind", sa.Text(), nullable=False),
        sa.Column("reference_id", sa.Uuid(), nullable=False),
        sa.Column("message_id", sa.Text(), nullable=False),
        sa.Column("correlation_id", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("envelope_sender", sa.Text(), nullable=False),
        sa.Column("request", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True),
        sa.Column("raw_sha256", sa.Text(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("next_try_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("claimed_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.Column("queued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("give_up_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["mail_account.id"], name=op.f("outgoing_mail_account_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("outgoing_mail_pkey")),
    )
    op.create_index(
        "outgoing_mail_due",
        "outgoing_mail",
        ["next_try_at"],
        unique=False,
        postgresql_where=sa.text("state = 'queued'"),
    )
    op.create_index("outgoing_mail_queued", "outgoing_mail", ["queued_at", "id"], unique=False)
    op.create_index("outgoing_mail_state_queued", "outgoing_mail", ["state", "queued_at", "id"], unique=False)
    op.create_table(
        "outgoing_recipient",
        sa.Column("outgoing_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["outgoing_id"], ["outgoing_mail.id"], name=op.f("outgoing_recipient_outgoing_id_fkey"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("outgoing_id", "position", name=op.f("outgoing_recipient_pkey")),
    )


def downgrade() -> None:
    """Take the change back."""
    op.drop_table("outgoing_recipient")
    op.drop_index("outgoing_mail_state_queued", table_name="outgoing_mail")
    op.drop_index("outgoing_mail_queued", table_name="outgoing_mail")
    op.drop_index("outgoing_mail_due", table_name="outgoing_mail", postgresql_where=sa.text("state = 'queued'"))
    op.drop_table("outgoing_mail")
    op.drop_index("mail_by_state", table_name="mail", postgresql_where=sa.text("state != 'ticket'"))
    op.drop_index("mail_by_account", table_name="mail")
    op.drop_table("mail")
    op.drop_table("relay_state")
    op.drop_index("outbox_waiting", table_name="outbox", postgresql_where=sa.text("published_at IS NULL"))
    op.drop_index("outbox_stream_seq", table_name="outbox", postgresql_where=sa.text("stream_seq IS NOT NULL"))
    op.drop_index("outbox_published", table_name="outbox", postgresql_where=sa.text("published_at IS NOT NULL"))
    op.drop_table("outbox")
    op.drop_index("mail_account_default", table_name="mail_account", postgresql_where=sa.text("is_default"))
    op.drop_index("mail_account_address", table_name="mail_account")
    op.drop_table("mail_account")
    op.drop_index("inbox_handled", table_name="inbox", postgresql_using="brin")
    op.drop_table("inbox")
    op.drop_index("idempotency_key_created", table_name="idempotency_key", postgresql_using="brin")
    op.drop_table("idempotency_key")
    op.drop_index("dead_letter_open", table_name="dead_letter", postgresql_where=sa.text("resolved_at IS NULL"))
    op.drop_table("dead_letter")
