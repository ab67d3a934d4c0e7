"""Splitting an activity off and taking it back (AT-04, TS-09)."""

from typing import Any
from uuid import UUID

import httpx
import sqlalchemy as sa
from services.tickets.tests.conftest import SABINE, Desk
from services.tickets.tests.desk.test_merging import BEN, BEN_ID, SABINE_ID, dump, mail, merge, texts, undo
from services.tickets.tests.desk.test_portal_view import seen

from chassis.ids import new_id
from contracts.ingest import Attachment
from contracts.messages import Event
from contracts.tickets import ActivityAdded, TicketChanged, TicketMerged, TicketOpened, TicketSplit
from tickets.desk.models import Activity, Participant, Ticket
from tickets.desk.rules.words import Origin
from tickets.staff.demo import ANNA, DORA, TOM

ORIGIN, NEW = 10_001, 10_002
FILE = Attachment(
    filename="plan.pdf", content_type="application/pdf", size=3, sha256="ab" * 32, inline=False, content_id=None
)


async def split(
    client: httpx.AsyncClient,
    activity: Activity,
    *,
    version: int,
    status: int = 201,
    **asked: Any,
) -> dict[str, Any]:
    """Split an activity off; gives the answer."""
    response = await client.post(
        f"/tickets/{ORIGIN}/activities/{activity.id}/split", json=asked, headers={"If-Match": f'"{version}"'}
    )
    assert response.status_code == status, response.text
    found: dict[str, Any] = response.json()
    return found


async def a_ticket_with_two_matters(desk: Desk) -> tuple[Ticket, Activity]:
    """Sabine's ticket, and a second mail of hers with a file about something else."""
    await mail(desk, SABINE, SABINE_ID, text="one", message_id="a1@schulz.example")
    ticket = await mail(
        desk,
        SABINE,
        SABINE_ID,
        text="Something else",
        subject="AW: [DS-10001] My new router",
        message_id="a2@schulz.example",
        in_reply_to=("a1@schulz.example",),
        attachments=(FILE,),
    )
    return ticket, (await desk.activities(ORIGIN))[-1]


async def test_an_activity_gets_a_number_of_its_own_and_both_tickets_say_so(desk: Desk) -> None:
    origin, activity = await a_ticket_with_two_matters(desk)
    tom = await desk.browser(TOM)
    await desk.events(Event)
    made = await split(tom, activity, version=origin.version, owner_id=str(ANNA), reason="Another matter")
    assert (made["number"], made["subject"], made["status"]["key"], made["origin"]) == (
        NEW,
        "My new router",
        "new",
        "email",
    )
    assert (made["contact"]["id"], made["owner"]["name"]) == (str(SABINE_ID), "Anna Müller")
    (moved,) = made["activities"]["items"]
    assert (moved["id"], moved["text"], moved["attachments"][0]["filename"]) == (
        str(activity.id),
        "Something else",
        "plan.pdf",
    )
    assert [(link["relation"], link["ticket"]["number"]) for link in made["links"]] == [("split_from", ORIGIN)]
    shown = (await tom.get("/tickets/10001")).json()
    assert [(link["relation"], link["ticket"]["number"]) for link in shown["links"]] == [("split_into", NEW)]
    trace = shown["activities"]["items"][0]
    assert (trace["text"], trace["changes"]) == (
        "Another matter",
        [{"field": "split", "from": None, "to": "DS-10002"}],
    )
    events = await desk.events(Event)
    assert [type(event) for event in events] == [ActivityAdded, TicketChanged, TicketSplit, TicketOpened]
    told, opened = events[2], events[3]
    assert isinstance(told, TicketSplit)
    assert isinstance(opened, TicketOpened)
    assert (told.number, told.new_ticket_id, told.activity_id) == (ORIGIN, opened.ticket_id, activity.id)
    assert (opened.number, opened.activity_id, opened.owner_id, opened.ticket_version) == (NEW, activity.id, ANNA, 1)
    assert [item["number"] for item in (await tom.get("/tickets")).json()["items"]] == [NEW, ORIGIN]


