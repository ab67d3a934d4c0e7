"""Sending, against a real mail server that answers as the test says: once, to each recipient, and never forgotten."""

import asyncio
import email
import email.policy
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
import sqlalchemy as sa

from chassis import tables, telemetry
from chassis.app import App
from chassis.embedded.ports import free_port
from contracts.ingest import Attachment, MailAccepted, Mailbox, MailRejected, SendMail, SentReference
from contracts.messages import Event
from ingest.models import outgoing_mail, outgoing_recipient
from ingest.sending.claims import LEASE, next_wait
from ingest.sending.jobs import SendJob
from ingest.sending.rpc import send_mail
from ingest.settings import Settings
from ingest.testing import ScriptedRelay, Trick, Wire, scripted_relay

BuildApp = Callable[..., Awaitable[App]]
Rows = Callable[[App, sa.Table], Awaitable[Sequence[sa.RowMapping]]]
Emitted = Callable[[App], Awaitable[list[Event]]]

ONE, TWO, THREE = "one@riese.example", "two@riese.example", "three@riese.example"


@pytest.fixture
async def app(build_app: BuildApp, relay: ScriptedRelay) -> App:
    """The service, sending to the scripted relay; a silent one is waited for 0.3 s."""
    return await build_app(relay_port=relay.port, relay_timeout=0.3)


def job_of(app: App) -> SendJob:
    assert isinstance(app.settings, Settings)
    return SendJob(app, app.settings)


async def queue(app: App, *addresses: str, **changes: Any) -> SendMail:
    """Ask for a mail to these."""
    values: dict[str, Any] = {
        "outgoing_id": uuid4(),
        "reference": SentReference(kind="activity", id=uuid4()),
        "channel": "support",
        "to": tuple(Mailbox(name="", address=address) for address in addresses),
        "subject": "The gate [DS-10042]",
        "text": "It is oiled now.\r\n.\r\nReally.",
        "message_id": f"{uuid4()}@desk.example",
    }
    question = SendMail(**values | changes)
    async with app.database.transaction() as tx:
        await send_mail(send_for=timedelta(days=5))(tx, question)
    return question


async def work(app: App, job: SendJob | None = None) -> None:
    """Send what is due, and wait until that is over."""
    own = job or job_of(app)
    while await own.run():
        pass
    if own._sending:
        await asyncio.wait(own._sending)
    if job is None:
        await own.close()


def later(app: App, **delay: float) -> None:
    """Let the service's clock go this much ahead of ours."""
    app.database.clock = lambda: datetime.now(UTC) + timedelta(**delay)


async def fates(app: App, rows: Rows) -> dict[str, str]:
    return {one["address"]: one["state"] for one in await rows(app, outgoing_recipient)}


async def test_a_mail_is_sent_and_its_acceptance_told(
    app: App, relay: ScriptedRelay, rows: Rows, emitted: Emitted
) -> None:
    sha256 = await app.blobs.put(b"a picture")
    picture = Attachment(filename="gate.png", content_type="image/png", size=9, sha256=sha256)
    hidden = (Mailbox(name="", address=THREE),)
    question = await queue(
        app,
        ONE,
        cc=(Mailbox(name="Two", address=TWO),),
        bcc=hidden,
        in_reply_to="old@riese.example",
        attachments=(picture,),
    )
    await work(app)
    [taken] = relay.mails
    assert (taken.sender, taken.recipients) == ("support@desk.example", (ONE, TWO, THREE))
    sent = email.message_from_bytes(taken.raw, policy=email.policy.default)
    assert (sent["Message-ID"], sent["In-Reply-To"]) == (f"<{question.message_id}>", "<old@riese.example>")
    assert (sent["From"], sent["Bcc"]) == ("Deskstream Support <support@desk.example>", None)
    body = sent.get_body(("plain",))
    assert body is not None
    assert body.get_content().splitlines() == ["It is oiled now.", ".", "Really."]
    assert [part.get_content() for part in sent.iter_attachments()] == [b"a picture"]
    [event] = await emitted(app)
    assert event == MailAccepted(
        outgoing_id=question.outgoing_id,
        reference=question.reference,
        message_id=question.message_id,
        recipients=(ONE, TWO, THREE),
    )
    [row] = await rows(app, outgoing_mail)
    assert (row["state"], row["next_try_at"], row["request"]) == ("accepted", None, None)
    assert await app.blobs.get(row["raw_sha256"]) == taken.raw
    assert set((await fates(app, rows)).values()) == {"accepted"}


async def test_what_is_told_carries_the_correlation_id_of_the_request(app: App, relay: ScriptedRelay) -> None:
    with telemetry.correlated("the-reply-of-an-agent"):
        await queue(app, ONE)
    await work(app)
    async with app.database.transaction() as tx:
        headers = (await tx.session.scalars(sa.select(tables.outbox.c.headers))).all()
    assert [one["ce-correlationid"] for one in headers] == ["the-reply-of-an-agent"]


