"""Writing in a ticket: answers, notes, drafts, files, undo, and the guard against answering twice (issue 4, item 4)."""

import re
from uuid import uuid4

from playwright.sync_api import Page, Route, expect

from deskstream_local.story.doors import Desk, Json, eventually
from deskstream_local.trial.browser import Browsers, Eye
from deskstream_local.trial.tickets import mail_in

PICTURE = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c49444154789c63b8b3ef3f0005890"
    "2c4a1e2c8430000000049454e44ae426082"
)


def open_ticket(page: Page, subject: str) -> None:
    expect(page.get_by_role("heading", name=subject)).to_be_visible()
    expect(page.get_by_role("article").get_by_text(f"this is about: {subject}")).to_be_visible()


def saved(page: Page) -> None:
    expect(page.get_by_text("Draft saved")).to_be_visible()


def outgoing(desk: Desk, number: int) -> list[Json]:
    return desk.agent("tom").history(number, "outgoing")


def test_an_answer_by_keyboard_only_is_shown_at_once_can_be_taken_back_and_leaves(
    visit: Browsers, desk: Desk, seen: Eye
) -> None:
    before = desk.now()
    number = mail_in(desk, "Keyboard answer", sender="kay@customer.example")
    page = visit("tom").go(f"/t/{number}?list=overview")
    open_ticket(page, "Keyboard answer")
    page.keyboard.press("r")
    text = page.get_by_role("textbox", name="Write reply")
    expect(text).to_be_focused()
    reply = page.get_by_role("region", name="Write reply")
    expect(reply.get_by_label("kay@customer.example", exact=True)).to_be_visible()
    page.keyboard.type("Hello, the fix ships ")
    page.keyboard.press("Control+b")
    page.keyboard.type("today")
    page.keyboard.press("Control+b")
    page.keyboard.type(".")
    saved(page)
    seen(page, "composer-reply")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("region", name="Activities").get_by_text("Sending…")).to_be_visible()
    expect(reply).to_be_hidden()
    expect(page.get_by_role("button", name="Undo").first).to_be_visible()
    page.keyboard.press("z")
    expect(text).to_be_focused()
    expect(text).to_have_text("Hello, the fix ships today.")
    page.keyboard.type(" Bye")
    page.keyboard.press("Control+Enter")
    expect(reply).to_be_hidden()

    def left() -> Json | None:
        return next((each for each in desk.mails(to="kay@customer.example", after=before)), None)

    mail = desk.mail(str(eventually("the answer", left, seconds=30)["id"]))
    assert "the fix ships today. Bye" in " ".join(mail["text"].split())
    assert len([each for each in outgoing(desk, number) if not each["withdrawn_at"]]) == 1


def test_what_is_being_sent_looks_like_it_in_both_themes(visit: Browsers, desk: Desk, seen: Eye) -> None:
    preferred = desk.agent("anna").ask("PUT", "/writing-preferences", body={"undo_seconds": 60})
    assert preferred.json() == {"undo_seconds": 60}
    number = mail_in(desk, "On its way", sender="way@customer.example")
    page = visit("anna").go(f"/t/{number}?list=overview")
    open_ticket(page, "On its way")
    page.keyboard.press("r")
    expect(page.get_by_role("textbox", name="Write reply")).to_be_focused()
    page.keyboard.type("It is on its way.")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("region", name="Anna Müller").get_by_role("button", name="Undo")).to_be_visible()
    seen(page, "composer-sending")
    page.get_by_role("region", name="Anna Müller").get_by_role("button", name="Undo").click()
    expect(page.get_by_role("textbox", name="Write reply")).to_have_text("It is on its way.")
    assert [each for each in outgoing(desk, number) if not each["withdrawn_at"]] == []
    desk.agent("anna").ask("PUT", "/writing-preferences", body={"undo_seconds": 10})


def test_a_note_looks_different_in_five_ways_and_stays_inside(visit: Browsers, desk: Desk, seen: Eye) -> None:
    number = mail_in(desk, "Note that stays", sender="nora@customer.example")
    page = visit("tom", language="de").go(f"/t/{number}?list=overview")
    open_ticket(page, "Note that stays")
    page.keyboard.press("n")
    note = page.get_by_role("region", name="Interne Notiz schreiben")
    expect(note.get_by_text("Bleibt in Ihrem Team — es geht keine E-Mail hinaus")).to_be_visible()
    page.keyboard.type("Nur für uns")
    seen(page, "composer-note-de")
    note.get_by_role("button", name="Notiz anlegen").click()
    expect(page.get_by_role("region", name="Aktivitäten").get_by_text("Nur für uns")).to_be_visible()
    expect(note).to_be_hidden()
    eventually("the note", lambda: desk.agent("tom").history(number, "note") or None)
    assert outgoing(desk, number) == []


