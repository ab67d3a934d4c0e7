"""Configuration: lists on the left, forms on the right, by whoever may (issue 4, item 6; CF-01 to CF-06)."""

import asyncio
import re
from concurrent.futures import ThreadPoolExecutor

import nats
import pytest
from playwright.sync_api import Locator, Page, expect

from chassis.embedded.ports import LOOPBACK
from deskstream_local.story.doors import Desk
from deskstream_local.story.letters import SUPPORT, letter
from deskstream_local.trial.browser import Browsers, Eye
from deskstream_local.trial.desk import TrialDesk

SECTIONS = {
    "channels": "Channels",
    "workflows": "Workflows",
    "priorities": "Priorities",
    "markers": "Colour markers",
    "tags": "Tags",
    "fields": "Custom fields",
    "templates": "Templates",
    "staff": "Staff",
    "groups": "Groups",
    "mail-accounts": "Mail accounts",
    "mails": "Mail ledger",
    "outgoing": "Outgoing mail",
    "dead-letters": "Dead letters",
    "audit": "Audit log",
}


def item(page: Page, section: str, name: str) -> Locator:
    """What of a section's list is called so."""
    return page.get_by_role("region", name=SECTIONS[section]).get_by_role("link", name=name)


def saved(page: Page) -> None:
    """Save by keyboard, from wherever the focus is; the bar is gone when it is done."""
    page.keyboard.press("Control+s")
    expect(page.get_by_text("Unsaved changes")).to_have_count(0)


@pytest.mark.parametrize("section", SECTIONS)
def test_each_section_is_readable_for_everybody(visit: Browsers, seen: Eye, section: str) -> None:
    page = visit("ada").go(f"/config/{section}")
    expect(page.get_by_role("heading", level=1, name=SECTIONS[section])).to_be_visible()
    expect(page.locator(".skeleton")).to_have_count(0)
    seen(page, f"config-{section}")


def test_the_keyboard_leads_into_the_configuration(visit: Browsers) -> None:
    page = visit("ada").go("/t?list=overview")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    page.keyboard.press("g")
    page.keyboard.press("c")
    expect(page.get_by_role("heading", level=1, name="Channels")).to_be_visible()
    page.get_by_role("navigation", name="Configuration").get_by_role("link", name="Colour markers").press("Enter")
    expect(page.get_by_role("heading", level=1, name="Colour markers")).to_be_visible()


def test_a_channel_is_made_changed_and_given_subscribers(visit: Browsers, desk: Desk, seen: Eye) -> None:
    """CF-01, CV-03, CV-04, CV-08: name, workflow, options, audience matrix, two lists of subscribers, signature."""
    page = visit("ada").go("/config/channels/new")
    page.get_by_label("Name", exact=True).fill("Facility Management")
    expect(page.get_by_label("Key", exact=True)).to_have_value("facility-management")
    seen(page, "config-channel-new")
    page.keyboard.press("Control+s")
    expect(page).to_have_url(re.compile("/config/channels/facility-management$"))
    page.get_by_label("Ticket number in the subject").select_option(label="At the end")
    page.get_by_label("Watchers: The status changes").uncheck()
    expect(page.get_by_text("Unsaved changes").first).to_be_visible()
    seen(page, "config-channel")
    saved(page)
    channel = desk.agent("ada").get("/channels/facility-management")
    assert channel["subject_number"] == "suffix"
    assert channel["told"]["status_changed"] == ["owner", "responsible", "subscriber"]

    page.get_by_role("tab", name="Subscriptions").click()
    standard = page.get_by_role("region", name="Standard").or_(page.locator("section", has_text="Responsible for"))
    standard.get_by_label("Agents").last.fill("Tom")
    page.get_by_role("option", name="Tom Kraus").click()
    informal = page.locator("section", has_text="May look in").last
    informal.get_by_label("Agents").fill("Dora")
    page.get_by_role("option", name=re.compile("Dora")).click()
    seen(page, "config-subscriptions")
    saved(page)
    ties = desk.agent("ada").get("/channels/facility-management/subscriptions")["items"]
    assert sorted(tie["kind"] for tie in ties) == ["informal", "standard"]

    page.get_by_role("tab", name="Signature").click()
    page.get_by_label("Signature (English)").fill("<p>{{agent.name}}, Facility Management</p>")
    seen(page, "config-signature")
    saved(page)
    signature = desk.agent("ada").get("/channels/facility-management/signature")
    assert signature["variants"] == {"en": "<p>{{agent.name}}, Facility Management</p>"}


