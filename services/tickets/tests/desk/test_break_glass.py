"""Break-glass: an administrator reads one ticket of a channel that is none of theirs (CV-11)."""

from datetime import timedelta
from typing import Any

import httpx
import pytest
import sqlalchemy as sa
from services.tickets.tests.conftest import Desk

from chassis.ids import new_id
from contracts.tickets import ActivityAdded
from tickets.audit.models import AuditEntry
from tickets.staff.demo import ADA, PETRA, TOM
from tickets.staff.models import Agent
from tickets.staff.rules.permissions import Role

REASON = {"reason": "The works council asks who applied."}


async def confidential(desk: Desk) -> None:
    """Ticket 10001 in Recruitment, where Petra alone subscribes."""
    await desk.receive(channel="recruitment", subject="Application")
    await desk.events(ActivityAdded)


async def broken(desk: Desk, **fields: Any) -> httpx.AsyncClient:
    """Ada's browser, after she broke the glass of ticket 10001."""
    await confidential(desk)
    ada = await desk.browser(ADA)
    response = await ada.post("/tickets/10001/break-glass", json=REASON | fields)
    assert response.status_code == 201, response.text
    return ada


async def test_an_administrator_sees_only_what_they_subscribe_to(desk: Desk) -> None:
    await confidential(desk)
    ada = await desk.browser(ADA)
    assert (await ada.get("/tickets/10001")).status_code == 404
    assert (await ada.get("/tickets")).json()["items"] == []


async def test_it_opens_detail_activities_and_files_but_no_list(desk: Desk) -> None:
    ada = await broken(desk)
    detail = await ada.get("/tickets/10001")
    assert (detail.status_code, detail.json()["subject"]) == (200, "Application")
    assert (await ada.get("/tickets/10001/activities")).status_code == 200
    file = await ada.get(f"/tickets/10001/attachments/{'0' * 64}")
    assert (file.status_code, file.json()["code"]) == (404, "attachment_not_found")
    for query in ({}, {"q": "10001"}, {"q": "application"}, {"list": "mine"}, {"channel": "recruitment"}):
        assert (await ada.get("/tickets", params=query)).json()["items"] == []
    channels = (await ada.get("/tickets/counters")).json()["channels"]
    assert "recruitment" not in {one["channel"] for one in channels}


async def test_it_only_reads(desk: Desk) -> None:
    ada = await broken(desk)
    note = await ada.post("/tickets/10001/notes", json={"text": "x"})
    assert (note.status_code, note.json()["code"]) == (403, "channel_read_only")
    assert "Break-glass" in note.json()["detail"]
    reply = await ada.post("/tickets/10001/replies", json={"text": "x"})
    assert (reply.status_code, reply.json()["code"]) == (403, "channel_read_only")
    assert (await ada.put("/tickets/10001/watchers/me")).status_code == 422


async def test_it_ends_by_itself_and_can_be_ended_before(desk: Desk) -> None:
    ada = await broken(desk, minutes=30)
    desk.clock.pass_by(timedelta(minutes=29))
    assert (await ada.get("/tickets/10001")).status_code == 200
    desk.clock.pass_by(timedelta(minutes=2))
    assert (await ada.get("/tickets/10001")).status_code == 404
    await ada.post("/tickets/10001/break-glass", json=REASON)
    assert (await ada.get("/tickets/10001")).status_code == 200
    assert (await ada.delete("/tickets/10001/break-glass")).status_code == 204
    assert (await ada.get("/tickets/10001")).status_code == 404
    assert (await ada.delete("/tickets/10001/break-glass")).status_code == 204
    assert (await ada.delete("/tickets/99999/break-glass")).status_code == 204


async def test_whoever_is_no_administrator_any_more_loses_it(desk: Desk) -> None:
    ada = await broken(desk)
    async with desk.app.database.transaction() as tx:
        await tx.session.execute(sa.update(Agent).where(Agent.id == ADA).values(role=Role.AGENT))
    assert (await ada.get("/tickets/10001")).status_code == 404


