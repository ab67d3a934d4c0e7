"""HTML in any field is inert: each text field of the staff API gets markup; it comes back as text or as clean HTML."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from deskstream_local.story.doors import Agent, Desk, Json
from deskstream_local.trial.markup import ACTIVE, SIGNS, WORD, WRITES, Write, inert, leaves

pytestmark = pytest.mark.e2e

NO_TEXT = {
    "email": "an address",
    "address": "an address",
    "addresses": "addresses",
    "phones": "numbers",
    "language": "a code",
    "token": "a secret, only compared",
    "password": "a secret, only hashed",
    "new_password": "a secret, only hashed",
    "current_password": "a secret, only hashed",
    "key": "a key",
    "channel": "a key",
    "tag": "a filter, only compared",
    "q": "a filter, only compared",
    "field": "a filter, only compared",
    "cursor": "a cursor",
    "remove_tags": "tags that are there, or nothing happens",
}
"""Fields by name that nobody writes prose into, each with the reason; the checks on them refuse markup or keep none."""


BELOW = {
    "set_up": "works on an empty desk only; what it writes is an agent's name",
    "merge_ticket": "the test of reasons",
    "undo_structural_change": "the test of reasons",
    "split_activity": "the test of reasons",
    "break_glass": "the test of break-glass",
    "rename_tag": "the test of tags",
}
"""Operations whose fields are written to by a test of their own."""


@dataclass
class Desktop:
    """Who writes, and what earlier calls gave."""

    admin: Agent
    known: dict[str, str] = field(default_factory=dict)

    def write(self, one: Write) -> Json:
        """Make the call, and give where its texts are found again."""
        headers = {"If-Match": self.etag(one.version)} if one.version else {}
        body = self.filled(one.body)
        answer = self.admin.ask(one.method, one.path.format_map(self.known), body=body, headers=headers)
        found = inert(answer)
        self.known |= {name: str(found[source]) for name, source in one.keep.items()}
        return self.admin.get(one.read.format_map(self.known)) if one.read else found

    def etag(self, path: str) -> str:
        """The version of what is there now."""
        there = self.admin.ask("GET", path.format_map(self.known))
        return there.headers.get("etag") or f'"{there.json()["version"]}"'

    def filled(self, part: object) -> Json:
        """A body with the numbers of earlier calls in it."""
        text = json.dumps(part)
        for name, value in self.known.items():
            text = text.replace(f'"{{{name}}}"', value)
        filled: Json = json.loads(text)
        return filled


def problems_of(one: Write, found: Json) -> list[str]:
    """What is wrong with what came back: active HTML, or a text that is not as it was written."""
    back = list(leaves(found))
    wrong = [f"{name} is active: {text}" for name, text in back if name == "html" and any(a in text for a in ACTIVE)]
    for name, text in leaves(one.body):
        if any(sign in text for sign in SIGNS) and name not in one.silent:
            wanted = WORD if name == "html" else text
            if not any(wanted in there for _, there in back):
                wrong.append(f"{name} is not what was written: {[there for at, there in back if at == name]}")
    return wrong


def free_texts(root: Path, api: str) -> dict[str, set[str]]:
    """By operation the fields of its body that hold whatever somebody writes, as the document tells them."""
    document = json.loads((root / f"docs/api/{api}.openapi.json").read_text())
    found: dict[str, set[str]] = {}
    for operation in (inner for path in document["paths"].values() for inner in path.values()):
        if content := operation.get("requestBody", {}).get("content", {}).get("application/json"):
            names = texts(content["schema"], "", document["components"]["schemas"], frozenset())
            found[operation["operationId"]] = set(names) - set(NO_TEXT)
    return {operation: names for operation, names in found.items() if names}


def texts(schema: Json, name: str, schemas: Json, seen: frozenset[str]) -> Iterator[str]:
    """The names of the fields in a schema that are texts without a closed form."""
    reference = str(schema.get("$ref", "")).rpartition("/")[2]
    if reference and reference not in seen:
        yield from texts(schemas[reference], name, schemas, seen | {reference})
    free = {"enum", "const", "format"}.isdisjoint(schema) and not str(schema.get("pattern")).startswith(("^[a-z", "^#"))
    if schema.get("type") == "string" and free:
        yield name
    for key, inner in schema.get("properties", {}).items():
        yield from texts(inner, name if key in {"en", "de"} else key, schemas, seen)
    unnamed = [schema.get("items"), schema.get("additionalProperties"), *schema.get("patternProperties", {}).values()]
    for inner in (*unnamed, *schema.get("anyOf", ()), *schema.get("oneOf", ())):
        if isinstance(inner, dict):
            yield from texts(inner, name, schemas, seen)


def test_every_field_that_holds_a_text_is_written_to(root: Path) -> None:
    written: dict[str, set[str]] = {}
    for one in WRITES:
        marked = {"variants" if one.operation == "set_signature" else name for name, text in leaves(one.body)}
        written.setdefault(one.operation, set()).update(marked)
    wanted = {name: fields for name, fields in free_texts(root, "staff").items() if name not in BELOW}
    missing = {operation: sorted(names - written.get(operation, set())) for operation, names in wanted.items()}
    assert {operation: names for operation, names in missing.items() if names} == {}
    assert set(BELOW) <= set(free_texts(root, "staff"))
    assert free_texts(root, "portal") == {"submit_ticket": {"subject", "text"}, "submit_reply": {"text"}}


def test_markup_in_any_field_comes_back_as_text_or_as_clean_html(desk: Desk) -> None:
    writer = Desktop(desk.agent("ada"))
    wrong: dict[str, list[str]] = {}
    for one in WRITES:
        if problems := problems_of(one, writer.write(one)):
            wrong[f"{one.operation} {one.path}"] = problems
    assert not wrong, json.dumps(wrong, indent=1)
    printed = writer.admin.ask("GET", f"/tickets/{writer.known['mailed']}/print")
    assert printed.headers["content-type"].startswith("text/html")
    assert (
        "script-src" in printed.headers["content-security-policy"]
        or "default-src 'none'" in printed.headers["content-security-policy"]
    )
    assert "<script>alert" not in printed.text
    assert "<img src=x" not in printed.text