def test_a_draft_comes_back_unfolded_after_a_reload_and_never_takes_the_focus(visit: Browsers, desk: Desk) -> None:
    number = mail_in(desk, "Half written", sender="hal@customer.example")
    page = visit("tom").go(f"/t/{number}?list=overview")
    open_ticket(page, "Half written")
    page.keyboard.press("r")
    expect(page.get_by_role("textbox", name="Write reply")).to_be_focused()
    page.keyboard.type("Half an answer")
    saved(page)
    page.reload()
    text = page.get_by_role("textbox", name="Write reply")
    expect(text).to_have_text("Half an answer")
    expect(text).not_to_be_focused()
    page.keyboard.press("]")
    expect(text).to_have_count(0)  # the key went to the list, which opened another ticket
    page.goto(page.url.replace(page.url.split("/t/")[1].split("?")[0], str(number)))
    page.get_by_role("button", name="Discard draft").click()
    expect(page.get_by_text("Draft discarded")).to_be_visible()
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_role("textbox", name="Write reply")).to_have_text("Half an answer")
    saved(page)
    page.get_by_role("button", name="Discard draft").click()
    eventually("no draft", lambda: desk.agent("tom").get("/drafts", ticket=str(number))["items"] == [] or None)


def test_files_are_dropped_chosen_and_pasted_into_the_text(visit: Browsers, desk: Desk, seen: Eye) -> None:
    number = mail_in(desk, "With files", sender="fay@customer.example")
    page = visit("tom").go(f"/t/{number}?list=overview")
    open_ticket(page, "With files")
    page.keyboard.press("r")
    text = page.get_by_role("textbox", name="Write reply")
    expect(text).to_be_focused()
    page.keyboard.type("See ")
    page.get_by_label("Attach files", exact=True).last.set_input_files(
        {"name": "chosen.txt", "mimeType": "text/plain", "buffer": b"chosen"}
    )
    page.get_by_role("region", name="Write reply").evaluate(
        """element => {
          const data = new DataTransfer()
          data.items.add(new File(['dropped'], 'dropped.txt', { type: 'text/plain' }))
          element.dispatchEvent(new DragEvent('dragover', { dataTransfer: data, bubbles: true, cancelable: true }))
          element.dispatchEvent(new DragEvent('drop', { dataTransfer: data, bubbles: true, cancelable: true }))
        }"""
    )
    files = page.get_by_role("list", name="Files to send")
    expect(files.get_by_text("chosen.txt")).to_be_visible()
    expect(files.get_by_text("dropped.txt")).to_be_visible()
    text.evaluate(
        """(element, bytes) => {
          const data = new DataTransfer()
          data.items.add(new File([new Uint8Array(bytes)], 'pasted.png', { type: 'image/png' }))
          element.dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }))
        }""",
        list(PICTURE),
    )
    expect(text.get_by_role("img", name="pasted.png")).to_have_js_property("naturalWidth", 1)
    expect(files.get_by_text("7 B")).to_be_visible()
    saved(page)
    seen(page, "composer-files")
    page.reload()
    expect(files.get_by_text("chosen.txt")).to_be_visible()
    expect(text.get_by_role("img", name="pasted.png")).to_have_js_property("naturalWidth", 1)
    page.get_by_role("button", name="Remove dropped.txt").click()
    text.click()
    page.keyboard.press("Control+Enter")
    sent = eventually("the answer", lambda: next(iter(outgoing(desk, number)), None))
    assert sorted((each["filename"], each["inline"]) for each in sent["attachments"]) == [
        ("chosen.txt", False),
        ("pasted.png", True),
    ]


def test_recipients_are_completed_from_contacts_and_whole_addresses_are_taken(visit: Browsers, desk: Desk) -> None:
    zelda = f"zelda-{uuid4().hex[:6]}@zeppelin.example"
    desk.agent("anna").post("/contacts", {"name": "Zelda Zeppelin", "addresses": [zelda]})
    number = mail_in(desk, "For several", sender="sid@customer.example")
    page = visit("tom").go(f"/t/{number}?list=overview")
    open_ticket(page, "For several")
    page.keyboard.press("r")
    expect(page.get_by_label("sid@customer.example", exact=True)).to_be_visible()
    page.get_by_role("button", name="Cc", exact=True).click()
    cc = page.get_by_role("combobox", name="Cc", exact=True)
    expect(cc).to_be_focused()
    page.keyboard.type(zelda[:12])
    expect(page.get_by_role("option", name=re.compile(zelda))).to_be_visible()
    page.keyboard.press("Enter")
    expect(page.get_by_label(f"Zelda Zeppelin {zelda}")).to_be_visible()
    page.keyboard.type("new@elsewhere.example,")
    expect(page.get_by_label("new@elsewhere.example", exact=True)).to_be_visible()
    page.keyboard.press("Tab")
    page.get_by_role("textbox", name="Write reply").click()
    page.keyboard.type("Hello all")
    page.keyboard.press("Control+Enter")
    sent = eventually("the answer", lambda: next(iter(outgoing(desk, number)), None))
    assert [each["address"] for each in sent["cc"]] == [zelda, "new@elsewhere.example"]


