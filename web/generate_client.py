"""Writes the client of the staff API: ``docs/api/staff.openapi.json`` and the events of the live stream as TypeScript.

``python web/generate_client.py`` writes ``web/shared/api/staff.ts``; ``--check`` compares and says how to refresh it.
"""

import json
import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, get_type_hints

from pydantic import TypeAdapter

from tickets.live import shapes

WEB = Path(__file__).resolve().parent
DOCUMENT = WEB.parent / "docs" / "api" / "staff.openapi.json"
CLIENT = WEB / "shared" / "api" / "staff.ts"
REFRESH = "make openapi"

METHODS = ("get", "post", "put", "patch", "delete")
PLAIN_NAME = re.compile(r"[A-Za-z_$][\w$]*")
SCALARS = {"string": "string", "integer": "number", "number": "number", "boolean": "boolean", "null": "null"}

LIVE_EVENTS = {
    "ready": shapes.LiveReady,
    "ticket": shapes.LiveTicket,
    "ticket_left": shapes.LiveTicketLeft,
    "presence": shapes.TicketPresence,
    "notification": shapes.LiveNotification,
    "notifications_read": shapes.LiveNotificationsRead,
    "resync": shapes.LiveResync,
}
"""The events that carry data, by the name behind ``event:``; ``counters`` and ``ended`` carry nothing of use."""

SENDS = {"key": "Idempotency-Key", "version": "If-Match"}
"""Headers that the client sends where an operation takes them."""

Schema = Mapping[str, Any]


def main() -> int:
    """Write the client or compare it; 0 when it is what the document says."""
    text = client(json.loads(DOCUMENT.read_text(encoding="utf-8")))
    if "--check" not in sys.argv:
        CLIENT.write_text(text, encoding="utf-8")
        return 0
    if CLIENT.exists() and CLIENT.read_text(encoding="utf-8") == text:
        return 0
    sys.stderr.write(f"{CLIENT.relative_to(WEB.parent)}: not what the API says. Refresh with: {REFRESH}\n")
    return 1


def client(document: Schema) -> str:
    """The whole file: a type for each schema, one for each live event, and the table of operations."""
    lines = [f"// Written by web/generate_client.py from the {document['info']['title']}. Do not edit.", ""]
    for name, schema in sorted({**document["components"]["schemas"], **_live_schemas()}.items()):
        lines += _declaration(identifier(name), schema)
    lines += ["export interface LiveEvents {"]
    lines += [f"  {name}: {identifier(shape.__name__)}" for name, shape in LIVE_EVENTS.items()]
    lines += ["}", "", "export interface Operations {"]
    table = []
    for method, path, operation in _operations(document):
        name, given, answer, kind = _operation(operation)
        lines.append(f"  {name}: {{ input: {given}; output: {answer} }}")
        sends = [word for word, header in SENDS.items() if _has(operation, header)]

        binary = "application/octet-stream" in _body(operation)
        table.append(
            f"  {name}: {{ method: '{method.upper()}', path: '{path}', answer: '{kind}', "
            f"body: '{'bytes' if binary else 'json'}', sends: {json.dumps(sends).replace(chr(34), chr(39))} }},"
        )
    return "\n".join(
        [
            *lines,
            "}",
            "",
            "export type Nothing = Record<never, never>",
            "",
            "export const operations = {",
            *table,
            "} as const",
            "",
        ]
    )


def identifier(name: str) -> str:
    """A schema's name as TypeScript allows it."""
    return re.sub(r"\W", "_", name)


def typed(schema: Schema, indent: str = "") -> str:  # noqa: C901, PLR0911  # one line for each word of JSON Schema
    """The TypeScript type of a JSON schema."""
    if "$ref" in schema:
        return identifier(str(schema["$ref"]).rpartition("/")[2])
    if "const" in schema:
        return _literal(schema["const"])
    if "enum" in schema:
        return " | ".join(map(_literal, schema["enum"]))
    for word in ("anyOf", "oneOf"):
        if word in schema:
            return " | ".join(dict.fromkeys(typed(part, indent) for part in schema[word]))
    if "allOf" in schema:
        return " & ".join(typed(part, indent) for part in schema["allOf"])
    kind = schema.get("type")
    if isinstance(kind, list):
        return " | ".join(typed({**schema, "type": each}, indent) for each in kind)
    if kind == "string" and schema.get("format") == "binary":
        return "Blob"
    if kind == "array":
        return _array(schema, indent)
    if kind == "object" or "properties" in schema:
        return _object(schema, indent)
    return SCALARS.get(str(kind), "unknown")


