"""Merging tickets and taking it back: rows, numbers, mails and what each customer sees (AT-05, TS-09, attack 15)."""

import asyncio
from typing import Any
from uuid import UUID

import httpx
import pytest
import sqlalchemy as sa
from services.tickets.tests.conftest import SABINE, SUPPORT, Desk
from services.tickets.tests.desk.test_portal_view import seen

from chassis.ids import new_id
from contracts.crm_match import SenderMatched
from contracts.ingest import Mailbox
from contracts.messages import Event
from contracts.tickets import ActivityAdded, TicketChanged, TicketMerged, TicketUnmerged
from tickets.database import table_of
from tickets.desk.models import Activity, KnownMessage, Participant, Ticket, Watcher
from tickets.desk.structure.models import TicketLink
from tickets.staff.demo import ANNA, DORA, TOM, VIKTOR

SABINE_ID, BEN_ID = UUID(int=1), UUID(int=2)
BEN = Mailbox(name="Ben Bewerber", address="Ben@bewerber.example")
OF_A, OF_B = 10_001, 10_002


async def two(desk: Desk, **of_b: Any) -> tuple[Ticket, Ticket]:
    """Ticket A of Sabine's (10001) and ticket B of Ben's (10002), both of known contacts."""
    first = await mail(desk, SABINE, SABINE_ID, text="SABINE one", message_id="a1@schulz.example")
    second = await mail(desk, BEN, BEN_ID, **({"text": "BEN one", "message_id": "b1@bewerber.example"} | of_b))
    return first, second


async def mail(desk: Desk, sender: Mailbox, contact_id: UUID | None, **fields: Any) -> Ticket:
    """A mail of a known contact arrives; gives the ticket that it is in."""
    received = desk.mail(sender=sender, **fields)
    if contact_id is not None:
        await desk.handle(
            SenderMatched(mail_id=received.mail_id, outcome="matched", contact_id=contact_id, contact_name=sender.name)
        )
    await desk.handle(received)
    return await desk.ticket_of(received)


async def merge(
    client: httpx.AsyncClient, source: Ticket, target: Ticket, *, status: int = 200, **fields: Any
) -> dict[str, Any]:
    """Merge; gives the answer."""
    response = await client.post(
        f"/tickets/{source.number}/merge",
        json={"into": target.number, "into_version": target.version} | fields,
        headers={"If-Match": f'"{source.version}"'},
    )
    assert response.status_code == status, response.text
    found: dict[str, Any] = response.json()
    return found


async def undo(client: httpx.AsyncClient, ticket: dict[str, Any], *, status: int = 200) -> dict[str, Any]:
    """Undo the last change of a ticket; gives the answer."""
    response = await client.post(
        f"/tickets/{ticket['number']}/undo",
        json={"change_id": ticket["undoable"][0]["id"]},
        headers={"If-Match": f'"{ticket["version"]}"'},
    )
    assert response.status_code == status, response.text
    found: dict[str, Any] = response.json()
    return found


async def texts(desk: Desk, number: int, contact_id: UUID) -> list[str]:
    """What a customer reads of a ticket."""
    ticket = await seen(desk, number, contact_id)
    assert ticket is not None
    return [activity.text for activity in ticket.activities]


async def dump(desk: Desk) -> dict[str, list[dict[str, Any]]]:
    """Every row that a merge could touch, without versions, times of the journal and the journal's own activities."""
    journal = {"version", "changed_at", "last_activity_at", "handled_at"}
    tables: dict[str, list[dict[str, Any]]] = {}
    async with desk.app.database.transaction() as tx:
        for model in (Ticket, Activity, KnownMessage, Participant, Watcher, TicketLink):
            rows = (await tx.session.execute(sa.select(table_of(model)))).mappings().all()
            tables[model.__tablename__] = sorted(
                (
                    {name: value for name, value in row.items() if model is not Ticket or name not in journal}
                    for row in rows
                    if model is not Activity or row["kind"] != "status_change" or not traces(row["changes"])
                ),
                key=str,
            )
    return tables


def traces(changes: list[dict[str, Any]]) -> bool:
    """Whether an activity is the journal's trace of a merge or a split, or the status that followed."""
    return any(change["field"] in {"merged", "split", "status"} for change in changes)


