"""The profile: what agents set up for themselves (issue 4, item 2)."""

import re

from playwright.sync_api import expect

from deskstream_local.story.doors import Desk
from deskstream_local.trial.browser import Browsers, Eye


def test_the_profile_is_found_from_the_account_and_readable(visit: Browsers, seen: Eye) -> None:
    page = visit("tom").go("/t?list=overview")
    page.get_by_role("button", name="Tom Kraus").click()
    page.get_by_role("menuitem", name="Profile").click()
    expect(page.get_by_role("heading", level=1, name="Profile")).to_be_visible()
    expect(page.locator(".skeleton")).to_have_count(0)
    seen(page, "profile")


def test_language_theme_and_keys_are_in_force_at_once(visit: Browsers) -> None:
    page = visit("tom").go("/profile")
    page.get_by_label("Appearance").select_option(label="Dark")
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    page.get_by_role("switch", name="Single keys").click()
    page.get_by_role("heading", level=1).click()
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.get_by_label("Language").select_option(label="Deutsch")
    expect(page.get_by_role("heading", level=1, name="Profil")).to_be_visible()
    page.reload()
    expect(page.get_by_label("Aussehen")).to_have_value("dark")
    expect(page.get_by_role("switch", name="Einzelne Tasten")).not_to_be_checked()


def test_what_is_kept_with_the_account_is_the_same_on_another_device(visit: Browsers, desk: Desk) -> None:
    """After-send stays on the device; undo and notifications go with the account."""
    page = visit("viktor").go("/profile")
    page.get_by_label("After sending an answer").select_option(label="On to the next ticket")
    page.get_by_label("Take back a mail within").select_option(label="20 seconds")
    expect(page.get_by_text("Saved").first).to_be_visible()
    before = desk.agent("viktor").get("/notification-preferences")["mail"]
    page.get_by_role("switch", name="By e-mail").click()
    expect(page.get_by_text("Saved").first).to_be_visible()
    other = visit("viktor").go("/profile")
    expect(other.get_by_label("Take back a mail within")).to_have_value("20")
    expect(other.get_by_role("switch", name="By e-mail")).to_be_checked(checked=not before)
    other.get_by_role("switch", name="By e-mail").click()
    other.get_by_label("Take back a mail within").select_option(label="10 seconds")
    page.reload()
    expect(page.get_by_label("After sending an answer")).to_have_value("next")


def test_somebody_who_goes_away_names_a_substitute(visit: Browsers, desk: Desk, seen: Eye) -> None:
    """TS-11."""
    page = visit("dora").go("/profile")
    page.get_by_label("Until").fill("2099-01-02T09:00")
    page.get_by_role("combobox", name="Substitute").fill("Tom")
    page.get_by_role("option", name="Tom Kraus").click()
    page.get_by_role("button", name="Save the absence").click()
    expect(page.get_by_text("You are marked as away.")).to_be_visible()
    seen(page, "profile-absent")
    assert desk.agent("dora").get("/agents/me/absence")["substitute_id"] == desk.agent("tom").id
    page.get_by_label("Until").fill("2001-01-02T09:00")
    page.get_by_role("button", name="Save the absence").click()
    expect(page.get_by_role("region", name="Absence").get_by_role("alert")).to_be_visible()
    page.get_by_role("button", name="End the absence").click()
    expect(page.get_by_text("You are marked as away.")).to_have_count(0)


def test_a_token_is_shown_once_works_and_is_revoked(visit: Browsers, desk: Desk, seen: Eye) -> None:
    page = visit("anna").go("/profile")
    page.get_by_role("button", name="New token").click()
    page.get_by_label("What it is for").fill("Weekly report")
    page.get_by_label("tickets:read").check()
    seen(page, "profile-token-new")
    page.get_by_role("button", name="Create the token").click()
    token = page.get_by_role("status").locator("code").inner_text()
    assert token.startswith("ds_")
    bearer = {"Authorization": f"Bearer {token}"}
    assert page.request.get(f"{desk.where.url}/api/v1/tickets/counters", headers=bearer).status == 200
    page.get_by_role("button", name="Revoke: Weekly report").click()
    expect(page.get_by_role("button", name="Revoke: Weekly report")).to_have_count(0)
    page.reload()
    expect(page.get_by_text(token)).to_have_count(0)


def test_sessions_are_ended_and_the_password_is_changed_and_back(visit: Browsers, desk: Desk) -> None:
    ada = desk.agent("ada")
    agent = ada.post("/agents", {"name": "Paula Pass", "email": "paula@desk.example"})
    change = {"password": desk.where.password}
    ada.ask("PATCH", f"/agents/{agent['id']}", body=change, headers={"If-Match": f'"{agent["version"]}"'})
    other = visit("paula").go("/t?list=overview")
    page = visit("paula").go("/profile")
    sessions = page.get_by_role("region", name="Sessions")
    expect(sessions.get_by_text("this one")).to_be_visible()
    ends = sessions.get_by_role("button", name=re.compile("^End"))
    expect(ends.first).to_be_visible()
    while ends.count() > 0:
        left = ends.count()
        ends.first.click()
        expect(ends).to_have_count(left - 1)
    other.reload()
    expect(other).to_have_url(re.compile("/sign-in"))
    page.get_by_label("Present password").fill("not mine")
    page.get_by_label("New password").fill("a longer one than before")
    page.get_by_role("button", name="Change the password").click()
    expect(page.get_by_role("region", name="Password").get_by_role("alert")).to_be_visible()
    old, new = desk.where.password, "a longer one than before"
    for present, following in ((old, new), (new, old)):
        page.get_by_label("Present password").fill(present)
        page.get_by_label("New password").fill(following)
        page.get_by_role("button", name="Change the password").click()
        expect(page.get_by_label("New password")).to_have_value("")
    expect(page.get_by_role("heading", level=1, name="Profile")).to_be_visible()
