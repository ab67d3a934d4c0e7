"""What each customer sees and where mails go after a merge (TS-09, AT-05, AT-09, attacks 15 and 16)."""

from typing import Any

import pytest
from services.tickets.tests.conftest import SABINE, Desk
from services.tickets.tests.desk.test_merging import BEN, BEN_ID, OF_A, OF_B, SABINE_ID, mail, merge, texts, two, undo
from services.tickets.tests.desk.test_portal_view import seen

from chassis.ids import new_id
from contracts.crm_match import SenderMatched
from contracts.ingest import Mailbox
from contracts.messages import Event
from contracts.portal import Author, ReplySubmitted
from contracts.tickets import MailFiled, SubmissionFiled
from tickets.desk.portal import customer_tickets
from tickets.staff.demo import TOM


async def test_each_customer_sees_what_they_saw_before_the_merge_and_after_the_undo(desk: Desk) -> None:
    """Attack 15: a merge shows nobody anything that they did not see."""
    a, b = await two(desk)
    tom = await desk.browser(TOM)
    before = [await seen(desk, OF_A, SABINE_ID), await seen(desk, OF_B, BEN_ID)]
    merged = await merge(tom, b, a)
    during = [await seen(desk, OF_A, SABINE_ID), await seen(desk, OF_B, BEN_ID)]
    assert before == during
    assert await seen(desk, OF_B, SABINE_ID) is None
    assert await seen(desk, OF_A, BEN_ID) is None
    for contact, number in ((SABINE_ID, OF_A), (BEN_ID, OF_B)):
        async with desk.app.database.transaction() as tx:
            page = await customer_tickets(tx, (contact,), cursor=None, limit=50, prefix="DS")
        assert [ticket.number for ticket in page.tickets] == [number]
    await undo(tom, merged)
    assert [await seen(desk, OF_A, SABINE_ID), await seen(desk, OF_B, BEN_ID)] == before


async def test_what_is_written_after_the_merge_is_seen_by_whom_it_is_addressed_to(desk: Desk) -> None:
    a, b = await two(desk)
    tom = await desk.browser(TOM)
    merged = await merge(tom, b, a)
    to_ben = await desk.reply(TOM, OF_A, text="For Ben")
    assert [mailbox["address"] for mailbox in to_ben.to] == [BEN.address], "who wrote last is answered"
    assert (to_ben.subject, to_ben.thread) == ("[DS-10002] RE: Invoice received twice", ["b1@bewerber.example"])
    to_sabine = await desk.reply(TOM, OF_A, text="For Sabine", to=[{"address": SABINE.address}])
    assert (to_sabine.subject or "").startswith("[DS-10001]")
    assert to_sabine.thread == ["a1@schulz.example"], "no Message-ID of the one's thread reaches the other"
    both = [{"address": SABINE.address}, {"address": BEN.address}]
    await desk.reply(TOM, OF_A, text="For both", to=both)
    await tom.post("/tickets/10001/notes", json={"text": "Released", "shown_outside": True})
    assert await texts(desk, OF_B, BEN_ID) == ["BEN one", "For Ben", "For both"]
    assert await texts(desk, OF_A, SABINE_ID) == ["SABINE one", "For Sabine", "For both", "Released"]
    assert {one.ticket_id for one in await desk.activities(OF_A)} == {a.id}
    await undo(tom, merged | {"version": (await desk.ticket(OF_A)).version})
    assert [one.text for one in await desk.activities(OF_B)][:2] == ["BEN one", "For Ben"]
    assert await texts(desk, OF_B, BEN_ID) == ["BEN one", "For Ben"] + ["For both"] * (
        "For both" in [one.text for one in await desk.activities(OF_B)]
    )


