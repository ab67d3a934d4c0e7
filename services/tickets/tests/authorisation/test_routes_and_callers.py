"""Every route × every kind of caller, compared with the one table (TS-12, CV-02, CV-05, CV-11)."""

import asyncio
import json
import re
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest
import sqlalchemy as sa
from services.tickets.tests.conftest import Desk
from starlette.responses import StreamingResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from chassis.auth import SESSION_COOKIE
from chassis.ids import new_id
from contracts.tickets import Actor, ActorKind, Authenticated
from tickets.channels.models import BreakGlass, Channel, Subscription
from tickets.channels.queries import channel_facts
from tickets.channels.rules.visibility import Tie
from tickets.channels.rules.words import SubjectNumber, Subscribed
from tickets.database import table_of
from tickets.desk.journal import Journal, next_numbers
from tickets.desk.models import Watcher
from tickets.desk.records import NewActivity, NewTicket
from tickets.desk.rules.words import Kind, Origin
from tickets.permissions import CALLERS, Caller, Outcome, Route, expected, missing_row, routes
from tickets.route_table import ROUTES, Row
from tickets.staff import access
from tickets.staff.operations import AgentFields, create_agent

LAB, VAULT = "lab", "vault"
"""Two channels; in the vault informal subscribers only read."""

SUBSCRIBED = {
    Tie.STANDARD: Subscribed.STANDARD,
    Tie.INFORMAL: Subscribed.INFORMAL,
    Tie.INFORMAL_READ_ONLY: Subscribed.INFORMAL,
}
LISTED = frozenset(SUBSCRIBED)
"""Who has the ticket in lists: break-glass opens it by its number alone."""

REFUSALS = {
    (401, "unauthenticated"): Outcome.UNAUTHENTICATED,
    (403, "forbidden"): Outcome.FORBIDDEN,
    (403, "channel_read_only"): Outcome.FORBIDDEN,
    (404, "ticket_not_found"): Outcome.HIDDEN,
    (422, "unknown_reference"): Outcome.REFUSED,
}


@dataclass
class Sample:
    """A ticket that was made for one call."""

    number: int
    id: UUID


NONE = Sample(number=0, id=new_id())


@dataclass
class World:
    """A desk with an agent for each kind of caller."""

    desk: Desk
    agents: dict[str, UUID]
    colleague: UUID
    unique: int = 0

    def channel_of(self, caller: Caller) -> str:
        return VAULT if caller.tie is Tie.INFORMAL_READ_ONLY else LAB

    async def ticket(self, caller: Caller) -> Sample:
        """A fresh ticket, tied to the caller as the caller's kind says."""
        agent, channel, now = self.agents[caller.name], self.channel_of(caller), self.desk.clock()
        async with self.desk.app.database.transaction() as tx:
            ticket = NewTicket(
                number=(await next_numbers(tx, 1))[0],
                subject="Who sees this?",
                origin=Origin.ENQUIRY,
                channel=channel,
                status="new",
                closed=False,
                ball="us",  # type: ignore[arg-type]  # the word itself
                owner_id=agent if caller.outside == "owner" else None,
                responsible_id=agent if caller.outside == "responsible" else None,
                contact_address="sabine@schulz.example",
                opened_at=now,
                changed_at=now,
                last_activity_at=now,
                shown_at=now,
            )
            first = NewActivity(
                ticket_id=ticket.id,
                kind=Kind.INCOMING,
                at=now,
                author_kind=ActorKind.CONTACT,
                author_name="",
                text="x",
                shown_outside=True,
            )
            journal = Journal(tx, await channel_facts(tx, [channel]))
            journal.open(ticket, first, actor=Actor(kind=ActorKind.CONTACT))
            await journal.write()
            if caller.outside == "watcher":
                row = {"ticket_id": ticket.id, "agent_id": agent}
                await tx.session.execute(sa.insert(table_of(Watcher)).values(row))
            if caller.tie is Tie.BREAK_GLASS:
                tx.session.add(
                    BreakGlass(
                        id=new_id(),
                        ticket_id=ticket.id,
                        agent_id=agent,
                        reason="a test",
                        opened_at=tx.now,
                        ends_at=tx.now + timedelta(hours=1),
                    )
                )
        return Sample(number=ticket.number, id=ticket.id)

    async def credential(self, caller: Caller) -> dict[str, str]:
        """The header of a session or an API token that is new, so that a call cannot spoil the next one's."""
        agent_id = self.agents[caller.name]
        async with self.desk.app.database.transaction() as tx:
            if caller.scopes is None:
                account = access.Account(agent_id=agent_id, active=True, password_hash=None)
                browser = access.Browser(user_agent="test", address="192.0.2.7")
                return {"Cookie": f"{SESSION_COOKIE}={await access.start_session(tx, account, browser=browser)}"}
            await tx.session.execute(sa.text("DELETE FROM api_token WHERE agent_id = :me"), {"me": agent_id})
            who = Authenticated(
                agent_id=agent_id,
                credential_id=agent_id,
                kind="session",
                name=caller.name,
                role=caller.role,
                permissions=frozenset(caller.scopes),
            )
            _, text = await access.create_token(
                tx, who=who, name="test", scopes=caller.scopes, lasting=timedelta(days=1)
            )
            return {"Authorization": f"Bearer {text}"}

    async def client(self, caller: Caller) -> httpx.AsyncClient:
        """A program or a browser of the caller's, which is new."""
        client = httpx.AsyncClient(
            transport=httpx.ASGITransport(self.desk.app.api, raise_app_exceptions=False),
            base_url="https://desk.example",
            headers={"Sec-Fetch-Site": "same-origin"} | ({} if caller.anonymous else await self.credential(caller)),
        )
        return await self.desk.stack.enter_async_context(client)

    async def call(self, route: Route, row: Row, caller: Caller) -> httpx.Response:
        """The sample call of a row, made by this caller."""
        asked = f"{route.path} {row}"
        ticket = await self.ticket(caller) if "{number}" in asked or "{ticket_id}" in asked else NONE
        other = await self.ticket(caller) if "{other_" in asked else NONE
        self.unique += 1
        values = {
            "number": str(ticket.number),
            "ticket_id": str(ticket.id),
            "other_number": str(other.number),
            "other_id": str(other.id),
            "agent": str(self.colleague),
            "me": str(self.agents[caller.name]),
            "channel": self.channel_of(caller),
            "unique": f"u{self.unique}",
            "uuid": str(new_id()),
        }
        path = route.path.format_map(values | {name: filled(text, values) for name, text in row.path.items()})
        client = await self.client(caller)
        request = client.build_request(
            route.method,
            path,
            params={name: filled(text, values) for name, text in row.query.items()},
            json=filled(row.body, values),
            content=row.content,
            headers={"If-Match": '"1"'} if row.version else {},
        )
        return await beginning(self.desk.app.api, request) if row.streams else await client.send(request)


