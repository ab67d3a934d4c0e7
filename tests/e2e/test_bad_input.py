"""What strangers and broken programs send: each gets a clear answer, and nothing that was accepted is lost."""

import smtplib

import httpx
import pytest

from chassis.embedded.ports import LOOPBACK
from deskstream_local.story.doors import Agent, Desk, Json, eventually
from deskstream_local.story.letters import SUPPORT, letter, parsed

pytestmark = pytest.mark.e2e

SENDER = "grace@customer.example"


@pytest.fixture(scope="module")
def tom(desk: Desk) -> Agent:
    return desk.agent("tom")


def ledger(tom: Agent, message_id: str) -> Json | None:
    """The row of a mail in the ledger, wherever it is."""
    rows: list[Json] = tom.get("/mails")["items"]
    return next((row for row in rows if row["message_id"] == message_id.strip("<>")), None)


def problem(response: httpx.Response, status: int, code: str) -> Json:
    """The problem details of a refusal (RFC 9457)."""
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    details: Json = response.json()
    assert details["code"] == code
    assert details["detail"]
    assert details["correlation_id"] == response.headers["x-correlation-id"]
    return details


def test_a_mail_to_an_unknown_address_is_refused_and_leaves_no_trace(desk: Desk, tom: Agent) -> None:
    mail = letter(SENDER, "Hello", "Is anybody there?\n")
    assert desk.hand_over(mail, sender=SENDER, to="nobody@desk.example").startswith("550 5.1.1 ")
    assert desk.hand_over(mail, sender=SENDER, to="support@elsewhere.example").startswith("550 5.1.1 ")
    assert ledger(tom, parsed(mail)["Message-ID"]) is None


def test_an_oversized_mail_is_refused_before_it_is_sent_where_its_size_is_told(desk: Desk) -> None:
    with smtplib.SMTP(LOOPBACK, desk.where.smtp_port) as server:
        server.ehlo()
        limit = int(server.esmtp_features["size"])
        code, _ = server.mail(SENDER, [f"SIZE={limit + 1}"])
    assert code == 552


def test_an_oversized_mail_that_hides_its_size_is_refused_and_the_next_one_is_taken(desk: Desk, tom: Agent) -> None:
    mail = letter(SENDER, "After a large one", "Small.\n")
    with smtplib.SMTP(LOOPBACK, desk.where.smtp_port) as server:
        server.ehlo()
        limit = int(server.esmtp_features["size"])
        server.mail(SENDER)
        server.rcpt(SUPPORT)
        line = b"x" * 998 + b"\r\n"
        code, _ = server.data(b"Subject: Large\r\n\r\n" + line * (limit // len(line) + 1))
        assert code == 552
        assert server.sendmail(SENDER, [SUPPORT], mail) == {}
    eventually("the small mail in the ledger", lambda: ledger(tom, parsed(mail)["Message-ID"]))


def test_a_mail_that_is_no_mail_is_accepted_and_becomes_a_ticket_all_the_same(desk: Desk, tom: Agent) -> None:
    before = {row["id"] for row in tom.get("/mails")["items"]}
    rubbish = b"\xff\xfe\x00Content-Type: multipart/mixed\r\n\r\n--\r\n\xc3(\r\n" + bytes(range(256)) + b"\r\n"
    assert desk.hand_over(rubbish, sender=SENDER, to=SUPPORT).startswith("250 ")

    def filed() -> Json | None:
        rows: list[Json] = tom.get("/mails")["items"]
        return next((row for row in rows if row["id"] not in before and row["state"] == "ticket"), None)

    row = eventually("a ticket for a mail that is none", filed)
    assert tom.ticket(row["ticket_number"])["channel"]["key"] == "support"
    assert tom.ask("GET", f"/mails/{row['id']}/raw").content == rubbish


def test_a_body_with_unknown_or_missing_fields_is_refused_field_by_field(tom: Agent) -> None:
    body = {"kind": "internal", "channel": "backend", "text": "No subject", "colour": "red"}
    details = problem(tom.ask("POST", "/tickets", body=body), 422, "invalid")
    assert {error["field"] for error in details["errors"]} == {"body.subject", "body.colour"}


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"\xff\xfe", b'{"kind": "internal"} trailing'])
def test_a_body_that_is_not_what_the_route_takes_is_a_problem(tom: Agent, content: bytes) -> None:
    problem(tom.send_raw("POST", "/tickets", content), 422, "invalid")


def test_a_body_above_the_limit_is_a_problem(tom: Agent) -> None:
    problem(tom.send_raw("POST", "/tickets", b'{"text": "' + b"x" * 2_000_000 + b'"}'), 413, "too_large")


def test_what_does_not_exist_is_a_problem_for_programs_and_a_page_for_browsers(desk: Desk, tom: Agent) -> None:
    problem(tom.ask("GET", "/tickets/999999"), 404, "ticket_not_found")
    problem(tom.ask("GET", "/no-such-thing"), 404, "not_found")
    page = httpx.get(f"{desk.where.url}/dev/no-such-page", headers={"Accept": "text/html"}, trust_env=False)
    assert page.status_code == 404
    assert "There is nothing at this address" in page.text


def test_a_change_without_a_version_or_with_an_old_one_is_refused(tom: Agent) -> None:
    body = {"kind": "internal", "channel": "backend", "subject": "Versions", "text": "Two people, one ticket."}
    ticket = tom.post("/tickets", body)
    path = f"/tickets/{ticket['number']}"
    problem(tom.ask("PATCH", path, body={"priority": "high"}), 428, "version_required")
    first = {"If-Match": f'"{ticket["version"]}"'}
    assert tom.ask("PATCH", path, body={"priority": "high"}, headers=first).status_code == 200
    details = problem(tom.ask("PATCH", path, body={"priority": "low"}, headers=first), 409, "stale_version")
    assert (details["current"]["version"], details["current"]["priority"]) == (ticket["version"] + 1, "high")


def test_a_creation_that_is_sent_twice_happens_once(tom: Agent) -> None:
    body = {"kind": "internal", "channel": "backend", "subject": "Once", "text": "The network broke in between."}
    key = {"Idempotency-Key": "the-same-both-times"}
    first, second = (tom.ask("POST", "/tickets", body=body, headers=key) for _ in range(2))
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json()["number"] == second.json()["number"]
    problem(tom.ask("POST", "/tickets", body=body | {"subject": "Twice"}, headers=key), 422, "invalid")


def test_a_change_that_another_site_sends_is_refused(tom: Agent) -> None:
    body = {"kind": "internal", "channel": "backend", "subject": "Forged", "text": "Sent by a page elsewhere."}
    foreign = {"Sec-Fetch-Site": "cross-site", "Origin": "https://elsewhere.example"}
    problem(tom.ask("POST", "/tickets", body=body, headers=foreign), 403, "forbidden")


def test_who_is_not_signed_in_is_told_so(desk: Desk) -> None:
    answer = httpx.get(f"{desk.where.url}/api/v1/tickets", trust_env=False)
    problem(answer, 401, "unauthenticated")
