"""Tickets, activities and what mails need to find their ticket."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema forward."""
    op.execute(sa.schema.CreateSequence(sa.Sequence("ticket_number", start=10_001)))
    op.create_table(
        "ticket",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column(
            "origin",
            sa.Enum(
                "email", "enquiry", "internal", "webservice", "portal", name="origin", native_enum=False, length=40
            ),
            nullable=False,
        ),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("closed", sa.Boolean(), nullable=False),
        sa.Column(
            "ball",
            sa.Enum("us", "customer", "third_party", "nobody", name="ball", native_enum=False, length=40),
            nullable=False,
        ),
        sa.Column(
            "priority",
            sa.Enum("low", "normal", "high", "urgent", name="priority", native_enum=False, length=40),
            nullable=False,
        ),
        sa.Column("owner_id", sa.Uuid(), nullable=True),
        sa.Column("responsible_id", sa.Uuid(), nullable=True),
        sa.Column("opened_by", sa.Uuid(), nullable=True),
        sa.Column("contact_id", sa.Uuid(), nullable=True),
        sa.Column("contact_name", sa.Text(), nullable=True),
        sa.Column("contact_address", sa.Text(), nullable=True),
        sa.Column("company_id", sa.Uuid(), nullable=True),
        sa.Column("company_name", sa.Text(), nullable=True),
        sa.Column("possible_follow_up_of", sa.Uuid(), nullable=True),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_activity_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_incoming_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("handled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("shown_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "subject_words",
            postgresql.TSVECTOR(),
            sa.Computed("to_tsvector('simple', subject)", persisted=True),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(["channel"], ["channel.key"], name=op.f("ticket_channel_fkey")),
        sa.ForeignKeyConstraint(["opened_by"], ["agent.id"], name=op.f("ticket_opened_by_fkey")),
        sa.ForeignKeyConstraint(["owner_id"], ["agent.id"], name=op.f("ticket_owner_id_fkey")),
        sa.ForeignKeyConstraint(
            ["possible_follow_up_of"], ["ticket.id"], name=op.f("ticket_possible_follow_up_of_fkey")
        ),
        sa.ForeignKeyConstraint(["responsible_id"], ["agent.id"], name=op.f("ticket_responsible_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("ticket_pkey")),
        sa.UniqueConstraint("number", name=op.f("ticket_number_key")),
    )
    op.create_index(
        "ticket_list", "ticket", ["channel", sa.literal_column("changed_at DESC"), sa.literal_column("number DESC")]
    )
    op.create_index(
        "ticket_list_contact",
        "ticket",
        ["contact_id", sa.literal_column("shown_at DESC"), sa.literal_column("number DESC")],
        postgresql_where=sa.text("contact_id IS NOT NULL"),
    )
    op.create_index(
        "ticket_list_handled",
        "ticket",
        ["channel", sa.literal_column("handled_at DESC")],
        postgresql_where=sa.text("handled_at IS NOT NULL"),
    )
    op.create_index(
        "ticket_list_no_owner",
        "ticket",
        ["channel", sa.literal_column("changed_at DESC"), sa.literal_column("number DESC")],
        postgresql_where=sa.text("closed IS false AND owner_id IS NULL"),
        postgresql_include=["ball"],
    )
    op.create_index(
        "ticket_open_owner",
        "ticket",
        ["owner_id", "ball", "channel"],
        postgresql_where=sa.text("closed IS false AND owner_id IS NOT NULL"),
    )
    op.create_index("ticket_list_number", "ticket", ["channel", sa.literal_column("number DESC")])
    op.create_index(
        "ticket_list_open",
        "ticket",
        ["channel", sa.literal_column("changed_at DESC"), sa.literal_column("number DESC")],
        postgresql_where=sa.text("closed IS false"),
    )
    op.create_index(
        "ticket_list_opened_by",
        "ticket",
        ["opened_by", sa.literal_column("changed_at DESC"), sa.literal_column("number DESC")],
        postgresql_where=sa.text("opened_by IS NOT NULL"),
    )
    op.create_index(
        "ticket_list_origin",
        "ticket",
        ["channel", "origin", sa.literal_column("changed_at DESC"), sa.literal_column("number DESC")],
        postgresql_where=sa.text("origin != 'email'"),
    )
    op.create_index(
        "ticket_list_owner",
        "ticket",
        ["owner_id", sa.literal_column("changed_at DESC"), sa.literal_column("number DESC")],
        postgresql_where=sa.text("owner_id IS NOT NULL"),
    )
    op.create_index(
        "ticket_list_status",
        "ticket",
        ["channel", "status", sa.literal_column("changed_at DESC"), sa.literal_column("number DESC")],
    )
    op.create_index("ticket_subject_words", "ticket", ["subject_words"], postgresql_using="gin")
    op.create_table(
        "activity",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("ticket_id", sa.Uuid(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum("incoming", "outgoing", "note", "call", "status_change", name="kind", native_enum=False, length=40),
            nullable=False,
        ),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "author_kind",
            sa.Enum("agent", "contact", "system", name="actorkind", native_enum=False, length=40),
            nullable=False,
        ),
        sa.Column("author_id", sa.Uuid(), nullable=True),
        sa.Column("author_name", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("html", sa.Text(), nullable=True),
        sa.Column("truncated", sa.Boolean(), nullable=False),
        sa.Column("shown_outside", sa.Boolean(), nullable=False),
        sa.Column("sender", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True),
        sa.Column("to", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("cc", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("bcc", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("attachments", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("changes", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("mail_id", sa.Uuid(), nullable=True),
        sa.Column("mail_kind", sa.Text(), nullable=True),
        sa.Column("message_id", sa.Text(), nullable=True),
        sa.Column("thread", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("explanation", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("activity_ticket_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("activity_pkey")),
    )
    op.create_index(
        "activity_of_mail", "activity", ["mail_id"], unique=True, postgresql_where=sa.text("mail_id IS NOT NULL")
    )
    op.create_index("activity_of_ticket", "activity", ["ticket_id", "id"])
    op.create_table(
        "known_message",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=True),
        sa.Column("ticket_id", sa.Uuid(), nullable=False),
        sa.Column("activity_id", sa.Uuid(), nullable=False),
        sa.Column("mail_id", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(["activity_id"], ["activity.id"], name=op.f("known_message_activity_id_fkey")),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("known_message_ticket_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("known_message_pkey")),
        sa.UniqueConstraint("key", "digest", name="known_message_once"),
    )
    op.create_table(
        "participant",
        sa.Column("ticket_id", sa.Uuid(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("participant_ticket_id_fkey")),
        sa.PrimaryKeyConstraint("ticket_id", "address", name=op.f("participant_pkey")),
    )
    op.create_table(
        "own_address",
        sa.Column("address", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("address", name=op.f("own_address_pkey")),
    )
    op.create_table(
        "mail_sender",
        sa.Column("mail_id", sa.Uuid(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.Column("contact_id", sa.Uuid(), nullable=True),
        sa.Column("contact_name", sa.Text(), nullable=True),
        sa.Column("company_id", sa.Uuid(), nullable=True),
        sa.Column("company_name", sa.Text(), nullable=True),
        sa.Column("candidates", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.PrimaryKeyConstraint("mail_id", name=op.f("mail_sender_pkey")),
    )
    op.create_table(
        "watcher",
        sa.Column("ticket_id", sa.Uuid(), nullable=False),
        sa.Column("agent_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["agent_id"], ["agent.id"], name=op.f("watcher_agent_id_fkey")),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("watcher_ticket_id_fkey")),
        sa.PrimaryKeyConstraint("ticket_id", "agent_id", name=op.f("watcher_pkey")),
    )
    op.create_index(op.f("watcher_agent_id_ticket_id"), "watcher", ["agent_id", "ticket_id"])
    op.create_table(
        "recipient_state",
        sa.Column("activity_id", sa.Uuid(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column(
            "state",
            sa.Enum("queued", "accepted", "failed", "bounced", name="delivery", native_enum=False, length=40),
            nullable=False,
        ),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["activity_id"], ["activity.id"], name=op.f("recipient_state_activity_id_fkey")),
        sa.PrimaryKeyConstraint("activity_id", "address", name=op.f("recipient_state_pkey")),
    )
    op.create_table(
        "ticket_mail",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("activity_id", sa.Uuid(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("from_name", sa.Text(), nullable=True),
        sa.Column(
            "state",
            sa.Enum("waiting", "handed_over", "refused", name="sending", native_enum=False, length=40),
            nullable=False,
        ),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["activity_id"], ["activity.id"], name=op.f("ticket_mail_activity_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("ticket_mail_pkey")),
        sa.UniqueConstraint("activity_id", name=op.f("ticket_mail_activity_id_key")),
    )
    op.create_index("ticket_mail_due", "ticket_mail", ["due_at"], postgresql_where=sa.text("state = 'waiting'"))
    op.create_table(
        "submission",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("ticket_id", sa.Uuid(), nullable=True),
        sa.Column("number", sa.BigInteger(), nullable=True),
        sa.Column("refusal", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("submission_ticket_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("submission_pkey")),
    )


def downgrade() -> None:
    """Take the change back."""
    op.drop_table("submission")
    op.drop_table("ticket_mail")
    op.drop_table("recipient_state")
    op.drop_table("watcher")
    op.drop_table("mail_sender")
    op.drop_table("own_address")
    op.drop_table("participant")
    op.drop_table("known_message")
    op.drop_table("activity")
    op.drop_table("ticket")
    op.execute(sa.schema.DropSequence(sa.Sequence("ticket_number")))
