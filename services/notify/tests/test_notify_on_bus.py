"""The whole service on the real bus: an event goes in, a row and a mail come out."""

import asyncio
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import sqlalchemy as sa
from nats.aio.client import Client

from chassis.app import Role
from chassis.testing import RunApp, SettingsFor
from contracts.envelope import headers_for
from contracts.ingest import SendMail
from contracts.messages import Service
from contracts.tickets import TicketEvent, TicketOpened
from notify.main import Settings, build
from notify.models import notification


async def test_a_ticket_event_from_the_stream_becomes_one_row_and_one_mail(
    settings_for: SettingsFor,
    run_app: RunApp,
    ticket_core: Client,
    mail_service: Client,
    make_event: Callable[..., TicketEvent],
    make_ticket: Callable[..., UUID],
    asked_to_send: list[SendMail],
    tom: UUID,
) -> None:
    app = build(Settings(**await settings_for(Service.NOTIFY), mail_quiet=timedelta(seconds=0.2)))
    await run_app(app, Role.ALL)
    event = make_event(TicketOpened, make_ticket(10042), [tom], origin="email", activity_id=uuid4())
    headers = headers_for(event, event.meta)
    stream = ticket_core.jetstream()
    for copy in ("first", "second"):
        await stream.publish(
            event.bus_subject(), event.model_dump_json().encode(), headers={**headers, "Nats-Msg-Id": copy}
        )
    async with asyncio.timeout(15):
        while not asked_to_send:
            await asyncio.sleep(0.05)
    assert asked_to_send[0].subject == "[DS-10042] New ticket: Printer on fire"
    await asyncio.sleep(1.5)
    assert len(asked_to_send) == 1
    async with app.database.transaction() as tx:
        states: Sequence[Any] = (await tx.session.scalars(sa.select(notification.c.mail_state))).all()
    assert list(states) == ["sent"]
