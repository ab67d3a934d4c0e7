"""Mails that arrive: they open a ticket, join one, or end otherwise, and nothing is lost or doubled."""

import asyncio
from datetime import timedelta

import sqlalchemy as sa
from services.tickets.tests.conftest import SABINE, SUPPORT, Desk

from contracts.ingest import Attachment, Mailbox
from contracts.messages import Event
from contracts.tickets import ActivityAdded, ActorKind, MailFiled, Reason, TicketChanged, TicketOpened
from tickets.channels.models import Channel
from tickets.desk.models import Activity, KnownMessage, Ticket
from tickets.desk.rules.words import Kind
from tickets.staff.demo import ANNA, TOM

MALLORY = Mailbox(name="Mallory", address="mallory@evil.example")
MAX = Mailbox(name="Max Schulz", address="Max@schulz.example")


async def test_a_mail_opens_a_ticket_in_the_channel_of_its_account(desk: Desk) -> None:
    mail = desk.mail(html="<p>Hello</p>")
    await desk.handle(mail)
    ticket = await desk.ticket_of(mail)
    assert (ticket.number, ticket.version, ticket.channel, ticket.status) == (10_001, 1, "support", "new")
    assert (ticket.origin, ticket.subject, ticket.opened_at) == ("email", "Invoice received twice", mail.received_at)
    assert (ticket.contact_id, ticket.contact_name) == (None, "Sabine Schulz")
    assert ticket.contact_address == "sabine@schulz.example"
    (activity,) = await desk.activities(ticket.number)
    assert (activity.kind, activity.text, activity.html) == (Kind.INCOMING, mail.text, "<p>Hello</p>")
    assert (activity.author_kind, activity.author_name) == (ActorKind.CONTACT, "Sabine Schulz")
    assert activity.shown_outside is True
    assert activity.explanation == "It names no ticket, so it opened this one."


async def test_the_world_is_told_that_a_ticket_opened_and_ingest_that_the_mail_is_filed(desk: Desk) -> None:
    mail = desk.mail()
    await desk.handle(mail)
    opened, filed = await desk.events(Event)
    assert isinstance(opened, TicketOpened)
    assert isinstance(filed, MailFiled)
    assert opened.bus_subject() == "tickets.evt.ticket_opened.v1.support"
    assert (opened.number, opened.ticket_version, opened.origin) == (10_001, 1, "email")
    assert {addressee.agent_id: addressee.reasons for addressee in opened.audience} == {
        TOM: (Reason.SUBSCRIBER,),
        ANNA: (Reason.SUBSCRIBER,),
    }
    assert (filed.mail_id, filed.outcome, filed.number) == (mail.mail_id, "ticket", 10_001)
    assert filed.activity_id == opened.activity_id
    assert opened.meta.correlation_id == filed.meta.correlation_id == mail.meta.correlation_id


async def test_a_reply_with_only_the_number_in_its_subject_lands_in_the_same_ticket(desk: Desk) -> None:
    first = await desk.receive()
    second = await desk.receive(subject="AW: [DS-10001] something else")
    assert second.id == first.id
    assert second.version == 2
    assert (await desk.activities(10_001))[1].explanation == (
        "Its subject has the number DS-10001. sabine@schulz.example takes part in it."
    )


async def test_a_reply_with_only_its_headers_lands_in_the_same_ticket(desk: Desk) -> None:
    mail = desk.mail()
    await desk.handle(mail)
    reply = await desk.receive(subject="Something else", in_reply_to=(mail.message_id,))
    assert reply.number == 10_001
    reference = await desk.receive(subject="Something else", references=("who@knows", str(mail.message_id)))
    assert reference.number == 10_001


async def test_a_stranger_with_a_number_opens_a_ticket_and_leaves_the_other_one_alone(desk: Desk) -> None:
    before = await desk.receive()
    stolen = await desk.receive(sender=MALLORY, subject="RE: [DS-10001] Invoice")
    after = await desk.ticket(before.number)
    assert stolen.number == 10_002
    assert stolen.possible_follow_up_of == before.id
    assert stolen.subject == "RE: Invoice"
    assert (after.version, after.changed_at, len(await desk.activities(10_001))) == (1, before.changed_at, 1)


async def test_a_stranger_with_forged_headers_opens_a_ticket_too(desk: Desk) -> None:
    mail = desk.mail()
    await desk.handle(mail)
    forged = await desk.receive(sender=MALLORY, in_reply_to=(mail.message_id,))
    assert forged.number == 10_002
    assert (await desk.activities(10_002))[0].explanation == (
        "It possibly belongs to DS-10001, but mallory@evil.example takes no part in it."
    )


