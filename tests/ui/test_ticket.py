"""One ticket: its history, and mails that want to do harm (issue 4, item 4; MT-12)."""

import re
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import make_msgid

from playwright.sync_api import Page, expect

from deskstream_local.story.doors import Desk, Json, eventually
from deskstream_local.story.letters import SUPPORT
from deskstream_local.trial.browser import Browsers, Eye

SENDER = "hostile@elsewhere.example"
PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c49444154789c63b8b3ef3f0005890"
    "2c4a1e2c8430000000049454e44ae426082"
)
HOSTILE = """<html><head><meta http-equiv="refresh" content="0;url=https://elsewhere.example/refreshed">
<style>@import url(https://elsewhere.example/a.css); body { background: url(https://elsewhere.example/b.png) }</style>
<script>parent.document.title = "taken"</script><link rel="stylesheet" href="https://elsewhere.example/c.css"></head>
<body onload="parent.document.title = 'taken'"><p>Hello, <b>this is harmless</b>.</p>
<img src="https://elsewhere.example/pixel.gif" onerror="parent.document.title = 'taken'">
<img src="cid:inline@elsewhere.example" alt="inline">
<svg onload="parent.document.title='taken'"><script>1</script></svg>
<iframe src="https://elsewhere.example/frame"></iframe><object data="https://elsewhere.example/object"></object>
<form action="https://elsewhere.example/form"><input name="password"><button>Sign in</button></form>
<a href="javascript:parent.document.title='taken'">click me</a> <a href="https://elsewhere.example/page">a page</a>
<div style="position:fixed;inset:0;background:url('https://elsewhere.example/d.png')">over everything</div>
<blockquote><p>What was written before</p></blockquote></body></html>"""


def ticket_of(desk: Desk, subject: str, html: str) -> int:
    """A mail with HTML and an inline image comes in; gives the number of its ticket."""
    message = EmailMessage(policy=SMTP)
    message["From"], message["To"], message["Subject"] = f"Mallory <{SENDER}>", SUPPORT, subject
    message["Message-ID"] = make_msgid(domain="elsewhere.example")
    message.set_content("Hello, this is harmless.\n")
    message.add_alternative(html, subtype="html")
    (_, rich) = message.iter_parts()
    rich.add_related(PIXEL, "image", "png", cid="<inline@elsewhere.example>", filename="inline.png")
    desk.hand_over(message.as_bytes(), sender=SENDER, to=SUPPORT)

    def found() -> Json | None:
        items = desk.agent("tom").get("/tickets", q=f'"{subject}"')["items"]
        return next((each for each in items if each["subject"] == subject), None)

    return int(eventually("the ticket of a mail", found)["number"])


def requests_of(page: Page) -> list[str]:
    asked: list[str] = []
    page.context.on("request", lambda request: asked.append(request.url))
    return asked


def test_a_mail_that_wants_to_do_harm_runs_nothing_and_loads_nothing(visit: Browsers, desk: Desk, seen: Eye) -> None:
    number = ticket_of(desk, "Harmless at all", HOSTILE)
    visitor = visit("tom")
    asked = requests_of(visitor.page)
    page = visitor.go(f"/t/{number}?list=overview")
    frame = page.frame_locator("iframe")
    expect(frame.get_by_text("this is harmless")).to_be_visible()
    expect(frame.get_by_alt_text("inline")).to_have_js_property("naturalWidth", 1)
    expect(page).to_have_title(re.compile("Harmless at all"))
    assert [url for url in asked if not url.startswith(visitor.url)] == []
    for gone in (
        "script",
        "form",
        "input",
        "iframe",
        "object",
        "meta[http-equiv]",
        "link",
        "svg",
        "[onload]",
        "[onerror]",
    ):
        expect(frame.locator(gone)).to_have_count(0)
    assert "javascript:" not in frame.locator("body").inner_html()
    seen(page, "ticket")


