"""Is a process ready? Asked over the loopback address, without an HTTP library in the supervisor."""

import asyncio

from chassis.embedded.ports import LOOPBACK

PROBE_SECONDS = 5.0


async def answers_ok(port: int, path: str) -> bool:
    """Whether ``GET path`` is answered with 200."""
    try:
        async with asyncio.timeout(PROBE_SECONDS):
            return await _status(port, path) == b"200"
    except (OSError, TimeoutError, asyncio.IncompleteReadError):
        return False


async def _status(port: int, path: str) -> bytes:
    reader, writer = await asyncio.open_connection(LOOPBACK, port)
    try:
        writer.write(f"GET {path} HTTP/1.1\r\nHost: {LOOPBACK}:{port}\r\nConnection: close\r\n\r\n".encode())
        line = await reader.readline()
        await reader.read(65536)
        return line[9:12]  # HTTP/1.1 200
    finally:
        writer.close()
