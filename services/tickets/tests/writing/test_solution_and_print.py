"""The solution with its whole trace, and a ticket on paper (AT-10, AT-11)."""

import httpx
from services.tickets.tests.conftest import Desk

from contracts.ingest import Attachment
from tickets.staff.demo import ANNA, PETRA, TOM

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 32


async def solved(client: httpx.AsyncClient, text: str, version: int) -> httpx.Response:
    headers = {"If-Match": f'"{version}"'}
    return await client.put("/tickets/10001/solution", json={"text": text}, headers=headers)


async def test_each_state_of_the_solution_stays_with_who_wrote_it(desk: Desk) -> None:
    await desk.receive()
    tom, anna = await desk.browser(TOM), await desk.browser(ANNA)
    none = await tom.get("/tickets/10001/solution")
    assert (none.status_code, none.json()["code"]) == (404, "solution_not_found")
    first = await solved(tom, "Number one counts.", 1)
    assert (first.status_code, first.headers["ETag"]) == (200, '"2"')
    second = await solved(anna, "Number two counts.", 2)
    assert (await tom.get("/tickets/10001/solution")).json() == second.json()
    states = [activity for activity in await desk.activities(10_001) if activity.form == "solution"]
    assert [(state.text, state.author_name, state.kind) for state in states] == [
        ("Number one counts.", "Tom Kraus", "note"),
        ("Number two counts.", "Anna Müller", "note"),
    ]
    assert [state.about_id for state in states] == [None, states[0].id]
    assert not any(state.shown_outside for state in states)
    stale = await solved(tom, "Neither.", 2)
    assert (stale.status_code, stale.json()["code"]) == (409, "stale_version")
    stranger = await solved(await desk.browser(PETRA), "x", 3)
    assert stranger.status_code == 404


async def test_a_printed_ticket_is_one_page_that_runs_and_fetches_nothing(desk: Desk) -> None:
    image = Attachment(
        filename="error.png",
        content_type="image/png",
        size=len(PNG),
        sha256=await desk.app.blobs.put(PNG),
        inline=True,
        content_id="error@schulz.example",
    )
    html = (
        '<p onclick="x()">Look<script>alert(1)</script> <img src="cid:error@schulz.example">'
        '<img data-remote-src="https://track.example/a.gif"><img src="https://track.example/b.gif"></p>'
    )
    await desk.receive(subject="<b>Invoice</b>", html=html, attachments=(image,))
    client = await desk.browser(TOM)
    await client.post("/tickets/10001/notes", json={"text": "<i>careful</i>\nwith her"})
    await desk.reply(TOM, 10_001, text="Number one.", bcc=[{"address": "boss@desk.example"}])
    printed = await client.get("/tickets/10001/print")
    assert printed.status_code == 200, printed.text
    assert printed.headers["Content-Type"] == "text/html; charset=utf-8"
    assert "default-src 'none'" in printed.headers["Content-Security-Policy"]
    assert "script-src" not in printed.headers["Content-Security-Policy"]
    page = printed.text
    assert "DS-10001 &lt;b&gt;Invoice&lt;/b&gt;" in page
    assert "&lt;i&gt;careful&lt;/i&gt;\nwith her" in page
    assert page.count('src="data:image/png;base64,') == 1
    for forbidden in ("<script", "onclick", ' src="http', "cid:", "boss@desk.example"):
        assert forbidden not in page, forbidden
    assert page.index("Look") < page.index("with her") < page.index("Number one.")


async def test_one_activity_is_printed_alone_and_a_hidden_one_only_as_such(desk: Desk) -> None:
    await desk.receive(text="Which one counts?")
    client = await desk.browser(TOM)
    note = (await client.post("/tickets/10001/notes", json={"text": "A secret"})).json()["id"]
    alone = (await client.get(f"/tickets/10001/print?activity={note}")).text
    assert "A secret" in alone
    assert "Which one counts?" not in alone
    hide = {"visibility": "hidden"}
    await client.patch(f"/tickets/10001/activities/{note}", json=hide, headers={"If-Match": '"2"'})
    page = (await client.get("/tickets/10001/print")).text
    assert "A secret" not in page
    assert "Tom Kraus" in page
    missing = await client.get("/tickets/10001/print?activity=01900000-0000-7000-8000-0000000c1001")
    assert (missing.status_code, missing.json()["code"]) == (404, "activity_not_found")
    stranger = await (await desk.browser(PETRA)).get("/tickets/10001/print")
    assert stranger.status_code == 404
