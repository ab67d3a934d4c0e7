"""Custom fields: definitions, the JSON Schema of forms, values of tickets (TS-04)."""

from typing import Any

import httpx
import pytest
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]  # has no stubs
from services.tickets.tests.conftest import Desk

from tickets.properties.rules.fields import Choice, Field, Value, schema_of, wrong_values
from tickets.properties.rules.words import FieldType
from tickets.staff.demo import ADA, ANNA, TOM

NEW = {"kind": "internal", "channel": "support", "subject": "Cable", "text": "Broken"}
DEVICE: dict[str, Any] = {
    "key": "device",
    "label": {"en": "Device", "de": "Gerät"},
    "type": "choice",
    "choices": [
        {"key": "router", "label": {"en": "Router"}},
        {"key": "phone", "label": {"en": "Phone", "de": "Telefon"}},
    ],
    "channels": ["support"],
    "position": 1,
}
SERIAL = {"key": "serial", "label": {"en": "Serial number"}, "type": "text", "position": 2}


async def defined(desk: Desk, *fields: dict[str, Any]) -> httpx.AsyncClient:
    """The administrator, who made these fields."""
    admin = await desk.browser(ADA)
    for field in fields:
        response = await admin.post("/custom-fields", json=field)
        assert response.status_code == 201, response.text
    return admin


async def change(client: httpx.AsyncClient, version: int, **fields: Any) -> httpx.Response:
    """Change ticket 10001."""
    return await client.patch("/tickets/10001", json=fields, headers={"If-Match": f'"{version}"'})


@pytest.mark.parametrize(
    ("kind", "right", "wrong"),
    [
        (FieldType.TEXT, ["a", "x" * 300], ["", "x" * 301, "two\nlines", "end\n", 1, True]),
        (FieldType.LONG_TEXT, ["two\nlines\n"], ["", "x" * 10_001, ["x"]]),
        (FieldType.NUMBER, [0, -1.5, 10**15], [10**16, True, "1"]),
        (FieldType.DATE, ["2026-02-28"], ["2026-02-29", "20260228", "28.02.2026", "2026-02-28\n", "٢٠٢٦-02-28", 5]),
        (FieldType.BOOLEAN, [True, False], [0, 1, "true"]),
        (FieldType.CHOICE, ["a"], ["off", "c", ["a"], ""]),
        (FieldType.MULTI_CHOICE, [["a"], ["a", "b"]], [[], ["a", "a"], ["off"], "a"]),
        (FieldType.URL, ["https://desk.example/a?b=c"], ["javascript:alert(1)", "https://", "https://a b", "ftp://a"]),
    ],
)
def test_a_value_must_fit_the_type_of_its_field(kind: FieldType, right: list[Value], wrong: list[Value]) -> None:
    label = {"en": "F", "de": "F"}
    choices = [Choice(key=key, label=label, active=key != "off") for key in ("a", "b", "off")]
    choosing = kind in {FieldType.CHOICE, FieldType.MULTI_CHOICE}
    field = Field(key="f", label=label, type=kind, choices=choices if choosing else ())
    assert [value for value in right if wrong_values([field], {"f": value}, complete=True)] == []
    assert [value for value in wrong if not wrong_values([field], {"f": value}, complete=True)] == []
    Draft202012Validator.check_schema(schema_of([field]))


async def test_a_channel_gives_its_fields_and_the_schema_of_every_form(desk: Desk) -> None:
    other = {"key": "salary", "label": {"en": "Salary"}, "type": "number", "channels": ["recruitment"]}
    await defined(desk, SERIAL | {"required": True}, DEVICE | {"default": "phone", "help": {"de": "Welches?"}}, other)
    agent = await desk.browser(TOM)
    found = (await agent.get("/channels/support/fields", params={"language": "de"})).json()
    assert [field["key"] for field in found["items"]] == ["device", "serial"]
    schema = found["json_schema"]
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert (schema["required"], schema["additionalProperties"]) == (["serial"], False)
    assert schema["properties"]["device"] == {
        "title": "Gerät",
        "description": "Welches?",
        "default": "phone",
        "type": "string",
        "oneOf": [{"const": "router", "title": "Router"}, {"const": "phone", "title": "Telefon"}],
    }
    Draft202012Validator.check_schema(schema)
    assert (await agent.get("/channels/nowhere/fields")).json()["code"] == "channel_not_found"


async def test_a_ticket_is_opened_with_values_and_the_presets_of_its_channel(desk: Desk) -> None:
    await defined(desk, DEVICE | {"default": "router"}, SERIAL | {"required": True})
    agent = await desk.browser(TOM)
    refused = await agent.post("/tickets", json=NEW)
    assert (refused.status_code, refused.json()["code"]) == (422, "invalid_fields")
    assert [error["field"] for error in refused.json()["errors"]] == ["body.fields.serial"]
    opened = await agent.post("/tickets", json=NEW | {"fields": {"serial": "A-1"}})
    assert opened.status_code == 201, opened.text
    assert opened.json()["fields"] == {"device": "router", "serial": "A-1"}


