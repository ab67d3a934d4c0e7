"""Drafts: they survive, they are one's own, they never send themselves, and sending one is sending it once (DR-01)."""

import asyncio
from typing import Any

import httpx
import pytest
from services.tickets.tests.conftest import Desk

from contracts.messages import Event
from contracts.tickets import TicketOpened
from tickets.desk.models import Ticket, TicketMail
from tickets.desk.writing.models import Draft
from tickets.staff.demo import ANNA, PETRA, TOM, VIKTOR

REPLY = {"kind": "reply", "ticket": 10_001, "content": {"text": "Dear Sabine,"}}


async def kept(client: httpx.AsyncClient, body: dict[str, Any]) -> dict[str, Any]:
    """A draft that was just begun."""
    response = await client.post("/drafts", json=body)
    assert response.status_code == 201, response.text
    draft: dict[str, Any] = response.json()
    return draft


async def send(client: httpx.AsyncClient, draft: dict[str, Any], **headers: str) -> httpx.Response:
    version = {"If-Match": f'"{draft["version"]}"'}
    return await client.post(f"/drafts/{draft['id']}/send", headers=version | headers)


async def save(client: httpx.AsyncClient, draft: dict[str, Any], content: dict[str, Any]) -> httpx.Response:
    return await client.put(f"/drafts/{draft['id']}", json=content, headers={"If-Match": f'"{draft["version"]}"'})


async def test_a_draft_is_found_again_in_another_browser_exactly_as_it_was_left(desk: Desk) -> None:
    """LF-04, OD-11: typed half an address, half a sentence."""
    draft = await kept(await desk.browser(VIKTOR), {"kind": "new_email"})
    content = {
        "channel": "sales",
        "subject": "Your qu",
        "text": "Dear Mr Ri",
        "html": "<p>Dear Mr Ri</p>",
        "to": [{"name": "Rudolf", "address": "rudolf@"}],
        "priority": "high",
        "undo_seconds": 10,
    }
    saved = await save(await desk.browser(VIKTOR), draft, content)
    assert (saved.status_code, saved.headers["ETag"]) == (200, '"2"')
    other = await desk.browser(VIKTOR)
    (found,) = (await other.get("/drafts")).json()["items"]
    assert {name: value for name, value in found["content"].items() if value is not None} == content
    assert (found["ticket"], found["version"]) == (None, 2)
    assert (await other.get(f"/drafts/{draft['id']}")).json() == found


async def test_a_draft_has_no_number_sends_nothing_and_tells_nobody(desk: Desk) -> None:
    client = await desk.browser(VIKTOR)
    await desk.events(Event)
    await kept(client, {"kind": "new_email", "content": {"channel": "sales", "subject": "Quote", "text": "x"}})
    assert (await desk.count(Ticket), await desk.count(TicketMail)) == (0, 0)
    assert await desk.events(Event) == []


async def test_what_two_devices_save_is_not_lost_silently(desk: Desk) -> None:
    """TS-02: the later one hears of the other, with its text."""
    await desk.receive()
    client = await desk.browser(TOM)
    draft = await kept(client, REPLY)
    texts = [f"Text {number}" for number in range(6)]
    answers = await asyncio.gather(*(save(client, draft, {"text": text}) for text in texts))
    assert sorted(answer.status_code for answer in answers) == [200] + [409] * 5
    won = next(answer.json() for answer in answers if answer.status_code == 200)
    lost = next(answer.json() for answer in answers if answer.status_code == 409)
    assert lost["code"] == "stale_version"
    assert lost["current"]["content"]["text"] == won["content"]["text"]
    missing = await client.put(f"/drafts/{draft['id']}", json={})
    assert missing.status_code == 428


async def test_nobody_else_sees_a_draft(desk: Desk) -> None:
    await desk.receive()
    draft = await kept(await desk.browser(TOM), REPLY)
    anna = await desk.browser(ANNA)
    assert (await anna.get("/drafts")).json()["items"] == []
    for answer in (
        await anna.get(f"/drafts/{draft['id']}"),
        await save(anna, draft, {"text": "Mine now"}),
        await send(anna, draft),
        await anna.delete(f"/drafts/{draft['id']}", headers={"If-Match": '"1"'}),
    ):
        assert (answer.status_code, answer.json()["code"]) == (404, "draft_not_found")
    assert await desk.count(Draft) == 1


