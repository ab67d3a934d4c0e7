"""The demo desk: one ticket of each kind, however often it is seeded."""

import sqlalchemy as sa
from services.tickets.tests.conftest import Desk

from tickets import demo
from tickets.channels.models import Channel
from tickets.desk.models import Activity, Ticket
from tickets.staff.demo import ADA, PETRA, TOM


async def test_the_demo_has_a_ticket_of_each_kind_and_seeding_it_twice_changes_nothing(desk: Desk) -> None:
    for _ in range(2):
        async with desk.app.database.transaction() as tx:
            await demo.seed(tx, password="demo password")
    assert (await desk.count(Ticket), await desk.count(Activity)) == (4, 4)
    petra, ada = await desk.browser(PETRA), await desk.browser(ADA)
    listed = {
        ticket["subject"]: (ticket["channel"]["key"], ticket["origin"])
        for client in (petra, ada)
        for ticket in (await client.get("/tickets")).json()["items"]
    }
    assert listed == {
        "Invoice received twice": ("support", "email"),
        "Application as a service technician": ("recruitment", "email"),
        "Error 500 when an invoice is exported": ("backend", "internal"),
        "Quote for 20 more licences": ("sales", "enquiry"),
    }


async def test_a_customer_of_the_demo_is_answered_and_answers(desk: Desk) -> None:
    async with desk.app.database.transaction() as tx:
        await demo.seed(tx, password="demo password")
    activity = await desk.reply(TOM, 10_001)
    assert [mailbox["address"] for mailbox in activity.to] == ["frieda@froehlich.example"]


async def test_a_channel_that_was_changed_keeps_its_changes(desk: Desk) -> None:
    async with desk.app.database.transaction() as tx:
        await tx.session.execute(sa.update(Channel).where(Channel.key == "support").values(name="Service"))
        await demo.seed(tx, password="demo password")
        assert (await tx.session.get_one(Channel, "support")).name == "Service"
