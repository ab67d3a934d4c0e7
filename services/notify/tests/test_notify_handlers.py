"""Fan-out into the database: one row for an agent and a version of a ticket, whatever is delivered how often."""

import random
from collections.abc import Awaitable, Callable, Sequence
from typing import Any
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa

from chassis import tables
from chassis.app import App
from contracts.messages import EVENTS, Event, EventMeta, Service
from contracts.notify import NotificationsAdded, NotificationsRead
from contracts.tickets import (
    ActivityAdded,
    Actor,
    ActorKind,
    Addressee,
    Reason,
    ReminderDue,
    TicketChanged,
    TicketEvent,
    TicketOpened,
)
from notify import operations
from notify.rules.fan_out import Way

MakeEvent = Callable[..., TicketEvent]
Deliver = Callable[..., Awaitable[None]]
Rows = Callable[[], Awaitable[Sequence[sa.Row[Any]]]]


def again(event: TicketEvent) -> TicketEvent:
    """The same event under a new id, as after the loss of the inbox."""
    copy = event.model_copy()
    return copy.received_with(EventMeta(**{**event.meta.model_dump(), "id": uuid4()}))


async def test_a_new_ticket_is_told_to_its_audience_with_reason_time_and_number(
    deliver: Deliver, rows: Rows, make_event: MakeEvent, tom: UUID, anna: UUID
) -> None:
    ticket = uuid4()
    audience = (
        Addressee(agent_id=tom, reasons=(Reason.OWNER, Reason.SUBSCRIBER)),
        Addressee(agent_id=anna, reasons=(Reason.WATCHER,)),
    )
    event = make_event(TicketOpened, ticket, audience=audience, origin="email", activity_id=uuid4())
    await deliver(event)
    stored = {row.agent_id: row for row in await rows()}
    assert set(stored) == {tom, anna}
    assert stored[tom].reasons == ["owner", "subscriber"]
    assert stored[anna].reasons == ["watcher"]
    for row in stored.values():
        assert (row.event_id, row.ticket_id, row.ticket_version, row.number) == (event.meta.id, ticket, 1, 10042)
        assert (row.kind, row.at, row.read_at, row.in_app) == ("opened", event.meta.time, None, True)
        assert (row.mail_state, row.mail_id) == ("pending", None)


async def test_an_event_that_is_delivered_twice_tells_once(
    deliver: Deliver, rows: Rows, make_event: MakeEvent, tom: UUID
) -> None:
    event = make_event(ActivityAdded, uuid4(), [tom])
    await deliver(event, event)
    await deliver(event)
    assert len(await rows()) == 1


async def test_an_event_that_comes_again_after_the_inbox_forgot_it_tells_once(
    app: App, deliver: Deliver, rows: Rows, make_event: MakeEvent, tom: UUID
) -> None:
    event = make_event(ActivityAdded, uuid4(), [tom])
    await deliver(event)
    async with app.database.transaction() as tx:
        await tx.session.execute(sa.text("DELETE FROM inbox"))
    await deliver(event)
    assert len(await rows()) == 1


@pytest.mark.parametrize("mail_first", [True, False])
@pytest.mark.parametrize("one_batch", [True, False])
async def test_two_events_of_one_version_tell_once_and_of_the_more_telling_thing(
    deliver: Deliver, rows: Rows, make_event: MakeEvent, tom: UUID, mail_first: bool, one_batch: bool
) -> None:
    ticket = uuid4()
    mail = make_event(ActivityAdded, ticket, [tom], ticket_version=2)
    change = make_event(TicketChanged, ticket, [tom], ticket_version=2, changed=("status",))
    events = [mail, change] if mail_first else [change, mail]
    if one_batch:
        await deliver(*events)
    else:
        for event in events:
            await deliver(event)
    [row] = await rows()
    assert (row.kind, row.event_id) == ("incoming", mail.meta.id)


async def test_two_activities_of_one_version_in_one_batch_tell_once(
    deliver: Deliver, rows: Rows, make_event: MakeEvent, tom: UUID
) -> None:
    ticket = uuid4()
    await deliver(
        make_event(ActivityAdded, ticket, [tom], ticket_version=2, kind="status_change"),
        make_event(ActivityAdded, ticket, [tom], ticket_version=2, kind="outgoing"),
    )
    assert [row.kind for row in await rows()] == ["outgoing"]


async def test_fan_out_is_exact_over_many_events_watchers_and_deliveries(
    deliver: Deliver, rows: Rows, make_event: MakeEvent
) -> None:
    chance = random.Random(20260302)
    watchers = [uuid4() for _ in range(20)]
    events: list[TicketEvent] = []
    for _ in range(100):
        ticket, told = uuid4(), chance.sample(watchers, chance.randint(1, 20))
        events.append(make_event(ActivityAdded, ticket, told, ticket_version=2))
        events.append(make_event(TicketChanged, ticket, told, ticket_version=2, changed=("status",)))
        events.append(make_event(ActivityAdded, ticket, told, ticket_version=3, kind="note"))
    expected = {
        (addressee.agent_id, event.ticket_id, event.ticket_version) for event in events for addressee in event.audience
    }
    deliveries = events + [again(event) if chance.random() < 0.5 else event for event in chance.sample(events, 150)]
    chance.shuffle(deliveries)
    for start in range(0, len(deliveries), 100):
        await deliver(*deliveries[start : start + 100])
    stored = await rows()
    assert len(stored) == len(expected)
    assert {(row.agent_id, row.ticket_id, row.ticket_version) for row in stored} == expected
    assert {row.kind for row in stored} == {"incoming", "note"}