async def test_answers_to_the_mail_that_was_split_off_land_in_the_new_ticket(desk: Desk) -> None:
    origin, activity = await a_ticket_with_two_matters(desk)
    await split(await desk.browser(TOM), activity, version=origin.version)
    to_new = await mail(desk, SABINE, SABINE_ID, text="x", in_reply_to=("a2@schulz.example",))
    to_old = await mail(desk, SABINE, SABINE_ID, text="y", in_reply_to=("a1@schulz.example",))
    assert (to_new.number, to_old.number) == (NEW, ORIGIN)


async def test_an_own_mail_that_is_split_off_keeps_its_deliveries_and_its_customer(desk: Desk) -> None:
    await mail(desk, SABINE, SABINE_ID, text="one")
    sent = await desk.reply(TOM, ORIGIN)
    origin = await desk.ticket(ORIGIN)
    made = await split(await desk.browser(TOM), sent, version=origin.version)
    await desk.accept(sent)
    assert made["activities"]["items"][0]["deliveries"][0]["state"] == "queued"
    assert (await desk.ticket(NEW)).status == "answered"
    assert (await desk.ticket(ORIGIN)).status == "new"
    answer = await mail(desk, SABINE, SABINE_ID, text="thanks", in_reply_to=(sent.message_id or "",))
    assert answer.number == NEW


async def test_who_wrote_the_activity_is_the_new_tickets_customer_and_sees_it(desk: Desk) -> None:
    """Ben took part in Sabine's ticket without seeing it; his own ticket shows him his mail and hides it from her."""
    await mail(desk, SABINE, SABINE_ID, text="one", message_id="a1@schulz.example", cc=(BEN,))
    await mail(desk, BEN, BEN_ID, text="BEN", in_reply_to=("a1@schulz.example",))
    activity = (await desk.activities(ORIGIN))[-1]
    assert not activity.shown_outside
    made = await split(await desk.browser(TOM), activity, version=(await desk.ticket(ORIGIN)).version)
    assert (made["contact"]["id"], made["contact"]["address"]) == (str(BEN_ID), BEN.address)
    assert await texts(desk, NEW, BEN_ID) == ["BEN"]
    assert await texts(desk, ORIGIN, SABINE_ID) == ["one"]
    assert await seen(desk, NEW, SABINE_ID) is None


async def test_what_is_split_off_an_internal_ticket_stays_inside(desk: Desk) -> None:
    tom = await desk.browser(TOM)
    await tom.post("/tickets", json={"kind": "internal", "channel": "backend", "subject": "Bug", "text": "one"})
    await tom.post("/tickets/10001/notes", json={"text": "Another bug"})
    note = (await desk.activities(ORIGIN))[-1]
    made = await split(tom, note, version=2)
    assert (made["origin"], made["contact"], made["subject"]) == ("internal", None, "Bug")
    assert (await tom.post("/tickets/10002/replies", json={"text": "x"})).json()["code"] == "internal_ticket"
    assert (await desk.ticket(NEW)).origin is Origin.INTERNAL


async def test_what_cannot_be_split_off_is_refused_and_says_why(desk: Desk) -> None:
    origin, activity = await a_ticket_with_two_matters(desk)
    tom, dora = await desk.browser(TOM), await desk.browser(DORA)
    await tom.patch("/tickets/10001", json={"priority": "high"}, headers={"If-Match": f'"{origin.version}"'})
    change = (await desk.activities(ORIGIN))[-1]
    version = (await desk.ticket(ORIGIN)).version
    assert (await split(tom, change, version=version, status=409))["code"] == "cannot_split"
    assert (await split(tom, activity, version=1, status=409))["code"] == "stale_version"
    assert (await split(tom, activity, version=version, channel="sales", status=422))["code"] == "unknown_reference"
    assert (await split(tom, activity, version=version, owner_id=str(DORA), status=422))["code"] == "unknown_reference"
    assert (await split(dora, activity, version=version, status=404))["code"] == "ticket_not_found"
    await split(tom, activity, version=version)
    again = (await desk.ticket(ORIGIN)).version
    assert (await split(tom, activity, version=again, status=404))["code"] == "activity_not_found"
    only = (await desk.activities(ORIGIN))[0]
    assert (await split(tom, only, version=again, status=409))["code"] == "cannot_split"
    assert await desk.count(Ticket) == 2


