"""People before browsers of their own, for tests of the web apps; Playwright is there for developers only."""

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]  # it ships without types
from playwright.sync_api import Browser, ConsoleMessage, Error, Page, Playwright

from deskstream_local.story.doors import CREATED, Desk

RULES = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")
SIZES: Mapping[str, tuple[int, int]] = MappingProxyType({"1440": (1440, 900), "1024": (1024, 768), "390": (390, 844)})
PATIENCE_MS = 20_000
SIGN_IN = """who => fetch("/api/v1/session", {
  method: "POST", body: JSON.stringify(who), headers: { "Content-Type": "application/json" }
}).then(response => response.status)"""
DEBIAN: Mapping[str, str] = MappingProxyType({"DEBIAN_FRONTEND": "noninteractive"})
INSTALL = (("update", "--quiet"), ("install", "--yes", "--quiet", "--no-install-recommends", "chromium"))


def chromium() -> str | None:
    """Where Debian's Chromium is; as root on a Debian machine it is installed where it is missing."""
    found = shutil.which("chromium")
    if found is None and os.geteuid() == 0 and shutil.which("apt-get"):
        for words in INSTALL:
            subprocess.run(("apt-get", *words), env={**os.environ, **DEBIAN}, check=False, stdout=sys.stderr)
        found = shutil.which("chromium")
    return found


def launch(playwright: Playwright, path: str) -> Browser:
    """A browser that does nothing by itself in the background."""
    return playwright.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-background-networking"])


SETTLED = """async theme => {
    const other = () => ![undefined, theme].includes(document.documentElement.dataset.theme)
    for (let frame = 0; frame < 2 || (frame < 60 && other()); frame++) await new Promise(requestAnimationFrame)
    await new Promise(requestAnimationFrame)
    const ends = document.getAnimations().filter(one => one.effect?.getComputedTiming().endTime !== Infinity)
    const late = new Promise(resolve => setTimeout(resolve, 1000))
    await Promise.race([late, Promise.allSettled(ends.map(one => one.finished))])
}"""
"""Colours of another theme come with the next frame, and transitions begin with it; spinners turn for ever."""


@dataclass
class Visitor:
    """Somebody before a browser; what went wrong in it is collected in ``faults``."""

    page: Page
    url: str
    faults: list[str] = field(default_factory=list)

    def go(self, path: str) -> Page:
        """Open a path of the staff app."""
        self.page.goto(f"{self.url}{path}")
        return self.page

    def hears(self, message: ConsoleMessage) -> None:
        """Collect errors of the console: a breach of the security policy is one of them."""
        # A status that is no success is told here, too; tests look at what the app makes of it.
        if message.type == "error" and not message.text.startswith("Failed to load resource"):
            self.faults.append(message.text)

    def fails(self, error: Error) -> None:
        """Collect exceptions that nobody caught."""
        self.faults.append(str(error))


@dataclass
class Browsers:
    """Sits people down before browsers of their own, signed in or not."""

    chrome: Browser
    desk: Desk
    visitors: list[Visitor] = field(default_factory=list)

    def __call__(
        self, first_name: str | None = None, *, size: str = "1440", language: str | None = "en", locale: str = "en-GB"
    ) -> Visitor:
        """Somebody before a new browser; with a name it is an agent of the demo who is signed in.

        ``language`` is what they chose on this device, None: nothing; ``locale`` is that of the browser.
        """
        width, height = SIZES[size]
        context = self.chrome.new_context(
            viewport={"width": width, "height": height}, locale=locale, reduced_motion="reduce"
        )
        context.set_default_timeout(PATIENCE_MS)
        if language is not None:
            context.add_init_script(f"localStorage.language ??= '{language}'")
        visitor = Visitor(context.new_page(), self.desk.where.url)
        visitor.page.on("console", visitor.hears)
        visitor.page.on("pageerror", visitor.fails)
        self.visitors.append(visitor)
        if first_name is not None:
            self._sign_in(visitor, f"{first_name}@desk.example")
        return visitor

    def _sign_in(self, visitor: Visitor, email: str) -> None:
        """By the API from inside the browser, which is quicker than the form."""
        visitor.go("/icon.svg")
        status = visitor.page.evaluate(SIGN_IN, {"email": email, "password": self.desk.where.password})
        if status != CREATED:
            raise AssertionError(f"signing in as {email} answered {status}")

    def close(self) -> list[str]:
        """Close every browser; gives what went wrong in them."""
        for visitor in self.visitors:
            visitor.page.context.close()
        return [fault for visitor in self.visitors for fault in visitor.faults]


class Eye:
    """Looks at a page in three widths, light and dark: axe finds nothing; ``folder`` gets pictures."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder

    def __call__(self, page: Page, name: str) -> None:
        """Look at it. Raises AssertionError for what axe finds."""
        before = page.viewport_size
        for theme in ("light", "dark"):
            page.emulate_media(color_scheme="dark" if theme == "dark" else "light", reduced_motion="reduce")
            for size, (width, height) in SIZES.items():
                page.set_viewport_size({"width": width, "height": height})
                page.evaluate(SETTLED, theme)
                if self._folder is not None:
                    self._folder.mkdir(parents=True, exist_ok=True)
                    page.screenshot(path=self._folder / f"{name}-{size}-{theme}.png")
                if self._folder is not None or (size, theme) in {("1440", "light"), ("1440", "dark"), ("390", "light")}:
                    audit(page, f"{name} {size} {theme}")
        page.emulate_media(color_scheme="light", reduced_motion="reduce")
        if before is not None:
            page.set_viewport_size(before)


def audit(page: Page, where: str) -> None:
    """Let axe look at the page. Raises AssertionError for what it finds."""
    # The focus guards of open menus are invisible; what is in frames of mails is not ours.
    context = {"exclude": [["[data-base-ui-focus-guard]"], ["iframe"]]}
    # An open menu lies outside of every landmark, as the pattern of WAI-ARIA has it.
    rules = {"region": {"enabled": page.get_by_role("menu").count() == 0}}
    options = {"runOnly": [*RULES], "rules": rules, "resultTypes": ["violations"]}
    found = Axe().run(page, context=context, options=options)
    if found.violations_count:
        raise AssertionError(f"{where}:\n{found.generate_report()}")
