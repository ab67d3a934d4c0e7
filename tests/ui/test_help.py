"""Help pages in both languages, and the ways to them (TC-20; issue 4, item 8)."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from deskstream_local.trial.browser import Browsers, Eye

PAGES = Path(__file__).parents[2] / "web" / "apps" / "staff" / "screens" / "help" / "pages"
NEEDED = {
    "basics",
    "how-to",
    "create-tickets",
    "work-with-tickets",
    "lists-and-views",
    "reminders",
    "visibility",
    "channels",
    "configuration",
}
"""The pages that TC-20 names and whose feature is there. Outlook, times and the portal come with their own."""

SCREENS = ("/t?list=overview", "/config/channels", "/config/staff", "/config/templates", "/config/settings", "/profile")
HERE = "Help with this (new tab)"


def title_of(language: str, topic: str) -> str:
    return (PAGES / language / f"{topic}.md").read_text().splitlines()[0].removeprefix("# ")


@pytest.mark.parametrize("language", ["en", "de"])
def test_every_page_is_there_in_both_languages_with_the_same_parts(language: str) -> None:
    assert {page.stem for page in (PAGES / language).glob("*.md")} == NEEDED
    for topic in NEEDED:
        text, english = (PAGES / each / f"{topic}.md" for each in (language, "en"))
        for part in (r"^## ", r"^\| ", r"^- ", r"^\d\. ", r"`[^`]+`"):
            mine, theirs = (len(re.findall(part, each.read_text(), re.MULTILINE)) for each in (text, english))
            assert mine == theirs, f"{topic}: {part}"
        assert set(re.findall(r"\]\((.+?)\)", text.read_text())) == set(re.findall(r"\]\((.+?)\)", english.read_text()))


def links_of(page: Page) -> list[str]:
    found: list[str] = page.get_by_role("link", name=HERE).evaluate_all(
        "links => links.map(link => link.getAttribute('href'))"
    )
    return found


def test_each_screen_leads_to_a_page_that_is_there(visit: Browsers) -> None:
    visitor = visit("tom")
    found: set[str] = set()
    for path in SCREENS[:1] + SCREENS[-1:]:
        page = visitor.go(path)
        expect(page.get_by_role("link", name=HERE).first).to_be_visible()
        found |= set(links_of(page))
    page = visitor.go("/t?list=overview")
    expect(page.get_by_role("link", name="Help", exact=True)).to_be_visible()
    page.keyboard.press("c")
    page.keyboard.press("n")
    dialog = page.get_by_role("dialog", name="New ticket")
    expect(dialog.get_by_role("link", name=HERE)).to_have_attribute("href", "/help/create-tickets")
    expect(dialog.get_by_role("link", name=HERE)).not_to_be_focused()
    with page.context.expect_page() as opened:
        dialog.get_by_role("link", name=HERE).click()
    expect(opened.value.get_by_role("heading", name=title_of("en", "create-tickets"), level=1)).to_be_visible()
    opened.value.close()
    expect(dialog).to_be_visible()
    assert found == {"/help/lists-and-views", "/help/basics"}


def test_each_section_of_the_configuration_leads_to_a_page_that_is_there(visit: Browsers) -> None:
    visitor = visit("petra")
    page = visitor.go("/config")
    page.get_by_role("navigation", name="Configuration").get_by_role("link").first.wait_for()
    sections = page.get_by_role("navigation", name="Configuration").get_by_role("link").all_text_contents()
    for section in sections:
        page.get_by_role("navigation", name="Configuration").get_by_role("link", name=section, exact=True).click()
        link = page.locator("#main").get_by_role("link", name=HERE)
        if section == "Desk settings" and link.count() == 0:
            continue  # whoever may only look at it has no buttons there
        expect(link).to_have_count(1)
        assert (link.get_attribute("href") or "").removeprefix("/help/") in NEEDED


def test_help_is_found_by_search_by_palette_and_by_the_overview_of_keys(visit: Browsers, seen: Eye) -> None:
    visitor = visit("tom")
    page = visitor.go("/t?list=overview")
    expect(page.get_by_role("grid")).to_be_visible()
    page.keyboard.press("?")
    page.get_by_role("dialog").get_by_role("link", name="All help pages").click()
    main = page.locator("#main")
    expect(main.get_by_role("heading", name="Help", exact=True)).to_be_visible()
    for topic in NEEDED:
        expect(main.get_by_role("link", name=title_of("en", topic), exact=True).first).to_be_visible()
    seen(page, "help")
    field = main.get_by_role("textbox", name="Search the help")
    field.fill("nothing like this at all")
    expect(main.get_by_text("No help page has these words")).to_be_visible()
    field.fill("customer answers before")
    main.get_by_role("link", name="Ticket reminder: Set one").click()
    expect(page).to_have_url(re.compile(r"/help/reminders#set-one$"))
    expect(main.get_by_role("heading", name="Set one")).to_be_in_viewport()
    page.keyboard.press("Control+k")
    page.get_by_role("combobox").fill("visibility")
    page.keyboard.press("Enter")
    expect(main.get_by_role("heading", name="Visibility and access")).to_be_visible()
    visitor.go("/help/nowhere")
    expect(main.get_by_role("heading", name="There is no such help page")).to_be_visible()


def test_every_page_is_read_in_german_and_can_be_used_by_everybody(visit: Browsers, seen: Eye) -> None:
    visitor = visit("anna", language="de")
    page = visitor.go("/help")
    pages = page.get_by_role("navigation", name="Hilfeseiten")
    for topic in sorted(NEEDED):
        pages.get_by_role("link", name=title_of("de", topic), exact=True).click()
        expect(page.get_by_role("heading", name=title_of("de", topic), level=1)).to_be_visible()
    pages.get_by_role("link", name=title_of("de", "how-to"), exact=True).click()
    seen(page, "help-page")
