"""Our mails on their way: handed over, accepted, refused, and what the ticket makes of it (MT-07, MT-08)."""

import asyncio
from datetime import timedelta

import pytest
import sqlalchemy as sa
from services.tickets.tests.conftest import Desk

from chassis.app import Role
from chassis.testing import RunApp, StandIn
from contracts.ingest import MailAccepted, Mailbox, MailQueued, MailRejected, SendMail, SentReference
from contracts.messages import Event, Problem, Reply, Service
from contracts.tickets import ActivityAdded, ActorKind, TicketChanged
from tickets.desk.jobs import send_mail
from tickets.desk.models import Activity, TicketMail
from tickets.staff.demo import ANNA, TOM

MAX = Mailbox(name="Max", address="max@schulz.example")


@pytest.fixture
def outbox() -> list[SendMail]:
    """What the mail service was asked to send."""
    return []


@pytest.fixture
def refusals() -> list[Problem]:
    """What the mail service answers instead, as long as there is something in it."""
    return []


@pytest.fixture
async def connected(
    desk: Desk, run_app: RunApp, stand_in: StandIn, outbox: list[SendMail], refusals: list[Problem]
) -> Desk:
    """The desk on the bus with a mail service; the test itself runs the job."""

    async def queue(mail: SendMail) -> Reply:
        if refusals:
            return refusals[0]
        outbox.append(mail)
        return MailQueued(outgoing_id=mail.outgoing_id)

    await stand_in(Service.INGEST, {SendMail: queue})
    await run_app(desk.app, Role.API)
    async with asyncio.timeout(10):
        while not desk.app.bus.connected:
            await asyncio.sleep(0.01)
    return desk


async def test_a_reply_is_handed_to_the_mail_service_once(connected: Desk, outbox: list[SendMail]) -> None:
    mail = connected.mail(cc=(MAX,))
    await connected.handle(mail)
    activity = await connected.reply(TOM, 10_001, html="<p>An answer</p>", bcc=[{"address": "boss@desk.example"}])
    assert await send_mail(connected.app) == 1
    assert await send_mail(connected.app) == 0
    (sent,) = outbox
    assert sent.reference == SentReference(kind="activity", id=activity.id)
    assert (sent.channel, sent.subject) == ("support", "[DS-10001] RE: Invoice received twice")
    assert (sent.text, sent.html) == ("An answer", "<p>An answer</p>")
    assert ([box.address for box in sent.to], [box.address for box in sent.cc], [box.address for box in sent.bcc]) == (
        ["sabine@schulz.example"],
        ["max@schulz.example"],
        ["boss@desk.example"],
    )
    assert (sent.message_id, sent.in_reply_to) == (activity.message_id, mail.message_id)
    assert sent.references == (mail.message_id,)
    assert sent.automatic is False


async def test_a_mail_service_that_is_away_gets_the_mail_later(
    connected: Desk, outbox: list[SendMail], refusals: list[Problem]
) -> None:
    await connected.receive()
    await connected.reply(TOM, 10_001)
    refusals.append(Problem(code="unavailable", detail="no database"))
    for _ in range(3):
        assert await send_mail(connected.app) == 1
        assert await send_mail(connected.app) == 0
        connected.clock.pass_by(timedelta(minutes=5))
    refusals.clear()
    assert await send_mail(connected.app) == 1
    assert len(outbox) == 1


async def test_the_pause_before_a_further_try_grows_up_to_five_minutes(
    connected: Desk, refusals: list[Problem]
) -> None:
    await connected.receive()
    activity = await connected.reply(TOM, 10_001)
    refusals.append(Problem(code="unavailable", detail="no database"))
    pauses = []
    for _ in range(10):
        connected.clock.pass_by(timedelta(minutes=6))
        await send_mail(connected.app)
        async with connected.app.database.transaction() as tx:
            mail = await tx.session.get_one(TicketMail, await connected.outgoing_id(activity))
            pauses.append(mail.due_at - connected.clock.now)
    assert pauses == sorted(pauses)
    assert pauses[0] < timedelta(seconds=3)
    assert timedelta(minutes=4) < pauses[-1] <= timedelta(minutes=5)


async def test_a_mail_that_the_mail_service_refuses_is_undeliverable_with_its_reason(
    connected: Desk, refusals: list[Problem]
) -> None:
    await connected.receive()
    await connected.reply(TOM, 10_001)
    await connected.events(Event)
    refusals.append(Problem(code="no_account", detail="No mail account can send for 'support'."))
    assert await send_mail(connected.app) == 1
    assert await send_mail(connected.app) == 0
    note = (await connected.activities(10_001))[-1]
    assert note.text == "Undeliverable to sabine@schulz.example: No mail account can send for 'support'."
    assert note.author_kind is ActorKind.SYSTEM
    client = await connected.browser(TOM)
    sent = (await client.get("/tickets/10001")).json()["activities"]["items"][1]
    assert [(state["state"], state["reason"]) for state in sent["deliveries"]] == [
        ("failed", "No mail account can send for 'support'.")
    ]
    (added,) = await connected.events(ActivityAdded)
    assert {addressee.agent_id for addressee in added.audience} == {TOM, ANNA}


async def test_a_mail_that_the_bus_cannot_carry_is_undeliverable_and_the_next_one_goes_on(
    connected: Desk, outbox: list[SendMail]
) -> None:
    await connected.receive()
    await connected.reply(TOM, 10_001)
    await connected.reply(TOM, 10_001, text="The next one")
    async with connected.app.database.transaction() as tx:
        grown = sa.update(Activity).where(Activity.text == "An answer").values(text="x" * 5_000_000)
        await tx.session.execute(grown)
    assert await send_mail(connected.app) == 2
    assert [mail.text for mail in outbox] == ["The next one"]
    assert "too many for the bus" in (await connected.activities(10_001))[-1].text


