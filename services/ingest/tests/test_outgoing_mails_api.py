"""Outgoing mails over HTTP: the fate of each recipient, and one more try."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from chassis.app import App
from contracts.ingest import Mailbox, SendMail, SentReference
from contracts.tickets import Permission
from ingest.models import SendState
from ingest.sending.claims import claim, settle
from ingest.sending.rpc import send_mail
from ingest.sending.smtp_client import Verdict

BuildApp = Callable[..., Awaitable[App]]
Staff = Callable[..., httpx.AsyncClient]

ONE, TWO = "one@riese.example", "two@riese.example"
TAKEN = Verdict(SendState.ACCEPTED, "250 OK")
GONE = Verdict(SendState.FAILED, "550 gone")
FULL = Verdict(SendState.QUEUED, "450 full")


async def queue(app: App, subject: str = "The gate") -> UUID:
    """A mail to two recipients."""
    question = SendMail(
        outgoing_id=uuid4(),
        reference=SentReference(kind="activity", id=uuid4()),
        to=tuple(Mailbox(name="", address=address) for address in (ONE, TWO)),
        subject=subject,
        text="oiled",
        message_id=f"{uuid4()}@desk.example",
    )
    async with app.database.transaction() as tx:
        await send_mail(send_for=timedelta(days=5))(tx, question)
    return question.outgoing_id


async def try_once(app: App, **verdicts: Verdict) -> None:
    """One try of every due mail, with these verdicts."""
    async with app.database.transaction() as tx:
        for due in await claim(tx, limit=10):
            said = {f"{name}@riese.example": verdict for name, verdict in verdicts.items()}
            await settle(tx, due, {address: said[address] for address in due.recipients})


@pytest.fixture
async def app(build_app: BuildApp) -> App:
    return await build_app()


@pytest.fixture
def client(app: App, staff: Staff) -> httpx.AsyncClient:
    return staff(app)


async def test_each_recipients_fate_is_shown(app: App, client: httpx.AsyncClient) -> None:
    outgoing_id = await queue(app)
    await try_once(app, one=GONE, two=FULL)
    [shown] = (await client.get("/outgoing-mails")).json()["items"]
    assert (shown["id"], shown["account"], shown["state"], shown["tries"]) == (str(outgoing_id), "support", "queued", 1)
    assert (shown["last_error"], shown["subject"]) == ("450 full", "The gate")
    assert [(one["address"], one["state"], one["reason"]) for one in shown["recipients"]] == [
        (ONE, "failed", "550 gone"),
        (TWO, "queued", None),
    ]
    assert shown["recipients"][0]["decided_at"] is not None


async def test_the_list_is_filtered_by_state_and_paged_newest_first(app: App, client: httpx.AsyncClient) -> None:
    failed = await queue(app)
    await try_once(app, one=GONE, two=GONE)
    queued = [await queue(app, str(number)) for number in range(3)]

    async def listed(**filters: Any) -> tuple[list[str], str | None]:
        page = (await client.get("/outgoing-mails", params=filters)).json()
        return [item["id"] for item in page["items"]], page["next"]

    assert await listed(state="failed") == ([str(failed)], None)
    assert await listed(state="accepted") == ([], None)
    first, cursor = await listed(limit=3)
    second, end = await listed(limit=3, cursor=cursor)
    assert first + second == [str(one) for one in (*reversed(queued), failed)]
    assert end is None


async def test_a_mail_that_failed_is_sent_again_to_those_whom_it_did_not_reach(
    app: App, client: httpx.AsyncClient
) -> None:
    outgoing_id = await queue(app)
    await try_once(app, one=TAKEN, two=GONE)
    answer = await client.post(f"/outgoing-mails/{outgoing_id}/retry")
    assert (answer.status_code, answer.json()["state"]) == (202, "queued")
    assert [one["state"] for one in answer.json()["recipients"]] == ["accepted", "queued"]
    await try_once(app, two=TAKEN)
    [shown] = (await client.get("/outgoing-mails")).json()["items"]
    assert (shown["state"], shown["next_try_at"]) == ("accepted", None)


async def test_a_mail_that_waits_is_sent_at_once(app: App, client: httpx.AsyncClient) -> None:
    outgoing_id = await queue(app)
    await try_once(app, one=FULL, two=FULL)
    answer = await client.post(f"/outgoing-mails/{outgoing_id}/retry")
    assert datetime.fromisoformat(answer.json()["next_try_at"]) <= datetime.now(UTC)
    await try_once(app, one=TAKEN, two=TAKEN)
    [shown] = (await client.get("/outgoing-mails")).json()["items"]
    assert (shown["state"], shown["tries"]) == ("accepted", 2)


async def test_asking_for_a_retry_does_not_disturb_a_try_that_is_under_way(app: App, client: httpx.AsyncClient) -> None:
    outgoing_id = await queue(app)
    await try_once(app, one=GONE, two=FULL)
    await client.post(f"/outgoing-mails/{outgoing_id}/retry")
    async with app.database.transaction() as tx:
        [under_way] = await claim(tx, limit=10)
    await client.post(f"/outgoing-mails/{outgoing_id}/retry")
    async with app.database.transaction() as tx:
        assert await claim(tx, limit=10) == []
        await settle(tx, under_way, {ONE: TAKEN, TWO: GONE})
    [shown] = (await client.get("/outgoing-mails")).json()["items"]
    assert [one["state"] for one in shown["recipients"]] == ["accepted", "failed"]
    assert shown["state"] == "accepted"


async def test_a_recipient_reopened_during_a_try_is_tried_right_after_it(app: App, client: httpx.AsyncClient) -> None:
    outgoing_id = await queue(app)
    await try_once(app, one=GONE, two=FULL)
    app.database.clock = lambda: datetime.now(UTC) + timedelta(seconds=5)
    async with app.database.transaction() as tx:
        [under_way] = await claim(tx, limit=10)
    assert under_way.recipients == (TWO,)
    await client.post(f"/outgoing-mails/{outgoing_id}/retry")
    async with app.database.transaction() as tx:
        await settle(tx, under_way, {TWO: TAKEN})
    await try_once(app, one=TAKEN)
    [shown] = (await client.get("/outgoing-mails")).json()["items"]
    assert [one["state"] for one in shown["recipients"]] == ["accepted", "accepted"]


async def test_a_mail_that_everybody_has_is_not_sent_again(app: App, client: httpx.AsyncClient) -> None:
    outgoing_id = await queue(app)
    await try_once(app, one=TAKEN, two=TAKEN)
    answer = await client.post(f"/outgoing-mails/{outgoing_id}/retry")
    assert (answer.status_code, answer.json()["code"]) == (409, "outgoing_mail_done")
    missing = await client.post(f"/outgoing-mails/{uuid4()}/retry")
    assert (missing.status_code, missing.json()["code"]) == (404, "outgoing_mail_not_found")


async def test_reading_and_retrying_need_their_permissions(app: App, staff: Staff) -> None:
    outgoing_id = await queue(app)
    assert (await staff(app, Permission.TICKETS_READ).get("/outgoing-mails")).status_code == 403
    reader = staff(app, Permission.MAIL_READ)
    assert (await reader.get("/outgoing-mails")).status_code == 200
    assert (await reader.post(f"/outgoing-mails/{outgoing_id}/retry")).status_code == 403
