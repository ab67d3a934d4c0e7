"""Properties of tickets, reminders, and the settings of the desk."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

PRIORITIES = (("low", "Low", "Niedrig"), ("normal", "Normal", "Normal"), ("high", "High", "Hoch"))
URGENT = ("urgent", "Urgent", "Dringend")


def upgrade() -> None:
    """Bring the schema forward."""
    _properties()
    _ticket_columns()
    op.create_table(
        "reminder",
        sa.Column("ticket_id", sa.Uuid(), nullable=False),
        sa.Column("agent_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column(
            "if_customer_replies",
            sa.Enum("keep", "cancel", name="ifcustomerreplies", native_enum=False, length=40),
            nullable=False,
        ),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("came_due_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["agent_id"], ["agent.id"], name=op.f("reminder_agent_id_fkey")),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("reminder_ticket_id_fkey")),
        sa.PrimaryKeyConstraint("ticket_id", "agent_id", name=op.f("reminder_pkey")),
    )
    op.create_index("reminder_of_agent", "reminder", ["agent_id", "at", "ticket_id"])
    op.create_index("reminder_waiting", "reminder", ["at"], postgresql_where=sa.text("came_due_at IS NULL"))
    installation = op.create_table(
        "installation",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("default_channel", sa.Text(), nullable=True),
        sa.Column("reopen_days", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("installation_only_one_check")),
        sa.ForeignKeyConstraint(["default_channel"], ["channel.key"], name=op.f("installation_default_channel_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("installation_pkey")),
    )
    op.bulk_insert(installation, [{"id": 1, "version": 1}])


def _properties() -> None:
    op.create_table(
        "colour_marker",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("colour", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("colour_marker_pkey")),
        sa.UniqueConstraint("name", name=op.f("colour_marker_name_key")),
    )
    priority = op.create_table(
        "priority",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("name", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("is_default", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("priority_pkey")),
    )
    op.create_index("priority_default", "priority", ["is_default"], unique=True, postgresql_where=sa.text("is_default"))
    op.bulk_insert(
        priority,
        [
            {
                "key": key,
                "name": {"en": english, "de": german},
                "position": 10 * place,
                "active": True,
                "is_default": key == "normal",
                "version": 1,
            }
            for place, (key, english, german) in enumerate((*PRIORITIES, URGENT), start=1)
        ],
    )
    op.create_table(
        "tag",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.Text(collation="C"), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("merged_into", sa.Uuid(), nullable=True),
        sa.Column("merging", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["merged_into"], ["tag.id"], name=op.f("tag_merged_into_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("tag_pkey")),
        sa.UniqueConstraint("key", name=op.f("tag_key_key")),
    )
    op.create_index("tag_aliases", "tag", ["merged_into"], postgresql_where=sa.text("merged_into IS NOT NULL"))
    op.create_index("tag_merging", "tag", ["id"], postgresql_where=sa.text("merging"))
    op.create_table(
        "field_definition",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("label", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("help", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True),
        sa.Column(
            "type",
            sa.Enum(
                "text",
                "long_text",
                "number",
                "date",
                "boolean",
                "choice",
                "multi_choice",
                "url",
                name="fieldtype",
                native_enum=False,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("channels", postgresql.ARRAY(sa.Text()), nullable=True),
        sa.Column("required", sa.Boolean(), nullable=False),
        sa.Column("preset", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True),
        sa.Column("choices", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("field_definition_pkey")),
    )


def _ticket_columns() -> None:
    op.alter_column("ticket", "priority", type_=sa.Text(), existing_type=sa.String(40), existing_nullable=False)
    op.add_column("ticket", sa.Column("marker_id", sa.Uuid(), nullable=True))
    op.add_column(
        "ticket",
        sa.Column("tags", postgresql.ARRAY(sa.Text()), server_default=sa.text("'{}'"), nullable=False),
    )
    op.add_column(
        "ticket",
        sa.Column("fields", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'{}'"), nullable=False),
    )
    op.create_foreign_key(op.f("ticket_marker_id_fkey"), "ticket", "colour_marker", ["marker_id"], ["id"])
    newest = [sa.literal_column("changed_at DESC"), sa.literal_column("number DESC")]
    op.create_index("ticket_list_priority", "ticket", ["channel", "priority", *newest])
    op.create_index(
        "ticket_list_marker",
        "ticket",
        ["channel", "marker_id", *newest],
        postgresql_where=sa.text("marker_id IS NOT NULL"),
    )
    op.create_index("ticket_tags", "ticket", ["tags"], postgresql_using="gin", postgresql_where=sa.text("tags <> '{}'"))
    op.create_index(
        "ticket_fields", "ticket", ["fields"], postgresql_using="gin", postgresql_where=sa.text("fields <> '{}'")
    )


def downgrade() -> None:
    """Take the change back."""
    op.drop_table("installation")
    op.drop_table("reminder")
    for index in ("ticket_fields", "ticket_tags", "ticket_list_marker", "ticket_list_priority"):
        op.drop_index(index, "ticket")
    for column in ("fields", "tags", "marker_id"):
        op.drop_column("ticket", column)
    op.alter_column("ticket", "priority", type_=sa.String(40), existing_type=sa.Text(), existing_nullable=False)
    for table in ("field_definition", "tag", "priority", "colour_marker"):
        op.drop_table(table)
