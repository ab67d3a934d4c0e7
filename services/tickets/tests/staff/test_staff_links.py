"""A forgotten password and an invitation: the mail, the link, and everything that must not work."""

import asyncio
import re
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import httpx
import pytest
import sqlalchemy as sa
from services.tickets.tests.staff.conftest import Clock

from chassis.app import App, Role
from chassis.testing import RunApp, StandIn
from chassis.testing.waiting import eventually
from contracts.ingest import MailQueued, SendMail
from contracts.messages import Problem, Reply, Service
from tickets.audit.models import AuditEntry
from tickets.settings import Settings
from tickets.staff import demo
from tickets.staff.jobs import delete_ended
from tickets.staff.letters import mail_links
from tickets.staff.models_links import LinkRequest, OneTimeLink

PASSWORD = "correct horse battery"
NEW = "another horse battery"
RESETS = "/api/v1/password-resets"
REDEEM = "/api/v1/password-resets/redemption"

SignIn = Callable[[str], Awaitable[httpx.AsyncClient]]
Browse = Callable[[], httpx.AsyncClient]
Revoked = Callable[[], Awaitable[list[list[str]]]]


class Mailroom:
    """The service on the bus with a mail service that remembers; the test itself runs the job."""

    def __init__(self, app: App) -> None:
        self.app = app
        self.sent: list[SendMail] = []
        self.refusal: Problem | None = None

    async def queue(self, mail: SendMail) -> Reply:
        self.sent.append(mail)
        return self.refusal or MailQueued(outgoing_id=mail.outgoing_id)

    async def work(self) -> list[str]:
        """Mail what is due; gives the tokens of all mails until now."""
        settings = self.app.settings
        assert isinstance(settings, Settings)
        await mail_links(self.app, settings)
        return [found[1] for mail in self.sent for found in re.finditer(r"#token=(\S+)", mail.text)]


@pytest.fixture
async def mailroom(app: App, run_app: RunApp, stand_in: StandIn) -> Mailroom:
    room = Mailroom(app)
    await stand_in(Service.INGEST, {SendMail: room.queue})
    await run_app(app, Role.API)
    await eventually(lambda: app.bus.connected)
    return room


async def ask(client: httpx.AsyncClient, email: str) -> httpx.Response:
    return await client.post(RESETS, json={"email": email})


async def redeem(client: httpx.AsyncClient, token: str, password: str = NEW) -> httpx.Response:
    return await client.post(REDEEM, json={"token": token, "new_password": password})


async def signs_in(client: httpx.AsyncClient, name: str, password: str) -> bool:
    response = await client.post("/api/v1/session", json={"email": f"{name}@desk.example", "password": password})
    return response.status_code == 201


async def test_who_forgot_the_password_sets_a_new_one_and_is_signed_out_everywhere(
    mailroom: Mailroom, sign_in: SignIn, browse: Browse, revoked: Revoked
) -> None:
    tom, anyone = await sign_in("tom"), browse()
    asked = await ask(anyone, " Tom@Desk.Example ")
    assert (asked.status_code, asked.content) == (202, b"")
    (token,) = await mailroom.work()
    (mail,) = mailroom.sent
    assert [(mailbox.name, mailbox.address) for mailbox in mail.to] == [("Tom Kraus", "tom@desk.example")]
    assert mail.automatic
    assert mail.subject == "Set a new password"
    assert f"/reset#token={token}" in mail.text
    assert len(token) == 43
    assert (await redeem(anyone, token)).status_code == 204
    assert (await tom.get("/api/v1/session")).status_code == 401
    assert not await signs_in(browse(), "tom", PASSWORD)
    assert await signs_in(browse(), "tom", NEW)
    assert len(await revoked()) == 1
    async with mailroom.app.database.transaction() as tx:
        entry = (await tx.session.scalars(sa.select(AuditEntry).order_by(AuditEntry.seq.desc()).limit(1))).one()
    assert (entry.action, entry.subject) == ("agent.password_set", f"agent:{demo.TOM}")
    assert (entry.actor_kind, entry.details) == ("anonymous", {"by": "reset", "sessions_ended": 1})


async def test_the_answer_tells_nobody_whether_there_is_such_an_account(
    mailroom: Mailroom, browse: Browse, sign_in: SignIn
) -> None:
    """The request does the same for both: one row, and a job looks for the account."""
    ada = await sign_in("ada")
    url = f"/api/v1/agents/{demo.TOM}"
    headers = {"If-Match": (await ada.get(url)).headers["ETag"]}
    assert (await ada.patch(url, json={"active": False}, headers=headers)).status_code == 200
    answers = [await ask(browse(), name) for name in ("ada@desk.example", "nobody@desk.example", "tom@desk.example")]
    assert {(answer.status_code, answer.content) for answer in answers} == {(202, b"")}
    assert len({tuple(sorted(set(answer.headers) - {"x-correlation-id"})) for answer in answers}) == 1
    assert len(await mailroom.work()) == 1
    assert [mail.to[0].address for mail in mailroom.sent] == ["ada@desk.example"]
    assert len(await mailroom.work()) == 1