def test_who_was_quicker_is_shown_and_nothing_typed_is_lost(visit: Browsers, desk: Desk, seen: Eye) -> None:
    """A 409: the newer version beside what was typed, then one's own on top of it."""
    ada = desk.agent("ada")
    marker = ada.post("/colour-markers", {"name": "Waits", "colour": "#336699"})
    page = visit("ada").go(f"/config/markers/{marker['id']}")
    name = page.get_by_label("Name", exact=True)
    name.fill("Waits for parts")
    change = {"name": "Waits for a part"}
    ada.ask("PATCH", f"/colour-markers/{marker['id']}", body=change, headers={"If-Match": '"1"'})
    page.keyboard.press("Control+s")
    alert = page.get_by_role("alert").filter(has_text="Somebody else has changed this meanwhile")
    expect(alert).to_contain_text("Name: is now “Waits for a part”")
    expect(name).to_have_value("Waits for parts")
    seen(page, "config-conflict")
    alert.get_by_role("button", name="Keep mine").click()
    saved(page)
    assert ada.get(f"/colour-markers/{marker['id']}")["name"] == "Waits for parts"


def test_what_is_typed_is_kept_while_one_looks_elsewhere(visit: Browsers) -> None:
    page = visit("ada").go("/config/channels/support")
    page.get_by_label("Sender's name").fill("Team Support")
    item(page, "channels", "Sales").click()
    expect(page.get_by_role("heading", level=2, name="Sales")).to_be_visible()
    expect(item(page, "channels", "Support")).to_contain_text("Unsaved changes")
    item(page, "channels", "Support").click()
    expect(page.get_by_label("Sender's name")).to_have_value("Team Support")
    page.get_by_role("button", name="Discard").click()
    expect(page.get_by_label("Sender's name")).to_have_value("")


def test_a_workflow_gets_statuses_and_allowed_moves(visit: Browsers, desk: Desk, seen: Eye) -> None:
    """CF-02."""
    page = visit("ada").go("/config/workflows/new")
    page.get_by_label("Name", exact=True).fill("Repairs")
    page.keyboard.press("Control+s")
    expect(page).to_have_url(re.compile("/config/workflows/repairs$"))
    page.get_by_role("button", name="Add a status").click()
    adding = page.get_by_role("group", name="Add a status")
    adding.get_by_label("Name", exact=True).fill("At the maker")
    adding.get_by_label("Whose turn it is").select_option(label="a third party")
    adding.get_by_role("button", name="Create").click()
    page.get_by_role("button", name="At the maker").click()
    row = page.get_by_role("listitem").filter(has_text="At the maker")
    row.get_by_label("May be followed by").fill("Done")
    page.get_by_role("option", name="Done").click()
    seen(page, "config-workflow")
    row.get_by_role("button", name="Save").click()
    expect(row.get_by_role("button", name="Discard")).to_have_count(0)
    statuses = desk.agent("ada").get("/workflows/repairs")["statuses"]
    assert [(status["key"], status["ball"], status["moves"]) for status in statuses] == [
        ("new", "us", []),
        ("at-the-maker", "third_party", ["done"]),
        ("done", "nobody", []),
    ]


def test_priorities_and_custom_fields_have_names_in_both_languages(visit: Browsers, desk: Desk, seen: Eye) -> None:
    """CF-05, TS-04."""
    page = visit("ada").go("/config/priorities/new")
    page.get_by_label("Name (English)").fill("Someday")
    page.get_by_label("Name (German)").fill("Irgendwann")
    seen(page, "config-priority-new")
    page.keyboard.press("Control+s")
    expect(page).to_have_url(re.compile("/config/priorities/someday$"))
    page = visit("ada").go("/config/fields/new")
    page.get_by_label("Name (English)").first.fill("Building")
    page.get_by_label("Name (German)").first.fill("Gebäude")
    page.get_by_label("Type").select_option(label="One of several")
    for number, (english, german) in enumerate([("North", "Nord"), ("South", "Süd")], start=1):
        page.get_by_role("button", name="Add an answer").click()
        page.get_by_label(f"{number} (English)").fill(english)
        page.get_by_label(f"{number} (German)").fill(german)
    page.get_by_label("In all channels").uncheck()
    page.get_by_label("Channels").last.fill("Back")
    page.get_by_role("option", name="Backend").click()
    seen(page, "config-field-new")
    page.keyboard.press("Control+s")
    expect(page).to_have_url(re.compile("/config/fields/building$"))
    field = desk.agent("ada").get("/custom-fields/building")
    assert [choice["label"]["de"] for choice in field["choices"]] == ["Nord", "Süd"]
    assert field["channels"] == ["backend"]


