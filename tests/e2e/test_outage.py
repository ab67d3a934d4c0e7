"""A customer at the portal while the ticket core does not answer: reading waits, writing does not."""

import os
import re
import signal
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from deskstream_local.story.doors import ACCEPTED, Agent, Client, Desk, Json, eventually
from deskstream_local.trial.desk import TrialDesk

pytestmark = pytest.mark.e2e

RUDOLF = "rudolf@riese.example"


@pytest.fixture(scope="module")
def rudolf(desk: Desk) -> Client:
    """Rudolf Riese, signed in at the portal."""
    browser, before = desk.customer(), desk.now()
    browser.post("/sign-in-links", {"email": RUDOLF}, expected=ACCEPTED)
    mail = desk.mail_about("/portal/sign-in#", to=RUDOLF, after=before)
    found = re.search(r"/portal/sign-in#(\S+)", mail["text"])
    assert found is not None
    browser.post("/session", {"token": found[1]})
    return browser


def filed(browser: Client, submission: Json) -> Json:
    """What became of a submission, when it is known."""

    def ended() -> Json | None:
        now = browser.get(f"/submissions/{submission['id']}")
        return now if now["state"] != "submitted" else None

    return eventually("the end of a submission", ended, seconds=60)


@contextmanager
def frozen(whole_desk: TrialDesk, service: str) -> Iterator[None]:
    """Stop a worker without a word to anybody, and let it go on afterwards."""
    pid = whole_desk.process(service).pid
    assert pid is not None
    os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(pid, signal.SIGCONT)


def test_what_a_customer_writes_while_the_ticket_core_is_down_is_in_the_ticket_afterwards(
    whole_desk: TrialDesk, desk: Desk, rudolf: Client
) -> None:
    opened = rudolf.post("/tickets", {"channel": "sales", "subject": "Volume discount", "text": "How much is it?"})
    number = filed(rudolf, opened)["number"]
    answer = "We would take fifty."
    with frozen(whole_desk, "tickets"):
        written = rudolf.post(f"/tickets/{number}/replies", {"text": answer})
        assert written["state"] == "submitted"
        problem = rudolf.get(f"/tickets/{number}", expected=503)
        assert problem["code"] == "tickets_not_readable"
        assert rudolf.get(f"/submissions/{written['id']}")["state"] == "submitted"
    assert filed(rudolf, written)["state"] == "filed"
    assert rudolf.get(f"/tickets/{number}")["activities"][-1]["text"] == answer
    incoming = desk.agent("viktor").history(number, "incoming")
    assert [activity["text"] for activity in incoming] == [answer, "How much is it?"]


def test_a_mail_that_comes_in_while_the_ticket_core_is_down_is_a_ticket_afterwards(
    whole_desk: TrialDesk, desk: Desk
) -> None:
    tom, sender = desk.agent("tom"), "grace@customer.example"
    mail = f"From: {sender}\r\nTo: support@desk.example\r\nSubject: During the outage\r\n\r\nHello\r\n".encode()
    with frozen(whole_desk, "tickets"):
        assert desk.hand_over(mail, sender=sender, to="support@desk.example").startswith("250 ")
        # The staff API of the ticket core runs in the gateway and can be read; it has no such ticket.
        assert with_subject(tom, "During the outage") is None
    eventually("a ticket", lambda: with_subject(tom, "During the outage"), seconds=60)


def with_subject(agent: Agent, subject: str) -> Json | None:
    """The ticket with this subject, if the agent's list has one."""
    return next(iter(agent.get("/tickets", q=subject)["items"]), None)