async def test_two_workers_hand_each_mail_over_once(connected: Desk, outbox: list[SendMail]) -> None:
    await connected.receive()
    for number in range(6):
        await connected.reply(TOM, 10_001, text=f"Answer {number}")
    done = await asyncio.gather(*(send_mail(connected.app) for _ in range(3)))
    assert sum(done) == 6
    assert len({mail.outgoing_id for mail in outbox}) == len(outbox) == 6


async def test_the_first_accepted_recipient_makes_the_ticket_answered(desk: Desk) -> None:
    await desk.receive(cc=(MAX,))
    activity = await desk.reply(TOM, 10_001)
    assert (await desk.ticket(10_001)).status == "new"
    await desk.events(Event)
    await desk.accept(activity, "sabine@schulz.example")
    ticket = await desk.ticket(10_001)
    assert (ticket.status, ticket.ball, ticket.version) == ("answered", "customer", 3)
    delivered, status_changed, changed = await desk.events(Event)
    assert isinstance(delivered, TicketChanged)
    assert (delivered.changed, delivered.ticket_version, delivered.audience) == (("deliveries",), 3, ())
    assert isinstance(status_changed, ActivityAdded)
    assert isinstance(changed, TicketChanged)
    assert (status_changed.kind, changed.changed, changed.status) == ("status_change", ("status",), "answered")
    await desk.accept(activity, "max@schulz.example")
    assert (await desk.ticket(10_001)).version == 4
    (delivered,) = await desk.events(Event)
    assert isinstance(delivered, TicketChanged)
    assert (delivered.changed, delivered.status) == (("deliveries",), "answered")
    await desk.accept(activity, "max@schulz.example")
    assert await desk.events(Event) == [], "what is known already is no change"
    kinds = [activity.kind for activity in await desk.activities(10_001)]
    assert kinds == ["incoming", "outgoing", "status_change"]


async def test_an_answer_that_the_customer_overtook_does_not_hide_the_question(desk: Desk) -> None:
    await desk.receive()
    activity = await desk.reply(TOM, 10_001)
    await desk.receive(subject="DS-10001", text="One more thing")
    await desk.accept(activity)
    assert (await desk.ticket(10_001)).status == "new"


async def test_an_answer_to_a_closed_ticket_leaves_it_closed(desk: Desk) -> None:
    await desk.receive()
    activity = await desk.reply(TOM, 10_001)
    client = await desk.browser(TOM)
    await client.patch("/tickets/10001", json={"status": "successfully_closed"}, headers={"If-Match": '"2"'})
    await desk.accept(activity)
    assert (await desk.ticket(10_001)).status == "successfully_closed"


async def test_a_rejected_mail_brings_the_ball_back_and_tells_people(desk: Desk) -> None:
    await desk.receive(cc=(MAX,))
    activity = await desk.reply(TOM, 10_001)
    await desk.accept(activity, "sabine@schulz.example")
    await desk.events(Event)
    await desk.handle(
        MailRejected(
            outgoing_id=await desk.outgoing_id(activity),
            reference=SentReference(kind="activity", id=activity.id),
            message_id=activity.message_id or "",
            recipients=("Max@schulz.example",),
            reason="550 5.1.1 No such user",
        )
    )
    ticket = await desk.ticket(10_001)
    assert (ticket.status, ticket.ball) == ("in_progress", "us")
    told = (await desk.events(ActivityAdded))[0]
    assert {addressee.agent_id for addressee in told.audience} == {TOM, ANNA}
    client = await desk.browser(TOM)
    items = (await client.get("/tickets/10001", params={})).json()["activities"]["items"]
    sent = next(item for item in items if item["kind"] == "outgoing")
    assert {state["address"]: state["state"] for state in sent["deliveries"]} == {
        "sabine@schulz.example": "accepted",
        "max@schulz.example": "failed",
    }


async def test_the_fate_of_another_services_mail_is_none_of_ours(desk: Desk) -> None:
    ticket = await desk.receive()
    activity = await desk.reply(TOM, 10_001)
    await desk.events(Event)
    for reference in (SentReference(kind="notice", id=activity.id), SentReference(kind="activity", id=ticket.id)):
        await desk.handle(
            MailRejected(
                outgoing_id=ticket.id, reference=reference, message_id="x", recipients=("a@b.example",), reason="no"
            )
        )
    assert await desk.events(Event) == []


async def test_batches_about_the_same_tickets_in_another_order_do_not_block_each_other(desk: Desk) -> None:
    mails = [desk.mail() for _ in range(8)]
    await desk.handle(*mails)
    answers = [await desk.reply(TOM, 10_001 + number) for number in range(8)]
    accepted = [
        MailAccepted(
            outgoing_id=await desk.outgoing_id(answer),
            reference=SentReference(kind="activity", id=answer.id),
            message_id=answer.message_id or "",
            recipients=("sabine@schulz.example",),
        )
        for answer in answers
    ]
    rejected = [MailRejected(**dict(event), reason="No such user") for event in reversed(accepted)]
    replies = [desk.mail(in_reply_to=(answer.message_id,)) for answer in reversed(answers)]
    async with asyncio.timeout(5):
        await asyncio.gather(desk.handle(*accepted), desk.handle(*rejected), desk.handle(*replies))
    assert {(await desk.ticket_of(mail)).ball for mail in mails} <= {"us", "customer"}
    assert [len(await desk.activities(10_001 + number)) >= 4 for number in range(8)] == [True] * 8
