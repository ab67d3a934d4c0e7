"""Whoever replays the events ends with what the database holds, after any history (issue 3, item 10; TS-16).

A history is drawn at random: mails, machines' mails, replies, notes, changes of every field, moves, watchers, customers
in the portal, senders that are matched, mails that are accepted and refused, two editors at once. After each step every
ticket is compared with how it was: what changed must have grown its version, and an event must tell of that version.
"""

import asyncio
import importlib.util
import json
import random
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from pydantic import SecretStr
from services.tickets.tests.conftest import SUPPORT, Desk

from chassis import streams, tables
from chassis.app import Role
from chassis.ids import new_id
from chassis.testing import NatsServer, RunApp, StandIn
from chassis.testing.servers import repository
from chassis.testing.waiting import eventually
from contracts.crm_match import SenderMatched
from contracts.ingest import (
    BouncedRecipient,
    MailAccepted,
    Mailbox,
    MailKind,
    MailQueued,
    MailRejected,
    SendMail,
    SentReference,
)
from contracts.messages import Reply, Service
from contracts.portal import Author, ReplySubmitted, TicketSubmitted
from tickets.desk.models import Activity, RecipientState, Ticket, Watcher
from tickets.staff.demo import ADA, ANNA, DORA, PETRA, TOM, VIKTOR

AGENTS = (TOM, ANNA, VIKTOR, DORA, PETRA, ADA)
CHANNELS = ("support", "sales", "backend", "recruitment")
STATUSES = ("new", "in_progress", "answered", "successfully_closed", "unsuccessfully_closed")
SENDERS = tuple(Mailbox(name=f"Sender {n}", address=f"sender{n}@pool.example") for n in range(3))
STEPS = 45

Step = Callable[["History"], Awaitable[None]]
Seen = dict[UUID, tuple[int, object]]


class History:
    """One history of a desk, from a seed."""

    def __init__(self, desk: Desk, seed: int) -> None:
        self.desk = desk
        self.rng = random.Random(seed)
        self.sent: list[Activity] = []
        self.message_ids: list[str] = []
        self.mail_ids: list[UUID] = []

    async def numbers(self) -> list[int]:
        """Every ticket."""
        async with self.desk.app.database.transaction() as tx:
            return [*await tx.session.scalars(sa.select(Ticket.number).order_by(Ticket.number))]

    async def some_ticket(self) -> Ticket | None:
        """One of them."""
        numbers = await self.numbers()
        return await self.desk.ticket(self.rng.choice(numbers)) if numbers else None

    async def ask(self, method: str, path: str, **fields: Any) -> Any:  # noqa: ANN401  # what JSON holds
        """Some agent does something; being refused is part of life."""
        agents = self.rng.sample(AGENTS, 3)
        answer = await (await self.desk.browser(agents[0])).request(method, path, **fields)
        for agent_id in agents[1:]:
            if answer.status_code == 404:
                answer = await (await self.desk.browser(agent_id)).request(method, path, **fields)
        assert answer.status_code in {200, 201, 204, 403, 404, 409, 422}, answer.text
        return answer


async def mails(history: History) -> None:
    """A batch of mails: new matters and answers to old ones, also to one of the same batch."""
    batch = []
    for _ in range(history.rng.randint(1, 3)):
        thread = (
            (history.rng.choice(history.message_ids),) if history.message_ids and history.rng.random() < 0.6 else ()
        )
        mail = history.desk.mail(
            sender=history.rng.choice(SENDERS),
            to=(SUPPORT, history.rng.choice(SENDERS)),
            channel=history.rng.choice([*CHANNELS, "nowhere"]),
            in_reply_to=thread,
            kind=history.rng.choice([MailKind.HUMAN] * 4 + [MailKind.AUTO_REPLY, MailKind.BULK]),
        )
        history.message_ids.append(str(mail.message_id))
        history.mail_ids.append(mail.mail_id)
        batch.append(mail)
    await history.desk.handle(*batch)