def test_what_came_meanwhile_stops_an_answer_shows_what_is_new_and_keeps_the_text(
    visit: Browsers, desk: Desk, seen: Eye
) -> None:
    number = mail_in(desk, "Two answers", sender="two@customer.example")
    toms, annas = visit("tom"), visit("anna")
    page = toms.go(f"/t/{number}?list=overview")
    open_ticket(page, "Two answers")
    page.keyboard.press("r")
    expect(page.get_by_role("textbox", name="Write reply")).to_be_focused()
    page.keyboard.type("My answer")
    other = annas.go(f"/t/{number}?list=overview")
    open_ticket(other, "Two answers")
    other.keyboard.press("n")
    expect(other.get_by_text("Tom Kraus is writing here right now")).to_be_visible()
    other.keyboard.type("I called them already")
    expect(other.get_by_role("textbox", name="Write internal note")).to_have_text("I called them already")
    other.keyboard.press("Control+Enter")
    expect(page.get_by_text("New message from Anna Müller")).to_be_visible()
    seen(page, "composer-new-message")
    page.keyboard.press("Control+Enter")
    alert = page.get_by_role("alert").filter(has_text="Somebody else was faster")
    expect(alert).to_contain_text("I called them already")
    expect(page.get_by_role("textbox", name="Write reply")).to_have_text("My answer")
    seen(page, "composer-collision")
    assert outgoing(desk, number) == []
    alert.get_by_role("button", name="I have read it — send").click()
    eventually("the answer", lambda: outgoing(desk, number) or None)


def test_a_text_survives_a_server_that_fails_and_a_lost_connection(visit: Browsers, desk: Desk) -> None:
    number = mail_in(desk, "Bad network", sender="net@customer.example")
    page = visit("tom").go(f"/t/{number}?list=overview")
    open_ticket(page, "Bad network")
    page.keyboard.press("r")
    text = page.get_by_role("textbox", name="Write reply")
    expect(text).to_be_focused()

    def broken(route: Route) -> None:
        route.fulfill(status=500, content_type="application/problem+json", body='{"title":"broken","status":500}')

    page.route("**/api/v1/drafts**", broken)
    page.keyboard.type("Keep me")
    expect(page.get_by_text("Not saved yet — kept in this window")).to_be_visible()
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("alert").filter(has_text="Not sent. Your text is kept.")).to_be_visible()
    expect(text).to_have_text("Keep me")
    page.unroute("**/api/v1/drafts**")
    lost = {"once": True}

    def swallowed(route: Route) -> None:
        # The server has done it; the answer never comes back.
        if lost.pop("once", None):
            route.fetch()
            route.abort()
        else:
            route.continue_()

    page.route("**/api/v1/drafts/*/send", swallowed)
    text.click()
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("alert").filter(has_text="Not sent. Your text is kept.")).to_be_visible()
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("region", name="Write reply")).to_be_hidden()
    expect(page.get_by_role("alert")).to_have_count(0)
    assert len(outgoing(desk, number)) == 1


def test_a_text_block_is_found_by_typing_and_put_where_the_cursor_stands(
    visit: Browsers, desk: Desk, seen: Eye
) -> None:
    block = f"Thanks {uuid4().hex[:6]}"
    desk.agent("tom").post(
        "/templates",
        {"name": block, "kind": "reply", "variants": {"en": {"html": "<p>Thank you for your patience.</p>"}}},
    )
    number = mail_in(desk, "Needs a block", sender="blo@customer.example")
    page = visit("tom").go(f"/t/{number}?list=overview")
    open_ticket(page, "Needs a block")
    page.keyboard.press("r")
    text = page.get_by_role("textbox", name="Write reply")
    expect(text).to_be_focused()
    page.keyboard.press("/")
    page.keyboard.type(block.lower())
    expect(page.get_by_role("option", name=block)).to_be_visible()
    seen(page, "composer-templates")
    page.keyboard.press("Enter")
    expect(text).to_contain_text("Thank you for your patience.")
    expect(text).to_be_focused()
