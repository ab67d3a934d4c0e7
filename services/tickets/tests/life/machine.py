"""Any life of a desk: steps drawn at random, done by the desk and by the model, and compared after each one."""

from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, precondition, rule
from services.tickets.tests.life.stage import BY, CHANNEL, CUSTOMER, NUMBERS, SELDOM, SOMEBODY, in_words, some_tickets
from services.tickets.tests.life.working import Working
from services.tickets.tests.life.world import AGENTS, CHANNELS, STATUSES, TOM

ACTION = st.one_of(
    st.tuples(st.just("owner"), SOMEBODY),
    st.tuples(st.just("channel"), CHANNEL),
    st.tuples(st.just("status"), st.sampled_from(STATUSES)),
    st.tuples(st.just("watch"), st.sampled_from(AGENTS)),
)
"""What is done to many tickets at once."""

Kept = dict[int, tuple[int, dict[str, str | None]]]
"""Tickets that a bulk action changed, with the version after it and what an undo puts back."""


class DeskLife(Working):
    """A life of a desk."""

    def __init__(self) -> None:
        super().__init__()
        self._bulks: list[tuple[str, str, str, str | None, Kept]] = []

    @initialize(wrote=st.lists(st.tuples(CUSTOMER, CHANNEL), min_size=1, max_size=5))
    def in_the_morning(self, wrote: list[tuple[str, str]]) -> None:
        """A few customers wrote, each of them twice."""
        self.run(self.driver.begin())
        for sender, channel in wrote:
            self.a_customer_writes(sender, channel, None, None, 0)
            self.run(self.compare.everything())
            self.a_customer_writes(sender, channel, None, len(self.model.tickets) - 1, 0)
            self.run(self.compare.everything())

    # How tickets hang together

    @some_tickets
    @rule(
        ticket=NUMBERS,
        old=SELDOM,
        other=st.integers(1, 4),
        by=BY,
        stale=st.sampled_from((None,) * 5 + ("source", "target")),
    )
    def merge(self, ticket: int, old: bool, other: int, by: str | None, stale: str | None) -> None:
        """A ticket becomes part of another one."""
        key, into, reason = self.key(ticket, old=old), self.key(ticket + other), self.token()
        agent = self.who(by, key, into)
        self.say(f"{agent} merges {key} into {into}, because {reason}, {stale=}")
        body = {"into": self.driver.read.numbers[into], "reason": reason}
        body["into_version"] = self.version(into, stale=stale == "target")
        answer = self.ask(
            agent, "POST", f"/tickets/{{{key}}}/merge", body, version=self.version(key, stale=stale == "source")
        )
        self.same(answer, self.model.merge(agent, key, into, stale=stale, reason=reason))

    @some_tickets
    @rule(ticket=NUMBERS, by=BY, which=NUMBERS, channel=st.sampled_from((None, None, *CHANNELS)), stale=SELDOM)
    def split(self, ticket: int, by: str | None, which: int, channel: str | None, stale: bool) -> None:
        """An activity becomes a ticket of its own."""
        key, reason = self.key(ticket), self.token()
        agent, token = self.who(by, key), self.some_activity(key, which)
        if token is None:
            return
        self.say(f"{agent} splits {token} off {key} into {channel}, because {reason}, {stale=}")
        path = f"/tickets/{{{key}}}/activities/{self.driver.read.ids[token]}/split"
        body = {"reason": reason} | ({"channel": channel} if channel else {})
        answer = self.ask(agent, "POST", path, body, version=self.version(key, stale=stale))
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
        answer = self.ask(agent, "POST", f"/tickets/{{{key}}}/undo", body, version=self.version(key, stale=stale))
        self.same(answer, self.model.undo(agent, key, change, stale=stale, reason=reason))

    # The rest

    @some_tickets
    @rule(ticket=NUMBERS, old=SELDOM, by=st.sampled_from(("ada", "ada", "tom")))
    def break_glass(self, ticket: int, old: bool, by: str) -> None:
        """An administrator opens a ticket that is not theirs."""
        key, token = self.key(ticket, old=old), self.token()
        self.say(f"{by} breaks glass of {key}: {token}")
        answer = self.ask(
            by, "POST", f"/tickets/{{{key}}}/break-glass", {"reason": f"The police ask: {token}", "minutes": 300}
        )
        self.same(answer, 403 if by == TOM else self.model.break_glass(token, by, key))

    @rule()
    def night_falls(self) -> None:
        """A day is over."""
        self.say("night falls")
        self.run(self.driver.night_falls())
        self.model.night_falls()

    @some_tickets
    @rule(tickets=st.lists(NUMBERS, min_size=1, max_size=4), by=st.sampled_from(AGENTS), action=ACTION)
    def bulk(self, tickets: list[int], by: str, action: tuple[str, str | None]) -> None:
        """One thing is done to several tickets, each as it would be alone."""
        keys = sorted({ticket % len(self.model.tickets) for ticket in tickets})
        kind, value = action
        self.say(f"{by} does {kind} {value} to {keys}")
        numbers = [self.driver.read.numbers[key] for key in keys]
        body = {"numbers": numbers, "action": {"kind": kind} | in_words({kind: value})}
        answer = self.ask(by, "POST", "/tickets/bulk", body)
        assert answer.status_code == 201, answer.text
        kept: Kept = {}
        expected: dict[int, str] = {}
        for key in keys:
            ticket = self.model.tickets[key]
            version, before = ticket.version, self._before(key, kind)
            refused = self._alone(by, key, {kind: value}) >= 400
            expected[key] = "refused" if refused else "unchanged" if ticket.version == version else "done"
            if expected[key] == "done":
                kept[key] = (ticket.version, before)
        self.compare.bulk(answer.json(), expected)
        self._bulks.append((answer.json()["id"], by, kind, value, kept))

    @precondition(lambda self: bool(self._bulks))
    @rule(which=NUMBERS)
    def undo_bulk(self, which: int) -> None:
        """It is put back where nobody changed the ticket since."""
        bulk_id, by, kind, value, kept = self._bulks.pop(which % len(self._bulks))
        self.say(f"{by} takes back what was done to {[*kept]}")
        answer = self.ask(by, "POST", f"/tickets/bulk/{bulk_id}/undo")
        assert answer.status_code == 200, answer.text
        expected: dict[int, str] = {}
        for key, (version, before) in kept.items():
            same = self.model.tickets[key].version == version
            wanted = {kind: value} if kind == "watch" else before
            undone = same and self._alone(by, key, wanted, on=False) < 400
            expected[key] = "undone" if undone else "not_undone"
        self.compare.bulk(answer.json(), expected)

    def _before(self, key: int, kind: str) -> dict[str, str | None]:
        """What an undo puts back: a move may have released people and changed the status."""
        ticket = self.model.tickets[key]
        fields = {"channel": ("channel", "status", "owner", "responsible"), "watch": ()}.get(kind, (kind,))
        return {field: getattr(ticket, field) for field in fields}

    def _alone(self, by: str, key: int, wanted: dict[str, str | None], *, on: bool = True) -> int:
        if watcher := wanted.get("watch"):
            return self.model.watch(by, key, watcher, on=on)
        return self.model.patch(by, key, wanted)

    @invariant()
    def the_desk_is_as_the_model_says(self) -> None:
        """After every step: all that is stored, and a part of what everybody sees."""
        type(self).steps += 1
        self.run(self.compare.everything())

    def teardown(self) -> None:
        """At the end of a good life: what everybody sees, in all lists."""
        if self.compare.good:
            self.run(self.compare.everybody())
