"""The tables of the staff: agents, sessions, API tokens and failed sign-ins. No secret is stored, only its hash."""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from tickets.database import Base, words
from tickets.staff.rules.permissions import Role


class Agent(Base):
    """Somebody who works here. ``email`` is in lower case; without a password nobody can sign in as them yet."""

    __tablename__ = "agent"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    name: Mapped[str]
    email: Mapped[str] = mapped_column(unique=True)
    language: Mapped[str]
    role: Mapped[Role] = mapped_column(words(Role))
    active: Mapped[bool]
    password_hash: Mapped[str | None]
    version: Mapped[int]
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]

    __table_args__ = (
        sa.CheckConstraint("email = lower(email)", name="email_lower"),
        sa.Index("agent_by_name", sa.text("lower(name)"), "id"),
    )


class Session(Base):
    """A browser that is signed in. ``seen_at`` is written at most once a minute."""

    __tablename__ = "session"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    agent_id: Mapped[UUID] = mapped_column(sa.ForeignKey("agent.id"), index=True)
    secret_sha256: Mapped[bytes] = mapped_column(unique=True)
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime] = mapped_column(index=True)
    user_agent: Mapped[str]
    address: Mapped[str]


class ApiToken(Base):
    """A program that acts for an agent, within its scopes, until it expires."""

    __tablename__ = "api_token"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    agent_id: Mapped[UUID] = mapped_column(sa.ForeignKey("agent.id"), index=True)
    name: Mapped[str]
    secret_sha256: Mapped[bytes]
    scopes: Mapped[list[str]]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    last_used_at: Mapped[datetime | None]


class SignInAttempts(Base):
    """Sign-ins that failed in a row for one account from one address, whether or not there is such an account."""

    __tablename__ = "sign_in_attempts"

    account: Mapped[str] = mapped_column(primary_key=True)
    address: Mapped[str] = mapped_column(primary_key=True)
    failures: Mapped[int]
    last_at: Mapped[datetime] = mapped_column(index=True)
    blocked_until: Mapped[datetime]
