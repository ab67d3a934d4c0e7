"""The relay: the mail server that takes our outgoing mail, and what it says to each recipient (RFC 5321)."""

import asyncio
import logging
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass

import aiosmtplib

from ingest.models import SendState
from ingest.settings import Settings

log = logging.getLogger(__name__)

IDLE_CONNECTIONS_SECONDS = 30.0
"""A connection that rested longer is not used again: servers close idle ones, some without a word."""

PERMANENT = 5
"""First digit of an answer that will not change (RFC 5321 §4.2.1)."""

TOO_MANY_RECIPIENTS = 552
"""To RCPT this permanent code of old servers means: the others later (RFC 5321 §4.5.3.1.10)."""

OUR_FAULT = frozenset({421, 454, 530, 534, 535, 538})
"""Answers about us, not about the mail: wrong password, no TLS, too many connections. The administrator mends it."""


@dataclass(frozen=True)
class Verdict:
    """What the relay said about one recipient; ``queued`` means: try again."""

    state: SendState
    reason: str


class Unreachable(Exception):
    """The relay could not be reached or broke off before it said anything about the mail; try again."""


class Relay:
    """Connections to the relay, used again for mail after mail."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._idle: list[tuple[float, aiosmtplib.SMTP]] = []

    async def send(self, raw: bytes, *, sender: str, recipients: Sequence[str]) -> Mapping[str, Verdict]:
        """Hand a mail over; a verdict for each recipient. Raises `Unreachable`."""
        try:
            async with self._connection() as connection:
                return await _transact(connection, raw, sender=sender, recipients=recipients)
        except (aiosmtplib.SMTPException, OSError, TimeoutError) as error:
            raise Unreachable(
                f"{self._settings.relay_host}:{self._settings.relay_port}: {_described(error)}"
            ) from error

    async def close(self) -> None:
        """Say goodbye on the connections that are open."""
        idle, self._idle = self._idle, []
        for _, connection in idle:
            with suppress(aiosmtplib.SMTPException, OSError, TimeoutError):
                await connection.quit(timeout=2)
            connection.close()

    @asynccontextmanager
    async def _connection(self) -> AsyncIterator[aiosmtplib.SMTP]:
        connection = self._rested() or await self._connect()
        try:
            yield connection
        except BaseException:
            connection.close()
            raise
        if connection.is_connected:
            self._idle.append((asyncio.get_running_loop().time(), connection))

    def _rested(self) -> aiosmtplib.SMTP | None:
        while self._idle:
            since, connection = self._idle.pop()
            if connection.is_connected and asyncio.get_running_loop().time() - since < IDLE_CONNECTIONS_SECONDS:
                return connection
            connection.close()
        return None

    async def _connect(self) -> aiosmtplib.SMTP:
        settings = self._settings
        connection = aiosmtplib.SMTP(
            hostname=settings.relay_host,
            port=settings.relay_port,
            username=settings.relay_user,
            password=settings.relay_password.get_secret_value() if settings.relay_password else None,
            local_hostname=settings.smtp_hostname,
            timeout=settings.relay_timeout,
            use_tls=settings.relay_tls == "tls",
            start_tls=settings.relay_tls == "starttls",
        )
        try:
            await connection.connect()
        except BaseException:
            connection.close()
            raise
        return connection


async def _transact(
    connection: aiosmtplib.SMTP, raw: bytes, *, sender: str, recipients: Sequence[str]
) -> dict[str, Verdict]:
    """One mail transaction. What the server refuses is a verdict; what breaks the dialogue is raised."""
    verdicts: dict[str, Verdict] = {}
    try:
        await connection.mail(sender, options=_mail_options(connection, raw))
        for recipient in recipients:
            try:
                await connection.rcpt(recipient)
            except aiosmtplib.SMTPRecipientRefused as refused:
                verdicts[recipient] = _refusal(refused, temporary=TOO_MANY_RECIPIENTS)
        open_recipients = [recipient for recipient in recipients if recipient not in verdicts]
        if open_recipients:
            answer = await connection.data(raw)
            accepted = Verdict(SendState.ACCEPTED, f"{answer.code} {answer.message}")
            return verdicts | dict.fromkeys(open_recipients, accepted)
    except aiosmtplib.SMTPHeloError:
        raise
    except aiosmtplib.SMTPResponseException as refused:
        if refused.code in OUR_FAULT:
            raise
        left = [recipient for recipient in recipients if recipient not in verdicts]
        verdicts |= dict.fromkeys(left, _refusal(refused))
    await connection.rset()
    return verdicts


def _mail_options(connection: aiosmtplib.SMTP, raw: bytes) -> list[str]:
    options = [f"SIZE={len(raw)}"] if connection.supports_extension("size") else []
    if not raw.isascii() and connection.supports_extension("8bitmime"):
        options.append("BODY=8BITMIME")
    return options


def _refusal(refused: aiosmtplib.SMTPResponseException, *, temporary: int = 0) -> Verdict:
    is_final = refused.code // 100 == PERMANENT and refused.code != temporary
    state = SendState.FAILED if is_final else SendState.QUEUED
    return Verdict(state, _described(refused))


def _described(error: BaseException) -> str:
    """The server's own words where there are any, on one line."""
    match error:
        case aiosmtplib.SMTPResponseException(code=code, message=message):
            text = f"{code} {message}"
        case aiosmtplib.SMTPRecipientsRefused(recipients=[first, *_]):
            text = f"{first.code} {first.message}"
        case _:
            text = str(error) or type(error).__name__
    return " ".join(text.encode("utf-8", "replace").decode().split())[:500]