async def test_everything_of_one_ticket_appears_in_the_other_in_the_order_of_time(desk: Desk) -> None:
    a, b = await two(desk)
    await mail(desk, SABINE, SABINE_ID, text="SABINE two", in_reply_to=("a1@schulz.example",))
    client = await desk.browser(TOM)
    await client.post("/tickets/10002/notes", json={"text": "A note on B"})
    await client.put(f"/tickets/10002/watchers/{ANNA}")
    await desk.events(Event)
    merged = await merge(client, await desk.ticket(OF_B), await desk.ticket(OF_A), reason="The same matter")
    texts = [activity.text for activity in await desk.activities(OF_A)]
    assert texts == ["SABINE one", "BEN one", "SABINE two", "A note on B", "The same matter"]
    assert merged["number"] == OF_A
    assert [watcher["name"] for watcher in merged["watchers"]] == ["Anna Müller"]
    assert merged["links"] == [
        {
            "id": None,
            "relation": "merged_from",
            "ticket": {"number": OF_B, "reference": "DS-10002", "subject": b.subject},
        }
    ]
    (undoable,) = merged["undoable"]
    assert (undoable["kind"], undoable["by"]["name"], undoable["other"]["number"]) == ("merge", "Tom Kraus", OF_B)
    assert merged["activities"]["items"][0]["changes"] == [{"field": "merged", "from": None, "to": "DS-10002"}]
    source = await desk.ticket(OF_B)
    assert (source.merged_into, source.closed, source.number, source.status) == (a.id, True, OF_B, "new")
    events = await desk.events(Event)
    assert [type(event) for event in events] == [ActivityAdded, TicketChanged, TicketMerged]
    told = events[2]
    assert isinstance(told, TicketMerged)
    assert (told.ticket_id, told.number, told.into_ticket_id, told.status) == (b.id, OF_B, a.id, "new")
    assert told.ticket_version == source.version


async def test_a_merged_number_leads_to_the_target_for_those_who_may_see_it(desk: Desk) -> None:
    a, b = await two(desk)
    tom, dora = await desk.browser(TOM), await desk.browser(DORA)
    await merge(tom, b, a)
    moved = await tom.get("/tickets/10002")
    assert (moved.status_code, moved.headers["Location"]) == (308, "/api/v1/tickets/10001")
    assert (moved.json()["code"], moved.json()["current"]) == ("ticket_moved", {"number": OF_A})
    activities = await tom.get("/tickets/10002/activities")
    assert len(activities.json()["items"]) == 3
    assert (await dora.get("/tickets/10002")).status_code == 404
    for number in (OF_A, OF_B):
        found = await tom.get("/tickets", params={"q": f"DS-{number}"})
        assert [item["number"] for item in found.json()["items"]] == [OF_A]
    assert (await dora.get("/tickets", params={"q": "DS-10002"})).json()["items"] == []


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("PATCH", "", {"priority": "high"}),
        ("POST", "/ownership", None),
        ("POST", "/replies", {"text": "x"}),
        ("POST", "/notes", {"text": "x"}),
        ("POST", "/calls", {"text": "x"}),
        ("PUT", "/watchers/me", None),
        ("DELETE", "/watchers/me", None),
        ("POST", "/merge", {"into": 10_001, "into_version": 2}),
        ("POST", "/links", {"relation": "relates_to", "number": 10_001}),
        ("GET", "/merge-preview?into=10001", None),
    ],
)
async def test_a_merged_ticket_is_closed_for_work(
    desk: Desk, method: str, path: str, body: dict[str, Any] | None
) -> None:
    a, b = await two(desk)
    tom, dora = await desk.browser(TOM), await desk.browser(DORA)
    await merge(tom, b, a)
    headers = {"If-Match": '"2"'}
    refused = await tom.request(method, f"/tickets/10002{path}", json=body, headers=headers)
    assert (refused.status_code, refused.json()["code"]) == (409, "ticket_merged"), refused.text
    assert refused.json()["current"] == {"number": OF_A}
    hidden = await dora.request(method, f"/tickets/10002{path}", json=body, headers=headers)
    assert hidden.status_code == 404


