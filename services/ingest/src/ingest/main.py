"""Builds the mail service; the only file that knows every noun."""

from collections.abc import Awaitable, Callable

from chassis.app import App
from chassis.database import Clock, utc_now
from contracts.ingest import ListMailAccounts, SendMail
from contracts.messages import Service
from contracts.tickets import MailFiled
from ingest.accounts.api import router as accounts_router
from ingest.accounts.directory import Directory
from ingest.accounts.operations import DIRECTORY_JOB
from ingest.accounts.rpc import list_mail_accounts
from ingest.received.api import router as mails_router
from ingest.received.committer import Committer
from ingest.received.handlers import on_mail_filed
from ingest.received.jobs import ParseJob
from ingest.received.operations import PARSE_JOB
from ingest.received.raw_cache import RawCache
from ingest.received.smtp_server import Handler, Receiver, tls_context
from ingest.sending.api import router as outgoing_router
from ingest.sending.jobs import SendJob
from ingest.sending.operations import SEND_JOB
from ingest.sending.rpc import send_mail
from ingest.settings import Settings

__all__ = ["GATEWAY_PATHS", "Settings", "build"]

GATEWAY_PATHS: tuple[str, ...] = ("/api/v1/mail-accounts", "/api/v1/mails", "/api/v1/outgoing-mails")
"""What the gateway sends here, each with everything below it."""

PARSE_EVERY = 5.0
SEND_EVERY = 2.0
DIRECTORY_EVERY = 30.0

Stop = Callable[[], Awaitable[None]]


def build(settings: Settings, *, clock: Clock = utc_now) -> App:
    """The whole service, ready to be run in any role."""
    app = App(Service.INGEST, settings, clock=clock)
    app.serve(accounts_router, mails_router, outgoing_router)
    app.bus.answer(ListMailAccounts, list_mail_accounts)
    _wire_received(app, settings)
    _wire_sending(app, settings)
    return app


def _wire_received(app: App, settings: Settings) -> None:
    cache = RawCache()
    directory = Directory(app.database)
    parse = ParseJob(app, cache, max_size=settings.smtp_max_size)
    tls = tls_context(settings.smtp_tls_certificate, settings.smtp_tls_key)
    app.bus.listen_many(MailFiled, on_mail_filed)
    app.job(PARSE_JOB, parse.run, every=PARSE_EVERY)
    app.job(DIRECTORY_JOB, directory.refresh, every=DIRECTORY_EVERY)

    async def receive() -> Stop:
        committer = Committer(app.database, app.blobs, cache)
        receiver = Receiver(
            Handler(directory, committer),
            hostname=settings.smtp_hostname,
            max_size=settings.smtp_max_size,
            max_connections=settings.smtp_max_connections,
            memory=settings.smtp_memory,
            timeout=settings.smtp_timeout,
            tls=tls,
        )
        await receiver.start(settings.smtp_host, settings.smtp_port)
        committer.start()

        async def stop() -> None:
            await receiver.stop_listening()
            await committer.stop()
            await receiver.close()

        return stop

    app.server(receive)


def _wire_sending(app: App, settings: Settings) -> None:
    send = SendJob(app, settings)
    app.bus.answer(SendMail, send_mail(send_for=settings.send_for))
    app.job(SEND_JOB, send.run, every=SEND_EVERY)

    async def start() -> Stop:
        return send.close

    app.server(start)
