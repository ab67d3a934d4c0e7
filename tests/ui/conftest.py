"""Browsers before the real desk: Debian's Chromium, driven by Playwright, with the app's security policy in force.

What fails is tried once more, because a busy machine can make any browser late; pytest's closing line counts these
reruns, and each of them is worth a look.

``DESKSTREAM_SCREENSHOTS`` names a folder for pictures of everything that a test has `seen`.
"""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Playwright, expect, sync_playwright

from deskstream_local.staff_app import is_built
from deskstream_local.story.doors import Desk
from deskstream_local.trial.browser import PATIENCE_MS, Browsers, Eye, chromium, launch


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Every test here is a story over all services."""
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.e2e)
            item.add_marker(pytest.mark.flaky(reruns=1))


@pytest.fixture(scope="module")
def playwright() -> Iterator[Playwright]:
    """Gone with the module: while it lives, its event loop counts as running, and no asynchronous test can begin."""
    expect.set_options(timeout=PATIENCE_MS)
    with sync_playwright() as running:
        yield running


@pytest.fixture(scope="module")
def chrome(playwright: Playwright) -> Iterator[Browser]:
    path = chromium()
    if path is None:
        pytest.skip("there is no chromium; install it: apt-get install chromium")
    browser = launch(playwright, path)
    yield browser
    browser.close()


@pytest.fixture
def visit(chrome: Browser, desk: Desk) -> Iterator[Browsers]:
    """``visit("tom")`` is Tom, signed in, before a browser of his own; no console may show an error at the end."""
    assert is_built(), "the staff app was not built: logs/staff-app.log of the desk says why"
    browsers = Browsers(chrome, desk)
    yield browsers
    assert browsers.close() == []


@pytest.fixture(scope="session")
def seen() -> Eye:
    """``seen(page, "name")``: axe finds nothing in three widths, light and dark."""
    wanted = os.environ.get("DESKSTREAM_SCREENSHOTS")
    return Eye(Path(wanted).absolute() if wanted else None)
