"""Merging, splitting and taking both back, as they change the model (AT-04, AT-05, TS-09)."""

from services.tickets.tests.life.acting import Acting
from services.tickets.tests.life.model import TRACE, Change, Ticket
from services.tickets.tests.life.world import CHANNELS


class Life(Acting):
    """The whole model."""

    def merge(self, by: str, key: int, into: int, *, stale: str | None, reason: str) -> int:
        """Let a ticket be part of another one; ``stale`` is the one whose version is an old one."""
        if refused := self.refusal(by, key) or self.refusal(by, into):
            return refused
        source, target = self.tickets[key], self.tickets[into]
        if key == into or (target.origin == "internal" and source.origin != "internal") or stale:
            return 409
        change = Change("merge", into, key, self.next_tick(), tuple(one.key for one in self.family(key)))
        change.before = _state(target)
        open_, ball = not source.closed, source.ball
        change.watchers = self._absorb(source, target)
        there = CHANNELS[target.channel]
        if target.owner is None and source.owner and there.sees(source.owner):
            target.owner = source.owner
        self.trace(into, by, reason)
        flow, place = there.workflow, target.place
        if open_ and ball == "us" and (place.closed or place.ball != "us"):
            self._follow(target, flow.working)
        elif open_ and place.closed:
            self._follow(target, flow.answered or flow.working)
        change.after = _state(target)
        source.version += 1
        target.version += 1
        self.changes.append(change)
        return 200

    def _absorb(self, source: Ticket, target: Ticket) -> frozenset[str]:
        """All of the source's family becomes part of the target; gives the watchers that came along."""
        for one in self.family(source.key):
            one.merged_into = target.key
        for activity in self.activities.values():
            if activity.lives == source.key:
                activity.lives = target.key
        came = {agent for agent in source.watchers - target.watchers if CHANNELS[target.channel].sees(agent)}
        target.watchers |= came
        return frozenset(came)

    def split(self, by: str, key: int, token: str, channel: str | None, *, stale: bool, reason: str) -> int:
        """Let an activity be a ticket of its own; the last of `tickets` is the new one."""
        if refused := self.refusal(by, key) or (409 if stale else None):
            return refused
        activity = self.activities[token]
        if activity.lives != key:
            return 404
        if activity.kind == TRACE or all(one.kind == TRACE for one in self.of(key) if one is not activity):
            return 409
        origin, home = self.tickets[key], self.tickets[activity.home]
        there = CHANNELS[channel or origin.channel]
        if not there.sees(by):
            return 422
        if by in there.informal and there.read_only:
            return 403
        self.trace(key, by, reason)
        by_mail = activity.from_customer and home.origin != "internal"
        new = self._new("email" if by_mail else home.origin, there.key, opened_by=by)
        new.contact, new.address = home.contact, home.address
        if activity.from_customer and activity.by != home.address:
            new.contact = new.address = activity.by
        change = Change("split", key, new.key, self.next_tick(), activity=token, home=home.key)
        change.shown, change.also = activity.shown, activity.also
        activity.lives = activity.home = new.key
        activity.also = frozenset()
        addresses = {activity.by, *activity.to} if activity.from_customer else set(activity.to)
        if activity.from_customer and not activity.hidden and new.address != home.address:
            activity.shown = True  # its author reads their own word; one that was theirs before stays as it was
        change.shown_there = activity.shown
        new.participants |= {one for one in addresses if one}
        origin.version += 1
        self.changes.append(change)
        return 201

    def undo(self, by: str, key: int, change: Change, *, stale: bool, reason: str) -> int:
        """Take a merge or a split back."""
        if refused := self.refusal(by, key):
            return refused
        if key not in {change.ticket, change.other}:
            return 404
        if stale:
            return 409
        for one in (change.ticket, change.other):
            if refused := self._refused_by_channel(by, one):
                return refused
        if not self.undoable(change):
            return 409
        change.undone = True
        if change.kind == "merge":
            self._take_apart(by, change, reason)
        else:
            self._put_together(by, change, reason)
        self.tickets[change.ticket].version += 1
        self.tickets[change.other].version += 1
        return 200

    def _refused_by_channel(self, by: str, key: int) -> int | None:
        if not self.reaches(by, key):
            return 404
        channel = self.channel(key)
        informal = by in channel.informal and not channel.read_only
        return None if by in channel.standard or informal else 403

    def _take_apart(self, by: str, change: Change, reason: str) -> None:
        source, target = self.tickets[change.other], self.tickets[change.ticket]
        for home in change.homes:
            self.tickets[home].merged_into = None if home == source.key else source.key
        for activity in self.activities.values():
            if activity.lives == target.key and activity.home in change.homes:
                activity.lives = source.key
        target.watchers -= change.watchers
        status, closed_at, owner = change.after
        put_back = (target.status, target.closed_at) == (status, closed_at)
        if put_back:
            target.status, target.closed_at = change.before[:2]
        if target.owner == owner:
            target.owner = change.before[2]
        self.trace(target.key, by, reason)
        for ticket in (target, source) if put_back else (source,):
            if self._wrote_since(ticket, change.tick):  # a customer's word is not lost in what waits for nobody
                self._customer_wrote(ticket)

    def _put_together(self, by: str, change: Change, reason: str) -> None:
        origin, other = self.tickets[change.ticket], self.tickets[change.other]
        waits = not other.closed and other.ball == "us" and self._wrote_since(other, change.tick)
        activity = self.activities[change.activity]
        self._absorb(other, origin)
        activity.home, activity.also = change.home, change.also
        if activity.shown == change.shown_there:
            activity.shown = change.shown
        if not any(one.home == other.key and one.shown for one in self.activities.values()):
            other.contact = None
        self.trace(origin.key, by, reason)
        if waits:
            self._customer_wrote(origin)

    def _wrote_since(self, ticket: Ticket, tick: int) -> bool:
        return any(one.from_customer and one.tick > tick for one in self.of(ticket.key))


def _state(ticket: Ticket) -> tuple[str, int | None, str | None]:
    return ticket.status, ticket.closed_at, ticket.owner
