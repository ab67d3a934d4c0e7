"""Any life of a desk: steps drawn at random, done by the desk and by the model, and compared after each one.

A step names its tickets, activities and agents by small numbers, so that a failing life can be shortened. What happened
is written into ``story``, line by line; hypothesis prints it for the shortest life that fails.
"""

import asyncio
from collections.abc import Coroutine
from typing import Any, ClassVar, TypeVar
from uuid import UUID

from hypothesis import note
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from services.tickets.tests.life.comparing import Comparing
from services.tickets.tests.life.driving import AGENT_IDS, MAILBOXES, Driver
from services.tickets.tests.life.model import TRACE, Activity
from services.tickets.tests.life.restructuring import Life
from services.tickets.tests.life.world import AGENTS, CHANNELS, CUSTOMERS, STATUSES, TOM

T = TypeVar("T")

NUMBERS = st.integers(0, 7)
BY = st.sampled_from((None, None, None, *AGENTS))
"""Who does it; None is somebody who may."""
SELDOM = st.sampled_from((False, False, False, False, True))
CHANNEL = st.sampled_from([*CHANNELS])
CUSTOMER = st.sampled_from(CUSTOMERS)
SOME_CUSTOMER = st.sampled_from((None, None, *CUSTOMERS))
SOMEBODY = st.sampled_from((None, *AGENTS))
SOME_STATUS = st.sampled_from((None, None, None, *STATUSES))
ACTIVITY = st.one_of(st.none(), st.integers(0, 5))
"""An activity of the ticket, counted from the newest; None names none."""

some_tickets = precondition(lambda self: bool(self.model.tickets))


