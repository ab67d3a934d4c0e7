"""The request SendMail: what is taken over, from which account, and what is refused."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
import sqlalchemy as sa

from chassis.app import App
from contracts.ingest import Mailbox, MailQueued, SendMail, SentReference
from contracts.messages import Problem, Reply
from ingest import demo
from ingest.models import mail_account, outgoing_mail, outgoing_recipient
from ingest.sending.rpc import send_mail

BuildApp = Callable[..., Awaitable[App]]
Rows = Callable[[App, sa.Table], Awaitable[Sequence[sa.RowMapping]]]

RUDOLF = Mailbox(name="Rudolf Riese", address="rudolf@riese.example")


def request(**changes: Any) -> SendMail:
    values: dict[str, Any] = {
        "outgoing_id": uuid4(),
        "reference": SentReference(kind="activity", id=uuid4()),
        "channel": "support",
        "to": (RUDOLF,),
        "subject": "The gate",
        "text": "It is oiled now.",
        "message_id": f"{uuid4()}@desk.example",
    }
    return SendMail(**values | changes)


async def ask(app: App, question: SendMail) -> Reply:
    async with app.database.transaction() as tx:
        return await send_mail(send_for=timedelta(days=5))(tx, question)


async def test_a_mail_is_stored_with_each_recipient_queued(build_app: BuildApp, rows: Rows) -> None:
    app = await build_app()
    question = request(
        cc=(Mailbox(name="", address="cc@riese.example"), RUDOLF), bcc=(Mailbox(name="", address="hidden@x.example"),)
    )
    assert await ask(app, question) == MailQueued(outgoing_id=question.outgoing_id)
    [row] = await rows(app, outgoing_mail)
    assert (row["state"], row["tries"], row["account_id"]) == ("queued", 0, demo.ACCOUNTS[0][0])
    assert row["give_up_at"] - row["queued_at"] == timedelta(days=5)
    recipients = [(one["address"], one["state"]) for one in await rows(app, outgoing_recipient)]
    assert recipients == [(address, "queued") for address in (RUDOLF.address, "cc@riese.example", "hidden@x.example")]


async def test_the_same_request_twice_is_one_mail_with_the_same_answer(build_app: BuildApp, rows: Rows) -> None:
    app = await build_app()
    question = request()
    assert await ask(app, question) == await ask(app, question)
    assert len(await rows(app, outgoing_mail)) == 1
    assert len(await rows(app, outgoing_recipient)) == 1


@pytest.mark.parametrize(
    ("channel", "account"),
    [("sales", "sales"), ("recruitment", "jobs"), ("backend", "support"), (None, "support")],
)
async def test_a_mail_leaves_from_its_channels_account_or_from_the_default(
    build_app: BuildApp, rows: Rows, channel: str | None, account: str
) -> None:
    app = await build_app()
    await ask(app, request(channel=channel))
    [row] = await rows(app, outgoing_mail)
    [sender] = [one for one in await rows(app, mail_account) if one["id"] == row["account_id"]]
    assert sender["key"] == account
    assert row["envelope_sender"] == sender["address"]


async def test_an_automatic_mail_has_an_empty_return_path(build_app: BuildApp, rows: Rows) -> None:
    app = await build_app()
    await ask(app, request(automatic=True))
    [row] = await rows(app, outgoing_mail)
    assert row["envelope_sender"] == ""


async def test_without_an_active_account_the_mail_is_refused(build_app: BuildApp, rows: Rows) -> None:
    app = await build_app()
    async with app.database.transaction() as tx:
        await tx.session.execute(sa.update(mail_account).values(active=False))
    answer = await ask(app, request())
    assert isinstance(answer, Problem)
    assert answer.code == "no_account"
    assert await rows(app, outgoing_mail) == []


@pytest.mark.parametrize(
    "address",
    [
        "",
        "rudolf",
        "rudolf@",
        "@riese.example",
        "a@b\r\nRCPT TO:<c@d>",
        "a b@c.example",
        "rüdolf@riese.example",
        "a@b,c@d",
    ],
)
async def test_an_address_that_cannot_be_written_to_is_refused(build_app: BuildApp, rows: Rows, address: str) -> None:
    app = await build_app()
    answer = await ask(app, request(to=(RUDOLF, Mailbox(name="", address=address))))
    assert isinstance(answer, Problem)
    assert answer.code == "invalid_recipient"
    assert await rows(app, outgoing_mail) == []


async def test_a_mail_to_nobody_is_refused(build_app: BuildApp) -> None:
    answer = await ask(await build_app(), request(to=()))
    assert isinstance(answer, Problem)
    assert answer.code == "invalid_recipient"


async def test_a_mail_may_choose_among_the_accounts_of_its_channel_and_the_default(
    build_app: BuildApp, rows: Rows
) -> None:
    """OD-02: nobody sends in the name of another channel."""
    app = await build_app()
    accounts = {row["key"]: row for row in await rows(app, mail_account)}
    default = next(row for row in accounts.values() if row["is_default"])
    own = next(row for row in accounts.values() if row["channel"] == "sales")
    foreign = next(row for row in accounts.values() if row["channel"] != "sales" and not row["is_default"])
    for account in (own, default):
        question = request(channel="sales", account=account["key"])
        assert await ask(app, question) == MailQueued(outgoing_id=question.outgoing_id)
    assert {row["account_id"] for row in await rows(app, outgoing_mail)} == {own["id"], default["id"]}
    for key in (foreign["key"], "nobody"):
        refused = await ask(app, request(channel="sales", account=key))
        assert isinstance(refused, Problem)
        assert refused.code == "no_account"
        assert key in refused.detail
