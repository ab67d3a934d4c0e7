"""Whom an event is told, as what, and by which way: the rule alone."""

from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

import pytest

from contracts.tickets import (
    ActivityAdded,
    Actor,
    ActorKind,
    Addressee,
    Reason,
    ReminderDue,
    TicketChanged,
    TicketEnteredChannel,
    TicketEvent,
    TicketLeftChannel,
    TicketOpened,
)
from notify.rules.fan_out import NoticeKind, Way, fan_out, kind_of

MakeEvent = Callable[..., TicketEvent]
TICKET, TOM, ANNA = uuid4(), uuid4(), uuid4()


@pytest.mark.parametrize(
    ("event", "fields", "kind"),
    [
        (TicketOpened, {"origin": "email", "activity_id": uuid4()}, NoticeKind.OPENED),
        (TicketEnteredChannel, {}, NoticeKind.ENTERED),
        (ReminderDue, {}, NoticeKind.REMINDER),
        (ActivityAdded, {"kind": "incoming"}, NoticeKind.INCOMING),
        (ActivityAdded, {"kind": "outgoing"}, NoticeKind.OUTGOING),
        (ActivityAdded, {"kind": "note"}, NoticeKind.NOTE),
        (ActivityAdded, {"kind": "call"}, NoticeKind.CALL),
        (ActivityAdded, {"kind": "status_change"}, NoticeKind.STATUS_CHANGE),
        (TicketChanged, {"changed": ("status",)}, NoticeKind.CHANGED),
        (TicketChanged, {"changed": ("owner",), "owner_id": TOM}, NoticeKind.ASSIGNED),
        (TicketChanged, {"changed": ("owner_id",), "owner_id": TOM}, NoticeKind.ASSIGNED),
        (TicketChanged, {"changed": ("owner_id",), "owner_id": ANNA}, NoticeKind.CHANGED),
        (TicketChanged, {"changed": ("status",), "owner_id": TOM}, NoticeKind.CHANGED),
    ],
)
def test_an_event_has_a_kind_for_its_reader(
    make_event: MakeEvent, event: type[TicketEvent], fields: dict[str, Any], kind: NoticeKind
) -> None:
    assert kind_of(make_event(event, TICKET, [TOM], **fields), TOM) is kind


def test_an_event_that_is_told_to_nobody_has_no_kind(make_event: MakeEvent) -> None:
    with pytest.raises(TypeError, match="TicketLeftChannel"):
        kind_of(make_event(TicketLeftChannel, TICKET, [TOM]), TOM)


def test_every_addressee_gets_one_notice_with_all_reasons(make_event: MakeEvent) -> None:
    both = (Reason.OWNER, Reason.SUBSCRIBER)
    audience = (Addressee(agent_id=TOM, reasons=both), Addressee(agent_id=ANNA, reasons=(Reason.WATCHER,)))
    notices = fan_out([make_event(ActivityAdded, TICKET, audience=audience)], muted=frozenset())
    assert {notice.agent_id: notice.reasons for notice in notices} == {TOM: both, ANNA: (Reason.WATCHER,)}


def test_two_events_of_one_version_are_one_notice_of_the_more_telling_kind(make_event: MakeEvent) -> None:
    change = make_event(TicketChanged, TICKET, [TOM], changed=("status",), ticket_version=2)
    mail = make_event(ActivityAdded, TICKET, [TOM], ticket_version=2)
    for order in ([change, mail], [mail, change]):
        notices = fan_out(order, muted=frozenset())
        assert [(notice.kind, notice.event_id) for notice in notices] == [(NoticeKind.INCOMING, mail.meta.id)]


def test_two_versions_and_two_tickets_are_different_notices(make_event: MakeEvent) -> None:
    other = uuid4()
    events = [
        make_event(ActivityAdded, TICKET, [TOM], ticket_version=2),
        make_event(ActivityAdded, TICKET, [TOM], ticket_version=3),
        make_event(ActivityAdded, other, [TOM], ticket_version=3),
    ]
    assert len(fan_out(events, muted=frozenset())) == 3


@pytest.mark.parametrize(
    ("muted", "ways"),
    [
        ([], {Way.IN_APP, Way.MAIL}),
        ([Way.MAIL], {Way.IN_APP}),
        ([Way.IN_APP], {Way.MAIL}),
    ],
)
def test_an_agent_is_told_on_the_ways_that_he_has_not_muted(
    make_event: MakeEvent, muted: list[Way], ways: set[Way]
) -> None:
    [notice] = fan_out([make_event(ActivityAdded, TICKET, [TOM])], muted={(TOM, way) for way in muted})
    assert notice.ways == ways


def test_an_agent_who_muted_every_way_gets_no_notice_and_others_do(make_event: MakeEvent) -> None:
    notices = fan_out([make_event(ActivityAdded, TICKET, [TOM, ANNA])], muted={(TOM, way) for way in Way})
    assert [notice.agent_id for notice in notices] == [ANNA]


def test_nobody_is_told_of_what_he_did_himself(make_event: MakeEvent) -> None:
    event = make_event(ActivityAdded, TICKET, [TOM, ANNA], actor=Actor(kind=ActorKind.AGENT, id=TOM))
    assert [notice.agent_id for notice in fan_out([event], muted=frozenset())] == [ANNA]


def test_notices_come_in_the_order_of_their_keys_so_that_two_workers_lock_alike(make_event: MakeEvent) -> None:
    many: list[UUID] = [uuid4() for _ in range(30)]
    notices = fan_out([make_event(ActivityAdded, TICKET, many)], muted=frozenset())
    assert [notice.agent_id for notice in notices] == sorted(many)
