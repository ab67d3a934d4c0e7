"""What is known of a ticket: changed by keys and by clicks, with Undo, and put back where it is refused (issue 4)."""

import re

from playwright.sync_api import Page, Route, expect

from deskstream_local.story.doors import Desk, eventually
from deskstream_local.trial.browser import Browsers, Eye
from deskstream_local.trial.tickets import mail_in


def ticket(desk: Desk, page: Page, subject: str) -> int:
    number = mail_in(desk, subject, sender="pam@customer.example")
    page.goto(f"{desk.where.url}/t/{number}?list=overview")
    expect(page.get_by_role("article").get_by_text(f"this is about: {subject}")).to_be_visible()
    return number


def pick(page: Page, key: str, typed: str) -> None:
    """Press the key of a property, type what is meant, take the first."""
    page.keyboard.press(key)
    expect(page.locator("[data-modal]")).to_be_visible()
    page.keyboard.type(typed)
    expect(page.get_by_role("option", name=re.compile(typed)).first).to_be_visible()
    page.keyboard.press("Enter")
    expect(page.locator("[data-modal]")).to_have_count(0)


def test_properties_are_changed_by_their_keys_and_undo_puts_them_back(visit: Browsers, desk: Desk, seen: Eye) -> None:
    page = visit("tom").page
    number = ticket(desk, page, "Changed by keys")
    panel = page.get_by_role("complementary", name="Properties")
    pick(page, "a", "Anna")
    expect(panel.get_by_role("button", name="Owner: Anna Müller")).to_be_visible()
    pick(page, "p", "High")
    expect(panel.get_by_role("button", name="Priority: High")).to_be_visible()
    pick(page, "s", "In progress")
    expect(panel.get_by_role("button", name="Status: In progress")).to_be_visible()
    page.keyboard.press("i")
    expect(panel.get_by_role("button", name="Owner: Tom Kraus")).to_be_visible()
    page.keyboard.press("w")
    expect(panel.get_by_role("button", name="Do not watch any more")).to_be_visible()
    seen(page, "ticket-properties")
    page.keyboard.press("e")
    expect(panel.get_by_role("button", name="Status: Successfully closed")).to_be_visible()
    # Shown at once, told when it is done: until then the newest notice is that of another change.
    page.get_by_role("dialog", name="Status: Successfully closed").get_by_role("button", name="Undo").click()
    expect(panel.get_by_role("button", name="Status: In progress")).to_be_visible()
    now = eventually(
        "the status is back",
        lambda: next((t for t in [desk.agent("tom").ticket(number)] if t["status"]["key"] == "in_progress"), None),
    )
    assert (now["priority"], now["owner"]["name"]) == ("high", "Tom Kraus")
    assert [each["name"] for each in now["watchers"]] == ["Tom Kraus"]
    page.keyboard.press("Shift+E")
    expect(panel.get_by_role("button", name="Status: Unsuccessfully closed")).to_be_visible()


def test_what_is_refused_goes_back_and_says_why(visit: Browsers, desk: Desk) -> None:
    page = visit("tom").page
    ticket(desk, page, "Refused")
    panel = page.get_by_role("complementary", name="Properties")

    def broken(route: Route) -> None:
        if route.request.method == "PATCH":
            route.fulfill(status=500, content_type="application/problem+json", body='{"title":"It broke","status":500}')
        else:
            route.continue_()

    page.route("**/api/v1/tickets/*", broken)
    pick(page, "p", "Urgent")
    expect(page.get_by_role("region", name="Notices").get_by_text("It broke")).to_be_visible()
    expect(panel.get_by_role("button", name="Priority: Normal")).to_be_visible()
    page.unroute("**/api/v1/tickets/*")
    stale = '{"title":"Changed in the meantime","status":409,"code":"stale_version"}'
    page.route(
        "**/api/v1/tickets/*",
        lambda route: (
            route.fulfill(status=409, content_type="application/problem+json", body=stale)
            if route.request.method == "PATCH"
            else route.continue_()
        ),
    )
    pick(page, "a", "Anna")
    expect(page.get_by_text("Somebody else has changed this meanwhile").first).to_be_visible()
    expect(panel.get_by_role("button", name="Owner: Nobody")).to_be_visible()


def test_tags_contact_marker_and_a_reminder_by_hand(visit: Browsers, desk: Desk, seen: Eye) -> None:
    page = visit("tom", language="de").page
    number = ticket(desk, page, "Master data")
    page.get_by_role("tab", name="Stammdaten").click()
    expect(page).to_have_url(re.compile("tab=data"))
    panel = page.get_by_role("tabpanel")
    panel.get_by_role("button", name="Tag hinzufügen").click()
    page.keyboard.type("dringlich")
    page.get_by_role("option", name=re.compile("dringlich")).first.click()
    expect(panel.get_by_text("dringlich")).to_be_visible()
    panel.get_by_role("textbox", name="Betreff").fill("Master data, anders")
    page.keyboard.press("Tab")
    expect(page.get_by_role("heading", name="Master data, anders")).to_be_visible()
    seen(page, "ticket-master-data-de")
    page.get_by_role("tab", name="Stammdaten").focus()
    page.keyboard.press("h")
    dialog = page.get_by_role("dialog", name="Erinnern")
    dialog.get_by_role("button", name="In einer Woche").click()
    dialog.get_by_role("textbox", name=re.compile("Woran")).fill("Nachfassen")
    seen(page, "ticket-reminder-de")
    dialog.get_by_role("button", name="Erinnern", exact=True).click()
    expect(page.get_by_text("Sie werden erinnert")).to_be_visible()
    assert desk.agent("tom").get(f"/tickets/{number}/reminder")["text"] == "Nachfassen"
    assert desk.agent("tom").ticket(number)["tags"] == ["dringlich"]


