"""The audit log, groups of agents, one-time links and absences.

Triggers let nobody change the audit log (TS-11). What administrators set about subscriptions moves to tables of its
own, and ``subscription`` is derived from them.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0005"
down_revision = "0003"
branch_labels = None
depends_on = None

SUBSCRIBED = sa.Enum("standard", "informal", name="subscribed", native_enum=False, length=40)

REFUSE = """
CREATE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the audit log is append-only: % of % is refused', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation';
END
$$
"""
GROW = """
CREATE FUNCTION audit_grow() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.entries <= OLD.entries THEN
        RAISE EXCEPTION 'the audit log only grows' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END
$$
"""
ENTRIES_STAY = """
CREATE TRIGGER audit_entry_stays BEFORE UPDATE OR DELETE ON audit_entry
FOR EACH ROW EXECUTE FUNCTION audit_refuse()
"""
ALL_ENTRIES_STAY = """
CREATE TRIGGER audit_entry_all_stay BEFORE TRUNCATE ON audit_entry
FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse()
"""
HEAD_STAYS = """
CREATE TRIGGER audit_head_stays BEFORE DELETE ON audit_head
FOR EACH ROW EXECUTE FUNCTION audit_refuse()
"""
HEAD_IS_NOT_EMPTIED = """
CREATE TRIGGER audit_head_all_stay BEFORE TRUNCATE ON audit_head
FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse()
"""
HEAD_GROWS = """
CREATE TRIGGER audit_head_grows BEFORE UPDATE ON audit_head
FOR EACH ROW EXECUTE FUNCTION audit_grow()
"""


def upgrade() -> None:
    """Bring the schema forward."""
    create_audit_log()
    create_groups()
    create_links()
    create_absences()


def create_audit_log() -> None:
    """The log, its head, and what keeps both."""
    op.create_table(
        "audit_entry",
        sa.Column("seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "actor_kind",
            sa.Enum("agent", "operator", "anonymous", "system", name="actorkind", native_enum=False, length=40),
            nullable=False,
        ),
        sa.Column("actor_id", sa.Uuid(), nullable=True),
        sa.Column("actor_name", sa.Text(), nullable=False),
        sa.Column("credential_kind", sa.Text(), nullable=True),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("user_agent", sa.Text(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("details", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("previous", sa.LargeBinary(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("audit_entry_pkey")),
        sa.UniqueConstraint("id", name=op.f("audit_entry_id_key")),
    )
    op.create_index(op.f("audit_entry_at_seq"), "audit_entry", ["at", "seq"])
    for column in ("actor_id", "action", "subject"):
        op.create_index(op.f(f"audit_entry_{column}_at_seq"), "audit_entry", [column, "at", "seq"])
    op.create_table(
        "audit_head",
        sa.Column("single", sa.Boolean(), nullable=False),
        sa.Column("entries", sa.BigInteger(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint("single", name=op.f("audit_head_single_check")),
        sa.PrimaryKeyConstraint("single", name=op.f("audit_head_pkey")),
    )
    op.bulk_insert(
        sa.table(
            "audit_head",
            sa.column("single", sa.Boolean),
            sa.column("entries", sa.BigInteger),
            sa.column("hash", sa.LargeBinary),
        ),
        [{"single": True, "entries": 0, "hash": bytes(32)}],
    )
    for statement in (REFUSE, GROW, ENTRIES_STAY, ALL_ENTRIES_STAY, HEAD_STAYS, HEAD_IS_NOT_EMPTIED, HEAD_GROWS):
        op.execute(statement)


def create_groups() -> None:
    """Groups, and subscriptions as administrators set them; those that there are were set for single agents."""
    op.create_table(
        "agent_group",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("agent_group_pkey")),
    )
    op.create_index("agent_group_by_name", "agent_group", [sa.literal_column("lower(name)")], unique=True)
    op.create_table(
        "agent_group_member",
        sa.Column("group_id", sa.Uuid(), nullable=False),
        sa.Column("agent_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["agent_id"], ["agent.id"], name=op.f("agent_group_member_agent_id_fkey")),
        sa.ForeignKeyConstraint(
            ["group_id"], ["agent_group.id"], name=op.f("agent_group_member_group_id_fkey"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("group_id", "agent_id", name=op.f("agent_group_member_pkey")),
    )
    op.create_index(op.f("agent_group_member_agent_id"), "agent_group_member", ["agent_id"])
    op.create_table(
        "direct_subscription",
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("agent_id", sa.Uuid(), nullable=False),
        sa.Column("kind", SUBSCRIBED, nullable=False),
        sa.ForeignKeyConstraint(["agent_id"], ["agent.id"], name=op.f("direct_subscription_agent_id_fkey")),
        sa.ForeignKeyConstraint(["channel"], ["channel.key"], name=op.f("direct_subscription_channel_fkey")),
        sa.PrimaryKeyConstraint("channel", "agent_id", name=op.f("direct_subscription_pkey")),
    )
    op.create_index(op.f("direct_subscription_agent_id"), "direct_subscription", ["agent_id"])
    op.create_table(
        "group_subscription",
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("group_id", sa.Uuid(), nullable=False),
        sa.Column("kind", SUBSCRIBED, nullable=False),
        sa.ForeignKeyConstraint(["channel"], ["channel.key"], name=op.f("group_subscription_channel_fkey")),
        sa.ForeignKeyConstraint(
            ["group_id"], ["agent_group.id"], name=op.f("group_subscription_group_id_fkey"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("channel", "group_id", name=op.f("group_subscription_pkey")),
    )
    op.create_index(op.f("group_subscription_group_id"), "group_subscription", ["group_id"])
    op.execute("INSERT INTO direct_subscription SELECT channel, agent_id, kind FROM subscription")


def create_links() -> None:
    """One-time links, and requests for them."""
    purpose = sa.Enum("reset", "invitation", "setup", name="purpose", native_enum=False, length=40)
    op.create_table(
        "one_time_link",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("purpose", purpose, nullable=False),
        sa.Column("agent_id", sa.Uuid(), nullable=True),
        sa.Column("secret_sha256", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["agent_id"], ["agent.id"], name=op.f("one_time_link_agent_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("one_time_link_pkey")),
        sa.UniqueConstraint("secret_sha256", name=op.f("one_time_link_secret_sha256_key")),
    )
    op.create_index(op.f("one_time_link_agent_id"), "one_time_link", ["agent_id"])
    op.create_index(op.f("one_time_link_expires_at"), "one_time_link", ["expires_at"])
    op.create_table(
        "link_request",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("purpose", purpose, nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("network", sa.Text(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("link_request_pkey")),
    )
    op.create_index(op.f("link_request_account_asked_at"), "link_request", ["account", "asked_at"])
    op.create_index(op.f("link_request_network_asked_at"), "link_request", ["network", "asked_at"])
    op.create_index("link_request_due", "link_request", ["due_at"], postgresql_where=sa.text("done_at IS NULL"))
    op.create_index(op.f("link_request_done_at"), "link_request", ["done_at"])


def create_absences() -> None:
    """Who is away, and who acts for them."""
    op.create_table(
        "absence",
        sa.Column("agent_id", sa.Uuid(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("substitute_id", sa.Uuid(), nullable=True),
        sa.CheckConstraint("ends_at > starts_at", name=op.f("absence_order_check")),
        sa.CheckConstraint("substitute_id <> agent_id", name=op.f("absence_other_check")),
        sa.ForeignKeyConstraint(["agent_id"], ["agent.id"], name=op.f("absence_agent_id_fkey")),
        sa.ForeignKeyConstraint(["substitute_id"], ["agent.id"], name=op.f("absence_substitute_id_fkey")),
        sa.PrimaryKeyConstraint("agent_id", name=op.f("absence_pkey")),
    )
    op.create_index(op.f("absence_substitute_id"), "absence", ["substitute_id"])


def downgrade() -> None:
    """Take the change back; who subscribes through a group keeps it as a subscription of their own."""
    op.drop_table("absence")
    op.drop_table("link_request")
    op.drop_table("one_time_link")
    op.drop_table("group_subscription")
    op.drop_table("direct_subscription")
    op.drop_table("agent_group_member")
    op.drop_table("agent_group")
    op.drop_table("audit_head")
    op.drop_table("audit_entry")
    op.execute("DROP FUNCTION audit_grow()")
    op.execute("DROP FUNCTION audit_refuse()")
