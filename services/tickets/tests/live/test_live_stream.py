"""The live stream over real connections: who hears what, when, and never what (issue 3, item 6; CV-02, CV-05)."""

import asyncio
import time
from uuid import UUID

import pytest
import sqlalchemy as sa
from prometheus_client import generate_latest
from services.tickets.tests.live.conftest import LiveDesk, Serve

from contracts.tickets import AccessRevoked, Actor, ActorKind, TicketChanged
from tickets.staff.demo import ADA, ANNA, PETRA, TOM, VIKTOR


async def test_whoever_may_see_a_new_ticket_hears_of_it_at_once_and_nobody_else(live: LiveDesk) -> None:
    tom, petra = await live.listen(TOM), await live.listen(PETRA)
    await live.desk.receive()
    (told,) = await tom.until("ticket")
    assert (told["number"], told["version"], told["changed"]) == (10_001, 1, ["opened"])
    assert (told["channel"], told["status"], told["closed"], told["owner_id"]) == ("support", "new", False, None)
    await tom.until("counters")
    await live.desk.receive(channel="recruitment", subject="Application")
    await petra.until("ticket")
    assert [ticket["number"] for ticket in petra.named("ticket")] == [10_002]
    assert [ticket["number"] for ticket in tom.named("ticket")] == [10_001]


async def test_the_stream_says_what_changed_and_how_it_is_now_and_no_text(live: LiveDesk) -> None:
    await live.desk.receive(subject="A secret subject", text="A secret text")
    tom = await live.listen(TOM)
    client = await live.client(TOM)
    changed = {"status": "in_progress", "owner_id": str(ANNA), "priority": "high"}
    answer = await client.patch("/tickets/10001", json=changed, headers={"If-Match": '"1"'})
    assert answer.status_code == 200, answer.text
    (told,) = await tom.until("ticket")
    assert set(told["changed"]) == {"activities", "status", "owner", "priority"}
    assert (told["version"], told["status"], told["owner_id"]) == (2, "in_progress", str(ANNA))
    assert "secret" not in str(tom.told)


async def test_the_headers_keep_proxies_from_holding_it_back(live: LiveDesk) -> None:
    tom = await live.listen(TOM)
    headers = tom.response.headers
    assert headers["content-type"].startswith("text/event-stream")
    assert headers["cache-control"] == "no-store"
    assert headers["x-accel-buffering"] == "no"
    assert "content-length" not in headers
    assert 1_000 <= tom.retry <= 5_000


async def test_an_open_stream_holds_no_connection_of_the_database(live: LiveDesk) -> None:
    listeners = [await live.listen(TOM) for _ in range(8)]
    assert len(listeners) > live.app.settings.database_pool
    assert live.app.database.engine.pool.checkedout() == 0  # type: ignore[attr-defined]  # a QueuePool
    async with asyncio.timeout(5):
        assert (await (await live.client(TOM)).get("/tickets")).status_code == 200


async def test_a_ticket_that_moves_out_of_sight_is_told_by_its_number_alone(live: LiveDesk) -> None:
    """CV-02: the move shows it to others, and the old channel hears nothing of where it is or how it is."""
    await live.desk.receive()
    tom, viktor, anna = await live.listen(TOM), await live.listen(VIKTOR), await live.listen(ANNA)
    client = await live.client(TOM)
    await client.patch("/tickets/10001", json={"channel": "sales"}, headers={"If-Match": '"1"'})
    assert await tom.until("ticket_left") == [{"number": 10_001}]
    assert tom.named("ticket") == []
    assert "sales" not in str(tom.told)
    (entered,) = await viktor.until("ticket")
    assert (entered["channel"], "channel" in entered["changed"]) == ("sales", True)
    await anna.until("ticket")
    assert anna.named("ticket_left") == viktor.named("ticket_left") == []


