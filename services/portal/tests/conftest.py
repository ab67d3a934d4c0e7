"""The portal on a real database, with stand-ins for the other services on the real bus."""

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import httpx
import pytest
from nats.aio.client import Client

from chassis.app import App, Role
from chassis.auth import Authenticator
from chassis.http import with_edge
from chassis.testing import RunApp, SettingsFor, StandIn
from contracts.crm_match import (
    CompanyContacts,
    ContactCard,
    ContactFound,
    ContactsFound,
    FindContacts,
    GetContact,
    ListCompanyContacts,
)
from contracts.ingest import MailQueued, SendMail
from contracts.messages import Problem, Reply, Service
from contracts.tickets import (
    Authenticated,
    Permission,
    PortalActivity,
    PortalGetTicket,
    PortalListTickets,
    PortalTicket,
    PortalTicketHead,
    PortalTicketPage,
)
from portal.jobs import SignInDesk
from portal.main import Settings, build
from portal.operations import accesses
from portal.queries import Access
from portal.rules.access import AccessFields, ChannelUse, Section, Visibility

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
TOKEN = re.compile(r"^https://desk\.example/portal/sign-in#([\w-]{43})$", re.MULTILINE)


class Time:
    """A clock that moves when the test says so."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
def pass_by(time: Time) -> Callable[[float], None]:
    """``pass_by(2)``: two seconds go by."""

    def move(seconds: float) -> None:
        time.now += timedelta(seconds=seconds)

    return move


@pytest.fixture
async def app(settings_for: SettingsFor, time: Time) -> AsyncIterator[App]:
    """The portal with a fresh database; nothing of it runs until a test says so."""
    app = build(Settings(**await settings_for(Service.PORTAL), public_url="https://desk.example/"), clock=time)
    yield app
    await app.database.close()


@pytest.fixture
def contacts() -> dict[UUID, ContactCard]:
    """The contacts that the contact service knows."""
    return {}


@pytest.fixture
def sabine(contacts: dict[UUID, ContactCard]) -> ContactCard:
    card = ContactCard(
        contact_id=uuid4(),
        name="Sabine Schulz",
        addresses=("info@schulz.example", "sabine@schulz.example"),
        language="de",
        company_id=uuid4(),
        company_name="Familie Schulz",
    )
    contacts[card.contact_id] = card
    return card


@pytest.fixture
def rudolf(contacts: dict[UUID, ContactCard]) -> ContactCard:
    card = ContactCard(contact_id=uuid4(), name="Rudolf Riese", addresses=("rudolf@riese.example",), language="en")
    contacts[card.contact_id] = card
    return card


@pytest.fixture
async def access(app: App, sabine: ContactCard, rudolf: ContactCard) -> Access:
    """An external access with both contacts, who may write to Support and Sales and read Backend."""
    fields = AccessFields(
        name="Customer portal",
        active=True,
        sections=frozenset(Section),
        visibility=Visibility.OWN,
        channels={"support": ChannelUse.USE, "sales": ChannelUse.USE, "backend": ChannelUse.READ},
    )
    async with app.database.transaction() as tx:
        made = await accesses.create_access(tx, fields)
        for card in (sabine, rudolf):
            await accesses.add_contact(tx, made.id, contact_id=card.contact_id)
    return made


@pytest.fixture
async def contact_service(stand_in: StandIn, contacts: dict[UUID, ContactCard]) -> Client:
    """The contact service, as far as the portal asks it; closing it is its outage."""

    async def find(question: FindContacts) -> Reply:
        wanted = question.address.lower()
        return ContactsFound(contacts=tuple(card for card in contacts.values() if wanted in card.addresses))

    async def get(question: GetContact) -> Reply:
        card = contacts.get(question.contact_id)
        return ContactFound(contact=card) if card else Problem(code="not_found", detail="No such contact.")

    async def company(question: ListCompanyContacts) -> Reply:
        asked = contacts.get(question.contact_id)
        if asked is None:
            return Problem(code="not_found", detail="No such contact.")
        together = [
            card.contact_id for card in contacts.values() if card.company_id and card.company_id == asked.company_id
        ]
        return CompanyContacts(contact_ids=tuple(together or [asked.contact_id]))

    return await stand_in(Service.CRM_MATCH, {FindContacts: find, GetContact: get, ListCompanyContacts: company})


@pytest.fixture
def mails() -> list[SendMail]:
    """Every request that reached the mail service, repeated ones too."""
    return []


@pytest.fixture
async def mail_service(stand_in: StandIn, mails: list[SendMail]) -> Client:
    """The mail service, as far as the portal asks it; closing it is its outage."""

    async def send_mail(question: SendMail) -> Reply:
        mails.append(question)
        return MailQueued(outgoing_id=question.outgoing_id)

    return await stand_in(Service.INGEST, {SendMail: send_mail})


@pytest.fixture
def tickets(sabine: ContactCard, rudolf: ContactCard) -> dict[int, tuple[UUID, PortalTicket]]:
    """The tickets that the ticket core knows, with the contact whose they are: 1 and 2 Sabine's, 3 Rudolf's."""

    def ticket(number: int) -> PortalTicket:
        head = PortalTicketHead(
            number=number,
            reference=f"DS-{number}",
            subject=f"Ticket {number}",
            status="In progress",
            closed=False,
            opened_at=START,
            changed_at=START + timedelta(minutes=number),
        )
        said = PortalActivity(
            activity_id=uuid4(), kind="from_you", author="Sabine Schulz", at=START, text="It burns.", html=None
        )
        return PortalTicket(ticket_id=uuid4(), head=head, activities=(said,))

    owners = {1: sabine, 2: sabine, 3: rudolf}
    return {number: (owner.contact_id, ticket(number)) for number, owner in owners.items()}


@pytest.fixture
async def ticket_core(stand_in: StandIn, tickets: dict[int, tuple[UUID, PortalTicket]]) -> Client:
    """The ticket core, as far as the portal asks it; closing it is its outage."""

    async def list_tickets(question: PortalListTickets) -> Reply:
        mine = [ticket.head for owner, ticket in tickets.values() if owner in question.viewer.contact_ids]
        newest = sorted(mine, key=lambda head: head.changed_at, reverse=True)
        if question.cursor is not None and not question.cursor.isdigit():
            return Problem(code="invalid_cursor", detail="No.")
        start = int(question.cursor or 0)
        rest = newest[start : start + question.limit]
        more = str(start + question.limit) if start + question.limit < len(newest) else None
        return PortalTicketPage(tickets=tuple(rest), next=more)

    async def get_ticket(question: PortalGetTicket) -> Reply:
        owner, ticket = tickets.get(question.number, (None, None))
        if ticket is None or owner not in question.viewer.contact_ids:
            return Problem(code="not_found", detail="No such ticket.")
        return ticket

    return await stand_in(Service.TICKETS, {PortalListTickets: list_tickets, PortalGetTicket: get_ticket})


@pytest.fixture
async def connected(
    app: App, run_app: RunApp, contact_service: Client, mail_service: Client, ticket_core: Client
) -> App:
    """The portal on the bus without its worker: the test itself runs the jobs."""
    await run_app(app, Role.API)
    async with asyncio.timeout(10):
        while not app.bus.connected:
            await asyncio.sleep(0.01)
    return app


@pytest.fixture
def desk(connected: App) -> SignInDesk:
    """The job that mails sign-in links."""
    assert isinstance(connected.settings, Settings)
    return SignInDesk(connected, connected.settings)


@pytest.fixture
async def browser(app: App, access: Access) -> AsyncIterator[Callable[[], Awaitable[httpx.AsyncClient]]]:
    """``await browser()``: a browser on the portal's own pages, with cookies of its own."""
    edge = with_edge(app.api, service="portal", body_limit=app.settings.body_limit)
    async with AsyncExitStack() as stack:

        async def open_browser() -> httpx.AsyncClient:
            client = httpx.AsyncClient(
                transport=httpx.ASGITransport(edge),
                base_url="https://desk.example/portal/api/v1",
                headers={"Sec-Fetch-Site": "same-origin"},
            )
            return await stack.enter_async_context(client)

        yield open_browser


