"""Break-glass, workflows that administrators shape, and whom a channel tells of what (CV-08, CV-11, TC-12)."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema forward."""
    op.create_table(
        "break_glass",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("ticket_id", sa.Uuid(), nullable=False),
        sa.Column("agent_id", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["agent_id"], ["agent.id"], name=op.f("break_glass_agent_id_fkey")),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("break_glass_ticket_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("break_glass_pkey")),
    )
    op.create_index(op.f("break_glass_ticket_id_id"), "break_glass", ["ticket_id", "id"])
    op.create_index(op.f("break_glass_agent_id_ends_at"), "break_glass", ["agent_id", "ends_at"])
    op.add_column("workflow", sa.Column("version", sa.Integer(), server_default="1", nullable=False))
    op.add_column(
        "status", sa.Column("moves", postgresql.JSONB(), server_default=sa.text("'[]'::jsonb"), nullable=False)
    )
    op.add_column("status", sa.Column("successor", sa.Text(), nullable=True))
    op.drop_constraint(op.f("status_workflow_position_key"), "status", type_="unique")
    op.add_column("channel", sa.Column("active", sa.Boolean(), server_default=sa.true(), nullable=False))
    op.add_column("channel", sa.Column("owner_starts_work", sa.Boolean(), server_default=sa.true(), nullable=False))
    op.add_column(
        "channel", sa.Column("told", postgresql.JSONB(), server_default=sa.text("'{}'::jsonb"), nullable=False)
    )


def downgrade() -> None:
    """Take the change back."""
    for column in ("told", "owner_starts_work", "active"):
        op.drop_column("channel", column)
    op.create_unique_constraint(op.f("status_workflow_position_key"), "status", ["workflow", "position"])
    op.drop_column("status", "successor")
    op.drop_column("status", "moves")
    op.drop_column("workflow", "version")
    op.drop_table("break_glass")