def test_two_tags_become_one(visit: Browsers, desk: Desk, seen: Eye) -> None:
    tom = desk.agent("tom")
    new = {
        "kind": "internal",
        "channel": "backend",
        "subject": "Tagged",
        "text": "Twice.",
        "tags": ["drucker", "printer"],
    }
    number = tom.post("/tickets", new)["number"]
    page = visit("ada").go("/config/tags")
    item(page, "tags", "drucker").click()
    page.get_by_role("combobox", name="Merge into").fill("printer")
    page.get_by_role("option", name="printer").click()
    seen(page, "config-tag")
    page.get_by_role("button", name="Merge", exact=True).click()
    expect(item(page, "tags", "drucker")).to_have_count(0)
    expect(page.get_by_role("heading", level=2, name="printer", exact=True)).to_be_visible()
    assert tom.ticket(number)["tags"] == ["printer"]


def test_a_template_is_written_and_deleted(visit: Browsers, desk: Desk, seen: Eye) -> None:
    page = visit("ada").go("/config/templates/new")
    page.get_by_label("Name", exact=True).fill("Greeting")
    page.get_by_label("Text (English)").fill("<p>Dear {{contact.name}},</p>")
    page.get_by_label("Text (German)").fill("<p>Guten Tag {{contact.nome}},</p>")
    page.keyboard.press("Control+s")
    expect(page.get_by_role("alert").first).to_contain_text("contact.nome")
    page.get_by_label("Text (German)").fill("<p>Guten Tag {{contact.name}},</p>")
    seen(page, "config-template")
    page.keyboard.press("Control+s")
    expect(page.get_by_role("heading", level=2, name="Greeting")).to_be_visible()
    assert "Greeting" in [template["name"] for template in desk.agent("tom").get("/templates")["items"]]
    page.get_by_role("button", name="Delete").click()
    page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    expect(item(page, "templates", "Greeting")).to_have_count(0)


def test_an_agent_is_invited_changed_and_put_out(visit: Browsers, desk: Desk, seen: Eye) -> None:
    """Staff: roles, invitation, sessions, deactivation."""
    before = desk.now()
    page = visit("ada").go("/config/staff/new")
    page.get_by_label("Name", exact=True).fill("Nora Neu")
    page.get_by_label("E-mail address").fill("nora@desk.example")
    page.keyboard.press("Control+s")
    expect(page.get_by_role("heading", level=2, name="Nora Neu")).to_be_visible()
    page.get_by_role("button", name="Send an invitation").click()
    expect(page.get_by_text("The invitation is on its way to nora@desk.example")).to_be_visible()
    assert desk.mail_about("/invitation#token=", to="nora@desk.example", after=before)
    page.get_by_label("Role").select_option(label="Light agent")
    page.get_by_label("Active", exact=True).uncheck()
    seen(page, "config-agent")
    saved(page)
    expect(item(page, "staff", "Nora Neu")).to_contain_text("Light agent · not active")


def test_a_group_has_members(visit: Browsers, desk: Desk, seen: Eye) -> None:
    page = visit("ada").go("/config/groups/new")
    page.get_by_label("Name", exact=True).fill("Night shift")
    for name in ("Tom", "Dora"):
        page.get_by_role("combobox", name="Members").fill(name)
        page.get_by_role("option", name=re.compile(name)).click()
    seen(page, "config-group-new")
    page.keyboard.press("Control+s")
    expect(item(page, "groups", "Night shift")).to_contain_text("2 members")


def test_a_mail_account_shows_its_health_and_refuses_what_cannot_be(visit: Browsers, seen: Eye) -> None:
    page = visit("ada").go("/config/mail-accounts")
    item(page, "mail-accounts", "Support").click()
    expect(page.get_by_text("Last mail")).to_be_visible()
    seen(page, "config-mail-account")
    page = visit("ada").go("/config/mail-accounts/new")
    page.get_by_label("Name", exact=True).fill("Facility")
    page.get_by_label("Address").fill("support@desk.example")
    page.get_by_label("Sender's name").fill("Facility")
    page.get_by_label("Channel").select_option(label="Backend")
    page.keyboard.press("Control+s")
    expect(page.get_by_role("alert").first).to_be_visible()
    expect(page.get_by_label("Sender's name")).to_have_value("Facility")
    page.get_by_label("Address").fill("facility@desk.example")
    page.keyboard.press("Control+s")
    expect(page.get_by_role("heading", level=2, name="Facility")).to_be_visible()


def test_the_ledger_tells_what_became_of_a_mail(visit: Browsers, desk: Desk, seen: Eye) -> None:
    """MT-02: the state, the ticket, the raw mail."""
    text = letter("Erna Engel <erna@engel.example>", "In the ledger", "Where am I?\n")
    desk.hand_over(text, sender="erna@engel.example", to=SUPPORT)
    page = visit("ada").go("/config/mails")
    page.get_by_label("State").select_option(label="in a ticket")
    expect(item(page, "mails", "In the ledger")).to_be_visible(timeout=20_000)
    item(page, "mails", "In the ledger").click()
    expect(page.get_by_role("link", name=re.compile("^To ticket"))).to_be_visible()
    seen(page, "config-mail")
    with page.expect_download() as download:
        page.get_by_role("link", name="Download raw mail").click()
    assert b"Subject: In the ledger" in download.value.path().read_bytes()


