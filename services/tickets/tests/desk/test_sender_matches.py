"""The contact of a ticket: found before the mail, after it, or at the same time (CR-01, MA-05)."""

import asyncio
from typing import Any
from uuid import UUID

from services.tickets.tests.conftest import Desk

from contracts.crm_match import SenderMatched
from contracts.ingest import Mailbox
from contracts.tickets import TicketChanged, TicketOpened
from tickets.staff.demo import TOM

SABINE_ID, SCHULZ_ID, OTHER_ID = (UUID(int=number) for number in (1, 2, 3))


def matched(mail_id: UUID, **fields: Any) -> SenderMatched:
    """The contact service knows Sabine."""
    known: dict[str, Any] = {
        "outcome": "matched",
        "contact_id": SABINE_ID,
        "contact_name": "Sabine Schulz",
        "company_id": SCHULZ_ID,
        "company_name": "Familie Schulz",
    }
    return SenderMatched(mail_id=mail_id, **(known | fields))


async def test_a_match_after_the_mail_gives_the_ticket_its_contact(desk: Desk) -> None:
    mail = desk.mail()
    await desk.handle(mail)
    await desk.handle(matched(mail.mail_id))
    ticket = await desk.ticket_of(mail)
    assert (ticket.contact_id, ticket.company_name, ticket.version) == (SABINE_ID, "Familie Schulz", 2)
    (changed,) = await desk.events(TicketChanged)
    assert (changed.changed, changed.ticket_version, changed.audience) == (("contact",), 2, ())


async def test_a_match_before_the_mail_is_there_when_the_mail_comes(desk: Desk) -> None:
    mail = desk.mail()
    await desk.handle(matched(mail.mail_id))
    await desk.handle(mail)
    ticket = await desk.ticket_of(mail)
    assert (ticket.contact_id, ticket.contact_name, ticket.version) == (SABINE_ID, "Sabine Schulz", 1)
    (opened,) = await desk.events(TicketOpened)
    assert opened.actor.id == SABINE_ID


async def test_a_match_and_its_mail_at_the_same_time_never_miss_each_other(desk: Desk) -> None:
    mails = [desk.mail() for _ in range(20)]
    for mail in mails:
        await asyncio.gather(desk.handle(mail), desk.handle(matched(mail.mail_id)))
    assert {(await desk.ticket_of(mail)).contact_id for mail in mails} == {SABINE_ID}


async def test_batches_of_matches_and_mails_at_the_same_time_do_not_block_each_other(desk: Desk) -> None:
    mails = [desk.mail() for _ in range(60)]
    matches = [matched(mail.mail_id) for mail in reversed(mails)]
    await asyncio.gather(desk.handle(*mails[:30]), desk.handle(*matches), desk.handle(*mails[30:]))
    assert {(await desk.ticket_of(mail)).contact_id for mail in mails} == {SABINE_ID}


async def test_an_unknown_sender_changes_nothing(desk: Desk) -> None:
    mail = desk.mail()
    await desk.handle(mail)
    await desk.handle(
        matched(mail.mail_id, outcome="unknown", contact_id=None, contact_name=None, company_id=None, company_name=None)
    )
    assert (await desk.ticket_of(mail)).version == 1
    assert await desk.events(TicketChanged) == []


async def test_several_contacts_are_offered_and_none_is_picked(desk: Desk) -> None:
    mail = desk.mail()
    await desk.handle(mail)
    await desk.handle(
        matched(mail.mail_id, outcome="ambiguous", contact_id=None, contact_name=None, candidates=(SABINE_ID, OTHER_ID))
    )
    client = await desk.browser(TOM)
    ticket = (await client.get("/tickets/10001")).json()
    assert ticket["contact_candidates"] == [str(SABINE_ID), str(OTHER_ID)]
    assert ticket["version"] == 2, "whoever shows the ticket is told that there is something to choose"
    assert ticket["contact"]["id"] is None


async def test_whoever_writes_later_does_not_take_the_ticket_over(desk: Desk) -> None:
    other = Mailbox(name="Max", address="max@schulz.example")
    await desk.receive(cc=(other,))
    mail = desk.mail(sender=other, subject="DS-10001")
    await desk.handle(mail)
    await desk.handle(matched(mail.mail_id, contact_id=OTHER_ID, contact_name="Max"))
    assert (await desk.ticket_of(mail)).contact_id is None
    client = await desk.browser(TOM)
    newest = (await client.get("/tickets/10001")).json()["activities"]["items"][0]
    assert newest["author"] == {"kind": "contact", "id": str(OTHER_ID), "name": "Max"}


async def test_a_contact_takes_part_in_their_ticket_from_every_address(desk: Desk) -> None:
    first = desk.mail()
    await desk.handle(first)
    await desk.handle(matched(first.mail_id))
    from_home = desk.mail(sender=Mailbox(name="", address="sabine@home.example"), subject="DS-10001")
    await desk.handle(matched(from_home.mail_id))
    await desk.handle(from_home)
    assert (await desk.ticket_of(from_home)).number == 10_001
