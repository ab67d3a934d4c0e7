"""Coming in: sign-in, a session that ends, a forgotten password (issue 4, item 2)."""

import re

from playwright.sync_api import Page, expect

from deskstream_local.story.doors import Desk
from deskstream_local.trial.browser import Browsers, Eye


def sign_in(page: Page, email: str, password: str) -> None:
    """Fill in the form and send it, by keyboard only; the first field has the focus."""
    expect(page.get_by_label("E-mail address")).to_be_focused()
    page.keyboard.type(email)
    page.keyboard.press("Tab")
    page.keyboard.type(password)
    page.keyboard.press("Enter")


def test_a_wrong_password_is_said_and_the_right_one_leads_to_where_one_wanted(
    visit: Browsers, desk: Desk, seen: Eye
) -> None:
    page = visit().go("/t?list=mine")
    expect(page).to_have_url(re.compile(r"/sign-in\?to="))
    seen(page, "sign-in")
    sign_in(page, "anna@desk.example", "not the password")
    expect(page.get_by_role("alert")).to_contain_text("do not belong together")
    page.get_by_label("Password").fill(desk.where.password)
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/t\?list=mine"))
    expect(page.get_by_role("heading", name="My tickets")).to_be_visible()


def test_the_address_to_go_on_to_is_one_of_our_own(visit: Browsers, desk: Desk) -> None:
    for foreign in ("https://elsewhere.example", "//elsewhere.example", "/\\elsewhere.example"):
        page = visit().go(f"/sign-in?to={foreign}")
        sign_in(page, "anna@desk.example", desk.where.password)
        expect(page).to_have_url(re.compile(rf"^{re.escape(desk.where.url)}/t\?"))


def test_signing_out_leaves_nothing_behind(visit: Browsers, desk: Desk) -> None:
    page = visit().go("/")
    sign_in(page, "viktor@desk.example", desk.where.password)
    page.get_by_role("button", name="Viktor Vertrieb").click()
    page.get_by_role("menuitem", name="Sign out").click()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    page.goto(f"{desk.where.url}/t?list=overview")
    expect(page).to_have_url(re.compile(r"/sign-in"))


def test_a_session_that_ends_elsewhere_leads_to_the_sign_in_and_back(visit: Browsers, desk: Desk) -> None:
    page = visit().go("/t?list=overview")
    sign_in(page, "petra@desk.example", desk.where.password)
    expect(page.get_by_role("heading", name="Ticket overview")).to_be_visible()
    page.evaluate("fetch('/api/v1/session', { method: 'DELETE' })")
    expect(page).to_have_url(re.compile(r"/sign-in\?to="))
    sign_in(page, "petra@desk.example", desk.where.password)
    expect(page.get_by_role("heading", name="Ticket overview")).to_be_visible()


def test_a_forgotten_password_is_set_anew_by_a_link(visit: Browsers, desk: Desk, seen: Eye) -> None:
    before = desk.now()
    page = visit().go("/sign-in")
    page.get_by_role("link", name="Forgot your password?").click()
    expect(page.get_by_role("heading", name="Forgot your password?")).to_be_visible()
    page.get_by_label("E-mail address").fill("dora@desk.example")
    seen(page, "forgot")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("dora@desk.example")
    mail = desk.mail_about("/reset#token=", to="dora@desk.example", after=before)
    link = re.search(r"https?://\S+/reset#token=\S+", mail["text"])
    assert link is not None
    page.goto(link[0])
    page.get_by_label("New password").fill("short")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("at least 10 characters")
    seen(page, "reset")
    page.get_by_label("New password").fill(desk.where.password)
    page.keyboard.press("Enter")
    expect(page.get_by_text("The password is saved")).to_be_visible()
    sign_in(page, "dora@desk.example", desk.where.password)
    expect(page.get_by_role("navigation")).to_be_visible()


def test_the_app_speaks_german_to_a_german_browser_and_english_when_told(visit: Browsers, seen: Eye) -> None:
    page = visit(language=None, locale="de-DE").go("/sign-in")
    expect(page.get_by_role("heading", name="Anmelden")).to_be_visible()
    expect(page.locator("html")).to_have_attribute("lang", "de")
    seen(page, "sign-in-german")
    page.get_by_role("button", name="English").click()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    page.reload()
    expect(page.locator("html")).to_have_attribute("lang", "en")


def test_a_link_of_the_first_run_ends_when_there_is_an_administrator(visit: Browsers, seen: Eye) -> None:
    page = visit().go("/setup")
    expect(page.get_by_text("tickets setup-link")).to_be_visible()
    seen(page, "setup-without-link")
    page = visit().go("/setup#token=a-link-from-yesterday")
    seen(page, "setup")
    page.get_by_label("Your name").fill("Mallory")
    page.get_by_label("E-mail address").fill("mallory@desk.example")
    page.get_by_label("Password").fill("correct horse battery")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Set up already")).to_be_visible()


def test_an_address_that_does_not_exist_says_so(visit: Browsers, seen: Eye) -> None:
    page = visit("tom").go("/no-such-page")
    expect(page.get_by_text("There is nothing at this address.")).to_be_visible()
    seen(page, "not-found")