async def test_a_permanent_refusal_is_told_with_the_servers_own_words(
    app: App, relay: ScriptedRelay, rows: Rows, emitted: Emitted
) -> None:
    relay.answer("RCPT", "550 5.1.1 No such user here")
    question = await queue(app, ONE)
    await work(app)
    [event] = await emitted(app)
    assert event == MailRejected(
        outgoing_id=question.outgoing_id,
        reference=question.reference,
        message_id=question.message_id,
        recipients=(ONE,),
        reason="550 5.1.1 No such user here",
    )
    [row] = await rows(app, outgoing_mail)
    assert (row["state"], row["next_try_at"]) == ("failed", None)
    assert relay.mails == []


async def test_each_recipient_has_a_fate_of_its_own(
    app: App, relay: ScriptedRelay, rows: Rows, emitted: Emitted
) -> None:
    relay.answer("RCPT", "550 5.1.1 gone", about=TWO)
    relay.answer("RCPT", "450 4.2.1 full", about=THREE, times=1)
    await queue(app, ONE, TWO, THREE)
    await work(app)
    assert await fates(app, rows) == {ONE: "accepted", TWO: "failed", THREE: "queued"}
    [row] = await rows(app, outgoing_mail)
    assert (row["state"], row["last_error"]) == ("queued", "450 4.2.1 full")
    later(app, seconds=3)
    await work(app)
    assert await fates(app, rows) == {ONE: "accepted", TWO: "failed", THREE: "accepted"}
    assert [mail.recipients for mail in relay.mails] == [(ONE,), (THREE,)]
    assert relay.mails[0].raw == relay.mails[1].raw
    told = [
        (type(event), event.recipients)
        for event in await emitted(app)
        if isinstance(event, MailAccepted | MailRejected)
    ]
    assert told == [(MailAccepted, (ONE,)), (MailRejected, (TWO,)), (MailAccepted, (THREE,))]
    [row] = await rows(app, outgoing_mail)
    assert row["state"] == "accepted"


@pytest.mark.parametrize("verb", ["MAIL", "RCPT", "DATA"])
async def test_a_temporary_refusal_is_tried_again_until_it_is_over(
    app: App, relay: ScriptedRelay, rows: Rows, emitted: Emitted, verb: str
) -> None:
    relay.answer(verb, "451 4.7.1 Greylisted, come back", times=2)
    await queue(app, ONE)
    for seconds in (0, 3, 14):
        assert await emitted(app) == []
        later(app, seconds=seconds)
        await work(app)
    [event] = await emitted(app)
    assert isinstance(event, MailAccepted)
    assert len(relay.mails) == 1
    [row] = await rows(app, outgoing_mail)
    assert row["tries"] == 3


async def test_a_refusal_of_the_whole_mail_is_final_for_everybody(
    app: App, relay: ScriptedRelay, rows: Rows, emitted: Emitted
) -> None:
    relay.answer("RCPT", "550 5.1.1 gone", about=TWO)
    relay.answer("DATA", "554 5.6.0 Looks like spam")
    await queue(app, ONE, TWO)
    await work(app)
    assert {event.recipients: event.reason for event in await emitted(app) if isinstance(event, MailRejected)} == {
        (ONE,): "554 5.6.0 Looks like spam",
        (TWO,): "550 5.1.1 gone",
    }


async def test_a_relay_that_refuses_us_is_not_the_mails_fault(
    app: App, relay: ScriptedRelay, rows: Rows, emitted: Emitted
) -> None:
    relay.answer("MAIL", "530 5.7.0 Authentication required")
    await queue(app, ONE)
    await work(app)
    assert await emitted(app) == []
    [row] = await rows(app, outgoing_mail)
    assert row["state"] == "queued"
    assert "530 5.7.0 Authentication required" in row["last_error"]


@pytest.mark.parametrize("trick", [Trick.CUT, Trick.STALL])
@pytest.mark.parametrize("verb", ["MAIL", "RCPT", "DATA"])
async def test_a_relay_that_breaks_off_or_falls_silent_gets_the_mail_again(
    app: App, relay: ScriptedRelay, rows: Rows, emitted: Emitted, verb: str, trick: Trick
) -> None:
    relay.answer(verb, trick, times=1)
    await queue(app, ONE)
    await work(app)
    assert await fates(app, rows) == {ONE: "queued"}
    later(app, seconds=3)
    await work(app)
    assert await fates(app, rows) == {ONE: "accepted"}
    assert len(relay.mails) == 1


async def test_a_relay_that_takes_a_mail_and_breaks_off_gets_the_very_same_mail_again(
    app: App, relay: ScriptedRelay, rows: Rows
) -> None:
    relay.answer("DATA", Trick.TAKE_AND_CUT, times=1)
    await queue(app, ONE)
    await work(app)
    later(app, seconds=3)
    await work(app)
    first, second = relay.mails
    assert first.raw == second.raw
    assert await fates(app, rows) == {ONE: "accepted"}


