"""Steps of a life in which customers write and agents work on tickets."""

import asyncio
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule
from services.tickets.tests.life.driving import AGENT_IDS, MAILBOXES
from services.tickets.tests.life.stage import (
    ACTIVITY,
    BY,
    CHANNEL,
    CUSTOMER,
    NUMBERS,
    SELDOM,
    SOME_CUSTOMER,
    SOME_STATUS,
    SOMEBODY,
    Stage,
    in_words,
    some_tickets,
)
from services.tickets.tests.life.world import AGENTS, STATUSES, TOM


class Working(Stage):
    """What happens on single tickets."""

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

    @precondition(lambda self: bool(self.model.waiting or self.model.held))
    @rule(later=st.booleans())
    def mails_leave(self, later: bool) -> None:
        """The mail service gets what waits: the same recipients, and nothing from inside."""
        if later:
            self.driver.a_minute_passes()
            self.model.a_minute_passes()
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
        key, token = self.key(ticket, old=old), self.token()
        agent = self.who(by, key)
        body: dict[str, Any] = {"text": token, "shown_outside": shown} | ({"then": {"status": then}} if then else {})
        self.say(f"{agent} writes {kind} {token} in {key}, shown {shown}, then {then}")
        answer = self.ask(agent, "POST", f"/tickets/{{{key}}}/{kind}s", body)
        self.same(answer, self.model.note(token, agent, key, kind, shown=shown, then=then))

    @some_tickets
    @rule(
        ticket=NUMBERS, old=SELDOM, by=BY, which=ACTIVITY, to=SOME_CUSTOMER, then=SOME_STATUS,
        how=st.tuples(st.booleans(), st.booleans(), st.booleans()),
    )  # fmt: skip
    def reply(
        self, ticket: int, old: bool, by: str | None, which: int | None, to: str | None, then: str | None,
        how: tuple[bool, bool, bool],
    ) -> None:  # fmt: skip
        """An answer, with what the dialog begins with; nothing from inside is quoted."""
        key, token = self.key(ticket, old=old), self.token()
        shown, quotes, held = how
        agent, answers = self.who(by, key), self.some_activity(key, which)
        self.say(f"{agent} replies {token} in {key} to {to}, answers {answers}, {shown=}, {then=}, {quotes=}, {held=}")
        named = {"activity": str(self.driver.read.ids[answers])} if answers else {}
        text = token
        if quotes:
            template = self.run(self.driver.ask(agent, "GET", f"/tickets/{{{key}}}/reply-template", params=named))
            text = f"{token}\n{self.compare.template(template, agent, key, answers)}"
        body: dict[str, Any] = {"text": text, "shown_outside": shown}
        body |= {"activity_id": named["activity"]} if answers else {}
        body |= {"to": [MAILBOXES[to].model_dump()]} if to else {}
        body |= {"then": {"status": then}} if then else {}
        body |= {"undo_seconds": 60} if held else {}
        answer = self.ask(agent, "POST", f"/tickets/{{{key}}}/replies", body)
        expected = self.model.reply(token, agent, key, answers=answers, to=to, shown=shown, then=then, held=held)
        self.same(answer, expected)

    @precondition(lambda self: bool(self.model.held))
    @rule(which=NUMBERS, by=BY, other=SELDOM, ticket=NUMBERS)
    def withdraw(self, which: int, by: str | None, other: bool, ticket: int) -> None:
        """A mail is taken back before it leaves; or something that is no such mail."""
        token: str | None = [*self.model.held][which % len(self.model.held)]
        key = self.model.activities[str(token)].lives
        if other:
            key = self.key(ticket)
            token = self.some_activity(key, which)
        if token is None:
            return
        agent = by or self.model.activities[token].by
        agent = agent if agent in AGENTS else TOM
        self.say(f"{agent} takes {token} of {key} back")
        path = f"/tickets/{{{key}}}/activities/{self.driver.read.ids[token]}/withdraw"
        self.same(self.ask(agent, "POST", path), self.model.withdraw(agent, key, token))

    @some_tickets
    @rule(
        ticket=NUMBERS, old=SELDOM, by=BY, stale=SELDOM,
        wanted=st.fixed_dictionaries(
            {},
            optional={
                "channel": CHANNEL, "owner": SOMEBODY, "responsible": SOMEBODY, "status": st.sampled_from(STATUSES),
            },
        ),
    )  # fmt: skip
    def change(self, ticket: int, old: bool, by: str | None, stale: bool, wanted: dict[str, str | None]) -> None:
        """Assign, move, close, open again; or try it with an old version."""
        key, reason = self.key(ticket, old=old), self.token()
        agent = self.who(by, key)
        self.say(f"{agent} changes {key}: {wanted}, because {reason}, {stale=}")
        body = in_words(wanted) | {"reason": reason}
        answer = self.ask(agent, "PATCH", f"/tickets/{{{key}}}", body, version=self.version(key, stale=stale))
        self.same(answer, self.model.patch(agent, key, wanted, stale=stale, reason=reason))

    @some_tickets
    @rule(ticket=NUMBERS, by=BY)
    def two_editors(self, ticket: int, by: str | None) -> None:
        """Two change it at the same moment: one of them wins."""
        key = self.key(ticket)
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
        key = self.key(ticket, old=old)
        agent = self.who(by, key)
        self.say(f"{agent} takes {key}, {stale=}")
        answer = self.ask(agent, "POST", f"/tickets/{{{key}}}/ownership", version=self.version(key, stale=stale))
        self.same(answer, self.model.take(agent, key, stale=stale))

    @some_tickets
    @rule(ticket=NUMBERS, old=SELDOM, by=BY, agent=SOMEBODY, on=st.booleans())
    def watch(self, ticket: int, old: bool, by: str | None, agent: str | None, on: bool) -> None:
        """Somebody watches, or ends to."""
        key = self.key(ticket, old=old)
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
        key, reason = self.key(ticket, old=old), self.token()
        agent, token = self.who(by, key), self.some_activity(key, which)
        if token is None:
            return
        self.say(f"{agent} makes {token} of {key} {visibility}, because {reason}, {stale=}")
        path = f"/tickets/{{{key}}}/activities/{self.driver.read.ids[token]}"
        body = {"visibility": visibility, "reason": reason}
        answer = self.ask(agent, "PATCH", path, body, version=self.version(key, stale=stale))
        self.same(answer, self.model.show(agent, key, token, visibility, stale=stale, reason=reason))