async def test_a_batch_of_a_hundred_events_for_two_hundred_watchers_each_meets_no_limit(
    deliver: Deliver, rows: Rows, make_event: MakeEvent
) -> None:
    watchers = [uuid4() for _ in range(200)]
    await deliver(*[make_event(ActivityAdded, uuid4(), watchers) for _ in range(100)])
    assert len(await rows()) == 20_000


async def test_preferences_decide_on_which_way_an_agent_is_told(
    app: App, deliver: Deliver, rows: Rows, make_event: MakeEvent, tom: UUID, anna: UUID
) -> None:
    quiet = uuid4()
    async with app.database.transaction() as tx:
        await operations.set_preferences(tx, tom, ways={Way.IN_APP: True, Way.MAIL: False})
        await operations.set_preferences(tx, anna, ways={Way.IN_APP: False, Way.MAIL: True})
        await operations.set_preferences(tx, quiet, ways={Way.IN_APP: False, Way.MAIL: False})
    await deliver(make_event(ActivityAdded, uuid4(), [tom, anna, quiet]))
    told = {row.agent_id: (row.in_app, row.mail_state) for row in await rows()}
    assert told == {tom: (True, "off"), anna: (False, "pending")}


async def test_a_due_reminder_is_told_with_its_reason(
    deliver: Deliver, rows: Rows, make_event: MakeEvent, tom: UUID
) -> None:
    """DR-02."""
    audience = (Addressee(agent_id=tom, reasons=()),)
    await deliver(make_event(ReminderDue, uuid4(), audience=audience, actor=Actor(kind=ActorKind.SYSTEM)))
    (told,) = await rows()
    assert (told.agent_id, told.kind, told.reasons, told.mail_state) == (tom, "reminder", [], "pending")


async def test_an_event_without_an_audience_is_handled_and_tells_nobody(
    app: App, deliver: Deliver, rows: Rows, make_event: MakeEvent
) -> None:
    event = make_event(TicketChanged, uuid4(), changed=("subject",))
    await deliver(event)
    assert await rows() == []
    async with app.database.transaction() as tx:
        assert await tx.session.scalar(sa.text("SELECT event_id FROM inbox")) == event.meta.id


async def test_every_event_that_the_topology_names_has_a_handler(app: App) -> None:
    assert {event.__name__ for event in app.bus.listener(Service.TICKETS).events} == {
        "TicketOpened",
        "ActivityAdded",
        "TicketChanged",
        "TicketEnteredChannel",
        "ReminderDue",
    }


async def emitted(app: App) -> list[Event]:
    """What the service has told the world, in order."""
    async with app.database.transaction() as tx:
        rows = (await tx.session.execute(sa.select(tables.outbox).order_by(tables.outbox.c.seq))).all()
    return [EVENTS[row.subject].model_validate_json(row.body) for row in rows]


async def test_what_was_told_in_the_app_is_told_on_the_bus_once_for_a_batch(
    app: App, deliver: Deliver, rows: Rows, make_event: MakeEvent, tom: UUID, anna: UUID
) -> None:
    """The live stream hears it (issue 3, item 6); who wants no notices in the app is left out."""
    async with app.database.transaction() as tx:
        await operations.set_preferences(tx, anna, ways={Way.IN_APP: False})
    first, second = uuid4(), uuid4()
    events = [make_event(ActivityAdded, ticket, [tom, anna]) for ticket in (first, second)]
    await deliver(*events)
    (added,) = await emitted(app)
    assert isinstance(added, NotificationsAdded)
    stored = {row.id: row for row in await rows() if row.agent_id == tom}
    assert {one.notification_id for one in added.notifications} == set(stored)
    for one in added.notifications:
        row = stored[one.notification_id]
        assert (one.agent_id, one.ticket_id, one.number, one.kind) == (tom, row.ticket_id, 10042, "incoming")
        assert one.reasons == (Reason.SUBSCRIBER,)
    await deliver(again(events[0]))
    assert len(await emitted(app)) == 1, "what is told already is not told again"


async def test_what_an_agent_has_read_is_told_on_the_bus(
    app: App, deliver: Deliver, rows: Rows, make_event: MakeEvent, tom: UUID
) -> None:
    await deliver(make_event(ActivityAdded, uuid4(), [tom]))
    (row,) = await rows()
    async with app.database.transaction() as tx:
        await operations.mark_read(tx, tom, notification_id=row.id)
    async with app.database.transaction() as tx:
        await operations.mark_read_up_to(tx, tom, notification_id=row.id)
    read = [event for event in await emitted(app) if isinstance(event, NotificationsRead)]
    assert [(event.agent_id, event.notification_id, event.older) for event in read] == [
        (tom, row.id, False),
        (tom, row.id, True),
    ]
