"""What the desk holds and shows, beside what the model says."""

from collections.abc import Mapping
from typing import Any

import httpx
from services.tickets.tests.life.driving import BY_ADDRESS, TOKEN, Driver, token_of
from services.tickets.tests.life.model import TRACE
from services.tickets.tests.life.restructuring import Life
from services.tickets.tests.life.world import AGENTS, CHANNELS, CUSTOMERS

from contracts.ingest import SendMail

LISTS: dict[str, dict[str, str]] = {
    "overview": {"list": "overview"},
    "my_tickets": {"list": "mine"},
    "open": {"category": "open"},
    "mine": {"owner": "me", "category": "open"},
    "watched": {"watcher": "me"},
    "no_owner": {"prefilter": "no_owner"},
    "new": {"prefilter": "new"},
    "action_required": {"prefilter": "action_required"},
    "handled_today": {"prefilter": "handled_today"},
    "handled_yesterday": {"prefilter": "handled_yesterday"},
}
COUNTED = ("new", "mine", "open", "action_required", "no_owner", "handled_today", "handled_yesterday")


class Comparing:
    """Compares after each step; the parts that cost most take turns."""

    def __init__(self, model: Life, driver: Driver) -> None:
        self.model = model
        self.driver = driver
        self.good = True
        self._turn = 0
        self._quoted: set[str] = set()
        self._versions: dict[int, int] = {}

    async def everything(self) -> None:
        """All that is stored, what was told, and what one agent and one customer see."""
        read = await self.driver.look()
        for key, ticket in self.model.tickets.items():
            assert read.tickets.get(key) == self._ticket(key), f"ticket {key}"
            assert read.activities.get(key, []) == self._activities(key), f"activities of ticket {key}"
            told = read.told.get(key, set())
            assert told == set(range(self._versions.get(key, 0) + 1, ticket.version + 1)), f"told of ticket {key}"
            self._versions[key] = ticket.version
        assert len(read.tickets) == len(self.model.tickets)
        for channel, told_ones in read.audiences:
            assert all(CHANNELS[channel].sees(agent) for agent in told_ones), f"{told_ones} are told of {channel}"
        await self._one_view()
        self.good = True

    async def _one_view(self) -> None:
        self._turn += 1
        agent = AGENTS[self._turn // 3 % len(AGENTS)]
        key = self._turn // 3 % len(self.model.tickets)
        match self._turn % 3:
            case 0:
                await self.counters(agent)
            case 1:
                await self.listed(agent, [*LISTS][self._turn * 7 % len(LISTS)])
            case _:
                await self.opened(agent, key)
        await self.portal(CUSTOMERS[self._turn % len(CUSTOMERS)], key)

    async def everybody(self) -> None:
        """What everybody sees."""
        for agent in AGENTS:
            await self.counters(agent)
            for name in ("overview", "my_tickets", [*LISTS][self._turn % len(LISTS)]):
                await self.listed(agent, name)
            for key in self.model.tickets:
                await self.opened(agent, key)
        for customer in CUSTOMERS:
            for key in self.model.tickets:
                await self.portal(customer, key)

    def _ticket(self, key: int) -> dict[str, Any]:
        ticket = self.model.tickets[key]
        same = (
            "origin",
            "channel",
            "status",
            "ball",
            "version",
            "closed",
            "owner",
            "responsible",
            "contact",
            "address",
        )
        return {name: getattr(ticket, name) for name in (*same, "merged_into", "watchers")}

    def _activities(self, key: int) -> list[dict[str, Any]]:
        return [
            {
                "what": one.kind if one.kind == TRACE else f"{one.kind} {'' if one.withdrawn else one.token}",
                "by": one.by,
                "home": one.home,
                "shown": one.shown,
                "hidden": one.hidden,
                "also": set(one.also),
            }
            for one in self.model.of(key)
        ]

    async def counters(self, agent: str) -> None:
        """Every counter of an agent."""
        found = (await self.driver.ask(agent, "GET", "/tickets/counters")).json()
        assert {name: found[name] for name in COUNTED} == {
            name: len(self.model.listed(agent, name)) for name in COUNTED
        }, f"counters of {agent}"
        assert {one["channel"]: one["open"] for one in found["channels"]} == {
            key: len(self.model.listed(agent, key)) for key, channel in CHANNELS.items() if channel.sees(agent)
        }, f"channels of {agent}"

    async def listed(self, agent: str, name: str) -> None:
        """A list of an agent."""
        found = (await self.driver.ask(agent, "GET", "/tickets", params={"limit": "200"} | LISTS[name])).json()["items"]
        numbers = self.driver.read.numbers
        assert sorted(row["number"] for row in found) == sorted(
            numbers[key] for key in self.model.listed(agent, name)
        ), f"{name} of {agent}"

    async def opened(self, agent: str, key: int) -> None:
        """A ticket as an agent sees it."""
        answer = await self.driver.ask(agent, "GET", f"/tickets/{{{key}}}")
        expected = self.model.opening(agent, key)
        assert answer.status_code == expected, f"{agent} opens {key}: {answer.status_code}, not {expected}"
        numbers = self.driver.read.numbers
        if expected == 308:
            assert answer.headers["Location"].endswith(f"/{numbers[self.model.living(key).key]}")
        if expected != 200:
            return
        shown = answer.json()
        assert shown["version"] == self.model.tickets[key].version
        newest = self.model.of(key)[::-1][:20]
        assert [token_of(one["text"]) for one in shown["activities"]["items"] if one["kind"] != TRACE] == [
            "" if one.hidden or one.withdrawn else one.token for one in newest if one.kind != TRACE
        ], f"{agent} reads {key}"
        hidden = {one.token for one in self.model.of(key) if one.hidden} - self._quoted
        assert not any(token in answer.text for token in hidden), "something hidden is read"
        assert {(one["kind"], one["other"]["number"]) for one in shown["undoable"]} == {
            (change.kind, numbers[other])
            for change in self.model.changes
            for other in {change.ticket, change.other} - {key}
            if key in {change.ticket, change.other}
            and self.model.undoable(change)
            and self.model.channel(other).sees(agent)
        }, f"what {agent} may undo of {key}"

    async def portal(self, customer: str, key: int) -> None:
        """A ticket as a customer sees it."""
        found = await self.driver.customer_reads(customer, key)
        assert found == self.model.customer_reads(customer, key), f"{customer} reads {key}"

    def mails(self, gone: Mapping[str, SendMail], expected: list[str]) -> None:
        """Mails have the recipients that the model says, and nothing from inside."""
        assert sorted(gone) == sorted(expected)
        for token, mail in gone.items():
            recipients = {BY_ADDRESS[mailbox.address] for mailbox in (*mail.to, *mail.cc, *mail.bcc)}
            assert recipients == set(self.model.activities[token].to), f"recipients of {token}"
            self._nothing_from_inside(mail.model_dump_json())

    def template(self, answer: httpx.Response, agent: str, key: int, answers: str | None) -> str:
        """What an answer begins with; gives what it quotes."""
        expected = self.model.refused_answer(agent, key, answers) or 200
        assert answer.status_code == expected, f"{answer.status_code}, not {expected}: {answer.text}"
        if expected != 200:
            return ""
        self._nothing_from_inside(answer.text)
        unreleased = {
            one.token for one in self.model.activities.values() if not one.mail and (one.hidden or not one.shown)
        }
        assert not any(token in answer.text for token in unreleased), "something is quoted that was not released"
        text = str(answer.json()["quoted_text"] or "")
        self._quoted |= set(TOKEN.findall(text))
        return text

    def _nothing_from_inside(self, text: str) -> None:
        found = sorted(token for token in self.model.inside if token in text)
        assert not found, f"{found} are from inside, and leave"

    def bulk(self, found: dict[str, Any], expected: Mapping[int, str]) -> None:
        """How each ticket of a bulk action fared."""
        states = {row["number"]: row["state"] for row in found["items"]}
        numbers = self.driver.read.numbers
        assert {key: states[numbers[key]] for key in expected} == expected