async def test_a_ticket_that_becomes_part_of_another_one_leaves_and_comes_back_with_the_undo(live: LiveDesk) -> None:
    """TS-09: no list has a merged ticket, so no browser keeps it."""
    for _ in range(2):
        await live.desk.receive()
    anna = await live.listen(ANNA)
    tom = await live.client(TOM)
    into = {"into": 10_001, "into_version": 1}
    merged = await tom.post("/tickets/10002/merge", json=into, headers={"If-Match": '"1"'})
    assert merged.status_code in {200, 201}, merged.text
    assert await anna.until("ticket_left") == [{"number": 10_002}]
    ticket = await tom.get("/tickets/10001")
    [change] = ticket.json()["undoable"]
    asked = {"change_id": change["id"]}
    undone = await tom.post("/tickets/10001/undo", json=asked, headers={"If-Match": ticket.headers["ETag"]})
    assert undone.status_code in {200, 201}, undone.text
    await anna.until_true(lambda: 10_002 in {told["number"] for told in anna.named("ticket")})


async def test_what_happens_in_a_channel_after_the_subscription_ended_is_not_told(live: LiveDesk) -> None:
    """CV-05: the change of a subscription counts at once, also for streams that are open."""
    await live.desk.receive()
    tom, anna = await live.listen(TOM), await live.listen(ANNA)
    ada = await live.client(ADA)
    only_anna = {"agent_id": str(ANNA), "kind": "standard"}
    await ada.put("/channels/support/subscriptions", json={"items": [only_anna]})
    assert [told["reason"] for told in await tom.until("resync")] == ["access"]
    await live.desk.receive(subject="After")
    await anna.until("ticket")
    both = {"items": [{"agent_id": str(TOM), "kind": "informal"}, only_anna]}
    await ada.put("/channels/support/subscriptions", json=both)
    await tom.until("resync", count=2)
    await live.desk.receive(subject="With Tom again")
    assert [ticket["number"] for ticket in await tom.until("ticket")] == [10_003]
    assert anna.named("resync") == []


async def test_an_event_is_judged_by_where_the_ticket_is_now_and_not_by_what_the_event_says(live: LiveDesk) -> None:
    """An event that comes late names a channel that Tom sees; the ticket is elsewhere by now, and not his to hear."""
    ticket = await live.desk.receive(channel="recruitment", subject="Application")
    tom, petra = await live.listen(TOM), await live.listen(PETRA)
    async with live.app.database.transaction() as tx:
        tx.emit(
            TicketChanged(
                ticket_id=ticket.id,
                number=ticket.number,
                ticket_version=1,
                channel="support",
                status="in_progress",
                owner_id=TOM,
                actor=Actor(kind=ActorKind.SYSTEM),
                changed=("status",),
            )
        )
    (told,) = await petra.until("ticket")
    assert (told["channel"], told["status"], told["owner_id"]) == ("recruitment", "new", None)
    await live.desk.receive()
    await tom.until("ticket")
    assert [one["number"] for one in tom.named("ticket")] == [10_002]


async def test_how_long_a_stream_was_open_is_no_duration_of_a_request(live: LiveDesk) -> None:
    tom = await live.listen(TOM)
    await tom.close()
    await (await live.client(TOM)).get("/tickets/presence", params={"numbers": 1})
    measured = generate_latest().decode()
    assert "/api/v1/tickets/presence" in measured
    assert "/api/v1/live" not in measured


async def test_a_stream_ends_when_its_session_ends_and_the_others_go_on(live: LiveDesk) -> None:
    secret = await live.secret(TOM)
    client = await live.client(TOM, secret=secret)
    first, other = await live.listen(TOM, client=client), await live.listen(TOM)
    began = time.monotonic()
    assert (await client.delete("/session")).status_code == 204
    await first.until("ended")
    await first.until_over()
    assert time.monotonic() - began < 2
    await live.desk.receive()
    await other.until("ticket")
    assert first.named("ticket") == []
    assert (await client.get("/live")).status_code == 401