async def test_only_the_hash_of_a_link_is_stored(mailroom: Mailroom, browse: Browse) -> None:
    await ask(browse(), "tom@desk.example")
    (token,) = await mailroom.work()
    async with mailroom.app.database.transaction() as tx:
        link = (await tx.session.scalars(sa.select(OneTimeLink))).one()
        request = (await tx.session.scalars(sa.select(LinkRequest))).one()
    assert token not in str(vars(link)) + str(vars(request))
    assert len(link.secret_sha256) == 32


async def test_every_link_that_does_not_work_is_refused_in_the_same_words(
    mailroom: Mailroom, browse: Browse, clock: Clock
) -> None:
    client = browse()
    await ask(client, "tom@desk.example")
    (used,) = await mailroom.work()
    assert (await redeem(client, used)).status_code == 204
    await ask(client, "tom@desk.example")
    late = (await mailroom.work())[-1]
    clock.pass_by(timedelta(minutes=30))
    tokens = (used, late, "x", used[:-1], used + "x")
    answers = [await redeem(client, token, "yet another horse") for token in tokens]
    bodies = [{key: value for key, value in answer.json().items() if key != "correlation_id"} for answer in answers]
    assert all(body == bodies[0] for body in bodies)
    assert (bodies[0]["status"], bodies[0]["code"]) == (422, "invalid_link")
    assert await signs_in(browse(), "tom", NEW)


async def test_a_weak_password_does_not_use_the_link_up(mailroom: Mailroom, browse: Browse) -> None:
    client = browse()
    await ask(client, "tom@desk.example")
    (token,) = await mailroom.work()
    weak = await redeem(client, token, "short")
    assert (weak.status_code, weak.json()["code"]) == (422, "weak_password")
    assert (await redeem(client, token)).status_code == 204


async def test_of_many_who_use_a_link_at_once_one_wins(mailroom: Mailroom, browse: Browse) -> None:
    await ask(browse(), "tom@desk.example")
    (token,) = await mailroom.work()
    answers = await asyncio.gather(*(redeem(browse(), token, f"password number {number}") for number in range(6)))
    assert sorted(answer.status_code for answer in answers) == [204, 422, 422, 422, 422, 422]


async def test_a_new_password_ends_the_other_links_and_so_does_another_address(
    mailroom: Mailroom, browse: Browse, sign_in: SignIn
) -> None:
    client = browse()
    await ask(client, "tom@desk.example")
    await ask(client, "tom@desk.example")
    one, other = await mailroom.work()
    assert (await redeem(client, one)).status_code == 204
    assert (await redeem(client, other)).status_code == 422
    await ask(client, "tom@desk.example")
    third = (await mailroom.work())[-1]
    ada = await sign_in("ada")
    url = f"/api/v1/agents/{demo.TOM}"
    headers = {"If-Match": (await ada.get(url)).headers["ETag"]}
    assert (await ada.patch(url, json={"email": "tom2@desk.example"}, headers=headers)).status_code == 200
    assert (await redeem(client, third)).status_code == 422


async def test_an_account_gets_few_mails_and_nobody_learns_it(mailroom: Mailroom, browse: Browse, clock: Clock) -> None:
    answers = [await ask(browse(), "tom@desk.example") for _ in range(6)]
    assert {answer.status_code for answer in answers} == {202}
    assert len(await mailroom.work()) == 3
    clock.pass_by(timedelta(hours=1, seconds=1))
    await ask(browse(), "tom@desk.example")
    assert len(await mailroom.work()) == 4


async def test_a_network_that_asks_too_often_must_wait_whoever_it_asks_for(
    browse: Browse, app: App, clock: Clock
) -> None:
    client = browse()
    answers = await asyncio.gather(*(ask(client, f"agent{number}@desk.example") for number in range(25)))
    assert sorted(answer.status_code for answer in answers) == [202] * 20 + [429] * 5
    known, unknown = await ask(client, "tom@desk.example"), await ask(client, "nobody@desk.example")
    assert (known.status_code, known.json()["code"], known.headers["Retry-After"]) == (429, "too_many_resets", "3600")
    assert known.json() | {"correlation_id": ""} == unknown.json() | {"correlation_id": ""}
    clock.pass_by(timedelta(hours=1, seconds=1))
    assert (await ask(client, "tom@desk.example")).status_code == 202