async def test_a_relay_that_is_away_is_waited_for(build_app: BuildApp, rows: Rows, emitted: Emitted) -> None:
    app = await build_app(relay_port=free_port())
    assert isinstance(app.settings, Settings)
    await queue(app, ONE)
    await work(app)
    [row] = await rows(app, outgoing_mail)
    assert row["last_error"].startswith(f"127.0.0.1:{app.settings.relay_port}: ")
    async with scripted_relay(app.settings.relay_port) as relay:
        later(app, seconds=3)
        await work(app)
        assert len(relay.mails) == 1
    assert len(await emitted(app)) == 1


async def test_after_five_days_the_recipients_that_are_left_count_as_failed(
    app: App, relay: ScriptedRelay, rows: Rows, emitted: Emitted
) -> None:
    relay.answer("RCPT", "450 4.2.1 full", about=TWO)
    await queue(app, ONE, TWO)
    await work(app)
    later(app, days=5, seconds=1)
    await work(app)
    assert await fates(app, rows) == {ONE: "accepted", TWO: "failed"}
    _, given_up = await emitted(app)
    assert isinstance(given_up, MailRejected)
    assert given_up.reason == "Given up after 2 tries. The last answer: 450 4.2.1 full"


def test_the_waits_grow_from_seconds_to_hours() -> None:
    waits = [next_wait(tries).total_seconds() for tries in range(1, 14)]
    assert waits == [2, 10, 60, 120, 240, 480, 960, 1920, 3840, 7680, 14400, 14400, 14400]
    assert next_wait(10_000) == timedelta(hours=4)


async def test_a_stalled_mail_holds_up_no_other(build_app: BuildApp, relay: ScriptedRelay) -> None:
    app = await build_app(relay_port=relay.port, relay_timeout=30, relay_connections=2)
    relay.answer("RCPT", Trick.STALL, about=ONE)
    job = job_of(app)
    await queue(app, ONE)
    for _ in range(6):
        await queue(app, TWO)
    async with asyncio.timeout(10):
        while len(relay.mails) < 6:
            await job.run()
            await asyncio.sleep(0.01)
    for task in list(job._sending):
        task.cancel()
    await job.close()


async def test_a_mail_that_was_being_sent_at_a_crash_is_sent_after_its_lease_as_the_same_mail(
    app: App, relay: ScriptedRelay, rows: Rows
) -> None:
    relay.answer("DATA", Trick.STALL, times=1)
    await queue(app, ONE)
    dying = job_of(app)
    await dying.run()
    [sending] = dying._sending
    async with asyncio.timeout(5):
        while not relay.has_played():
            await asyncio.sleep(0.01)
    sending.cancel()
    await asyncio.wait([sending])
    [before] = await rows(app, outgoing_mail)
    assert (before["state"], before["tries"]) == ("queued", 1)
    await work(app)
    assert relay.mails == []
    later(app, seconds=LEASE.total_seconds() + 1)
    await work(app)
    [taken] = relay.mails
    assert taken.raw.rstrip() == await app.blobs.get(before["raw_sha256"])


async def test_an_acceptance_is_not_forgotten_while_the_database_is_away(
    wire: tuple[Wire, dict[str, Any]], build_app: BuildApp, relay: ScriptedRelay, rows: Rows, emitted: Emitted
) -> None:
    line, settings = wire
    app = await build_app(**settings, relay_port=relay.port)
    relay.before_answering_data = line.cut
    await queue(app, ONE)
    job = job_of(app)
    await job.run()
    async with asyncio.timeout(5):
        while not relay.mails:
            await asyncio.sleep(0.01)
    await asyncio.sleep(0.3)
    await line.mend()
    await asyncio.wait(job._sending)
    assert await fates(app, rows) == {ONE: "accepted"}
    assert len(await emitted(app)) == 1
    later(app, seconds=LEASE.total_seconds() + 1)
    await work(app, job)
    await job.close()
    assert len(relay.mails) == 1


async def test_two_workers_send_each_mail_once(app: App, relay: ScriptedRelay) -> None:
    for _ in range(20):
        await queue(app, ONE)
    await asyncio.gather(*(work(app) for _ in range(3)))
    assert len(relay.mails) == 20
    assert len({mail.raw for mail in relay.mails}) == 20


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"subject": "two\nlines"}, "control character"),
        (
            {"attachments": (Attachment(filename="x", content_type="text/plain", size=1, sha256="0" * 64),)},
            f"the blob {'0' * 64} is missing",
        ),
    ],
)
async def test_a_mail_that_cannot_be_written_fails_for_everybody_with_the_reason(
    app: App, relay: ScriptedRelay, emitted: Emitted, changes: dict[str, Any], reason: str
) -> None:
    await queue(app, ONE, TWO, **changes)
    await work(app)
    [event] = await emitted(app)
    assert isinstance(event, MailRejected)
    assert event.recipients == (ONE, TWO)
    assert reason in event.reason
    assert relay.mails == []


async def test_an_address_with_a_foreign_domain_is_written_in_ascii_and_told_as_it_was_given(
    app: App, relay: ScriptedRelay, emitted: Emitted
) -> None:
    await queue(app, "info@müller.example")
    await work(app)
    assert relay.mails[0].recipients == ("info@xn--mller-kva.example",)
    [event] = await emitted(app)
    assert isinstance(event, MailAccepted)
    assert event.recipients == ("info@müller.example",)
