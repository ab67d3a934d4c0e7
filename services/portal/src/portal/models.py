"""The tables: external accesses and their contacts, sign-in links, sessions, and what customers wrote.

Links and sessions hang on the row that lets a contact in: with it they are gone, in the same instant.
"""

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from chassis.tables import add_tables

metadata = sa.MetaData()

external_access = sa.Table(
    "external_access",
    metadata,
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("active", sa.Boolean, nullable=False),
    sa.Column("sections", ARRAY(sa.Text), nullable=False),
    sa.Column("visibility", sa.Text, nullable=False),
    sa.Column("channels", JSONB, nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
    sa.UniqueConstraint("name", name="external_access_name"),
)

access_contact = sa.Table(
    "access_contact",
    metadata,
    sa.Column("contact_id", sa.Uuid, primary_key=True),
    sa.Column("access_id", sa.ForeignKey("external_access.id"), nullable=False),
    sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
)
sa.Index("access_contact_of_access", access_contact.c.access_id, access_contact.c.contact_id)

sign_in_request = sa.Table(
    "sign_in_request",
    metadata,
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("address", sa.Text, nullable=False),
    sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("done_at", sa.DateTime(timezone=True)),
)
sa.Index("sign_in_request_address", sign_in_request.c.address, sign_in_request.c.asked_at)
sa.Index("sign_in_request_due", sign_in_request.c.due_at, postgresql_where=sign_in_request.c.done_at.is_(None))
sa.Index("sign_in_request_asked", sign_in_request.c.asked_at, postgresql_using="brin")

sign_in_link = sa.Table(
    "sign_in_link",
    metadata,
    sa.Column("digest", sa.LargeBinary, primary_key=True),
    sa.Column("contact_id", sa.ForeignKey("access_contact.contact_id", ondelete="CASCADE"), nullable=False),
    sa.Column("access_id", sa.Uuid, nullable=False),
    sa.Column("address", sa.Text, nullable=False),
    sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("used_at", sa.DateTime(timezone=True)),
)
sa.Index("sign_in_link_contact", sign_in_link.c.contact_id)
sa.Index("sign_in_link_expires", sign_in_link.c.expires_at)

portal_session = sa.Table(
    "portal_session",
    metadata,
    sa.Column("digest", sa.LargeBinary, primary_key=True),
    sa.Column("contact_id", sa.ForeignKey("access_contact.contact_id", ondelete="CASCADE"), nullable=False),
    sa.Column("access_id", sa.Uuid, nullable=False),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("address", sa.Text, nullable=False),
    sa.Column("company_id", sa.Uuid),
    sa.Column("company_name", sa.Text),
    sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("used_at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
)
sa.Index("portal_session_contact", portal_session.c.contact_id)
sa.Index("portal_session_expires", portal_session.c.expires_at)

submission = sa.Table(
    "portal_submission",
    metadata,
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("contact_id", sa.Uuid, nullable=False),
    sa.Column("access_id", sa.Uuid, nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("author", JSONB, nullable=False),
    sa.Column("payload", JSONB, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("number", sa.BigInteger),
    sa.Column("refusal", sa.Text),
    sa.Column("at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("filed_at", sa.DateTime(timezone=True)),
)
sa.Index("portal_submission_contact", submission.c.contact_id, submission.c.at)

add_tables(metadata)
