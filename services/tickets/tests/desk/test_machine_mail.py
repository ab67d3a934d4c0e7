"""Mails that machines wrote: attached where they belong, never answered, never dropped silently (MT-06, MT-07)."""

import pytest
from services.tickets.tests.conftest import Desk

from contracts.ingest import BouncedRecipient, Mailbox, MailKind
from contracts.messages import Event
from contracts.tickets import ActivityAdded, MailFiled
from tickets.desk.models import Ticket
from tickets.staff.demo import ANNA, TOM

DAEMON = Mailbox(name="Mail Delivery System", address="mailer-daemon@mx.schulz.example")


async def answered(desk: Desk) -> str:
    """A ticket whose reply was accepted; gives the reply's Message-ID."""
    await desk.receive()
    activity = await desk.reply(TOM, 10_001)
    await desk.accept(activity)
    assert (await desk.ticket(10_001)).status == "answered"
    await desk.events(Event)
    assert activity.message_id is not None
    return activity.message_id


async def test_an_absence_notice_is_attached_and_changes_no_status(desk: Desk) -> None:
    message_id = await answered(desk)
    ticket = await desk.receive(kind=MailKind.AUTO_REPLY, in_reply_to=(message_id,), sender=DAEMON)
    assert (ticket.number, ticket.status) == (10_001, "answered")
    notice = (await desk.activities(10_001))[-1]
    assert (notice.kind, notice.mail_kind, notice.shown_outside) == ("incoming", "auto_reply", False)


async def test_an_absence_notice_does_not_reopen_a_closed_ticket(desk: Desk) -> None:
    message_id = await answered(desk)
    client = await desk.browser(TOM)
    version = (await client.get("/tickets/10001")).headers["ETag"]
    await client.patch("/tickets/10001", json={"status": "successfully_closed"}, headers={"If-Match": version})
    ticket = await desk.receive(kind=MailKind.AUTO_REPLY, in_reply_to=(message_id,))
    assert ticket.closed


@pytest.mark.parametrize("kind", [MailKind.AUTO_REPLY, MailKind.BOUNCE])
async def test_an_automatic_answer_to_nothing_is_machine_mail_and_no_ticket(desk: Desk, kind: MailKind) -> None:
    mail = desk.mail(kind=kind)
    await desk.handle(mail)
    assert await desk.count(Ticket) == 0
    (filed,) = await desk.events(MailFiled)
    assert (filed.mail_id, filed.outcome, filed.ticket_id) == (mail.mail_id, "machine", None)


@pytest.mark.parametrize("kind", [MailKind.AUTO_GENERATED, MailKind.BULK])
async def test_an_alert_or_a_list_mail_that_matches_nothing_opens_a_ticket(desk: Desk, kind: MailKind) -> None:
    assert (await desk.receive(kind=kind)).status == "new"


async def test_a_list_mail_in_a_ticket_changes_no_status(desk: Desk) -> None:
    message_id = await answered(desk)
    ticket = await desk.receive(kind=MailKind.BULK, in_reply_to=(message_id,))
    assert (ticket.number, ticket.status) == (10_001, "answered")


async def test_a_bounce_marks_its_recipient_and_gives_us_the_ball(desk: Desk) -> None:
    message_id = await answered(desk)
    ticket = await desk.receive(
        kind=MailKind.BOUNCE,
        sender=DAEMON,
        reported_message_id=message_id,
        bounced=(BouncedRecipient(address="Sabine@schulz.example", reason="550 5.1.1 User unknown"),),
    )
    assert (ticket.number, ticket.status, ticket.ball) == (10_001, "in_progress", "us")
    client = await desk.browser(TOM)
    activities = (await client.get("/tickets/10001/activities", params={"order": "oldest"})).json()["items"]
    (state,) = activities[1]["deliveries"]
    assert (state["address"], state["state"], state["reason"]) == (
        "sabine@schulz.example",
        "bounced",
        "550 5.1.1 User unknown",
    )
    told = (await desk.events(ActivityAdded))[0]
    assert {addressee.agent_id for addressee in told.audience} == {TOM, ANNA}
    assert told.actor.kind == "system"


async def test_a_late_acceptance_does_not_hide_a_bounce(desk: Desk) -> None:
    await desk.receive()
    activity = await desk.reply(TOM, 10_001)
    await desk.receive(
        kind=MailKind.BOUNCE,
        reported_message_id=activity.message_id,
        bounced=(BouncedRecipient(address="sabine@schulz.example", reason="gone"),),
    )
    await desk.accept(activity)
    client = await desk.browser(TOM)
    activities = (await client.get("/tickets/10001/activities", params={"order": "oldest"})).json()["items"]
    assert [state["state"] for state in activities[1]["deliveries"]] == ["bounced"]


async def test_a_bounce_does_not_make_its_sender_a_participant(desk: Desk) -> None:
    message_id = await answered(desk)
    await desk.receive(kind=MailKind.BOUNCE, sender=DAEMON, reported_message_id=message_id)
    assert (await desk.receive(sender=DAEMON, subject="DS-10001")).number == 10_002