async def beginning(app: ASGIApp, request: httpx.Request) -> httpx.Response:
    """The answer up to its first bytes, then the caller hangs up: a stream would never end."""
    start: list[Message] = []
    body: list[bytes] = []
    begun = asyncio.Event()
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": request.method,
        "scheme": "https",
        "path": request.url.path,
        "raw_path": request.url.raw_path,
        "query_string": request.url.query,
        "root_path": "",
        "headers": [(name.lower(), value) for name, value in request.headers.raw],
        "client": ("192.0.2.7", 40_000),
        "server": ("desk.example", 443),
    }
    asked = False

    async def receive() -> Message:
        nonlocal asked
        if not asked:
            asked = True
            return {"type": "http.request", "body": b"", "more_body": False}
        await begun.wait()
        return {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        if message["type"] == "http.response.start":
            start.append(message)
            if message["status"] < 400:
                begun.set()
        else:
            body.append(message.get("body", b""))
            if not message.get("more_body", False):
                begun.set()

    async with asyncio.timeout(10):
        await app(scope, receive, send)
    return httpx.Response(start[0]["status"], content=b"".join(body))


def filled(sample: object, values: Mapping[str, str]) -> Any:  # noqa: ANN401  # as deep and as mixed as JSON is
    """A sample with its placeholders replaced; one that is nothing but a ticket's number becomes a number."""
    match sample:
        case "{number}" | "{other_number}":
            return int(values[sample[1:-1]])
        case str():
            return re.sub(r"\{(\w+)\}", lambda found: values[found[1]], sample)
        case dict():
            return {name: filled(inner, values) for name, inner in sample.items()}
        case list() | tuple():
            return [filled(inner, values) for inner in sample]
        case _:
            return sample


def outcome(response: httpx.Response, row: Row) -> Outcome | str:
    """The class of an answer; what fits none is told in full."""
    if response.is_success or response.status_code in row.answers:
        body = response.json() if response.content and response.status_code in row.answers else {}
        if body.get("code") not in {"ticket_not_found", "unauthenticated", "forbidden"}:
            return Outcome.ALLOWED
    if response.status_code >= 400:
        body = json.loads(response.content)
        return REFUSALS.get((response.status_code, body.get("code")), f"{response.status_code} {body.get('code')}")
    return f"{response.status_code}"


@pytest.fixture
async def world(desk: Desk) -> World:
    agents = {caller.name: new_id() for caller in CALLERS}
    colleague = new_id()
    async with desk.app.database.transaction() as tx:
        await create_agent(
            tx, AgentFields(name="Colleague", email="colleague@desk.example"), password_hash=None, agent_id=colleague
        )
        for position, key in enumerate((LAB, VAULT, "scratch")):
            tx.session.add(
                Channel(
                    key=key,
                    name=key,
                    workflow="standard",
                    subject_number=SubjectNumber.PREFIX,
                    informal_read_only=key == VAULT,
                    position=10 + position,
                    version=1,
                )
            )
        await tx.session.flush()
        for caller in CALLERS:
            fields = AgentFields(name=caller.name, email=f"{caller.short}@desk.example", role=caller.role)
            await create_agent(tx, fields, password_hash=None, agent_id=agents[caller.name])
        await tx.session.flush()
        for key in (LAB, VAULT):
            tx.session.add(Subscription(channel=key, agent_id=colleague, kind=Subscribed.STANDARD))
        for caller in CALLERS:
            if kind := SUBSCRIBED.get(caller.tie):
                channel = VAULT if caller.tie is Tie.INFORMAL_READ_ONLY else LAB
                tx.session.add(Subscription(channel=channel, agent_id=agents[caller.name], kind=kind))
    return World(desk, agents, colleague)


async def test_every_route_has_a_row_with_the_permission_that_it_declares(desk: Desk) -> None:
    found = {route.operation_id: route for route in routes(desk.app)}
    assert not [missing_row(route) for name, route in found.items() if name not in ROUTES]
    assert not set(ROUTES) - set(found), "these rows have no route any more: take them out of route_table.py"
    declared = {name: found[name].permissions for name in ROUTES}
    assert declared == {name: (str(row.permission),) for name, row in ROUTES.items()}
    names_a_ticket = {name for name, route in found.items() if "{number}" in route.path}
    without_verb = {name for name in names_a_ticket if ROUTES[name].verb is None}
    assert without_verb == {"break_glass", "end_break_glass"}, "a route that names a ticket asks `may` with a verb"


def test_who_forgets_the_row_of_a_route_reads_where_it_belongs() -> None:
    route = Route(operation_id="merge_tickets", method="POST", path="/api/v1/tickets/merge", permissions=())
    assert "'merge_tickets' to ROUTES in services/tickets/src/tickets/route_table.py" in missing_row(route)


async def test_each_caller_gets_from_each_route_what_the_table_says(world: World) -> None:
    wrong: dict[str, list[str]] = {}
    for route in routes(world.desk.app):
        row = ROUTES[route.operation_id]
        for caller in CALLERS:
            got, wanted = outcome(await world.call(route, row, caller), row), expected(row, caller)
            if got != wanted:
                wrong.setdefault(f"{route.operation_id}: {got} instead of {wanted}", []).append(caller.name)
    assert not wrong, "\n".join(f"{what} for {', '.join(callers)}" for what, callers in wrong.items())


async def test_of_an_answer_without_an_end_the_beginning_is_enough() -> None:
    async def endless() -> AsyncIterator[bytes]:
        while True:
            yield b"tick"
            await asyncio.sleep(0.001)

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await StreamingResponse(endless(), status_code=200)(scope, receive, send)

    response = await beginning(app, httpx.Request("GET", "https://desk.example/api/v1/live"))
    assert response.status_code == 200


async def test_lists_and_counters_hold_a_ticket_for_subscribers_alone(world: World) -> None:
    """Nobody else finds or counts it: no owner, responsible person or watcher outside, and no break-glass (CV-11)."""
    for caller in CALLERS:
        if "tickets:read" not in caller.permissions:
            continue
        ticket, client = await world.ticket(caller), await world.client(caller)
        listed = caller.tie in LISTED
        for query in ({}, {"list": "mine"}, {"q": str(ticket.number)}, {"q": "sees"}, {"owner": "me"}):
            found = (await client.get("/api/v1/tickets", params=query)).json()["items"]
            numbers = {item["number"] for item in found}
            if query.get("list") != "mine" and query.get("owner") is None:
                assert (ticket.number in numbers) is listed, (caller.name, query)
            assert listed or not numbers, (caller.name, query)
        counters = (await client.get("/api/v1/tickets/counters")).json()
        assert [one["channel"] for one in counters["channels"]] == ([world.channel_of(caller)] if listed else [])
        assert listed or not any(counters[name] for name in ("action_required", "no_owner", "handled_today"))
