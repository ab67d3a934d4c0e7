"""Opening a ticket by e-mail, from an enquiry, internally (issue 4, item 5; CW-04 to CW-16, OD-01 to OD-11)."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from deskstream_local.story.doors import Desk
from deskstream_local.trial.browser import Browsers, Eye


def dialog_of(page: Page) -> Locator:
    return page.get_by_role("dialog", name="New ticket")


def by_keys(page: Page, key: str) -> Locator:
    """Open the dialog as people do who know the keys: C, then the way."""
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    page.keyboard.press("c")
    expect(page.get_by_role("menuitem", name=re.compile("^Internal ticket"))).to_be_visible()
    page.keyboard.press(key)
    expect(dialog_of(page)).to_be_visible()
    return dialog_of(page)


def test_the_plus_tells_which_way_fits(visit: Browsers, seen: Eye) -> None:
    """CW-16."""
    page = visit("tom").go("/t?list=overview")
    page.get_by_role("button", name="New ticket").click()
    for way, hint in (("E-mail", "Write to a customer"), ("From enquiry", "by phone"), ("Internal", "nothing is ever")):
        expect(page.get_by_role("menuitem", name=re.compile(f"^{way}"))).to_contain_text(hint)
    seen(page, "new-ticket-menu")
    page.get_by_role("menuitem", name=re.compile("^From enquiry")).click()
    expect(dialog_of(page).get_by_role("tab", name="From enquiry")).to_have_attribute("aria-selected", "true")


def test_a_mail_is_written_by_keyboard_and_can_be_taken_back(visit: Browsers, desk: Desk, seen: Eye) -> None:
    """CW-04, OD-01 to OD-09: the fields in their order, a contact by name, undo send."""
    page = visit("anna").go("/t?list=overview")
    dialog = by_keys(page, "e")
    expect(dialog.get_by_label("To", exact=True)).to_be_focused()
    page.keyboard.type("riese")
    expect(page.get_by_role("option", name="Rudolf Riese <rudolf@riese.example>")).to_be_visible()
    page.keyboard.press("Enter")
    page.keyboard.type("ben@bewerber.example,")
    expect(dialog.get_by_label("ben@bewerber.example", exact=True)).to_be_visible()
    dialog.get_by_label("Channel").select_option(label="Support")
    expect(dialog.get_by_label("From", exact=True)).to_have_value("support")
    dialog.get_by_label("Subject").fill("Your delivery is on its way")
    page.keyboard.press("Tab")
    page.keyboard.type("Dear Mr Riese,\n\nit left the house today.")
    dialog.get_by_label("Priority").select_option(label="High")
    labels = dialog.locator("form .font-medium").all_inner_texts()
    order = ["From", "Channel", "To", "Subject", "Content", "Priority", "Colour marker"]
    assert [name for name in (label.split(" —")[0] for label in labels) if name in order] == order
    expect(dialog.get_by_text("Draft saved")).to_be_visible()
    seen(page, "new-ticket-email")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("heading", level=1, name="Your delivery is on its way")).to_be_visible()
    number = int(re.findall(r"/t/(\d+)", page.url)[0])
    ticket = desk.agent("anna").ticket(number)
    assert (ticket["origin"], ticket["priority"]) == ("email", "high")
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("The mail is taken back")).to_be_visible()
    drafts = desk.agent("anna").get("/drafts")["items"]
    assert number in [draft["ticket"]["number"] for draft in drafts if draft["recovered"]]


PASTE_IMAGE = """element => {
  const bytes = Uint8Array.from(atob(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
  ), character => character.charCodeAt(0))
  const clipboardData = new DataTransfer()
  clipboardData.items.add(new File([bytes], "plan.png", { type: "image/png" }))
  element.dispatchEvent(new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true }))
}"""


def test_a_formatted_mail_leaves_with_the_picture_inside(visit: Browsers, desk: Desk) -> None:
    """OD-06, OD-07: HTML beside plain text, and a pasted image where it was pasted."""
    before = desk.now()
    page = visit("anna").go("/t?list=overview")
    dialog = by_keys(page, "e")
    expect(dialog.get_by_label("To", exact=True)).to_be_focused()
    page.keyboard.type("ben@bewerber.example,")
    dialog.get_by_label("Channel").select_option(label="Support")
    dialog.get_by_label("Subject").fill("The plan of the ground floor")
    page.keyboard.press("Tab")
    expect(dialog.get_by_role("textbox", name="Content")).to_be_focused()
    page.keyboard.type("Please ")
    page.keyboard.press("Control+b")
    page.keyboard.type("look")
    page.keyboard.press("Control+b")
    page.keyboard.type(": ")
    dialog.get_by_role("textbox", name="Content").evaluate(PASTE_IMAGE)
    expect(dialog.get_by_role("img", name="plan.png")).to_be_visible()
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("heading", level=1, name="The plan of the ground floor")).to_be_visible()
    mail = desk.mail_about("The plan of the ground floor", to="ben@bewerber.example", after=before)
    assert "<strong>look</strong>" in mail["html"]
    assert 'src="cid:' in mail["html"]
    assert "Please look" in mail["text"]


def test_an_enquiry_belongs_to_its_contact_and_mails_nothing(visit: Browsers, desk: Desk, seen: Eye) -> None:
    """CW-06 to CW-09, TC-19."""
    before = desk.now()
    page = visit("anna").go("/t?list=overview")
    dialog = by_keys(page, "i")
    expect(dialog.get_by_role("combobox", name="Contact")).to_be_focused()
    page.keyboard.type("Rudolf")
    page.get_by_role("option", name=re.compile("Rudolf Riese")).click()
    dialog.get_by_label("Channel").select_option(label="Support")
    dialog.get_by_label("Subject").fill("A call about the invoice")
    dialog.get_by_label("Content").fill("He wants it once more.")
    dialog.get_by_role("combobox", name="Owner").fill("Tom")
    page.get_by_role("option", name="Tom Kraus").click()
    seen(page, "new-ticket-enquiry")
    dialog.get_by_role("button", name="Save and close").click()
    expect(page.get_by_role("heading", level=1, name="A call about the invoice")).to_be_visible()
    number = int(re.findall(r"/t/(\d+)", page.url)[0])
    ticket = desk.agent("anna").ticket(number)
    assert (ticket["origin"], ticket["contact"]["name"], ticket["owner"]["name"]) == (
        "enquiry",
        "Rudolf Riese",
        "Tom Kraus",
    )
    assert [activity["kind"] for activity in ticket["activities"]["items"]] == ["incoming"]
    assert desk.now() >= before
    assert desk.mails(to="rudolf@riese.example", after=before) == []


def test_an_internal_ticket_begins_with_a_status_and_stays_inside(visit: Browsers, desk: Desk, seen: Eye) -> None:
    """CW-11, CW-13 to CW-15."""
    page = visit("tom").go("/t?list=overview")
    dialog = by_keys(page, "n")
    expect(dialog.get_by_text("No e-mail is sent")).to_be_visible()
    expect(dialog.get_by_label("Channel")).to_be_focused()
    page.keyboard.type("Backend")
    expect(dialog.get_by_label("Status")).to_have_value("new")
    dialog.get_by_role("button", name="Save and close").click()
    expect(dialog.get_by_text("Write a subject.")).to_be_visible()
    expect(dialog.get_by_text("Write a few words.")).to_be_visible()
    dialog.get_by_label("Subject").fill("Error in module XY")
    dialog.get_by_label("Description").fill("It began with the last release.")
    dialog.get_by_role("combobox", name="Watchers").fill("Dora")
    page.get_by_role("option", name=re.compile("Dora")).click()
    seen(page, "new-ticket-internal")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("heading", level=1, name="Error in module XY")).to_be_visible()
    ticket = desk.agent("tom").ticket(int(re.findall(r"/t/(\d+)", page.url)[0]))
    assert (ticket["origin"], ticket["channel"]["key"], ticket["status"]["key"]) == ("internal", "backend", "new")
    assert "Dora" in ticket["watchers"][0]["name"]


def test_what_was_begun_is_kept_with_its_files_and_goes_on(visit: Browsers, tmp_path: Path) -> None:
    """OD-07, OD-11: Escape loses nothing; the draft comes back with what was uploaded, on another device, too."""
    plan = tmp_path / "plan.txt"
    plan.write_text("ground floor\n" * 1000)
    page = visit("dora").go("/t?list=overview")
    dialog = by_keys(page, "n")
    dialog.get_by_label("Subject").fill("To be continued")
    dialog.get_by_label("File").set_input_files(plan)
    expect(dialog.get_by_text("plan.txt")).to_be_visible()
    expect(dialog.get_by_text("13 KB")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_text("The draft is kept")).to_be_visible()
    other = visit("dora").go("/t?list=overview")
    dialog = by_keys(other, "e")
    dialog.get_by_role("button", name=re.compile("^Continue a draft")).click()
    other.get_by_role("menuitem", name=re.compile("^To be continued")).click()
    expect(dialog_of(other).get_by_label("Subject")).to_have_value("To be continued")
    expect(dialog_of(other).get_by_text("plan.txt")).to_be_visible()
    dialog_of(other).get_by_role("button", name="Discard").click()
    expect(dialog_of(other)).to_have_count(0)
    dialog = by_keys(other, "n")
    expect(dialog.get_by_role("button", name=re.compile("^Continue a draft"))).to_have_count(0)


def test_a_refusal_keeps_the_dialog_and_what_was_typed(visit: Browsers) -> None:
    page = visit("tom").go("/t?list=overview")
    refusal = {"code": "busy", "title": "Busy", "detail": "Not now. Try again."}
    page.route("**/api/v1/tickets", lambda route: route.fulfill(status=503, json=refusal))
    dialog = by_keys(page, "n")
    dialog.get_by_label("Channel").select_option(label="Backend")
    dialog.get_by_label("Subject").fill("Once more")
    dialog.get_by_label("Description").fill("With feeling.")
    page.keyboard.press("Control+Enter")
    expect(dialog.get_by_role("alert")).to_contain_text("Not now. Try again.")
    page.unroute_all()
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("heading", level=1, name="Once more")).to_be_visible()


def test_a_way_that_is_closed_says_why(visit: Browsers, desk: Desk, seen: Eye) -> None:
    """CW-05, CW-16: somebody who may not open tickets is told so where one would begin."""
    ada = desk.agent("ada")
    agent = ada.post("/agents", {"name": "Lena Leise", "email": "lena@desk.example", "role": "light_agent"})
    change = {"password": desk.where.password}
    ada.ask("PATCH", f"/agents/{agent['id']}", body=change, headers={"If-Match": f'"{agent["version"]}"'})
    page = visit("lena").go("/t?list=overview")
    page.get_by_role("button", name="New ticket").click()
    expect(page.get_by_role("menuitem", name=re.compile("^E-mail"))).to_contain_text("Your role may not open tickets")
    page.get_by_role("menuitem", name=re.compile("^E-mail")).click()
    expect(dialog_of(page)).to_contain_text("This way is not open to you")
    seen(page, "new-ticket-closed")
    page.keyboard.press("Escape")
    expect(dialog_of(page)).to_have_count(0)


@pytest.mark.parametrize(("key", "label"), [("e", "Betreff"), ("i", "Kontakt"), ("n", "Beschreibung")])
def test_the_dialog_speaks_german(visit: Browsers, key: str, label: str) -> None:
    page = visit("anna", language="de").go("/t?list=overview")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    page.keyboard.press("c")
    page.get_by_role("menuitem", name=re.compile("^Internes Ticket")).wait_for()
    page.keyboard.press(key)
    dialog = page.get_by_role("dialog", name="Neues Ticket")
    expect(dialog.get_by_label(label).first).to_be_visible()
