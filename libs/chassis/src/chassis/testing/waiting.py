"""Waiting for what other tasks and servers do, with a deadline that fails the test."""

import asyncio
from collections.abc import Awaitable, Callable


async def eventually(condition: Callable[[], bool | Awaitable[bool]], *, seconds: float = 10) -> None:
    """Wait until the condition holds. Raises TimeoutError after so many seconds."""
    async with asyncio.timeout(seconds):
        while not (holds if isinstance(holds := condition(), bool) else await holds):  # noqa: ASYNC110  # servers do not call
            await asyncio.sleep(0.02)
