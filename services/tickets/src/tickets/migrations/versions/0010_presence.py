"""Who is in which ticket right now (TS-02)."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema forward."""
    op.create_table(
        "presence",
        sa.Column("ticket_id", sa.Uuid(), nullable=False),
        sa.Column("agent_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.Enum("viewing", "writing", name="present", native_enum=False, length=40), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("ticket_id", "agent_id", name=op.f("presence_pkey")),
        prefixes=["UNLOGGED"],
        postgresql_with={"fillfactor": "50"},
    )


def downgrade() -> None:
    """Bring the schema back."""
    op.drop_table("presence")