async def test_the_people_of_the_ticket_are_told_and_read_who_and_why(desk: Desk) -> None:
    await broken(desk)
    (event,) = await desk.events(ActivityAdded)
    assert (event.actor.id, event.ticket_version) == (ADA, 2)
    assert [one.agent_id for one in event.audience] == [PETRA]
    petra = await desk.browser(PETRA)
    activity = (await petra.get("/tickets/10001")).json()["activities"]["items"][0]
    assert activity["text"] == (
        f"Ada Admin opened this ticket by break-glass for 60 minutes. Reason: {REASON['reason']}"
    )
    assert activity["changes"] == [{"field": "break_glass", "from": None, "to": "Ada Admin"}]
    assert (activity["shown_outside"], activity["author"]["kind"]) == (False, "system")
    listed = (await petra.get("/tickets/10001/break-glass")).json()["items"]
    assert [(one["agent"]["name"], one["reason"]) for one in listed] == [("Ada Admin", REASON["reason"])]
    assert (await desk.ticket(10_001)).handled_at is None


async def test_the_audit_log_keeps_it(desk: Desk) -> None:
    ada = await broken(desk)
    await ada.delete("/tickets/10001/break-glass")
    async with desk.app.database.transaction() as tx:
        ours = sa.select(AuditEntry).where(AuditEntry.action.startswith("glass.")).order_by(AuditEntry.seq)
        entries = (await tx.session.scalars(ours)).all()
    assert [(entry.action, entry.subject, entry.actor_id) for entry in entries] == [
        ("glass.broken", "ticket:10001", ADA),
        ("glass.mended", "ticket:10001", ADA),
    ]
    assert entries[0].details == {"channel": "recruitment", "minutes": 60, **REASON}


async def test_administrators_list_all_of_them_page_by_page_without_subjects(desk: Desk) -> None:
    await confidential(desk)
    await desk.receive(channel="recruitment", subject="Another application")
    ada = await desk.browser(ADA)
    for number in (10_001, 10_002):
        await ada.post(f"/tickets/{number}/break-glass", json=REASON)
    first = (await ada.get("/tickets/break-glass", params={"limit": 1})).json()
    second = (await ada.get("/tickets/break-glass", params={"limit": 1, "cursor": first["next"]})).json()
    assert [one["ticket_number"] for one in (*first["items"], *second["items"])] == [10_002, 10_001]
    assert (second["next"], first["items"][0]["reference"]) == (None, "DS-10002")
    assert "pplication" not in str(first)


@pytest.mark.parametrize(
    ("number", "body", "status", "code"),
    [
        (99_999, REASON, 404, "ticket_not_found"),
        (10_001, {}, 422, "invalid"),
        (10_001, {"reason": "          test"}, 422, "invalid"),
        (10_001, {"reason": "a long enough reason\0"}, 422, "invalid"),
        (10_001, REASON | {"minutes": 481}, 422, "invalid"),
        (10_001, REASON | {"minutes": 0}, 422, "invalid"),
        (10_001, REASON | {"for": "ever"}, 422, "invalid"),
        (10_002, REASON, 409, "ticket_visible"),
    ],
)
async def test_what_makes_no_sense_is_refused(
    desk: Desk, number: int, body: dict[str, Any], status: int, code: str
) -> None:
    await confidential(desk)
    await desk.receive(channel="support")
    response = await (await desk.browser(ADA)).post(f"/tickets/{number}/break-glass", json=body)
    assert (response.status_code, response.json()["code"]) == (status, code)


async def test_nobody_else_can_and_no_api_token_either(desk: Desk) -> None:
    await confidential(desk)
    tom = await (await desk.browser(TOM)).post("/tickets/10001/break-glass", json=REASON)
    assert (tom.status_code, tom.json()["code"]) == (403, "forbidden")
    ada = await desk.browser(ADA)
    token = (await ada.post("/tokens", json={"name": "x", "scopes": ["tickets:read", "staff:manage"]})).json()
    secret = next(value for value in token.values() if str(value).startswith("ds_"))
    program = await ada.post("/tickets/10001/break-glass", json=REASON, headers={"Authorization": f"Bearer {secret}"})
    assert (program.status_code, program.json()["code"]) == (403, "forbidden")


async def test_the_same_key_breaks_it_once(desk: Desk) -> None:
    await confidential(desk)
    ada = await desk.browser(ADA)
    key = {"Idempotency-Key": str(new_id())}
    answers = [await ada.post("/tickets/10001/break-glass", json=REASON, headers=key) for _ in range(2)]
    assert answers[0].json() == answers[1].json()
    assert len((await ada.get("/tickets/10001/break-glass")).json()["items"]) == 1
