"""The first tables: companies, contacts and their addresses, beside those of the chassis."""

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
        "company",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("words", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column(
            "search", postgresql.TSVECTOR(), sa.Computed("array_to_tsvector(words)", persisted=True), nullable=False
        ),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("company_pkey")),
    )
    op.create_index("company_name_key", "company", [sa.literal_column("lower(name)")], unique=True)
    op.create_index("company_search", "company", ["search"], unique=False, postgresql_using="gin")
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
        "contact",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("phones", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("company_id", sa.Uuid(), nullable=True),
        sa.Column("words", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("company_words", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column(
            "search",
            postgresql.TSVECTOR(),
            sa.Computed("array_to_tsvector(words || company_words)", persisted=True),
            nullable=False,
        ),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["company_id"], ["company.id"], name=op.f("contact_company_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("contact_pkey")),
    )
    op.create_index(
        "contact_by_company", "contact", ["company_id", sa.literal_column("lower(name)"), "id"], unique=False
    )
    op.create_index("contact_by_name", "contact", [sa.literal_column("lower(name)"), "id"], unique=False)
    op.create_index("contact_search", "contact", ["search"], unique=False, postgresql_using="gin")
    op.create_table(
        "contact_address",
        sa.Column("contact_id", sa.Uuid(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["contact_id"], ["contact.id"], name=op.f("contact_address_contact_id_fkey"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("contact_id", "address", name=op.f("contact_address_pkey")),
    )
    op.create_index("contact_address_by_address", "contact_address", ["address"], unique=False)


def downgrade() -> None:
    """Take the change back."""
    op.drop_index("contact_address_by_address", table_name="contact_address")
    op.drop_table("contact_address")
    op.drop_index("contact_search", table_name="contact", postgresql_using="gin")
    op.drop_index("contact_by_name", table_name="contact")
    op.drop_index("contact_by_company", table_name="contact")
    op.drop_table("contact")
    op.drop_table("relay_state")
    op.drop_index("outbox_waiting", table_name="outbox", postgresql_where=sa.text("published_at IS NULL"))
    op.drop_index("outbox_stream_seq", table_name="outbox", postgresql_where=sa.text("stream_seq IS NOT NULL"))
    op.drop_index("outbox_published", table_name="outbox", postgresql_where=sa.text("published_at IS NOT NULL"))
    op.drop_table("outbox")
    op.drop_index("inbox_handled", table_name="inbox", postgresql_using="brin")
    op.drop_table("inbox")
    op.drop_index("idempotency_key_created", table_name="idempotency_key", postgresql_using="brin")
    op.drop_table("idempotency_key")
    op.drop_index("dead_letter_open", table_name="dead_letter", postgresql_where=sa.text("resolved_at IS NULL"))
    op.drop_table("dead_letter")
    op.drop_index("company_search", table_name="company", postgresql_using="gin")
    op.drop_index("company_name_key", table_name="company")
    op.drop_table("company")
