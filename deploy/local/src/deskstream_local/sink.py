"""Where every outgoing mail of the local desk ends: an SMTP server that keeps what it gets and passes nothing on."""

import asyncio
import json
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import default
from functools import partial
from pathlib import Path

from aiosmtpd.smtp import SMTP, Envelope, Session

from chassis.embedded.ports import LOOPBACK

KEPT = 2000
"""Mails that are kept; the oldest go first."""

MAX_MAIL_BYTES = 50 * 1024 * 1024


@dataclass(frozen=True, kw_only=True)
class Delivery:
    """What the envelope said (RFC 5321 §2.3.1). ``id`` grows with time; ``received_at`` is in Unix seconds."""

    id: str
    received_at: float
    mail_from: str
    recipients: tuple[str, ...]


class Sink:
    """The mails of a folder: each an ``.eml`` with the exact bytes, and beside it the envelope as JSON."""

    def __init__(self, folder: Path, *, kept: int = KEPT) -> None:
        self._folder = folder
        self._kept = kept
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)

    def keep(self, content: bytes, *, mail_from: str, recipients: tuple[str, ...], at_ns: int) -> Delivery:
        """Store a mail that was taken over at ``at_ns`` (Unix nanoseconds)."""
        while (self._folder / f"{at_ns:020d}.json").exists():
            at_ns += 1
        delivery = Delivery(id=f"{at_ns:020d}", received_at=at_ns / 1e9, mail_from=mail_from, recipients=recipients)
        self._eml(delivery.id).write_bytes(content)
        # The envelope makes the mail visible, so it comes second and whole.
        draft = self._folder / f"{delivery.id}.draft"
        draft.write_text(json.dumps(asdict(delivery)))
        draft.replace(self._folder / f"{delivery.id}.json")
        self._forget_oldest()
        return delivery

    def newest(self, *, recipient: str | None = None, after: str = "") -> Iterator[Delivery]:
        """The mails, newest first; only those to this address, only those with an id above ``after``."""
        for file in sorted(self._folder.glob("*.json"), reverse=True):
            if file.stem <= after:
                return
            delivery = self._read(file)
            if recipient is None or recipient.lower() in (address.lower() for address in delivery.recipients):
                yield delivery

    def find(self, mail_id: str) -> Delivery | None:
        """The mail of this id."""
        file = self._folder / f"{mail_id}.json"
        return self._read(file) if mail_id.isdigit() and file.exists() else None

    def content(self, delivery: Delivery) -> bytes:
        """The exact bytes that were sent."""
        return self._eml(delivery.id).read_bytes()

    def message(self, delivery: Delivery) -> EmailMessage:
        """The mail, parsed."""
        return BytesParser(EmailMessage, policy=default).parsebytes(self.content(delivery))

    def _eml(self, mail_id: str) -> Path:
        return self._folder / f"{mail_id}.eml"

    @staticmethod
    def _read(file: Path) -> Delivery:
        told = json.loads(file.read_text())
        return Delivery(**{**told, "recipients": tuple(told["recipients"])})

    def _forget_oldest(self) -> None:
        for file in sorted(self._folder.glob("*.json"))[: -self._kept]:
            file.unlink(missing_ok=True)
            self._eml(file.stem).unlink(missing_ok=True)


class Handler:
    """Takes every mail, for whomever it is (hooks of aiosmtpd)."""

    def __init__(self, sink: Sink) -> None:
        self._sink = sink

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802  # aiosmtpd
        """Keep a mail."""
        content = envelope.original_content or b""
        delivery = self._sink.keep(
            content,
            mail_from=(envelope.mail_from or "").removeprefix("<>"),
            recipients=tuple(envelope.rcpt_tos),
            at_ns=time.time_ns(),
        )
        return f"250 2.0.0 kept as {delivery.id}"


async def serve(sink: Sink, port: int) -> asyncio.Server:
    """Listen on the loopback address."""
    loop = asyncio.get_running_loop()
    protocol = partial(
        SMTP, Handler(sink), loop=loop, data_size_limit=MAX_MAIL_BYTES, enable_SMTPUTF8=True, hostname="localhost"
    )
    return await loop.create_server(protocol, LOOPBACK, port)
