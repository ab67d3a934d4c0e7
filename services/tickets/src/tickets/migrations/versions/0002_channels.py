"""Channels and subscriptions, with the five statuses of the standard workflow (TC-12)."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

STATUSES = (
    ("New", "We have received it", "open", "us"),
    ("In progress", "We are working on it", "open", "us"),
    ("Answered", "Waiting for you", "open", "customer"),
    ("Successfully closed", "Done", "closed", "nobody"),
    ("Unsuccessfully closed", "Closed", "closed", "nobody"),
)


def columns(names: str) -> list[sa.ColumnClause[str]]:
    """Columns with text."""
    return [sa.column(name, sa.Text) for name in names.split()]


def upgrade() -> None:
    """Bring the schema forward."""
    op.create_table(
        "workflow",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("workflow_pkey")),
    )
    op.create_table(
        "status",
        sa.Column("workflow", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("customer_name", sa.Text(), nullable=False),
        sa.Column("category", sa.Enum("open", "closed", name="category", native_enum=False, length=40), nullable=False),
        sa.Column(
            "ball",
            sa.Enum("us", "customer", "third_party", "nobody", name="ball", native_enum=False, length=40),
            nullable=False,
        ),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["workflow"], ["workflow.key"], name=op.f("status_workflow_fkey")),
        sa.PrimaryKeyConstraint("workflow", "key", name=op.f("status_pkey")),
        sa.UniqueConstraint("workflow", "position", name=op.f("status_workflow_position_key")),
    )
    op.create_table(
        "channel",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("parent", sa.Text(), nullable=True),
        sa.Column("workflow", sa.Text(), nullable=False),
        sa.Column(
            "subject_number",
            sa.Enum("prefix", "suffix", "off", name="subjectnumber", native_enum=False, length=40),
            nullable=False,
        ),
        sa.Column("informal_read_only", sa.Boolean(), nullable=False),
        sa.Column("from_name", sa.Text(), nullable=True),
        sa.Column("reopen_days", sa.Integer(), nullable=True),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["parent"], ["channel.key"], name=op.f("channel_parent_fkey")),
        sa.ForeignKeyConstraint(["workflow"], ["workflow.key"], name=op.f("channel_workflow_fkey")),
        sa.PrimaryKeyConstraint("key", name=op.f("channel_pkey")),
    )
    op.create_table(
        "subscription",
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("agent_id", sa.Uuid(), nullable=False),
        sa.Column(
            "kind", sa.Enum("standard", "informal", name="subscribed", native_enum=False, length=40), nullable=False
        ),
        sa.ForeignKeyConstraint(["agent_id"], ["agent.id"], name=op.f("subscription_agent_id_fkey")),
        sa.ForeignKeyConstraint(["channel"], ["channel.key"], name=op.f("subscription_channel_fkey")),
        sa.PrimaryKeyConstraint("channel", "agent_id", name=op.f("subscription_pkey")),
    )
    op.create_index(op.f("subscription_agent_id_channel_kind"), "subscription", ["agent_id", "channel", "kind"])
    op.bulk_insert(sa.table("workflow", *columns("key name")), [{"key": "standard", "name": "Standard"}])
    op.bulk_insert(
        sa.table(
            "status", *columns("workflow key name customer_name category ball"), sa.column("position", sa.Integer)
        ),
        [
            {
                "workflow": "standard",
                "key": name.lower().replace(" ", "_"),
                "name": name,
                "customer_name": customer_name,
                "category": category,
                "ball": ball,
                "position": position,
            }
            for position, (name, customer_name, category, ball) in enumerate(STATUSES)
        ],
    )


def downgrade() -> None:
    """Take the change back."""
    op.drop_table("subscription")
    op.drop_table("channel")
    op.drop_table("status")
    op.drop_table("workflow")
