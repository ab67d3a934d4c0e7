"""Markup for every text field of the staff API, where it comes back, and what must not be active when it does."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

import httpx

from deskstream_local.story.doors import Json, ensure

MARK = "<script>alert(1)</script><img src=x onerror=alert(2)>"
TAG = "<img src=x onerror=alert(2)>"
WORD = "harmless"
HTML = f"<p>{WORD}</p>{MARK}<a href='javascript:alert(3)'>x</a>"
ACTIVE = ("<script", "onerror", "javascript:")
SIGNS = "<>\"'"


@dataclass(frozen=True)
class Write:
    """A call that writes markup into each text field of its body, and where that comes back.

    ``{name}`` in path and body is what an earlier call gave, ``keep`` names what this one gives: the id, number or key
    in its answer. ``read`` is where the texts are found again; without it in the answer itself. ``version`` is the path
    whose ETag the call is based on. ``silent`` are fields that no route shows.
    """

    operation: str
    method: str
    path: str
    body: Json
    read: str | None = None
    keep: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    version: str | None = None
    silent: frozenset[str] = frozenset()


def both(value: str) -> Json:
    """A text in both languages."""
    return {"en": value, "de": value}


PEOPLE = {name: [{"name": MARK, "address": f"{name}@customer.example"}] for name in ("to", "cc", "bcc")}
STATUSES = [
    {"key": "new", "name": MARK, "customer_name": MARK, "category": "open", "ball": "us"},
    {"key": "done", "name": MARK, "customer_name": MARK, "category": "closed", "ball": "nobody"},
]
FIELD: Json = {"label": both(MARK), "help": both(MARK), "choices": [{"key": "one", "label": both(MARK)}]}
TEMPLATE: Json = {"name": MARK, "variants": {"en": {"subject": MARK, "html": HTML}}}
DRAFT: Json = {"subject": MARK, "text": MARK, "html": HTML, **PEOPLE}
WRITTEN: Json = {"text": MARK, "html": HTML}
TICKET = "/tickets/{number}"
SEEN = "/tickets/{number}/activities"

WRITES = (
    Write("create_agent", "POST", "/agents", {"name": MARK, "email": "marked@desk.example"}, keep={"agent": "id"}),
    Write("change_agent", "PATCH", "/agents/{agent}", {"name": MARK}, version="/agents/{agent}"),
    Write("create_channel", "POST", "/channels", {"key": "marked", "name": MARK, "from_name": MARK}),
    Write(
        "change_channel",
        "PATCH",
        "/channels/marked",
        {"name": MARK + MARK[:40], "from_name": MARK},
        version="/channels/marked",
    ),
    Write(
        "set_signature",
        "PUT",
        "/channels/marked/signature",
        {"variants": {"en": HTML}},
        version="/channels/marked/signature",
    ),
    Write(
        "create_colour_marker", "POST", "/colour-markers", {"name": MARK, "colour": "#aa0000"}, keep={"marker": "id"}
    ),
    Write(
        "change_colour_marker",
        "PATCH",
        "/colour-markers/{marker}",
        {"name": f"{MARK}."},
        version="/colour-markers/{marker}",
    ),
    Write("create_company", "POST", "/companies", {"name": MARK}, keep={"company": "id"}),
    Write("change_company", "PATCH", "/companies/{company}", {"name": f"{MARK}."}, version="/companies/{company}"),
    Write("create_contact", "POST", "/contacts", {"name": MARK}, keep={"contact": "id"}),
    Write("change_contact", "PATCH", "/contacts/{contact}", {"name": f"{MARK}."}, version="/contacts/{contact}"),
    Write("create_external_access", "POST", "/external-accesses", {"name": MARK}, keep={"access": "id"}),
    Write(
        "change_external_access",
        "PATCH",
        "/external-accesses/{access}",
        {"name": f"{MARK}."},
        version="/external-accesses/{access}",
    ),
    Write("create_group", "POST", "/groups", {"name": MARK}, keep={"group": "id"}),
    Write("change_group", "PATCH", "/groups/{group}", {"name": f"{MARK}."}, version="/groups/{group}"),
    Write(
        "add_mail_account",
        "POST",
        "/mail-accounts",
        {"key": "marked", "name": MARK, "from_name": MARK, "address": "marked@desk.example", "channel": "support"},
        keep={"account": "id"},
    ),
    Write(
        "change_mail_account",
        "PATCH",
        "/mail-accounts/{account}",
        {"name": MARK, "from_name": MARK},
        version="/mail-accounts/{account}",
    ),
    Write("create_priority", "POST", "/priorities", {"key": "marked", "position": 9, "name": both(MARK)}),
    Write("change_priority", "PATCH", "/priorities/marked", {"name": both(MARK)}, version="/priorities/marked"),
    Write("create_workflow", "POST", "/workflows", {"key": "marked", "name": MARK, "statuses": STATUSES}),
    Write("change_workflow", "PATCH", "/workflows/marked", {"name": MARK}, version="/workflows/marked"),
    Write("add_status", "POST", "/workflows/marked/statuses", {**STATUSES[0], "key": "third"}),
    Write(
        "change_status",
        "PATCH",
        "/workflows/marked/statuses/third",
        {"name": MARK, "customer_name": MARK},
        version="/workflows/marked",
    ),
    Write("create_template", "POST", "/templates", {"kind": "reply", **TEMPLATE}, keep={"template": "id"}),
    Write("change_template", "PATCH", "/templates/{template}", TEMPLATE, version="/templates/{template}"),
    Write("create_view", "POST", "/views", {"name": MARK}, keep={"view": "id"}),
    Write("change_view", "PATCH", "/views/{view}", {"name": f"{MARK}."}, version="/views/{view}"),
    Write("create_token", "POST", "/tokens", {"name": MARK, "scopes": ["tickets:read"]}),
    Write("create_custom_field", "POST", "/custom-fields", {"key": "marked", "type": "choice", **FIELD}),
    Write(
        "create_custom_field",
        "POST",
        "/custom-fields",
        {"key": "typed", "type": "text", **FIELD, "choices": [], "default": MARK},
    ),
    Write("change_custom_field", "PATCH", "/custom-fields/marked", FIELD, version="/custom-fields/marked"),
    Write(
        "change_custom_field",
        "PATCH",
        "/custom-fields/typed",
        {"default": MARK},
        version="/custom-fields/typed",
    ),
    Write(
        "open_ticket",
        "POST",
        "/tickets",
        {
            "kind": "internal",
            "channel": "backend",
            "subject": MARK,
            **WRITTEN,
            "tags": [TAG],
            "fields": {"typed": MARK},
        },
        read=TICKET,
        keep={"number": "number"},
    ),
    Write(
        "open_ticket",
        "POST",
        "/tickets",
        {"kind": "email", "channel": "support", "subject": MARK, **WRITTEN, **PEOPLE},
        read="/tickets/{mailed}/activities",
        keep={"mailed": "number"},
    ),
    Write(
        "change_ticket",
        "PATCH",
        TICKET,
        {"subject": f"{MARK}.", "reason": MARK, "tags": [TAG], "fields": {"typed": MARK}},
        version=TICKET,
        silent=frozenset({"reason"}),
    ),
    Write("change_ticket", "PATCH", TICKET, {"add_tags": [f"{TAG}+"]}, version=TICKET),
    Write("add_note", "POST", "/tickets/{number}/notes", WRITTEN, read=SEEN, keep={"note": "id"}),
    Write("add_call", "POST", "/tickets/{number}/calls", WRITTEN, read=SEEN),
    Write(
        "reply_to_ticket", "POST", "/tickets/{mailed}/replies", WRITTEN | PEOPLE, read="/tickets/{mailed}/activities"
    ),
    Write(
        "write_letter",
        "POST",
        "/tickets/{mailed}/letters",
        {"subject": MARK, "text": MARK, "recipient": MARK},
        read="/tickets/{mailed}/activities",
    ),
    Write("write_solution", "PUT", "/tickets/{number}/solution", WRITTEN, version=TICKET),
    Write("set_reminder", "PUT", "/tickets/{number}/reminder", {"at": "2027-03-01T08:00:00Z", "text": MARK}),
    Write(
        "change_activity_visibility",
        "PATCH",
        "/tickets/{number}/activities/{note}",
        {"visibility": "inside", "reason": MARK},
        version=TICKET,
    ),
    Write("create_draft", "POST", "/drafts", {"kind": "new_email", "content": DRAFT}, keep={"draft": "id"}),
    Write("save_draft", "PUT", "/drafts/{draft}", DRAFT, version="/drafts/{draft}"),
    Write(
        "start_bulk_action",
        "POST",
        "/tickets/bulk",
        {"numbers": ["{number}"], "action": {"kind": "tags", "add_tags": [f"{TAG}*"]}, "reason": MARK},
    ),
)


def inert(answer: httpx.Response) -> Json:
    """The body of an answer that no browser takes for a page."""
    ensure(answer.is_success, f"{answer.request.url}: {answer.status_code} {answer.text}")
    ensure(answer.headers["content-type"] == "application/json", f"{answer.request.url} is no JSON")
    ensure(answer.headers["x-content-type-options"] == "nosniff", f"{answer.request.url} lets browsers guess")
    found: Json = answer.json()
    return found


def leaves(part: object, name: str = "") -> Iterator[tuple[str, str]]:
    """Every text of a document, with the name of the field that it is in; in ``variants`` there is HTML."""
    match part:
        case dict():
            for key, value in part.items():
                yield from leaves(value, name if key in {"en", "de"} or name == "fields" else key)
        case list() | tuple():
            for value in part:
                yield from leaves(value, name)
        case str():
            yield ("html" if name == "variants" else name), part
        case _:
            pass
