"""The contact service on a database of its own, and an agent who calls it."""

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
import sqlalchemy as sa

from chassis import tables
from chassis.app import App
from chassis.auth import Authenticator, CredentialKind
from chassis.testing import SettingsFor
from contracts.ingest import Mailbox, MailKind, MailReceived
from contracts.messages import EventMeta, Service
from contracts.tickets import Authenticated, Permission
from crm_match.main import Settings, build

AGENT_ID = UUID("01a00001-0001-7001-9001-000001000001")


@pytest.fixture
async def app(settings_for: SettingsFor) -> AsyncIterator[App]:
    """The service, not running: its doors are opened by the tests."""
    app = build(Settings(**await settings_for(Service.CRM_MATCH)))
    app.authenticator = Authenticator(resolve)
    yield app
    await app.database.close()


async def resolve(_kind: CredentialKind, secret: str) -> Authenticated | None:
    """The token ``reader`` may read contacts, ``writer`` may change them, too; anything else is nobody."""
    permissions = {
        "reader": {Permission.CONTACTS_READ},
        "writer": {Permission.CONTACTS_READ, Permission.CONTACTS_WRITE},
    }
    if secret not in permissions:
        return None
    return Authenticated(
        agent_id=AGENT_ID,
        credential_id=uuid4(),
        kind="token",
        name="Tom Kraus",
        role="agent",
        permissions=frozenset(permissions[secret]),
    )


@pytest.fixture
async def client(app: App) -> AsyncIterator[httpx.AsyncClient]:
    """An agent who may read and change contacts."""
    transport = httpx.ASGITransport(app.api)
    headers = {"Authorization": "Bearer writer"}
    async with httpx.AsyncClient(transport=transport, base_url="https://desk.example", headers=headers) as client:
        yield client


@pytest.fixture
def mail_from() -> Callable[[str | None], MailReceived]:
    """Makes a mail of this sender, as it comes from the bus."""

    def make(address: str | None) -> MailReceived:
        mail_id = uuid4()
        now = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
        mail = MailReceived(
            mail_id=mail_id,
            account="support@desk.example",
            channel="support",
            received_at=now,
            kind=MailKind.HUMAN,
            kind_reason="",
            message_id=None,
            sender=Mailbox(name="", address=address) if address is not None else None,
            subject="Printer",
            sent_at=None,
            text="It smokes.",
            raw_sha256="0" * 64,
        )
        return mail.received_with(
            EventMeta(id=uuid4(), time=now, source="/deskstream/ingest", correlation_id=f"mail-{mail_id}")
        )

    return make


@pytest.fixture
def emitted() -> Callable[[App, str], Awaitable[list[dict[str, Any]]]]:
    """The bodies of what is in an app's outbox on a subject, oldest first, each with its headers."""

    async def read(app: App, subject: str) -> list[dict[str, Any]]:
        async with app.database.transaction() as tx:
            rows = await tx.session.execute(
                sa.select(tables.outbox.c.body, tables.outbox.c.headers)
                .where(tables.outbox.c.subject == subject)
                .order_by(tables.outbox.c.seq)
            )
            return [{**json.loads(body), "headers": headers} for body, headers in rows]

    return read
