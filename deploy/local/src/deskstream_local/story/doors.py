"""The front doors of a running desk: the staff API, the portal API, SMTP in, and the viewer of the mails that left."""

import smtplib
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Self, TypeVar
from uuid import uuid4

import httpx

from chassis.embedded.ports import LOOPBACK
from deskstream_local.trial.desk import TrialDesk

Json = dict[str, Any]
NOTHING: Mapping[str, str] = MappingProxyType({})
Found = TypeVar("Found")

PATIENCE = 20.0
"""Seconds within which something must have happened that other services do; it takes one or two."""

LOOK_EVERY = 0.1
ANSWER_SECONDS = 15.0
OK, CREATED, ACCEPTED, NOT_FOUND, CONFLICT, GONE = 200, 201, 202, 404, 409, 410
SMTP_OK = 250


class Unexpected(Exception):
    """Something did not happen, or not as the story tells it; the message is for people."""


@dataclass(frozen=True, kw_only=True)
class Where:
    """Where a desk is, and the password of the demo's agents."""

    url: str
    smtp_port: int
    password: str


def ensure(holds: bool, otherwise: str) -> None:
    """Raise `Unexpected` with ``otherwise`` unless it holds."""
    if not holds:
        raise Unexpected(otherwise)


def eventually(what: str, look: Callable[[], Found | None], *, seconds: float = PATIENCE) -> Found:
    """What ``look`` gives as soon as that is something. Raises `Unexpected`, after ``seconds``; it names ``what``."""
    end = time.monotonic() + seconds
    while True:
        found = look()
        if found is not None:
            return found
        if time.monotonic() > end:
            raise Unexpected(f"{what}: not within {seconds:g} s")
        time.sleep(LOOK_EVERY)


class Client:
    """A browser on this machine, with one person before it."""

    def __init__(self, where: Where, *, api: str) -> None:
        self.http = httpx.Client(
            base_url=where.url,
            headers={"X-Deskstream-Client": "demo"},
            timeout=ANSWER_SECONDS,
            trust_env=False,
        )
        self._api = api

    def get(self, path: str, *, expected: int = OK, **query: str) -> Json:
        """The answer to a GET. Raises `Unexpected` for another status than the expected one."""
        return self._answer(self.ask("GET", path, query=query), expected)

    def post(self, path: str, body: Json | None = None, *, expected: int = CREATED) -> Json:
        """The answer to a POST."""
        return self._answer(self.ask("POST", path, body=body), expected)

    def ask(
        self,
        method: str,
        path: str,
        *,
        body: Json | None = None,
        query: Mapping[str, str] = NOTHING,
        headers: Mapping[str, str] = NOTHING,
    ) -> httpx.Response:
        """Any request below the API's path, and whatever is answered; a POST has an Idempotency-Key of its own."""
        return self.http.request(
            method, f"{self._api}{path}", json=body, params=query, headers={**self._own_headers(method), **headers}
        )

    def send_raw(self, method: str, path: str, content: bytes, *, kind: str = "application/json") -> httpx.Response:
        """A request whose body calls itself JSON (or ``kind``), whatever it is."""
        headers = {**self._own_headers(method), "Content-Type": kind}
        return self.http.request(method, f"{self._api}{path}", content=content, headers=headers)

    @property
    def cookie(self) -> str:
        """The header that shows who is signed in."""
        # Browsers count localhost as safe and send it Secure cookies without TLS; httpx does not.
        return "; ".join(f"{name}={value}" for name, value in self.http.cookies.items())

    def _own_headers(self, method: str) -> dict[str, str]:
        return {"Cookie": self.cookie} | ({"Idempotency-Key": str(uuid4())} if method == "POST" else {})

    def close(self) -> None:
        """Close the browser."""
        self.http.close()

    @staticmethod
    def _answer(response: httpx.Response, expected: int) -> Json:
        if response.status_code != expected:
            request = f"{response.request.method} {response.request.url.path}"
            raise Unexpected(f"{request} answered {response.status_code} instead of {expected}: {response.text[:300]}")
        answer: Json = response.json() if response.content else {}
        return answer


