"""Around every screen: theme, language, a lost connection, a file of an older build (issue 4, item 7)."""

import re

from playwright.sync_api import expect

from deskstream_local.trial.browser import Browsers, Eye, audit


def test_the_theme_follows_the_system_until_somebody_chooses_one(visit: Browsers) -> None:
    page = visit("tom").go("/t?list=overview")
    html = page.locator("html")
    expect(page.get_by_role("button", name="Dark mode")).to_be_visible()
    expect(html).to_have_attribute("data-theme", "light")
    page.emulate_media(color_scheme="dark")
    expect(html).to_have_attribute("data-theme", "dark")
    page.keyboard.press("Control+.")
    expect(html).to_have_attribute("data-theme", "light")
    page.reload()
    expect(html).to_have_attribute("data-theme", "light")
    expect(page.get_by_role("button", name="Dark mode")).to_be_visible()


def test_an_agent_reads_the_app_in_the_language_of_the_account_or_the_one_chosen_here(visit: Browsers) -> None:
    page = visit("anna", language=None).go("/t?list=overview")
    expect(page.get_by_role("heading", name="Ticketübersicht")).to_be_visible()  # Anna's account speaks German
    page.get_by_role("button", name="Anna Müller").click()
    page.get_by_role("menuitemcheckbox", name="English").click()
    expect(page.get_by_role("heading", name="Ticket overview")).to_be_visible()
    page.reload()
    expect(page.get_by_role("heading", name="Ticket overview")).to_be_visible()


def test_a_lost_connection_is_said_keeps_what_was_typed_and_mends_by_itself(visit: Browsers, seen: Eye) -> None:
    page = visit("tom").go("/t?list=overview")
    expect(page.get_by_title("Live updates are on")).to_be_visible()
    page.context.set_offline(True)
    page.get_by_role("textbox").fill("radiator")
    banner = page.get_by_role("status").filter(has_text="cannot be reached")
    expect(banner).to_be_visible(timeout=40_000)
    audit(page, "offline")
    expect(page.get_by_role("textbox")).to_have_value("radiator")
    page.context.set_offline(False)
    expect(banner).to_be_hidden(timeout=40_000)
    expect(page.get_by_role("textbox")).to_have_value("radiator")
    expect(page).to_have_url(re.compile("q=radiator"))


def test_a_tab_of_an_older_build_loads_itself_anew(visit: Browsers) -> None:
    visitor = visit()
    visitor.page.route(re.compile(r"/assets/KitScreen-"), lambda route: route.fulfill(status=404), times=1)
    page = visitor.go("/kit")
    expect(page.get_by_role("heading", name="Kit", exact=True)).to_be_visible()
