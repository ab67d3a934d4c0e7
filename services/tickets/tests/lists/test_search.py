"""Search (TS-01): what is found by which words, for whom, and how it is shown; the list of activities (LF-08)."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest
import sqlalchemy as sa
from services.tickets.tests.conftest import Desk

from contracts.crm_match import SenderMatched
from contracts.ingest import Attachment, Mailbox
from tickets.desk.models import Activity
from tickets.staff.demo import ADA, ANNA, DORA, PETRA, TOM, VIKTOR

PDF = Attachment(
    filename="Angebot_2026-11.pdf",
    content_type="application/pdf",
    size=3,
    sha256="ab" * 32,
    inline=False,
    content_id=None,
)


async def found(client: httpx.AsyncClient, text: str, **query: Any) -> list[int]:
    """The numbers of the tickets that a search finds, all pages of it, the best first."""
    numbers: list[int] = []
    cursor: str | None = None
    while True:
        parameters = {"q": text} | query | ({"cursor": cursor} if cursor else {})
        page = await client.get("/tickets/search", params=parameters)
        assert page.status_code == 200, page.text
        numbers += [hit["ticket"]["number"] for hit in page.json()["items"]]
        cursor = page.json()["next"]
        if cursor is None:
            return numbers


async def listed(client: httpx.AsyncClient, text: str, **query: Any) -> list[int]:
    """The numbers in a list that is searched, all pages of it."""
    numbers: list[int] = []
    cursor: str | None = None
    while True:
        page = await client.get("/tickets", params={"q": text} | query | ({"cursor": cursor} if cursor else {}))
        assert page.status_code == 200, page.text
        numbers += [ticket["number"] for ticket in page.json()["items"]]
        cursor = page.json()["next"]
        if cursor is None:
            return numbers


async def patch(client: httpx.AsyncClient, number: int, **fields: Any) -> None:
    version = (await client.get(f"/tickets/{number}")).headers["ETag"]
    response = await client.patch(f"/tickets/{number}", json=fields, headers={"If-Match": version})
    assert response.status_code == 200, response.text


def shown(pieces: list[dict[str, Any]]) -> str:
    """A snippet with what is marked in angle brackets."""
    return "".join(f"<{piece['text']}>" if piece["hit"] else piece["text"] for piece in pieces)


@pytest.mark.parametrize(
    ("written", "typed"),
    [
        ("Frau Müller rief an", ["Müller", "Mueller", "Muller", "MÜLLER", "muellers"]),
        ("Frau Mueller rief an", ["Müller", "Mueller", "Muller"]),
        ("Frau Muller rief an", ["Müller", "Mueller"]),
        ("In der Lange Straße 5", ["Strasse", "STRASSE", "Straßen", "strasse 5"]),
        ("In der Langen Strasse", ["Straße"]),
        ("Zwei Rechnungen sind offen", ["Rechnung", "rechnungen", "offene Rechnung"]),
        ("Die Störungen häufen sich", ["Störung", "Stoerung", "häufen"]),
        ("All invoices were delivered", ["invoice", "delivering"]),
        ("There are issues with the queue", ["issue", "queues", "issue queue"]),
        ("Neue Häuser", ["Haus", "neuen", "haeuser"]),
        ("Café crème", ["cafe", "creme"]),
        ("Bitte an max.muster@firma-nord.example senden", ["max.muster@firma-nord.example", "muster", "firma-nord"]),
        ("See <b>printer</b> & <script>toner</script>", ["printer", "toner"]),
        ("Auftrag A-4711 von gestern", ["4711", "A-4711", "auftrag 4711"]),
    ],
)
async def test_words_are_found_in_every_form_in_german_and_in_english(
    desk: Desk, written: str, typed: list[str]
) -> None:
    await desk.receive(subject="Hello", text="Something else altogether")
    ticket = await desk.receive(subject="Hello", text=written)
    tom = await desk.browser(TOM)
    for text in typed:
        assert await found(tom, text) == [ticket.number], text
        assert await listed(tom, text) == ([] if text == "4711" else [ticket.number]), text


async def test_every_part_of_a_ticket_is_searched(desk: Desk) -> None:
    bertha = Mailbox(name="Bertha Benz", address="b.benz@ladenburg.example")
    ticket = await desk.receive(sender=bertha, subject="Zündung defekt", text="Der Vergaser tropft", attachments=(PDF,))
    await desk.receive(subject="Nothing of that", text="Quite different")
    tom = await desk.browser(TOM)
    mail = (await desk.activities(ticket.number))[0].mail_id
    assert mail is not None
    await desk.handle(
        SenderMatched(
            mail_id=mail,
            outcome="matched",
            contact_id=UUID(int=1),
            contact_name="Bertha Ringer",
            company_id=UUID(int=2),
            company_name="Motorenwerke Mannheim",
        )
    )
    await tom.post(f"/tickets/{ticket.number}/notes", json={"text": "Ersatzteil liegt im Lager"})
    await desk.reply(TOM, ticket.number, text="Wir schicken einen Monteur")
    for text in (
        "Zündung", "Vergaser", "Angebot", "angebot_2026-11.pdf", "Benz", "Ringer", "ladenburg", "Motorenwerk",
        "Ersatzteil", "Monteure", str(ticket.number), f"DS-{ticket.number}",
        "Zündung Monteur", "Ringer Vergaser", "Mannheim Lager",
    ):  # fmt: skip
        assert await found(tom, text) == [ticket.number], text
    assert await found(tom, "Vergaser Monteur Unsinn") == []


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ('"printer is broken"', [10_002]),
        ('"is broken printer"', []),
        ("printer", [10_002, 10_001]),
        ("printer -broken", [10_001]),
        ('printer -"is broken"', [10_001]),
        ("-printer", []),
        ("prin*", [10_002, 10_001]),
        ("pr*", []),
        ("prin* new", [10_001]),
        ("100", [10_002, 10_001]),
        ("DS-100", [10_002, 10_001]),
        ("DS-1000…", [10_002, 10_001]),
        ("DS-10002", [10_002]),
        ("20002", []),
        ("the", []),
        ("printer the", [10_002, 10_001]),
        ("", []),
        ('"', []),
        ("'); DROP TABLE ticket; --", []),
        ("':*&|!()<->", []),
        ("=c:support", []),
        ("\\", []),
        ("😀", []),
    ],
)
async def test_phrases_beginnings_numbers_and_what_must_not_be_there(
    desk: Desk, typed: str, expected: list[int]
) -> None:
    await desk.receive(subject="Hello", text="We have a new printer")
    await desk.receive(subject="Hello", text="The printer is broken")
    assert await found(await desk.browser(TOM), typed) == expected


async def test_a_beginning_is_found_whether_its_words_are_common_or_rare(desk: Desk) -> None:
    """Common forms come from the statistics; ANALYZE fills them."""
    await desk.handle(
        *(desk.mail(text=("The printer", "Their printers", "Many toners")[number % 3]) for number in range(30))
    )
    await desk.receive(text="A prickly toad")
    tom = await desk.browser(TOM)
    before = {text: await found(tom, text) for text in ("print*", "ton*", "prick*", "pri*")}
    assert {text: len(numbers) for text, numbers in before.items()} == {
        "print*": 20,
        "ton*": 10,
        "prick*": 1,
        "pri*": 21,
    }
    async with desk.app.database.transaction() as tx:
        await tx.session.execute(sa.text("ANALYZE activity_entry"))
    assert sorted(await found(tom, "print*")) == sorted(before["print*"])
    assert sorted(await found(tom, "ton*")) == sorted(before["ton*"])
    assert await found(tom, "prick*") == before["prick*"]


async def test_search_finds_only_what_the_agent_may_see_and_at_once(desk: Desk) -> None:
    """Visibility: found, snippets, lists and activities alike, also right after a move."""
    ticket = await desk.receive(subject="Confidential", text="The quince harvest")
    await desk.receive(channel="recruitment", subject="Application", text="I grow quince")
    tom, anna, petra = await desk.browser(TOM), await desk.browser(ANNA), await desk.browser(PETRA)
    viktor, dora, ada = await desk.browser(VIKTOR), await desk.browser(DORA), await desk.browser(ADA)
    for client, expected in ((tom, [10_001]), (anna, [10_001]), (ada, [10_001]), (petra, [10_002]), (viktor, [])):
        for text in ("quince", "quin*", '"quince"', "quince -other"):
            assert await found(client, text) == expected, text
            assert await listed(client, text) == expected, text
        rows = (await client.get("/activities", params={"q": "quince"})).json()["items"]
        assert [row["ticket"]["number"] for row in rows] == expected
        assert [row["ticket"]["number"] for row in (await client.get("/activities")).json()["items"]] == expected
    await patch(tom, ticket.number, owner_id=str(TOM))
    await tom.put("/tickets/10001/watchers/me")
    await patch(tom, ticket.number, channel="recruitment")
    for client, expected in ((tom, []), (anna, []), (petra, [10_001, 10_002]), (dora, [])):
        assert sorted(await found(client, "quince")) == expected
        assert sorted(await listed(client, "quince")) == expected
        assert sorted(await listed(client, "quince", list="mine")) == expected
        assert await found(client, "10001") == ([10_001] if expected else [])
        rows = (await client.get("/activities", params={"q": "quince"})).json()["items"]
        assert sorted({row["ticket"]["number"] for row in rows}) == expected


async def test_the_best_match_comes_first(desk: Desk) -> None:
    await desk.receive(subject="Hello", text="One word about the toner between many others that say nothing of it")
    await desk.receive(subject="Toner is empty", text="Please send a new one")
    await desk.receive(subject="Hello", text="Something about the toner too")
    assert (await found(await desk.browser(TOM), "toner"))[0] == 10_002


async def test_a_renamed_ticket_is_found_by_its_new_subject_only(desk: Desk) -> None:
    await desk.receive(subject="Wrong subject", text="Hello")
    await desk.receive(subject="DS-10001 again", text="More")
    tom = await desk.browser(TOM)
    await patch(tom, 10_001, subject="Centrifuge")
    assert await found(tom, "centrifuge more") == [10_001]
    assert await listed(tom, "centrifuge") == [10_001]
    async with desk.app.database.transaction() as tx:
        await tx.session.execute(sa.update(Activity).values(subject=None))
    assert await found(tom, "wrong") == []


async def test_an_activity_that_goes_to_another_ticket_is_found_there(desk: Desk) -> None:
    """What merging and splitting do to entries, whoever writes it."""
    first = await desk.receive(channel="support", text="A pomegranate")
    other = await desk.receive(channel="recruitment", text="Hello")
    async with desk.app.database.transaction() as tx:
        await tx.session.execute(sa.update(Activity).where(Activity.ticket_id == first.id).values(ticket_id=other.id))
    assert await found(await desk.browser(TOM), "pomegranate") == []
    assert await found(await desk.browser(PETRA), "pomegranate") == [other.number]


async def test_snippets_mark_every_form_of_the_words_and_hold_no_markup(desk: Desk) -> None:
    filler = "und so weiter und so fort " * 30
    text = f"{filler} <img src=x onerror=alert(1)> die alte Müllerstraße & zwei Rechnungen an Frau Mueller {filler}"
    await desk.receive(subject="Rechnung <b>Müller</b>", text=text, attachments=(PDF,))
    tom = await desk.browser(TOM)
    [hit] = (await tom.get("/tickets/search", params={"q": "müller rechnung angebot"})).json()["items"]
    assert shown(hit["subject"]) == "<Rechnung> <b><Müller></b>"
    marked = shown(hit["activity"]["text"])
    assert "zwei <Rechnungen> an Frau <Mueller>" in marked
    assert "<img src=x onerror=alert(1)>" in marked
    assert marked.startswith("… ")
    assert marked.endswith(" …")
    assert [shown(name) for name in hit["activity"]["files"]] == ["<Angebot>_2026-11.pdf"]
    assert all(set(piece) == {"text", "hit"} for piece in hit["activity"]["text"])


async def test_a_searched_list_has_each_ticket_once_with_all_filters_and_pages(desk: Desk) -> None:
    await desk.handle(*(desk.mail(channel=("support", "backend")[number % 2], text="pear") for number in range(23)))
    tom = await desk.browser(TOM)
    for number in range(10_001, 10_024, 3):
        desk.clock.pass_by(timedelta(hours=5))
        await tom.post(f"/tickets/{number}/notes", json={"text": "a pear again"})
        await tom.post(f"/tickets/{number}/notes", json={"text": "nothing of it"})
    whole = await listed(tom, "pear", limit=200)
    assert sorted(whole) == list(range(10_001, 10_024))
    assert whole[:8] == list(range(10_022, 10_000, -3))
    for limit in (1, 5, 22):
        assert await listed(tom, "pear", limit=limit) == whole
    assert set(await listed(tom, "pear", channel="support", limit=3)) == set(range(10_001, 10_024, 2))
    assert await listed(tom, "pear", status="answered") == []
    assert set(await listed(tom, "pear", owner="none", category="open", list="mine")) == set(whole)
    for query in ({"prefilter": name} for name in ("action_required", "no_owner", "new")):
        assert set(await listed(tom, "pear", **query)) == set(whole), query
    assert set(await listed(tom, "pear", prefilter="handled_today")) == set(await _listed_all(tom, "handled_today"))


async def _listed_all(client: httpx.AsyncClient, prefilter: str) -> list[int]:
    return [row["number"] for row in (await client.get("/tickets", params={"prefilter": prefilter})).json()["items"]]


async def test_a_search_reaches_back_through_years(desk: Desk) -> None:
    """Every window of time, and the border between two of them, is looked into once."""
    hours = [1, 9, 20, 100, 400, 900, 3_000, 9_000, 40_000]
    now = desk.clock.now
    for ago in hours:
        desk.clock.now = now - timedelta(hours=ago)
        await desk.receive(text="mulberry")
    desk.clock.now = now
    tom = await desk.browser(TOM)
    expected = list(range(10_001, 10_001 + len(hours)))
    assert await listed(tom, "mulberry") == expected
    assert await listed(tom, "mulberry", limit=2) == expected
    assert sorted(await found(tom, "mulberry", limit=2)) == expected
    since = (now - timedelta(hours=1000)).isoformat()
    rows = (await tom.get("/activities", params={"q": "mulberry", "at_until": since})).json()["items"]
    assert [row["ticket"]["number"] for row in rows] == [10_007, 10_008, 10_009]


@pytest.mark.parametrize(
    "query",
    [
        {},
        {"q": "x" * 201},
        {"q": "nul\x00"},
        {"q": "x", "limit": 51},
        {"q": "x", "limit": 0},
        {"q": "x", "cursor": "nonsense"},
        {"q": "x", "cursor": "Wy0xXQ"},
        {"q": "x", "cursor": "WzMwMV0"},
        {"q": "x", "other": "y"},
    ],
)
async def test_a_search_that_nobody_can_mean_is_refused(desk: Desk, query: dict[str, Any]) -> None:
    response = await (await desk.browser(TOM)).get("/tickets/search", params=query)
    assert response.status_code == 422, response.text


async def test_a_searched_list_has_no_other_order(desk: Desk) -> None:
    tom = await desk.browser(TOM)
    response = await tom.get("/tickets", params={"q": "printer", "sort": "opened_at"})
    assert response.status_code == 422
    assert "sort" in response.json()["detail"]
    assert (await tom.get("/tickets", params={"q": "10001", "sort": "opened_at"})).status_code == 200


async def test_activities_of_all_tickets_are_listed_and_filtered(desk: Desk) -> None:
    """LF-08."""
    await desk.receive(subject="Support", text="First apple", attachments=(PDF,))
    desk.clock.pass_by(timedelta(hours=1))
    noon = desk.clock.now.isoformat()
    await desk.receive(channel="sales", subject="Sales", text="Second apple")
    tom, anna = await desk.browser(TOM), await desk.browser(ANNA)
    await tom.post("/tickets/10001/notes", json={"text": "Third apple"})
    await tom.post("/tickets/10001/calls", json={"text": "Fourth pear"})

    async def texts(client: httpx.AsyncClient, **query: Any) -> list[str]:
        response = await client.get("/activities", params=query)
        assert response.status_code == 200, response.text
        return [shown(row["text"]) for row in response.json()["items"]]

    everything = ["Fourth pear", "Third apple", "Second apple", "First apple"]
    assert await texts(anna) == everything
    assert await texts(tom) == [everything[0], everything[1], everything[3]]
    assert await texts(anna, q="apple") == ["Third <apple>", "Second <apple>", "First <apple>"]
    for searched in ({}, {"q": "apple"}):
        marked = [text.replace("apple", "<apple>") if searched else text for text in everything]
        assert await texts(anna, kind="note", **searched) == [marked[1]]
        assert await texts(anna, kind=["note", "incoming"], **searched) == marked[1:]
        assert await texts(anna, channel="sales", **searched) == [marked[2]]
        assert await texts(tom, channel="sales", **searched) == []
        assert await texts(anna, at_until=noon, **searched) == [marked[3]]
        assert (await texts(anna, at_from=noon, **searched))[-2:] == marked[1:3]
    assert await texts(anna, author=str(TOM)) == everything[:2]
    assert await texts(tom, author="me", kind="call") == everything[:1]
    assert await texts(await desk.browser(VIKTOR), author=str(TOM)) == []
    [row] = (await tom.get("/activities", params={"kind": "incoming"})).json()["items"]
    assert row["ticket"] == {"number": 10_001, "reference": "DS-10001", "subject": "Support", "channel": "Support"}
    assert (row["author"]["kind"], row["author"]["name"], row["attachments"]) == ("contact", "Sabine Schulz", 1)
    assert "audience" not in row


async def test_pages_of_activities_follow_each_other(desk: Desk) -> None:
    await desk.handle(*(desk.mail(channel=("support", "sales")[number % 2], text="plum") for number in range(17)))
    anna = await desk.browser(ANNA)
    for query in ({}, {"q": "plum"}, {"kind": ["incoming", "note"]}):
        whole = (await anna.get("/activities", params={"limit": 200, **query})).json()["items"]
        assert len(whole) == 17
        pages: list[str] = []
        cursor: str | None = None
        while cursor or not pages:
            page = await anna.get("/activities", params={"limit": 5, **query, **({"cursor": cursor} if cursor else {})})
            pages += [row["id"] for row in page.json()["items"]]
            cursor = page.json()["next"]
        assert pages == [row["id"] for row in whole]


@pytest.mark.parametrize(
    "query",
    [
        {"cursor": "nonsense"},
        {"limit": 201},
        {"kind": "letter"},
        {"author": "somebody"},
        {"at_from": "2026-01-02T00:00:00Z", "at_until": "2026-01-01T00:00:00Z"},
        {"at_from": "2026-01-02T00:00:00"},
        {"channel": "UPPER"},
    ],
)
async def test_a_list_of_activities_that_nobody_can_mean_is_refused(desk: Desk, query: dict[str, Any]) -> None:
    response = await (await desk.browser(TOM)).get("/activities", params=query)
    assert response.status_code == 422, response.text
