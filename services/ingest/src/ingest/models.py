"""The tables of the mail service: accounts, the ledger of received mails, outgoing mails and their recipients."""

from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB

from chassis.tables import add_tables

NAMES = {
    "uq": "%(table_name)s_%(column_0_N_name)s_key",
    "fk": "%(table_name)s_%(column_0_N_name)s_fkey",
    "pk": "%(table_name)s_pkey",
}

metadata = sa.MetaData(naming_convention=NAMES)


class MailState(StrEnum):
    """Where a received mail is (MT-02). ``stored`` and ``parsed`` are on the way, the others are ends."""

    STORED = "stored"
    PARSED = "parsed"
    TICKET = "ticket"
    HELD = "held"
    MACHINE = "machine"
    DUPLICATE = "duplicate"
    QUARANTINE = "quarantine"


class SendState(StrEnum):
    """What became of an outgoing mail for one recipient (MT-08), or for all of them together.

    A whole mail is ``queued`` while any recipient is, then ``accepted`` if any server took it over, else ``failed``.
    """

    QUEUED = "queued"
    ACCEPTED = "accepted"
    FAILED = "failed"


mail_account = sa.Table(
    "mail_account",
    metadata,
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("key", sa.Text, nullable=False, unique=True),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("address", sa.Text, nullable=False),
    sa.Column("from_name", sa.Text, nullable=False),
    sa.Column("channel", sa.Text, nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("active", sa.Boolean, nullable=False),
    sa.Column("is_default", sa.Boolean, nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
)
sa.Index("mail_account_address", sa.func.lower(mail_account.c.address), unique=True)
sa.Index("mail_account_default", mail_account.c.is_default, unique=True, postgresql_where=mail_account.c.is_default)

mail = sa.Table(
    "mail",
    metadata,
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("account_id", sa.Uuid, sa.ForeignKey(mail_account.c.id), nullable=False),
    sa.Column("source_id", sa.Text, nullable=False, unique=True),
    sa.Column("client_address", sa.Text, nullable=False),
    sa.Column("client_name", sa.Text, nullable=False),
    sa.Column("envelope_sender", sa.Text, nullable=False),
    sa.Column("envelope_recipients", sa.ARRAY(sa.Text), nullable=False),
    sa.Column("raw_sha256", sa.Text, nullable=False),
    sa.Column("size", sa.Integer, nullable=False),
    sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("reason", sa.Text),
    sa.Column("tries", sa.Integer, nullable=False),
    sa.Column("claimed_until", sa.DateTime(timezone=True)),
    sa.Column("message_id", sa.Text),
    sa.Column("sender_name", sa.Text),
    sa.Column("sender_address", sa.Text),
    sa.Column("subject", sa.Text),
    sa.Column("kind", sa.Text),
    sa.Column("parsed_at", sa.DateTime(timezone=True)),
    sa.Column("closed_at", sa.DateTime(timezone=True)),
    sa.Column("ticket_id", sa.Uuid),
    sa.Column("ticket_number", sa.BigInteger),
)
sa.Index("mail_by_account", mail.c.account_id, mail.c.id)
sa.Index("mail_by_state", mail.c.state, mail.c.id, postgresql_where=mail.c.state != MailState.TICKET)


def mail_in_state(state: MailState) -> sa.ColumnElement[bool]:
    """The condition, its value written into the statement, so that the planner sees that the partial index fits."""
    return mail.c.state == sa.bindparam("in_state", state.value, type_=sa.Text, literal_execute=True)


outgoing_mail = sa.Table(
    "outgoing_mail",
    metadata,
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("account_id", sa.Uuid, sa.ForeignKey(mail_account.c.id), nullable=False),
    sa.Column("reference_kind", sa.Text, nullable=False),
    sa.Column("reference_id", sa.Uuid, nullable=False),
    sa.Column("message_id", sa.Text, nullable=False),
    sa.Column("correlation_id", sa.Text, nullable=False),
    sa.Column("subject", sa.Text, nullable=False),
    sa.Column("envelope_sender", sa.Text, nullable=False),
    sa.Column("request", JSONB(none_as_null=True)),
    sa.Column("raw_sha256", sa.Text),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("tries", sa.Integer, nullable=False),
    sa.Column("next_try_at", sa.DateTime(timezone=True)),
    sa.Column("claimed_until", sa.DateTime(timezone=True)),
    sa.Column("last_error", sa.Text),
    sa.Column("queued_at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("give_up_at", sa.DateTime(timezone=True), nullable=False),
)
sa.Index("outgoing_mail_due", outgoing_mail.c.next_try_at, postgresql_where=outgoing_mail.c.state == SendState.QUEUED)
sa.Index("outgoing_mail_state_queued", outgoing_mail.c.state, outgoing_mail.c.queued_at, outgoing_mail.c.id)
sa.Index("outgoing_mail_queued", outgoing_mail.c.queued_at, outgoing_mail.c.id)

QUEUED = outgoing_mail.c.state == sa.bindparam("queued", SendState.QUEUED.value, type_=sa.Text, literal_execute=True)
"""Mails that are still to be sent; written into the statement for the same reason."""

outgoing_recipient = sa.Table(
    "outgoing_recipient",
    metadata,
    sa.Column("outgoing_id", sa.Uuid, sa.ForeignKey(outgoing_mail.c.id, ondelete="CASCADE"), primary_key=True),
    sa.Column("position", sa.Integer, primary_key=True),
    sa.Column("address", sa.Text, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("reason", sa.Text),
    sa.Column("decided_at", sa.DateTime(timezone=True)),
)

add_tables(metadata)