def test_a_move_says_first_what_it_would_do(visit: Browsers, desk: Desk, seen: Eye) -> None:
    page = visit("anna").page
    number = ticket(desk, page, "To be moved")
    panel = page.get_by_role("complementary", name="Properties")
    pick(page, "a", "Tom")
    expect(panel.get_by_role("button", name="Owner: Tom Kraus")).to_be_visible()
    panel.get_by_role("button", name="Channel: Support").click()
    page.keyboard.type("Sales")
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog", name="Move to Sales")
    expect(dialog.get_by_text("The owner does not see that channel and is taken off.")).to_be_visible()
    seen(page, "ticket-move")
    dialog.get_by_role("button", name="Move to Sales").click()
    expect(panel.get_by_role("button", name="Channel: Sales")).to_be_visible()
    expect(panel.get_by_role("button", name="Owner: Nobody")).to_be_visible()
    assert desk.agent("anna").ticket(number)["channel"]["key"] == "sales"


def test_a_ticket_is_merged_after_a_look_and_undo_takes_it_back(visit: Browsers, desk: Desk, seen: Eye) -> None:
    page = visit("tom").page
    into = mail_in(desk, "Goes on", sender="pam@customer.example")
    number = ticket(desk, page, "Twin matter")
    page.keyboard.press("m")
    page.keyboard.type(str(into))
    expect(page.get_by_role("option", name=re.compile("Goes on"))).to_be_visible()
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog", name=f"Merge into DS-{into}")
    expect(dialog.get_by_text("1 activities and 0 files move there")).to_be_visible()
    seen(page, "ticket-merge")
    dialog.get_by_role("button", name=f"Merge into DS-{into}").click()
    expect(page.get_by_role("heading", name="Goes on")).to_be_visible()
    expect(page.get_by_text("this is about: Twin matter")).to_be_visible()
    page.get_by_role("region", name="Notices").get_by_role("button", name="Undo").first.click()
    expect(page.get_by_text("this is about: Twin matter")).to_have_count(0)
    assert desk.agent("tom").ticket(number)["number"] == number


def test_tickets_are_linked_and_the_link_is_removed(visit: Browsers, desk: Desk) -> None:
    page = visit("tom").page
    other = mail_in(desk, "The other one", sender="pam@customer.example")
    ticket(desk, page, "The one")
    links = page.get_by_role("complementary", name="Properties").get_by_role("group", name="Links")
    links.get_by_role("button", name="Link to another ticket").click()
    page.keyboard.type(str(other))
    expect(page.get_by_role("option", name=re.compile("The other one"))).to_be_visible()
    page.keyboard.press("Enter")
    page.get_by_role("option", name=re.compile("duplicate of")).click()
    expect(links.get_by_role("link", name=re.compile("The other one"))).to_be_visible()
    expect(links.get_by_text("duplicate of")).to_be_visible()
    links.get_by_role("button", name=f"Remove the link to DS-{other}").click()
    expect(links.get_by_role("link")).to_have_count(0)


def test_reading_marks_a_ticket_as_read_and_u_as_unread(visit: Browsers, desk: Desk) -> None:
    page = visit("anna").page
    number = ticket(desk, page, "Read and not")
    anna = desk.agent("anna")
    eventually("it is read", lambda: True if anna.ticket(number)["unread"] is False else None)
    page.keyboard.press("u")
    expect(page.get_by_text("Marked as unread")).to_be_visible()
    assert anna.ticket(number)["unread"] is True
    page.goto(f"{desk.where.url}/t?list=overview")
    expect(page.get_by_role("grid", name="Tickets")).to_be_visible()
    page.goto(f"{desk.where.url}/t/{number}?list=overview")
    eventually("it is read again", lambda: True if anna.ticket(number)["unread"] is False else None)


def test_files_of_a_ticket_are_in_a_tab_of_their_own(visit: Browsers, desk: Desk, seen: Eye) -> None:
    page = visit("tom").page
    number = ticket(desk, page, "Has files")
    upload = desk.agent("tom").ask("POST", "/uploads", query={"filename": "list.txt"}, body={"any": "bytes"})
    desk.agent("tom").post(f"/tickets/{number}/notes", {"text": "A file", "attachments": [upload.json()["id"]]})
    page.get_by_role("tab", name=re.compile("Files")).click()
    expect(page.get_by_role("tabpanel").get_by_role("link", name=re.compile("list.txt"))).to_be_visible()
    seen(page, "ticket-files")
    page.get_by_role("tab", name="Watchers").click()
    expect(page.get_by_role("tabpanel").get_by_text("Nobody watches this ticket.")).to_be_visible()
    seen(page, "ticket-watchers")