async def test_there_is_one_draft_of_a_kind_on_a_ticket_and_several_for_new_ones(desk: Desk) -> None:
    await desk.receive()
    client = await desk.browser(TOM)
    first = await kept(client, REPLY)
    again = await asyncio.gather(*(client.post("/drafts", json=REPLY) for _ in range(4)))
    assert {(answer.status_code, answer.json()["code"]) for answer in again} == {(409, "draft_exists")}
    assert again[0].json()["current"]["id"] == first["id"]
    await kept(client, REPLY | {"kind": "note"})
    await kept(client, {"kind": "new_internal"})
    await kept(client, {"kind": "new_internal"})
    assert await desk.count(Draft) == 4
    assert len((await client.get("/drafts?ticket=10001")).json()["items"]) == 2


async def test_the_list_of_drafts_has_pages(desk: Desk) -> None:
    client = await desk.browser(TOM)
    made = [(await kept(client, {"kind": "new_enquiry", "content": {"text": str(n)}}))["id"] for n in range(5)]
    listed: list[str] = []
    cursor = None
    for _ in range(3):
        query = {"limit": 2} | ({"cursor": cursor} if cursor else {})
        page = (await client.get("/drafts", params=query)).json()
        listed += [item["id"] for item in page["items"]]
        cursor = page["next"]
    assert (listed, cursor) == (made[::-1], None)


async def test_sending_a_reply_draft_is_replying_and_the_draft_is_gone(desk: Desk) -> None:
    await desk.receive()
    client = await desk.browser(TOM)
    draft = await kept(client, REPLY)
    sent = await send(client, draft)
    assert sent.status_code == 201, sent.text
    assert (sent.json()["ticket_number"], sent.json()["ticket_version"]) == (10_001, 2)
    activity = (await desk.activities(10_001))[-1]
    assert (str(activity.id), activity.text, activity.kind) == (sent.json()["activity_id"], "Dear Sabine,", "outgoing")
    assert (await desk.count(Draft), await desk.count(TicketMail)) == (0, 1)
    assert (await send(client, draft)).status_code == 404


async def test_a_draft_that_is_sent_by_many_at_once_is_sent_once(desk: Desk) -> None:
    await desk.receive()
    client = await desk.browser(TOM)
    draft = await kept(client, REPLY)
    answers = await asyncio.gather(*(send(client, draft) for _ in range(6)))
    assert sorted(answer.status_code for answer in answers) == [201] + [404] * 5
    assert await desk.count(TicketMail) == 1


async def test_the_same_key_gets_the_same_answer_though_the_draft_is_gone(desk: Desk) -> None:
    await desk.receive()
    client = await desk.browser(TOM)
    draft = await kept(client, REPLY)
    first, second = [await send(client, draft, **{"Idempotency-Key": "once"}) for _ in range(2)]
    assert (first.status_code, first.json()) == (second.status_code, second.json())
    assert second.headers["Idempotent-Replay"] == "true"


@pytest.mark.parametrize(
    ("kind", "origin", "first"),
    [("new_email", "email", "outgoing"), ("new_enquiry", "enquiry", "incoming"), ("new_internal", "internal", "note")],
)
async def test_a_draft_of_a_new_ticket_becomes_one(desk: Desk, kind: str, origin: str, first: str) -> None:
    """CW-04, CW-06, CW-14; OD-09."""
    client = await desk.browser(TOM)
    content: dict[str, Any] = {"channel": "support", "subject": "Matter", "text": "Content", "owner_id": str(TOM)}
    if kind == "new_email":
        content["to"] = [{"address": "rudolf@riese.example"}]
    sent = await send(client, await kept(client, {"kind": kind, "content": content}))
    assert sent.status_code == 201, sent.text
    assert sent.headers["Location"] == "/api/v1/tickets/10001"
    ticket = await desk.ticket(10_001)
    assert (ticket.origin, ticket.owner_id) == (origin, TOM)
    assert [activity.kind for activity in await desk.activities(10_001)] == [first]
    assert len(await desk.events(TicketOpened)) == 1
    assert await desk.count(TicketMail) == (1 if kind == "new_email" else 0)