def test_what_was_written_before_is_folded_and_the_frame_is_as_high_as_its_content(visit: Browsers, desk: Desk) -> None:
    long = "".join(f"<p>Line {number}</p>" for number in range(80))
    number = ticket_of(desk, "A long mail", f"<div>{long}<blockquote><p>Earlier</p></blockquote></div>")
    page = visit("tom").go(f"/t/{number}?list=overview")
    frame = page.frame_locator("iframe")
    expect(frame.get_by_text("Line 79")).to_be_visible()
    expect(frame.get_by_text("Earlier")).to_be_hidden()
    frame.get_by_text(re.compile("Quoted text|Zitierter Text")).click()  # in the language of the account
    expect(frame.get_by_text("Earlier")).to_be_visible()
    inner = frame.locator("html").evaluate("element => element.getBoundingClientRect().height")
    outer = page.locator("iframe").evaluate("element => element.getBoundingClientRect().height")
    assert abs(inner - outer) <= 1
    assert inner > 1_500


def test_a_mail_is_readable_in_the_dark(visit: Browsers, desk: Desk) -> None:
    plain = ticket_of(desk, "Night reading", "<p>Read me at night</p>")
    coloured = ticket_of(desk, "Made of paper", '<p style="color: #222222">Made for paper</p>')
    visitor = visit("tom")
    page = visitor.go(f"/t/{plain}?list=overview")
    frame = page.frame_locator("iframe")
    expect(frame.get_by_text("Read me at night")).to_have_css("color", "rgb(26, 29, 38)")
    page.emulate_media(color_scheme="dark")
    expect(frame.get_by_text("Read me at night")).to_have_css("color", "rgb(233, 235, 242)")
    visitor.go(f"/t/{coloured}?list=overview")
    expect(frame.get_by_text("Made for paper")).to_have_css("color", "rgb(34, 34, 34)")
    expect(frame.locator("html")).to_have_css("background-color", "rgb(255, 255, 255)")


def test_a_link_in_a_mail_opens_a_tab_of_its_own_that_knows_nothing_of_us(visit: Browsers, desk: Desk) -> None:
    number = ticket_of(desk, "With a link", '<p><a href="https://elsewhere.example/page">a page</a></p>')
    page = visit("tom").go(f"/t/{number}?list=overview")
    page.context.route(
        "https://elsewhere.example/**",
        lambda route: route.fulfill(body="<script>document.title = String(opener)</script>", content_type="text/html"),
    )
    with page.context.expect_page() as opened:
        page.frame_locator("iframe").get_by_role("link", name="a page").click()
    expect(opened.value).to_have_title("null")  # scripts of that page run, and it has no way to us


def test_a_ticket_that_one_does_not_see_is_not_there(visit: Browsers, desk: Desk, seen: Eye) -> None:
    number = ticket_of(desk, "Not for Petra", "<p>Support only</p>")
    page = visit("petra").go(f"/t/{number}?list=overview")
    expect(page.get_by_role("heading", name="No such ticket")).to_be_visible()
    seen(page, "ticket-not-there")


def test_colleagues_see_each_other_in_the_list_and_in_the_ticket(visit: Browsers, desk: Desk) -> None:
    number = ticket_of(desk, "Two at once", "<p>Both look</p>")
    tom, anna = visit("tom"), visit("anna")
    toms, annas = tom.go(f"/t/{number}?list=overview"), anna.go("/t?list=overview")
    row = annas.get_by_role("row", name=re.compile("Two at once"))
    expect(row).to_contain_text("Here now: Tom Kraus")
    row.click()
    expect(toms.get_by_role("article")).to_contain_text("Here now: Anna Müller")
    annas.close()
    expect(toms.get_by_role("article")).not_to_contain_text("Here now")


def test_reading_a_ticket_reads_what_one_was_told_about_it(visit: Browsers, desk: Desk) -> None:
    ticket_of(desk, "Bold until read", "<p>New</p>")
    page = visit("anna").go("/t?list=overview")
    row = page.get_by_role("row", name=re.compile("Bold until read"))
    expect(row).to_contain_text("unread")
    row.click()
    expect(row).not_to_contain_text("unread")
