"""Drafts, uploads, templates, signatures; mails that can be taken back, activities that can be hidden."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema forward."""
    op.add_column("activity", sa.Column("hidden_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("activity", sa.Column("hidden_by", sa.Uuid(), nullable=True))
    op.add_column("activity", sa.Column("hidden_by_name", sa.Text(), nullable=True))
    op.add_column("activity", sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("activity", sa.Column("about_id", sa.Uuid(), nullable=True))
    op.add_column(
        "activity",
        sa.Column("form", sa.Enum("letter", "solution", name="form", native_enum=False, length=40), nullable=True),
    )
    op.create_foreign_key(op.f("activity_hidden_by_fkey"), "activity", "agent", ["hidden_by"], ["id"])
    op.create_foreign_key(op.f("activity_about_id_fkey"), "activity", "activity", ["about_id"], ["id"])
    op.create_index(
        "activity_solution",
        "activity",
        ["ticket_id", "id"],
        postgresql_where=sa.text("form = 'solution'"),
    )
    op.add_column("ticket_mail", sa.Column("account", sa.Text(), nullable=True))
    op.add_column(
        "ticket_mail", sa.Column("kept", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True)
    )
    op.add_column(
        "ticket_mail", sa.Column("added", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True)
    )
    _writing()


def _writing() -> None:
    op.create_table(
        "draft",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("agent_id", sa.Uuid(), nullable=False),
        sa.Column("ticket_id", sa.Uuid(), nullable=True),
        sa.Column(
            "kind",
            sa.Enum(
                "reply",
                "follow_up",
                "note",
                "call",
                "new_email",
                "new_enquiry",
                "new_internal",
                name="draftkind",
                native_enum=False,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("recovered", sa.Boolean(), nullable=False),
        sa.Column("content", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["agent_id"], ["agent.id"], name=op.f("draft_agent_id_fkey")),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("draft_ticket_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("draft_pkey")),
    )
    op.create_index(op.f("draft_ticket_id"), "draft", ["ticket_id"])
    op.create_index(
        "draft_of_agent", "draft", ["agent_id", sa.literal_column("changed_at DESC"), sa.literal_column("id DESC")]
    )
    op.create_index(
        "draft_once",
        "draft",
        ["agent_id", "ticket_id", "kind"],
        unique=True,
        postgresql_where=sa.text("ticket_id IS NOT NULL AND NOT recovered"),
    )
    op.create_table(
        "upload",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("agent_id", sa.Uuid(), nullable=False),
        sa.Column("filename", sa.Text(), nullable=False),
        sa.Column("content_type", sa.Text(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["agent_id"], ["agent.id"], name=op.f("upload_agent_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("upload_pkey")),
    )
    op.create_index(op.f("upload_agent_id"), "upload", ["agent_id"])
    op.create_index(op.f("upload_expires_at"), "upload", ["expires_at"])
    op.create_table(
        "template",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=True),
        sa.Column("owner_id", sa.Uuid(), nullable=True),
        sa.Column("variants", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["channel"], ["channel.key"], name=op.f("template_channel_fkey")),
        sa.ForeignKeyConstraint(["owner_id"], ["agent.id"], name=op.f("template_owner_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("template_pkey")),
    )
    op.create_index("template_by_name", "template", [sa.literal_column("lower(name)"), "id"])
    op.create_table(
        "signature",
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("variants", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["channel"], ["channel.key"], name=op.f("signature_channel_fkey")),
        sa.PrimaryKeyConstraint("channel", name=op.f("signature_pkey")),
    )
    op.create_table(
        "writing_preference",
        sa.Column("agent_id", sa.Uuid(), nullable=False),
        sa.Column("undo_seconds", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["agent_id"], ["agent.id"], name=op.f("writing_preference_agent_id_fkey")),
        sa.PrimaryKeyConstraint("agent_id", name=op.f("writing_preference_pkey")),
    )


def downgrade() -> None:
    """Take the change back."""
    for table in ("writing_preference", "signature", "template", "upload", "draft"):
        op.drop_table(table)
    for column in ("added", "kept", "account"):
        op.drop_column("ticket_mail", column)
    op.drop_index("activity_solution", table_name="activity")
    for column in ("form", "about_id", "withdrawn_at", "hidden_by_name", "hidden_by", "hidden_at"):
        op.drop_column("activity", column)