async def test_whoever_got_a_mail_of_the_ticket_takes_part_in_it_whatever_the_case(desk: Desk) -> None:
    await desk.receive(cc=(MAX,))
    assert (await desk.receive(sender=Mailbox(name="", address="max@Schulz.example"), subject="DS-10001")).number == (
        10_001
    )


async def test_a_mail_between_participants_that_the_contact_did_not_get_is_not_shown_to_the_contact(desk: Desk) -> None:
    await desk.receive(cc=(MAX,))
    await desk.receive(sender=MAX, subject="DS-10001", text="Between us")
    await desk.receive(sender=MAX, subject="DS-10001", cc=(SABINE,), text="For all of us")
    shown = {activity.text: activity.shown_outside for activity in await desk.activities(10_001)}
    assert shown["Between us"] is False
    assert shown["For all of us"] is True


async def test_a_customers_mail_reopens_a_closed_ticket(desk: Desk) -> None:
    ticket = await desk.receive()
    client = await desk.browser(TOM)
    closed = await client.patch("/tickets/10001", json={"status": "successfully_closed"}, headers={"If-Match": '"1"'})
    assert closed.json()["status"]["category"] == "closed"
    await desk.events(Event)
    again = await desk.receive(subject="DS-10001")
    assert (again.id, again.status, again.closed, again.closed_at) == (ticket.id, "in_progress", False, None)
    added, changed_status, changed, _ = await desk.events(Event)
    assert isinstance(added, ActivityAdded)
    assert isinstance(changed_status, ActivityAdded)
    assert isinstance(changed, TicketChanged)
    assert (added.kind, changed_status.kind, changed.changed) == ("incoming", "status_change", ("status",))
    assert {event.ticket_version for event in (added, changed_status, changed)} == {3}
    assert {event.status for event in (added, changed_status, changed)} == {"in_progress"}
    assert added.audience
    assert not changed_status.audience
    assert not changed.audience


async def test_a_reply_long_after_closing_opens_a_new_ticket_where_the_channel_wants_that(desk: Desk) -> None:
    await desk.receive()
    async with desk.app.database.transaction() as tx:
        await tx.session.execute(sa.update(Channel).where(Channel.key == "support").values(reopen_days=30))
    client = await desk.browser(TOM)
    await client.patch("/tickets/10001", json={"status": "successfully_closed"}, headers={"If-Match": '"1"'})
    desk.clock.pass_by(timedelta(days=29))
    assert (await desk.receive(subject="DS-10001")).number == 10_001
    await client.patch("/tickets/10001", json={"status": "successfully_closed"}, headers={"If-Match": '"3"'})
    desk.clock.pass_by(timedelta(days=31))
    late = await desk.receive(subject="DS-10001")
    assert late.number == 10_002
    assert late.possible_follow_up_of == (await desk.ticket(10_001)).id


async def test_the_same_mail_from_two_accounts_makes_one_activity(desk: Desk) -> None:
    first = desk.mail(text="The same")
    copy = desk.mail(
        text="The same",
        message_id=first.message_id,
        account="sales",
        account_address="sales@desk.example",
        channel="sales",
    )
    await desk.handle(first)
    await desk.handle(copy)
    assert [filed.outcome for filed in await desk.events(MailFiled)] == ["ticket", "duplicate"]
    assert (await desk.count(Ticket), await desk.count(Activity)) == (1, 1)


async def test_the_same_mail_twice_in_one_batch_makes_one_activity(desk: Desk) -> None:
    first = desk.mail(text="The same")
    copy = desk.mail(text="The same", message_id=first.message_id)
    await desk.handle(first, copy)
    filed = await desk.events(MailFiled)
    assert [event.outcome for event in filed] == ["ticket", "duplicate"]
    assert filed[0].activity_id == filed[1].activity_id
    assert await desk.count(Activity) == 1


async def test_the_same_message_id_on_other_content_is_another_mail(desk: Desk) -> None:
    await desk.receive(message_id="not-unique@schulz.example", text="One")
    other = await desk.receive(message_id="not-unique@schulz.example", text="Two")
    assert other.number == 10_002


