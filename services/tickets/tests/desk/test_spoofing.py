"""Mails of strangers who know too much: no ticket of somebody else is changed (MT-05, reliability 2.2 rows 1 to 3)."""

from services.tickets.tests.conftest import SABINE, Desk

from contracts.ingest import Mailbox, MailKind, MailReceived
from tickets.desk.rules.tokens import reply_token
from tickets.desk.signing.keys import retire, rotate, signing_key
from tickets.staff.demo import TOM

MALLORY = Mailbox(name="Sabine Schulz", address="mallory@evil.example")
PARTNER = Mailbox(name="", address="partner@evil.example")
VIEWS = ("/tickets/10001", "/tickets/10001/activities?order=oldest")


async def reply_address(desk: Desk, number: int) -> Mailbox:
    """The reply address of a ticket."""
    async with desk.app.database.transaction() as tx:
        token = reply_token(await signing_key(tx), number=number)
    return Mailbox(name="", address=f"support+{token}@desk.example")


def changed(text: str, at: int) -> str:
    """The text with another character in one place."""
    return f"{text[:at]}{'b' if text[at] == 'a' else 'a'}{text[at + 1 :]}"


async def test_a_reply_finds_its_ticket_by_its_signature_alone(desk: Desk) -> None:
    await desk.receive()
    answer = await desk.reply(TOM, 10_001)
    assert answer.message_id is not None
    by_id = await desk.receive(subject="x", references=("cut@off", answer.message_id))
    by_address = await desk.receive(subject="x", to=(await reply_address(desk, 10_001),))
    by_envelope = await desk.receive(subject="x", delivered_to=((await reply_address(desk, 10_001)).address,))
    assert {by_id.number, by_address.number, by_envelope.number} == {10_001}
    told = [activity.explanation for activity in (await desk.activities(10_001)) if activity.kind == "incoming"]
    assert "Its headers name a mail of DS-10001 that we signed. sabine@schulz.example takes part in it." in told
    assert "It went to the signed reply address of DS-10001. sabine@schulz.example takes part in it." in told


async def test_keys_are_rotated_without_losing_answers_and_a_retired_one_counts_no_more(desk: Desk) -> None:
    await desk.receive()
    address = await reply_address(desk, 10_001)
    async with desk.app.database.transaction() as tx:
        first = await signing_key(tx)
        second = await rotate(tx)
        assert (await signing_key(tx)).id == second.id != first.id
    assert (await desk.receive(subject="x", to=(address,))).number == 10_001
    async with desk.app.database.transaction() as tx:
        await retire(tx, first.id)
    assert (await desk.receive(subject="x", to=(address,))).number == 10_002


async def test_our_reply_addresses_are_ours_and_no_recipients_of_an_answer(desk: Desk) -> None:
    """MT-09: a reply to all does not go to the desk itself."""
    await desk.receive()
    address = await reply_address(desk, 10_001)
    await desk.receive(subject="x", to=(address,))
    answer = await desk.reply(TOM, 10_001)
    assert [box["address"] for box in (*answer.to, *answer.cc)] == [SABINE.address]


async def test_no_stranger_gets_into_a_ticket_whatever_they_know_of_it(desk: Desk) -> None:
    """Right numbers, stolen and forged ids, cut and changed tokens, Cc: the ticket is the same, byte for byte."""
    first = desk.mail()
    await desk.handle(first)
    answer = await desk.reply(TOM, 10_001)
    stolen, ours = str(first.message_id), str(answer.message_id)
    address = (await reply_address(desk, 10_001)).address
    client = await desk.browser(TOM)
    before = [(await client.get(path)).content for path in VIEWS]
    mac_from = ours.index("@") - 26
    mails: list[MailReceived] = [
        desk.mail(sender=MALLORY, subject="RE: [DS-10001] Invoice"),
        desk.mail(sender=MALLORY, subject="DS-10001", cc=(SABINE,)),
        desk.mail(sender=None, subject="DS-10001"),
        desk.mail(sender=MALLORY, in_reply_to=(stolen,)),
        desk.mail(sender=MALLORY, in_reply_to=(ours,), references=(stolen, ours)),
        desk.mail(sender=MALLORY, to=(Mailbox(name="", address=address),)),
        desk.mail(sender=MALLORY, delivered_to=(address,)),
        desk.mail(sender=MALLORY, message_id=ours, subject="[DS-10001]"),
        desk.mail(sender=SABINE, subject="x", in_reply_to=(ours.replace(".10001.", ".10002."),)),
        desk.mail(kind=MailKind.AUTO_REPLY, sender=MALLORY, subject="[DS-10001]"),
        desk.mail(kind=MailKind.BOUNCE, sender=MALLORY, reported_message_id=changed(ours, 3)),
        *(desk.mail(sender=SABINE, subject="x", in_reply_to=(changed(ours, at),)) for at in range(mac_from + 26)),
        *(desk.mail(sender=SABINE, subject="x", references=(ours[:at],)) for at in range(len(ours))),
        *(
            desk.mail(sender=SABINE, subject="x", to=(Mailbox(name="", address=changed(address, at)),))
            for at in range(address.index("+"), address.index("@"))
        ),
    ]
    await desk.handle(*mails)
    assert [(await client.get(path)).content for path in VIEWS] == before
    shown = (await desk.activities((await desk.ticket_of(mails[11 + mac_from])).number))[0]
    assert shown.explanation == (
        "It names no ticket, so it opened this one. It carries a token in our form that no key of ours signed."
    )


async def test_a_forged_sender_with_a_number_brings_nobody_along(desk: Desk) -> None:
    """Attack 2: From the victim, Cc the attacker, the right number. The next answer does not go to the attacker."""
    await desk.receive()
    await desk.receive(sender=SABINE, subject="DS-10001", cc=(PARTNER,))
    answer = await desk.reply(TOM, 10_001)
    assert [box["address"] for box in (*answer.to, *answer.cc)] == [SABINE.address]
    assert (await desk.receive(sender=PARTNER, subject="DS-10001")).number == 10_002


async def test_whoever_answers_a_mail_of_ours_may_bring_a_colleague_along(desk: Desk) -> None:
    await desk.receive()
    first = await desk.reply(TOM, 10_001)
    await desk.receive(sender=SABINE, in_reply_to=(first.message_id,), cc=(PARTNER,))
    answer = await desk.reply(TOM, 10_001)
    assert [box["address"] for box in answer.cc] == [PARTNER.address]
