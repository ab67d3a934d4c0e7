"""Reads the staff API as a program would, and goes on when the gateway is away for a moment."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx

from deskstream_local.trial.letters import attachment_name, tokens_in

Json = dict[str, Any]

ANSWER_SECONDS = 30.0
RETRY_PAUSE = 0.2
PAGE = 200
"""The most that a list gives."""

COOKIE = "__Host-deskstream"
AWAY = frozenset({502, 503, 504})


class Staff:
    """An agent's program at the staff API. What is away is asked again for ``patience`` seconds."""

    def __init__(self, client: httpx.AsyncClient, *, patience: float) -> None:
        self._client = client
        self._patience = patience

    @classmethod
    @asynccontextmanager
    async def signed_in(cls, url: str, *, email: str, password: str, patience: float = 0.0) -> "AsyncIterator[Staff]":
        """An agent with a session, until the end of the block."""
        headers = {"X-Deskstream-Client": "trial"}
        async with httpx.AsyncClient(
            base_url=f"{url}/api/v1", headers=headers, timeout=ANSWER_SECONDS, trust_env=False
        ) as client:
            answer = await client.post("/session", json={"email": email, "password": password})
            answer.raise_for_status()
            # The cookie is for https alone, except in browsers, which trust localhost; so it is carried by hand.
            client.headers["Cookie"] = f"{COOKIE}={answer.cookies[COOKIE]}"
            client.cookies.clear()
            yield cls(client, patience=patience)

    @property
    def cookie(self) -> str:
        """The header that carries the session, for another client."""
        return self._client.headers["Cookie"]

    async def get(self, path: str, **query: str | int) -> Json:
        """The answer to a GET below ``/api/v1``. Raises httpx.HTTPError."""
        end = time.monotonic() + self._patience
        while True:
            try:
                answer = await self._client.get(path, params=query)
                if answer.status_code not in AWAY or time.monotonic() > end:
                    answer.raise_for_status()
                    found: Json = answer.json()
                    return found
            except httpx.TransportError:
                if time.monotonic() > end:
                    raise
            await asyncio.sleep(RETRY_PAUSE)

    async def post(self, path: str, body: Json) -> Json:
        """The answer to a POST below ``/api/v1``. Raises httpx.HTTPError."""
        answer = await self._client.post(path, json=body)
        answer.raise_for_status()
        created: Json = answer.json()
        return created

    async def each(self, path: str, **query: str | int) -> AsyncIterator[Json]:
        """The items of all pages of a list, in its order."""
        cursor: str | None = None
        while True:
            page = await self.get(path, **query, limit=PAGE, **({"cursor": cursor} if cursor else {}))
            for item in page["items"]:
                yield item
            cursor = page["next"]
            if cursor is None:
                return

    async def new_tickets(self, *, above: int) -> list[Json]:
        """The tickets with a higher number, the highest first."""
        found: list[Json] = []
        async for ticket in self.each("/tickets", sort="number"):
            if ticket["number"] <= above:
                break
            found.append(ticket)
        return found

    async def newest_number(self) -> int:
        """The highest number of a ticket, 0 where there is none."""
        page = await self.get("/tickets", sort="number", limit=1)
        return max((ticket["number"] for ticket in page["items"]), default=0)

    async def letters_in(self, number: int) -> list[str]:
        """The token of each letter in a ticket, one for each activity that has one.

        Raises AssertionError for an activity whose subject, text and file do not belong to the same letter.
        """
        return [token async for activity in self.each(f"/tickets/{number}/activities") for token in letter_in(activity)]


def letter_in(activity: Json) -> set[str]:
    """The token of the letter that an activity holds, if it holds one."""
    files = " ".join(file["filename"] for file in activity["attachments"])
    found = tokens_in(activity["subject"], activity["text"], activity["html"], files)
    for token in found:
        parts = (activity["subject"], activity["text"], activity["html"])
        if not all(token in (part or "") for part in parts) or files != attachment_name(token):
            raise AssertionError(f"an activity holds parts of a letter, or of several: {activity}")
    return found