async def bounce(history: History) -> None:
    """A mail of ours comes back."""
    if history.sent:
        sent = history.rng.choice(history.sent)
        await history.desk.handle(
            history.desk.mail(
                kind=MailKind.BOUNCE,
                reported_message_id=sent.message_id,
                bounced=(BouncedRecipient(address=sent.to[0]["address"], reason="gone"),),
            )
        )


async def reply(history: History) -> None:
    """An agent answers."""
    if ticket := await history.some_ticket():
        answer = await history.ask("POST", f"/tickets/{ticket.number}/replies", json={"text": "An answer"})
        if answer.status_code == 201:
            async with history.desk.app.database.transaction() as tx:
                history.sent.append(await tx.session.get_one(Activity, UUID(answer.json()["id"])))


async def verdict(history: History) -> None:
    """A mail server takes a mail of ours, or refuses it, for some of its recipients."""
    if not history.sent:
        return
    sent = history.rng.choice(history.sent)
    everybody = [mailbox["address"] for mailbox in (*sent.to, *sent.cc)]
    some = tuple(history.rng.sample(everybody, history.rng.randint(1, len(everybody))))
    about: dict[str, Any] = {
        "outgoing_id": await history.desk.outgoing_id(sent),
        "reference": SentReference(kind="activity", id=sent.id),
        "recipients": some,
        "message_id": sent.message_id or "",
    }
    if history.rng.random() < 0.7:
        for _ in range(history.rng.randint(1, 2)):
            await history.desk.handle(MailAccepted(**about))
    else:
        await history.desk.handle(MailRejected(**about, reason="550 no"))


async def note(history: History) -> None:
    """A note or a call."""
    if ticket := await history.some_ticket():
        kind = history.rng.choice(["notes", "calls"])
        body = {"text": "Something", "shown_outside": history.rng.random() < 0.3}
        await history.ask("POST", f"/tickets/{ticket.number}/{kind}", json=body)


def some_changes(rng: random.Random) -> dict[str, Any]:
    """Any fields of a ticket."""
    values: dict[str, Any] = {
        "status": rng.choice(STATUSES),
        "channel": rng.choice(CHANNELS),
        "owner_id": rng.choice([None, *map(str, AGENTS)]),
        "responsible_id": rng.choice([None, *map(str, AGENTS)]),
        "priority": rng.choice(["low", "normal", "high", "urgent"]),
        "subject": f"Subject {rng.randint(1, 3)}",
        "contact_id": None,
    }
    return {name: values[name] for name in rng.sample([*values], rng.randint(1, 3))}


async def change(history: History) -> None:
    """One editor, or two at once with the same version."""
    if ticket := await history.some_ticket():
        headers = {"If-Match": f'"{ticket.version}"'}
        editors = [
            history.ask("PATCH", f"/tickets/{ticket.number}", json=some_changes(history.rng), headers=headers)
            for _ in range(history.rng.choice([1, 1, 2]))
        ]
        await asyncio.gather(*editors)


async def take(history: History) -> None:
    """Somebody takes the ticket."""
    if ticket := await history.some_ticket():
        headers = {"If-Match": f'"{ticket.version}"'}
        await history.ask("POST", f"/tickets/{ticket.number}/ownership", headers=headers)


async def watch(history: History) -> None:
    """Somebody begins or ends to watch."""
    if ticket := await history.some_ticket():
        who = history.rng.choice(["me", *map(str, AGENTS)])
        await history.ask(history.rng.choice(["PUT", "DELETE"]), f"/tickets/{ticket.number}/watchers/{who}")


async def opened(history: History) -> None:
    """An agent opens a ticket."""
    body = {
        "kind": history.rng.choice(["enquiry", "internal"]),
        "channel": history.rng.choice(CHANNELS),
        "subject": "By hand",
        "text": "Text",
        "status": history.rng.choice([None, *STATUSES]),
    }
    await history.ask("POST", "/tickets", json={name: value for name, value in body.items() if value})


async def matched(history: History) -> None:
    """The contact service says who a sender is, or that there are several."""
    if history.mail_ids:
        known = history.rng.random() < 0.6
        await history.desk.handle(
            SenderMatched(
                mail_id=history.rng.choice(history.mail_ids),
                outcome="matched" if known else "ambiguous",
                contact_id=UUID(int=history.rng.randint(1, 3)) if known else None,
                contact_name="A Contact" if known else None,
                candidates=() if known else (UUID(int=1), UUID(int=2)),
            )
        )