async def test_a_mail_opens_a_ticket_without_a_required_field(desk: Desk) -> None:
    await defined(desk, SERIAL | {"required": True})
    assert (await desk.receive()).fields == {}


async def test_a_change_of_a_value_is_in_the_history_with_the_label_and_in_words(desk: Desk) -> None:
    await desk.receive()
    await defined(desk, DEVICE, SERIAL)
    agent = await desk.browser(TOM)
    await change(agent, 1, fields={"device": "router"})
    response = await change(agent, 2, fields={"device": "phone", "serial": "A-1"})
    assert response.json()["fields"] == {"device": "phone", "serial": "A-1"}
    assert response.json()["activities"]["items"][0]["changes"] == [
        {"field": "fields.device", "from": "Router", "to": "Phone", "label": {"en": "Device", "de": "Gerät"}},
        {
            "field": "fields.serial",
            "from": None,
            "to": "A-1",
            "label": {"en": "Serial number", "de": "Serial number"},
        },
    ]
    gone = await change(agent, 3, fields={"device": None})
    assert gone.json()["fields"] == {"serial": "A-1"}
    assert (await change(agent, 4, fields={"serial": "A-1"})).json()["version"] == 4


async def test_wrong_unknown_and_missing_values_are_refused_by_name(desk: Desk) -> None:
    await desk.receive()
    await defined(desk, DEVICE, SERIAL | {"required": True})
    agent = await desk.browser(TOM)
    refused = await change(agent, 1, fields={"device": "toaster", "colour": "red"})
    assert refused.status_code == 422
    assert {error["field"] for error in refused.json()["errors"]} == {"body.fields.device", "body.fields.colour"}
    await change(agent, 1, fields={"serial": "A-1"})
    emptied = await change(agent, 2, fields={"serial": None})
    assert [error["field"] for error in emptied.json()["errors"]] == ["body.fields.serial"]
    for bad in ('"a\\u0000b"', '"\\ud800"', str(10**40), '{"a": 1}', "NaN", "1e999"):
        content = f'{{"fields": {{"serial": {bad}}}}}'
        headers = {"If-Match": '"2"', "Content-Type": "application/json"}
        assert (await agent.patch("/tickets/10001", content=content, headers=headers)).status_code == 422, bad


async def test_a_move_keeps_values_and_shows_those_of_the_channel(desk: Desk) -> None:
    await desk.receive()
    await defined(desk, DEVICE, SERIAL)
    agent = await desk.browser(TOM)
    await change(agent, 1, fields={"device": "router", "serial": "A-1"})
    moved = await change(agent, 2, channel="backend")
    assert moved.json()["fields"] == {"serial": "A-1"}
    assert (await change(agent, 3, channel="support")).json()["fields"] == {"device": "router", "serial": "A-1"}


async def test_definitions_are_checked_and_only_an_administrator_makes_them(desk: Desk) -> None:
    admin = await defined(desk, DEVICE)
    assert (await (await desk.browser(ANNA)).post("/custom-fields", json=SERIAL)).status_code == 403
    assert (await admin.post("/custom-fields", json=DEVICE)).json()["code"] == "name_taken"
    for wrong in (
        {"key": "x", "channels": ["nowhere"]},
        {"key": "x", "default": "toaster"},
        {"key": "x", "choices": []},
        {"key": "x", "choices": [*DEVICE["choices"][:1]] * 2},
        {"key": "x", "type": "number"},
        {"key": "x", "label": {}},
    ):
        assert (await admin.post("/custom-fields", json=DEVICE | wrong)).status_code == 422


async def test_a_choice_that_is_switched_off_stays_on_tickets(desk: Desk) -> None:
    await desk.receive()
    admin = await defined(desk, DEVICE)
    agent = await desk.browser(TOM)
    await change(agent, 1, fields={"device": "router"})
    choices = [{**DEVICE["choices"][0], "active": False}, DEVICE["choices"][1]]
    changed = await admin.patch("/custom-fields/device", json={"choices": choices}, headers={"If-Match": '"1"'})
    assert (changed.status_code, changed.json()["version"]) == (200, 2)
    kept = await change(agent, 2, fields={"device": "router"}, subject="Which one?")
    assert (kept.status_code, kept.json()["fields"]) == (200, {"device": "router"})
    await change(agent, 3, fields={"device": "phone"})
    assert (await change(agent, 4, fields={"device": "router"})).status_code == 422
