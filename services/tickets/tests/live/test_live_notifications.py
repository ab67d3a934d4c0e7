"""An agent's own notifications in the live stream, on the real bus from the notification service."""

from uuid import UUID

import pytest
from nats.aio.client import Client
from pydantic import SecretStr
from services.tickets.tests.conftest import Desk
from services.tickets.tests.live.conftest import LiveDesk, Serve

from chassis import streams
from chassis.app import Role
from chassis.ids import new_id
from chassis.testing import NatsServer
from chassis.testing.waiting import eventually
from contracts.envelope import headers_for
from contracts.messages import Event, EventMeta
from contracts.notify import AddedNotification, NotificationsAdded, NotificationsRead
from contracts.tickets import Reason
from tickets.desk.models import Ticket
from tickets.staff.demo import ANNA, PETRA, TOM


@pytest.fixture
async def on_bus(serve: Serve, nats: NatsServer) -> LiveDesk:
    live = await serve(role=Role.API)
    await eventually(lambda: live.app.bus.connected)
    return live


async def notify_client(server: NatsServer) -> Client:
    """A connection of the notification service, with its own rights."""
    password = SecretStr(server.passwords["notify"])
    return await streams.connect(
        streams.StreamSettings(nats_url=server.url, nats_user="notify", nats_password=password)
    )


async def publish(client: Client, desk: Desk, event: Event) -> None:
    """Emit an event as the relay of the notification service does."""
    meta = EventMeta(id=new_id(), time=desk.clock(), source="/test", correlation_id=str(new_id()))
    headers = headers_for(event, meta)
    ack = await client.jetstream().publish(event.bus_subject(), event.model_dump_json().encode(), headers=headers)
    assert ack.stream == "NOTIFY"


def added(ticket: Ticket, *agents: UUID) -> NotificationsAdded:
    """Each of them was told of a new ticket."""
    return NotificationsAdded(
        notifications=tuple(
            AddedNotification(
                agent_id=agent_id,
                notification_id=UUID(int=number),
                ticket_id=ticket.id,
                number=ticket.number,
                kind="opened",
                reasons=(Reason.SUBSCRIBER,),
            )
            for number, agent_id in enumerate(agents, start=1)
        )
    )


async def test_an_agent_hears_of_their_own_notifications_and_of_nobody_elses(
    on_bus: LiveDesk, nats: NatsServer
) -> None:
    ticket = await on_bus.desk.receive()
    tom, anna, petra = await on_bus.listen(TOM), await on_bus.listen(ANNA), await on_bus.listen(PETRA)
    notify = await notify_client(nats)
    try:
        await publish(notify, on_bus.desk, added(ticket, TOM, PETRA))
        (told,) = await tom.until("notification")
        assert told == {"id": str(UUID(int=1)), "ticket_number": 10_001, "kind": "opened", "reasons": ["subscriber"]}
        await publish(notify, on_bus.desk, NotificationsRead(agent_id=TOM, notification_id=UUID(int=1), older=True))
        assert await tom.until("notifications_read") == [{"id": str(UUID(int=1)), "older": True}]
    finally:
        await notify.close()
    assert anna.named("notification") == anna.named("notifications_read") == []
    assert petra.named("notification") == [], "Petra may not see the ticket, whatever she was told"


async def test_a_token_without_the_permission_hears_of_no_notification(on_bus: LiveDesk, nats: NatsServer) -> None:
    ticket = await on_bus.desk.receive()
    owner = await on_bus.client(TOM)
    made = await owner.post("/tokens", json={"name": "Wallboard", "scopes": ["tickets:read"], "expires_in_days": 1})
    owner.headers["Authorization"] = f"Bearer {made.json()['token']}"
    wallboard, tom = await on_bus.listen(TOM, client=owner), await on_bus.listen(TOM)
    notify = await notify_client(nats)
    try:
        await publish(notify, on_bus.desk, added(ticket, TOM))
        await tom.until("notification")
    finally:
        await notify.close()
    await on_bus.desk.receive(subject="Something for both")
    await wallboard.until("ticket")
    assert wallboard.named("notification") == []


async def test_after_a_lost_bus_agents_are_told_to_read_their_notifications_anew(
    on_bus: LiveDesk, nats: NatsServer
) -> None:
    tom = await on_bus.listen(TOM)
    await on_bus.desk.receive()
    await tom.until("ticket")
    client = on_bus.app.bus.client
    assert client is not None
    transport = client._transport
    assert transport is not None
    transport.close()  # type: ignore[no-untyped-call]  # the connection breaks, as when the server was restarted
    (told,) = await tom.until("resync", seconds=15)
    assert (told["reason"], "notifications" in told["of"]) == ("bus", True)