async def test_what_has_ended_is_deleted(mailroom: Mailroom, browse: Browse, clock: Clock) -> None:
    await ask(browse(), "tom@desk.example")
    await mailroom.work()
    clock.pass_by(timedelta(hours=2))
    async with mailroom.app.database.transaction() as tx:
        await delete_ended(tx)
        counts = [
            await tx.session.scalar(sa.select(sa.func.count()).select_from(model))
            for model in (OneTimeLink, LinkRequest)
        ]
    assert counts == [0, 0]


async def test_another_site_cannot_ask_in_somebodys_name(browse: Browse, app: App) -> None:
    client = browse()
    client.headers["Sec-Fetch-Site"] = "cross-site"
    assert (await ask(client, "tom@desk.example")).status_code == 403
    assert (await redeem(client, "x")).status_code == 403


async def test_a_mail_service_that_is_away_only_delays(
    app: App, run_app: RunApp, stand_in: StandIn, browse: Browse, clock: Clock
) -> None:
    room = Mailroom(app)
    await ask(browse(), "tom@desk.example")
    assert await room.work() == []
    await stand_in(Service.INGEST, {SendMail: room.queue})
    await run_app(app, Role.API)
    await eventually(lambda: app.bus.connected)
    assert await room.work() == []
    clock.pass_by(timedelta(seconds=3))
    (token,) = await room.work()
    assert (await redeem(browse(), token)).status_code == 204


@pytest.mark.parametrize(("code", "tries"), [("invalid_recipient", 1), ("no_account", 2)])
async def test_a_refused_mail_is_tried_again_unless_its_address_is_wrong(
    mailroom: Mailroom, browse: Browse, clock: Clock, code: str, tries: int
) -> None:
    mailroom.refusal = Problem(code=code, detail="No.")
    await ask(browse(), "tom@desk.example")
    for _ in range(2):
        await mailroom.work()
        clock.pass_by(timedelta(seconds=10))
    assert len(mailroom.sent) == tries
    clock.pass_by(timedelta(minutes=31))
    await mailroom.work()
    await mailroom.work()
    assert len(mailroom.sent) == tries


async def eve(ada: httpx.AsyncClient) -> str:
    """A new agent without a password."""
    body = {"name": "Eve Neu", "email": "eve@desk.example", "language": "de"}
    return str((await ada.post("/api/v1/agents", json=body)).headers["Location"])


async def test_an_invited_agent_sets_the_first_password_within_three_days(
    mailroom: Mailroom, sign_in: SignIn, browse: Browse, clock: Clock
) -> None:
    ada = await sign_in("ada")
    url = await eve(ada)
    answers = [await ada.post(f"{url}/invitation") for _ in range(2)]
    assert [answer.status_code for answer in answers] == [202, 202]
    (token,) = await mailroom.work()
    assert mailroom.sent[0].subject == "Ihr Zugang zu Deskstream"
    assert f"/invitation#token={token}" in mailroom.sent[0].text
    clock.pass_by(timedelta(hours=71))
    assert (await redeem(browse(), token)).status_code == 204
    assert await signs_in(browse(), "eve", NEW)
    async with mailroom.app.database.transaction() as tx:
        invited = sa.select(AuditEntry).where(AuditEntry.action == "agent.invited")
        entry = (await tx.session.scalars(invited)).one()
    assert (entry.actor_id, entry.details) == (demo.ADA, {"email": "eve@desk.example"})


async def test_who_cannot_be_invited_is_not(sign_in: SignIn, app: App) -> None:
    ada, tom = await sign_in("ada"), await sign_in("tom")
    url = await eve(ada)
    assert (await tom.post(f"{url}/invitation")).status_code == 403
    has_one = await ada.post(f"/api/v1/agents/{demo.TOM}/invitation")
    assert (has_one.status_code, has_one.json()["code"]) == (409, "agent_has_password")
    await ada.patch(url, json={"active": False}, headers={"If-Match": '"1"'})
    inactive = await ada.post(f"{url}/invitation")
    assert (inactive.status_code, inactive.json()["code"]) == (409, "agent_inactive")
    nobody = await ada.post("/api/v1/agents/01900000-0000-7000-8000-00000000ffff/invitation")
    assert nobody.status_code == 404


@pytest.mark.parametrize(
    ("path", "body"),
    [
        (RESETS, {"email": ""}),
        (RESETS, {"email": "x" * 255}),
        (RESETS, {"email": "tom@desk.example", "more": 1}),
        (REDEEM, {"token": "x"}),
        (REDEEM, {"token": "x", "new_password": "y" * 257}),
    ],
)
async def test_bad_input_is_refused_and_never_shown_again(browse: Browse, path: str, body: dict[str, Any]) -> None:
    answer = await browse().post(path, json=body)
    assert answer.status_code == 422
    assert "yyyy" not in answer.text
