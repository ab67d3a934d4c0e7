"""Which ways to create a ticket are open, and why the others are not (CW-05); what mails leave from (OD-02)."""

from collections.abc import Sequence
from typing import Any

import pytest
from services.tickets.tests.conftest import Desk

from chassis.app import Role
from chassis.ids import new_id
from chassis.testing import RunApp, StandIn
from chassis.testing.waiting import eventually
from contracts.ingest import ListMailAccounts, MailAccountCard, MailAccounts
from contracts.messages import Problem, Reply, Service
from tickets.desk.rules.creation import REASONS, Account, Closed, Way, account_of, sendable, why_closed
from tickets.staff import operations
from tickets.staff.demo import ADA, ANNA, TOM, VIKTOR
from tickets.staff.operations import AgentFields
from tickets.staff.rules.permissions import Role as StaffRole


def account(key: str, *, channel: str | None = None, active: bool = True, is_default: bool = False) -> Account:
    """A mail account of the channel with the same name."""
    return Account(key=key, channel=channel or key, active=active, is_default=is_default)


SUPPORT, SALES = account("support"), account("sales")
DEFAULT = account("info", channel="sales", is_default=True)
OFF = account("support", active=False)
LOST = account("lost", channel="nowhere")


@pytest.mark.parametrize(
    ("accounts", "closed"),
    [
        ([SUPPORT], None),
        ([DEFAULT], None),
        ([OFF, SUPPORT], None),
        (None, Closed.UNKNOWN_NOW),
        ([], Closed.NO_MAIL_ACCOUNT),
        ([OFF], Closed.MAIL_ACCOUNT_INACTIVE),
        ([OFF, LOST], Closed.MAIL_ACCOUNT_WITHOUT_CHANNEL),
        ([SALES], Closed.MAIL_ACCOUNT_NOT_YOURS),
    ],
)
def test_writing_a_mail_needs_an_account_that_can_be_used(
    accounts: Sequence[Account] | None, closed: Closed | None
) -> None:
    facts: dict[str, Any] = {"channels": ["support", "sales"], "accounts": accounts}
    assert why_closed(Way.EMAIL, may_write=True, mine=["support"], **facts) is closed
    for way in (Way.ENQUIRY, Way.INTERNAL):
        assert why_closed(way, may_write=True, mine=["support"], **facts) is None
    for way in Way:
        assert why_closed(way, may_write=False, mine=["support"], **facts) is Closed.NO_PERMISSION
        assert why_closed(way, may_write=True, mine=[], **facts) is Closed.NO_CHANNEL


def test_a_channel_sends_from_its_own_account_else_from_the_default_one() -> None:
    offered = sendable([SUPPORT, SALES, DEFAULT, OFF, LOST], channels=["support", "sales"], mine=["support"])
    assert offered == [SUPPORT, DEFAULT]
    assert (account_of(offered, "support"), account_of(offered, "backend")) == ("support", "info")
    assert account_of([SUPPORT], "backend") is None


def test_every_reason_has_its_sentence() -> None:
    assert set(REASONS) == set(Closed)


def card(key: str, **fields: Any) -> MailAccountCard:
    """A mail account as the mail service describes it."""
    known: dict[str, Any] = {
        "account_id": new_id(),
        "key": key,
        "name": key.title(),
        "address": f"{key}@desk.example",
        "from_name": "Deskstream",
        "channel": key,
        "active": True,
        "is_default": False,
    }
    return MailAccountCard(**known | fields)


@pytest.fixture
def cards() -> list[MailAccountCard]:
    """The accounts that the mail service has."""
    return [card("support", is_default=True), card("sales")]


@pytest.fixture
async def running(desk: Desk, run_app: RunApp, stand_in: StandIn, cards: list[MailAccountCard]) -> Desk:
    """The desk on the bus, with a mail service beside it."""

    async def accounts(asked: ListMailAccounts) -> Reply:
        assert asked.kind == "ticket"
        return MailAccounts(accounts=tuple(cards))

    await stand_in(Service.INGEST, {ListMailAccounts: accounts})
    await run_app(desk.app, Role.API)
    await eventually(lambda: desk.app.bus.connected)
    return desk