async def test_a_merged_ticket_is_in_no_list_and_in_no_counter(desk: Desk) -> None:
    a, b = await two(desk)
    tom = await desk.browser(TOM)
    await tom.post("/tickets/10002/ownership", headers={"If-Match": '"1"'})
    await merge(tom, await desk.ticket(OF_B), a)
    for query in (
        {},
        {"list": "mine"},
        {"prefilter": "handled_today"},
        {"prefilter": "action_required"},
        {"category": "closed"},
        {"owner": "me"},
        {"channel": "support"},
        {"contact_id": str(BEN_ID)},
        {"q": "invoice"},
        {"status": "in_progress"},
        {"sort": "number"},
    ):
        items = (await tom.get("/tickets", params=query)).json()["items"]
        assert OF_B not in [item["number"] for item in items], query
    counters = (await tom.get("/tickets/counters")).json()
    assert {one["channel"]: one["open"] for one in counters["channels"]}["support"] == 1
    assert (counters["action_required"], counters["handled_today"]) == (1, 1)
    assert (await desk.ticket(OF_A)).owner_id == TOM, "the owner of what was merged works on it"
    assert b.number == OF_B


async def test_the_preview_says_what_will_happen_and_changes_nothing(desk: Desk) -> None:
    a, _ = await two(desk)
    tom = await desk.browser(TOM)
    await tom.put(f"/tickets/10002/watchers/{ANNA}")
    await tom.patch("/tickets/10001", json={"status": "successfully_closed"}, headers={"If-Match": '"1"'})
    before = await dump(desk)
    preview = (await tom.get("/tickets/10002/merge-preview", params={"into": OF_A})).json()
    assert await dump(desk) == before
    assert (preview["activities"], preview["files"], preview["refusal"]) == (1, 0, None)
    assert (preview["source"]["contact"]["name"], preview["into"]["contact"]["name"]) == (BEN.name, SABINE.name)
    assert preview["warnings"] == ["other_contact"]
    assert preview["status_after"]["key"] == "in_progress"
    assert [watcher["name"] for watcher in preview["watchers"]] == ["Anna Müller"]
    target = await desk.ticket(OF_A)
    merged = await merge(tom, await desk.ticket(OF_B), target)
    assert (merged["status"]["key"], preview["into"]["version"]) == ("in_progress", target.version)
    assert (await tom.get("/tickets/10001/merge-preview", params={"into": 10_001})).json()["refusal"]
    assert (await tom.get("/tickets/10001/merge-preview", params={"into": 99_999})).status_code == 404
    assert a.number == OF_A


async def test_a_merge_that_is_based_on_an_old_state_of_either_side_is_refused(desk: Desk) -> None:
    a, b = await two(desk)
    tom = await desk.browser(TOM)
    await tom.post("/tickets/10001/notes", json={"text": "x"})
    refused = await merge(tom, b, a, status=409)
    assert (refused["code"], refused["current"]["number"], refused["current"]["version"]) == ("stale_version", OF_A, 2)
    await tom.post("/tickets/10002/notes", json={"text": "x"})
    refused = await merge(tom, b, await desk.ticket(OF_A), status=409)
    assert (refused["code"], refused["current"]["number"]) == ("stale_version", OF_B)
    assert (await desk.ticket(OF_B)).merged_into is None


async def test_nothing_is_merged_into_itself_into_an_internal_ticket_or_into_what_nobody_sees(desk: Desk) -> None:
    a, b = await two(desk)
    tom = await desk.browser(TOM)
    assert (await merge(tom, a, a, status=409))["code"] == "cannot_merge"
    opened = await tom.post(
        "/tickets", json={"kind": "internal", "channel": "support", "subject": "Inside", "text": "x"}
    )
    inside = await desk.ticket(opened.json()["number"])
    assert (await merge(tom, b, inside, status=409))["code"] == "cannot_merge"
    sales = await desk.receive(channel="sales", message_id="sales@x.example")
    assert (await merge(tom, b, sales, status=404))["code"] == "ticket_not_found"
    assert (await merge(tom, sales, b, status=404))["code"] == "ticket_not_found"


async def test_undo_leaves_every_row_as_it_was(desk: Desk) -> None:
    """TS-09: complete dumps of the rows, apart from what the journal wrote."""
    a, b = await two(desk)
    third = await mail(desk, BEN, BEN_ID, text="BEN third", message_id="c1@bewerber.example")
    tom = await desk.browser(TOM)
    await tom.put(f"/tickets/10002/watchers/{ANNA}")
    await tom.put("/tickets/10001/watchers/me")
    await tom.put("/tickets/10002/watchers/me")
    await tom.patch("/tickets/10001", json={"status": "successfully_closed"}, headers={"If-Match": '"2"'})
    await tom.post("/tickets/10002/links", json={"relation": "child_of", "number": 10_003})
    before = await dump(desk)
    once = await merge(tom, await desk.ticket(OF_B), third)
    between = await dump(desk)
    twice = await merge(tom, await desk.ticket(10_003), await desk.ticket(OF_A))
    assert twice["status"]["key"] == "in_progress"
    assert (await desk.ticket(OF_B)).merged_into == a.id, "no chain of merged tickets"
    assert [change["other"]["number"] for change in twice["undoable"]] == [10_003], "the last one first"
    back = await undo(tom, twice)
    assert (back["number"], back["undoable"], back["status"]["key"]) == (OF_A, [], "successfully_closed")
    assert await dump(desk) == between
    open_again = (await tom.get("/tickets/10003")).json()
    assert [change["id"] for change in open_again["undoable"]] == [once["undoable"][0]["id"]]
    await undo(tom, open_again)
    assert await dump(desk) == before
    assert b.number == OF_B