@pytest.fixture
def token_for(
    browser: Callable[[], Awaitable[httpx.AsyncClient]], desk: SignInDesk, mails: list[SendMail]
) -> Callable[[str], Awaitable[str]]:
    """``await token_for("sabine@schulz.example")``: the token of the link in the mail that is sent there."""

    async def ask(address: str) -> str:
        answer = await (await browser()).post("/sign-in-links", json={"email": address})
        assert answer.status_code == 202
        await desk.send_links()
        found = TOKEN.search(mails[-1].text)
        assert found is not None
        assert mails[-1].to[0].address == address
        return found[1]

    return ask


@pytest.fixture
def customer(
    browser: Callable[[], Awaitable[httpx.AsyncClient]], token_for: Callable[[str], Awaitable[str]]
) -> Callable[[ContactCard], Awaitable[httpx.AsyncClient]]:
    """``await customer(sabine)``: a browser in which this contact is signed in."""

    async def sign_in(card: ContactCard) -> httpx.AsyncClient:
        client = await browser()
        answer = await client.post("/session", json={"token": await token_for(card.addresses[-1])})
        assert answer.status_code == 201
        return client

    return sign_in


@pytest.fixture
async def administrator(connected: App) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the staff API whose token may manage the portal; the token ``clerk`` may not."""
    who = {"administrator": frozenset(Permission), "clerk": frozenset(Permission) - {Permission.PORTAL_MANAGE}}

    async def resolve(_kind: str, secret: str) -> Authenticated | None:
        if secret not in who:
            return None
        return Authenticated(
            agent_id=uuid4() if secret == "clerk" else UUID(int=1),
            credential_id=uuid4(),
            kind="token",
            name="Ada",
            role="admin",
            permissions=who[secret],
        )

    connected.api.state.authenticator = Authenticator(resolve)
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(with_edge(connected.api, service="portal", body_limit=100_000)),
        base_url="https://desk.example",
        headers={"Authorization": "Bearer administrator"},
    ) as client:
        yield client
