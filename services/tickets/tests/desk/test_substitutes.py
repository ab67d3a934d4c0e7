"""An agent is away: the substitute is told in their place, and never sees more than before."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from services.tickets.tests.conftest import Desk

from contracts.tickets import Addressee, Reason, TicketChanged, TicketEvent
from tickets.audit.models import AuditEntry
from tickets.desk.rules.substitutes import who_acts, with_substitutes
from tickets.staff.demo import ADA, ANNA, PETRA, TOM, VIKTOR

OWNER, RESPONSIBLE, WATCHER, SUBSCRIBER = Reason.OWNER, Reason.RESPONSIBLE, Reason.WATCHER, Reason.SUBSCRIBER


def told(*who: tuple[UUID, tuple[Reason, ...]]) -> tuple[Addressee, ...]:
    return tuple(Addressee(agent_id=agent_id, reasons=reasons) for agent_id, reasons in who)


@pytest.mark.parametrize(
    ("before", "substitutes", "after"),
    [
        (((TOM, (OWNER,)),), {}, ((TOM, (OWNER,)),)),
        (((TOM, (OWNER,)),), {TOM: ANNA}, ((TOM, (OWNER,)), (ANNA, (OWNER,)))),
        (((TOM, (WATCHER, SUBSCRIBER)),), {TOM: ANNA}, ((TOM, (WATCHER, SUBSCRIBER)),)),
        (
            ((TOM, (RESPONSIBLE, WATCHER)), (ANNA, (SUBSCRIBER,))),
            {TOM: ANNA},
            ((TOM, (RESPONSIBLE, WATCHER)), (ANNA, (RESPONSIBLE, SUBSCRIBER))),
        ),
        (((TOM, (OWNER,)), (ANNA, (OWNER,))), {TOM: ANNA}, ((TOM, (OWNER,)), (ANNA, (OWNER,)))),
        (((TOM, (OWNER,)),), {TOM: PETRA}, ((TOM, (OWNER,)),)),
        (((TOM, (OWNER,)),), {TOM: VIKTOR}, ((TOM, (OWNER,)),)),
        (((ANNA, ()),), {TOM: ANNA}, ((ANNA, ()),)),
    ],
    ids=[
        "nobody is away",
        "owner",
        "only watching",
        "more reasons",
        "has it already",
        "sees nothing",
        "did it",
        "a reminder",
    ],
)
def test_who_is_told_in_place_of_one_who_is_away(
    before: tuple[tuple[UUID, tuple[Reason, ...]], ...],
    substitutes: dict[UUID, UUID],
    after: tuple[tuple[UUID, tuple[Reason, ...]], ...],
) -> None:
    found = with_substitutes(told(*before), substitutes, sees=lambda agent: agent != PETRA, actor_id=VIKTOR)
    assert {one.agent_id: one.reasons for one in found} == dict(after)
    assert [one.agent_id for one in found] == sorted(one.agent_id for one in found)


def test_only_who_owns_or_answers_for_a_ticket_is_stood_in_for() -> None:
    assert who_acts(told((TOM, (OWNER,)), (ANNA, (WATCHER,)), (ADA, (SUBSCRIBER, RESPONSIBLE)))) == {TOM, ADA}


async def away(desk: Desk, agent_id: UUID, **fields: Any) -> None:
    """The agent says that they are away from now on for a week."""
    client = await desk.browser(agent_id)
    body = {
        "starts_at": desk.clock.now.isoformat(),
        "ends_at": (desk.clock.now + timedelta(days=7)).isoformat(),
    } | fields
    response = await client.put("/agents/me/absence", json=body)
    assert response.status_code == 200, response.text


async def assign(desk: Desk, number: int, owner: UUID, *, by: UUID) -> dict[UUID, tuple[Reason, ...]]:
    """Give a ticket to somebody; who is told, and why."""
    client = await desk.browser(by)
    headers = {"If-Match": (await client.get(f"/tickets/{number}")).headers["ETag"]}
    response = await client.patch(f"/tickets/{number}", json={"owner_id": str(owner)}, headers=headers)
    assert response.status_code == 200, response.text
    events = [event for event in await desk.events(TicketChanged) if "owner" in event.changed]
    return {one.agent_id: one.reasons for one in events[-1].audience}


async def test_the_substitute_is_told_of_a_new_assignment_while_the_owner_is_away(desk: Desk) -> None:
    ticket = await desk.receive()
    await away(desk, TOM, substitute_id=str(ADA))
    audience = await assign(desk, ticket.number, TOM, by=ANNA)
    assert audience[TOM] == (OWNER, SUBSCRIBER)
    assert audience[ADA] == (OWNER,)
    await desk.receive(text="Again", in_reply_to=(f"{ticket.id}@x",), subject=f"Re: [DS-{ticket.number}]")
    (again,) = [event for event in await desk.events(TicketEvent) if event.audience]
    assert ADA in {one.agent_id for one in again.audience}
    desk.clock.pass_by(timedelta(days=7))
    assert ADA not in await assign(desk, ticket.number, ANNA, by=ANNA)
    assert ADA not in await assign(desk, ticket.number, TOM, by=ANNA)


async def test_a_substitute_who_may_not_see_the_ticket_is_neither_told_nor_let_in(desk: Desk) -> None:
    ticket = await desk.receive()
    await away(desk, TOM, substitute_id=str(PETRA))
    assert PETRA not in await assign(desk, ticket.number, TOM, by=ANNA)
    petra = await desk.browser(PETRA)
    assert (await petra.get(f"/tickets/{ticket.number}")).status_code == 404
    assert (await petra.get("/tickets")).json()["items"] == []


async def test_action_required_holds_what_waits_for_those_whom_an_agent_stands_in_for(desk: Desk) -> None:
    """LF-05, TS-11: in the list and in the counter, now and not before or after."""
    ticket = await desk.receive()
    await assign(desk, ticket.number, TOM, by=ANNA)
    tomorrow = desk.clock.now + timedelta(days=1)
    await away(desk, TOM, substitute_id=str(ANNA), starts_at=tomorrow.isoformat())

    async def waiting(agent_id: UUID) -> list[int]:
        client = await desk.browser(agent_id)
        found = (await client.get("/tickets", params={"prefilter": "action_required"})).json()["items"]
        assert (await client.get("/tickets/counters")).json()["action_required"] == len(found)
        searched = await client.get("/tickets", params={"prefilter": "action_required", "q": "invoice"})
        assert searched.json()["items"] == found
        return [row["number"] for row in found]

    assert await waiting(ANNA) == []
    desk.clock.pass_by(timedelta(days=1, seconds=1))
    assert await waiting(ANNA) == [ticket.number]
    assert await waiting(TOM) == [ticket.number], "the owner keeps it"
    assert await waiting(ADA) == []
    desk.clock.pass_by(timedelta(days=7))
    assert await waiting(ANNA) == []


async def test_an_absence_is_set_seen_replaced_and_ended(desk: Desk) -> None:
    tom, anna = await desk.browser(TOM), await desk.browser(ANNA)
    none = await tom.get("/agents/me/absence")
    assert (none.status_code, none.json()["code"]) == (404, "not_away")
    await away(desk, TOM, ends_at=None)
    seen = (await anna.get(f"/agents/{TOM}/absence")).json()
    assert (seen["ends_at"], seen["substitute_id"]) == (None, None)
    await away(desk, TOM, substitute_id=str(ANNA))
    assert (await tom.get("/agents/me/absence")).json()["substitute_id"] == str(ANNA)
    assert (await tom.delete("/agents/me/absence")).status_code == 204
    assert (await tom.delete("/agents/me/absence")).status_code == 204
    assert (await anna.get(f"/agents/{TOM}/absence")).status_code == 404


async def test_an_administrator_sets_it_for_somebody_and_the_audit_log_says_so(desk: Desk) -> None:
    ada, anna = await desk.browser(ADA), await desk.browser(ANNA)
    body = {"starts_at": "2026-11-20T00:00:00Z", "substitute_id": str(ANNA)}
    assert (await anna.put(f"/agents/{TOM}/absence", json=body)).status_code == 403
    assert (await anna.delete(f"/agents/{TOM}/absence")).status_code == 403
    assert (await ada.put(f"/agents/{TOM}/absence", json=body)).status_code == 200
    assert (await ada.delete(f"/agents/{TOM}/absence")).status_code == 204
    async with desk.app.database.transaction() as tx:
        entries = sa.select(AuditEntry).where(AuditEntry.subject == f"agent:{TOM}").order_by(AuditEntry.seq)
        found = [(entry.action, entry.actor_id) for entry in await tx.session.scalars(entries)]
    assert found[-2:] == [("agent.absence_set", ADA), ("agent.absence_ended", ADA)]


@pytest.mark.parametrize(
    "fields",
    [
        {"substitute_id": str(TOM)},
        {"substitute_id": "01900000-0000-7000-8000-00000000ffff"},
        {"ends_at": "2026-11-20T08:00:00Z"},
        {"starts_at": "2027-01-02T00:00:00Z", "ends_at": "2027-01-01T00:00:00Z"},
        {"starts_at": "2026-11-20T09:00:00"},
        {"starts_at": "0001-01-01T00:00:00+14:00"},
        {"ends_at": "9999-12-31T23:59:59-14:00"},
        {"starts_at": None},
        {"until": "2027-01-01T00:00:00Z"},
    ],
)
async def test_an_absence_that_cannot_be_is_refused(desk: Desk, fields: dict[str, Any]) -> None:
    tom = await desk.browser(TOM)
    body = {"starts_at": "2026-11-20T09:00:00Z"} | fields
    assert (await tom.put("/agents/me/absence", json=body)).status_code == 422


async def test_a_substitute_who_left_is_not_told(desk: Desk) -> None:
    ticket = await desk.receive()
    await away(desk, TOM, substitute_id=str(ANNA))
    ada = await desk.browser(ADA)
    await ada.patch(f"/agents/{ANNA}", json={"active": False}, headers={"If-Match": '"1"'})
    audience = await assign(desk, ticket.number, TOM, by=ADA)
    assert audience[TOM] == (OWNER, SUBSCRIBER)
    assert audience[ANNA] == (SUBSCRIBER,)