async def test_what_is_missing_is_named_and_the_draft_stays(desk: Desk) -> None:
    client = await desk.browser(TOM)
    content = {"channel": "support", "text": "Content", "to": [{"address": "rudolf@"}]}
    refused = await send(client, await kept(client, {"kind": "new_email", "content": content}))
    assert (refused.status_code, refused.json()["code"]) == (422, "draft_incomplete")
    fields = {item["field"] for item in refused.json()["current"]["errors"]}
    assert fields == {"subject", "to.0.address"}
    assert await desk.count(Draft) == 1


async def test_a_draft_of_a_ticket_out_of_sight_stays_readable_and_is_not_sent(desk: Desk) -> None:
    await desk.receive()
    client = await desk.browser(TOM)
    draft = await kept(client, REPLY)
    moved = await client.patch("/tickets/10001", json={"channel": "recruitment"}, headers={"If-Match": '"1"'})
    # who cannot see a channel may still move a ticket there
    assert moved.status_code == 200, moved.text
    found = (await client.get(f"/drafts/{draft['id']}")).json()
    assert found["ticket"] == {"number": 10_001, "reference": "DS-10001", "subject": None, "visible": False}
    assert found["content"]["text"] == "Dear Sabine,"
    refused = await send(client, draft)
    assert (refused.status_code, refused.json()["code"]) == (409, "draft_out_of_sight")
    assert (await desk.count(Draft), await desk.count(TicketMail)) == (1, 0)


async def test_a_draft_needs_a_ticket_that_one_sees(desk: Desk) -> None:
    await desk.receive()
    petra = await desk.browser(PETRA)
    refused = await petra.post("/drafts", json=REPLY)
    assert (refused.status_code, refused.json()["code"]) == (404, "ticket_not_found")
    assert (await petra.post("/drafts", json={"kind": "reply"})).status_code == 422
    assert (await petra.post("/drafts", json={"kind": "new_email", "ticket": 10_001})).status_code == 422


@pytest.mark.parametrize(
    "content",
    [
        {"text": "\x00"},
        {"unknown": 1},
        {"text": "x" * 100_001},
        {"html": "<b>" * 20_000},
        {"to": [{"address": "x\r\ny"}]},
        {"undo_seconds": 61},
        {"channel": "support"},  # a reply has no channel
    ],
)
async def test_a_draft_may_be_unfinished_and_not_absurd(desk: Desk, content: dict[str, Any]) -> None:
    await desk.receive()
    client = await desk.browser(TOM)
    refused = await client.post("/drafts", json=REPLY | {"content": content})
    assert refused.status_code == 422, refused.text
    assert await desk.count(Draft) == 0


async def test_half_a_character_is_refused_and_not_a_failure(desk: Desk) -> None:
    client = await desk.browser(TOM)
    raw = b'{"kind": "new_internal", "content": {"text": "\\ud800"}}'
    refused = await client.post("/drafts", content=raw, headers={"Content-Type": "application/json"})
    assert refused.status_code == 422, refused.text


async def test_html_in_a_draft_is_inert(desk: Desk) -> None:
    await desk.receive()
    draft = await kept(
        await desk.browser(TOM), REPLY | {"content": {"html": "<p onclick=x>Hi<script>alert(1)</script></p>"}}
    )
    assert draft["content"]["html"] == "<p>Hi</p>"


async def test_a_light_agent_may_keep_notes_and_send_only_those(desk: Desk) -> None:
    """TS-12: sending asks for the permission that the direct route asks for."""
    await desk.receive()
    async with desk.app.database.transaction() as tx:
        from tickets.staff.models import Agent  # noqa: PLC0415  # one test changes a role

        (await tx.session.get_one(Agent, TOM)).role = "light_agent"  # type: ignore[assignment]  # stored as text
    client = await desk.browser(TOM)
    refused = await send(client, await kept(client, REPLY))
    assert (refused.status_code, refused.json()["code"]) == (403, "forbidden")
    sent = await send(client, await kept(client, REPLY | {"kind": "note"}))
    assert sent.status_code == 201, sent.text


async def test_a_draft_can_be_thrown_away(desk: Desk) -> None:
    client = await desk.browser(TOM)
    draft = await kept(client, {"kind": "new_enquiry"})
    stale = await client.delete(f"/drafts/{draft['id']}", headers={"If-Match": '"7"'})
    assert (stale.status_code, stale.json()["code"]) == (409, "stale_version")
    assert (await client.delete(f"/drafts/{draft['id']}", headers={"If-Match": '"1"'})).status_code == 204
    assert await desk.count(Draft) == 0