async def test_a_stream_ends_when_its_agent_is_deactivated(live: LiveDesk) -> None:
    tom, admin = await live.listen(TOM), await live.client(ADA)
    agent = (await admin.get(f"/agents/{TOM}")).json()
    headers = {"If-Match": f'"{agent["version"]}"'}
    assert (await admin.patch(f"/agents/{TOM}", json={"active": False}, headers=headers)).status_code == 200
    await tom.until_over()


async def test_a_session_that_ends_by_the_clock_ends_its_stream(
    live: LiveDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tickets.live.broadcast.CREDENTIALS_EVERY", 0.2)
    tom, anna = await live.listen(TOM), await live.listen(ANNA)
    async with live.app.database.transaction() as tx:
        await tx.session.execute(
            sa.text("UPDATE session SET seen_at = seen_at - interval '9 hours' WHERE agent_id = :tom"), {"tom": TOM}
        )
    await tom.until_over()
    assert not anna.over


async def test_without_a_session_and_without_the_permission_there_is_no_stream(live: LiveDesk) -> None:
    client = await live.client(TOM, secret="not-a-session")
    assert (await client.get("/live")).status_code == 401
    owner = await live.client(TOM)
    made = await owner.post("/tokens", json={"name": "Notes only", "scopes": ["notes:write"], "expires_in_days": 1})
    assert made.status_code == 201, made.text
    answer = await client.get("/live", headers={"Authorization": f"Bearer {made.json()['token']}"})
    assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")


async def test_an_agent_may_have_so_many_streams_and_a_closed_one_counts_no_more(
    live: LiveDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    most = live.app.settings.live_streams_of_agent  # type: ignore[attr-defined]  # settings of this service
    listeners = [await live.listen(TOM) for _ in range(most)]
    client = await live.client(TOM)
    refused = await client.get("/live")
    assert (refused.status_code, refused.json()["code"]) == (429, "too_many_streams")
    assert refused.headers["retry-after"]
    await live.listen(ANNA)
    await listeners[0].close()
    async with asyncio.timeout(5):
        while (again := await client.send(client.build_request("GET", "/live"), stream=True)).status_code != 200:
            await again.aclose()
            await asyncio.sleep(0.05)
    await again.aclose()


async def test_a_quiet_stream_shows_that_it_is_alive(live: LiveDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tickets.live.hub.HEARTBEAT", 0.5)
    tom = await live.listen(TOM)
    await tom.until_true(lambda: tom.comments >= 2)
    assert tom.named("ticket") == []


async def test_a_process_stops_within_moments_though_streams_are_open(serve: Serve) -> None:
    live = await serve()
    listeners = [await live.listen(TOM) for _ in range(5)]
    began = time.monotonic()
    await live.stop()
    assert time.monotonic() - began < 5
    for listener in listeners:
        await listener.until_over()
        assert listener.named("ended") == []


async def test_two_processes_tell_the_same(live: LiveDesk, serve: Serve) -> None:
    from tickets.main import Settings, build  # noqa: PLC0415

    other = await serve(build(Settings(**live.app.settings.model_dump()), clock=live.desk.clock))
    here, there = await live.listen(TOM), await other.listen(TOM)
    await live.desk.receive()
    assert await here.until("ticket") == await there.until("ticket")
    resumed = await other.listen(TOM, last_event_id=here.last_event_id)
    assert resumed.named("ready") == [{"resumed": True, "heartbeat_seconds": 15}]


async def test_sessions_that_end_elsewhere_end_streams_here_without_the_bus(live: LiveDesk) -> None:
    tom = await live.listen(TOM)
    async with live.app.database.transaction() as tx:
        session: UUID = (
            await tx.session.execute(sa.text("DELETE FROM session WHERE agent_id = :tom RETURNING id"), {"tom": TOM})
        ).scalar_one()
        tx.emit(AccessRevoked(credential_ids=(session,)))
    await tom.until_over()
