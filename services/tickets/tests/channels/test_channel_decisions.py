"""What a channel decides: who is told of what, whether it takes tickets, and what it does with them (CF-02, CV-08)."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import httpx
import pytest
from services.tickets.tests.conftest import Desk

from chassis.ids import new_id
from contracts.messages import Event
from contracts.portal import Author, TicketSubmitted
from contracts.tickets import ActivityAdded, ActorKind, Reason, TicketEnteredChannel, TicketOpened
from tickets.channels.rules.told import EVERYBODY, roles_told
from tickets.channels.rules.words import Occasion
from tickets.desk.rules.audience import audience, of_activity, of_changes
from tickets.desk.rules.words import Kind
from tickets.staff.demo import ADA, ANNA, DORA, PETRA, TOM

NOTE = {"text": "x"}


async def decide(desk: Desk, channel: str, **fields: Any) -> httpx.Response:
    """Change a channel as it is now."""
    client = await desk.browser(ADA)
    version = (await client.get(f"/channels/{channel}")).headers["ETag"]
    response = await client.patch(f"/channels/{channel}", json=fields, headers={"If-Match": version})
    assert response.status_code == 200, response.text
    return response


def told(events: Sequence[Event]) -> dict[UUID, tuple[Reason, ...]]:
    """Who is told by the only event with an audience."""
    (event,) = [event for event in events if getattr(event, "audience", ())]
    return {one.agent_id: one.reasons for one in event.audience}  # type: ignore[attr-defined]  # of the one found


@pytest.mark.parametrize(
    ("stored", "occasions", "roles"),
    [
        ({}, {Occasion.OPENED}, EVERYBODY),
        ({}, {Occasion.ACTIVITY}, EVERYBODY),
        ({"activity": []}, {Occasion.ACTIVITY}, set()),
        ({"activity": ["watcher"]}, {Occasion.ACTIVITY}, {Reason.WATCHER}),
        ({"activity": ["watcher"]}, {Occasion.CUSTOMER_WROTE}, EVERYBODY),
        ({"opened": ["subscriber"]}, {Occasion.OPENED}, {Reason.SUBSCRIBER, Reason.OWNER}),
        ({"opened": []}, {Occasion.OPENED}, {Reason.OWNER}),
        (
            {"assigned": ["owner"], "moved": ["subscriber"]},
            {Occasion.ASSIGNED, Occasion.MOVED},
            {Reason.OWNER, Reason.SUBSCRIBER},
        ),
    ],
)
def test_the_matrix_says_which_roles_are_told(
    stored: dict[str, list[str]], occasions: set[Occasion], roles: set[Reason]
) -> None:
    assert roles_told(stored, occasions) == roles


@pytest.mark.parametrize(
    ("kind", "author", "changed", "occasions"),
    [
        (Kind.INCOMING, ActorKind.CONTACT, [], {Occasion.CUSTOMER_WROTE}),
        (Kind.INCOMING, ActorKind.SYSTEM, [], {Occasion.ACTIVITY}),
        (Kind.INCOMING, ActorKind.AGENT, [], {Occasion.ACTIVITY}),
        (Kind.NOTE, ActorKind.AGENT, [], {Occasion.ACTIVITY}),
        (Kind.NOTE, ActorKind.SYSTEM, ["break_glass"], {Occasion.ACTIVITY}),
        (Kind.OUTGOING, ActorKind.AGENT, [], {Occasion.ACTIVITY}),
        (Kind.STATUS_CHANGE, ActorKind.AGENT, ["status"], {Occasion.STATUS_CHANGED}),
        (Kind.STATUS_CHANGE, ActorKind.AGENT, ["owner", "priority"], {Occasion.ASSIGNED, Occasion.STATUS_CHANGED}),
        (Kind.STATUS_CHANGE, ActorKind.AGENT, ["channel", "responsible"], {Occasion.MOVED, Occasion.ASSIGNED}),
        (Kind.STATUS_CHANGE, ActorKind.AGENT, [], {Occasion.STATUS_CHANGED}),
    ],
)
def test_an_activity_is_an_occasion(
    kind: Kind, author: ActorKind, changed: list[str], occasions: set[Occasion]
) -> None:
    assert of_activity(kind, author, changed) == occasions


def test_changed_fields_are_occasions() -> None:
    assert of_changes(["status", "owner"]) == {Occasion.STATUS_CHANGED, Occasion.ASSIGNED}


def test_a_role_that_is_not_told_is_no_reason_and_another_role_still_is() -> None:
    one, other = UUID(int=1), UUID(int=2)
    found = audience(
        owner_id=one,
        responsible_id=other,
        watchers=[one],
        standard=[one, other],
        informal=[],
        actor_id=None,
        told={Reason.WATCHER, Reason.RESPONSIBLE},
    )
    assert [(addressee.agent_id, addressee.reasons) for addressee in found] == [
        (one, (Reason.WATCHER,)),
        (other, (Reason.RESPONSIBLE,)),
    ]


async def test_out_of_the_box_everybody_is_told_of_everything(desk: Desk) -> None:
    shown = (await (await desk.browser(ADA)).get("/channels/support")).json()["told"]
    roles = ["owner", "responsible", "watcher", "subscriber"]
    assert shown == dict.fromkeys(Occasion, roles)


async def test_subscribers_who_want_no_news_of_notes_still_hear_of_the_customer(desk: Desk) -> None:
    changed = await decide(desk, "support", told={"activity": ["owner", "watcher"]})
    assert changed.json()["told"]["activity"] == ["owner", "watcher"]
    assert changed.json()["told"]["opened"] == ["owner", "responsible", "watcher", "subscriber"]
    mail = desk.mail()
    await desk.handle(mail)
    assert told(await desk.events(TicketOpened)).keys() == {TOM, ANNA}
    tom = await desk.browser(TOM)
    await tom.post("/tickets/10001/notes", json=NOTE)
    (note,) = await desk.events(ActivityAdded)
    assert note.audience == ()
    await desk.receive(message_id="2@schulz.example", in_reply_to=(mail.message_id,))
    assert told(await desk.events(ActivityAdded)).keys() == {TOM, ANNA}
    again = await decide(desk, "support", told={"moved": []})
    assert again.json()["told"]["activity"] == ["owner", "watcher"], "what is left out stays as it is"


async def test_the_owner_is_told_of_a_new_ticket_whatever_the_channel_says(desk: Desk) -> None:
    """CV-08: the owner, if any, always."""
    await decide(desk, "backend", told={"opened": []})
    body = {"kind": "internal", "channel": "backend", "subject": "x", "text": "x", "owner_id": str(DORA)}
    await (await desk.browser(TOM)).post("/tickets", json=body)
    assert told(await desk.events(TicketOpened)) == {DORA: (Reason.OWNER,)}


async def test_a_move_is_told_as_the_new_channel_wants(desk: Desk) -> None:
    await decide(desk, "backend", told={"moved": ["watcher"]})
    await desk.receive()
    await desk.events(Event)
    tom = await desk.browser(TOM)
    await tom.patch("/tickets/10001", json={"channel": "backend"}, headers={"If-Match": '"1"'})
    events = await desk.events(Event)
    assert any(isinstance(event, TicketEnteredChannel) for event in events)
    assert not [event for event in events if getattr(event, "audience", ())]


@pytest.mark.parametrize("wrong", [{"activity": ["boss"]}, {"nonsense": []}, {"opened": None}, {"opened": "owner"}])
async def test_a_matrix_that_makes_no_sense_is_refused(desk: Desk, wrong: dict[str, Any]) -> None:
    client = await desk.browser(ADA)
    response = await client.patch("/channels/support", json={"told": wrong}, headers={"If-Match": '"1"'})
    assert response.status_code == 422


@pytest.mark.parametrize(("switched_on", "status"), [(True, "in_progress"), (False, "new")])
async def test_the_owners_first_note_moves_a_ticket_on_where_the_channel_wants_that(
    desk: Desk, *, switched_on: bool, status: str
) -> None:
    """C6; taking a ticket moves it on in any case."""
    await decide(desk, "support", owner_starts_work=switched_on)
    await desk.receive()
    tom = await desk.browser(TOM)
    await tom.patch("/tickets/10001", json={"owner_id": str(TOM)}, headers={"If-Match": '"1"'})
    await tom.post("/tickets/10001/notes", json=NOTE)
    ticket = await desk.ticket(10_001)
    assert ticket.status == status
    await tom.post("/tickets/10001/ownership", headers={"If-Match": f'"{ticket.version}"'})
    assert (await desk.ticket(10_001)).status == "in_progress"


async def test_a_channel_that_is_not_active_takes_no_new_tickets_and_stays_readable(desk: Desk) -> None:
    await desk.receive()
    await decide(desk, "support", active=False)
    tom = await desk.browser(TOM)
    assert (await tom.get("/tickets/10001")).status_code == 200
    assert (await tom.post("/tickets/10001/notes", json=NOTE)).status_code == 201
    body = {"kind": "internal", "channel": "support", "subject": "x", "text": "x"}
    refused = await tom.post("/tickets", json=body)
    assert (refused.status_code, refused.json()["code"]) == (422, "unknown_reference")
    await decide(desk, "backend", active=False)
    version = (await tom.get("/tickets/10001")).headers["ETag"]
    moved = await tom.patch("/tickets/10001", json={"channel": "backend"}, headers={"If-Match": version})
    assert (moved.status_code, moved.json()["code"]) == (422, "unknown_reference")
    answered = await tom.post("/tickets/10001/replies", json=NOTE)
    assert answered.status_code == 201, "its tickets are worked on to the end"


async def test_a_mail_to_a_channel_that_is_not_active_goes_to_the_default_channel_and_its_thread_stays(
    desk: Desk,
) -> None:
    """TC-07: no mail is lost, and no ticket is without a channel."""
    mail = desk.mail()
    await desk.handle(mail)
    await decide(desk, "sales", is_default=True)
    await decide(desk, "support", active=False)
    assert (await desk.receive(message_id="new@schulz.example")).channel == "sales"
    reply = await desk.receive(message_id="re@schulz.example", in_reply_to=(mail.message_id,))
    assert (reply.number, reply.channel) == (10_001, "support")
    author = Author(contact_id=new_id(), name="Rudolf", address="rudolf@riese.example")
    await desk.handle(
        TicketSubmitted(
            submission_id=new_id(), author=author, channel="support", subject="x", text="x", submitted_at=desk.clock()
        )
    )
    assert (await desk.ticket(10_003)).channel == "sales"


async def test_a_ticket_without_a_channel_goes_to_the_default_one_or_is_refused(desk: Desk) -> None:
    """TC-07: creation without a channel is refused in words that help, unless the installation has a default."""
    body = {"kind": "internal", "subject": "x", "text": "x"}
    tom = await desk.browser(TOM)
    refused = await tom.post("/tickets", json=body)
    assert (refused.status_code, refused.json()["code"]) == (422, "unknown_reference")
    assert "default channel" in refused.json()["detail"]
    await decide(desk, "backend", is_default=True)
    assert (await tom.post("/tickets", json=body)).json()["channel"]["key"] == "backend"
    petra = await (await desk.browser(PETRA)).post("/tickets", json=body)
    assert (petra.status_code, petra.json()["code"]) == (422, "unknown_reference")


async def test_one_channel_is_the_default_and_stays_active(desk: Desk) -> None:
    await decide(desk, "backend", is_default=True)
    await decide(desk, "sales", is_default=True)
    client = await desk.browser(ADA)
    channels = (await client.get("/channels")).json()["items"]
    assert [channel["key"] for channel in channels if channel["is_default"]] == ["sales"]
    assert {channel["key"]: channel["version"] for channel in channels}["backend"] == 3
    refused = await client.patch("/channels/sales", json={"active": False}, headers={"If-Match": '"2"'})
    assert (refused.status_code, refused.json()["code"]) == (409, "channel_is_default")
    board = {"key": "board", "name": "Board", "is_default": True, "parent": "sales"}
    assert (await client.post("/channels", json=board)).status_code == 201
    channels = (await client.get("/channels")).json()["items"]
    assert [(channel["key"], channel["parent"]) for channel in channels if channel["is_default"]] == [
        ("board", "sales")
    ]


async def test_what_a_channel_decides_is_in_the_audit_log(desk: Desk) -> None:
    await decide(desk, "sales", told={"moved": []}, owner_starts_work=False)
    client = await desk.browser(ADA)
    await client.put("/channels/sales/subscriptions", json={"items": [{"agent_id": str(ADA), "kind": "standard"}]})
    entries = (await client.get("/audit", params={"limit": 2})).json()["items"]
    assert [(entry["action"], entry["subject"]) for entry in entries] == [
        ("subscriptions.replaced", "channel:sales"),
        ("channel.changed", "channel:sales"),
    ]
    assert entries[1]["details"] == {
        "before": {"told": {}, "owner_starts_work": True},
        "after": {"told": {"moved": []}, "owner_starts_work": False},
    }
