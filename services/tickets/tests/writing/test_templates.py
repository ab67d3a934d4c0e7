"""Templates and signatures: variables from a list, nothing that runs, values that stay text (TS-06, attack 24)."""

from typing import Any

import httpx
import pytest
from services.tickets.tests.conftest import Desk

from contracts.ingest import Mailbox
from tickets.desk.rules.variables import filled, plain_text, unknown_variables
from tickets.desk.writing.models import Template
from tickets.staff.demo import ADA, ANNA, PETRA, TOM

GREETING = {
    "name": "Greeting",
    "kind": "reply",
    "variants": {
        "en": {"subject": "About {{ticket.reference}}", "html": "<p>Dear {{ contact.name }},</p><p>{{agent.name}}</p>"},
        "de": {"subject": "Zu {{ticket.reference}}", "html": "<p>Guten Tag {{contact.name}},</p>"},
    },
}


async def made(client: httpx.AsyncClient, **fields: Any) -> dict[str, Any]:
    """A template."""
    response = await client.post("/templates", json=GREETING | fields)
    assert response.status_code == 201, response.text
    template: dict[str, Any] = response.json()
    return template


async def test_a_template_is_filled_in_for_a_ticket_in_a_language(desk: Desk) -> None:
    await desk.receive()
    client = await desk.browser(TOM)
    template = await made(client)
    english = await client.post(f"/templates/{template['id']}/render", json={"ticket": 10_001, "language": "en"})
    assert english.status_code == 200, english.text
    assert english.json() == {
        "language": "en",
        "subject": "About DS-10001",
        "html": "<p>Dear Sabine Schulz,</p><p>Tom Kraus</p>",
        "text": "Dear Sabine Schulz,\nTom Kraus",
    }
    german = await client.post(f"/templates/{template['id']}/render", json={"ticket": 10_001, "language": "de"})
    assert german.json()["html"] == "<p>Guten Tag Sabine Schulz,</p>"
    other = await client.post(f"/templates/{template['id']}/render", json={"ticket": 10_001, "language": "fr"})
    assert other.json()["language"] == "en"


async def test_what_a_customer_calls_themselves_stays_text(desk: Desk) -> None:
    await desk.receive(sender=Mailbox(name="<img src=x onerror=alert(1)>{{agent.email}}", address="x@evil.example"))
    client = await desk.browser(TOM)
    template = await made(client)
    html = (await client.post(f"/templates/{template['id']}/render", json={"ticket": 10_001})).json()["html"]
    assert "<img" not in html
    assert "{{agent.email}}" in html


@pytest.mark.parametrize(
    "written",
    ["{{7*7}}", "{{''.__class__}}", "{{ticket.__class__}}", "{{ticket.internal_notes}}", "{{ config }}", "{{}}"],
)
async def test_what_is_no_variable_is_refused_by_name_when_it_is_saved(desk: Desk, written: str) -> None:
    client = await desk.browser(TOM)
    body = GREETING | {"variants": {"en": {"html": f"<p>{written}</p>"}}}
    refused = await client.post("/templates", json=body)
    assert (refused.status_code, refused.json()["code"]) == (422, "unknown_variable")
    assert written[2:-2].strip() in refused.json()["detail"]
    assert await desk.count(Template) == 0


def test_a_variable_is_replaced_and_everything_else_left_alone() -> None:
    values = {"contact.name": "A & B"}
    assert filled("{{contact.name}} {{ contact.name }} {{7*7}} {contact.name}", values) == (
        "A &amp; B A &amp; B {{7*7}} {contact.name}"
    )
    assert unknown_variables("{{a}} {% if x %}", "{{ b\n}}", known={"b"}) == ["a"]
    assert plain_text("<p>One<br>two</p><ul><li>three</li></ul>&amp; <b>four</b>") == "One\ntwo\nthree\n\n& four"


async def test_one_has_ones_own_templates_and_shared_ones(desk: Desk) -> None:
    tom, anna, ada = [await desk.browser(agent) for agent in (TOM, ANNA, ADA)]
    own = await made(tom)
    refused = await tom.post("/templates", json=GREETING | {"shared": True})
    assert refused.status_code == 403
    shared = await made(ada, shared=True, name="All", channel="sales")
    names = [item["name"] for item in (await tom.get("/templates")).json()["items"]]
    assert names == ["All", "Greeting"]
    assert [item["name"] for item in (await anna.get("/templates")).json()["items"]] == ["All"]
    assert (await tom.get("/templates?channel=support")).json()["items"][0]["name"] == "Greeting"
    assert (await tom.get("/templates?kind=note")).json()["items"] == []
    assert (await anna.get(f"/templates/{own['id']}")).status_code == 404
    version = {"If-Match": '"1"'}
    assert (await tom.patch(f"/templates/{shared['id']}", json={"name": "x"}, headers=version)).status_code == 403
    assert (await tom.delete(f"/templates/{shared['id']}", headers=version)).status_code == 403
    assert (await ada.delete(f"/templates/{shared['id']}", headers=version)).status_code == 204