async def customer(history: History) -> None:
    """A customer opens a ticket in the portal, or answers in one."""
    contact = UUID(int=history.rng.randint(1, 3))
    author = Author(contact_id=contact, name="A Contact", address="contact@pool.example")
    common: dict[str, Any] = {"author": author, "submitted_at": history.desk.clock(), "text": "From the portal"}
    numbers = await history.numbers()
    if numbers and history.rng.random() < 0.7:
        number = history.rng.choice(numbers)
        submitted = ReplySubmitted(submission_id=new_id(), contact_ids=(contact,), number=number, **common)
        await history.desk.handle(submitted)
    else:
        channel = history.rng.choice(CHANNELS)
        await history.desk.handle(TicketSubmitted(submission_id=new_id(), channel=channel, subject="Portal", **common))


STEPS_AND_WEIGHTS: tuple[tuple[Step, int], ...] = (
    (mails, 5), (bounce, 1), (reply, 4), (verdict, 4), (note, 3), (change, 7),
    (take, 2), (watch, 3), (opened, 2), (matched, 2), (customer, 3),
)  # fmt: skip


async def run(history: History, *, steps: int) -> None:
    """Live through it, and look after each step whether every change was told."""
    before: Seen = {}
    read = 0
    for _ in range(steps):
        [step] = history.rng.choices(*zip(*STEPS_AND_WEIGHTS, strict=True))
        await step(history)
        after = await everything(history.desk)
        told, read = await versions_told(history.desk, above=read)
        for ticket_id, (version, seen) in after.items():
            version_before, seen_before = before.get(ticket_id, (0, None))
            if seen != seen_before:
                assert version > version_before, f"{step.__name__}: {seen_before} became {seen} without a version"
            new = {number for number in told.get(ticket_id, set()) if number > version_before}
            assert new == set(range(version_before + 1, version + 1)), f"{step.__name__}: not every version was told"
        before = after


async def everything(desk: Desk) -> Seen:
    """Version, and all that somebody could see of each ticket."""
    async with desk.app.database.transaction() as tx:
        session = tx.session
        tickets = (await session.scalars(sa.select(Ticket))).all()
        activities = (await session.execute(sa.select(Activity.ticket_id, Activity.id).order_by(Activity.id))).all()
        watchers = (await session.execute(sa.select(Watcher.ticket_id, Watcher.agent_id))).all()
        states = sa.select(Activity.ticket_id, RecipientState.address, RecipientState.state, RecipientState.activity_id)
        deliveries = (await session.execute(states.join(Activity, Activity.id == RecipientState.activity_id))).all()
    fields = [column.key for column in sa.inspect(Ticket).columns if column.key not in {"version", "subject_words"}]
    return {
        ticket.id: (
            ticket.version,
            (
                {name: getattr(ticket, name) for name in fields},
                [row.id for row in activities if row.ticket_id == ticket.id],
                sorted(row.agent_id for row in watchers if row.ticket_id == ticket.id),
                sorted(map(str, (row for row in deliveries if row.ticket_id == ticket.id))),
            ),
        )
        for ticket in tickets
    }


async def outbox(desk: Desk, *, above: int = 0) -> list[tuple[int, str, dict[str, Any]]]:
    """Number, type and body of every event of a ticket, in the order of the stream."""
    async with desk.app.database.transaction() as tx:
        table = tables.outbox.c
        rows = await tx.session.execute(sa.select(tables.outbox).where(table.seq > above).order_by(table.seq))
        events = [(row.seq, row.headers["ce-type"], json.loads(row.body)) for row in rows]
    return [event for event in events if "ticket_version" in event[2]]