class Agent(Client):
    """An agent who is signed in at the staff API."""

    def __init__(self, where: Where, email: str) -> None:
        super().__init__(where, api="/api/v1")
        self.email = email
        me = self.post("/session", {"email": email, "password": where.password})
        self.id: str = me["id"]
        self.name: str = me["name"]

    def ticket(self, number: int) -> Json:
        """A ticket with its activities, the newest first."""
        return self.get(f"/tickets/{number}")

    def notices(self, number: int) -> list[Json]:
        """What this agent was told of a ticket in the app, the newest first."""
        told = self.get("/notifications")["items"]
        return [notice for notice in told if notice["ticket"]["number"] == number]

    def history(self, number: int, kind: str) -> list[Json]:
        """The activities of one kind, the newest first."""
        page = self.get(f"/tickets/{number}/activities", limit="200")
        return [activity for activity in page["items"] if activity["kind"] == kind]


class Desk:
    """A running desk, seen from outside. Close it, or use it in a with statement."""

    def __init__(self, where: Where) -> None:
        self.where = where
        self._agents: dict[str, Agent] = {}
        self._customers: list[Client] = []
        self._viewer = httpx.Client(base_url=where.url, timeout=ANSWER_SECONDS, trust_env=False)

    @classmethod
    def of(cls, trial: TrialDesk) -> Self:
        """The doors of a desk that runs below this process."""
        state = trial.state
        return cls(Where(url=state.url, smtp_port=state.smtp_port, password=trial.password))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close every browser."""
        for browser in (*self._agents.values(), *self._customers):
            browser.close()
        self._viewer.close()

    def agent(self, first_name: str) -> Agent:
        """An agent of the demo, signed in at first use: ``tom`` is tom@desk.example."""
        email = f"{first_name}@desk.example"
        if email not in self._agents:
            self._agents[email] = Agent(self.where, email)
        return self._agents[email]

    def customer(self) -> Client:
        """A browser of a customer at the portal, where nobody is signed in yet."""
        self._customers.append(Client(self.where, api="/portal/api/v1"))
        return self._customers[-1]

    def hand_over(self, mail: bytes, *, sender: str, to: str) -> str:
        """Hand a mail over by SMTP as its sender's mail server does; gives the desk's last answer: ``250 2.0.0 OK``.

        Raises `Unexpected` where nobody answers.
        """
        try:
            with smtplib.SMTP(LOOPBACK, self.where.smtp_port, timeout=ANSWER_SECONDS) as server:
                server.ehlo_or_helo_if_needed()
                server.mail(sender)
                code, said = server.rcpt(to)
                if code == SMTP_OK:
                    code, said = server.data(mail)
        except (OSError, smtplib.SMTPException) as error:
            raise Unexpected(f"SMTP at port {self.where.smtp_port}: {error}") from error
        return f"{code} {said.decode(errors='replace')}"

    def mails(self, *, to: str | None = None, after: str = "") -> list[Json]:
        """Mails that left, the newest first, with an id above ``after``; each has what `mail` gives in short."""
        query = {"after": after, "limit": "500"} | ({"to": to} if to else {})
        found: list[Json] = self._viewer.get("/dev/mails", params=query).json()["mails"]
        return found

    def mail(self, mail_id: str) -> Json:
        """One mail that left: envelope, headers, text, HTML and the names of its files."""
        found: Json = self._viewer.get(f"/dev/mails/{mail_id}").json()
        return found

    def now(self) -> str:
        """The id of the newest mail that left."""
        return next((mail["id"] for mail in self.mails()), "")

    def mail_about(self, what: str, *, to: str, after: str = "") -> Json:
        """Wait for a mail to this address with ``what`` in its subject or its text (as in a bundle of notices)."""
        return eventually(f"a mail to {to} about {what}", lambda: self.find_mail(what, to=to, after=after))

    def find_mail(self, what: str, *, to: str, after: str = "") -> Json | None:
        """The newest mail that left for this address with ``what`` in its subject or its text."""
        mails = (self.mail(mail["id"]) for mail in self.mails(to=to, after=after))
        return next((mail for mail in mails if what in mail["subject"] or what in (mail["text"] or "")), None)