async def test_a_merge_is_undone_once_and_only_by_who_may_change_both(desk: Desk) -> None:
    a, b = await two(desk)
    tom = await desk.browser(TOM)
    merged = await merge(tom, b, a)
    await desk.events(Event)
    stale = merged | {"version": 1}
    assert (await undo(tom, stale, status=409))["code"] == "stale_version"
    back = await undo(tom, merged)
    unmerged = (await desk.events(TicketUnmerged))[0]
    source = await desk.ticket(OF_B)
    assert (unmerged.ticket_id, unmerged.from_ticket_id, unmerged.ticket_version) == (b.id, a.id, source.version)
    again = merged | {"version": back["version"]}
    assert (await undo(tom, again, status=409))["code"] == "cannot_undo"
    unknown = merged | {"version": back["version"], "undoable": [{"id": str(new_id())}]}
    assert (await undo(tom, unknown, status=404))["code"] == "change_not_found"
    viktor = await desk.browser(VIKTOR)
    assert (await undo(viktor, merged, status=404))["code"] == "ticket_not_found"


async def test_an_undo_is_not_shown_and_not_allowed_to_who_may_see_only_one_side(desk: Desk) -> None:
    a, b = await two(desk)
    tom, ada = await desk.browser(TOM), await desk.browser(ANNA)
    merged = await merge(tom, b, a)
    async with desk.app.database.transaction() as tx:
        await tx.session.execute(sa.update(Ticket).where(Ticket.number == OF_B).values(channel="recruitment"))
    shown = (await tom.get("/tickets/10001")).json()
    assert shown["undoable"] == []
    assert (await undo(tom, merged, status=404))["code"] == "change_not_found"
    assert (await ada.get("/tickets/10001")).status_code == 200


async def test_merging_while_others_write_loses_nothing(desk: Desk) -> None:
    """No deadlock, no lost activity: replies, mails and merges meet on the same two tickets."""
    a, b = await two(desk)
    tom, anna = await desk.browser(TOM), await desk.browser(ANNA)
    mails = [
        desk.mail(sender=BEN, text=f"BEN {number}", in_reply_to=("b1@bewerber.example",)) for number in range(6)
    ] + [desk.mail(sender=SABINE, text=f"SABINE {number}", in_reply_to=("a1@schulz.example",)) for number in range(6)]

    async def try_to_merge() -> int:
        for _ in range(30):
            one, other = await desk.ticket(OF_B), await desk.ticket(OF_A)
            response = await tom.post(
                "/tickets/10002/merge",
                json={"into": OF_A, "into_version": other.version},
                headers={"If-Match": f'"{one.version}"'},
            )
            if response.status_code == 200:
                return 200
            assert response.status_code == 409, response.text
        return 409

    async def note(number: int) -> None:
        response = await anna.post(f"/tickets/{number}/notes", json={"text": f"note {number}"})
        assert response.status_code in {201, 409}, response.text

    results = await asyncio.gather(
        try_to_merge(),
        *(desk.handle(one) for one in mails),
        *(note(number) for number in (OF_A, OF_B) for _ in range(4)),
    )
    if results[0] != 200:
        await merge(tom, await desk.ticket(OF_B), await desk.ticket(OF_A))
    written = [one.text for one in await desk.activities(OF_A)]
    assert {one.text for one in mails} <= set(written)
    assert await desk.activities(OF_B) == []
    assert set(await texts(desk, OF_B, BEN_ID)) == {"BEN one", *(f"BEN {number}" for number in range(6))}
    assert set(await texts(desk, OF_A, SABINE_ID)) == {"SABINE one", *(f"SABINE {number}" for number in range(6))}
    assert SUPPORT.address not in {mailbox["address"] for one in await desk.activities(OF_A) for mailbox in one.bcc}
    assert a.number < b.number