async def versions_told(desk: Desk, *, above: int) -> tuple[dict[UUID, set[int]], int]:
    """The versions of each ticket that events above this number tell of, and the highest number."""
    found: dict[UUID, set[int]] = {}
    states: dict[tuple[str, int], set[tuple[object, ...]]] = {}
    for number, kind, event in await outbox(desk, above=above):
        above = number
        found.setdefault(UUID(event["ticket_id"]), set()).add(event["ticket_version"])
        if ".ticket_left_channel." not in kind:
            state = (event["channel"], event["status"], event["owner_id"], event["responsible_id"])
            states.setdefault((event["ticket_id"], event["ticket_version"]), set()).add(state)
    assert all(len(same) == 1 for same in states.values()), "events of one version tell different states"
    return found, above


def mirror() -> Callable[[dict[str, Any], str, dict[str, Any]], bool]:
    """The rule that the how-to page gives to integrators, from its own program."""
    spec = importlib.util.spec_from_file_location("mirror", Path(repository(), "docs/how-to/mirror.py"))
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    take_over: Callable[[dict[str, Any], str, dict[str, Any]], bool] = module.take_over
    return take_over


async def in_database(desk: Desk) -> dict[str, Any]:
    """The same facts as the copy has, from the tables."""
    async with desk.app.database.transaction() as tx:
        tickets = (await tx.session.scalars(sa.select(Ticket))).all()
    return {
        str(ticket.id): {
            "number": ticket.number,
            "channel": ticket.channel,
            "status": ticket.status,
            "owner_id": str(ticket.owner_id) if ticket.owner_id else None,
            "responsible_id": str(ticket.responsible_id) if ticket.responsible_id else None,
            "ticket_version": ticket.version,
        }
        for ticket in tickets
    }


@pytest.mark.parametrize("seed", range(8))
async def test_replaying_the_events_of_any_history_ends_with_what_the_database_holds(desk: Desk, seed: int) -> None:
    await run(History(desk, seed), steps=STEPS)
    take_over, expected = mirror(), await in_database(desk)
    events = await outbox(desk)
    assert len(expected) > 2
    assert len(events) > 25
    assert {kind.split(".")[2] for _, kind, _ in events} >= {"ticket_opened", "activity_added", "ticket_changed"}
    in_order: dict[str, Any] = {}
    for _, kind, event in events:
        take_over(in_order, kind, event)
    assert in_order == expected
    rng = random.Random(seed)
    for _ in range(20):
        # A failed event comes again, behind what was published after it; an acknowledgement that is lost does the same.
        delivered = events + rng.sample(events, len(events) // 3)
        delivered = sorted(delivered, key=lambda event: event[0] + rng.choice([0, 0, 0, rng.randint(0, 60)]))
        copy: dict[str, Any] = {}
        for _, kind, event in delivered:
            take_over(copy, kind, event)
        assert copy == expected


async def test_an_integrator_who_reads_the_stream_from_its_start_ends_with_what_the_database_holds(
    desk: Desk, nats: NatsServer, run_app: RunApp, stand_in: StandIn
) -> None:
    """The same on the real bus: through relay and stream, with the integrator's own rights (TS-16)."""

    async def queue(mail: SendMail) -> Reply:
        return MailQueued(outgoing_id=mail.outgoing_id)

    await stand_in(Service.INGEST, {SendMail: queue})
    await run_app(desk.app, Role.WORKER)
    await run(History(desk, 99), steps=30)
    settings = streams.StreamSettings(
        nats_url=nats.url, nats_user="integrator", nats_password=SecretStr(nats.passwords["integrator"])
    )

    async def published() -> bool:
        async with desk.app.database.transaction() as tx:
            waiting = (
                sa.select(sa.func.count()).select_from(tables.outbox).where(tables.outbox.c.published_at.is_(None))
            )
            return await tx.session.scalar(waiting) == 0

    await eventually(published)
    integrator = await streams.connect(settings)
    try:
        changes = await integrator.jetstream().pull_subscribe("tickets.evt.*.*.*", durable="mirror", stream="TICKETS")
        take_over = mirror()
        copy: dict[str, Any] = {}
        while True:
            try:
                messages = await changes.fetch(100, timeout=1)
            except TimeoutError:
                break
            for message in messages:
                take_over(copy, (message.headers or {})["ce-type"], json.loads(message.data))
                await message.ack()
    finally:
        await integrator.close()
    assert copy == await in_database(desk)
