"""The list of tickets: moved in by keyboard, narrowed by its address, alive (issue 4, item 3; LF-01 to LF-07)."""

import re
import time
from uuid import uuid4

import pytest
from playwright.sync_api import Page, expect

from deskstream_local.story.doors import Desk
from deskstream_local.story.letters import SUPPORT, letter
from deskstream_local.trial.browser import Browsers, Eye

ERNA = "Erna Engel <erna@engel.example>"


def arrives(desk: Desk, subject: str, text: str = "Please have a look.\n") -> int:
    """A mail comes in and is a ticket; gives its number."""
    desk.hand_over(letter(ERNA, subject, text), sender="erna@engel.example", to=SUPPORT)
    end = time.monotonic() + 20
    while time.monotonic() < end:
        # Words like "at" do not count in a search, so it finds others, too.
        found = desk.agent("tom").get("/tickets", q=f'"{subject}"')["items"]
        for ticket in found:
            if ticket["subject"] == subject:
                return int(ticket["number"])
        time.sleep(0.1)
    pytest.fail(f"no ticket for {subject}")


def rows(page: Page, text: str) -> list[str]:
    return page.get_by_role("row").filter(has_text=text).all_inner_texts()


def test_a_mail_appears_in_an_open_list_and_counts_at_once(visit: Browsers, desk: Desk) -> None:
    page = visit("tom").go("/t?list=overview&prefilter=no_owner")
    link = page.get_by_role("link", name=re.compile("^No owner"))
    expect(link).to_have_text(re.compile(r"No owner\d+"))
    before = int(re.sub(r"\D", "", link.inner_text()))
    arrives(desk, "The door does not close")
    expect(page.get_by_role("row", name=re.compile("The door does not close"))).to_be_visible()
    expect(link).to_have_text(f"No owner{before + 1}")


def test_what_a_colleague_changes_is_on_screen_within_a_moment(visit: Browsers, desk: Desk) -> None:
    number = arrives(desk, "Live on the screen")
    page = visit("tom").go("/t?list=overview&sort=number")
    row = page.get_by_role("row", name=re.compile("Live on the screen"))
    expect(row).to_contain_text("No owner")
    anna = desk.agent("anna")
    version = anna.ticket(number)["version"]
    began = time.monotonic()
    anna.ask("PATCH", f"/tickets/{number}", body={"owner_id": anna.id}, headers={"If-Match": f'"{version}"'})
    expect(row).to_contain_text("Anna Müller")
    assert time.monotonic() - began < 2  # 0.3 s on an idle machine; tests share theirs


def test_the_keyboard_alone_moves_opens_and_leaves(visit: Browsers, desk: Desk) -> None:
    numbers = [arrives(desk, f"Moved by keys {one}") for one in range(3)]
    page = visit("tom").go('/t?list=overview&q="Moved by keys"')
    expect(page.get_by_role("row")).to_have_count(3)
    first, second, third = (page.get_by_role("row", name=re.compile(f"Moved by keys {one}")) for one in (2, 1, 0))
    page.keyboard.press("j")
    expect(first).to_be_focused()
    page.keyboard.press("j")
    expect(second).to_be_focused()
    page.keyboard.press("k")
    expect(first).to_be_focused()
    page.keyboard.press("End")
    expect(third).to_be_focused()
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(rf"/t/{numbers[0]}\?"))
    expect(page.get_by_role("heading", level=1, name="Moved by keys 0")).to_be_visible()
    page.keyboard.press("[")
    expect(page.get_by_role("heading", level=1, name="Moved by keys 1")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_text("No ticket open")).to_be_visible()
    page.keyboard.press("/")
    expect(page.get_by_role("textbox")).to_be_focused()
    page.keyboard.press("g")  # typed, not a command
    page.keyboard.press("Escape")
    page.keyboard.press("g")
    page.keyboard.press("m")
    expect(page.get_by_role("heading", level=1, name="My tickets")).to_be_visible()


def test_single_keys_can_be_switched_off(visit: Browsers) -> None:
    page = visit("tom").go("/t?list=overview")
    page.get_by_role("button", name="Tom Kraus").click()
    page.get_by_role("menuitem", name="Switch single keys off").click()
    page.keyboard.press("g")
    page.keyboard.press("m")
    page.keyboard.press("?")
    expect(page.get_by_role("heading", level=1, name="Ticket overview")).to_be_visible()
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.keyboard.press("Control+k")
    expect(page.get_by_role("dialog", name="Commands")).to_be_visible()


def test_a_search_is_in_the_address_and_says_what_to_do_when_nothing_fits(visit: Browsers, desk: Desk) -> None:
    arrives(desk, "Heating in room seven", "The radiator is cold.\n")
    page = visit("tom").go("/t?list=mine")
    page.get_by_role("textbox").fill("radiator")
    expect(page.get_by_role("row", name=re.compile("Heating in room seven"))).to_be_visible()
    expect(page).to_have_url(re.compile("q=radiator"))
    page.get_by_role("textbox").fill("xylophone")
    expect(page.get_by_text("Nothing matches “xylophone”")).to_be_visible()
    page.get_by_role("button", name="Search all tickets").click()
    expect(page).to_have_url(re.compile("list=overview.*q=xylophone"))


