"""The staff API of notifications over HTTP."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
import sqlalchemy as sa
from nats.aio.client import Client

from chassis.app import App
from chassis.auth import Authenticator
from chassis.http import with_edge
from contracts.tickets import ActivityAdded, Authenticated, Permission, TicketEvent
from notify import operations
from notify.rules.fan_out import Way

MakeEvent = Callable[..., TicketEvent]
MakeTicket = Callable[..., UUID]
Deliver = Callable[..., Awaitable[None]]
Rows = Callable[[], Awaitable[Sequence[sa.Row[Any]]]]
SignedIn = Callable[..., Awaitable[httpx.AsyncClient]]


@pytest.fixture
async def signed_in(connected: App) -> AsyncIterator[SignedIn]:
    """``await signed_in(tom)``: a client of the staff API with this agent's token."""
    known: dict[str, Authenticated] = {}

    async def resolve(_kind: str, secret: str) -> Authenticated | None:
        return known.get(secret)

    connected.authenticator = Authenticator(resolve)
    async with AsyncExitStack() as stack:

        async def sign_in(agent_id: UUID, permissions: Sequence[str] = tuple(Permission)) -> httpx.AsyncClient:
            secret = f"ds_{uuid4()}"
            known[secret] = Authenticated(
                agent_id=agent_id,
                credential_id=uuid4(),
                kind="token",
                name="Tom",
                role="agent",
                permissions=frozenset(permissions),
            )
            client = httpx.AsyncClient(
                transport=httpx.ASGITransport(with_edge(connected.api, service="notify", body_limit=100_000)),
                base_url="http://desk.example/api/v1",
                headers={"Authorization": f"Bearer {secret}"},
            )
            return await stack.enter_async_context(client)

        yield sign_in


@pytest.fixture
async def three_notices(
    deliver: Deliver, make_event: MakeEvent, make_ticket: MakeTicket, tom: UUID, anna: UUID
) -> list[UUID]:
    """Three tickets of which Tom was told in this order; Anna was told of the first."""
    tickets = [make_ticket(number, f"Ticket {number}") for number in (1, 2, 3)]
    for number, ticket in enumerate(tickets, start=1):
        await deliver(make_event(ActivityAdded, ticket, [tom, anna] if number == 1 else [tom], number=number))
    return tickets


async def test_my_list_shows_the_newest_first_with_the_heads_of_the_tickets(
    signed_in: SignedIn, three_notices: list[UUID], tom: UUID
) -> None:
    client = await signed_in(tom)
    page = (await client.get("/notifications")).json()
    assert [item["ticket"]["reference"] for item in page["items"]] == ["DS-3", "DS-2", "DS-1"]
    assert page["next"] is None
    first = page["items"][0]
    assert (first["kind"], first["reasons"], first["read_at"]) == ("incoming", ["subscriber"], None)
    assert first["ticket"] == {
        "ticket_id": str(three_notices[2]),
        "number": 3,
        "reference": "DS-3",
        "subject": "Ticket 3",
        "channel": "support",
        "channel_name": "Support",
        "status": "new",
    }


async def test_pages_follow_each_other_without_a_gap_or_a_repetition(
    signed_in: SignedIn, three_notices: list[UUID], tom: UUID
) -> None:
    client = await signed_in(tom)
    first = (await client.get("/notifications", params={"limit": 2})).json()
    second = (await client.get("/notifications", params={"limit": 2, "cursor": first["next"]})).json()
    assert [item["ticket"]["number"] for item in first["items"] + second["items"]] == [3, 2, 1]
    assert second["next"] is None


async def test_a_cursor_that_we_did_not_give_out_is_refused(signed_in: SignedIn, tom: UUID) -> None:
    response = await (await signed_in(tom)).get("/notifications", params={"cursor": "bm9uc2Vuc2U"})
    assert (response.status_code, response.json()["code"]) == (422, "invalid_cursor")


async def test_reading_one_takes_it_from_the_unread_and_from_the_counter_and_is_harmless_twice(
    signed_in: SignedIn, three_notices: list[UUID], tom: UUID
) -> None:
    client = await signed_in(tom)
    items = (await client.get("/notifications")).json()["items"]
    assert (await client.get("/notifications/counters")).json() == {"unread": 3, "capped": False}
    for _ in range(2):
        assert (await client.post(f"/notifications/{items[1]['id']}/read")).status_code == 204
    unread = (await client.get("/notifications", params={"unread": True})).json()["items"]
    assert [item["ticket"]["number"] for item in unread] == [3, 1]
    assert (await client.get("/notifications/counters")).json() == {"unread": 2, "capped": False}


