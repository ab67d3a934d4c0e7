"""What each agent has read of a ticket (LF-03)."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema forward."""
    op.create_table(
        "read_mark",
        sa.Column("agent_id", sa.Uuid(), nullable=False),
        sa.Column("ticket_id", sa.Uuid(), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("marked_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("agent_id", "ticket_id", name=op.f("read_mark_pkey")),
    )
    op.create_index("read_mark_marked_at", "read_mark", ["marked_at"])


def downgrade() -> None:
    """Bring the schema back."""
    op.drop_table("read_mark")