async def test_a_standard_subscriber_may_create_in_every_way(running: Desk) -> None:
    options = (await (await running.browser(VIKTOR)).get("/tickets/new-options")).json()
    assert [(way["kind"], way["open"], way["reason"]) for way in options["ways"]] == [
        ("email", True, None),
        ("enquiry", True, None),
        ("internal", True, None),
    ]
    assert options["channels"] == [{"key": "sales", "name": "Sales", "account": "sales"}]
    assert [(one["key"], one["address"]) for one in options["accounts"]] == [
        ("support", "support@desk.example"),
        ("sales", "sales@desk.example"),
    ]
    assert options["default_channel"] is None


async def test_without_an_active_account_the_way_by_mail_is_closed_and_says_why(
    running: Desk, cards: list[MailAccountCard]
) -> None:
    cards[:] = [card("support", active=False)]
    options = (await (await running.browser(TOM)).get("/tickets/new-options")).json()
    by_mail, by_phone, _ = options["ways"]
    assert (by_mail["open"], by_mail["code"], by_mail["link"]) == (
        False,
        "mail_account_inactive",
        "/api/v1/mail-accounts",
    )
    assert "active" in by_mail["reason"]
    assert by_phone["open"] is True
    assert options["accounts"] == []
    cards.clear()
    options = (await (await running.browser(TOM)).get("/tickets/new-options")).json()
    assert options["ways"][0]["code"] == "no_mail_account"


async def test_a_light_agent_is_told_that_they_may_not(running: Desk) -> None:
    agent_id = new_id()
    async with running.app.database.transaction() as tx:
        fields = AgentFields(name="Lea Light", email="lea@desk.example", role=StaffRole.LIGHT_AGENT)
        await operations.create_agent(tx, fields, password_hash=None, agent_id=agent_id)
    options = (await (await running.browser(agent_id)).get("/tickets/new-options")).json()
    assert {way["code"] for way in options["ways"]} == {"no_permission"}
    assert (options["channels"], options["accounts"]) == ([], [])


async def test_the_default_channel_is_offered_to_whoever_may_use_it(running: Desk) -> None:
    ada = await running.browser(ADA)
    await ada.patch("/settings", json={"default_channel": "backend"}, headers={"If-Match": '"1"'})
    tom, anna = await running.browser(TOM), await running.browser(ANNA)
    assert (await tom.get("/tickets/new-options")).json()["default_channel"] == "backend"
    assert (await anna.get("/tickets/new-options")).json()["default_channel"] is None


async def test_while_the_mail_service_is_away_the_answer_is_that_nobody_knows(desk: Desk) -> None:
    """The bus is not even connected here; the other ways stay open."""
    response = await (await desk.browser(TOM)).get("/tickets/new-options")
    assert response.status_code == 200
    by_mail, by_phone, internal = response.json()["ways"]
    assert (by_mail["open"], by_mail["code"]) == (None, "unknown_now")
    assert by_phone["open"] is internal["open"] is True
    assert response.json()["accounts"] is None
    assert [channel["account"] for channel in response.json()["channels"]] == [None, None]


async def test_a_mail_service_that_refuses_counts_as_away(desk: Desk, run_app: RunApp, stand_in: StandIn) -> None:
    async def refuse(_asked: ListMailAccounts) -> Reply:
        return Problem(code="internal", detail="The service failed; its log has the details.")

    await stand_in(Service.INGEST, {ListMailAccounts: refuse})
    await run_app(desk.app, Role.API)
    await eventually(lambda: desk.app.bus.connected)
    options = (await (await desk.browser(TOM)).get("/tickets/new-options")).json()
    assert options["ways"][0]["code"] == "unknown_now"


async def test_an_answer_begins_with_the_account_that_its_channel_sends_from(
    running: Desk, cards: list[MailAccountCard]
) -> None:
    """OD-02: the channel's own account, else the default one; none where none is active."""
    await running.receive()
    tom = await running.browser(TOM)

    async def account() -> str | None:
        answer = await tom.get("/tickets/10001/reply-template")
        assert answer.status_code == 200, answer.text
        sender: dict[str, str | None] = answer.json()["sender"]
        return sender["account"]

    assert await account() == "support"
    cards[:] = [card("sales", is_default=True), card("support", active=False)]
    assert await account() == "sales"
    cards[:] = [card("support", active=False)]
    assert await account() is None
