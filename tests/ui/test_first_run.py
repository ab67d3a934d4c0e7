"""A desk without anybody: the operator prints a link, and the first administrator makes an account with it."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from deskstream_local.people import People
from deskstream_local.story.doors import Desk
from deskstream_local.trial.browser import Browsers, audit
from deskstream_local.trial.desk import TrialDesk

PASSWORD = "correct horse battery staple"


@pytest.fixture
def empty_desk(tmp_path: Path) -> Iterator[TrialDesk]:
    """A desk into which no demo data was filled."""
    home = tmp_path / "home"
    home.mkdir()
    People().write(home / "people.json")
    with TrialDesk.running(home) as desk:
        yield desk


def setup_link(desk: TrialDesk) -> str:
    """What the operator's command prints."""
    environment = {
        **os.environ,
        "TICKETS_DATABASE_URL": desk.dsn("tickets").replace("postgresql://", "postgresql+asyncpg://"),
        "TICKETS_NATS_URL": "nats://127.0.0.1:1",
        "TICKETS_NATS_PASSWORD": "none",
        "TICKETS_BLOBS_URL": "memory:///",
        "TICKETS_PUBLIC_URL": desk.state.url,
    }
    command = [str(Path(sys.executable).with_name("tickets")), "setup-link"]
    return subprocess.run(command, env=environment, check=True, capture_output=True, text=True).stdout.strip()


def test_the_first_administrator_makes_an_account_with_the_link_and_is_in(
    chrome: Browser, empty_desk: TrialDesk
) -> None:
    with Desk.of(empty_desk) as doors:
        browsers = Browsers(chrome, doors)
        page = browsers().page
        page.goto(setup_link(empty_desk))
        page.get_by_role("button", name="Create the first administrator").click()
        expect(page.get_by_role("alert")).to_contain_text("Enter your name")
        page.get_by_label("Your name").fill("Grace Hopper")
        page.get_by_label("E-mail address").fill("grace@desk.example")
        page.get_by_label("Password").fill(PASSWORD)
        page.keyboard.press("Enter")
        expect(page.get_by_role("button", name="Grace Hopper")).to_be_visible()
        expect(page.get_by_text("All done here")).to_be_visible()
        audit(page, "a desk without tickets")
        page.goto(f"{empty_desk.state.url}/setup#token=another")
        page.get_by_label("Your name").fill("Mallory")
        page.get_by_label("E-mail address").fill("mallory@desk.example")
        page.get_by_label("Password").fill(PASSWORD)
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", name="Set up already")).to_be_visible()
        assert browsers.close() == []
