"""The HTML of a mail as a document for a sandboxed frame: nothing runs, nothing is loaded, quotations fold (MT-12)."""

import pytest
from services.tickets.tests.conftest import Desk

from contracts.ingest import Attachment
from tickets.desk.rules.documents import POLICY, document
from tickets.staff.demo import PETRA, TOM

HASH = "5" * 64


def shown(html: str) -> str:
    """The body of the document."""
    return document(html, images={"logo@x": "/files/1"}, language="en").partition("<body>")[2]


@pytest.mark.parametrize(
    "hostile",
    [
        "<script>alert(1)</script>",
        "<svg onload=alert(1)><script>alert(1)</script></svg>",
        "<img src=x onerror=alert(1)>",
        "<img src=https://elsewhere.example/pixel.gif>",
        "<iframe src=https://elsewhere.example></iframe>",
        "<meta http-equiv=refresh content='0;url=https://elsewhere.example'>",
        "<base href=https://elsewhere.example>",
        "<link rel=stylesheet href=https://elsewhere.example/a.css>",
        "<style>@import url(https://elsewhere.example)</style>",
        "<div style='background:url(https://elsewhere.example)'>x</div>",
        "<div style='position:fixed;top:0'>x</div>",
        "<form action=https://elsewhere.example><input name=password></form>",
        "<a href='javascript:alert(1)'>x</a>",
        "<a href='data:text/html,<script>alert(1)</script>'>x</a>",
        "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>",
        "<noscript><p title='</noscript><img src=x onerror=alert(1)>'></noscript>",
        "</body></html><script>alert(1)</script>",
        "<object data=https://elsewhere.example></object><embed src=https://elsewhere.example>",
    ],
)
def test_nothing_of_a_hostile_mail_is_left(hostile: str) -> None:
    body = shown(f"<p>Hello</p>{hostile}").removesuffix("</body></html>")
    assert "Hello" in body
    for word in ("elsewhere.example", "alert", "<script", "<style", "onload", "onerror", "position", "</body"):
        assert word not in body


def test_an_inline_image_comes_from_the_files_of_the_ticket_and_an_unknown_one_stays_away() -> None:
    body = shown('<img src="cid:logo@x" alt="Logo"><img src="cid:other@x" alt="Other">')
    assert '<img src="/files/1" alt="Logo">' in body
    assert "cid:" not in body


@pytest.mark.parametrize(
    ("html", "folded"),
    [
        ("<p>Thanks</p><blockquote>before</blockquote>", "<blockquote>before</blockquote>"),
        (
            "<div>Thanks<blockquote>a<blockquote>b</blockquote></blockquote> </div>",
            "<blockquote>a<blockquote>b</blockquote></blockquote>",
        ),
        ("<blockquote>one</blockquote>answer<blockquote>two</blockquote>", "<blockquote>two</blockquote>"),
    ],
)
def test_the_quotation_at_the_end_is_folded(html: str, folded: str) -> None:
    assert f"<details><summary>Quoted text</summary>{folded}</details>" in shown(html)


@pytest.mark.parametrize(
    "html",
    ["<blockquote>asked</blockquote><p>answered</p>", "<blockquote>all</blockquote>", "<p>no quotation</p>"],
)
def test_a_quotation_that_is_needed_to_understand_the_answer_stays_open(html: str) -> None:
    assert "<details>" not in shown(html)


@pytest.mark.parametrize(
    ("html", "ground"),
    [
        ("<p>No colour, only the word</p>", "dark"),
        ('<p style="color: #333">x</p>', "paper"),
        ('<table bgcolor="#ffffff"><tr><td>x</td></tr></table>', "paper"),
        ('<div style="background-color: white">x</div>', "paper"),
    ],
)
def test_on_a_dark_page_a_mail_with_colours_of_its_own_stands_on_paper(html: str, ground: str) -> None:
    assert f'class="{ground}"' in document(html, images={}, language="en", theme="dark")
    assert 'class=""' in document(html, images={}, language="en")


async def test_a_mail_is_served_as_a_document_of_its_own(desk: Desk) -> None:
    logo = Attachment(
        filename="logo.png", content_type="image/png", size=70, sha256=HASH, inline=True, content_id="logo@x"
    )
    await desk.receive(html='<p>Hello</p><img src="cid:logo@x">', attachments=(logo,))
    client = await desk.browser(TOM)
    activity = (await client.get("/tickets/10001/activities")).json()["items"][0]["id"]
    answer = await client.get(f"/tickets/10001/activities/{activity}/body")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.headers["content-security-policy"] == POLICY
    assert "allow-scripts" not in POLICY
    assert f'src="/api/v1/tickets/10001/attachments/{HASH}"' in answer.text


async def test_what_has_no_html_or_is_hidden_or_out_of_sight_has_no_document(desk: Desk) -> None:
    await desk.receive(text="Plain")
    client = await desk.browser(TOM)
    mail = (await client.get("/tickets/10001/activities")).json()["items"][0]["id"]
    note = (await client.post("/tickets/10001/notes", json={"text": "A", "html": "<p>A</p>"})).json()["id"]
    hide = {"visibility": "hidden"}
    await client.patch(f"/tickets/10001/activities/{note}", json=hide, headers={"If-Match": '"2"'})
    for activity in (mail, note):
        refused = await client.get(f"/tickets/10001/activities/{activity}/body")
        assert (refused.status_code, refused.json()["code"]) == (404, "activity_not_found")
    stranger = await desk.browser(PETRA)
    assert (await stranger.get(f"/tickets/10001/activities/{mail}/body")).json()["code"] == "ticket_not_found"
