"""What is on the desk that is fuzzed: real values for path parameters and for references in bodies."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from deskstream_local.story.doors import ACCEPTED, Agent, Client, Desk, Json, ensure, eventually
from deskstream_local.story.letters import SABINE, SUPPORT, letter
from deskstream_local.story.schulz_portal import LINK

SPARE = "spare"
STATUSES: list[Json] = [
    {"key": "new", "name": "New", "category": "open", "ball": "us"},
    {"key": "waiting", "name": "Waiting", "category": "open", "ball": "third_party"},
    {"key": "done", "name": "Done", "category": "closed", "ball": "nobody"},
]
LETTERS = b"One line.\n" * 3


@dataclass(frozen=True)
class Known:
    """Real values by the name of a parameter, those of one folder of the API by its path, and whom to spare.

    ``own`` are ids that belong to the caller: whoever changes or ends these ends the run.
    """

    everywhere: Mapping[str, list[str | int]]
    below: Mapping[str, Mapping[str, list[str | int]]]
    own: frozenset[str] = field(default_factory=frozenset)


def furnish(desk: Desk) -> Known:
    """Give the demo's desk one of everything that it does not have yet, and tell what there is."""
    admin = desk.agent("ada")
    answer = desk.hand_over(letter(SABINE, "A letter", "It does not work.\n"), sender=SABINE, to=SUPPORT)
    ensure(answer.startswith("250 "), answer)
    numbers: list[str | int] = []
    for subject in ("Spare", "Parts", "Copies", "Paper"):
        body = {"kind": "internal", "channel": "backend", "subject": subject, "text": "For the run.", "tags": ["run"]}
        numbers.append(admin.post("/tickets", body)["number"])
    first, second = numbers[-1], numbers[-2]
    admin.ask("PUT", f"/tickets/{first}/watchers/me")
    kept, used = _upload(admin, "kept.txt"), _upload(admin, "used.txt")
    admin.post(f"/tickets/{first}/notes", {"text": "A note", "attachments": [used]})
    admin.post(f"/tickets/{first}/links", {"relation": "relates_to", "number": second})
    admin.post("/channels", {"key": SPARE, "name": "Spare"})
    admin.post("/workflows", {"key": SPARE, "name": "Spare", "statuses": STATUSES})
    admin.post("/groups", {"name": "The run"})
    admin.post("/drafts", {"kind": "note", "ticket": first, "content": {"text": "Not yet"}})
    admin.post("/templates", {"name": "The run", "kind": "reply", "variants": {"en": {"html": "<p>Hello</p>"}}})
    admin.post("/custom-fields", {"key": "serial", "label": {"en": "Serial"}, "type": "text"})
    admin.post("/colour-markers", {"name": "The run", "colour": "#aa0000"})
    admin.post("/tokens", {"name": "Spare", "scopes": ["tickets:read"]})
    bulk = admin.post("/tickets/bulk", {"numbers": [second], "action": {"kind": "priority", "priority": "high"}})
    eventually("the letter in the ledger", lambda: admin.get("/mails")["items"] or None)
    return _known(admin, {"upload_id": [kept], "bulk_id": [bulk["id"]]})


def visit(desk: Desk, customer: Client) -> Known:
    """Sign a customer in by a link from a mail, and tell which tickets they see."""
    before = desk.now()
    customer.post("/sign-in-links", {"email": SABINE}, expected=ACCEPTED)
    found = LINK.search(desk.mail_about("/portal/sign-in#", to=SABINE, after=before)["text"])
    customer.post("/session", {"token": found[1] if found else ""})
    tickets = customer.get("/tickets")["items"]
    channels = customer.get("/channels")["items"]
    everywhere = {"number": [row["number"] for row in tickets], "channel": [row["key"] for row in channels]}
    return Known({name: values for name, values in everywhere.items() if values}, {})


def _upload(admin: Agent, name: str) -> str:
    path = f"/uploads?filename={name}"
    return str(admin.send_raw("POST", path, LETTERS, kind="application/octet-stream").json()["id"])


def _known(admin: Agent, more: Mapping[str, list[str | int]]) -> Known:
    numbers = [row["number"] for row in admin.get("/tickets", limit="50")["items"]]
    agents = [row["id"] for row in admin.get("/agents")["items"] if row["id"] != admin.id]
    sessions = [row["id"] for row in admin.get("/sessions")["items"]]
    channels = [row["key"] for row in admin.get("/channels")["items"]]
    activities = list(_each(admin, (f"/tickets/{number}/activities" for number in numbers)))
    files = [file["sha256"] for row in activities for file in row.get("attachments", ())]
    everywhere = {
        "number": numbers,
        "into": numbers,
        "ticket": numbers,
        "at": ["2027-03-01T08:00:00Z"],
        "ends_at": ["2027-03-01T08:00:00Z"],
        "agent_id": agents,
        "owner_id": agents,
        "responsible_id": agents,
        "substitute_id": agents,
        "channel": channels,
        "activity_id": [row["id"] for row in activities],
        "sha256": files,
    } | dict(more)
    lists = {
        "marker_id": "/colour-markers",
        "company_id": "/companies",
        "contact_id": "/contacts",
        "draft_id": "/drafts",
        "access_id": "/external-accesses",
        "group_id": "/groups",
        "account_id": "/mail-accounts",
        "mail_id": "/mails",
        "notification_id": "/notifications",
        "outgoing_id": "/outgoing-mails",
        "tag_id": "/tags/all",
        "template_id": "/templates",
        "token_id": "/tokens",
    }
    everywhere |= {name: [row["id"] for row in _each(admin, [path])] for name, path in lists.items()}
    keyed = {name: [row["key"] for row in _each(admin, [f"/{name}"])] for name in ("priorities", "custom-fields")}
    statuses = [row["key"] for row in admin.get("/statuses")["items"]]
    everywhere |= {"priority": keyed["priorities"], "status": statuses, "workflow": ["standard"]}
    below = {f"/api/v1/{name}/": {"key": keys} for name, keys in keyed.items()} | {
        "/api/v1/channels/": {"key": [SPARE]},  # nobody may lose the subscription that shows them their tickets
        "/api/v1/workflows/": {"key": [SPARE], "status": [status["key"] for status in STATUSES]},
    }
    return Known(
        {name: values for name, values in everywhere.items() if values}, below, frozenset({admin.id, *sessions})
    )


def _each(admin: Agent, paths: "Iterator[str] | list[str]") -> Iterator[Json]:
    for path in paths:
        page = admin.get(path)
        yield from next(rows for rows in page.values() if isinstance(rows, list))
