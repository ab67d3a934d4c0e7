"""The desk that the model is compared with: it does each step through the real doors, and is read from the tables."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import httpx
import sqlalchemy as sa
from services.tickets.tests.conftest import Desk
from services.tickets.tests.life.world import AGENTS, CHANNELS, CUSTOMERS, REPAIR, Channel

from chassis import tables
from chassis.auth import SESSION_COOKIE
from contracts.crm_match import SenderMatched
from contracts.ingest import MailAccepted, Mailbox, SendMail, SentReference
from tickets.database import table_of
from tickets.desk.deliveries import claim_due_mail, handed_over
from tickets.desk.models import Activity, Ticket, Watcher
from tickets.desk.portal import customer_ticket
from tickets.desk.structure.models import StructuralChange
from tickets.staff import access, demo

MORNING = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
AGENT_IDS = dict(zip(AGENTS, (demo.TOM, demo.ANNA, demo.VIKTOR, demo.DORA, demo.PETRA, demo.ADA), strict=True))
NAMES: Mapping[UUID | None, str] = {agent_id: name for name, agent_id in AGENT_IDS.items()}
CONTACTS = {name: UUID(int=number) for number, name in enumerate(CUSTOMERS, start=1)}
MAILBOXES = {name: Mailbox(name=name.title(), address=f"{name}@pool.example") for name in CUSTOMERS}
BY_ADDRESS = {mailbox.address: name for name, mailbox in MAILBOXES.items()}
TOKEN = re.compile(r"tok\d+x")

EMPTY = (
    "TRUNCATE ticket, mail_sender, ticket_tally, bulk_action, idempotency_key, outbox, session RESTART IDENTITY CASCADE"
)

TICKETS = sa.select(table_of(Ticket)).order_by(Ticket.number)
ACTIVITIES = sa.select(
    *(table_of(Activity).c[name] for name in ("id", "ticket_id", "kind", "text", "author_kind", "author_id", "sender")),
    *(table_of(Activity).c[name] for name in ("shown_outside", "hidden_at", "written_in", "also_shown_in")),
    Activity.message_id,
).order_by(Activity.id)
WATCHERS = sa.select(Watcher.ticket_id, Watcher.agent_id)


@dataclass
class Read:
    """What the tables hold: tickets and activities by their keys in the model, and the ids of both."""

    tickets: dict[int, dict[str, Any]] = field(default_factory=dict)
    activities: dict[int, list[dict[str, Any]]] = field(default_factory=dict)
    numbers: dict[int, int] = field(default_factory=dict)
    ids: dict[str, UUID] = field(default_factory=dict)
    message_ids: dict[str, str] = field(default_factory=dict)
    told: dict[int, set[int]] = field(default_factory=dict)
    audiences: list[tuple[str, list[str]]] = field(default_factory=list)


class Driver:
    """Does the steps of one sequence after another on one desk."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.read = Read()
        self.sent: dict[str, SendMail] = {}
        self._clients: dict[str, httpx.AsyncClient] = {}
        self._seq = 0

    async def prepare(self) -> None:
        """Make the world, as its administrator."""
        for name, agent_id in AGENT_IDS.items():
            self._clients[name] = await self.desk.browser(agent_id)
        flow = [
            {
                "key": one.key,
                "name": one.name,
                "category": "closed" if one.closed else "open",
                "ball": one.ball,
                "moves": one.moves,
            }
            for one in REPAIR.statuses
        ]
        await self._made("POST", "/workflows", {"key": "repair", "name": "Repair", "statuses": flow})
        workshop = CHANNELS["workshop"]
        await self._made("POST", "/channels", {"key": workshop.key, "name": workshop.name, "workflow": "repair"})
        await self._made("PATCH", "/channels/sales", {"informal_read_only": True}, version=1)
        for channel in CHANNELS.values():
            await self._made("PUT", f"/channels/{channel.key}/subscriptions", {"items": _subscriptions(channel)})

    async def _made(self, method: str, path: str, body: dict[str, Any], *, version: int | None = None) -> None:
        answer = await self.ask("ada", method, path, body, version=version)
        assert answer.is_success, answer.text

    async def begin(self) -> None:
        """An empty desk in the morning."""
        async with self.desk.app.database.transaction() as tx:
            await tx.session.execute(sa.text(EMPTY))
        self.desk.clock.now = MORNING
        self.read, self.sent, self._seq = Read(), {}, 0
        await self.sign_in()

    async def sign_in(self) -> None:
        """Everybody has a session that lasts."""
        browser = access.Browser(user_agent="test", address="192.0.2.7")
        for name, agent_id in AGENT_IDS.items():
            account = access.Account(agent_id=agent_id, active=True, password_hash=None)
            async with self.desk.app.database.transaction() as tx:
                secret = await access.start_session(tx, account, browser=browser)
            self._clients[name].headers["Cookie"] = f"{SESSION_COOKIE}={secret}"

    async def night_falls(self) -> None:
        """It is the same time tomorrow."""
        self.desk.clock.pass_by(timedelta(days=1))
        await self.sign_in()

    async def ask(
        self,
        agent: str,
        method: str,
        path: str,
        body: object = None,
        *,
        version: int | None = None,
        params: Mapping[str, str] | None = None,
    ) -> httpx.Response:
        """An agent's request; ``{3}`` in the path is the number of ticket 3."""
        path = re.sub(r"{(\d+)}", lambda found: str(self.read.numbers[int(found[1])]), path)
        headers = {} if version is None else {"If-Match": f'"{version}"'}
        answer = await self._clients[agent].request(method, path, json=body, headers=headers, params=params)
        assert answer.status_code < 500, answer.text
        return answer

    async def mail_in(self, token: str, sender: str, channel: str, *, cc: tuple[str, ...], answers: str | None) -> None:
        """A mail of a customer whom the contact service knows."""
        mail = self.desk.mail(
            sender=MAILBOXES[sender],
            cc=tuple(MAILBOXES[name] for name in cc),
            channel=channel,
            in_reply_to=(self.read.message_ids[answers],) if answers else (),
            text=token,
            subject="A matter",
        )
        contact = CONTACTS[sender]
        await self.desk.handle(
            SenderMatched(mail_id=mail.mail_id, outcome="matched", contact_id=contact, contact_name=sender)
        )
        await self.desk.handle(mail)

    def a_minute_passes(self) -> None:
        """No mail can be taken back any more."""
        self.desk.clock.pass_by(timedelta(minutes=1, seconds=1))

    async def mails_leave(self) -> dict[str, SendMail]:
        """What the mail service is asked to send, by token."""
        gone: dict[str, SendMail] = {}
        while True:
            async with self.desk.app.database.transaction() as tx:
                claimed = await claim_due_mail(tx)
                if claimed is None:
                    self.sent |= gone
                    return gone
                gone[token_of(claimed[1].text)] = claimed[1]
                handed_over(claimed[0])

    async def mail_accepted(self, token: str) -> None:
        """A mail server takes a mail over."""
        sent = self.sent[token]
        everybody = tuple(mailbox.address for mailbox in (*sent.to, *sent.cc))
        reference = SentReference(kind="activity", id=sent.reference.id)
        accepted = MailAccepted(
            outgoing_id=sent.outgoing_id, reference=reference, message_id=sent.message_id, recipients=everybody
        )
        await self.desk.handle(accepted)

    async def change_id(self, place: int) -> UUID:
        """The id of the merge or split at this place in the order of time."""
        async with self.desk.app.database.transaction() as tx:
            changes = sa.select(StructuralChange.id).order_by(StructuralChange.id)
            return (await tx.session.scalars(changes.offset(place).limit(1))).one()

    async def customer_reads(self, customer: str, key: int) -> list[str] | None:
        """The tokens that the portal shows."""
        async with self.desk.app.database.transaction() as tx:
            found = await customer_ticket(tx, [CONTACTS[customer]], self.read.numbers[key], prefix="DS")
        return None if found is None else [token_of(one.text) for one in found.activities]

    async def look(self) -> Read:
        """Read everything anew; the events are those since the last time."""
        async with self.desk.app.database.transaction() as tx:
            tickets = (await tx.session.execute(TICKETS)).mappings().all()
            activities = (await tx.session.execute(ACTIVITIES)).mappings().all()
            watchers = (await tx.session.execute(WATCHERS)).all()
            above = sa.select(tables.outbox.c.seq, tables.outbox.c.body).where(tables.outbox.c.seq > self._seq)
            events = (await tx.session.execute(above.order_by(tables.outbox.c.seq))).all()
        keys = {row["id"]: key for key, row in enumerate(tickets)}
        read = self.read = Read(numbers={key: row["number"] for key, row in enumerate(tickets)}, ids=self.read.ids)
        for row in tickets:
            watching = {NAMES[one.agent_id] for one in watchers if one.ticket_id == row["id"]}
            read.tickets[keys[row["id"]]] = _ticket(dict(row), keys) | {"watchers": watching}
        for row in activities:
            shown = _activity(dict(row), keys)
            read.activities.setdefault(keys[row["ticket_id"]], []).append(shown)
            token = token_of(row["text"])
            if row["kind"] != "status_change":
                read.ids[token] = row["id"]
                if row["message_id"]:
                    read.message_ids[token] = row["message_id"]
        for event in events:
            self._seq = event.seq
            self._heard(json.loads(event.body), keys)
        return read

    def _heard(self, event: dict[str, Any], keys: Mapping[UUID, int]) -> None:
        if "ticket_version" in event:
            self.read.told.setdefault(keys[UUID(event["ticket_id"])], set()).add(event["ticket_version"])
            told = [NAMES[UUID(one["agent_id"])] for one in event["audience"]]
            self.read.audiences.append((event["channel"], told))