async def test_reading_up_to_one_reads_it_and_the_older_ones_and_nobody_elses(
    signed_in: SignedIn, three_notices: list[UUID], tom: UUID, anna: UUID
) -> None:
    client = await signed_in(tom)
    items = (await client.get("/notifications")).json()["items"]
    assert (await client.post("/notifications/read", json={"up_to": items[1]["id"]})).status_code == 204
    unread = (await client.get("/notifications", params={"unread": True})).json()["items"]
    assert [item["ticket"]["number"] for item in unread] == [3]
    assert (await (await signed_in(anna)).get("/notifications/counters")).json()["unread"] == 1


async def test_another_agents_notification_is_not_found(
    signed_in: SignedIn, three_notices: list[UUID], rows: Rows, tom: UUID, anna: UUID
) -> None:
    [hers] = [row.id for row in await rows() if row.agent_id == anna]
    client = await signed_in(tom)
    assert (await client.post(f"/notifications/{hers}/read")).status_code == 404
    response = await client.post("/notifications/read", json={"up_to": str(hers)})
    assert (response.status_code, response.json()["code"]) == (404, "notification_not_found")
    assert all(row.read_at is None for row in await rows())


async def test_what_i_may_not_see_any_more_is_in_neither_list_nor_counter(
    signed_in: SignedIn, three_notices: list[UUID], hidden: set[tuple[UUID, UUID]], tom: UUID
) -> None:
    hidden.add((tom, three_notices[1]))
    client = await signed_in(tom)
    page = await client.get("/notifications")
    assert [item["ticket"]["number"] for item in page.json()["items"]] == [3, 1]
    assert "Ticket 2" not in page.text
    assert (await client.get("/notifications/counters")).json()["unread"] == 2


async def test_the_counter_stops_counting_at_two_hundred_and_says_so(
    signed_in: SignedIn, deliver: Deliver, make_event: MakeEvent, make_ticket: MakeTicket, tom: UUID
) -> None:
    await deliver(*[make_event(ActivityAdded, make_ticket(number), [tom]) for number in range(201)])
    counters = (await (await signed_in(tom)).get("/notifications/counters")).json()
    assert counters == {"unread": 200, "capped": True}


async def test_notices_that_go_out_by_mail_only_are_not_in_the_app(
    connected: App, signed_in: SignedIn, deliver: Deliver, make_event: MakeEvent, make_ticket: MakeTicket, tom: UUID
) -> None:
    async with connected.database.transaction() as tx:
        await operations.set_preferences(tx, tom, ways={Way.IN_APP: False, Way.MAIL: True})
    await deliver(make_event(ActivityAdded, make_ticket(1), [tom]))
    client = await signed_in(tom)
    assert (await client.get("/notifications")).json()["items"] == []
    assert (await client.get("/notifications/counters")).json()["unread"] == 0


async def test_preferences_are_all_on_until_i_change_them(signed_in: SignedIn, tom: UUID) -> None:
    client = await signed_in(tom)
    assert (await client.get("/notification-preferences")).json() == {"in_app": True, "mail": True}
    for wish in ({"in_app": True, "mail": False}, {"in_app": False, "mail": True}):
        assert (await client.put("/notification-preferences", json=wish)).json() == wish
        assert (await client.get("/notification-preferences")).json() == wish


@pytest.mark.parametrize("body", [{}, {"in_app": True}, {"in_app": True, "mail": True, "pigeon": True}, {"up_to": 1}])
async def test_incomplete_or_unknown_preferences_are_refused(
    signed_in: SignedIn, tom: UUID, body: dict[str, object]
) -> None:
    response = await (await signed_in(tom)).put("/notification-preferences", json=body)
    assert (response.status_code, response.json()["code"]) == (422, "invalid")


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/notifications"),
        ("GET", "/notifications/counters"),
        ("POST", f"/notifications/{UUID(int=1)}/read"),
        ("POST", "/notifications/read"),
        ("GET", "/notification-preferences"),
        ("PUT", "/notification-preferences"),
    ],
)
async def test_every_route_needs_the_permission(signed_in: SignedIn, tom: UUID, method: str, path: str) -> None:
    client = await signed_in(tom, [Permission.TICKETS_READ])
    assert (await client.request(method, path)).status_code == 403
    del client.headers["Authorization"]
    assert (await client.request(method, path)).status_code == 401


async def test_without_the_ticket_core_the_list_is_not_available_and_reading_still_works(
    signed_in: SignedIn, three_notices: list[UUID], rows: Rows, ticket_core: Client, tom: UUID
) -> None:
    await ticket_core.close()
    client = await signed_in(tom)
    response = await client.get("/notifications")
    assert (response.status_code, response.json()["code"]) == (503, "unavailable")
    [*_, newest] = [row.id for row in await rows() if row.agent_id == tom]
    assert (await client.post("/notifications/read", json={"up_to": str(newest)})).status_code == 204
