"""The tables: notifications, the agents' preferences, and the mails that bundle notifications."""

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY

from chassis.tables import add_tables

metadata = sa.MetaData()

notification = sa.Table(
    "notification",
    metadata,
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("agent_id", sa.Uuid, nullable=False),
    sa.Column("event_id", sa.Uuid, nullable=False),
    sa.Column("ticket_id", sa.Uuid, nullable=False),
    sa.Column("ticket_version", sa.BigInteger, nullable=False),
    sa.Column("number", sa.BigInteger, nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("reasons", ARRAY(sa.Text), nullable=False),
    sa.Column("at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("in_app", sa.Boolean, nullable=False),
    sa.Column("read_at", sa.DateTime(timezone=True)),
    sa.Column("mail_state", sa.Text, nullable=False),
    sa.Column("mail_id", sa.Uuid),
    sa.UniqueConstraint("event_id", "agent_id", name="notification_once_per_event"),
    sa.UniqueConstraint("agent_id", "ticket_id", "ticket_version", name="notification_once_per_version"),
)
sa.Index(
    "notification_mine", notification.c.agent_id, notification.c.id, postgresql_where=notification.c.in_app.is_(True)
)
sa.Index(
    "notification_unread",
    notification.c.agent_id,
    notification.c.id,
    notification.c.ticket_id,
    postgresql_where=sa.and_(notification.c.in_app.is_(True), notification.c.read_at.is_(None)),
)
sa.Index(
    "notification_mail_pending",
    notification.c.agent_id,
    notification.c.created_at,
    postgresql_where=notification.c.mail_state == sa.literal_column("'pending'"),
)
sa.Index("notification_of_mail", notification.c.mail_id, postgresql_where=notification.c.mail_id.is_not(None))
sa.Index("notification_created", notification.c.created_at, postgresql_using="brin")

preference = sa.Table(
    "preference",
    metadata,
    sa.Column("agent_id", sa.Uuid, primary_key=True),
    sa.Column("way", sa.Text, primary_key=True),
    sa.Column("enabled", sa.Boolean, nullable=False),
)

notice_mail = sa.Table(
    "notice_mail",
    metadata,
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("agent_id", sa.Uuid, nullable=False),
    sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("tries", sa.Integer, nullable=False),
    sa.Column("done_at", sa.DateTime(timezone=True)),
)
sa.Index("notice_mail_open", notice_mail.c.agent_id, unique=True, postgresql_where=notice_mail.c.done_at.is_(None))
sa.Index("notice_mail_due", notice_mail.c.due_at, postgresql_where=notice_mail.c.done_at.is_(None))
sa.Index("notice_mail_done", notice_mail.c.done_at, postgresql_where=notice_mail.c.done_at.is_not(None))

add_tables(metadata)
