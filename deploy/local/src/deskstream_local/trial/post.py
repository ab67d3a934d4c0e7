"""Sends letters by SMTP as mail servers do: over standing connections, and again until they are taken over."""

import asyncio
import time
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass

from chassis.embedded.ports import LOOPBACK
from deskstream_local.trial.letters import Letter

OK, GO_AHEAD = 250, 354
TEMPORARY = range(400, 500)

ANSWER_SECONDS = 30.0
RETRY_PAUSE = 0.25


class RefusedForGood(RuntimeError):
    """The server will never take this letter: its answer is the message."""


class Postponed(RuntimeError):
    """The server asks to try again later."""


@dataclass(frozen=True, kw_only=True)
class Receipt:
    """A letter that got its 250 at ``at`` (of `time.perf_counter`), after so many tries."""

    letter: Letter
    at: float
    tries: int


class Session:
    """One SMTP connection (RFC 5321). It asks one thing at a time: what is measured is the server."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    @classmethod
    async def open(cls, port: int) -> "Session":
        """Connect and greet. Raises OSError and `Postponed`."""
        reader, writer = await asyncio.open_connection(LOOPBACK, port)
        session = cls(reader, writer)
        try:
            await session._expect(220)
            await session._ask(b"EHLO mail.pool.example\r\n", OK)
        except BaseException:
            await session.close()
            raise
        return session

    async def send(self, letter: Letter) -> None:
        """Hand one over. Raises `Postponed`, `RefusedForGood`, and OSError when the connection is lost."""
        await self._ask(f"MAIL FROM:<{letter.sender}>\r\n".encode(), OK)
        await self._ask(f"RCPT TO:<{letter.recipient}>\r\n".encode(), OK)
        await self._ask(b"DATA\r\n", GO_AHEAD)
        await self._ask(letter.content.replace(b"\r\n.", b"\r\n..") + b".\r\n", OK)

    async def close(self) -> None:
        """Hang up."""
        self._writer.close()
        with suppress(OSError, TimeoutError):
            await self._writer.wait_closed()

    async def _ask(self, command: bytes, expected: int) -> None:
        self._writer.write(command)
        await self._expect(expected)

    async def _expect(self, expected: int) -> None:
        async with asyncio.timeout(ANSWER_SECONDS):
            line = await self._reader.readline()
            while line[3:4] == b"-":
                line = await self._reader.readline()
        if not line.endswith(b"\n"):
            raise ConnectionResetError("the server hung up")
        code = int(line[:3])
        if code in TEMPORARY:
            raise Postponed(line.decode(errors="replace").strip())
        if code != expected:
            raise RefusedForGood(line.decode(errors="replace").strip())


class PostOffice:
    """Sends to one port. ``receipts`` fills while `deliver` runs, ``attempted`` with every token that was tried."""

    def __init__(self, port: int) -> None:
        self._port = port
        self.receipts: list[Receipt] = []
        self.attempted: set[str] = set()

    async def deliver(
        self,
        letters: Iterable[Letter],
        *,
        connections: int,
        schedule: Sequence[float] | None = None,
        patience: float = 120.0,
    ) -> None:
        """Send all and return when each has its 250.

        ``schedule`` holds the second, counted from now, before which each letter is not sent; in rising order, and
        as many as there are letters. A letter is tried for ``patience`` seconds. Raises TimeoutError after that.
        """
        start = time.perf_counter()
        waiting = iter(zip(letters, schedule, strict=True) if schedule else ((letter, 0.0) for letter in letters))

        async def carry() -> None:
            carrier = _Carrier(self._port)
            try:
                for letter, due in waiting:
                    if (pause := start + due - time.perf_counter()) > 0:
                        await asyncio.sleep(pause)
                    self.attempted.add(letter.token)
                    async with asyncio.timeout(patience):
                        self.receipts.append(await carrier.carry(letter))
            finally:
                await carrier.hang_up()

        async with asyncio.TaskGroup() as group:
            for _ in range(connections):
                group.create_task(carry())


class _Carrier:
    """Carries one letter after the other, over one connection as long as that holds."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._session: Session | None = None

    async def carry(self, letter: Letter) -> Receipt:
        """Try until it has its 250. Raises `RefusedForGood`."""
        tries = 0
        while True:
            tries += 1
            try:
                self._session = self._session or await Session.open(self._port)
                await self._session.send(letter)
            except (OSError, TimeoutError, Postponed):
                await self.hang_up()
                await asyncio.sleep(RETRY_PAUSE)
            else:
                return Receipt(letter=letter, at=time.perf_counter(), tries=tries)

    async def hang_up(self) -> None:
        """Close the connection, whatever became of it."""
        if self._session is not None:
            session, self._session = self._session, None
            await session.close()
