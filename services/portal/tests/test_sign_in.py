"""Sign-in by a link in a mail: once, for minutes, alike for everybody who asks, and out at once when removed."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import pytest
import sqlalchemy as sa
from nats.aio.client import Client

from chassis.app import App
from chassis.testing import StandIn
from contracts.crm_match import ContactCard, ContactFound, GetContact
from contracts.ingest import MailQueued, SendMail
from contracts.messages import Reply, Service
from portal.api.door import SESSION_COOKIE
from portal.jobs import SignInDesk
from portal.operations import accesses
from portal.queries import Access

Browser = Callable[[], Awaitable[httpx.AsyncClient]]
TokenFor = Callable[[str], Awaitable[str]]
SignedIn = Callable[[ContactCard], Awaitable[httpx.AsyncClient]]
PassBy = Callable[[float], None]

SABINE = "sabine@schulz.example"


async def sign_in(browser: Browser, token: str) -> httpx.Response:
    """Use a token in a fresh browser."""
    return await (await browser()).post("/session", json={"token": token})


async def test_a_link_goes_to_the_contact_in_their_language_and_holds_nobody_elses_words(
    browser: Browser, desk: SignInDesk, mails: list[SendMail], sabine: ContactCard
) -> None:
    answer = await (await browser()).post("/sign-in-links", json={"email": "  SABINE@Schulz.example"})
    assert (answer.status_code, answer.content) == (202, b"null")
    assert await desk.send_links() == 1
    [mail] = mails
    assert [(to.name, to.address) for to in mail.to] == [("", SABINE)]
    assert mail.subject == "Ihr Link zum Anmelden"
    assert mail.automatic
    assert mail.html is None
    assert sabine.name not in mail.text
    assert "SABINE" not in mail.text
    assert "https://desk.example/portal/sign-in#" in mail.text
    assert await desk.send_links() == 0


async def test_the_token_is_stored_nowhere(
    connected: App, browser: Browser, token_for: TokenFor, access: Access
) -> None:
    token = await token_for(SABINE)
    client = await browser()
    await client.post("/session", json={"token": token})
    async with connected.database.transaction() as tx:
        for table in ("sign_in_request", "sign_in_link", "portal_session", "outbox", "idempotency_key"):
            for row in await tx.session.scalars(sa.text(f"SELECT t::text FROM {table} t")):  # noqa: S608
                assert token not in row
                assert client.cookies[SESSION_COOKIE] not in row


async def test_known_and_unknown_addresses_get_the_same_answer_after_the_same_work(
    connected: App, browser: Browser, contact_service: Client, mail_service: Client
) -> None:
    """Not even the other services are asked before the answer: they are down, and nobody can tell."""
    await contact_service.close()
    await mail_service.close()
    client = await browser()
    statements: list[str] = []

    def note(*arguments: Any) -> None:
        statements.append(arguments[2])

    sa.event.listen(connected.database.engine.sync_engine, "before_cursor_execute", note)
    seen = []
    for address in (SABINE, "nobody@nowhere.example", "rudolf@riese.example", "x@y"):
        statements.clear()
        answer = await client.post("/sign-in-links", json={"email": address})
        headers = {name: value for name, value in answer.headers.items() if name != "x-correlation-id"}
        seen.append((answer.status_code, answer.content, headers, tuple(statements)))
    sa.event.remove(connected.database.engine.sync_engine, "before_cursor_execute", note)
    assert len(seen[0][3]) >= 3
    assert seen == [seen[0]] * 4


async def test_an_unknown_address_gets_no_mail(browser: Browser, desk: SignInDesk, mails: list[SendMail]) -> None:
    await (await browser()).post("/sign-in-links", json={"email": "nobody@nowhere.example"})
    assert await desk.send_links() == 1
    assert mails == []


async def test_a_contact_without_access_gets_no_mail(
    connected: App, browser: Browser, desk: SignInDesk, mails: list[SendMail], access: Access, sabine: ContactCard
) -> None:
    async with connected.database.transaction() as tx:
        await accesses.remove_contact(tx, access.id, contact_id=sabine.contact_id)
    await (await browser()).post("/sign-in-links", json={"email": SABINE})
    assert await desk.send_links() == 1
    assert mails == []


async def test_three_links_for_an_address_in_fifteen_minutes_and_the_fourth_looks_the_same(
    browser: Browser, desk: SignInDesk, mails: list[SendMail], pass_by: PassBy
) -> None:
    client = await browser()
    answers = [
        await client.post("/sign-in-links", json={"email": email})
        for email in (SABINE, "Sabine@schulz.example", SABINE, SABINE.upper(), SABINE)
    ]
    assert {(answer.status_code, answer.content) for answer in answers} == {(202, b"null")}
    await desk.send_links()
    assert len(mails) == 3
    await client.post("/sign-in-links", json={"email": "rudolf@riese.example"})
    await desk.send_links()
    assert len(mails) == 4
    pass_by(15 * 60)
    await client.post("/sign-in-links", json={"email": SABINE})
    await desk.send_links()
    assert len(mails) == 5


async def test_many_requests_at_the_same_time_are_counted_too(
    browser: Browser, desk: SignInDesk, mails: list[SendMail]
) -> None:
    client = await browser()
    await asyncio.gather(*(client.post("/sign-in-links", json={"email": SABINE}) for _ in range(20)))
    await desk.send_links()
    assert len(mails) == 3


@pytest.mark.parametrize(
    "email", ["", "sabine", "a@b.example, c@d.example", "a@b.example\r\nBcc: c@d.example", 5, None]
)
async def test_what_is_no_address_is_refused(browser: Browser, email: object) -> None:
    answer = await (await browser()).post("/sign-in-links", json={"email": email})
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid")


async def test_the_link_signs_in_once_and_the_cookie_belongs_to_this_host_alone(
    browser: Browser, token_for: TokenFor, sabine: ContactCard
) -> None:
    client = await browser()
    answer = await client.post("/session", json={"token": await token_for(SABINE)})
    assert answer.status_code == 201
    assert answer.json()["name"] == "Sabine Schulz"
    assert answer.json()["address"] == SABINE
    assert answer.json()["company_name"] == "Familie Schulz"
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith("__Host-deskstream-portal=")
    assert {"Secure", "HttpOnly", "Path=/", "SameSite=lax"} <= set(cookie.split("; "))
    assert "Domain" not in cookie
    assert (await client.get("/session")).json() == answer.json()


async def test_the_second_use_of_a_link_is_gone(browser: Browser, token_for: TokenFor) -> None:
    token = await token_for(SABINE)
    assert (await sign_in(browser, token)).status_code == 201
    second = await sign_in(browser, token)
    assert (second.status_code, second.json()["code"]) == (410, "link_ended")
    assert "set-cookie" not in second.headers


async def test_of_twenty_simultaneous_uses_one_signs_in(browser: Browser, token_for: TokenFor) -> None:
    token = await token_for(SABINE)
    answers = await asyncio.gather(*(sign_in(browser, token) for _ in range(20)))
    assert sorted(answer.status_code for answer in answers) == [201] + [410] * 19


async def test_a_scanner_that_opens_the_link_does_not_use_it_up(browser: Browser, token_for: TokenFor) -> None:
    token = await token_for(SABINE)
    scanner = await browser()
    del scanner.headers["Sec-Fetch-Site"]
    for url in (
        f"https://desk.example/portal/sign-in#{token}",
        f"https://desk.example/portal/sign-in?token={token}",
        f"https://desk.example/portal/api/v1/session?token={token}",
        "https://desk.example/portal",
    ):
        for method in ("GET", "HEAD", "OPTIONS"):
            answer = await scanner.request(method, url)
            assert answer.status_code in {200, 401, 405}
            assert "set-cookie" not in answer.headers
    assert (await sign_in(browser, token)).status_code == 201


async def test_a_link_works_for_fifteen_minutes(browser: Browser, token_for: TokenFor, pass_by: PassBy) -> None:
    early, late = await token_for(SABINE), await token_for(SABINE)
    pass_by(15 * 60 - 1)
    assert (await sign_in(browser, early)).status_code == 201
    pass_by(1)
    assert (await sign_in(browser, late)).status_code == 410


@pytest.mark.parametrize("token", ["x", "A" * 43, "ü" * 100])
async def test_a_token_that_was_never_given_out_is_gone_as_well(browser: Browser, token: str) -> None:
    answer = await sign_in(browser, token)
    assert (answer.status_code, answer.json()["code"]) == (410, "link_ended")


async def test_without_the_contact_service_signing_in_waits_and_the_link_stays_good(
    browser: Browser, token_for: TokenFor, contact_service: Client, stand_in: StandIn, sabine: ContactCard
) -> None:
    token = await token_for(SABINE)
    await contact_service.close()
    answer = await sign_in(browser, token)
    assert (answer.status_code, answer.json()["code"]) == (503, "contacts_not_readable")

    async def get(_question: GetContact) -> Reply:
        return ContactFound(contact=sabine)

    await stand_in(Service.CRM_MATCH, {GetContact: get})
    assert (await sign_in(browser, token)).status_code == 201


async def test_a_contact_that_was_deleted_meanwhile_does_not_get_in(
    browser: Browser, token_for: TokenFor, contacts: dict[Any, ContactCard], sabine: ContactCard
) -> None:
    token = await token_for(SABINE)
    del contacts[sabine.contact_id]
    assert (await sign_in(browser, token)).status_code == 410


async def test_a_lost_answer_of_the_mail_service_is_repeated_as_the_same_mail_and_its_link_works(
    browser: Browser, desk: SignInDesk, mail_service: Client, stand_in: StandIn, pass_by: PassBy
) -> None:
    await mail_service.close()
    ledger: dict[Any, SendMail] = {}
    lost = True

    async def store(question: SendMail) -> Reply:
        ledger.setdefault(question.outgoing_id, question)
        if lost:
            raise ConnectionResetError
        return MailQueued(outgoing_id=question.outgoing_id)

    await stand_in(Service.INGEST, {SendMail: store})
    await (await browser()).post("/sign-in-links", json={"email": SABINE})
    assert await desk.send_links() == 0
    lost = False
    pass_by(2)
    assert await desk.send_links() == 1
    [mail] = ledger.values()
    token = mail.text.split("#")[1].split()[0]
    assert (await sign_in(browser, token)).status_code == 201


async def test_a_link_that_could_not_be_sent_in_time_is_not_sent_late(
    browser: Browser,
    desk: SignInDesk,
    mails: list[SendMail],
    contact_service: Client,
    stand_in: StandIn,
    pass_by: PassBy,
) -> None:
    await contact_service.close()
    await (await browser()).post("/sign-in-links", json={"email": SABINE})
    assert await desk.send_links() == 0
    pass_by(15 * 60 + 1)
    assert await desk.send_links() == 1
    assert mails == []


async def test_a_removed_contact_is_out_at_once_and_their_links_too(
    customer: SignedIn,
    browser: Browser,
    token_for: TokenFor,
    administrator: httpx.AsyncClient,
    access: Access,
    sabine: ContactCard,
    rudolf: ContactCard,
) -> None:
    hers, his, link = await customer(sabine), await customer(rudolf), await token_for(SABINE)
    assert (await hers.get("/tickets")).status_code == 200
    answer = await administrator.delete(f"/api/v1/external-accesses/{access.id}/contacts/{sabine.contact_id}")
    assert answer.status_code == 204
    assert (await hers.get("/tickets")).status_code == 401
    assert (await hers.post("/tickets/1/replies", json={"text": "?"})).status_code == 401
    assert (await sign_in(browser, link)).status_code == 410
    assert (await his.get("/tickets")).status_code == 200


async def test_an_access_that_is_switched_off_lets_nobody_in_and_everybody_out(
    customer: SignedIn,
    browser: Browser,
    token_for: TokenFor,
    administrator: httpx.AsyncClient,
    access: Access,
    sabine: ContactCard,
) -> None:
    hers, link = await customer(sabine), await token_for(SABINE)
    await administrator.patch(
        f"/api/v1/external-accesses/{access.id}", json={"active": False}, headers={"If-Match": '"1"'}
    )
    assert (await hers.get("/session")).status_code == 401
    assert (await sign_in(browser, link)).status_code == 410


async def test_a_session_ends_after_idle_hours_and_after_a_day_in_any_case(
    customer: SignedIn, pass_by: PassBy, sabine: ContactCard, rudolf: ContactCard
) -> None:
    busy, idle = await customer(sabine), await customer(rudolf)
    for _ in range(3):
        pass_by(7.9 * 3600)
        assert (await busy.get("/session")).status_code == 200
    assert (await idle.get("/session")).status_code == 401
    pass_by(0.4 * 3600)
    assert (await busy.get("/session")).status_code == 401


async def test_signing_out_ends_this_session_and_no_other(customer: SignedIn, sabine: ContactCard) -> None:
    first, second = await customer(sabine), await customer(sabine)
    kept = first.cookies[SESSION_COOKIE]
    answer = await first.delete("/session")
    assert answer.status_code == 204
    assert "Max-Age=0" in answer.headers["set-cookie"]
    first.cookies.set(SESSION_COOKIE, kept)
    assert (await first.get("/session")).status_code == 401
    assert (await second.get("/session")).status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "https://evil.example"},
        {},
    ],
)
async def test_what_another_site_sends_is_refused(
    customer: SignedIn, token_for: TokenFor, sabine: ContactCard, headers: dict[str, str]
) -> None:
    client, token = await customer(sabine), await token_for(SABINE)
    del client.headers["Sec-Fetch-Site"]
    for method, path, body in (
        ("POST", "/sign-in-links", {"email": SABINE}),
        ("POST", "/session", {"token": token}),
        ("DELETE", "/session", None),
        ("POST", "/tickets/1/replies", {"text": "hello"}),
        ("POST", "/tickets", {"channel": "support", "subject": "x", "text": "y"}),
    ):
        answer = await client.request(method, path, json=body, headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")
    assert (await client.post("/session", json={"token": token}, headers={"X-Deskstream-Client": "test"})).is_success


async def test_an_address_of_two_contacts_signs_in_the_one_who_was_let_in_first(
    connected: App,
    browser: Browser,
    token_for: TokenFor,
    contacts: dict[Any, ContactCard],
    access: Access,
    sabine: ContactCard,
    rudolf: ContactCard,
    pass_by: PassBy,
) -> None:
    contacts[rudolf.contact_id] = rudolf.model_copy(update={"addresses": (SABINE,)})
    async with connected.database.transaction() as tx:
        await accesses.remove_contact(tx, access.id, contact_id=sabine.contact_id)
    pass_by(1)
    async with connected.database.transaction() as tx:
        await accesses.add_contact(tx, access.id, contact_id=sabine.contact_id)
    answer = await sign_in(browser, await token_for(SABINE))
    assert answer.json()["name"] == "Rudolf Riese"


async def test_what_has_ended_is_forgotten(
    connected: App, customer: SignedIn, desk: SignInDesk, pass_by: PassBy, sabine: ContactCard
) -> None:
    await customer(sabine)
    await desk.forget()

    async def counts() -> list[int | None]:
        async with connected.database.transaction() as tx:
            return [
                await tx.session.scalar(sa.text(f"SELECT count(*) FROM {table}"))  # noqa: S608
                for table in ("sign_in_request", "sign_in_link", "portal_session")
            ]

    assert await counts() == [1, 1, 1]
    pass_by(24 * 3600 + 1)
    await desk.forget()
    assert await counts() == [0, 0, 0]