async def test_a_split_that_is_sent_twice_with_one_key_happens_once(desk: Desk) -> None:
    origin, activity = await a_ticket_with_two_matters(desk)
    tom = await desk.browser(TOM)
    headers = {"If-Match": f'"{origin.version}"', "Idempotency-Key": str(new_id())}
    path = f"/tickets/10001/activities/{activity.id}/split"
    first, second = [await tom.post(path, json={}, headers=headers) for _ in range(2)]
    assert (first.status_code, second.status_code, second.json()["number"]) == (201, 201, NEW)
    assert first.headers["Location"] == "/api/v1/tickets/10002"


async def test_undo_puts_everything_back_and_the_new_number_leads_to_the_origin(desk: Desk) -> None:
    """TS-09: the origin's rows as they were; the number that was given stays given (C9)."""
    origin, activity = await a_ticket_with_two_matters(desk)
    before = await dump(desk)
    visible = await seen(desk, ORIGIN, SABINE_ID)
    tom = await desk.browser(TOM)
    made = await split(tom, activity, version=origin.version)
    await desk.events(Event)
    back = await undo(tom, made)
    assert (back["number"], back["links"][0]["relation"], len(back["links"])) == (ORIGIN, "merged_from", 1)
    after = await dump(desk)
    new_id_ = UUID(made["id"])
    for rows in after.values():
        rows[:] = [row for row in rows if new_id_ not in {row.get("id"), row.get("ticket_id")}]
    assert after == before
    assert await seen(desk, ORIGIN, SABINE_ID) == visible
    assert await seen(desk, NEW, SABINE_ID) is None
    assert (await tom.get("/tickets/10002")).headers["Location"] == "/api/v1/tickets/10001"
    (merged,) = await desk.events(TicketMerged)
    assert (merged.ticket_id, merged.into_ticket_id) == (new_id_, origin.id)
    for names_it in ({"in_reply_to": ("a2@schulz.example",)}, {"subject": "RE: [DS-10002] x"}):
        assert (await mail(desk, SABINE, SABINE_ID, **names_it)).number == ORIGIN


async def test_what_was_written_in_the_new_ticket_comes_along_when_the_split_is_undone(desk: Desk) -> None:
    await mail(desk, SABINE, SABINE_ID, text="one", message_id="a1@schulz.example", cc=(BEN,))
    await mail(desk, BEN, BEN_ID, text="BEN", message_id="b1@bewerber.example", in_reply_to=("a1@schulz.example",))
    activity = (await desk.activities(ORIGIN))[-1]
    tom = await desk.browser(TOM)
    await split(tom, activity, version=(await desk.ticket(ORIGIN)).version)
    await desk.reply(TOM, NEW, text="For Ben")
    await undo(tom, (await tom.get("/tickets/10001")).json())
    assert [one.text for one in await desk.activities(ORIGIN) if one.text] == ["one", "BEN", "For Ben"]
    assert await texts(desk, ORIGIN, SABINE_ID) == ["one"]
    assert await texts(desk, NEW, BEN_ID) == ["For Ben"], "what was sent to him stays his to read"


async def test_a_split_out_of_a_merged_ticket_knows_its_home(desk: Desk) -> None:
    await mail(desk, SABINE, SABINE_ID, text="SABINE one", message_id="a1@schulz.example")
    await mail(desk, BEN, BEN_ID, text="BEN one", message_id="b1@bewerber.example")
    tom = await desk.browser(TOM)
    merged = await merge(tom, await desk.ticket(10_002), await desk.ticket(10_001))
    before = await dump(desk)
    note = next(one for one in await desk.activities(10_001) if one.text == "BEN one")
    made = await split(tom, note, version=merged["version"])
    assert (made["number"], made["contact"]["id"]) == (10_003, str(BEN_ID))
    shown = (await tom.get("/tickets/10001")).json()
    assert [change["kind"] for change in shown["undoable"]] == ["split"], "the merge can be undone after the split"
    back = await undo(tom, shown)
    after = await dump(desk)
    new_id_ = UUID(made["id"])
    for rows in after.values():
        rows[:] = [row for row in rows if new_id_ not in {row.get("id"), row.get("ticket_id")}]
    assert after == before
    await undo(tom, back)
    assert [one.text for one in await desk.activities(10_002)] == ["BEN one"]
    async with desk.app.database.transaction() as tx:
        theirs = sa.select(Participant.address).where(Participant.ticket_id == note.written_in)
        assert [*await tx.session.scalars(theirs)] == [BEN.address.lower()]