def token_of(text: str) -> str:
    """The first token in a text: its own one, before whatever it quotes."""
    found = TOKEN.search(text)
    return found[0] if found else ""


def _subscriptions(channel: Channel) -> list[dict[str, str]]:
    kinds = {"standard": channel.standard, "informal": channel.informal}
    return [
        {"agent_id": str(AGENT_IDS[name]), "kind": kind} for kind, agents in kinds.items() for name in sorted(agents)
    ]


def _ticket(row: Mapping[str, Any], keys: Mapping[UUID, int]) -> dict[str, Any]:
    contacts = {contact_id: name for name, contact_id in CONTACTS.items()}
    return {
        **{name: str(row[name]) for name in ("origin", "channel", "status", "ball")},
        "version": row["version"],
        "closed": row["closed"],
        "owner": NAMES.get(row["owner_id"]),
        "responsible": NAMES.get(row["responsible_id"]),
        "contact": contacts.get(row["contact_id"]),
        "address": BY_ADDRESS.get(row["contact_address"]),
        "merged_into": keys.get(row["merged_into"]),
    }


def _activity(row: Mapping[str, Any], keys: Mapping[UUID, int]) -> dict[str, Any]:
    trace = row["kind"] == "status_change"
    sender = row["sender"] and BY_ADDRESS.get(row["sender"]["address"])
    return {
        "what": str(row["kind"]) if trace else f"{row['kind']!s} {token_of(row['text'])}",
        "by": sender or NAMES.get(row["author_id"]),
        "home": keys[row["written_in"] or row["ticket_id"]],
        "shown": row["shown_outside"],
        "hidden": row["hidden_at"] is not None,
        "also": {keys[UUID(home)] for home in row["also_shown_in"] or ()},
    }
