"""Every query that runs often or over the whole ledger uses an index, also when there are many mails."""

from collections.abc import Awaitable, Callable

import sqlalchemy as sa

from chassis.app import App
from chassis.database import Transaction
from chassis.paging import encode_cursor
from ingest import demo
from ingest.accounts.queries import health
from ingest.models import MailState, SendState
from ingest.received.claims import claim as claim_received
from ingest.received.queries import list_mails
from ingest.sending.claims import claim as claim_outgoing
from ingest.sending.queries import list_outgoing

BuildApp = Callable[..., Awaitable[App]]

FILL = (
    """
    INSERT INTO mail (id, account_id, source_id, client_address, client_name, envelope_sender, envelope_recipients,
        raw_sha256, size, received_at, state, tries)
    SELECT uuidv7(), :account, 'test:' || n, '', '', '', '{}', repeat('0', 64), 1, now(),
        CASE WHEN n % 500 = 0 THEN 'quarantine' WHEN n % 501 = 0 THEN 'stored' ELSE 'ticket' END, 0
    FROM generate_series(1, 30000) n
    """,
    """
    INSERT INTO outgoing_mail (id, account_id, reference_kind, reference_id, message_id, correlation_id, subject,
        envelope_sender, state, tries, next_try_at, queued_at, give_up_at)
    SELECT uuidv7(), :account, 'activity', uuidv7(), n::text, '', '', '',
        CASE WHEN n % 500 = 0 THEN 'queued' ELSE 'accepted' END, 0, now(), now() + n * interval '1 second', now()
    FROM generate_series(1, 30000) n
    """,
)


async def test_no_query_reads_a_whole_table(build_app: BuildApp) -> None:
    app = await build_app()
    async with app.database.transaction() as tx:
        for statement in FILL:
            await tx.session.execute(sa.text(statement), {"account": demo.ACCOUNTS[0][0]})
        last = await tx.session.scalar(sa.text("SELECT id FROM mail ORDER BY id DESC LIMIT 1"))
    async with app.database.engine.connect() as connection:
        await (await connection.execution_options(isolation_level="AUTOCOMMIT")).execute(sa.text("ANALYZE"))
    cursor = encode_cursor(last)
    async with app.database.transaction() as tx:
        for state in (None, *MailState):
            for account in (None, "support"):
                await list_mails(tx, state=state, account=account, cursor=cursor, limit=51)
        for fate in (None, *SendState):
            await list_outgoing(tx, state=fate, cursor=None, limit=51)
        await claim_received(tx, limit=100, max_bytes=1000)
        await claim_outgoing(tx, limit=4)
        await health(tx, [account_id for account_id, *_ in demo.ACCOUNTS])
        assert await whole_reads(tx) == {"mail": 0, "outgoing_mail": 0}
        await tx.session.execute(sa.text("SELECT count(*) FROM mail WHERE subject = 'no index for this'"))
        assert await whole_reads(tx) == {"mail": 1, "outgoing_mail": 0}


async def whole_reads(tx: Transaction) -> dict[str, int]:
    """How often each large table was read from end to end in this transaction."""
    rows = await tx.session.execute(
        sa.text("SELECT relname, seq_scan FROM pg_stat_xact_user_tables WHERE relname IN ('mail', 'outgoing_mail')")
    )
    return dict(rows.all())
