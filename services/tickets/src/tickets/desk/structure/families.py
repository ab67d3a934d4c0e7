"""A ticket together with those that were merged into it: found and locked as one."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from uuid import UUID

import sqlalchemy as sa

from chassis.database import Transaction
from tickets.database import is_any
from tickets.desk.models import Ticket
from tickets.desk.records import NewActivity
from tickets.desk.rules.homes import Home


@dataclass(frozen=True)
class Family:
    """The living ticket, and those that were merged into it in the order of their ids."""

    living: Ticket
    merged: tuple[Ticket, ...] = ()

    @property
    def members(self) -> tuple[Ticket, ...]:
        """All of them, the living one first."""
        return (self.living, *self.merged)

    @property
    def homes(self) -> tuple[Home, ...]:
        """The same as the rules see them."""
        return tuple(
            Home(ticket_id=one.id, contact_address=one.contact_address.lower() if one.contact_address else None)
            for one in self.members
        )

    def home(self, ticket_id: UUID) -> Ticket:
        """One of them; the living one where it is none of them any more."""
        return next((one for one in self.members if one.id == ticket_id), self.living)

    def write_at_home(self, activity: NewActivity, home_id: UUID, *, also: Sequence[UUID] = ()) -> None:
        """Let an activity of the living ticket have its home; call it before the journal gets the activity."""
        home = self.home(home_id)
        if home is not self.living:
            activity.written_in = home.id
        activity.also_shown_in = [str(ticket_id) for ticket_id in also] or None
        if activity.shown_outside:
            for one in self.members:
                if one is home or one.id in also:
                    one.shown_at = max(one.shown_at, activity.at)


HEADS = sa.select(sa.func.coalesce(Ticket.merged_into, Ticket.id)).where(
    is_any(Ticket.id, "ids") | is_any(Ticket.number, "numbers")
)
MEMBERS = (
    sa.select(Ticket)
    .where(is_any(Ticket.id, "heads") | is_any(Ticket.merged_into, "heads"))
    .order_by(Ticket.id)
    .with_for_update()
    .execution_options(populate_existing=True)
)


async def lock_families(
    tx: Transaction, *, ids: Collection[UUID] = (), numbers: Collection[int] = ()
) -> Sequence[Ticket]:
    """Lock the families of these tickets, in the order of ids that everybody locks tickets in."""
    heads = set(await tx.session.scalars(HEADS, {"ids": [*ids], "numbers": [*numbers]}))
    while heads:
        members = (await tx.session.scalars(MEMBERS, {"heads": [*heads]})).all()
        moved = {one.merged_into for one in members if one.merged_into is not None} - {one.id for one in members}
        if not moved:  # else a head was merged while we waited for it
            return members
        heads |= moved
    return []


async def lock_family(tx: Transaction, number: int) -> Family | None:
    """The family of the ticket with this number, locked."""
    return families_of(await lock_families(tx, numbers=[number])).get(number)


def families_of(members: Collection[Ticket]) -> dict[int, Family]:
    """The families that these tickets are, by the number of every member."""
    found: dict[int, Family] = {}
    for living in members:
        if living.merged_into is None:
            family = Family(living, tuple(one for one in members if one.merged_into == living.id))
            found |= dict.fromkeys((one.number for one in family.members), family)
    return found