def publish(whole_desk: TrialDesk, subject: str, body: bytes) -> None:
    """Put a message on the bus as the ticket core, which is where an event that nobody can read would come from."""

    async def send() -> None:
        server = f"nats://{LOOPBACK}:{whole_desk.state.nats_port}"
        bus = await nats.connect(server, user="tickets", password=whole_desk.bus_password("tickets"))
        await bus.publish(subject, body)
        await bus.drain()

    # Playwright has a loop of its own in this thread.
    with ThreadPoolExecutor(max_workers=1) as beside:
        beside.submit(asyncio.run, send()).result()


def test_a_dead_letter_is_read_and_tried_again(visit: Browsers, whole_desk: TrialDesk, seen: Eye) -> None:
    """An event that a service gave up on, with the reason and its content."""
    publish(whole_desk, "tickets.evt.reminder_due.v1.support", b'{"not": "a reminder"}')
    page = visit("ada").go("/config/dead-letters")
    letter = item(page, "dead-letters", "tickets.evt.reminder_due")
    for _ in range(20):
        if letter.count() > 0:
            break
        page.wait_for_timeout(500)
        page.reload()
    letter.first.click()
    expect(page.get_by_text('{"not": "a reminder"}')).to_be_visible()
    seen(page, "config-dead-letter")
    page.get_by_role("button", name="Try again").click()
    expect(page.get_by_text("It is tried again")).to_be_visible()
    expect(page).to_have_url(re.compile("/config/dead-letters$"))


def test_the_audit_log_is_narrowed_by_action(visit: Browsers, desk: Desk, seen: Eye) -> None:
    desk.agent("ada").post("/agents", {"name": "Otto Ordentlich", "email": "otto@desk.example"})
    page = visit("ada").go("/config/audit")
    page.get_by_label("Action").fill("agent.created")
    rows = page.get_by_role("region", name="Audit log").get_by_role("listitem")
    expect(rows.first).to_be_visible()
    rows.first.get_by_role("link").click()
    expect(page.get_by_text("Seal", exact=True)).to_be_visible()
    seen(page, "config-audit-entry")


def test_agents_may_look_and_not_change(visit: Browsers, seen: Eye) -> None:
    """Permission-aware: an agent sees fewer sections, and forms without a way to save."""
    page = visit("tom").go("/config/channels/support")
    expect(page.get_by_text("administrators can change it")).to_be_visible()
    expect(page.get_by_label("Name", exact=True)).to_be_disabled()
    expect(page.get_by_role("tab", name="Subscriptions")).to_have_count(0)
    expect(page.get_by_role("link", name="New", exact=True)).to_have_count(0)
    expect(page.get_by_role("navigation", name="Configuration")).not_to_contain_text("Audit log")
    seen(page, "config-read-only")
    page = visit("tom").go("/config/audit")
    expect(page.get_by_role("heading", name="You may not see this")).to_be_visible()
    seen(page, "config-not-yours")


def test_a_list_that_cannot_be_loaded_says_so_and_tries_again(visit: Browsers, seen: Eye) -> None:
    visitor = visit("ada")
    visitor.page.route("**/api/v1/groups?*", lambda route: route.fulfill(status=422, json={"detail": "Not so."}))
    page = visitor.go("/config/groups")
    expect(page.get_by_role("alert")).to_contain_text("Not so.")
    seen(page, "config-failed")
    page.unroute_all()
    page.get_by_role("button", name="Try again").click()
    expect(page.get_by_role("alert")).to_have_count(0)


def test_on_a_phone_the_list_and_the_form_take_turns(visit: Browsers) -> None:
    page = visit("ada", size="390").go("/config/markers")
    page.get_by_role("button", name="Configuration: Colour markers").click()
    page.get_by_role("menuitem", name="Priorities").click()
    expect(page.get_by_role("heading", level=1, name="Priorities")).to_be_visible()
    page.get_by_role("region", name="Priorities").get_by_role("link", name="High").click()
    expect(page.get_by_label("Name (English)")).to_have_value("High")
    expect(page.get_by_role("region", name="Priorities")).to_be_hidden()
    page.get_by_role("link", name="Priorities").click()
    expect(page.get_by_role("region", name="Priorities")).to_be_visible()


def test_the_configuration_speaks_german(visit: Browsers) -> None:
    page = visit("ada", language="de").go("/config/channels/support")
    expect(page.get_by_role("heading", level=1, name="Kanäle")).to_be_visible()
    expect(page.get_by_label("Beobachter: Der Kunde schreibt")).to_be_visible()
    expect(page.get_by_role("tab", name="Abonnements")).to_be_visible()
