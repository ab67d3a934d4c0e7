"""API tokens: each allows what its scopes name, at every service, until it is deleted."""

from collections.abc import Iterator

import httpx
import pytest

from deskstream_local.story.doors import Desk, eventually

pytestmark = pytest.mark.e2e


@pytest.fixture
def program(desk: Desk) -> Iterator[httpx.Client]:
    """A program without any cookie."""
    with httpx.Client(base_url=f"{desk.where.url}/api/v1", trust_env=False) as program:
        yield program


def test_a_token_allows_what_its_scopes_name_at_every_service_until_it_is_deleted(
    desk: Desk, program: httpx.Client
) -> None:
    tom = desk.agent("tom")
    token = tom.post("/tokens", {"name": "Dashboard", "scopes": ["tickets:read", "contacts:read"]})
    program.headers["Authorization"] = f"Bearer {token['token']}"
    assert program.get("/tickets").status_code == 200
    assert program.get("/contacts").status_code == 200
    number = program.get("/tickets").json()["items"][0]["number"]
    for refused in (
        program.post(f"/tickets/{number}/notes", json={"text": "Hello"}),
        program.get("/mails"),
        program.get("/notifications"),
    ):
        assert (refused.status_code, refused.json()["code"]) == (403, "forbidden")
    assert tom.ask("DELETE", f"/tokens/{token['id']}").status_code == 204
    assert program.get("/tickets").status_code == 401
    # Other services remember a token for at most five seconds, and hear of its end sooner.
    eventually(
        "an end of the token at crm-match", lambda: program.get("/contacts").status_code == 401 or None, seconds=5
    )


def test_a_token_cannot_ask_for_more_than_its_agent_may_do(desk: Desk) -> None:
    refused = desk.agent("tom").ask("POST", "/tokens", body={"name": "Greedy", "scopes": ["staff:manage"]})
    assert (refused.status_code, refused.json()["code"]) == (422, "scope_not_allowed")
