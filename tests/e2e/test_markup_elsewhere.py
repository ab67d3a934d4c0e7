"""HTML is inert where a text takes a longer way: reasons of structural changes, tags, mails that leave, the portal."""

import pytest

from deskstream_local.story.doors import Desk, Json, eventually
from deskstream_local.trial.known import visit
from deskstream_local.trial.markup import ACTIVE, HTML, MARK, TAG, WORD, inert, leaves

pytestmark = pytest.mark.e2e


def test_the_reasons_of_a_split_a_merge_and_its_undoing_are_text(desk: Desk) -> None:
    tom = desk.agent("tom")
    body = {"kind": "internal", "channel": "support", "subject": "Two things", "text": "One and two."}
    first, second = (tom.post("/tickets", body)["number"] for _ in range(2))
    note = tom.post(f"/tickets/{first}/notes", {"text": "The other thing"})["id"]

    def act(number: int, path: str, body: Json) -> Json:
        based_on = {"If-Match": f'"{tom.ticket(number)["version"]}"'}
        return inert(tom.ask("POST", f"/tickets/{number}/{path}", body=body, headers=based_on))

    split = act(first, f"activities/{note}/split", {"subject": MARK, "reason": f"{MARK}1"})
    assert MARK in [text for _, text in leaves(split)]
    merging = {"into": second, "into_version": tom.ticket(second)["version"], "reason": f"{MARK}2"}
    act(first, "merge", merging)
    change_id = tom.ticket(second)["undoable"][0]["id"]
    act(second, "undo", {"change_id": change_id, "reason": f"{MARK}3"})
    told = [text for number in (first, second) for _, text in leaves(tom.get(f"/tickets/{number}/activities"))]
    assert [reason for reason in (f"{MARK}1", f"{MARK}2", f"{MARK}3") if reason not in told] == []


def test_the_reason_of_break_glass_is_text(desk: Desk) -> None:
    body = {"kind": "internal", "channel": "recruitment", "subject": "Behind glass", "text": "Not for everybody."}
    number = desk.agent("petra").post("/tickets", body)["number"]
    opened = inert(desk.agent("ada").ask("POST", f"/tickets/{number}/break-glass", body={"reason": MARK}))
    assert opened["reason"] == MARK


def test_the_name_of_a_tag_is_text(desk: Desk) -> None:
    body = {"kind": "internal", "channel": "support", "subject": "Tagged", "text": "x", "tags": ["to be renamed"]}
    desk.agent("tom").post("/tickets", body)
    ada = desk.agent("ada")
    tag = next(tag for tag in ada.get("/tags/all", q="to be")["items"] if tag["name"] == "to be renamed")
    renamed = inert(ada.ask("PATCH", f"/tags/{tag['id']}", body={"name": f"{TAG}!"}))
    assert renamed["name"] == f"{TAG}!"


def test_a_mail_carries_markup_as_text_or_as_clean_html(desk: Desk) -> None:
    tom = desk.agent("tom")
    body = {
        "kind": "email",
        "channel": "support",
        "subject": f"Mailed {MARK}",
        "text": MARK,
        "html": HTML,
        "to": [{"address": "to@customer.example"}],
    }
    tom.post("/tickets", body)
    mail = desk.mail_about("Mailed", to="to@customer.example")
    assert MARK in mail["subject"]
    assert WORD in mail["html"]
    assert not [active for active in ACTIVE if active in mail["html"]]


def test_what_a_customer_writes_in_the_portal_comes_back_as_text(desk: Desk) -> None:
    customer = desk.customer()
    visit(desk, customer)
    submitted = customer.post("/tickets", {"channel": "support", "subject": MARK, "text": MARK})
    number = eventually("its number", lambda: customer.get(f"/submissions/{submitted['id']}").get("number"))
    customer.post(f"/tickets/{number}/replies", {"text": MARK})

    def both_there() -> Json | None:
        ticket = customer.get(f"/tickets/{number}")
        return ticket if [row["text"] for row in ticket["activities"]].count(MARK) == 2 else None

    seen = eventually("both texts as they were written", both_there)
    assert seen["subject"] == MARK
    assert desk.agent("tom").ticket(number)["subject"] == MARK
