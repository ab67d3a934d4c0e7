"""The SMTP receiver (RFC 5321): takes mail for our accounts, and answers 250 only for what is durable (MT-01)."""

import asyncio
import logging
import ssl
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from aiosmtpd.smtp import SMTP, Envelope, Session

from ingest.accounts.directory import Directory
from ingest.metrics import RECEIVED
from ingest.received.committer import Committer, Incoming
from ingest.received.smtp_session import Room, SmtpSession
from ingest.rules.headers import one_line, raw_text

log = logging.getLogger(__name__)

MAX_RECIPIENTS = 100
MAX_SENDER = 320
MAX_CLIENT_NAME = 255
GOODBYE_SECONDS = 5.0

NULL_SENDER = "<>"
"""How aiosmtpd names the return path of bounces (RFC 5321 §4.5.5)."""

NOT_NOW = "451 4.3.0 We cannot store mail at the moment. Please try again later."
UNKNOWN = "550 5.1.1 There is no mail account with this address here."
INACTIVE = "550 5.2.1 This mail account does not take mail at the moment."
BAD_SENDER = "553 5.1.7 The sender's address cannot be used."
TOO_MANY_RECIPIENTS = f"452 4.5.3 At most {MAX_RECIPIENTS} recipients per mail; send it again to the others."
BUSY = b"421 4.3.2 Too many connections. Please try again later.\r\n"
CLOSING = b"421 4.3.2 We are shutting down. Please try again later.\r\n"

Stop = Callable[[], Awaitable[None]]


class Handler:
    """The decisions of a session: whom we take mail for, and when it is safe."""

    def __init__(self, directory: Directory, committer: Committer) -> None:
        self._directory = directory
        self._committer = committer

    async def handle_MAIL(  # noqa: N802  # aiosmtpd finds its hooks by these names
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """MAIL FROM: anybody may write to us, under an address that can be written down."""
        if len(address) > MAX_SENDER or not address.isprintable():
            return BAD_SENDER
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 2.1.0 OK"

    async def handle_RCPT(  # noqa: N802
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """RCPT TO: only our own active accounts; nothing is ever relayed."""
        try:
            account = await self._directory.find(address)
        except Exception as error:  # noqa: BLE001  # whatever it is, the sender tries again
            log.warning("an address cannot be looked up: %s: %s", type(error).__name__, error)
            return NOT_NOW
        if account is None:
            return UNKNOWN
        if not account.active:
            return INACTIVE
        if len(envelope.rcpt_tos) >= MAX_RECIPIENTS:
            return TOO_MANY_RECIPIENTS
        envelope.rcpt_tos.append(address)
        envelope.rcpt_options.extend(options)
        return "250 2.1.5 OK"

    async def handle_DATA(self, _server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        """The end of a mail. Whatever goes wrong, the sender keeps the mail: 451, never a 250 in hope."""
        try:
            await self._committer.store(await self._incoming(session, envelope))
        except Exception as error:  # noqa: BLE001  # the same
            log.warning("a mail was not accepted: %s: %s", type(error).__name__, error)
            RECEIVED.labels("451").inc()
            return NOT_NOW
        RECEIVED.labels("250").inc()
        return "250 2.0.0 OK: stored"

    async def _incoming(self, session: Session, envelope: Envelope) -> Incoming:
        recipients: dict[Any, tuple[str, ...]] = {}
        for address in envelope.rcpt_tos:
            account = await self._directory.find(address)
            if account is None:
                raise LookupError(f"the account of {address} went away during the session")
            recipients[account.id] = (*recipients.get(account.id, ()), address)
        content = envelope.original_content
        if not isinstance(content, bytes):
            raise TypeError("a mail without bytes")
        return Incoming(
            raw=content,
            client_address=str(session.peer[0]) if session.peer else "",
            client_name=one_line(raw_text(session.host_name or ""))[:MAX_CLIENT_NAME],
            envelope_sender="" if envelope.mail_from == NULL_SENDER else envelope.mail_from or "",
            recipients=recipients,
        )

    async def handle_exception(self, error: Exception) -> str:
        """A fault of ours in any command: the sender tries again."""
        log.error("an SMTP session failed", exc_info=error)
        return NOT_NOW


class Connection(SmtpSession):
    """A session that its receiver knows of, so that a shutdown can say goodbye."""

    receiver: "Receiver"

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """A client connected (again after STARTTLS)."""
        self.receiver.connections.add(self)
        super().connection_made(transport)

    def connection_lost(self, error: Exception | None) -> None:
        """The client is gone."""
        self.receiver.connections.discard(self)
        super().connection_lost(error)


class Busy(asyncio.Protocol):
    """What a client meets when there are too many."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Say so and close."""
        if isinstance(transport, asyncio.WriteTransport):
            transport.write(BUSY)
        transport.close()


class Receiver:
    """The listening socket and its sessions."""

    def __init__(
        self,
        handler: Handler,
        *,
        hostname: str,
        max_size: int,
        max_connections: int,
        memory: int,
        timeout: float,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self.connections: set[Connection] = set()
        self._max_connections = max_connections
        self._room = Room(memory)
        self._options: dict[str, Any] = {
            "handler": handler,
            "hostname": hostname,
            "ident": "Deskstream",
            "data_size_limit": max_size,
            "enable_SMTPUTF8": True,
            "timeout": timeout,
            "tls_context": tls,
        }
        self._server: asyncio.Server | None = None

    async def start(self, host: str, port: int) -> None:
        """Listen. Raises OSError where the port is taken."""
        self._server = await asyncio.get_running_loop().create_server(self._connection, host, port, backlog=512)

    async def stop_listening(self) -> None:
        """Take no new connections."""
        if self._server is not None:
            self._server.close()

    async def close(self) -> None:
        """End the sessions; a mail under way has had no 250, so its sender keeps it."""
        for connection in list(self.connections):
            transport = connection.transport
            if isinstance(transport, asyncio.WriteTransport):
                transport.write(CLOSING)
                transport.close()
        if self._server is not None:
            async with asyncio.timeout(GOODBYE_SECONDS):
                await self._server.wait_closed()

    def _connection(self) -> asyncio.Protocol:
        if len(self.connections) >= self._max_connections:
            return Busy()
        connection = Connection(loop=asyncio.get_running_loop(), **self._options)
        connection.receiver = self
        connection.room = self._room
        return connection


def tls_context(certificate: Path | None, key: Path | None) -> ssl.SSLContext | None:
    """What STARTTLS needs; None where there is no certificate. Raises OSError and ssl.SSLError for bad files."""
    if certificate is None:
        return None
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_cert_chain(certificate, key)
    return context