async def test_a_mail_without_a_message_id_is_known_by_its_bytes(desk: Desk) -> None:
    mail = desk.mail(message_id=None, text="The same", raw_sha256="a" * 64)
    await desk.handle(mail)
    await desk.handle(desk.mail(message_id=None, text="The same", raw_sha256="a" * 64))
    assert [filed.outcome for filed in await desk.events(MailFiled)] == ["ticket", "duplicate"]


async def test_a_mail_that_is_published_again_is_filed_where_it_is(desk: Desk) -> None:
    mail = desk.mail()
    await desk.handle(mail)
    await desk.handle(mail)
    first, second = await desk.events(MailFiled)
    assert first.model_dump() == second.model_dump()
    assert await desk.count(Activity) == 1


async def test_a_reply_in_the_same_batch_as_its_first_mail_lands_in_the_same_ticket(desk: Desk) -> None:
    mail = desk.mail()
    reply = desk.mail(in_reply_to=(mail.message_id,), subject="AW: Invoice")
    await desk.handle(mail, reply)
    assert (await desk.ticket_of(reply)).number == (await desk.ticket_of(mail)).number
    ticket = await desk.ticket_of(mail)
    assert ticket.version == 1
    assert {event.ticket_version for event in await desk.events(ActivityAdded)} == {1}


async def test_a_batch_gives_each_new_ticket_a_number_of_its_own_in_order(desk: Desk) -> None:
    mails = [desk.mail() for _ in range(30)]
    await desk.handle(*mails)
    numbers = [event.number for event in await desk.events(TicketOpened)]
    assert numbers == list(range(10_001, 10_031))
    assert (await desk.receive()).number == 10_031


async def test_a_mail_for_a_channel_that_does_not_exist_goes_to_the_first_channel(desk: Desk) -> None:
    assert (await desk.receive(channel="closed-down")).channel == "support"


async def test_a_mail_without_a_sender_or_a_subject_is_a_ticket_too(desk: Desk) -> None:
    ticket = await desk.receive(sender=None, subject="", message_id=None)
    assert (ticket.subject, ticket.contact_name, ticket.contact_address) == ("", None, None)
    assert (await desk.activities(ticket.number))[0].shown_outside is False


async def test_our_own_mail_that_comes_back_to_us_is_no_news(desk: Desk) -> None:
    await desk.receive()
    activity = await desk.reply(TOM, 10_001, to=[{"address": "sabine@schulz.example"}])
    await desk.receive(account="sales", account_address="sales@desk.example", channel="sales")
    ours = Mailbox(name="", address="sales@desk.example")
    await desk.events(Event)
    await desk.handle(desk.mail(sender=ours, message_id=activity.message_id))
    (filed,) = await desk.events(MailFiled)
    assert (filed.outcome, filed.number) == ("duplicate", 10_001)


async def test_a_forged_copy_of_our_message_id_is_not_dropped(desk: Desk) -> None:
    await desk.receive()
    activity = await desk.reply(TOM, 10_001)
    forged = await desk.receive(sender=MALLORY, message_id=activity.message_id)
    assert forged.number == 10_002


async def test_attachments_and_recipients_are_kept_as_they_came(desk: Desk) -> None:
    file = Attachment(filename="Rechnung.png", content_type="image/png", size=3, sha256="6" * 64, inline=True)
    ticket = await desk.receive(attachments=(file,), cc=(MAX,), references=("a@b", "c@d"))
    (activity,) = await desk.activities(ticket.number)
    assert activity.attachments == [file.model_dump()]
    assert activity.to == [SUPPORT.model_dump()]
    assert activity.cc == [MAX.model_dump()]
    assert activity.thread == ["a@b", "c@d"]


async def test_two_workers_with_copies_of_one_mail_make_one_activity(desk: Desk) -> None:
    first = desk.mail(text="The same")
    copy = desk.mail(text="The same", message_id=first.message_id)
    await asyncio.gather(desk.handle(first), desk.handle(copy), return_exceptions=True)
    for mail in (first, copy):
        await desk.handle(mail)
    assert (await desk.count(Activity), await desk.count(KnownMessage)) == (1, 1)
    outcomes = {filed.mail_id: filed.outcome for filed in await desk.events(MailFiled)}
    assert sorted(outcomes.values()) == ["duplicate", "ticket"]


async def test_two_workers_with_replies_to_one_ticket_count_its_version_on(desk: Desk) -> None:
    await desk.receive()
    await asyncio.gather(*(desk.handle(desk.mail(subject="DS-10001")) for _ in range(5)))
    ticket = await desk.ticket(10_001)
    assert (ticket.version, len(await desk.activities(10_001))) == (6, 6)
