"""Merge, split, links and bulk actions."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema forward."""
    op.add_column("ticket", sa.Column("merged_into", sa.Uuid(), nullable=True))
    op.create_foreign_key(op.f("ticket_merged_into_fkey"), "ticket", "ticket", ["merged_into"], ["id"])
    op.create_index("ticket_merged", "ticket", ["merged_into"], postgresql_where=sa.text("merged_into IS NOT NULL"))
    op.add_column("activity", sa.Column("written_in", sa.Uuid(), nullable=True))
    op.add_column(
        "activity",
        sa.Column("also_shown_in", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True),
    )
    op.create_foreign_key(op.f("activity_written_in_fkey"), "activity", "ticket", ["written_in"], ["id"])
    op.create_index(
        "activity_written_in", "activity", ["written_in"], postgresql_where=sa.text("written_in IS NOT NULL")
    )
    op.create_table(
        "structural_change",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Enum("merge", "split", name="change", native_enum=False, length=40), nullable=False),
        sa.Column("ticket_id", sa.Uuid(), nullable=False),
        sa.Column("other_id", sa.Uuid(), nullable=False),
        sa.Column("agent_id", sa.Uuid(), nullable=False),
        sa.Column("agent_name", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("memory", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["agent_id"], ["agent.id"], name=op.f("structural_change_agent_id_fkey")),
        sa.ForeignKeyConstraint(["other_id"], ["ticket.id"], name=op.f("structural_change_other_id_fkey")),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("structural_change_ticket_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("structural_change_pkey")),
    )
    op.create_index(op.f("structural_change_ticket_id_id"), "structural_change", ["ticket_id", "id"])
    op.create_index(op.f("structural_change_other_id_id"), "structural_change", ["other_id", "id"])
    op.create_table(
        "ticket_link",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum("relates_to", "child_of", "duplicate_of", "split_from", name="link", native_enum=False, length=40),
            nullable=False,
        ),
        sa.Column("from_id", sa.Uuid(), nullable=False),
        sa.Column("to_id", sa.Uuid(), nullable=False),
        sa.Column("agent_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["agent_id"], ["agent.id"], name=op.f("ticket_link_agent_id_fkey")),
        sa.ForeignKeyConstraint(["from_id"], ["ticket.id"], name=op.f("ticket_link_from_id_fkey")),
        sa.ForeignKeyConstraint(["to_id"], ["ticket.id"], name=op.f("ticket_link_to_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("ticket_link_pkey")),
        sa.UniqueConstraint("from_id", "to_id", "kind", name=op.f("ticket_link_from_id_to_id_kind_key")),
    )
    op.create_index(op.f("ticket_link_to_id"), "ticket_link", ["to_id"])
    op.create_table(
        "bulk_action",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("agent_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("action", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("permissions", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["agent_id"], ["agent.id"], name=op.f("bulk_action_agent_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("bulk_action_pkey")),
    )
    op.create_index(op.f("bulk_action_agent_id_id"), "bulk_action", ["agent_id", "id"])
    op.create_table(
        "bulk_item",
        sa.Column("bulk_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "waiting",
                "done",
                "unchanged",
                "refused",
                "undo_waiting",
                "undone",
                "not_undone",
                name="itemstate",
                native_enum=False,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("code", sa.Text(), nullable=True),
        sa.Column("detail", sa.Text(), nullable=True),
        sa.Column("before", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True),
        sa.Column("version", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["bulk_id"], ["bulk_action.id"], name=op.f("bulk_item_bulk_id_fkey")),
        sa.PrimaryKeyConstraint("bulk_id", "number", name=op.f("bulk_item_pkey")),
    )
    op.create_index(
        "bulk_item_waiting",
        "bulk_item",
        ["bulk_id", "number"],
        postgresql_where=sa.text("state IN ('waiting', 'undo_waiting')"),
    )


def downgrade() -> None:
    """Take the change back."""
    op.drop_table("bulk_item")
    op.drop_table("bulk_action")
    op.drop_table("ticket_link")
    op.drop_table("structural_change")
    op.drop_column("activity", "also_shown_in")
    op.drop_column("activity", "written_in")
    op.drop_column("ticket", "merged_into")
