"""The components in all their states."""

from playwright.sync_api import expect

from deskstream_local.trial.browser import Browsers, Eye, audit


def test_every_component_is_readable_for_everybody(visit: Browsers, seen: Eye) -> None:
    page = visit().go("/kit")
    expect(page.get_by_role("heading", name="Kit", exact=True)).to_be_visible()
    seen(page, "kit")
    page.get_by_role("button", name="Menu").click()
    expect(page.get_by_role("menu")).to_be_visible()
    audit(page, "an open menu")
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Dialog").click()
    expect(page.get_by_role("dialog", name="A dialog")).to_be_visible()
    audit(page, "an open dialog")
    page.keyboard.press("Escape")
    page.get_by_role("combobox", name="Owner").fill("ann")
    page.get_by_role("option", name="Anna Müller").click()
    expect(page.get_by_role("combobox", name="Owner")).to_have_value("Anna Müller")
    page.get_by_role("button", name="Notice with undo").click()
    expect(page.get_by_role("button", name="Undo", exact=True)).to_be_visible()
    audit(page, "a notice")