@pytest.mark.parametrize(
    "names_it",
    [
        {"in_reply_to": ("b1@bewerber.example",)},
        {"references": ("x@y.example", "b1@bewerber.example")},
        {"subject": "RE: [DS-10002] Invoice"},
        {"subject": "RE: [DS-10001] Invoice"},
    ],
)
async def test_a_mail_to_the_merged_ticket_lands_in_the_target_and_at_home_after_the_undo(
    desk: Desk, names_it: dict[str, Any]
) -> None:
    """AT-05, AT-09: Ben's old number, the old Message-ID and the target's number lead to the target, which reopens."""
    a, b = await two(desk)
    tom = await desk.browser(TOM)
    merged = await merge(tom, b, a)
    closed = await tom.patch(
        "/tickets/10001", json={"status": "successfully_closed"}, headers={"If-Match": f'"{merged["version"]}"'}
    )
    assert closed.json()["status"]["category"] == "closed"
    await desk.events(Event)
    during = await mail(desk, BEN, BEN_ID, text="BEN two", **names_it)
    filed = (await desk.events(MailFiled))[0]
    assert (during.id, during.status, during.closed) == (a.id, "in_progress", False)
    assert (filed.number, filed.ticket_id) == (OF_A, a.id)
    assert await texts(desk, OF_B, BEN_ID) == ["BEN one", "BEN two"]
    assert await texts(desk, OF_A, SABINE_ID) == ["SABINE one"]
    shown = (await tom.get("/tickets/10001")).json()
    await undo(tom, shown)
    assert [one.text for one in await desk.activities(OF_B) if one.text] == ["BEN one", "BEN two"]
    source = await desk.ticket(OF_B)
    assert (source.merged_into, source.closed, source.ball) == (None, False, "us")
    after = await mail(desk, BEN, BEN_ID, text="BEN three", in_reply_to=("b1@bewerber.example",))
    assert after.id == b.id
    assert await texts(desk, OF_B, BEN_ID) == ["BEN one", "BEN two", "BEN three"]


async def test_a_stranger_to_both_gets_a_ticket_of_their_own(desk: Desk) -> None:
    """MT-05, attack 16: knowing a number is no permission, merged or not."""
    a, b = await two(desk)
    tom = await desk.browser(TOM)
    await merge(tom, b, a)
    mallory = Mailbox(name="Mallory", address="mallory@evil.example")
    opened = await mail(desk, mallory, None, subject="RE: [DS-10002] Invoice", in_reply_to=("b1@bewerber.example",))
    assert opened.number == 10_003
    view = (await tom.get("/tickets/10003")).json()
    assert view["possible_follow_up_of"]["number"] == OF_A, "the merged one leads to the target"


async def test_an_answer_in_the_portal_to_the_merged_number_is_written_at_home(desk: Desk) -> None:
    a, b = await two(desk)
    tom = await desk.browser(TOM)
    await merge(tom, b, a)
    await desk.events(Event)
    for contact_ids in ((BEN_ID,), (SABINE_ID,)):
        await desk.handle(
            ReplySubmitted(
                submission_id=new_id(),
                author=Author(contact_id=contact_ids[0], name="x", address="x@x.example"),
                contact_ids=contact_ids,
                submitted_at=desk.clock(),
                number=OF_B,
                text="In the portal",
            )
        )
    accepted, refused = await desk.events(SubmissionFiled)
    assert (accepted.number, accepted.ticket_id, accepted.refusal) == (OF_B, b.id, None)
    assert refused.refusal == "not_found"
    assert await texts(desk, OF_B, BEN_ID) == ["BEN one", "In the portal"]
    assert await texts(desk, OF_A, SABINE_ID) == ["SABINE one"]
    assert [one.text for one in await desk.activities(OF_A)].count("In the portal") == 1


async def test_a_contact_that_becomes_known_after_the_merge_is_that_of_the_merged_ticket(desk: Desk) -> None:
    a = await mail(desk, SABINE, SABINE_ID, message_id="a1@schulz.example")
    received = desk.mail(sender=BEN, message_id="b1@bewerber.example")
    await desk.handle(received)
    await merge(await desk.browser(TOM), await desk.ticket(OF_B), a)
    await desk.handle(SenderMatched(mail_id=received.mail_id, outcome="matched", contact_id=BEN_ID, contact_name="Ben"))
    assert ((await desk.ticket(OF_A)).contact_id, (await desk.ticket(OF_B)).contact_id) == (SABINE_ID, BEN_ID)


async def test_a_mail_of_the_merged_ticket_that_is_accepted_answers_the_target(desk: Desk) -> None:
    a, b = await two(desk)
    sent = await desk.reply(TOM, OF_B)
    await merge(await desk.browser(TOM), await desk.ticket(OF_B), a)
    await desk.accept(sent)
    assert (await desk.ticket(OF_A)).status == "answered"
    assert (await desk.ticket(OF_B)).status == b.status
