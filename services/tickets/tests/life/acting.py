"""What agents and customers do, as it changes the model: a step gives the status that the desk should answer with."""

from collections.abc import Mapping, Sequence

from services.tickets.tests.life.model import MAILS, TRACE, Activity, Held, Model, Ticket
from services.tickets.tests.life.world import CHANNELS, Status


class Acting(Model):
    """The model, and everything but what changes how tickets hang together."""

    # Steps of customers and of the mail service

    def mail_in(self, token: str, sender: str, channel: str, *, cc: Sequence[str], answers: str | None) -> int:
        """A customer writes; gives the ticket that the mail is in. Answered by whom takes no part, a new one opens."""
        home = self._home_of_mail(sender, answers) if answers else None
        if home is None:
            ticket = self._new("email", channel, opened_by=None)
            ticket.contact = ticket.address = sender
            home = ticket.key
        else:
            self.living(home).version += 1
        head = self.living(home)
        mail = self._add(token, "incoming", sender, head.key, home=home)
        mail.mail = mail.from_customer = True
        mail.to = tuple(one for one in cc if one != sender)
        mail.shown = self.tickets[home].address in {sender, *cc}
        if mail.shown:
            mail.also = self._also(head.key, home, cc)
        self.tickets[home].participants |= {sender, *cc}
        if len(self.of(head.key)) > 1:
            self._customer_wrote(head)
        return head.key

    def _home_of_mail(self, sender: str, answers: str) -> int | None:
        matched = self.activities[answers].home
        order = [self.tickets[matched], *self.family(matched)]
        return next((one.key for one in order if one.contact == sender or sender in one.participants), None)

    def a_minute_passes(self) -> None:
        """No mail can be taken back any more."""
        self.waiting += self.held
        self.held.clear()

    def mails_leave(self) -> list[str]:
        """The mail service gets what waits."""
        gone, self.waiting = self.waiting, []
        self.leaving += gone
        return gone

    def mail_accepted(self, token: str) -> None:
        """A mail server took it over for all its recipients."""
        if token in self.accepted:
            return
        self.accepted.add(token)
        mail = self.activities[token]
        ticket = self.tickets[mail.lives]
        ticket.version += 1
        since = any(one.from_customer and one.tick > mail.tick for one in self.of(ticket.key))
        place = ticket.place
        if not place.closed and place.ball == "us" and not since:
            self._follow(ticket, CHANNELS[ticket.channel].workflow.answered or place)

    # Steps of agents

    def open_by_agent(self, token: str, by: str, kind: str, channel: str, *, to: str | None) -> int:
        """A new ticket by mail, from an enquiry or an internal one."""
        there = CHANNELS[channel]
        if not there.sees(by):
            return 422
        if by in there.informal and there.read_only:
            return 403
        ticket = self._new(kind, channel, opened_by=by)
        first = self._add(token, {"email": "outgoing", "enquiry": "incoming", "internal": "note"}[kind], by, ticket.key)
        if kind == "email" and to is not None:
            ticket.address = to
            ticket.participants.add(to)
            first.mail = first.shown = True
            first.to = (to,)
            self.waiting.append(token)
        if kind == "internal":
            self.inside.add(token)
        return 201

    def note(self, token: str, by: str, key: int, kind: str, *, shown: bool, then: str | None) -> int:
        """A note or a call."""
        if refused := self.refusal(by, key):
            return refused
        ticket = self.tickets[key]
        if shown and ticket.origin == "internal":
            return 409
        if refused := self._refused_status(key, then):
            return refused
        self.inside.add(token)
        ticket.version += 1
        self._add(token, kind, by, key).shown = shown
        flow = CHANNELS[ticket.channel].workflow
        if then is not None:
            self._change(ticket, by, "", status=then)
        elif ticket.owner == by and ticket.place == flow.first:
            self._follow(ticket, flow.working)
        return 201

    def home_of_reply(self, key: int, *, answers: str | None, to: str | None) -> int:
        """The ticket of the family that an answer is written in: its number, subject and thread are in the mail."""
        family = self.family(key)
        if len(family) == 1:
            return key
        last = self.activities[answers].home if answers else self._last_home(key)
        if last not in {one.key for one in family}:
            last = key
        addressed = [one.key for one in family if to is not None and one.address == to]
        return last if last in addressed or not addressed else addressed[0]

    def _last_home(self, key: int) -> int:
        last = self.last_mail(key)
        return last.home if last else key

    def last_mail(self, key: int, *, home: int | None = None) -> Activity | None:
        """The last mail of a customer, else our own last one; of those that are not hidden."""
        mails = [one for one in self.of(key) if one.mail and not one.hidden and home in {None, one.home}]
        incoming = [one for one in mails if one.kind == "incoming"]
        return (incoming or mails)[-1] if mails else None

    def refused_answer(self, by: str, key: int, answers: str | None) -> int | None:
        """The status that refuses an answer to this activity."""
        if refused := self.refusal(by, key, mails=True):
            return refused
        if answers is None:
            return None
        answered = self.activities[answers]
        if answered.lives != key:
            return 404
        fit = answered.kind in MAILS and not answered.hidden and (answered.mail or answered.shown)
        return None if fit else 409

    def parent_of_reply(self, key: int, home: int, answers: str | None) -> Activity | None:
        """The activity that an answer comes behind; in a family never one of another home."""
        chosen = self.activities[answers] if answers else None
        if chosen and (len(self.family(key)) == 1 or chosen.home == home):
            return chosen
        return self.last_mail(key, home=home if len(self.family(key)) > 1 else None)

    def reply(
        self,
        token: str,
        by: str,
        key: int,
        *,
        answers: str | None,
        to: str | None,
        shown: bool,
        then: str | None,
        held: bool,
    ) -> int:
        """Answer by mail; one that is ``held`` can be taken back for a minute."""
        if refused := self.refused_answer(by, key, answers):
            return refused
        home = self.tickets[self.home_of_reply(key, answers=answers, to=to)]
        recipients = (to,) if to else self._recipients(key, home, answers)
        if not recipients:
            return 422
        if refused := self._refused_status(key, then):
            return refused
        ticket = self.tickets[key]
        ticket.version += 1
        mail = self._add(token, "outgoing", by, key, home=home.key)
        mail.mail, mail.shown, mail.to = True, shown, recipients
        mail.also = self._also(key, home.key, recipients)
        if held:
            self.held[token] = Held(frozenset(recipients) - home.participants, ticket.status, then)
        else:
            self.waiting.append(token)
        home.participants |= set(recipients)
        if then is not None:
            self._change(ticket, by, "", status=then)
        return 201

    def withdraw(self, by: str, key: int, token: str) -> int:
        """Take a mail back: nothing remains of it but that it was there."""
        mail = self.activities[token]
        if refused := self.refusal(by, key, changes=False):
            return refused
        if mail.lives == key and mail.by != by:
            return 403
        if mail.lives != key or mail.kind != "outgoing":
            return 404
        if refused := 409 if token not in self.held else self.refusal(by, key, mails=True):
            return refused
        held, ticket = self.held.pop(token), self.tickets[key]
        mail.withdrawn, mail.shown, mail.mail, mail.to = True, False, False, ()
        there = [one for one in self.activities.values() if one.home == mail.home and one.mail]
        self.tickets[mail.home].participants -= {
            one for one in held.added if not any(one in {other.by, *other.to} for other in there)
        }
        if held.then == ticket.status and self.channel(key).workflow.get(held.before):
            self._change(ticket, by, "", status=held.before)
        ticket.version += 1
        return 200

    def _recipients(self, key: int, home: Ticket, answers: str | None) -> tuple[str, ...]:
        parent = self.parent_of_reply(key, home.key, answers)
        contact = (home.address,) if home.address else ()
        if parent is None or not parent.mail:
            return contact
        if parent.kind == "outgoing":
            return parent.to if parent.token == answers else contact
        return tuple(dict.fromkeys((str(parent.by), *parent.to)))

    def patch(
        self, by: str, key: int, wanted: Mapping[str, str | None], *, stale: bool = False, reason: str = ""
    ) -> int:
        """Change fields: channel, owner, responsible, status, in this order."""
        if refused := self.refusal(by, key) or (409 if stale else None):
            return refused
        ticket = self.tickets[key]
        after = CHANNELS[wanted.get("channel") or ticket.channel]
        for field in ("owner", "responsible"):
            if (agent := wanted.get(field)) and not after.sees(agent):
                return 422
        place = ticket.place if after.key == ticket.channel else after.workflow.like(ticket.place)
        if status := wanted.get("status"):
            found = after.workflow.get(status)
            if found is None:
                return 422
            if not after.workflow.may_follow(place, found):
                return 409
            place = found
        people = {name: wanted[name] for name in ("owner", "responsible") if name in wanted}
        if self._change(ticket, by, reason, channel=after.key, status=place.key, **people):
            ticket.version += 1
        return 200

    def _change(self, ticket: Ticket, by: str, reason: str, **wanted: str | None) -> bool:
        """Fields as they shall be, with one trace; gives whether anything changed."""
        before = (ticket.channel, ticket.status, ticket.owner, ticket.responsible)
        channel, status = wanted.get("channel") or ticket.channel, wanted.get("status") or ticket.status
        self._put_status(ticket, status, channel=channel)
        for field in ("owner", "responsible"):
            agent = wanted[field] if field in wanted else getattr(ticket, field)
            setattr(ticket, field, agent if agent and CHANNELS[channel].sees(agent) else None)
        changed = before != (ticket.channel, ticket.status, ticket.owner, ticket.responsible)
        if changed:
            self.trace(ticket.key, by, reason)
        return changed

    def rename(self, by: str, key: int) -> int:
        """Another subject."""
        if refused := self.refusal(by, key):
            return refused
        self.trace(key, by, "")
        self.tickets[key].version += 1
        return 200

    def take(self, by: str, key: int, *, stale: bool) -> int:
        """Become the owner; a new ticket is begun."""
        ticket = self.tickets[key]
        flow = CHANNELS[ticket.channel].workflow
        status = flow.working.key if ticket.merged_into is None and ticket.place == flow.first else None
        if refused := self.refusal(by, key) or (409 if stale else None):
            return refused
        if self._change(ticket, by, "", owner=by, status=status):
            ticket.version += 1
        return 200

    def watch(self, by: str, key: int, agent: str, *, on: bool) -> int:
        """Let an agent watch, or not any more."""
        if refused := self.refusal(by, key, changes=by != agent):
            return refused
        if on and not self.channel(key).sees(agent):
            return 422
        ticket = self.tickets[key]
        if on != (agent in ticket.watchers):
            ticket.version += 1
            ticket.watchers ^= {agent}
        return 204

    def show(self, by: str, key: int, token: str, visibility: str, *, stale: bool, reason: str) -> int:
        """Show an activity to the customer, keep it inside, or hide it."""
        if refused := self.refusal(by, key) or (409 if stale else None):
            return refused
        activity = self.activities[token]
        if activity.lives != key:
            return 404
        now = "hidden" if activity.hidden else "outside" if activity.shown else "inside"
        if now == visibility:
            return 200
        inside = self.tickets[activity.home].origin == "internal"
        if activity.kind == TRACE or activity.withdrawn or (visibility == "outside" and inside):
            return 409
        activity.hidden, activity.shown = visibility == "hidden", visibility == "outside"
        self.trace(key, by, reason)
        self.tickets[key].version += 1
        return 200

    def break_glass(self, token: str, by: str, key: int) -> int:
        """An administrator opens a ticket that they may not see, for as long as the day lasts."""
        if self.tickets[key].merged_into is not None or CHANNELS[self.tickets[key].channel].sees(by):
            return 409
        self.glass.add((by, key))
        self._add(token, "note", None, key)
        self.tickets[key].version += 1
        self.inside.add(token)
        return 201

    def night_falls(self) -> None:
        """It is tomorrow."""
        self.day += 1
        self.a_minute_passes()
        self.glass.clear()

    # What several steps do

    def trace(self, key: int, by: str | None, reason: str) -> None:
        """A change that the ticket tells of."""
        self.inside |= {reason} - {""}
        self._add(f"trace {self.tick + 1}", TRACE, by, key)

    def _new(self, origin: str, channel: str, *, opened_by: str | None) -> Ticket:
        first = CHANNELS[channel].workflow.first
        ticket = Ticket(len(self.tickets), origin, channel, first.key, opened_by)
        self.tickets[ticket.key] = ticket
        return ticket

    def _add(self, token: str, kind: str, by: str | None, key: int, *, home: int | None = None) -> Activity:
        found = Activity(token, kind, self.next_tick(), self.day, by, key, key if home is None else home)
        self.activities[token] = found
        return found

    def _also(self, head: int, home: int, openly: Sequence[str]) -> frozenset[int]:
        family = self.family(head)
        return frozenset(one.key for one in family if one.key != home and one.address in openly)

    def _refused_status(self, key: int, then: str | None) -> int | None:
        if then is None:
            return None
        flow = self.channel(key).workflow
        wanted = flow.get(then)
        if wanted is None:
            return 422
        return None if flow.may_follow(self.tickets[key].place, wanted) else 409

    def _customer_wrote(self, ticket: Ticket) -> None:
        place = ticket.place
        if place.closed or place.ball != "us":
            self._follow(ticket, CHANNELS[ticket.channel].workflow.working)

    def _follow(self, ticket: Ticket, place: Status) -> None:
        """The status that follows of itself, with a trace of the system's."""
        if place.key != ticket.status:
            self._put_status(ticket, place.key)
            self.trace(ticket.key, None, "")

    def _put_status(self, ticket: Ticket, key: str, *, channel: str | None = None) -> None:
        before = ticket.closed
        ticket.status, ticket.channel = key, channel or ticket.channel
        if ticket.closed != before:
            ticket.closed_at = self.next_tick() if ticket.closed else None
