"""Small real servers for tests: a mail server that does what the test says, and a wire that can be cut."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from enum import StrEnum

from aiosmtpd.smtp import SMTP, Envelope, Session

from chassis.embedded.ports import LOOPBACK


class Trick(StrEnum):
    """What a mail server may do instead of answering."""

    CUT = "cut"
    STALL = "stall"
    TAKE_AND_CUT = "take and cut"


@dataclass(frozen=True)
class TakenMail:
    """A mail that the server took over."""

    sender: str
    recipients: tuple[str, ...]
    raw: bytes


@dataclass
class _Line:
    verb: str
    answer: str
    about: str | None
    left: int | None


@dataclass
class ScriptedRelay:
    """A mail server that takes everything, unless it was told otherwise; ``sessions`` counts its connections."""

    port: int
    mails: list[TakenMail] = field(default_factory=list)
    sessions: int = 0
    before_answering_data: Callable[[], Awaitable[None]] | None = None
    _script: list[_Line] = field(default_factory=list)

    def answer(self, verb: str, answer: str, *, about: str | None = None, times: int | None = None) -> None:
        """Answer MAIL, RCPT or DATA like this: the next ``times`` times, or always; RCPT only for ``about``."""
        self._script.append(_Line(verb, answer, about, times))

    def has_played(self) -> bool:
        """Whether every answer that was to be given a number of times was given so often."""
        return not any(line.left for line in self._script)

    def _next(self, verb: str, about: str | None) -> str | None:
        for line in self._script:
            if line.verb == verb and line.about in {None, about} and line.left != 0:
                if line.left is not None:
                    line.left -= 1
                return line.answer
        return None

    async def _act(self, server: SMTP, answer: str) -> str:
        if answer in {Trick.CUT, Trick.TAKE_AND_CUT} and server.transport is not None:
            server.transport.close()
        if answer in set(Trick):
            await asyncio.sleep(3600)
        return answer

    async def handle_EHLO(  # noqa: N802  # aiosmtpd finds its hooks by these names
        self, _server: SMTP, session: Session, _envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        """A client says hello."""
        self.sessions += 1
        session.host_name = hostname
        return responses

    async def handle_MAIL(  # noqa: N802
        self, server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        """The sender."""
        if scripted := self._next("MAIL", address):
            return await self._act(server, scripted)
        envelope.mail_from = address
        return "250 2.1.0 OK"

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        """A recipient."""
        if scripted := self._next("RCPT", address):
            return await self._act(server, scripted)
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_DATA(self, server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        """The mail."""
        scripted = self._next("DATA", None)
        if scripted in {None, Trick.TAKE_AND_CUT}:
            content = envelope.original_content or b""
            sender = "" if envelope.mail_from == "<>" else envelope.mail_from or ""
            self.mails.append(TakenMail(sender, tuple(envelope.rcpt_tos), content))
        if self.before_answering_data is not None:
            await self.before_answering_data()
        return "250 2.0.0 taken" if scripted is None else await self._act(server, scripted)


@asynccontextmanager
async def scripted_relay(port: int) -> AsyncIterator[ScriptedRelay]:
    """A mail server on this port of the loopback address while the block runs."""
    relay = ScriptedRelay(port)
    loop = asyncio.get_running_loop()
    sessions: list[SMTP] = []

    def session() -> SMTP:
        sessions.append(SMTP(relay, hostname="relay.example", loop=loop))
        return sessions[-1]

    server = await loop.create_server(session, LOOPBACK, port)
    try:
        yield relay
    finally:
        server.close()
        for one in sessions:
            if one.transport is not None:
                one.transport.close()
        await asyncio.sleep(0)


class Wire:
    """A TCP connection to ``port`` that can be cut and mended; listens on ``own_port``."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._server: asyncio.Server | None = None
        self._ends: set[asyncio.StreamWriter] = set()
        self.own_port = 0

    async def mend(self) -> None:
        """Let connections through (again)."""
        self._server = await asyncio.start_server(self._serve, LOOPBACK, self.own_port)
        self.own_port = self._server.sockets[0].getsockname()[1]

    async def cut(self) -> None:
        """Drop every connection and refuse new ones."""
        if self._server is not None:
            self._server.close()
        for end in list(self._ends):
            end.transport.abort()
        await asyncio.sleep(0)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, back = await asyncio.open_connection(LOOPBACK, self._port)
        self._ends |= {writer, back}
        try:
            await asyncio.gather(_copy(reader, back), _copy(there, writer))
        finally:
            self._ends -= {writer, back}


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while piece := await reader.read(65536):
            writer.write(piece)
            await writer.drain()
    writer.close()


@asynccontextmanager
async def wire_to(port: int) -> AsyncIterator[Wire]:
    """A wire to this port of the loopback address while the block runs."""
    wire = Wire(port)
    await wire.mend()
    try:
        yield wire
    finally:
        await wire.cut()