def _array(schema: Schema, indent: str) -> str:
    if "prefixItems" in schema:
        return f"[{', '.join(typed(part, indent) for part in schema['prefixItems'])}]"
    inner = typed(schema.get("items", {}), indent)
    return f"({inner})[]" if " | " in inner or " & " in inner else f"{inner}[]"


def _object(schema: Schema, indent: str) -> str:
    properties = schema.get("properties")
    if not properties:
        more = schema.get("additionalProperties")
        return f"Record<string, {typed(more, indent) if isinstance(more, dict) else 'unknown'}>"
    required = set(schema.get("required", ()))
    lines = []
    for name, part in properties.items():
        if description := part.get("description"):
            lines.append(f"{indent}  /** {description.strip().splitlines()[0]} */")
        plain = name if PLAIN_NAME.fullmatch(name) else _literal(name)
        lines.append(f"{indent}  {plain}{'' if name in required else '?'}: {typed(part, f'{indent}  ')}")
    return "\n".join(["{", *lines, f"{indent}}}"])


def _literal(value: object) -> str:
    return json.dumps(value, ensure_ascii=False).replace('"', "'")


def _declaration(name: str, schema: Schema) -> list[str]:
    body = typed(schema)
    lines = [f"export interface {name} {body}" if body.startswith("{") else f"export type {name} = {body}", ""]
    if description := str(schema.get("description", "")).strip():
        lines.insert(0, f"/** {description.splitlines()[0].replace('``', '`')} */")
    return lines


def _live_schemas() -> dict[str, Schema]:
    found: dict[str, Schema] = {}
    for shape in LIVE_EVENTS.values():
        get_type_hints(shape)
        schema = TypeAdapter(shape).json_schema(ref_template="#/components/schemas/{model}")
        found |= schema.pop("$defs", {})
        found[shape.__name__] = schema
    return found


def _operations(document: Schema) -> Iterator[tuple[str, str, Schema]]:
    for path, item in document["paths"].items():
        for method in METHODS:
            if method in item:
                yield method, path, item[method]


def _operation(operation: Schema) -> tuple[str, str, str, str]:
    """Name, type of the input, type of the answer, and how the answer is read."""
    parts = []
    if path := _parameters(operation, "path"):
        parts.append(f"path: {path}")
    if query := _parameters(operation, "query"):
        optional = not any(part.get("required") for part in operation["parameters"] if part["in"] == "query")
        parts.append(f"query{'?' if optional else ''}: {query}")
    if _has(operation, "If-Match"):
        parts.append("version: number")
    for media in _body(operation).values():
        parts.append(f"body: {typed(media.get('schema', {}), '    ')}")
    answer, kind = _answer(operation)
    return operation["operationId"], f"{{ {'; '.join(parts)} }}" if parts else "Nothing", answer, kind


def _answer(operation: Schema) -> tuple[str, str]:
    good: Schema = next((answer for code, answer in operation["responses"].items() if code.startswith("2")), {})
    content = good.get("content", {})
    if "application/json" in content:
        return typed(content["application/json"].get("schema", {}), "    "), "json"
    return ("Blob", "blob") if content else ("void", "none")


def _parameters(operation: Schema, where: str) -> str:
    parts = [part for part in operation.get("parameters", ()) if part["in"] == where]
    if not parts:
        return ""
    schema = {
        "properties": {part["name"]: part["schema"] for part in parts},
        "required": [part["name"] for part in parts if part.get("required")],
    }
    return typed(schema, "    ")


def _has(operation: Schema, header: str) -> bool:
    return any(part["name"] == header for part in operation.get("parameters", ()))


def _body(operation: Schema) -> Mapping[str, Any]:
    content: Mapping[str, Any] = operation.get("requestBody", {}).get("content", {})
    return content


if __name__ == "__main__":
    sys.exit(main())