async def test_a_template_is_changed_on_the_version_that_was_read(desk: Desk) -> None:
    client = await desk.browser(TOM)
    template = await made(client)
    path = f"/templates/{template['id']}"
    changed = await client.patch(path, json={"name": "Hello", "channel": "support"}, headers={"If-Match": '"1"'})
    assert (changed.json()["name"], changed.json()["channel"], changed.headers["ETag"]) == ("Hello", "support", '"2"')
    stale = await client.patch(path, json={"name": "x"}, headers={"If-Match": '"1"'})
    assert (stale.status_code, stale.json()["current"]["name"]) == (409, "Hello")
    nowhere = await client.patch(path, json={"channel": "nowhere"}, headers={"If-Match": '"2"'})
    assert (nowhere.status_code, nowhere.json()["code"]) == (422, "unknown_reference")


async def test_templates_have_pages_by_name(desk: Desk) -> None:
    client = await desk.browser(TOM)
    for name in ("c", "A", "b"):
        await made(client, name=name)
    first = (await client.get("/templates?limit=2")).json()
    second = (await client.get("/templates", params={"limit": 2, "cursor": first["next"]})).json()
    assert [item["name"] for item in first["items"] + second["items"]] == ["A", "b", "c"]
    assert second["next"] is None


async def test_a_template_tells_nothing_of_a_ticket_out_of_sight(desk: Desk) -> None:
    await desk.receive()
    client = await desk.browser(PETRA)
    template = await made(client)
    refused = await client.post(f"/templates/{template['id']}/render", json={"ticket": 10_001})
    assert (refused.status_code, refused.json()["code"]) == (404, "ticket_not_found")


async def test_the_channels_signature_stands_below_what_is_sent(desk: Desk) -> None:
    await desk.receive()
    ada = await desk.browser(ADA)
    html = "<p>{{agent.name}}<br>{{channel.name}}</p><script>x</script>"
    body = {"variants": {"en": html}}
    set_ = await ada.put("/channels/support/signature", json=body, headers={"If-Match": '"0"'})
    assert (set_.status_code, set_.headers["ETag"]) == (200, '"1"')
    await desk.reply(TOM, 10_001, text="Number one.", html="<p>Number one.</p>")
    activity = (await desk.activities(10_001))[-1]
    assert activity.text == "Number one.\n\n-- \nTom Kraus\nSupport"
    assert activity.html == "<p>Number one.</p><br><div><p>Tom Kraus<br>Support</p></div>"
    await desk.reply(TOM, 10_001, text="Number one.", signature=False)
    assert (await desk.activities(10_001))[-1].text == "Number one."
    client = await desk.browser(TOM)
    await client.post("/tickets/10001/notes", json={"text": "A note."})
    assert (await desk.activities(10_001))[-1].text == "A note."
    beginning = (await client.get("/tickets/10001/reply-template")).json()
    assert beginning["signature_text"] == "Tom Kraus\nSupport"


async def test_a_signature_is_set_by_whoever_manages_and_knows_few_variables(desk: Desk) -> None:
    tom, ada = await desk.browser(TOM), await desk.browser(ADA)
    body = {"variants": {"en": "<p>{{agent.name}}</p>"}}
    version = {"If-Match": '"0"'}
    assert (await tom.put("/channels/support/signature", json=body, headers=version)).status_code == 403
    unknown = {"variants": {"en": "{{contact.name}}"}}
    refused = await ada.put("/channels/support/signature", json=unknown, headers=version)
    assert (refused.status_code, refused.json()["code"]) == (422, "unknown_variable")
    assert (await tom.get("/channels/support/signature")).json() == {"variants": {}, "version": 0}
    assert (await tom.get("/channels/nowhere/signature")).status_code == 404
    await ada.put("/channels/support/signature", json=body, headers=version)
    stale = await ada.put("/channels/support/signature", json=body, headers=version)
    assert (stale.status_code, stale.json()["code"]) == (409, "stale_version")