class DeskLife(RuleBasedStateMachine):
    """A life of a desk. ``driver`` and ``loop`` are given by the test."""

    driver: ClassVar[Driver]
    loop: ClassVar[asyncio.AbstractEventLoop]
    lives: ClassVar[int] = 0
    steps: ClassVar[int] = 0

    def __init__(self) -> None:
        super().__init__()
        self.model = Life()
        self.compare = Comparing(self.model, self.driver)
        self._tokens = 0
        self._bulks: list[tuple[UUID, str, str, dict[int, tuple[int, dict[str, str | None]]]]] = []
        type(self).lives += 1

    @initialize(wrote=st.lists(st.tuples(CUSTOMER, CHANNEL), min_size=1, max_size=4))
    def in_the_morning(self, wrote: list[tuple[str, str]]) -> None:
        """A few mails are there."""
        self.run(self.driver.begin())
        for sender, channel in wrote:
            self.a_customer_writes(sender, channel, None, None, 0)

    # Mails

    @rule(sender=CUSTOMER, channel=CHANNEL, cc=SOME_CUSTOMER, ticket=st.one_of(st.none(), NUMBERS), which=NUMBERS)
    def a_customer_writes(self, sender: str, channel: str, cc: str | None, ticket: int | None, which: int) -> None:
        """A mail, in answer to one of a ticket or to none."""
        mails = [] if ticket is None else [one for one in self.acts(self.living(ticket)) if one.mail]
        answers = mails[-1 - which % len(mails)].token if mails else None
        token, copies = self.token(), (cc,) if cc and cc != sender else ()
        self.say(f"{sender} writes {token} to {channel}, cc {cc}, in answer to {answers}")
        self.run(self.driver.mail_in(token, sender, channel, cc=copies, answers=answers))
        self.model.mail_in(token, sender, channel, cc=copies, answers=answers)

    @precondition(lambda self: bool(self.model.waiting))
    @rule()
    def mails_leave(self) -> None:
        """The mail service gets what waits: the same recipients, and nothing from inside."""
        self.say(f"{self.model.waiting} leave")
        gone = self.run(self.driver.mails_leave())
        expected = self.model.mails_leave()
        self.compare.mails(gone, expected)

    @precondition(lambda self: bool(self.model.leaving))
    @rule(which=NUMBERS)
    def a_server_accepts(self, which: int) -> None:
        """A mail server takes a mail over, possibly not for the first time."""
        token = self.model.leaving[which % len(self.model.leaving)]
        self.say(f"{token} is accepted")
        self.run(self.driver.mail_accepted(token))
        self.model.mail_accepted(token)

    # Work on a ticket

    @rule(
        by=st.sampled_from(AGENTS), kind=st.sampled_from(("email", "enquiry", "internal")), channel=CHANNEL, to=CUSTOMER
    )
    def open_ticket(self, by: str, kind: str, channel: str, to: str) -> None:
        """An agent opens a ticket."""
        token = self.token()
        body: dict[str, Any] = {"kind": kind, "channel": channel, "subject": "By hand", "text": token}
        if kind == "email":
            body["to"] = [MAILBOXES[to].model_dump()]
        self.say(f"{by} opens {kind} {token} in {channel}, to {to}")
        answer = self.ask(by, "POST", "/tickets", body)
        self.same(answer, self.model.open_by_agent(token, by, kind, channel, to=to))

    @some_tickets
    @rule(ticket=NUMBERS, old=SELDOM, by=BY, kind=st.sampled_from(("note", "call")), shown=SELDOM, then=SOME_STATUS)
    def write_inside(self, ticket: int, old: bool, by: str | None, kind: str, shown: bool, then: str | None) -> None:
        """A note or a call."""
        key, token = self.key(ticket, old), self.token()
        agent = self.who(by, key)
        body: dict[str, Any] = {"text": token, "shown_outside": shown} | ({"then": {"status": then}} if then else {})
        self.say(f"{agent} writes {kind} {token} in {key}, shown {shown}, then {then}")
        answer = self.ask(agent, "POST", f"/tickets/{{{key}}}/{kind}s", body)
        self.same(answer, self.model.note(token, agent, key, kind, shown=shown, then=then))

    @some_tickets
    @rule(
        ticket=NUMBERS, old=SELDOM, by=BY, which=ACTIVITY, to=SOME_CUSTOMER, shown=st.booleans(), then=SOME_STATUS,
        quotes=st.booleans(),
    )  # fmt: skip
    def reply(
        self, ticket: int, old: bool, by: str | None, which: int | None, to: str | None, shown: bool, then: str | None,
        quotes: bool,
    ) -> None:  # fmt: skip
        """An answer, with what the dialog begins with; nothing from inside is quoted."""
        key, token = self.key(ticket, old), self.token()
        agent, answers = self.who(by, key), self.some_activity(key, which)
        self.say(f"{agent} replies {token} in {key} to {to}, answers {answers}, {shown=}, {then=}, {quotes=}")
        named = {"activity": str(self.driver.read.ids[answers])} if answers else {}
        text = token
        if quotes:
            template = self.run(self.driver.ask(agent, "GET", f"/tickets/{{{key}}}/reply-template", **named))
            text = f"{token}\n{self.compare.template(template, agent, key, answers)}"
        body: dict[str, Any] = {"text": text, "shown_outside": shown}
        body |= {"activity_id": named["activity"]} if answers else {}
        body |= {"to": [MAILBOXES[to].model_dump()]} if to else {}
        body |= {"then": {"status": then}} if then else {}
        answer = self.ask(agent, "POST", f"/tickets/{{{key}}}/replies", body)
        self.same(answer, self.model.reply(token, agent, key, answers=answers, to=to, shown=shown, then=then))

    @some_tickets
    @rule(
        ticket=NUMBERS, old=SELDOM, by=BY, stale=SELDOM,
        wanted=st.fixed_dictionaries(
            {}, optional={"channel": CHANNEL, "owner": SOMEBODY, "responsible": SOMEBODY, "status": st.sampled_from(STATUSES)}
        ),
    )  # fmt: skip
    def change(self, ticket: int, old: bool, by: str | None, stale: bool, wanted: dict[str, str | None]) -> None:
        """Assign, move, close, open again; or try it with an old version."""
        key, reason = self.key(ticket, old), self.token()
        agent = self.who(by, key)
        self.say(f"{agent} changes {key}: {wanted}, because {reason}, {stale=}")
        body = in_words(wanted) | {"reason": reason}
        answer = self.ask(agent, "PATCH", f"/tickets/{{{key}}}", body, version=self.version(key, stale))
        self.same(answer, self.model.patch(agent, key, wanted, stale=stale, reason=reason))

    @some_tickets
    @rule(ticket=NUMBERS, by=BY)
    def two_editors(self, ticket: int, by: str | None) -> None:
        """Two change it at the same moment: one of them wins."""
        key = self.key(ticket, False)
        agent, version = self.who(by, key), self.version(key, stale=False)
        self.say(f"{agent} changes {key} twice at once")

        async def both() -> list[int]:
            asked = (
                self.driver.ask(agent, "PATCH", f"/tickets/{{{key}}}", {"subject": self.token()}, version=version)
                for _ in range(2)
            )
            return sorted(answer.status_code for answer in await asyncio.gather(*asked))

        statuses = self.run(both())
        expected = self.model.rename(agent, key)
        assert statuses == ([200, 409] if expected == 200 else [expected] * 2), statuses

    @some_tickets
    @rule(ticket=NUMBERS, old=SELDOM, by=BY, stale=SELDOM)
    def take(self, ticket: int, old: bool, by: str | None, stale: bool) -> None:
        """Somebody becomes the owner."""
        key = self.key(ticket, old)
        agent = self.who(by, key)
        self.say(f"{agent} takes {key}, {stale=}")
        answer = self.ask(agent, "POST", f"/tickets/{{{key}}}/ownership", version=self.version(key, stale))
        self.same(answer, self.model.take(agent, key, stale=stale))

    @some_tickets
    @rule(ticket=NUMBERS, old=SELDOM, by=BY, agent=SOMEBODY, on=st.booleans())
    def watch(self, ticket: int, old: bool, by: str | None, agent: str | None, on: bool) -> None:
        """Somebody watches, or ends to."""
        key = self.key(ticket, old)
        doer = self.who(by, key)
        watcher = agent or doer
        self.say(f"{doer} lets {watcher} watch {key}: {on}")
        path = f"/tickets/{{{key}}}/watchers/{AGENT_IDS[watcher]}"
        answer = self.ask(doer, "PUT" if on else "DELETE", path)
        self.same(answer, self.model.watch(doer, key, watcher, on=on))

    @some_tickets
    @rule(
        ticket=NUMBERS, old=SELDOM, by=BY, which=NUMBERS, stale=SELDOM,
        visibility=st.sampled_from(("hidden", "inside", "outside")),
    )  # fmt: skip
    def show(self, ticket: int, old: bool, by: str | None, which: int, stale: bool, visibility: str) -> None:
        """An activity is shown or hidden."""
        key, reason = self.key(ticket, old), self.token()
        agent, token = self.who(by, key), self.some_activity(key, which)
        if token is None:
            return
        self.say(f"{agent} makes {token} of {key} {visibility}, because {reason}, {stale=}")
        path = f"/tickets/{{{key}}}/activities/{self.driver.read.ids[token]}"
        body = {"visibility": visibility, "reason": reason}
        answer = self.ask(agent, "PATCH", path, body, version=self.version(key, stale))
        self.same(answer, self.model.show(agent, key, token, visibility, stale=stale, reason=reason))

    # How tickets hang together

    @some_tickets
    @rule(ticket=NUMBERS, old=SELDOM, other=NUMBERS, by=BY, stale=st.sampled_from((None,) * 5 + ("source", "target")))
    def merge(self, ticket: int, old: bool, other: int, by: str | None, stale: str | None) -> None:
        """A ticket becomes part of another one."""
        key, into, reason = self.key(ticket, old), self.key(other, False), self.token()
        agent = self.who(by, key, into)
        self.say(f"{agent} merges {key} into {into}, because {reason}, {stale=}")
        body = {"into": self.driver.read.numbers[into], "reason": reason}
        body["into_version"] = self.version(into, stale == "target")
        answer = self.ask(
            agent, "POST", f"/tickets/{{{key}}}/merge", body, version=self.version(key, stale == "source")
        )
        self.same(answer, self.model.merge(agent, key, into, stale=stale, reason=reason))

    @some_tickets
    @rule(ticket=NUMBERS, by=BY, which=NUMBERS, channel=st.sampled_from((None, None, *CHANNELS)), stale=SELDOM)
    def split(self, ticket: int, by: str | None, which: int, channel: str | None, stale: bool) -> None:
        """An activity becomes a ticket of its own."""
        key, reason = self.key(ticket, False), self.token()
        agent, token = self.who(by, key), self.some_activity(key, which)
        if token is None:
            return
        self.say(f"{agent} splits {token} off {key} into {channel}, because {reason}, {stale=}")
        path = f"/tickets/{{{key}}}/activities/{self.driver.read.ids[token]}/split"
        body = {"reason": reason} | ({"channel": channel} if channel else {})
        answer = self.ask(agent, "POST", path, body, version=self.version(key, stale))
        self.same(answer, self.model.split(agent, key, token, channel, stale=stale, reason=reason))

    @precondition(lambda self: bool(self.model.changes))
    @rule(which=NUMBERS, other=SELDOM, by=BY, stale=SELDOM)
    def undo(self, which: int, other: bool, by: str | None, stale: bool) -> None:
        """A merge or a split is taken back."""
        change = self.model.changes[-1 - which % len(self.model.changes)]
        key, reason = change.other if other else change.ticket, self.token()
        agent = self.who(by, change.ticket)
        self.say(f"{agent} undoes the {change.kind} of {change.other} and {change.ticket} at {key}, {stale=}")
        body = {"change_id": str(self.run(self.driver.change_id(self.model.changes.index(change)))), "reason": reason}
        answer = self.ask(agent, "POST", f"/tickets/{{{key}}}/undo", body, version=self.version(key, stale))
        self.same(answer, self.model.undo(agent, key, change, stale=stale, reason=reason))

    # The rest

    @some_tickets
    @rule(ticket=NUMBERS, old=SELDOM, by=st.sampled_from(("ada", "ada", "tom")))
    def break_glass(self, ticket: int, old: bool, by: str) -> None:
        """An administrator opens a ticket that is not theirs."""
        key, token = self.key(ticket, old), self.token()
        self.say(f"{by} breaks glass of {key}: {token}")
        answer = self.ask(by, "POST", f"/tickets/{{{key}}}/break-glass", {"reason": f"The police ask: {token}"})
        self.same(answer, 403 if by == TOM else self.model.break_glass(token, by, key))

    @rule()
    def night_falls(self) -> None:
        """A day is over."""
        self.say("night falls")
        self.run(self.driver.night_falls())
        self.model.night_falls()

    @some_tickets
    @rule(
        tickets=st.lists(NUMBERS, min_size=1, max_size=4), by=st.sampled_from(AGENTS),
        action=st.one_of(
            st.tuples(st.just("owner"), SOMEBODY), st.tuples(st.just("channel"), CHANNEL),
            st.tuples(st.just("status"), st.sampled_from(STATUSES)), st.tuples(st.just("watch"), st.sampled_from(AGENTS)),
        ),
    )  # fmt: skip
    def bulk(self, tickets: list[int], by: str, action: tuple[str, str | None]) -> None:
        """One thing is done to several tickets, each as it would be alone."""
        keys = sorted({ticket % len(self.model.tickets) for ticket in tickets})
        kind, value = action
        self.say(f"{by} does {kind} {value} to {keys}")
        body = {"kind": kind} | (
            {"agent_id": str(AGENT_IDS[value])} if kind == "watch" and value else in_words({kind: value})
        )
        numbers = [self.driver.read.numbers[key] for key in keys]
        answer = self.ask(by, "POST", "/tickets/bulk", {"numbers": numbers, "action": body})
        assert answer.status_code == 201, answer.text
        done: dict[int, tuple[int, dict[str, str | None]]] = {}
        expected: dict[int, str] = {}
        for key in keys:
            found = self.model.tickets[key]
            before, names = (
                found.version,
                ("channel", "status", "owner", "responsible") if kind == "channel" else (kind,),
            )
            kept = {} if kind == "watch" else {name: getattr(found, name) for name in names}
            ok = (
                self.model.watch(by, key, str(value), on=True)
                if kind == "watch"
                else self.model.patch(by, key, {kind: value})
            )
            expected[key] = "refused" if ok >= 400 else "unchanged" if found.version == before else "done"
            if expected[key] == "done":
                done[key] = (found.version, kept)
        self.compare.bulk(answer.json(), expected)
        self._bulks.append((UUID(answer.json()["id"]), by, str(value) if kind == "watch" else "", done))

    @precondition(lambda self: bool(self._bulks))
    @rule(which=NUMBERS)
    def undo_bulk(self, which: int) -> None:
        """It is put back where nobody changed the ticket since."""
        bulk_id, by, watcher, done = self._bulks.pop(which % len(self._bulks))
        self.say(f"{by} takes back what was done to {[*done]}")
        answer = self.ask(by, "POST", f"/tickets/bulk/{bulk_id}/undo")
        assert answer.status_code == 200, answer.text
        expected: dict[int, str] = {}
        for key, (version, kept) in sorted(done.items()):
            refused = self.model.refusal(by, key, changes=not watcher)
            if refused or self.model.tickets[key].version != version:
                expected[key] = "not_undone"
            elif watcher:
                expected[key] = "undone" if self.model.watch(by, key, watcher, on=False) < 400 else "not_undone"
            else:
                expected[key] = "undone" if self.model.patch(by, key, kept) < 400 else "not_undone"
        self.compare.bulk(answer.json(), expected)

    @invariant()
    def the_desk_is_as_the_model_says(self) -> None:
        """After every step: all that is stored, and a part of what everybody sees."""
        type(self).steps += 1
        self.run(self.compare.everything())

    def teardown(self) -> None:
        """At the end of a good life: what everybody sees, in all lists."""
        if self.compare.good:
            self.run(self.compare.everybody())

    # What the rules share

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Do it now; only the comparison after it says that it was good."""
        self.compare.good = False
        return self.loop.run_until_complete(work)

    def say(self, line: str) -> None:
        """A line of the story."""
        note(f"    # {line}")

    def token(self) -> str:
        """A text that occurs nowhere else."""
        self._tokens += 1
        return f"tok{self._tokens}x"

    def ask(self, agent: str, method: str, path: str, body: Any = None, *, version: int | None = None) -> Any:  # noqa: ANN401
        """An agent's request."""
        return self.run(self.driver.ask(agent, method, path, body, version=version))

    def same(self, answer: Any, expected: int) -> None:  # noqa: ANN401
        """The desk answered as the model says."""
        assert answer.status_code == expected, f"{answer.status_code}, not {expected}: {answer.text}"

    def key(self, ticket: int, old: bool) -> int:
        """The ticket with this number; unless it is to be an ``old`` number, the one that it is part of now."""
        key = ticket % len(self.model.tickets)
        return key if old else self.model.living(key).key

    def living(self, ticket: int) -> int | None:
        """The same, None where there is no ticket at all."""
        return self.key(ticket, False) if self.model.tickets else None

    def acts(self, key: int | None) -> list[Activity]:
        """The activities of a ticket."""
        return [] if key is None else self.model.of(key)

    def some_activity(self, key: int, which: int | None) -> str | None:
        """An activity of a ticket that says something."""
        said = [one for one in self.model.of(self.model.living(key).key) if one.kind != TRACE]
        return said[-1 - which % len(said)].token if said and which is not None else None

    def who(self, by: str | None, *keys: int) -> str:
        """The agent, or the first one who may change all of these."""
        if by is not None:
            return by
        able = (agent for agent in AGENTS if not any(self.model.refusal(agent, key) for key in keys))
        return next(able, TOM)

    def version(self, key: int, stale: bool) -> int:
        """The version that an agent has seen."""
        version = self.model.tickets[key].version
        return version if not stale else version - 1 or 2


def in_words(wanted: dict[str, str | None]) -> dict[str, str | None]:
    """Fields as the API has them."""
    return {
        name if name in {"channel", "status"} else f"{name}_id": str(AGENT_IDS[value])
        if name in {"owner", "responsible"} and value
        else value
        for name, value in wanted.items()
    }
