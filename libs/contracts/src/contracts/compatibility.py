"""Compares the schemas of today with those of the last release: a message may only gain optional fields.

Both directions count. Services are upgraded one by one and events stay in their stream for days, so the reader of the
last release meets messages of today and the other way round. That is why a widened enum is a break, too: a reader of
the last release refuses a value that it does not know.
"""

import json
from collections.abc import Iterator, Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

from contracts.schemas import JsonObject

REMEDY = (
    "A message may only gain optional fields. Leave the old class as it was, add a new one beside it "
    "(class …V2 with version = 2), emit or answer both until nobody reads the old one."
)
"""What to do about a break."""

_NOTES = frozenset({"$schema", "$id", "$defs", "title", "description", "examples"})


def breaks(name: str, *, old: JsonObject, new: JsonObject | None) -> list[str]:
    """What a reader or a sender of the old schema would stumble over; empty where the change is compatible."""
    if new is None:
        return [f"{name}: the message is gone"]
    return list(_changes(name, _resolved(old, old.get("$defs", {})), _resolved(new, new.get("$defs", {}))))


def baseline_breaks(baseline: Path, schemas: Mapping[str, JsonObject]) -> list[str]:
    """The breaks since the last release; ``schemas`` are those of today by message name."""
    found = []
    for path in sorted((baseline / "schemas").glob("*.json")):
        found += breaks(path.stem, old=json.loads(path.read_text()), new=schemas.get(path.stem))
    return found


def changed_examples(baseline: Path, examples: Path) -> list[str]:
    """Released examples that were changed or removed; they are append-only."""
    released: dict[str, str] = json.loads((baseline / "examples.json").read_text())
    return [name for name, digest in released.items() if digests(examples).get(name) != digest]


def digests(examples: Path) -> dict[str, str]:
    """The SHA-256 of every example, by its path below ``examples``."""
    return {
        path.relative_to(examples).as_posix(): sha256(path.read_bytes()).hexdigest()
        for path in sorted(examples.glob("*/*.json"))
    }


def _resolved(node: Any, definitions: JsonObject) -> Any:  # noqa: ANN401 - any JSON value
    """The node with its references written out and without what only people read. Schemas here never recur."""
    match node:
        case {"$ref": str(reference), **rest}:
            return _resolved({**definitions[reference.rpartition("/")[2]], **rest}, definitions)
        case {"properties": dict(fields), **rest}:
            inner = {name: _resolved(field, definitions) for name, field in fields.items()}
            return {**_resolved(rest, definitions), "properties": inner}
        case dict():
            return {key: _resolved(value, definitions) for key, value in node.items() if key not in _NOTES}
        case list():
            return [_resolved(value, definitions) for value in node]
        case _:
            return node


def _changes(where: str, old: Any, new: Any) -> Iterator[str]:  # noqa: ANN401 - any JSON value
    if not isinstance(old, dict) or not isinstance(new, dict):
        if old != new:
            yield f"{where}: retyped from {json.dumps(old)} to {json.dumps(new)}"
        return
    yield from _field_changes(where, old, new)
    yield from _enum_changes(where, old, new)
    yield from _nested_changes(where, old, new)
    for key in sorted((old.keys() | new.keys()) - _COMPARED_ALONE):
        if old.get(key) != new.get(key):
            yield f"{where}: {_NAMES.get(key, key)} changed from {_shown(old, key)} to {_shown(new, key)}"
    if "default" in old and "default" in new and old["default"] != new["default"]:
        yield f"{where}: left out, it meant {_shown(old, 'default')}, and means {_shown(new, 'default')} now"


_COMPARED_ALONE = frozenset({"properties", "required", "enum", "items", "anyOf", "default"})
_NAMES = {"type": "the type", "format": "the format"}


def _nested_changes(where: str, old: JsonObject, new: JsonObject) -> Iterator[str]:
    if "items" in old and "items" in new:
        yield from _changes(f"{where}[]", old["items"], new["items"])
    elif "items" in old or "items" in new:
        yield f"{where}: retyped, the type of its items came or went"
    before, after = old.get("anyOf", []), new.get("anyOf", [])
    if len(before) == len(after):
        for one, other in zip(before, after, strict=True):
            yield from _changes(where, one, other)
    else:
        yield f"{where}: retyped from {json.dumps(before or old.get('type'))} to {json.dumps(after or new.get('type'))}"


def _shown(schema: JsonObject, key: str) -> str:
    return json.dumps(schema[key]) if key in schema else "none"


def _field_changes(where: str, old: JsonObject, new: JsonObject) -> Iterator[str]:
    before, after = old.get("properties", {}), new.get("properties", {})
    required_before, required_after = set(old.get("required", ())), set(new.get("required", ()))
    for name in before:
        if name not in after:
            yield f"{where}.{name}: the field was removed"
            continue
        if name in required_before - required_after:
            yield f"{where}.{name}: was always there, may be missing now"
        if name in required_after - required_before:
            yield f"{where}.{name}: was optional, is required now"
        yield from _changes(f"{where}.{name}", before[name], after[name])
    for name in after:
        if name not in before and name in required_after:
            yield f"{where}.{name}: the new field is required"


def _enum_changes(where: str, old: JsonObject, new: JsonObject) -> Iterator[str]:
    if "enum" not in old and "enum" not in new:
        return
    if "enum" not in old or "enum" not in new:
        yield f"{where}: retyped, the list of its values came or went"
        return
    gone = [value for value in old["enum"] if value not in new["enum"]]
    added = [value for value in new["enum"] if value not in old["enum"]]
    if gone:
        yield f"{where}: narrowed, {', '.join(map(str, gone))} would be refused"
    if added:
        yield f"{where}: widened, readers of the last release refuse {', '.join(map(str, added))}"