def test_filters_combine_stand_in_the_address_and_are_taken_off_one_by_one(visit: Browsers, desk: Desk) -> None:
    arrives(desk, "Filtered")
    page = visit("tom").go("/t?list=overview")
    page.get_by_role("button", name="Filters").click()
    page.get_by_role("menuitemcheckbox", name="Support", exact=True).click()
    page.get_by_role("menuitemcheckbox", name="No owner", exact=True).click()
    page.keyboard.press("Escape")
    chips = page.get_by_role("list", name="Filters")
    expect(chips).to_contain_text("Channel is Support")
    expect(chips).to_contain_text("Owner is No owner")
    page.reload()
    expect(chips).to_contain_text("Owner is No owner")
    page.get_by_role("button", name="Remove filter Owner").click()
    expect(chips).not_to_contain_text("Owner")
    expect(page).to_have_url(re.compile("channel="))


def test_the_palette_opens_a_ticket_by_its_number(visit: Browsers, desk: Desk, seen: Eye) -> None:
    number = arrives(desk, "Straight to it")
    page = visit("tom").go("/t?list=overview")
    expect(page.get_by_role("heading", name="Ticket overview")).to_be_visible()
    page.keyboard.press("Control+k")
    expect(page.get_by_role("dialog", name="Commands")).to_be_visible()
    seen(page, "palette")
    page.keyboard.type(f"DS-{number}")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1, name="Straight to it")).to_be_visible()


def test_the_help_names_the_keys_of_this_screen(visit: Browsers, seen: Eye) -> None:
    page = visit("tom").go("/t?list=overview")
    expect(page.get_by_role("heading", name="Ticket overview")).to_be_visible()
    page.keyboard.press("?")
    dialog = page.get_by_role("dialog", name="Keyboard shortcuts")
    expect(dialog).to_contain_text("Next ticket")
    expect(dialog).to_contain_text("Action required")
    seen(page, "shortcuts")


@pytest.mark.parametrize("form", ["split", "table"])
def test_the_list_is_readable_for_everybody_in_both_forms(visit: Browsers, desk: Desk, seen: Eye, form: str) -> None:
    arrives(desk, f"As {form}")
    page = visit("tom").go("/t?list=overview")
    expect(page.get_by_role("row").first).to_be_visible()
    if form == "table":
        page.get_by_role("button", name="Table").click()
    seen(page, f"tickets-{form}")


def test_an_empty_list_says_that_all_is_done(visit: Browsers, seen: Eye) -> None:
    page = visit("petra").go("/t?list=overview&status=no-such-status")
    expect(page.get_by_text("No ticket fits these filters")).to_be_visible()
    seen(page, "tickets-empty")


def test_a_list_that_cannot_be_loaded_says_so_and_tries_again(visit: Browsers, seen: Eye) -> None:
    visitor = visit("tom")
    visitor.page.route("**/api/v1/tickets?*", lambda route: route.fulfill(status=422, json={"detail": "Not so."}))
    page = visitor.go("/t?list=overview")
    expect(page.get_by_role("alert")).to_contain_text("Not so.")
    seen(page, "tickets-failed")
    page.unroute_all()
    page.get_by_role("button", name="Try again").click()
    expect(page.get_by_role("row").first).to_be_visible()


def test_on_a_phone_one_pane_is_shown_and_the_navigation_is_a_drawer(visit: Browsers, desk: Desk) -> None:
    arrives(desk, "On a phone")
    page = visit("tom", size="390").go("/t?list=overview")
    page.get_by_role("row", name=re.compile("On a phone")).click()
    expect(page.get_by_role("heading", level=1, name="On a phone")).to_be_visible()
    expect(page.get_by_role("grid")).to_be_hidden()
    page.get_by_role("link", name="Back to the list").click()
    page.get_by_role("button", name="Open navigation").click()
    page.get_by_role("dialog").get_by_role("link", name=re.compile("^My tickets")).click()
    expect(page.get_by_role("heading", level=1, name="My tickets")).to_be_visible()
    expect(page.get_by_role("dialog")).to_have_count(0)


def test_nine_tabs_share_one_stream(visit: Browsers, desk: Desk) -> None:
    first = visit("tom")
    pages = [first.go("/t?list=overview")]
    for _ in range(8):
        page = pages[0].context.new_page()
        page.goto(f"{first.url}/t?list=overview")
        pages.append(page)
    once = uuid4().hex[:6]
    arrives(desk, f"Seen in nine tabs {once}")
    for page in pages:
        expect(page.get_by_role("row", name=re.compile(f"Seen in nine tabs {once}"))).to_be_visible()
    pages[0].close()  # the leader goes, another one takes over
    arrives(desk, f"Seen in eight tabs {once}")
    for page in pages[1:]:
        expect(page.get_by_role("row", name=re.compile(f"Seen in eight tabs {once}"))).to_be_visible()
