"""Which mail accounts another service hears of (CW-05, OD-02)."""

from collections.abc import Awaitable, Callable

import sqlalchemy as sa

from chassis.app import App
from contracts.ingest import ListMailAccounts, MailAccounts
from ingest.accounts.rpc import list_mail_accounts
from ingest.models import mail_account

BuildApp = Callable[..., Awaitable[App]]


async def ask(app: App, kind: str) -> MailAccounts:
    async with app.database.transaction() as tx:
        reply = await list_mail_accounts(tx, ListMailAccounts(kind=kind))
    assert isinstance(reply, MailAccounts)
    return reply


async def test_the_default_comes_first_and_those_that_are_not_active_last(build_app: BuildApp) -> None:
    app = await build_app()
    async with app.database.transaction() as tx:
        await tx.session.execute(sa.update(mail_account).where(mail_account.c.key == "jobs").values(active=False))
    accounts = (await ask(app, "ticket")).accounts
    assert [(account.key, account.active, account.is_default) for account in accounts] == [
        ("support", True, True),
        ("sales", True, False),
        ("jobs", False, False),
    ]
    assert (accounts[2].address, accounts[2].from_name, accounts[2].channel) == (
        "jobs@desk.example",
        "Deskstream Jobs",
        "recruitment",
    )


async def test_a_kind_that_nobody_has_is_an_empty_list(build_app: BuildApp) -> None:
    assert (await ask(await build_app(), "calendar")).accounts == ()
